//! The audit log: events inserted in the transaction of what they record, never changed; how they are
//! read, and the chain that joins them.

mod chain;
mod filter;
mod names;
mod reads;
mod timeline;
mod verification;

use scim_schema::{
    api::{audit::AuditOutcome, users::Actor},
    id::{AuditEventId, RequestId},
};
use sea_orm::ActiveValue::Set;
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

pub use chain::{ChainedEvent, NewChainLink, StoredHead, Unlinked};
pub use filter::{AuditFilter, AuditPlace};
pub(crate) use reads::hexadecimal;
pub use verification::{ChainLink, StoredDetails};

use super::{
    entity::{audit_detail, audit_event},
    error::DbError,
    unit::AccountTx,
};
use crate::ctx::{Ctx, actor_columns};

/// What an act was about: the kind of thing and its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// Such as `user` or `connection`.
    pub kind: &'static str,
    /// Which one; `None` when there is none yet.
    pub id: Option<Uuid>,
}

/// One act to record. Ids go into the event; everything personal into `details`, which can be
/// erased while the commitment in the event still verifies.
#[derive(Clone, Debug)]
pub struct AuditEntry {
    /// What was done, such as `user.create`.
    pub action: &'static str,
    /// To what.
    pub target: Target,
    /// How it ended.
    pub outcome: AuditOutcome,
    /// Before and after, names, reasons; never a secret or a raw body.
    pub details: Value,
}

impl AuditEntry {
    /// An act that was done to something with an id.
    #[must_use]
    pub fn done(
        action: &'static str,
        kind: &'static str,
        id: impl Into<Uuid>,
        details: Value,
    ) -> Self {
        Self {
            action,
            target: Target {
                kind,
                id: Some(id.into()),
            },
            outcome: AuditOutcome::Success,
            details,
        }
    }

    /// The same act, refused.
    #[must_use]
    pub fn refused(self) -> Self {
        Self {
            outcome: AuditOutcome::Refused,
            ..self
        }
    }
}

pub(super) async fn insert(tx: &AccountTx, entries: &[AuditEntry]) -> Result<(), DbError> {
    let ctx = tx.ctx();
    let mut events = Vec::with_capacity(entries.len());
    let mut details = Vec::with_capacity(entries.len());
    for entry in entries {
        let id = AuditEventId(tx.new_id());
        let salt = tx.ids().bytes::<16>();
        let text = entry.details.to_string();
        events.push(event(ctx, id, entry, &commitment(&salt, ctx, &text)));
        details.push(audit_detail::ActiveModel {
            account_id: Set(ctx.account.0),
            event_id: Set(id.0),
            details: Set(text),
            source_ip: Set(ctx.source_ip.map(|ip| ip.to_string())),
            user_agent: Set(ctx.user_agent.clone()),
            salt: Set(salt.to_vec()),
        });
    }
    tx.insert_rows(events).await?;
    tx.insert_rows(details).await
}

fn event(
    ctx: &Ctx,
    id: AuditEventId,
    entry: &AuditEntry,
    commitment: &[u8; 32],
) -> audit_event::ActiveModel {
    let (actor_kind, actor_id, _) = actor_columns(&ctx.actor);
    // Names of people and providers are theirs to change and to erase; those of our own parts are not.
    let component = match &ctx.actor {
        Actor::System { name } => Some(name.clone()),
        Actor::User { .. } | Actor::Connection { .. } | Actor::Operator => None,
    };
    let RequestId(request_id) = ctx.request_id;
    audit_event::ActiveModel {
        account_id: Set(ctx.account.0),
        id: Set(id.0),
        occurred_at: Set(ctx.now),
        actor_kind: Set(actor_kind.to_owned()),
        actor_id: Set(actor_id),
        actor_component: Set(component),
        credential_id: Set(ctx.credential),
        channel: Set(ctx.channel.as_str().to_owned()),
        action: Set(entry.action.to_owned()),
        target_kind: Set(entry.target.kind.to_owned()),
        target_id: Set(entry.target.id),
        outcome: Set(entry.outcome.as_str().to_owned()),
        commitment: Set(commitment.to_vec()),
        request_id: Set(request_id),
    }
}

/// What stands for the details in their event: SHA-256 over salt and details.
fn commitment(salt: &[u8], ctx: &Ctx, details: &str) -> [u8; 32] {
    let ip = ctx.source_ip.map(|ip| ip.to_string()).unwrap_or_default();
    let agent = ctx.user_agent.as_deref().unwrap_or_default();
    digest(&[salt, details.as_bytes(), ip.as_bytes(), agent.as_bytes()])
}

/// SHA-256 over parts, each with its length in front, so that no two inputs collide by moving a
/// boundary.
pub(crate) fn digest(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}
