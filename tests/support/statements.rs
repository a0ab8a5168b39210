//! The SQL that one request runs, statement by statement.

use std::{
    fmt::Debug,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
    subscriber::DefaultGuard,
};
use tracing_subscriber::{
    layer::{Context, Layer, SubscriberExt},
    registry,
};

/// The target that the database traces its statements under.
const TARGET: &str = "rollcall_server::sql";

/// Hears every statement of this thread, so the test must run on a runtime of one thread.
pub(crate) struct Statements {
    heard: Arc<Mutex<Vec<String>>>,
    _guard: DefaultGuard,
}

impl Statements {
    pub(crate) fn listen() -> Self {
        let heard = Arc::new(Mutex::new(Vec::new()));
        let listener = Listener(Arc::clone(&heard));
        let guard = tracing::subscriber::set_default(registry().with(listener));
        Self {
            heard,
            _guard: guard,
        }
    }

    /// What was heard since the last call. The look-up of the token, which has a budget of its
    /// own, is left out.
    pub(crate) fn take(&self) -> Vec<String> {
        let heard = std::mem::take(&mut *lock(&self.heard));
        heard
            .into_iter()
            .filter(|statement| !statement.contains("scim_tokens"))
            .collect()
    }
}

struct Listener(Arc<Mutex<Vec<String>>>);

impl<S: Subscriber> Layer<S> for Listener {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() != TARGET {
            return;
        }
        let mut text = Text(String::new());
        event.record(&mut text);
        lock(&self.0).push(text.0);
    }
}

/// The field `statement` of an event.
struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if field.name() == "statement" {
            self.0 = format!("{value:?}");
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "statement" {
            value.clone_into(&mut self.0);
        }
    }
}

fn lock(heard: &Mutex<Vec<String>>) -> MutexGuard<'_, Vec<String>> {
    heard.lock().unwrap_or_else(PoisonError::into_inner)
}
