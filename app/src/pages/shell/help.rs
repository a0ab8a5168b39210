//! The keyboard help, where single-key shortcuts can be turned off.

use leptos::prelude::*;

use crate::{shortcuts::Shortcuts, text, ui::Modal};

const TITLE_ID: &str = "help-title";

/// Lists the shortcuts.
#[component]
pub(super) fn HelpDialog(
    /// Whether it is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    let shortcuts = Shortcuts::get();
    let content = ViewFn::from(move || {
        let line = |(keys, does): (&'static [&'static str], &'static str)| {
            let keys = keys.iter().map(|key| view! { <kbd>{*key}</kbd> " " });
            view! {
                <dt>{keys.collect_view()}</dt>
                <dd>{does}</dd>
            }
        };
        view! {
            <header>
                <h2 id=TITLE_ID>{text::shell::KEYBOARD}</h2>
            </header>
            <div class="content">
                <dl class="kv keys">{text::shell::SHORTCUTS.map(line).collect_view()}</dl>
                <label class="check">
                    <input
                        type="checkbox"
                        prop:checked=move || shortcuts.are_on()
                        on:change=move |event| shortcuts.set(event_target_checked(&event))
                    />
                    <span>
                        {text::shell::SHORTCUTS_ON} <br />
                        <span class="muted">{text::shell::SHORTCUTS_HINT}</span>
                    </span>
                </label>
            </div>
            <footer>
                <button class="btn" type="button" autofocus on:click=move |_| open.set(false)>
                    {text::shell::CLOSE}
                </button>
            </footer>
        }
        .into_any()
    });
    view! { <Modal open title_id=TITLE_ID content /> }
}
