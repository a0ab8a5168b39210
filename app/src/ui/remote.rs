//! Data of the server on a page: what was fetched last, what went wrong last, and whether a request
//! is on its way. Old data stays while new data is fetched, also when fetching fails: a page whose
//! network broke still shows what it knew, and says so.

use std::{future::Future, sync::Arc, time::Duration};

use leptos::{html::Div, prelude::*, task::spawn_local_scoped_with_cancellation};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::empty::{Failure, Refusal};
use crate::{
    api::ApiError,
    live::{Live, News},
    session::Session,
    text,
};

/// Changes within this time are fetched together.
const COALESCE: Duration = Duration::from_millis(300);

/// What the answers said.
#[derive(Debug)]
struct Snapshot<T> {
    value: Option<Arc<T>>,
    error: Option<ApiError>,
}

impl<T> Default for Snapshot<T> {
    fn default() -> Self {
        Self {
            value: None,
            error: None,
        }
    }
}

impl<T> Snapshot<T> {
    fn take(&mut self, result: Result<T, ApiError>) {
        match result {
            Ok(value) => {
                self.value = Some(Arc::new(value));
                self.error = None;
            }
            Err(error) => self.error = Some(error),
        }
    }
}

/// Data of the server; a handle.
pub(crate) struct Remote<T: Send + Sync + 'static> {
    state: RwSignal<Snapshot<T>>,
    busy: RwSignal<bool>,
    again: RwSignal<u32>,
    scheduled: StoredValue<bool>,
}

impl<T: Send + Sync + 'static> Clone for Remote<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Remote<T> {}

impl<T: Send + Sync + 'static> Remote<T> {
    /// Fetches now and whenever the signals that `key` reads change. A request that is no longer
    /// wanted is aborted.
    pub(crate) fn new<K, F>(key: impl Fn() -> K + 'static, fetch: impl Fn(K) -> F + 'static) -> Self
    where
        F: Future<Output = Result<T, ApiError>> + 'static,
    {
        let session = Session::get();
        let remote = Self {
            state: RwSignal::new(Snapshot::default()),
            busy: RwSignal::new(false),
            again: RwSignal::new(0),
            scheduled: StoredValue::new(false),
        };
        Effect::new(move |_| {
            remote.again.track();
            let request = fetch(key());
            remote.busy.set(true);
            spawn_local_scoped_with_cancellation(async move {
                let result = session.watch(request.await);
                remote.busy.set(false);
                remote.state.update(|state| state.take(result));
            });
        });
        remote
    }

    /// Fetches again.
    pub(crate) fn reload(self) {
        self.again.update(|again| *again = again.wrapping_add(1));
    }

    /// Fetches again, quietly, after live updates that `concerns` this data.
    pub(crate) fn follow(self, concerns: impl Fn(News) -> bool + 'static) {
        Live::get().listen(move |news| {
            if concerns(news) {
                self.reload_soon();
            }
        });
    }

    /// Many changes make one request; one that is on its way is let through first.
    fn reload_soon(self) {
        self.reload_in(COALESCE);
    }

    /// Fetches again after a while, quietly, unless that is about to happen anyway.
    pub(crate) fn reload_in(self, pause: Duration) {
        if self.scheduled.try_get_value() != Some(false) {
            return;
        }
        self.scheduled.set_value(true);
        set_timeout(
            move || {
                if self.scheduled.try_set_value(false).is_some() {
                    return; // the page is gone
                }
                if self.busy.get_untracked() {
                    self.reload_soon();
                } else {
                    self.reload();
                }
            },
            pause,
        );
    }

    /// The last good answer, tracked.
    pub(crate) fn value(self) -> Option<Arc<T>> {
        self.state.with(|state| state.value.clone())
    }

    /// What went wrong last, tracked; `None` once it went well again.
    pub(crate) fn error(self) -> Option<ApiError> {
        self.state.with(|state| state.error.clone())
    }

    /// Whether a request is on its way, tracked.
    pub(crate) fn is_busy(self) -> bool {
        self.busy.get()
    }
}

/// Shows a skeleton, then the data, and what went wrong in between. `content` is drawn once and
/// follows its signal, so that focus and scroll position outlive a refresh.
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
    C: Fn(Signal<Arc<T>>) -> AnyView + Send + Sync + 'static,
{
    let region = NodeRef::<Div>::new();
    let retry = retry_keeping_focus(remote, region);
    let error = Memo::new(move |_| remote.error());
    let present = Memo::new(move |_| {
        let fits = fits.is_none_or(|fits| fits.get());
        remote
            .state
            .with(|state| state.value.is_some() && (fits || state.error.is_none()))
    });
    let frame = if head.is_some() { "body" } else { "" };
    let stale = move || {
        let error = error.get().filter(|_| present.get())?;
        Some(view! {
            <div class=format!("stale {frame}")>
                <Failure what error retry note=text::error::STALE />
            </div>
        })
    };
    let body = move || {
        if present.get()
            && let Some(first) = remote.state.with_untracked(|state| state.value.clone())
        {
            let value = RwSignal::new(first);
            Effect::new(move |_| {
                if let Some(latest) = remote.value() {
                    value.set(latest);
                }
            });
            return content(value.into());
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
    };
    view! {
        <div class="loaded" aria-busy=move || remote.is_busy().to_string() node_ref=region>
            {stale}
            {body}
        </div>
    }
}

/// Tries again. The button that was pressed goes away with its message; afterwards focus is on the
/// next one, or on the heading of what is there now.
fn retry_keeping_focus<T: Send + Sync + 'static>(
    remote: Remote<T>,
    region: NodeRef<Div>,
) -> Callback<()> {
    let pressed = StoredValue::new(false);
    Effect::new(move |_| {
        if remote.is_busy() || !pressed.get_value() {
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
        remote.reload();
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_data_outlives_a_failed_refresh() {
        let mut state = Snapshot::default();
        state.take(Ok(1));
        state.take(Err(ApiError::Network));
        assert_eq!(state.value.as_deref(), Some(&1));
        assert_eq!(state.error, Some(ApiError::Network));
    }

    #[test]
    fn a_good_answer_clears_the_error() {
        let mut state = Snapshot::default();
        state.take(Err(ApiError::Timeout));
        state.take(Ok(2));
        assert_eq!(state.error, None);
    }
}
