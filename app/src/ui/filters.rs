//! Filters of a list: a menu in a popover, and a chip for each that is on.

use leptos::prelude::*;

use super::{
    dynamic::optional,
    icon::{Icon, icon},
};
use crate::text::users as words;

/// The menu; each choice in it applies at once.
#[component]
pub(crate) fn FilterMenu(
    /// Unique on the page.
    id: &'static str,
    /// Its name.
    label: &'static str,
    /// How many filters are on.
    #[prop(into)]
    on: Signal<usize>,
    /// Ends all of them.
    clear: Callback<()>,
    /// The choices.
    children: Children,
) -> impl IntoView {
    let badge = optional(move || {
        let on = Some(on.get()).filter(|on| *on > 0)?;
        Some(view! {
            " "
            <span class="badge">{on} <span class="vh">{words::FILTERS_ON}</span></span>
        })
    });
    view! {
        <button class="btn" type="button" popovertarget=id>
            {icon(Icon::Filter)}
            {words::FILTER}
            {badge}
        </button>
        <div class="popover" id=id popover="auto" role="dialog" aria-label=label>
            {children()}
            <div class="row spread">
                <button class="btn link small" type="button" on:click=move |_| clear.run(())>
                    {words::CLEAR_ALL}
                </button>
                <button class="btn" type="button" popovertarget=id popovertargetaction="hide">
                    {words::DONE}
                </button>
            </div>
        </div>
    }
}

/// A filter that is on, with the button that ends it.
pub(crate) fn chip(name: &'static str, value: &str, remove: impl Fn() + 'static) -> AnyView {
    erased(name, value, Box::new(remove))
}

fn erased(name: &'static str, value: &str, remove: Box<dyn Fn()>) -> AnyView {
    view! {
        <span class="chip">
            <span>
                <span class="k">{name}</span>
                {value.to_owned()}
            </span>
            <button
                type="button"
                aria-label=words::remove_filter(name, value)
                on:click=move |_| remove()
            >
                {icon(Icon::X)}
            </button>
        </span>
    }
    .into_any()
}
