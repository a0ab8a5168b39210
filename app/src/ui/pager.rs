//! Paging by cursor.

use leptos::prelude::*;

use super::icon::{Icon, icon};
use crate::text;

/// Sizes a page can have.
pub(crate) const SIZES: [u32; 3] = [25, 50, 100];

/// Where in the list a page is, how many rows it has, and the ways on.
#[component]
pub(crate) fn Pager(
    /// "Showing 1 to 50 of 1,284".
    #[prop(into)]
    showing: Signal<String>,
    /// Rows a page.
    #[prop(into)]
    size: Signal<u32>,
    /// Chooses another size.
    on_size: Callback<u32>,
    /// Address of the page before.
    #[prop(into)]
    previous: Signal<Option<String>>,
    /// Address of the page after.
    #[prop(into)]
    next: Signal<Option<String>>,
) -> impl IntoView {
    let choose = move |event| {
        if let Ok(size) = event_target_value(&event).parse() {
            on_size.run(size);
        }
    };
    let options = SIZES.map(|one| {
        view! {
            <option value=one.to_string() selected=move || size.get() == one>
                {one.to_string()}
            </option>
        }
    });
    view! {
        <nav class="pager" aria-label=text::pager::LABEL>
            <span>{move || showing.get()}</span>
            <div class="row">
                <label class="row">
                    {text::pager::ROWS}
                    <span class="select">
                        <select class="input" on:change=choose>
                            {options.collect_view()}
                        </select>
                        {icon(Icon::Down)}
                    </span>
                </label>
                {move || step(previous.get(), text::pager::PREVIOUS, Icon::Left, "btn")}
                {move || step(next.get(), text::pager::NEXT, Icon::Right, "btn next")}
            </div>
        </nav>
    }
}

/// A link where there is a page, and words where there is none.
fn step(href: Option<String>, name: &'static str, glyph: Icon, class: &'static str) -> AnyView {
    match href {
        Some(href) => view! { <a class=class href=href>{icon(glyph)} {name}</a> }.into_any(),
        None => view! { <span class=format!("{class} ended") aria-disabled="true">{icon(glyph)} {name}</span> }
            .into_any(),
    }
}
