//! Buttons with behaviour of their own; plain ones are plain elements with the class `btn`.

use leptos::prelude::*;

use super::{
    dynamic::Show,
    icon::{Icon, icon},
};
use crate::{text, theme::Theme};

/// The button that sends a form: never disabled; while an answer is awaited it says so and repeats
/// are ignored by the form.
#[component]
pub(crate) fn SubmitButton(
    /// What it does: verb and noun.
    #[prop(into)]
    label: Signal<String>,
    /// What it is doing.
    #[prop(into)]
    doing: Signal<String>,
    /// Whether an answer is awaited.
    #[prop(into)]
    pending: Signal<bool>,
    /// Classes beside `btn`.
    #[prop(default = "primary")]
    class: &'static str,
) -> impl IntoView {
    view! {
        <button
            class=format!("btn {class}")
            type="submit"
            aria-disabled=move || pending.get().then_some("true")
        >
            <Show when=move || pending.get()>
                <span class="spinner" aria-hidden="true"></span>
            </Show>
            {move || if pending.get() { doing.get() } else { label.get() }}
        </button>
    }
}

/// Turns light into dark and back.
#[component]
pub(crate) fn ThemeButton() -> impl IntoView {
    let theme = Theme::get();
    view! {
        <button
            class="btn icon quiet theme"
            type="button"
            aria-label=text::shell::SWITCH_THEME
            title=text::shell::SWITCH_THEME
            on:click=move |_| theme.toggle()
        >
            {icon(Icon::Theme)}
        </button>
    }
}
