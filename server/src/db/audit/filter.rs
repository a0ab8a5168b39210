//! Which acts are wanted.

use chrono::{DateTime, Utc};
use scim_schema::api::audit::{AuditChannel, AuditOutcome};
use uuid::Uuid;

use super::chain::ChainedEvent;

/// A row's place in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditPlace {
    /// When it happened.
    pub at: DateTime<Utc>,
    /// Its id, which breaks ties.
    pub id: Uuid,
}

/// Which acts are wanted. Whoever may see a part of the account only gets another condition here:
/// every read of the log goes through it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// At this time or later.
    pub since: Option<DateTime<Utc>>,
    /// Before this time.
    pub until: Option<DateTime<Utc>>,
    /// By this person or connection.
    pub actor: Option<Uuid>,
    /// One of these acts; any when empty.
    pub actions: Vec<&'static str>,
    /// To this kind of thing.
    pub target_kind: Option<String>,
    /// To this thing.
    pub target: Option<Uuid>,
    /// That ended so.
    pub outcome: Option<AuditOutcome>,
    /// That came through this.
    pub channel: Option<AuditChannel>,
    /// With this id: its own, its request's, or that of who acted or was acted on.
    pub any_id: Option<Uuid>,
    /// Beyond this place.
    pub before: Option<AuditPlace>,
    /// Rows at most.
    pub limit: u64,
}

impl AuditFilter {
    /// Whether it leaves anything out but by time.
    #[must_use]
    pub fn is_narrow(&self) -> bool {
        let any_time = Self {
            since: None,
            until: None,
            ..self.clone()
        };
        any_time != Self::default()
    }

    /// Whether an act passes; its place and its limit are those of a page.
    pub(super) fn takes(&self, event: &ChainedEvent) -> bool {
        let is = |wanted: &Option<Uuid>, found: Option<Uuid>| {
            wanted.is_none_or(|wanted| found == Some(wanted))
        };
        let ids = [
            Some(event.id),
            Some(event.request_id),
            event.actor_id,
            event.target_id,
        ];
        let word = |wanted: Option<&str>, found: &str| wanted.is_none_or(|wanted| wanted == found);
        self.since.is_none_or(|since| event.occurred_at >= since)
            && self.until.is_none_or(|until| event.occurred_at < until)
            && is(&self.actor, event.actor_id)
            && is(&self.target, event.target_id)
            && (self.actions.is_empty() || self.actions.contains(&event.action.as_str()))
            && word(self.target_kind.as_deref(), &event.target_kind)
            && word(self.outcome.map(AuditOutcome::as_str), &event.outcome)
            && word(self.channel.map(AuditChannel::as_str), &event.channel)
            && self.any_id.is_none_or(|id| ids.contains(&Some(id)))
    }
}
