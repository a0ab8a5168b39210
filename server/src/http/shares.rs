//! What all tenants use together, such as database readers and memory for bodies: nobody gets all
//! of it. A connection has at most a part, its account at most twice that, and one request of all
//! those that are growing what it needs beyond that.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};

use scim_schema::id::{AccountId, ConnectionId};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A resource that is given out in units. Clones share it.
#[derive(Clone)]
pub struct Shares(Arc<Inner>);

struct Inner {
    whole: Arc<Semaphore>,
    accounts: Keyed<AccountId>,
    connections: Keyed<ConnectionId>,
    /// Whoever grows holds what it has while it waits, and two that wait for each other would both
    /// wait in vain. So one at a time goes on without units, and waits for nobody.
    beyond: Arc<Semaphore>,
}

/// Units that a request has; dropping them gives them back.
#[derive(Debug)]
pub struct Share {
    units: [OwnedSemaphorePermit; 3],
    turn: Arc<Semaphore>,
    /// With this it takes no more units.
    beyond: Option<OwnedSemaphorePermit>,
    most: usize,
}

impl Shares {
    /// A resource of so many units, of which a connection has a quarter.
    #[must_use]
    pub fn new(units: u32) -> Self {
        Self::in_parts(units, 4)
    }

    /// A resource of so many units, of which a connection has one of so many parts.
    #[must_use]
    pub fn in_parts(units: u32, parts: u32) -> Self {
        let part = units / parts.max(1);
        Self(Arc::new(Inner {
            whole: Arc::new(Semaphore::new(units.max(1) as usize)),
            accounts: Keyed::new(part * 2),
            connections: Keyed::new(part),
            beyond: Arc::new(Semaphore::new(1)),
        }))
    }

    /// Takes units for a request of a connection, or as many as a connection may have; `None` when
    /// they did not become free within `patience`.
    pub async fn take(
        &self,
        account: AccountId,
        connection: ConnectionId,
        units: u32,
        patience: Duration,
    ) -> Option<Share> {
        let units = units.min(self.0.connections.size);
        // The narrowest first: who waits for its own does not hold up others meanwhile.
        let of = [
            self.0.connections.of(connection),
            self.0.accounts.of(account),
            Arc::clone(&self.0.whole),
        ];
        let taken = tokio::time::timeout(patience, of_each(of, units)).await;
        Some(Share {
            units: taken.ok()??,
            turn: Arc::clone(&self.0.beyond),
            beyond: None,
            most: self.0.connections.size as usize / 16 * 15,
        })
    }
}

/// So many units of each, one after the other.
async fn of_each(of: [Arc<Semaphore>; 3], units: u32) -> Option<[OwnedSemaphorePermit; 3]> {
    let [connection, account, whole] = of;
    Some([
        connection.acquire_many_owned(units).await.ok()?,
        account.acquire_many_owned(units).await.ok()?,
        whole.acquire_many_owned(units).await.ok()?,
    ])
}

impl Share {
    /// Takes so many units more, or the turn to go without; `false`, with nothing taken, when there
    /// was neither within `patience`. What grows leaves a sixteenth of the connection's units to
    /// what begins: beyond that it goes without.
    pub async fn grow(&mut self, units: u32, patience: Duration) -> bool {
        let [held, ..] = &self.units;
        let room = self.most.saturating_sub(held.num_permits());
        let units = units.min(u32::try_from(room).unwrap_or(u32::MAX));
        if units == 0 || self.beyond.is_some() {
            return true;
        }
        let of = self.units.each_ref().map(|of| Arc::clone(of.semaphore()));
        let turn = Arc::clone(&self.turn).acquire_owned();
        let either = async {
            tokio::select! {
                biased;
                more = of_each(of, units) => Either::Units(more),
                turn = turn => Either::Turn(turn.ok()),
            }
        };
        match tokio::time::timeout(patience, either).await {
            Ok(Either::Units(Some(more))) => {
                for (held, more) in self.units.iter_mut().zip(more) {
                    held.merge(more);
                }
                true
            }
            Ok(Either::Turn(turn)) => {
                self.beyond = turn;
                self.beyond.is_some()
            }
            Ok(Either::Units(None)) | Err(_) => false,
        }
    }

    /// Gives back what is more than `units`.
    pub fn keep(&mut self, units: u32) {
        for permit in &mut self.units {
            let excess = permit.num_permits().saturating_sub(units as usize);
            drop(permit.split(excess));
        }
    }
}

/// What a request that grows gets.
enum Either {
    Units(Option<[OwnedSemaphorePermit; 3]>),
    Turn(Option<OwnedSemaphorePermit>),
}

/// Units for each key that is in use.
struct Keyed<K> {
    size: u32,
    known: Mutex<HashMap<K, Weak<Semaphore>>>,
}

impl<K: Hash + Eq> Keyed<K> {
    fn new(size: u32) -> Self {
        Self {
            size: size.max(1),
            known: Mutex::new(HashMap::new()),
        }
    }

    fn of(&self, key: K) -> Arc<Semaphore> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = known.get(&key).and_then(Weak::upgrade) {
            return found;
        }
        known.retain(|_, units| units.strong_count() > 0);
        let made = Arc::new(Semaphore::new(self.size as usize));
        known.insert(key, Arc::downgrade(&made));
        made
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const NOW: Duration = Duration::ZERO;

