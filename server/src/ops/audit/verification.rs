//! Verifies a chain link by link, in parts of bounded time and memory.

use chrono::{DateTime, TimeDelta, Utc};
use scim_schema::{
    api::audit::{AuditVerification, BrokenLink, ChainFault},
    id::{AccountId, AuditEventId},
};

use super::chain::link_hash;
use crate::{
    db::{ChainLink, Db, StoredDetails, StoredHead, digest},
    ops::OpError,
};

/// Links of one statement.
const PAGE: u64 = 500;
/// Links of one answer: a second or two.
const PART: u64 = 50_000;
/// How far back acts without a link are looked for, and how many are counted.
const PENDING_SINCE: TimeDelta = TimeDelta::hours(1);
const MOST_PENDING: u64 = 10_000;

/// What was found so far.
struct Walk {
    account: AccountId,
    /// The last link that holds, and its hash.
    through: u64,
    hash: Vec<u8>,
    verified: u64,
    erased: u64,
}

/// Verifies a part of the chain of an account, from the link after `after` on.
///
/// # Errors
/// [`OpError::Invalid`] when there is no link of that number, and those of the database.
pub async fn verify(
    db: &Db,
    account: AccountId,
    after: u64,
    now: DateTime<Utc>,
) -> Result<AuditVerification, OpError> {
    let scope = db.account(account);
    // First, since the chain may grow meanwhile. A head that was noted is one as well, should somebody
    // have taken back where the chain stands.
    let noted = scope.chain_anchors(1).await?.pop();
    let stands = scope.chain_head().await?;
    let head = stands.into_iter().chain(noted).max_by_key(|head| head.seq);
    let mut walk = Walk::from(db, account, after).await?;
    let mut broken = None;
    while broken.is_none() && walk.verified < PART {
        let links = scope.links_after(walk.through, PAGE).await?;
        if links.is_empty() {
            broken = walk.truncated(head.as_ref());
            break;
        }
        broken = links.iter().find_map(|link| walk.take(link).err());
    }
    let links = head.map_or(0, |head| head.seq);
    let next = (broken.is_none() && walk.through < links).then_some(walk.through);
    let (pending, pending_since) = scope
        .pending_links(now - PENDING_SINCE, MOST_PENDING)
        .await?;
    Ok(AuditVerification {
        verified: walk.verified,
        erased: walk.erased,
        through: walk.through,
        links: links.max(walk.through),
        next,
        pending,
        pending_since,
        broken,
    })
}

impl Walk {
    async fn from(db: &Db, account: AccountId, after: u64) -> Result<Self, OpError> {
        let hash = match after.checked_sub(1) {
            None => vec![0; 32],
            Some(before) => {
                let links = db.account(account).links_after(before, 1).await?;
                let link = links.into_iter().find(|link| link.seq == after);
                let link = link.ok_or_else(|| OpError::Invalid {
                    path: "after",
                    message: "The chain has no link of this number. Begin without it.".to_owned(),
                })?;
                link.hash
            }
        };
        Ok(Self {
            account,
            through: after,
            hash,
            verified: 0,
            erased: 0,
        })
    }

    /// Takes the next link when it holds.
    fn take(&mut self, link: &ChainLink) -> Result<(), BrokenLink> {
        let seq = self.through + 1;
        if let Some(fault) = self.fault(seq, link) {
            let missing = matches!(fault, ChainFault::Gap);
            return Err(BrokenLink {
                seq,
                event: (!missing).then_some(AuditEventId(link.event_id)),
                fault,
            });
        }
        self.through = seq;
        self.hash.clone_from(&link.hash);
        self.verified += 1;
        self.erased += u64::from(link.details.is_none());
        Ok(())
    }

    fn fault(&self, seq: u64, link: &ChainLink) -> Option<ChainFault> {
        if link.seq != seq {
            return Some(ChainFault::Gap);
        }
        if link.prev_hash != self.hash {
            return Some(ChainFault::Torn);
        }
        let Some(event) = &link.event else {
            return Some(ChainFault::EventMissing);
        };
        let hash = link_hash(self.account, seq, &link.prev_hash, event);
        if link.hash != hash {
            return Some(ChainFault::EventChanged);
        }
        let details = link.details.as_ref();
        if details.is_some_and(|details| event.commitment != commitment(details)) {
            return Some(ChainFault::DetailsChanged);
        }
        let noted = link.anchor.as_ref();
        noted
            .is_some_and(|noted| *noted != link.hash)
            .then_some(ChainFault::AnchorDiffers)
    }

