//! The address is the state of the audit log: reload, Back and a shared link restore it.

use chrono::{DateTime, SecondsFormat, Utc};
use scim_schema::{
    api::audit::{AuditChannel, AuditOutcome, AuditQuery},
    audit::actions_of,
};
use uuid::Uuid;

use crate::{query::QueryString, routes};

/// What the log shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct AuditView {
    /// An id.
    pub q: Option<Uuid>,
    /// Who acted.
    pub actor: Option<Uuid>,
    /// An act or an area of acts.
    pub action: Option<String>,
    /// What was acted on.
    pub target: Option<Uuid>,
    /// How it ended.
    pub outcome: Option<AuditOutcome>,
    /// Through what.
    pub channel: Option<AuditChannel>,
    /// Not earlier.
    pub since: Option<DateTime<Utc>>,
    /// Earlier.
    pub until: Option<DateTime<Utc>>,
}

impl AuditView {
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
            "q" => self.q = Some(value.trim().parse().ok()?),
            "actor" => self.actor = Some(value.parse().ok()?),
            "action" => {
                let known = Some(value).filter(|action| !actions_of(action).is_empty());
                self.action = Some(known?.to_owned());
            }
            "target" => self.target = Some(value.parse().ok()?),
            "outcome" => self.outcome = Some(value.parse().ok()?),
            "channel" => self.channel = Some(value.parse().ok()?),
            "since" => self.since = Some(value.parse().ok()?),
            "until" => self.until = Some(value.parse().ok()?),
            _ => return None,
        }
        Some(())
    }

    /// Its address.
    pub(super) fn path(&self) -> String {
        let id = |id: Option<Uuid>| id.map(|id| id.to_string());
        QueryString::default()
            .with_some("q", id(self.q).as_deref())
            .with_some("actor", id(self.actor).as_deref())
            .with_some("action", self.action.as_deref())
            .with_some("target", id(self.target).as_deref())
            .with_some("outcome", self.outcome.map(AuditOutcome::as_str))
            .with_some("channel", self.channel.map(AuditChannel::as_str))
            .with_some("since", self.since.map(machine).as_deref())
            .with_some("until", self.until.map(machine).as_deref())
            .after(routes::AUDIT)
    }

    /// What is asked of the server.
    pub(super) fn api(&self, cursor: Option<String>) -> AuditQuery {
        AuditQuery {
            q: self.q.map(|id| id.to_string()),
            actor: self.actor,
            action: self.action.clone(),
            target: self.target,
            outcome: self.outcome,
            channel: self.channel,
            since: self.since,
            until: self.until,
            cursor,
            ..AuditQuery::default()
        }
    }

    /// Without filters; the id stays.
    pub(super) fn unfiltered(&self) -> Self {
        Self {
            q: self.q,
            ..Self::default()
        }
    }

    /// How many filters are on.
    pub(super) fn filters(&self) -> usize {
        [
            self.actor.is_some(),
            self.action.is_some(),
            self.target.is_some(),
            self.outcome.is_some(),
            self.channel.is_some(),
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
            ("q", ID),
            ("actor", ID),
            ("action", "user"),
            ("target", ID),
            ("outcome", "refused"),
            ("channel", "scim"),
            ("since", "2026-11-22T08:00:00Z"),
            ("until", "2026-11-22T09:00:00Z"),
        ];
        let (view, ignored) = AuditView::from_pairs(pairs);
        assert!(ignored.is_empty(), "{ignored:?}");
        assert_eq!(view.filters(), 7);
        assert_eq!(
            view.path(),
            format!(
                "/audit?q={ID}&actor={ID}&action=user&target={ID}&outcome=refused&channel=scim&since=2026-11-22T08%3A00%3A00Z&until=2026-11-22T09%3A00%3A00Z"
            )
        );
        assert_eq!(view.unfiltered().path(), format!("/audit?q={ID}"));
    }

    #[test]
    fn what_cannot_be_read_is_ignored_and_named() {
        let pairs = [("utm", "x"), ("action", "user.vanish"), ("q", "Anna")];
        let (view, ignored) = AuditView::from_pairs(pairs);
        assert_eq!(ignored, ["utm=x", "action=user.vanish", "q=Anna"]);
        assert_eq!(view, AuditView::default());
    }
}
