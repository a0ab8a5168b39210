//! Tables: their frame, the cells of their rows, heads of sortable columns, and clicks on rows. On a
//! phone each row becomes a card, where every cell is labelled with the head of its column.

use leptos::{ev::MouseEvent, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::Element;

use super::{
    dynamic::dynamic,
    icon::{Icon, icon},
};

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
    let arrow = dynamic(move || {
        order.get().map(|order| match order {
            SortOrder::Ascending => icon(Icon::ArrowDown),
            SortOrder::Descending => icon(Icon::ArrowUp),
        })
    });
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

/// The head of a column.
#[derive(Clone, Copy)]
pub(crate) struct Column {
    name: &'static str,
    class: &'static str,
    said: bool,
}

impl Column {
    /// Text.
    pub(crate) const fn text(name: &'static str) -> Self {
        Self {
            name,
            class: "",
            said: false,
        }
    }

    /// Numbers, to the right.
    pub(crate) const fn number(name: &'static str) -> Self {
        Self {
            name,
            class: "num",
            said: false,
        }
    }

    /// Acts: the head is for screen readers only.
    pub(crate) const fn acts(name: &'static str) -> Self {
        Self {
            name,
            class: "",
            said: true,
        }
    }

    fn view(self) -> AnyView {
        let Self { name, class, said } = self;
        let name = match said {
            true => view! { <span class="vh">{name}</span> }.into_any(),
            false => name.into_any(),
        };
        view! {
            <th scope="col" class=class>
                {name}
            </th>
        }
        .into_any()
    }
}

/// A table in a section. When it is wider than its place it scrolls, also by keyboard.
pub(crate) fn table(
    caption: &'static str,
    columns: impl IntoIterator<Item = Column>,
    rows: AnyView,
) -> AnyView {
    framed("cards", caption, columns.into_iter().collect(), rows)
}

/// The same with a class of its own beside `cards`.
pub(crate) fn table_of(
    class: &'static str,
    caption: &'static str,
    columns: impl IntoIterator<Item = Column>,
    rows: AnyView,
) -> AnyView {
    framed(class, caption, columns.into_iter().collect(), rows)
}

fn framed(
    class: &'static str,
    caption: &'static str,
    columns: Vec<Column>,
    rows: AnyView,
) -> AnyView {
    view! {
        <div class="table-wrap flush" tabindex="0" role="region" aria-label=caption>
            <table class=class role="table">
                <caption class="vh">{caption}</caption>
                <thead role="rowgroup">
                    <tr role="row">
                        {columns.into_iter().map(Column::view).collect_view()}
                    </tr>
                </thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// A row: what it is about, and its cells.
pub(crate) fn row(head: AnyView, cells: Vec<AnyView>) -> AnyView {
    view! {
        <tr role="row">
            <th scope="row" role="rowheader">
                {head}
            </th>
            {cells}
        </tr>
    }
    .into_any()
}

/// A cell, with the head of its column.
pub(crate) fn cell(label: &'static str, content: impl IntoView + 'static) -> AnyView {
    classed("", label, content.into_any())
}

/// A number.
pub(crate) fn number_cell(label: &'static str, content: impl IntoView + 'static) -> AnyView {
    classed("num", label, content.into_any())
}

fn classed(class: &'static str, label: &'static str, content: AnyView) -> AnyView {
    view! {
        <td role="cell" class=class data-l=label>
            {content}
        </td>
    }
    .into_any()
}

/// A cell with buttons.
pub(crate) fn act_cell(buttons: impl IntoView + 'static) -> AnyView {
    view! {
        <td role="cell" class="num act">
            {buttons.into_any()}
        </td>
    }
    .into_any()
}
