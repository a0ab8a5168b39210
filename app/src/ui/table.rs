//! Heads of sortable columns.

use leptos::prelude::*;

use super::icon::{Icon, icon};

/// How a column is sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SortOrder {
    /// Smallest first.
    Ascending,
    /// Largest first.
    Descending,
}

/// A column head that sorts: three states, an arrow on the sorted column only.
#[component]
pub(crate) fn SortHeader(
    /// Name of the column.
    label: &'static str,
    /// How it is sorted, if it is.
    #[prop(into)]
    order: Signal<Option<SortOrder>>,
    /// Goes to the next state.
    on_sort: Callback<()>,
    /// Classes of the cell.
    #[prop(optional)]
    class: &'static str,
) -> impl IntoView {
    let aria = move || {
        order.get().map(|order| match order {
            SortOrder::Ascending => "ascending",
            SortOrder::Descending => "descending",
        })
    };
    let arrow = move || {
        order.get().map(|order| match order {
            SortOrder::Ascending => icon(Icon::ArrowDown),
            SortOrder::Descending => icon(Icon::ArrowUp),
        })
    };
    view! {
        <th scope="col" class=class aria-sort=aria>
            <button class="sort" type="button" on:click=move |_| on_sort.run(())>
                {label}
                {arrow}
            </button>
        </th>
    }
}
