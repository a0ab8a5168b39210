//! The chain: one link for each event, in each account its own. A link holds the hash of its event,
//! with the commitment that stands for the details, and of the link before; so nothing can be changed,
//! taken out or put in between without every later link telling.

use std::sync::Arc;

use scim_schema::{
    api::audit::{AuditHead, ChainHead},
    id::{AccountId, AuditEventId},
};
use uuid::Uuid;

use crate::{
    ctx::Ctx,
    db::{AccountTx, ChainedEvent, Db, NewChainLink, StoredHead, Written, digest, hexadecimal},
    ops::OpError,
};

/// Links of one unit of work: some milliseconds of SQLite's only writer.
const BATCH: usize = 500;
/// Events that one statement looks at for those without a link.
const STEP: u64 = 5_000;
/// Heads that are shown.
const ANCHORS: u64 = 30;
/// Changes when what a link is made of changes.
const VERSION: &[u8] = b"rollcall-audit-link-1";

/// The hash of a link: SHA-256 over its place, every column of its event and the hash of the link
/// before.
#[must_use]
pub fn link_hash(account: AccountId, seq: u64, prev: &[u8], event: &ChainedEvent) -> [u8; 32] {
    let seq = seq.to_be_bytes();
    let at = event.occurred_at.timestamp_micros().to_be_bytes();
    // A missing id has no bytes, one that is there has sixteen.
    let id = |id: &Option<Uuid>| id.map(|id| id.as_bytes().to_vec()).unwrap_or_default();
    // A component is never empty where there is one.
    let component = event.actor_component.as_deref().unwrap_or_default();
    digest(&[
        VERSION,
        account.0.as_bytes(),
        &seq,
        prev,
        event.id.as_bytes(),
        &at,
        event.actor_kind.as_bytes(),
        &id(&event.actor_id),
        component.as_bytes(),
        &id(&event.credential_id),
        event.channel.as_bytes(),
        event.action.as_bytes(),
        event.target_kind.as_bytes(),
        &id(&event.target_id),
        event.outcome.as_bytes(),
        &event.commitment,
        event.request_id.as_bytes(),
    ])
}

/// Gives links to those of `events` of the account of `ctx` that have none, and answers how many those
/// were. While somebody else adds links to the same chain, none are added: they are found again.
///
/// # Errors
/// Those of the database.
pub async fn link(db: &Db, ctx: &Arc<Ctx>, events: &[AuditEventId]) -> Result<u64, OpError> {
    let mut linked = 0;
    for batch in events.chunks(BATCH) {
        let batch: Arc<[AuditEventId]> = batch.into();
        let added = db.write::<_, OpError, _>(ctx, move |tx| {
            let batch = Arc::clone(&batch);
            Box::pin(async move { link_batch(tx, &batch).await })
        });
        linked += added.await?;
    }
    Ok(linked)
}

async fn link_batch(tx: &AccountTx, batch: &[AuditEventId]) -> Result<Written<u64>, OpError> {
    let Some(head) = tx.take_chain().await? else {
        return Ok(Written::unchanged(0));
    };
    let events = tx.events_to_link(batch).await?;
    if events.is_empty() {
        return Ok(Written::unchanged(0));
    }
    let links = links_of(tx.account(), &head, &events);
    tx.append_links(&links).await?;
    // Nobody did anything: a link for each act would need a link for each link.
    Ok(Written::bookkeeping(links.len() as u64))
}

fn links_of(account: AccountId, head: &StoredHead, events: &[ChainedEvent]) -> Vec<NewChainLink> {
    let (mut seq, mut prev_hash) = (head.seq, head.hash.clone());
    let link = |event: &ChainedEvent| {
        seq += 1;
        let hash = link_hash(account, seq, &prev_hash, event).to_vec();
        NewChainLink {
            seq,
            event: AuditEventId(event.id),
            prev_hash: std::mem::replace(&mut prev_hash, hash.clone()),
            hash,
        }
    };
    events.iter().map(link).collect()
}

/// Gives a link to every event of the account of `ctx` that has none, however old it is.
///
/// # Errors
/// Those of the database.
pub async fn link_all(db: &Db, ctx: &Arc<Ctx>) -> Result<u64, OpError> {
    let (mut linked, mut after) = (0, AuditEventId(Uuid::nil()));
    loop {
        let (unlinked, last) = db.account(ctx.account).unlinked_after(after, STEP).await?;
        linked += link(db, ctx, &unlinked).await?;
        let Some(last) = last else {
            return Ok(linked);
        };
        after = last;
    }
}

