//! Parts of a page whose code a browser fetches when somebody first looks at them.

use std::future::Future;

use leptos::{
    prelude::*, reactive::computed::ScopedFuture, task::spawn_local, wasm_split::SplitLoaderError,
};

use super::{dynamic::dynamic, skeleton::SkeletonLines};
use crate::text;

/// Shows a part when its code is there, and a skeleton until then. What the part makes belongs to the
/// place where it is shown.
pub(crate) fn later(
    part: impl Future<Output = Result<AnyView, SplitLoaderError>> + 'static,
) -> AnyView {
    let arrived = RwSignal::new(false);
    let shown = StoredValue::new_local(None::<AnyView>);
    // What a part reads while it is made must not make its place draw again.
    let part = ScopedFuture::new_untracked(part);
    spawn_local(async move {
        let part = part.await;
        let part = part.unwrap_or_else(|_| {
            view! { <p class="error">{text::shell::NOT_LOADED_WHY}</p> }.into_any()
        });
        // Whoever went elsewhere meanwhile waits for nothing.
        if shown.try_set_value(Some(part)).is_none() {
            arrived.try_set(true);
        }
    });
    dynamic(move || match arrived.get() {
        true => shown.try_update_value(Option::take).flatten().into_any(),
        false => view! { <SkeletonLines lines=4 /> }.into_any(),
    })
}
