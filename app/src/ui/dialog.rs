//! Native dialogs: the browser traps focus, gives it back, and closes on Esc.

use leptos::{html::Dialog, prelude::*};

use super::dynamic::{Show, effect};

/// A modal dialog; its content exists only while it is open.
#[component]
pub(crate) fn Modal(
    /// Whether it is open; set to false when the person closes it.
    open: RwSignal<bool>,
    /// Id of the title, which the content contains.
    title_id: &'static str,
    /// The content.
    content: ViewFn,
) -> impl IntoView {
    let dialog = NodeRef::<Dialog>::new();
    effect(move || {
        let open = open.get();
        let Some(dialog) = dialog.get() else { return };
        if !open {
            dialog.close();
            return;
        }
        // The content is drawn in this same turn; `autofocus` works only when it is there already.
        request_animation_frame(move || {
            if !dialog.open() {
                let _shown = dialog.show_modal();
            }
        });
    });
    view! {
        <dialog
            class="dialog"
            node_ref=dialog
            aria-labelledby=title_id
            on:close=move |_| open.set(false)
        >
            <Show when=move || open.get()>{content.run()}</Show>
        </dialog>
    }
}
