//! Tabs are links; which one is open is in the address.

use leptos::{html::Nav, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::dynamic::effect;
use crate::format;

/// One tab.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tab {
    /// Its name.
    pub label: &'static str,
    /// Its address.
    pub href: String,
    /// Whether it is open.
    pub open: bool,
    /// How many things are in it, where that is known.
    pub count: Option<u64>,
}

/// A row of tabs.
#[component]
pub(crate) fn Tabs(
    /// What they divide.
    #[prop(into)]
    label: Signal<String>,
    /// The tabs.
    #[prop(into)]
    tabs: Signal<Vec<Tab>>,
) -> impl IntoView {
    let one = |tab: Tab| {
        let count = tab
            .count
            .map(|count| view! { <span class="n">{format::count(count)}</span> });
        view! {
            <a href=tab.href aria-current=tab.open.then_some("page")>
                {tab.label}
                " "
                {count}
            </a>
        }
    };
    let nav = NodeRef::<Nav>::new();
    effect(move || {
        tabs.track();
        if let Some(nav) = nav.get() {
            // The tabs are drawn in this same turn.
            request_animation_frame(move || reveal(&nav));
        }
    });
    let handle = window_event_listener(leptos::ev::resize, move |_| {
        if let Some(nav) = nav.get_untracked() {
            reveal(&nav);
        }
    });
    on_cleanup(move || handle.remove());
    view! {
        <nav class="tabs" aria-label=move || label.get() node_ref=nav>
            {move || tabs.get().into_iter().map(one).collect_view()}
        </nav>
    }
}

/// On narrow screens the row scrolls: brings the open tab into its middle.
fn reveal(nav: &HtmlElement) {
    let open = nav.query_selector("[aria-current]").ok().flatten();
    let Some(open) = open.and_then(|open| open.dyn_into::<HtmlElement>().ok()) else {
        return;
    };
    let room = nav.client_width() - open.offset_width();
    nav.set_scroll_left(open.offset_left() - room / 2);
}