    /// The chain ends here; its newest links are missing when it had come further.
    fn truncated(&self, head: Option<&StoredHead>) -> Option<BrokenLink> {
        let head = head?;
        let is_whole = self.through > head.seq
            || self.through == head.seq && (self.verified == 0 || self.hash == head.hash);
        (!is_whole).then_some(BrokenLink {
            seq: self.through + u64::from(self.through < head.seq),
            event: None,
            fault: ChainFault::Truncated,
        })
    }
}

/// What stands for details in their event.
fn commitment(details: &StoredDetails) -> [u8; 32] {
    let ip = details.source_ip.as_deref().unwrap_or_default();
    let agent = details.user_agent.as_deref().unwrap_or_default();
    digest(&[
        &details.salt,
        details.details.as_bytes(),
        ip.as_bytes(),
        agent.as_bytes(),
    ])
}

#[cfg(test)]
mod tests {
    use super::{
        super::chain::tests::{ACCOUNT, event},
        *,
    };

    fn details() -> StoredDetails {
        StoredDetails {
            details: "{}".to_owned(),
            source_ip: Some("192.0.2.1".to_owned()),
            user_agent: None,
            salt: vec![1; 16],
        }
    }

    fn walk() -> Walk {
        Walk {
            account: ACCOUNT,
            through: 0,
            hash: vec![0; 32],
            verified: 0,
            erased: 0,
        }
    }

    fn links(n: u64) -> Vec<ChainLink> {
        let mut prev_hash = vec![0; 32];
        let link = |seq| {
            let mut event = event(u128::from(seq));
            event.commitment = commitment(&details()).to_vec();
            let hash = link_hash(ACCOUNT, seq, &prev_hash, &event).to_vec();
            ChainLink {
                seq,
                event_id: event.id,
                prev_hash: std::mem::replace(&mut prev_hash, hash.clone()),
                hash,
                event: Some(event),
                details: Some(details()),
                anchor: None,
            }
        };
        (1..=n).map(link).collect()
    }

    fn fault(links: &[ChainLink]) -> Option<(u64, ChainFault)> {
        let mut walk = walk();
        let broken = links.iter().find_map(|link| walk.take(link).err());
        broken.map(|broken| (broken.seq, broken.fault))
    }

    #[test]
    fn a_whole_chain_holds_with_and_without_its_details() {
        let mut chain = links(4);
        assert_eq!(fault(&chain), None);
        chain[1].details = None;
        let mut walk = walk();
        assert!(chain.iter().all(|link| walk.take(link).is_ok()));
        assert_eq!((walk.verified, walk.erased, walk.through), (4, 1, 4));
    }

    #[test]
    fn each_fault_is_found_at_its_link() {
        use ChainFault as F;
        type Tamper = fn(&mut Vec<ChainLink>);
        let cases: [(Tamper, F); 7] = [
            (|chain| drop(chain.remove(1)), F::Gap),
            (|chain| chain[1].prev_hash = vec![9; 32], F::Torn),
            (|chain| chain[1].event = None, F::EventMissing),
            (
                |chain| chain[1].event.as_mut().unwrap().action.push('x'),
                F::EventChanged,
            ),
            (|chain| chain[1].hash = vec![9; 32], F::EventChanged),
            (
                |chain| chain[1].details.as_mut().unwrap().details.push(' '),
                F::DetailsChanged,
            ),
            (
                |chain| chain[1].anchor = Some(vec![9; 32]),
                F::AnchorDiffers,
            ),
        ];
        for (tamper, wanted) in cases {
            let mut chain = links(4);
            tamper(&mut chain);
            assert_eq!(fault(&chain), Some((2, wanted)));
        }
    }

    #[test]
    fn the_end_of_a_chain_is_missed() {
        let chain = links(3);
        let head = |seq, hash: &[u8]| StoredHead {
            seq,
            hash: hash.to_vec(),
            at: DateTime::UNIX_EPOCH,
        };
        let mut walk = walk();
        assert!(chain.iter().all(|link| walk.take(link).is_ok()));
        assert_eq!(walk.truncated(Some(&head(3, &chain[2].hash))), None);
        assert_eq!(walk.truncated(Some(&head(2, &chain[1].hash))), None);
        assert_eq!(walk.truncated(None), None);
        let missing = walk.truncated(Some(&head(5, &[1; 32]))).unwrap();
        assert_eq!((missing.seq, missing.fault), (4, ChainFault::Truncated));
        let rewritten = walk.truncated(Some(&head(3, &[1; 32]))).unwrap();
        assert_eq!((rewritten.seq, rewritten.fault), (3, ChainFault::Truncated));
    }
}
