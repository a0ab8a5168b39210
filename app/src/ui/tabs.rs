//! Tabs are links; which one is open is in the address.

use leptos::prelude::*;

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
    view! {
        <nav class="tabs" aria-label=move || label.get()>
            {move || tabs.get().into_iter().map(one).collect_view()}
        </nav>
    }
}
