//! The one source of identifiers and of randomness.
//!
//! Whoever needs an id, a secret or a salt receives an [`Ids`]; in production it is seeded by the
//! operating system, in tests by a number, so that a test run repeats exactly.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{OsError, OsRng, RngCore, SeedableRng};
use uuid::Uuid;

/// The random part of a `UUIDv7`: 12 bits of `rand_a` and 62 of `rand_b` (RFC 9562 section 5.7).
const TAIL_BITS: u32 = 74;
const TAIL_MAX: u128 = (1 << TAIL_BITS) - 1;
const RAND_B_BITS: u32 = 62;
const RAND_B_MAX: u128 = (1 << RAND_B_BITS) - 1;
const MILLIS_MAX: u64 = (1 << 48) - 1;

/// Makes identifiers and secrets from one cryptographic generator. Clones share its state.
#[derive(Clone)]
pub struct Ids(Arc<Mutex<State>>);

struct State {
    rng: ChaCha20Rng,
    last_millis: u64,
    last_tail: u128,
}

/// The operating system gave no randomness, so no secret can be made.
#[derive(Debug, thiserror::Error)]
#[error("The operating system gives no random numbers ({0}); check that /dev/urandom is readable.")]
pub struct RandomnessError(#[from] OsError);

impl Ids {
    /// A generator seeded by the operating system.
    ///
    /// # Errors
    /// [`RandomnessError`] when the system has no source of randomness.
    pub fn from_os() -> Result<Self, RandomnessError> {
        Ok(Self::from_rng(ChaCha20Rng::try_from_rng(&mut OsRng)?))
    }

    /// A generator whose whole output follows from `seed`: for tests and the demonstration data.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self::from_rng(ChaCha20Rng::seed_from_u64(seed))
    }

    /// A `UUIDv7` (RFC 9562 section 5.7) stamped with `now`.
    ///
    /// The ids of one process sort in the order in which they were made (section 6.2, method 2: the
    /// random part grows by a random step within a millisecond). Where `now` lies before the stamp
    /// of the id before, that stamp is kept.
    #[must_use]
    pub fn uuid_v7(&self, now: DateTime<Utc>) -> Uuid {
        let millis = u64::try_from(now.timestamp_millis())
            .unwrap_or(0)
            .min(MILLIS_MAX);
        self.state().next_uuid_v7(millis)
    }

    /// 256 random bits: a bearer token, a session or the secret of a one-time link.
    #[must_use]
    pub fn secret(&self) -> [u8; 32] {
        self.bytes()
    }

    /// `N` random bytes.
    #[must_use]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.state().rng.fill_bytes(&mut bytes);
        bytes
    }

    fn from_rng(rng: ChaCha20Rng) -> Self {
        Self(Arc::new(Mutex::new(State {
            rng,
            last_millis: 0,
            last_tail: 0,
        })))
    }

    // The state is whole after every statement, so a panic elsewhere cannot have broken it.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Ids {
    // The state of the generator would tell every secret that follows.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ids")
    }
}

impl State {
    fn next_uuid_v7(&mut self, millis: u64) -> Uuid {
        if millis > self.last_millis {
            self.last_millis = millis;
            self.last_tail = self.fresh_tail();
            return compose(self.last_millis, self.last_tail);
        }
        let step = u128::from(self.rng.next_u32()) + 1;
        match self.last_tail.checked_add(step) {
            Some(tail) if tail <= TAIL_MAX => self.last_tail = tail,
            _ => {
                self.last_millis = (self.last_millis + 1).min(MILLIS_MAX);
                self.last_tail = self.fresh_tail();
            }
        }
        compose(self.last_millis, self.last_tail)
    }

    // The highest bit stays clear so that the steps of one millisecond have room to grow.
    fn fresh_tail(&mut self) -> u128 {
        let random = (u128::from(self.rng.next_u64()) << 64) | u128::from(self.rng.next_u64());
        random & (TAIL_MAX >> 1)
    }
}

fn compose(millis: u64, tail: u128) -> Uuid {
    const VERSION_7: u128 = 0b0111 << 76;
    const VARIANT_RFC: u128 = 0b10 << 62;
    let rand_a = tail >> RAND_B_BITS;
    let rand_b = tail & RAND_B_MAX;
    Uuid::from_u128(u128::from(millis) << 80 | VERSION_7 | rand_a << 64 | VARIANT_RFC | rand_b)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use chrono::TimeDelta;

    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-03-01T08:00:00.250Z".parse().unwrap()
    }

    fn stamp(id: Uuid) -> i64 {
        i64::try_from(id.as_u128() >> 80).unwrap()
    }

    #[test]
    fn an_id_is_a_version_7_uuid_of_the_given_millisecond() {
        let id = Ids::seeded(1).uuid_v7(now());
        assert_eq!(id.get_version_num(), 7);
        assert_eq!(id.get_variant(), uuid::Variant::RFC4122);
        assert_eq!(stamp(id), now().timestamp_millis());
    }

    #[test]
    fn ids_sort_by_creation_within_a_millisecond_and_when_the_clock_goes_back() {
        let ids = Ids::seeded(2);
        let mut made: Vec<Uuid> = (0..5_000).map(|_| ids.uuid_v7(now())).collect();
        made.extend((0..100).map(|_| ids.uuid_v7(now() - TimeDelta::hours(1))));
        made.push(ids.uuid_v7(now() + TimeDelta::milliseconds(1)));

        assert!(made.is_sorted());
        assert_eq!(made.iter().collect::<HashSet<_>>().len(), made.len());
        assert!(
            made[..5_100]
                .iter()
                .all(|id| stamp(*id) == now().timestamp_millis())
        );
    }

    #[test]
    fn a_full_millisecond_continues_in_the_next() {
        let ids = Ids::seeded(3);
        let before = ids.uuid_v7(now());
        ids.state().last_tail = TAIL_MAX;
        let after = ids.uuid_v7(now());
        assert!(after > before);
        assert_eq!(stamp(after), now().timestamp_millis() + 1);
    }

    #[test]
    fn an_instant_before_1970_gives_an_id_all_the_same() {
        let id = Ids::seeded(4).uuid_v7("1969-12-31T23:59:59Z".parse().unwrap());
        assert_eq!(id.get_version_num(), 7);
        assert_eq!(stamp(id), 0);
    }

    #[test]
    fn the_same_seed_repeats_and_another_does_not() {
        let draw = |seed| {
            let ids = Ids::seeded(seed);
            (ids.uuid_v7(now()), ids.secret(), ids.bytes::<16>())
        };
        assert_eq!(draw(5), draw(5));
        assert_ne!(draw(5), draw(6));
    }

    #[test]
    fn clones_share_one_stream() {
        let ids = Ids::seeded(7);
        assert_ne!(ids.clone().secret(), ids.secret());
    }

    #[test]
    fn the_operating_system_seeds_differ() {
        let (first, second) = (Ids::from_os().unwrap(), Ids::from_os().unwrap());
        assert_ne!(first.secret(), second.secret());
    }

    #[test]
    fn the_state_is_not_printed() {
        assert_eq!(format!("{:?}", Ids::seeded(8)), "Ids");
    }
}
