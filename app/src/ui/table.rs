//! Heads of sortable columns, and clicks on rows.

use leptos::{ev::MouseEvent, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::Element;

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

/// Whether a click means the row: not one on a link or a button in it, nor the end of selecting text.
pub(crate) fn is_row_click(event: &MouseEvent) -> bool {
    let on_control = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok())
        .and_then(|element| element.closest("a, button").ok().flatten())
        .is_some();
    let selecting = window()
        .get_selection()
        .ok()
        .flatten()
        .is_some_and(|selection| !selection.is_collapsed());
    !on_control && !selecting && !event.default_prevented()
}
