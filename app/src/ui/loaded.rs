//! Shows data of the server, what is awaited, and what went wrong.

use leptos::{html::Div, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::{
    dynamic::{dynamic, effect, optional},
    empty::{Failure, Refusal},
    remote::{Present, Remote, Source},
};
use crate::text;

/// Shows a skeleton, then the data, and what went wrong in between. `content` is drawn once and
/// follows its data, so that focus and scroll position outlive a refresh.
#[component]
pub(crate) fn Loaded<T, C>(
    /// The data.
    remote: Remote<T>,
    /// What could not be done if it fails: "The list of users could not be loaded."
    what: &'static str,
    /// The shape of what is coming.
    skeleton: ViewFn,
    /// Draws the data.
    content: C,
    /// Where the data is the whole page: the head to show when there is none.
    #[prop(optional, into)]
    head: Option<ViewFn>,
    /// Where the data is the whole page: words and address of where to go on when there is none.
    #[prop(optional, into)]
    back: Option<(&'static str, &'static str)>,
    /// Whether the data answers what is asked now, where the question can change: when it does not
    /// and the request has failed, it is not shown.
    #[prop(optional, into)]
    fits: Option<Signal<bool>>,
) -> impl IntoView
where
    T: Send + Sync + 'static,
    C: Fn(Present<T>) -> AnyView + Send + Sync + 'static,
{
    let content = move || remote.present().map(&content);
    region(Region {
        source: remote.source(),
        what,
        skeleton,
        content: Box::new(content),
        head,
        back,
        fits,
    })
}

/// What [`Loaded`] shows, whatever the type of its data.
struct Region {
    source: Source,
    what: &'static str,
    skeleton: ViewFn,
    content: Box<dyn Fn() -> Option<AnyView> + Send>,
    head: Option<ViewFn>,
    back: Option<(&'static str, &'static str)>,
    fits: Option<Signal<bool>>,
}

fn region(region: Region) -> AnyView {
    let Region {
        source,
        what,
        skeleton,
        content,
        head,
        back,
        fits,
    } = region;
    let node = NodeRef::<Div>::new();
    let retry = retry_keeping_focus(source, node);
    let error = Memo::new(move |_| source.error());
    let present = Memo::new(move |_| source.is_present(fits.is_none_or(|fits| fits.get())));
    let frame = if head.is_some() { "body" } else { "" };
    let stale = optional(move || {
        let error = error.get().filter(|_| present.get())?;
        Some(view! {
            <div class=format!("stale {frame}")>
                <Failure what error retry note=text::error::STALE />
            </div>
        })
    });
    let body = dynamic(move || {
        if present.get()
            && let Some(content) = content()
        {
            return content;
        }
        match error.get() {
            Some(error) => view! {
                {head.as_ref().map(ViewFn::run)}
                <div class=frame>
                    <Refusal what error retry back />
                </div>
            }
            .into_any(),
            None => view! { <div class=frame>{skeleton.run()}</div> }.into_any(),
        }
    });
    view! {
        <div class="loaded" aria-busy=move || source.is_busy().to_string() node_ref=node>
            {stale}
            {body}
        </div>
    }
    .into_any()
}

/// Tries again. The button that was pressed goes away with its message; afterwards focus is on the
/// next one, or on the heading of what is there now.
fn retry_keeping_focus(source: Source, region: NodeRef<Div>) -> Callback<()> {
    let pressed = StoredValue::new(false);
    effect(move || {
        if source.is_busy() || !pressed.get_value() {
            return;
        }
        pressed.set_value(false);
        // The answer is drawn in this same turn.
        request_animation_frame(move || {
            let lost = document()
                .active_element()
                .is_none_or(|focused| focused.tag_name() == "BODY");
            if !lost {
                return;
            }
            let button = region.try_get_untracked().flatten().and_then(|region| {
                region
                    .query_selector("[role='alert'] button")
                    .ok()
                    .flatten()
            });
            let heading = || document().query_selector("main h1").ok().flatten();
            let target = button.or_else(heading);
            if let Some(target) = target.and_then(|one| one.dyn_into::<HtmlElement>().ok()) {
                let _focused = target.focus();
            }
        });
    });
    Callback::new(move |()| {
        pressed.set_value(true);
        source.reload();
    })
}
