//! The SQL that one request runs, statement by statement.

use std::{cell::RefCell, fmt::Debug, sync::Once};

use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    layer::{Context, Layer, SubscriberExt},
    registry,
};

/// The target that the database traces its statements under.
const TARGET: &str = "rollcall_server::sql";

thread_local! {
    /// Statements of this thread, while somebody listens.
    static HEARD: RefCell<Option<Vec<String>>> = const { RefCell::new(None) };
}

/// Hears every statement of this thread, so the test must run on a runtime of one thread.
pub(crate) struct Statements(());

impl Statements {
    pub(crate) fn listen() -> Self {
        static ONCE: Once = Once::new();
        // One listener for every thread: tests that come and go with their own would switch each
        // other's events off for a moment.
        ONCE.call_once(|| {
            tracing::subscriber::set_global_default(registry().with(Listener))
                .expect("nobody else listens");
        });
        HEARD.set(Some(Vec::new()));
        Self(())
    }

    /// What was heard since the last call. The look-up of the token, which has a budget of its
    /// own, is left out.
    pub(crate) fn take(&self) -> Vec<String> {
        let mut heard = self.take_all();
        heard.retain(|statement| !statement.contains("scim_tokens"));
        heard
    }

    /// The same with the look-up of the token.
    pub(crate) fn take_all(&self) -> Vec<String> {
        HEARD.replace(Some(Vec::new())).unwrap_or_default()
    }
}

impl Drop for Statements {
    fn drop(&mut self) {
        HEARD.set(None);
    }
}

struct Listener;

impl<S: Subscriber> Layer<S> for Listener {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() != TARGET {
            return;
        }
        let mut text = Text(String::new());
        event.record(&mut text);
        HEARD.with_borrow_mut(|heard| {
            if let Some(heard) = heard {
                heard.push(text.0);
            }
        });
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