/// Notes where the chain of the account of `ctx` stands, for whoever keeps such heads elsewhere; `None`
/// before its first link.
///
/// # Errors
/// Those of the database.
pub async fn note_head(db: &Db, ctx: &Arc<Ctx>) -> Result<Option<ChainHead>, OpError> {
    let noted = db.write::<_, OpError, _>(ctx, |tx| {
        Box::pin(async move {
            Ok(match tx.note_chain_head().await? {
                Some(head) => Written::bookkeeping(Some(head)),
                None => Written::unchanged(None),
            })
        })
    });
    Ok(noted.await?.as_ref().map(shown))
}

/// Where the chain stands, and where it stood when that was noted.
///
/// # Errors
/// Those of the database.
pub async fn head(db: &Db, account: AccountId) -> Result<AuditHead, OpError> {
    let account = db.account(account);
    let head = account.chain_head().await?.as_ref().map(shown);
    let anchors = account.chain_anchors(ANCHORS).await?;
    Ok(AuditHead {
        head,
        anchors: anchors.iter().map(shown).collect(),
    })
}

fn shown(head: &StoredHead) -> ChainHead {
    ChainHead {
        seq: head.seq,
        hash: hexadecimal(&head.hash),
        at: head.at,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::ops::audit) const ACCOUNT: AccountId = AccountId(Uuid::from_u128(1));

    pub(in crate::ops::audit) fn event(id: u128) -> ChainedEvent {
        ChainedEvent {
            id: Uuid::from_u128(id),
            occurred_at: chrono::DateTime::UNIX_EPOCH,
            actor_kind: "user".to_owned(),
            actor_id: Some(Uuid::from_u128(2)),
            actor_component: None,
            credential_id: None,
            channel: "ui".to_owned(),
            action: "user.ban".to_owned(),
            target_kind: "user".to_owned(),
            target_id: Some(Uuid::from_u128(3)),
            outcome: "success".to_owned(),
            commitment: vec![7; 32],
            request_id: Uuid::from_u128(4),
        }
    }

    #[test]
    fn a_hash_tells_every_change_of_its_event() {
        let hash = |event: &ChainedEvent| link_hash(ACCOUNT, 1, &[0; 32], event);
        let before = hash(&event(9));
        let changes: [fn(&mut ChainedEvent); 13] = [
            |event| event.id = Uuid::from_u128(10),
            |event| event.occurred_at += chrono::TimeDelta::microseconds(1),
            |event| event.actor_kind = "operator".to_owned(),
            |event| event.actor_id = None,
            |event| event.actor_component = Some("worker".to_owned()),
            |event| event.credential_id = event.actor_id.take(),
            |event| event.channel = "cli".to_owned(),
            |event| event.action = "user.unban".to_owned(),
            |event| event.target_kind = "group".to_owned(),
            |event| event.target_id = Some(Uuid::from_u128(5)),
            |event| event.outcome = "refused".to_owned(),
            |event| event.commitment = vec![8; 32],
            |event| event.request_id = Uuid::from_u128(6),
        ];
        for (index, change) in changes.iter().enumerate() {
            let mut changed = event(9);
            change(&mut changed);
            assert_ne!(hash(&changed), before, "change {index}");
        }
        let other = AccountId(Uuid::from_u128(2));
        assert_ne!(link_hash(other, 1, &[0; 32], &event(9)), before);
        assert_ne!(link_hash(ACCOUNT, 2, &[0; 32], &event(9)), before);
        assert_ne!(link_hash(ACCOUNT, 1, &[1; 32], &event(9)), before);
    }

    #[test]
    fn links_carry_on_from_each_other() {
        let head = StoredHead {
            seq: 4,
            hash: vec![5; 32],
            at: chrono::DateTime::UNIX_EPOCH,
        };
        let links = links_of(ACCOUNT, &head, &[event(1), event(2)]);
        let numbers: Vec<u64> = links.iter().map(|link| link.seq).collect();
        assert_eq!(numbers, [5, 6]);
        assert_eq!(links[0].prev_hash, head.hash);
        assert_eq!(links[1].prev_hash, links[0].hash);
        assert_ne!(links[1].hash, links[0].hash);
    }
}