    async fn take(shares: &Shares, account: u128, connection: u128, units: u32) -> Option<Share> {
        let account = AccountId(Uuid::from_u128(account));
        let connection = ConnectionId(Uuid::from_u128(connection));
        shares.take(account, connection, units, NOW).await
    }

    #[tokio::test]
    async fn a_connection_has_a_quarter_and_an_account_half() {
        let shares = Shares::new(8);
        let mut held = Vec::new();
        for connection in [1, 2] {
            held.push(take(&shares, 1, connection, 2).await.unwrap());
            assert!(take(&shares, 1, connection, 1).await.is_none());
        }
        assert!(take(&shares, 1, 3, 1).await.is_none());
        held.push(take(&shares, 2, 4, 2).await.unwrap());
        held.clear();
        assert!(take(&shares, 1, 1, 2).await.is_some());
    }

    #[tokio::test]
    async fn of_small_parts_it_takes_many_accounts_to_have_all() {
        let shares = Shares::in_parts(32, 16);
        let mut held = Vec::new();
        for account in 0..7 {
            for connection in [2 * account, 2 * account + 1] {
                held.push(take(&shares, account, connection, 100).await.unwrap());
            }
            assert!(take(&shares, account, 100, 1).await.is_none());
        }
        assert!(take(&shares, 7, 200, 2).await.is_some());
    }

    #[tokio::test]
    async fn what_is_too_large_for_a_connection_waits_for_all_that_it_may_have() {
        let shares = Shares::new(8);
        let mut large = take(&shares, 1, 1, 100).await.unwrap();
        assert!(take(&shares, 1, 1, 1).await.is_none());
        large.keep(1);
        let _second = take(&shares, 1, 1, 1).await.unwrap();
        assert!(take(&shares, 1, 1, 1).await.is_none());
    }

    #[tokio::test]
    async fn what_grows_leaves_room_for_what_begins() {
        let shares = Shares::new(64);
        let mut large = take(&shares, 1, 1, 1).await.unwrap();
        assert!(large.grow(9, NOW).await);
        assert!(large.grow(100, NOW).await);
        assert!(large.grow(100, NOW).await, "the rest is not counted");
        let small = take(&shares, 1, 1, 1).await;
        assert!(small.is_some());
        assert!(take(&shares, 1, 1, 1).await.is_none());
        drop((large, small));
        assert!(take(&shares, 1, 1, 16).await.is_some());
    }

    #[tokio::test]
    async fn of_those_that_grow_at_once_one_goes_on_beyond_and_the_others_after_it() {
        let shares = Shares::new(64);
        let mut growing = Vec::new();
        for _ in 0..4 {
            growing.push(take(&shares, 1, 1, 4).await.unwrap());
        }
        let (mut first, mut second) = (growing.remove(0), growing.remove(0));
        assert!(first.grow(4, NOW).await, "the others wait for it");
        assert!(first.grow(4, NOW).await, "and so it needs no other turn");
        assert!(!second.grow(4, NOW).await, "one at a time");
        let waits = second.grow(4, Duration::from_secs(60));
        let ends = async { drop(first) };
        assert!(tokio::join!(waits, ends).0);
        drop((second, growing));
        assert!(take(&shares, 1, 1, 16).await.is_some());
    }

    #[tokio::test]
    async fn connections_of_an_account_that_grow_at_once_wait_for_none_in_vain() {
        let shares = Shares::new(64);
        let mut growing = Vec::new();
        for connection in 0..4 {
            growing.push(take(&shares, 1, connection, 8).await.unwrap());
        }
        let [first, second, ..] = growing.as_mut_slice() else {
            unreachable!("four of them");
        };
        assert!(first.grow(4, NOW).await);
        assert!(!second.grow(4, NOW).await, "one at a time");
        let mut other = take(&shares, 2, 9, 8).await.unwrap();
        assert!(
            other.grow(4, NOW).await,
            "what the whole has is not touched"
        );
    }

    #[tokio::test]
    async fn uploads_that_need_more_than_there_is_all_come_to_their_end() {
        let shares = Shares::new(64);
        let patience = Duration::from_secs(60);
        let uploads = (0..16).map(|number| {
            let shares = shares.clone();
            tokio::spawn(async move {
                let mut upload = take(&shares, number % 2, number % 4, 1).await.unwrap();
                for _ in 0..8 {
                    tokio::task::yield_now().await;
                    if !upload.grow(1, patience).await {
                        return false;
                    }
                }
                true
            })
        });
        for upload in uploads.collect::<Vec<_>>() {
            assert!(upload.await.unwrap());
        }
        assert!(take(&shares, 1, 1, 16).await.is_some());
    }

    #[tokio::test]
    async fn keys_that_nobody_uses_are_forgotten() {
        let shares = Shares::new(8);
        for connection in 0..50 {
            drop(take(&shares, 1, connection, 1).await.unwrap());
        }
        let known = shares.0.connections.known.lock().unwrap();
        assert!(known.len() < 3, "{}", known.len());
    }
}
