//! Notices that come and go: success only. Errors stay where they belong, on the page.

use std::time::Duration;

use leptos::prelude::*;

/// Long enough to be read and reached by keyboard (WCAG 2.2.1).
const SHOWN: Duration = Duration::from_secs(12);

/// One notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Toast {
    /// Tells notices apart.
    pub id: u32,
    /// What has happened, as a sentence without full stop.
    pub message: String,
}

/// Visible notices and the quiet voice for screen readers; a handle.
#[derive(Clone, Copy)]
pub(crate) struct Toasts {
    items: RwSignal<Vec<Toast>>,
    next: StoredValue<u32>,
    spoken: RwSignal<String>,
}

impl Toasts {
    /// Provides the context.
    pub(crate) fn provide() {
        provide_context(Self::new());
    }

    fn new() -> Self {
        Self {
            items: RwSignal::new(Vec::new()),
            next: StoredValue::new(0),
            spoken: RwSignal::new(String::new()),
        }
    }

    /// The context.
    pub(crate) fn get() -> Self {
        use_context().unwrap_or_else(Self::new)
    }

    /// Visible notices, oldest first, tracked.
    pub(crate) fn items(self) -> Vec<Toast> {
        self.items.get()
    }

    /// What is to be read aloud, tracked.
    pub(crate) fn spoken(self) -> String {
        self.spoken.get()
    }

    /// Shows `message` for a while.
    pub(crate) fn success(self, message: impl Into<String>) {
        let id = self.next.get_value();
        self.next.set_value(id.wrapping_add(1));
        self.items.update(|items| {
            items.push(Toast {
                id,
                message: message.into(),
            });
        });
        set_timeout(move || self.dismiss(id), SHOWN);
    }

    /// Takes a notice away.
    pub(crate) fn dismiss(self, id: u32) {
        self.items
            .update(|items| items.retain(|toast| toast.id != id));
    }

    /// Says `message` to screen readers only; the same words twice are said twice.
    pub(crate) fn announce(self, message: &str) {
        self.spoken.update(|spoken| {
            let again = *spoken == message;
            message.clone_into(spoken);
            if again {
                spoken.push('\u{a0}');
            }
        });
    }
}
