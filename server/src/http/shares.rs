//! What all tenants use together, such as database readers and memory for bodies: nobody gets all
//! of it. A connection has at most a quarter, its account at most half, and what one request that is
//! growing needs beyond that.

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
}

/// Units that a request has; dropping them gives them back.
#[derive(Debug)]
pub struct Share {
    connection: Held,
    account: Held,
    whole: OwnedSemaphorePermit,
    most: usize,
}

impl Shares {
    /// A resource of so many units.
    #[must_use]
    pub fn new(units: u32) -> Self {
        Self(Arc::new(Inner {
            whole: Arc::new(Semaphore::new(units.max(1) as usize)),
            accounts: Keyed::new(units / 2),
            connections: Keyed::new(units / 4),
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
        let connection = self.0.connections.of(connection);
        let account = self.0.accounts.of(account);
        // The narrowest first: who waits for its own does not hold up others meanwhile.
        let taken = async {
            Some(Share {
                connection: Held::of(connection, units).await?,
                account: Held::of(account, units).await?,
                whole: Arc::clone(&self.0.whole)
                    .acquire_many_owned(units)
                    .await
                    .ok()?,
                most: self.0.connections.size as usize / 16 * 15,
            })
        };
        tokio::time::timeout(patience, taken).await.ok().flatten()
    }
}

impl Share {
    /// Takes so many units more; `false`, with nothing taken, when they did not become free within
    /// `patience`. What grows leaves a sixteenth of the connection's units to what begins: beyond
    /// that it goes without.
    pub async fn grow(&mut self, units: u32, patience: Duration) -> bool {
        let held = self.whole.num_permits();
        let room = u32::try_from(self.most.saturating_sub(held)).unwrap_or(u32::MAX);
        let units = units.min(room);
        if units == 0 {
            return true;
        }
        let taken = async {
            let of_connection = self.connection.more(units).await?;
            let of_account = self.account.more(units).await?;
            let whole = Arc::clone(self.whole.semaphore());
            Some((
                of_connection,
                of_account,
                whole.acquire_many_owned(units).await.ok()?,
            ))
        };
        let Ok(Some((of_connection, of_account, of_whole))) =
            tokio::time::timeout(patience, taken).await
        else {
            return false;
        };
        self.connection.merge(of_connection);
        self.account.merge(of_account);
        self.whole.merge(of_whole);
        true
    }

    /// Gives back what is more than `units`.
    pub fn keep(&mut self, units: u32) {
        for permit in [
            &mut self.connection.units,
            &mut self.account.units,
            &mut self.whole,
        ] {
            let excess = permit.num_permits().saturating_sub(units as usize);
            drop(permit.split(excess));
        }
    }
}

/// What everybody of one connection or account has together.
#[derive(Debug)]
struct Quota {
    units: Arc<Semaphore>,
    /// One at a time may go beyond the units: whoever grows holds what it has while it waits, and
    /// two that wait for each other would both wait in vain.
    beyond: Arc<Semaphore>,
}

/// What a request has of a quota.
#[derive(Debug)]
struct Held {
    quota: Arc<Quota>,
    units: OwnedSemaphorePermit,
    /// With this it takes no more units.
    beyond: Option<OwnedSemaphorePermit>,
}

/// What a request takes of a quota on top.
enum More {
    Units(OwnedSemaphorePermit),
    Beyond(OwnedSemaphorePermit),
    /// It is beyond already.
    Nothing,
}

impl Held {
    async fn of(quota: Arc<Quota>, units: u32) -> Option<Self> {
        let taken = Arc::clone(&quota.units).acquire_many_owned(units).await;
        Some(Self {
            units: taken.ok()?,
            quota,
            beyond: None,
        })
    }

    /// Units as they become free, or the turn to go without them.
    async fn more(&self, units: u32) -> Option<More> {
        if self.beyond.is_some() {
            return Some(More::Nothing);
        }
        let units = Arc::clone(&self.quota.units).acquire_many_owned(units);
        let beyond = Arc::clone(&self.quota.beyond).acquire_owned();
        tokio::select! {
            biased;
            taken = units => taken.ok().map(More::Units),
            turn = beyond => turn.ok().map(More::Beyond),
        }
    }

    fn merge(&mut self, more: More) {
        match more {
            More::Units(units) => self.units.merge(units),
            More::Beyond(turn) => self.beyond = Some(turn),
            More::Nothing => {}
        }
    }
}

/// A quota for each key that is in use.
struct Keyed<K> {
    size: u32,
    known: Mutex<HashMap<K, Weak<Quota>>>,
}

impl<K: Hash + Eq> Keyed<K> {
    fn new(size: u32) -> Self {
        Self {
            size: size.max(1),
            known: Mutex::new(HashMap::new()),
        }
    }

    fn of(&self, key: K) -> Arc<Quota> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = known.get(&key).and_then(Weak::upgrade) {
            return found;
        }
        known.retain(|_, quota| quota.strong_count() > 0);
        let made = Arc::new(Quota {
            units: Arc::new(Semaphore::new(self.size as usize)),
            beyond: Arc::new(Semaphore::new(1)),
        });
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
    async fn keys_that_nobody_uses_are_forgotten() {
        let shares = Shares::new(8);
        for connection in 0..50 {
            drop(take(&shares, 1, connection, 1).await.unwrap());
        }
        let known = shares.0.connections.known.lock().unwrap();
        assert!(known.len() < 3, "{}", known.len());
    }
}
