//! Copying to the clipboard, and values that are meant to be copied.

use leptos::{html::Input, prelude::*};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use super::{
    dynamic::dynamic,
    icon::{Icon, icon},
};
use crate::{text, toast::Toasts};

/// Puts `value` on the clipboard. Browsers offer none on pages without encryption.
async fn copy(value: &str) -> bool {
    let navigator = window().navigator();
    let present = js_sys::Reflect::get(&navigator, &JsValue::from_str("clipboard"))
        .is_ok_and(|clipboard| !clipboard.is_undefined());
    present
        && JsFuture::from(navigator.clipboard().write_text(value))
            .await
            .is_ok()
}

/// Copies a value and says so.
#[component]
pub(crate) fn CopyButton(
    /// What to copy.
    #[prop(into)]
    value: Signal<String>,
    /// What it is called: "Copy token".
    #[prop(into)]
    label: String,
    /// Only the icon is visible.
    #[prop(optional)]
    bare: bool,
    /// Called when there is no clipboard, so that the value can be selected instead.
    #[prop(optional, into)]
    fallback: Option<Callback<()>>,
    /// Called when the value is on the clipboard.
    #[prop(optional, into)]
    on_copied: Option<Callback<()>>,
) -> impl IntoView {
    let toasts = Toasts::get();
    let copied = RwSignal::new(false);
    let run = move |_| {
        let value = value.get_untracked();
        leptos::task::spawn_local(async move {
            if copy(&value).await {
                copied.set(true);
                toasts.announce(text::copy::COPIED);
                if let Some(on_copied) = on_copied {
                    on_copied.run(());
                }
                set_timeout(
                    move || {
                        copied.try_set(false);
                    },
                    std::time::Duration::from_secs(2),
                );
            } else {
                toasts.announce(text::copy::SELECTED);
                if let Some(fallback) = fallback {
                    fallback.run(());
                }
            }
        });
    };
    let class = if bare { "btn icon quiet" } else { "btn" };
    let glyph = dynamic(move || {
        icon(if copied.get() {
            Icon::Check
        } else {
            Icon::Copy
        })
    });
    let word = {
        let label = label.clone();
        move || (!bare).then(|| label.clone())
    };
    view! {
        <button class=class type="button" title=label.clone() aria-label=label on:click=run>
            {glyph}
            {word}
        </button>
    }
}

/// A read-only value in one line with its copy button.
#[component]
pub(crate) fn CopyField(
    /// Unique on the page.
    id: &'static str,
    /// What the value is.
    label: &'static str,
    /// Name of the button.
    copy_label: &'static str,
    /// The value.
    #[prop(into)]
    value: Signal<String>,
    /// Where it goes.
    hint: &'static str,
    /// Called when the value is on the clipboard.
    #[prop(optional, into)]
    on_copied: Option<Callback<()>>,
) -> impl IntoView {
    let hint_id = format!("{id}-hint");
    let on_copied = Callback::new(move |()| {
        if let Some(on_copied) = on_copied {
            on_copied.run(());
        }
    });
    let input = NodeRef::<Input>::new();
    let select = move || {
        if let Some(input) = input.get_untracked() {
            let _focused = input.focus();
            input.select();
        }
    };
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <p class="hint" id=hint_id.clone()>
                {hint}
            </p>
            <div class="copy-field">
                <input
                    class="input mono"
                    id=id
                    type="text"
                    readonly
                    spellcheck="false"
                    aria-describedby=hint_id
                    prop:value=move || value.get()
                    node_ref=input
                    on:focus=move |_| select()
                />
                <CopyButton
                    value
                    label=copy_label
                    fallback=Callback::new(move |()| select())
                    on_copied
                />
            </div>
        </div>
    }
}
