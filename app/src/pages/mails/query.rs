//! The address is the state of the page: reload, Back and a shared link restore it.

use scim_schema::{
    api::mails::MailQuery,
    id::UserId,
    mail::{MailKind, MailState},
};

use crate::{query::QueryString, routes};

/// Rows of one page.
const PAGE: u32 = 50;

/// What the page shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct MailView {
    /// In one state.
    pub state: Option<MailState>,
    /// Of one kind.
    pub kind: Option<MailKind>,
    /// To one person.
    pub user: Option<UserId>,
    /// Where the page before ended; none on the first.
    pub cursor: Option<String>,
}

impl MailView {
    /// Reads an address; what it cannot read is ignored and listed.
    pub(super) fn from_pairs<'a>(
        pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> (Self, Vec<String>) {
        let mut view = Self::default();
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
            "state" => self.state = Some(value.parse().ok()?),
            "kind" => self.kind = Some(value.parse().ok()?),
            "user" => self.user = Some(value.parse().ok()?),
            "cursor" => self.cursor = Some(value.to_owned()),
            _ => return None,
        }
        Some(())
    }

    /// Its address.
    pub(super) fn path(&self) -> String {
        let user = self.user.map(|id| id.to_string());
        QueryString::default()
            .with_some("state", self.state.map(MailState::as_str))
            .with_some("kind", self.kind.map(MailKind::as_str))
            .with_some("user", user.as_deref())
            .with_some("cursor", self.cursor.as_deref())
            .after(routes::MAILS)
    }

    /// What it asks the server for.
    pub(super) fn api(&self) -> MailQuery {
        MailQuery {
            state: self.state,
            kind: self.kind,
            user: self.user,
            cursor: self.cursor.clone(),
            limit: Some(PAGE),
        }
    }

    /// The same from another place on.
    pub(super) fn at(&self, cursor: Option<String>) -> Self {
        Self {
            cursor,
            ..self.clone()
        }
    }

    /// Whether it shows every mail.
    pub(super) fn is_all(&self) -> bool {
        *self == Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_and_written_alike() {
        let id = "01936b2e-0000-7000-8000-000000000000";
        let pairs = [
            ("state", "bounced"),
            ("kind", "test"),
            ("user", id),
            ("cursor", "x"),
        ];
        let (view, ignored) = MailView::from_pairs(pairs);
        assert!(ignored.is_empty());
        let path = format!("/mails?state=bounced&kind=test&user={id}");
        assert_eq!(view.path(), format!("{path}&cursor=x"));
        assert_eq!(view.at(None).path(), path);
        assert!(!view.is_all() && MailView::default().is_all());
    }

    #[test]
    fn what_cannot_be_read_is_ignored_and_named() {
        let (view, ignored) = MailView::from_pairs([("state", "odd"), ("x", "1")]);
        assert_eq!(ignored, ["state=odd", "x=1"]);
        assert_eq!(view.path(), "/mails");
    }
}
