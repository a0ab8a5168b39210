//! The address is the state of the page: reload, Back and a shared link restore it.

use scim_schema::{
    api::conflicts::{ConflictKind, ConflictQuery, ConflictState},
    id::ConnectionId,
};

use crate::{query::QueryString, routes};

/// What the page shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ConflictView {
    /// One connection.
    pub connection: Option<ConnectionId>,
    /// One kind.
    pub kind: Option<ConflictKind>,
    /// One state; open at first.
    pub state: ConflictState,
}

impl ConflictView {
    /// Reads an address; what it cannot read is ignored and listed.
    pub(super) fn from_pairs<'a>(
        pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> (Self, Vec<String>) {
        let mut view = Self {
            connection: None,
            kind: None,
            state: ConflictState::Open,
        };
        let mut ignored = Vec::new();
        for (key, value) in pairs {
            if view.read(key, value).is_none() {
                ignored.push(format!("{key}={value}"));
            }
        }
        (view, ignored)
    }

    fn read(&mut self, key: &str, value: &str) -> Option<()> {
        match key {
            "connection" => self.connection = Some(value.parse().ok()?),
            "kind" => self.kind = Some(value.parse().ok()?),
            "state" => self.state = value.parse().ok()?,
            _ => return None,
        }
        Some(())
    }

    /// Its address.
    pub(super) fn path(&self) -> String {
        let connection = self.connection.map(|id| id.to_string());
        let state = Some(self.state).filter(|state| *state != ConflictState::Open);
        QueryString::default()
            .with_some("connection", connection.as_deref())
            .with_some("kind", self.kind.map(ConflictKind::as_str))
            .with_some("state", state.map(ConflictState::as_str))
            .after(routes::CONFLICTS)
    }

    /// What it asks the server for.
    pub(super) fn api(&self) -> ConflictQuery {
        ConflictQuery {
            connection: self.connection,
            kind: self.kind,
            state: Some(self.state),
            ..ConflictQuery::default()
        }
    }

    /// The same in another state.
    pub(super) fn in_state(&self, state: ConflictState) -> Self {
        Self {
            state,
            ..self.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_and_written_alike_and_open_needs_no_word() {
        let id = "01936b2e-0000-7000-8000-000000000000";
        let pairs = [("connection", id), ("kind", "user_name"), ("state", "open")];
        let (view, ignored) = ConflictView::from_pairs(pairs);
        assert!(ignored.is_empty());
        let path = format!("/conflicts?connection={id}&kind=user_name");
        assert_eq!(view.path(), path);
        let dismissed = view.in_state(ConflictState::Dismissed).path();
        assert_eq!(dismissed, format!("{path}&state=dismissed"));
    }

    #[test]
    fn what_cannot_be_read_is_ignored_and_named() {
        let (view, ignored) = ConflictView::from_pairs([("kind", "odd"), ("x", "1")]);
        assert_eq!(ignored, ["kind=odd", "x=1"]);
        assert_eq!(view.path(), "/conflicts");
    }
}
