//! Data of the server on a page: what was fetched last, what went wrong last, and whether a request
//! is on its way. Old data stays while new data is fetched, also when fetching fails: a page whose
//! network broke still shows what it knew, and says so.
//!
//! The type of the data matters only where it is read; all the rest is compiled once.

use std::{any::Any, marker::PhantomData, sync::Arc, time::Duration};

use leptos::prelude::*;

use super::dynamic::effect;
use crate::{
    api::{ApiError, Call},
    live::{Live, News},
    session::Session,
};

/// Changes within this time are fetched together.
const COALESCE: Duration = Duration::from_millis(300);

/// Data whose type only its [`Remote`] knows.
type Value = Arc<dyn Any + Send + Sync>;

/// What the answers said.
#[derive(Debug, Default)]
struct Snapshot {
    value: Option<Value>,
    error: Option<ApiError>,
}

impl Snapshot {
    fn take(&mut self, result: Result<Value, ApiError>) {
        match result {
            Ok(value) => {
                self.value = Some(value);
                self.error = None;
            }
            Err(error) => self.error = Some(error),
        }
    }
}

/// Data of the server of whatever type; a handle.
#[derive(Clone, Copy)]
pub(super) struct Source {
    state: RwSignal<Snapshot>,
    busy: RwSignal<bool>,
    again: RwSignal<u32>,
    scheduled: StoredValue<bool>,
}

impl Source {
    fn new(call: Box<dyn Fn() -> Call<Value>>) -> Self {
        let session = Session::get();
        let source = Self {
            state: RwSignal::new(Snapshot::default()),
            busy: RwSignal::new(false),
            again: RwSignal::new(0),
            scheduled: StoredValue::new(false),
        };
        effect(move || {
            source.again.track();
            let call = call();
            source.busy.set(true);
            session.send_while_shown(call, move |result| {
                source.busy.set(false);
                source.state.update(|state| state.take(result));
            });
        });
        source
    }

    /// Fetches again.
    pub(super) fn reload(self) {
        self.again.update(|again| *again = again.wrapping_add(1));
    }

    fn follow(self, concerns: Box<dyn Fn(News) -> bool>) {
        Live::get().listen(move |news| {
            if concerns(news) {
                // Many changes make one request; one that is on its way is let through first.
                self.reload_in(COALESCE);
            }
        });
    }

    fn reload_in(self, pause: Duration) {
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
                    self.reload_in(COALESCE);
                } else {
                    self.reload();
                }
            },
            pause,
        );
    }

    fn value(self) -> Option<Value> {
        self.state.with(|state| state.value.clone())
    }

    /// Whether there is data to show, tracked: any, or after a failure only such as fits.
    pub(super) fn is_present(self, fits: bool) -> bool {
        self.state
            .with(|state| state.value.is_some() && (fits || state.error.is_none()))
    }

    /// What went wrong last, tracked; `None` once it went well again.
    pub(super) fn error(self) -> Option<ApiError> {
        self.state.with(|state| state.error.clone())
    }

    /// Whether a request is on its way, tracked.
    pub(super) fn is_busy(self) -> bool {
        self.busy.get()
    }
}

/// Data of the server; a handle.
pub(crate) struct Remote<T> {
    source: Source,
    kind: PhantomData<fn() -> T>,
}

impl<T> Clone for Remote<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Remote<T> {}

impl<T: Send + Sync + 'static> Remote<T> {
    /// Fetches now and whenever the signals that `call` reads change. A request that is no longer
    /// wanted is aborted.
    pub(crate) fn new(call: impl Fn() -> Call<T> + 'static) -> Self {
        let call = move || call().map(|value| Arc::new(value) as Value);
        Self {
            source: Source::new(Box::new(call)),
            kind: PhantomData,
        }
    }

    /// Fetches again.
    pub(crate) fn reload(self) {
        self.source.reload();
    }

    /// Fetches again, quietly, after live updates that `concerns` this data.
    pub(crate) fn follow(self, concerns: impl Fn(News) -> bool + 'static) {
        self.source.follow(Box::new(concerns));
    }

    /// Fetches again after a while, quietly, unless that is about to happen anyway.
    pub(crate) fn reload_in(self, pause: Duration) {
        self.source.reload_in(pause);
    }

    /// The last good answer, tracked.
    pub(crate) fn value(self) -> Option<Arc<T>> {
        self.source.value()?.downcast().ok()
    }

    /// What went wrong last, tracked; `None` once it went well again.
    pub(crate) fn error(self) -> Option<ApiError> {
        self.source.error()
    }

    /// Whether a request is on its way, tracked.
    pub(crate) fn is_busy(self) -> bool {
        self.source.is_busy()
    }

    /// What it is of whatever type.
    pub(super) fn source(self) -> Source {
        self.source
    }

    /// The data, once there is some.
    pub(super) fn present(self) -> Option<Present<T>> {
        let first = untrack(|| self.value())?;
        Some(Present {
            remote: self,
            first: StoredValue::new(first),
        })
    }
}

/// Data that is there; a handle that follows what is fetched later.
pub(crate) struct Present<T: Send + Sync + 'static> {
    remote: Remote<T>,
    first: StoredValue<Arc<T>>,
}

impl<T: Send + Sync + 'static> Clone for Present<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Present<T> {}

impl<T: Send + Sync + 'static> Present<T> {
    /// The latest of it, tracked.
    pub(crate) fn get(self) -> Arc<T> {
        let latest = self.remote.value();
        latest.unwrap_or_else(|| self.first.get_value())
    }

    /// The latest of it, untracked.
    pub(crate) fn get_untracked(self) -> Arc<T> {
        untrack(|| self.get())
    }

    /// Notes that what runs now follows it.
    pub(crate) fn track(self) {
        self.remote.source.state.track();
    }

    /// Reads it, tracked.
    pub(crate) fn with<U>(self, read: impl FnOnce(&T) -> U) -> U {
        read(&self.get())
    }

    /// Reads it, untracked.
    pub(crate) fn with_untracked<U>(self, read: impl FnOnce(&T) -> U) -> U {
        read(&self.get_untracked())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_data_outlives_a_failed_refresh() {
        let mut state = Snapshot::default();
        state.take(Ok(Arc::new(1)));
        state.take(Err(ApiError::Network));
        let kept = state
            .value
            .as_deref()
            .and_then(|value| value.downcast_ref());
        assert_eq!(kept, Some(&1));
        assert_eq!(state.error, Some(ApiError::Network));
    }

    #[test]
    fn a_good_answer_clears_the_error() {
        let mut state = Snapshot::default();
        state.take(Err(ApiError::Timeout));
        state.take(Ok(Arc::new(2)));
        assert_eq!(state.error, None);
    }
}
