//! What all tenants use together, such as database readers and memory for bodies: nobody gets all
//! of it. A connection has at most a quarter, its account at most half.

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
    permits: [OwnedSemaphorePermit; 3],
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
                permits: [
                    connection.acquire_many_owned(units).await.ok()?,
                    account.acquire_many_owned(units).await.ok()?,
                    Arc::clone(&self.0.whole)
                        .acquire_many_owned(units)
                        .await
                        .ok()?,
                ],
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
        let held = self.permits[0].num_permits();
        let room = u32::try_from(self.most.saturating_sub(held)).unwrap_or(u32::MAX);
        let units = units.min(room);
        if units == 0 {
            return true;
        }
        let taken = async {
            let mut more = Vec::with_capacity(self.permits.len());
            for permit in &self.permits {
                let semaphore = Arc::clone(permit.semaphore());
                more.push(semaphore.acquire_many_owned(units).await.ok()?);
            }
            Some(more)
        };
        let Ok(Some(more)) = tokio::time::timeout(patience, taken).await else {
            return false;
        };
        for (permit, more) in self.permits.iter_mut().zip(more) {
            permit.merge(more);
        }
        true
    }

    /// Gives back what is more than `units`.
    pub fn keep(&mut self, units: u32) {
        for permit in &mut self.permits {
            let excess = permit.num_permits().saturating_sub(units as usize);
            drop(permit.split(excess));
        }
    }
}

/// A semaphore for each key that is in use.
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
        known.retain(|_, semaphore| semaphore.strong_count() > 0);
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
    async fn what_is_too_large_for_a_connection_waits_for_all_that_it_may_have() {
        let shares = Shares::new(8);
        let mut large = take(&shares, 1, 1, 100).await.unwrap();
        assert!(take(&shares, 1, 1, 1).await.is_none());
        large.keep(1);
        let _second = take(&shares, 1, 1, 1).await.unwrap();
        assert!(take(&shares, 1, 1, 1).await.is_none());
    }

    #[tokio::test]
    async fn what_grows_leaves_room_for_what_begins_and_waits_for_no_other_in_vain() {
        let shares = Shares::new(64);
        let mut large = take(&shares, 1, 1, 1).await.unwrap();
        assert!(large.grow(9, NOW).await);
        let mut other = take(&shares, 1, 1, 4).await.unwrap();
        assert!(!other.grow(9, NOW).await, "2 are left");
        drop(other);
        assert!(large.grow(100, NOW).await);
        assert!(large.grow(100, NOW).await, "the rest is not counted");
        let small = take(&shares, 1, 1, 1).await;
        assert!(small.is_some());
        assert!(take(&shares, 1, 1, 1).await.is_none());
        drop((large, small));
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
