//! The address is the state of the log: reload, Back and a shared link restore it.

use chrono::{DateTime, SecondsFormat, Utc};
use scim_schema::{
    api::provisioning_log::{LogOutcome, LogQuery},
    id::{ConnectionId, UserId},
};

use crate::{query::QueryString, routes};

const MAX_WORDS: usize = 200;

/// Methods that providers use.
pub(super) const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/// What the log shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct LogView {
    /// A person's name, or the id of a request.
    pub q: String,
    /// One person.
    pub user: Option<UserId>,
    /// One connection.
    pub connection: Option<ConnectionId>,
    /// How it was answered.
    pub outcome: Option<LogOutcome>,
    /// One of [`METHODS`].
    pub method: Option<&'static str>,
    /// Not earlier.
    pub since: Option<DateTime<Utc>>,
    /// Earlier.
    pub until: Option<DateTime<Utc>>,
}

impl LogView {
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
            "q" => self.q = value.trim().chars().take(MAX_WORDS).collect(),
            "user" => self.user = Some(value.parse().ok()?),
            "connection" => self.connection = Some(value.parse().ok()?),
            "outcome" => self.outcome = Some(value.parse().ok()?),
            "method" => self.method = Some(METHODS.into_iter().find(|one| *one == value)?),
            "since" => self.since = Some(value.parse().ok()?),
            "until" => self.until = Some(value.parse().ok()?),
            _ => return None,
        }
        Some(())
    }

    /// Its address.
    pub(super) fn path(&self) -> String {
        let user = self.user.map(|id| id.to_string());
        let connection = self.connection.map(|id| id.to_string());
        QueryString::default()
            .with_some("q", Some(&*self.q).filter(|q| !q.is_empty()))
            .with_some("user", user.as_deref())
            .with_some("connection", connection.as_deref())
            .with_some("outcome", self.outcome.map(LogOutcome::as_str))
            .with_some("method", self.method)
            .with_some("since", self.since.map(machine).as_deref())
            .with_some("until", self.until.map(machine).as_deref())
            .after(routes::LOG)
    }

    /// What is asked of the server.
    pub(super) fn api(&self) -> LogQuery {
        LogQuery {
            q: (!self.q.is_empty()).then(|| self.q.clone()),
            user: self.user,
            connection: self.connection,
            outcome: self.outcome,
            method: self.method.map(str::to_owned),
            since: self.since,
            until: self.until,
            ..LogQuery::default()
        }
    }

    /// With other words.
    pub(super) fn searching(&self, q: &str) -> Self {
        Self {
            q: q.trim().to_owned(),
            ..self.clone()
        }
    }

    /// Without filters; the words stay.
    pub(super) fn unfiltered(&self) -> Self {
        Self::default().searching(&self.q)
    }

    /// How many filters are on.
    pub(super) fn filters(&self) -> usize {
        [
            self.user.is_some(),
            self.connection.is_some(),
            self.outcome.is_some(),
            self.method.is_some(),
            self.since.is_some(),
            self.until.is_some(),
        ]
        .into_iter()
        .filter(|on| *on)
        .count()
    }
}

fn machine(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0192f5a0-0000-7000-8000-000000000001";

    #[test]
    fn an_address_survives_reading_and_writing() {
        let pairs = [
            ("q", "ada"),
            ("user", ID),
            ("connection", ID),
            ("outcome", "refused"),
            ("method", "PATCH"),
            ("since", "2026-11-22T08:00:00Z"),
            ("until", "2026-11-22T09:00:00Z"),
        ];
        let (view, ignored) = LogView::from_pairs(pairs);
        assert!(ignored.is_empty(), "{ignored:?}");
        assert_eq!(view.filters(), 6);
        assert_eq!(
            view.path(),
            format!(
                "/log?q=ada&user={ID}&connection={ID}&outcome=refused&method=PATCH&since=2026-11-22T08%3A00%3A00Z&until=2026-11-22T09%3A00%3A00Z"
            )
        );
        assert_eq!(view.unfiltered().path(), "/log?q=ada");
    }

    #[test]
    fn what_cannot_be_read_is_ignored_and_named() {
        let pairs = [
            ("utm", "x"),
            ("outcome", "odd"),
            ("method", "get"),
            ("since", "yesterday"),
            ("q", " ada "),
        ];
        let (view, ignored) = LogView::from_pairs(pairs);
        assert_eq!(
            ignored,
            ["utm=x", "outcome=odd", "method=get", "since=yesterday"]
        );
        assert_eq!(view.path(), "/log?q=ada");
    }
}
