//! What was entered into mappings and is not applied yet.

use leptos::{ev, prelude::*};
use scim_schema::{
    api::mapping::MappingDraft,
    id::{ConnectionId, UserId},
};

use crate::{session::Session, ui::effect};

/// Whose draft, of which connection.
type Key = (UserId, ConnectionId);

/// Drafts; a handle. They are kept in memory, each for the person who entered it, so that a look at
/// another page or a session that runs out loses nothing. Before the window is closed or reloaded
/// the browser asks.
#[derive(Clone, Copy)]
pub(crate) struct MappingDrafts {
    session: Session,
    kept: StoredValue<Vec<(Key, MappingDraft)>>,
}

impl MappingDrafts {
    /// Provides the context. Drafts end when their person signs out.
    pub(crate) fn provide(session: Session) {
        let drafts = Self::new(session);
        provide_context(drafts);
        effect(move || {
            if session.was_left() {
                drafts.kept.set_value(Vec::new());
            }
        });
        let _always = window_event_listener(ev::beforeunload, move |event| {
            if drafts.kept.with_value(|kept| !kept.is_empty()) {
                event.prevent_default();
            }
        });
    }

    /// The context.
    pub(super) fn get() -> Self {
        use_context().unwrap_or_else(|| Self::new(Session::get()))
    }

    fn new(session: Session) -> Self {
        Self {
            session,
            kept: StoredValue::new(Vec::new()),
        }
    }

    fn key(self, connection: ConnectionId) -> Option<Key> {
        let me = untrack(|| self.session.me())?;
        Some((me.user_id, connection))
    }

    /// What the person entered for `connection`.
    pub(super) fn of(self, connection: ConnectionId) -> Option<MappingDraft> {
        let key = self.key(connection)?;
        self.kept.with_value(|kept| {
            let found = kept.iter().find(|(one, _)| *one == key);
            found.map(|(_, draft)| draft.clone())
        })
    }

    /// Keeps what the person entered for `connection`, or forgets it.
    pub(super) fn keep(self, connection: ConnectionId, draft: Option<MappingDraft>) {
        let Some(key) = self.key(connection) else {
            return;
        };
        self.kept.update_value(|kept| {
            kept.retain(|(one, _)| *one != key);
            kept.extend(draft.map(|draft| (key, draft)));
        });
    }
}
