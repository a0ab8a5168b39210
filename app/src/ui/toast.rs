//! Where notices appear; F6 leads there.

use leptos::{html::Section, prelude::*};

use super::{
    dynamic::keyed,
    icon::{Icon, icon},
};
use crate::{
    text,
    toast::{Toast, Toasts},
};

/// The region of notices and the quiet voice.
#[component]
pub(crate) fn ToastRegion() -> impl IntoView {
    let toasts = Toasts::get();
    let region = NodeRef::<Section>::new();
    let handle = window_event_listener(leptos::ev::keydown, move |event| {
        if event.key() == "F6"
            && let Some(region) = region.get_untracked()
            && !toasts.items().is_empty()
        {
            event.prevent_default();
            let _focused = region.focus();
        }
    });
    on_cleanup(move || handle.remove());
    let one = move |toast: Toast| {
        view! {
            <div class="toast ok">
                {icon(Icon::Ok)} <span class="grow">{toast.message.clone()}</span>
                <button
                    class="btn icon quiet sm"
                    type="button"
                    aria-label=text::shell::DISMISS
                    title=text::shell::DISMISS
                    on:click=move |_| toasts.dismiss(toast.id)
                >
                    {icon(Icon::X)}
                </button>
            </div>
        }
    };
    view! {
        <section class="toasts" aria-label=text::shell::NOTICES tabindex="-1" node_ref=region>
            <div role="status">
                {keyed(move || toasts.items(), |toast| u128::from(toast.id), one)}
            </div>
        </section>
        <div class="vh" role="status" data-testid="announcer">
            {move || toasts.spoken()}
        </div>
    }
}
