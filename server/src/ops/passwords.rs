//! Passwords: argon2id on blocking threads, as many at a time as the machine can bear. They are hashed
//! and compared in the form of RFC 8265, whoever set them and wherever they are typed.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use argon2::{
    Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version,
    password_hash::{self, SaltString},
};
use scim_schema::prepare::opaque_string;
use tokio::sync::Semaphore;

use super::error::OpError;
use crate::ids::Ids;

/// Memory of one hash in KiB, passes and lanes (OWASP Password Storage Cheat Sheet, argon2id).
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Hashes at a time of those who sign in; more would take the cores from everybody else.
const OF_PEOPLE: usize = 2;
/// The same of passwords that providers send.
const OF_PROVIDERS: usize = 1;
/// Callers that may wait for their turn; about two seconds' worth.
const WAITING: usize = 64;
/// Longest wait for a turn.
const PATIENCE: Duration = Duration::from_secs(10);

/// Hashes and verifies passwords. Clones share the pool.
#[derive(Clone)]
pub struct PasswordPool(Arc<Pool>);

struct Pool {
    at_a_time: usize,
    turns: Arc<Semaphore>,
    waiting: AtomicUsize,
    ids: Ids,
}

impl PasswordPool {
    /// A pool for those who sign in, whose salts come from `ids`.
    #[must_use]
    pub fn new(ids: Ids) -> Self {
        Self::with_turns(ids, OF_PEOPLE)
    }

    /// A pool for passwords that providers send: whoever sends many of them keeps nobody from
    /// signing in.
    #[must_use]
    pub fn of_providers(ids: Ids) -> Self {
        Self::with_turns(ids, OF_PROVIDERS)
    }

    fn with_turns(ids: Ids, at_a_time: usize) -> Self {
        Self(Arc::new(Pool {
            at_a_time,
            turns: Arc::new(Semaphore::new(at_a_time)),
            waiting: AtomicUsize::new(0),
            ids,
        }))
    }

    /// The hash of a new password, in PHC form.
    ///
    /// # Errors
    /// [`OpError::Busy`] when too many wait.
    pub async fn hash(&self, password: &str) -> Result<String, OpError> {
        let (password, salt) = self.prepared(password);
        self.run(move || hash_now(&password, &salt)).await
    }

    /// Whether `password` is the one behind `stored`, a hash in PHC form. Without a stored hash the
    /// same work is done for nothing, so that the time does not tell who has a password.
    ///
    /// # Errors
    /// [`OpError::Busy`] when too many wait, [`OpError::Internal`] when the stored hash cannot be
    /// read.
    pub async fn verify(&self, password: &str, stored: Option<&str>) -> Result<bool, OpError> {
        let (password, salt) = self.prepared(password);
        let stored = stored.map(ToOwned::to_owned);
        self.run(move || match stored {
            Some(stored) => verify_now(&password, &stored),
            None => hash_now(&password, &salt).map(|_| false),
        })
        .await
    }

    /// A password as it is compared, and a salt.
    fn prepared(&self, password: &str) -> (String, [u8; 16]) {
        (
            opaque_string(password).into_owned(),
            self.0.ids.bytes::<16>(),
        )
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> password_hash::Result<T> + Send + 'static,
    ) -> Result<T, OpError> {
        let place = Place::take(&self.0)?;
        let turn = tokio::time::timeout(PATIENCE, Arc::clone(&self.0.turns).acquire_owned())
            .await
            .map_err(|_| OpError::Busy)?
            .map_err(|_| OpError::Busy)?;
        // The work goes on to its end when the caller goes away, and keeps its turn until then.
        let work = move || {
            let done = work();
            drop((turn, place));
            done
        };
        match tokio::task::spawn_blocking(work).await {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => Err(OpError::Internal(format!("argon2: {error}"))),
            Err(error) => Err(OpError::Internal(format!("hashing was cut off: {error}"))),
        }
    }
}

/// A place in the queue, given back when dropped.
struct Place(Arc<Pool>);

impl Place {
    fn take(pool: &Arc<Pool>) -> Result<Self, OpError> {
        let place = Self(Arc::clone(pool));
        if pool.waiting.fetch_add(1, Ordering::Relaxed) >= WAITING + pool.at_a_time {
            return Err(OpError::Busy);
        }
        Ok(place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

fn argon2() -> password_hash::Result<Argon2<'static>> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash_now(password: &str, salt: &[u8]) -> password_hash::Result<String> {
    let salt = SaltString::encode_b64(salt)?;
    let hash = argon2()?.hash_password(password.as_bytes(), &salt)?;
    Ok(hash.to_string())
}

/// The comparison is in constant time (`password_hash::Output`).
fn verify_now(password: &str, stored: &str) -> password_hash::Result<bool> {
    let stored = PasswordHash::new(stored)?;
    match argon2()?.verify_password(password.as_bytes(), &stored) {
        Ok(()) => Ok(true),
        Err(password_hash::Error::Password) => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool() -> PasswordPool {
        PasswordPool::new(Ids::seeded(1))
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn work_whose_caller_has_gone_keeps_its_turn_until_its_end() {
        let pool = PasswordPool::of_providers(Ids::seeded(1));
        let (go_on, held) = std::sync::mpsc::channel::<()>();
        let caller = tokio::spawn({
            let pool = pool.clone();
            async move { pool.run(move || Ok(held.recv().is_ok())).await }
        });
        while pool.0.turns.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        caller.abort();
        assert!(caller.await.is_err());
        assert_eq!(pool.0.turns.available_permits(), 0);
        go_on.send(()).expect("it still works");
        assert!(pool.hash("correct horse battery").await.is_ok());
    }

    #[tokio::test]
    async fn the_right_password_verifies_and_no_other() {
        let pool = pool();
        let hash = pool.hash("correct horse battery").await.unwrap();
        assert!(
            hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{hash}"
        );
        assert!(
            pool.verify("correct horse battery", Some(&hash))
                .await
                .unwrap()
        );
        assert!(
            !pool
                .verify("correct horse batterz", Some(&hash))
                .await
                .unwrap()
        );
        assert!(!pool.verify("correct horse battery", None).await.unwrap());
    }

    #[tokio::test]
    async fn a_password_verifies_however_its_characters_are_put_together() {
        let pool = pool();
        let hash = pool.hash("Cafe\u{301}\u{a0}Royal 1863").await.unwrap();
        let typed = "Caf\u{e9} Royal 1863";
        assert!(pool.verify(typed, Some(&hash)).await.unwrap());
    }

    #[tokio::test]
    async fn the_same_password_hashes_differently_each_time() {
        let pool = pool();
        let first = pool.hash("correct horse battery").await.unwrap();
        assert_ne!(first, pool.hash("correct horse battery").await.unwrap());
    }

    #[tokio::test]
    async fn a_broken_stored_hash_is_our_fault_and_not_a_wrong_password() {
        let answer = pool().verify("anything at all", Some("plain")).await;
        assert!(matches!(answer, Err(OpError::Internal(_))));
    }

    #[tokio::test]
    async fn a_full_queue_refuses_and_recovers() {
        let pool = pool();
        pool.0.waiting.store(WAITING + OF_PEOPLE, Ordering::Relaxed);
        assert!(matches!(pool.hash("x").await, Err(OpError::Busy)));
        pool.0.waiting.store(0, Ordering::Relaxed);
        assert!(pool.hash("x").await.is_ok());
    }
}
