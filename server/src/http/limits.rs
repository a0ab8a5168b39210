//! Budgets of requests: per SCIM token, and per address for whoever is not signed in.

use std::{
    collections::HashMap,
    hash::{BuildHasher, Hash, RandomState},
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use governor::{
    DefaultKeyedRateLimiter, Quota, RateLimiter, clock::Clock,
    middleware::StateInformationMiddleware,
};
use scim_schema::id::{OAuthClientId, ScimTokenId, UserId};

/// Sign-ins and one-time links that an address may try at once; one more every second after that.
/// An office shares one address.
const SIGN_IN_BURST: NonZeroU32 = NonZeroU32::MIN.saturating_add(29);
const SIGN_IN_EVERY: Duration = Duration::from_secs(1);
/// Requests with a token that opens nothing, likewise.
const BAD_TOKEN_BURST: NonZeroU32 = NonZeroU32::MIN.saturating_add(99);

/// Proofs that a person may try in a minute, whichever address they come from.
const PROOFS_BURST: NonZeroU32 = NonZeroU32::MIN.saturating_add(4);
const PROOFS_EVERY: Duration = Duration::from_secs(12);

/// Microsoft Entra sends up to 25 requests a second and gives up on a server that refuses them.
const SCIM_FLOOR: NonZeroU32 = NonZeroU32::MIN.saturating_add(24);

/// Guesses of an address at the token endpoint, whichever clients they name; ten more every second
/// after that.
const CLIENT_GUESSES_BURST: NonZeroU32 = NonZeroU32::MIN.saturating_add(999);
const CLIENT_GUESSES_PER_SECOND: NonZeroU32 = NonZeroU32::MIN.saturating_add(9);

/// Keys that are remembered before those whose time has come are forgotten.
const BEYOND_MAX: usize = 4_096;

/// Checks between two rounds of forgetting whoever has been silent.
const FORGET_EVERY: u32 = 4_096;

/// The budgets. Clones share them.
#[derive(Clone)]
pub struct RateLimits(Arc<Budgets>);

struct Budgets {
    scim: Budget<ScimTokenId>,
    oauth_client: Budget<OAuthClientId>,
    sign_in: Budget<IpAddr>,
    proofs: Budget<UserId>,
    bad_token: Guesses<IpAddr>,
    client_guesses: Guesses<(IpAddr, u64)>,
    all_client_guesses: Guesses<IpAddr>,
    client_names: RandomState,
    floods: Budget<ScimTokenId>,
}

impl RateLimits {
    /// Budgets with `scim_per_second` requests for each SCIM token, at least 25.
    #[must_use]
    pub fn new(scim_per_second: u32) -> Self {
        let scim = NonZeroU32::new(scim_per_second)
            .unwrap_or(SCIM_FLOOR)
            .max(SCIM_FLOOR);
        let sign_in = Quota::with_period(SIGN_IN_EVERY).unwrap_or(Quota::per_second(SCIM_FLOOR));
        Self(Arc::new(Budgets {
            scim: Budget::new(Quota::per_second(scim)),
            oauth_client: Budget::new(sign_in.allow_burst(SIGN_IN_BURST)),
            sign_in: Budget::new(sign_in.allow_burst(SIGN_IN_BURST)),
            proofs: Budget::new(
                Quota::with_period(PROOFS_EVERY)
                    .unwrap_or(sign_in)
                    .allow_burst(PROOFS_BURST),
            ),
            bad_token: Guesses::new(sign_in.allow_burst(BAD_TOKEN_BURST)),
            client_guesses: Guesses::new(sign_in.allow_burst(BAD_TOKEN_BURST)),
            all_client_guesses: Guesses::new(
                Quota::per_second(CLIENT_GUESSES_PER_SECOND).allow_burst(CLIENT_GUESSES_BURST),
            ),
            client_names: RandomState::new(),
            floods: Budget::new(Quota::per_second(NonZeroU32::MIN)),
        }))
    }

    /// Takes one request from a SCIM token's budget.
    ///
    /// # Errors
    /// How long to wait when it is used up.
    pub fn scim(&self, token: ScimTokenId) -> Result<(), Duration> {
        self.0.scim.take(&token).map(|_| ())
    }

    /// Whether a request beyond a token's budget is noted in the provisioning log: one of each
    /// second, so that a flood does not fill it.
    #[must_use]
    pub fn notes_flood(&self, token: ScimTokenId) -> bool {
        self.0.floods.take(&token).is_ok()
    }

    /// Takes one request for a token from an OAuth client's budget. A token works for an hour, so
    /// that a client which asks for one each time is told.
    ///
    /// # Errors
    /// How long to wait when it is used up.
    pub fn oauth_client(&self, client: OAuthClientId) -> Result<(), Duration> {
        self.0.oauth_client.take(&client).map(|_| ())
    }

    /// Takes one try from an address's budget for signing in.
    ///
    /// # Errors
    /// How long to wait when it is used up.
    pub fn sign_in(&self, address: IpAddr) -> Result<(), Duration> {
        self.0.sign_in.take(&network(address)).map(|_| ())
    }

    /// Takes one try of a person to prove who they are: a code of six digits is not for many guesses.
    ///
    /// # Errors
    /// How long to wait when the tries of this minute are used up.
    pub fn proof(&self, person: UserId) -> Result<(), Duration> {
        self.0.proofs.take(&person).map(|_| ())
    }

    /// Takes one request from an address's budget for tokens that open nothing.
    ///
    /// # Errors
    /// How long to wait when it is used up.
    pub fn bad_token(&self, address: IpAddr) -> Result<(), Duration> {
        self.0.bad_token.take(network(address))
    }

    /// How long an address has to wait before a token of it that is not known is looked up: it has
    /// used its budget for tokens that open nothing.
    #[must_use]
    pub fn beyond_bad_tokens(&self, address: IpAddr) -> Option<Duration> {
        self.0.bad_token.wait(&network(address))
    }

    /// Takes one from the budgets for OAuth clients that do not prove who they are: a narrow one of
    /// the address for the client that it names, so that other clients of the address go on, and a
    /// wide one for all that it names.
    ///
    /// # Errors
    /// How long to wait when one is used up.
    pub fn client_guess(&self, address: IpAddr, client: &str) -> Result<(), Duration> {
        let network = network(address);
        let narrow = (network, self.0.client_names.hash_one(client));
        let taken = self.0.client_guesses.take(narrow);
        taken.and(self.0.all_client_guesses.take(network))
    }

    /// How long an address has to wait before a client that it names is looked up.
    #[must_use]
    pub fn beyond_client_guesses(&self, address: IpAddr, client: &str) -> Option<Duration> {
        let network = network(address);
        let narrow = (network, self.0.client_names.hash_one(client));
        let wait = self.0.client_guesses.wait(&narrow);
        wait.or_else(|| self.0.all_client_guesses.wait(&network))
    }
}

/// Budgets for guesses, and who has used theirs up.
struct Guesses<K: Hash + Eq + Clone> {
    budget: Budget<K>,
    /// When there is some budget again.
    beyond: Mutex<HashMap<K, Instant>>,
}

impl<K: Hash + Eq + Clone> Guesses<K> {
    fn new(quota: Quota) -> Self {
        Self {
            budget: Budget::new(quota),
            beyond: Mutex::default(),
        }
    }

    /// Takes one; how long to wait when there is none.
    fn take(&self, key: K) -> Result<(), Duration> {
        let taken = self.budget.take(&key);
        if let Ok(1..) = taken {
            return Ok(());
        }
        let now = Instant::now();
        let mut beyond = self.beyond();
        if beyond.len() >= BEYOND_MAX {
            beyond.retain(|_, again| *again > now);
        }
        beyond.insert(key, now + SIGN_IN_EVERY);
        taken.map(|_| ())
    }

    /// How long to wait, without taking any.
    fn wait(&self, key: &K) -> Option<Duration> {
        let again = *self.beyond().get(key)?;
        // `Retry-After` counts whole seconds.
        (again > Instant::now()).then_some(SIGN_IN_EVERY)
    }

    fn beyond(&self) -> MutexGuard<'_, HashMap<K, Instant>> {
        self.beyond.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Budget<K: Hash + Eq + Clone> {
    limiter: DefaultKeyedRateLimiter<K, StateInformationMiddleware>,
    taken: AtomicU32,
}

impl<K: Hash + Eq + Clone> Budget<K> {
    fn new(quota: Quota) -> Self {
        Self {
            limiter: RateLimiter::keyed(quota).with_middleware(),
            taken: AtomicU32::new(0),
        }
    }

    /// Takes one and answers how many are left.
    fn take(&self, key: &K) -> Result<u32, Duration> {
        if self.taken.fetch_add(1, Ordering::Relaxed) % FORGET_EVERY == FORGET_EVERY - 1 {
            self.limiter.retain_recent();
        }
        let taken = self.limiter.check_key(key);
        let left = taken.map(|state| state.remaining_burst_capacity());
        left.map_err(|not_until| {
            let wait = not_until.wait_time_from(self.limiter.clock().now());
            // `Retry-After` counts whole seconds; 0 would invite to try at once.
            Duration::from_secs(wait.as_secs() + 1)
        })
    }
}

/// Whoever has one IPv6 address usually has all of its /64.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => {
            let prefix = address.to_bits() & !u128::from(u64::MAX);
            Ipv6Addr::from_bits(prefix).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_token_has_its_own_budget_and_learns_when_to_come_back() {
        let limits = RateLimits::new(1);
        let (one, other) = (
            ScimTokenId(Uuid::from_u128(1)),
            ScimTokenId(Uuid::from_u128(2)),
        );
        let taken = (0..200).take_while(|_| limits.scim(one).is_ok()).count();
        assert!((25..200).contains(&taken), "{taken}");
        assert_eq!(limits.scim(one), Err(Duration::from_secs(1)));
        assert_eq!(limits.scim(other), Ok(()));
    }

    #[test]
    fn an_address_without_budget_for_bad_tokens_is_known_before_the_next_one() {
        let limits = RateLimits::new(25);
        let address: IpAddr = "192.0.2.1".parse().unwrap();
        let guesses = (0..1_000).take_while(|_| limits.beyond_bad_tokens(address).is_none());
        let guesses = guesses
            .filter(|_| limits.bad_token(address).is_ok())
            .count();
        assert!((100..110).contains(&guesses), "{guesses}");
        assert_eq!(limits.beyond_bad_tokens(address), Some(SIGN_IN_EVERY));
        assert_eq!(limits.beyond_bad_tokens("192.0.2.2".parse().unwrap()), None);
    }

    #[test]
    fn guesses_at_one_client_leave_the_others_of_the_address_alone_until_there_are_very_many() {
        let limits = RateLimits::new(25);
        let address: IpAddr = "192.0.2.1".parse().unwrap();
        let guess = |client: &str| limits.client_guess(address, client).is_ok();
        let guesses = (0..1_000).take_while(|_| guess("one")).count();
        assert!((99..110).contains(&guesses), "{guesses}");
        assert!(limits.beyond_client_guesses(address, "one").is_some());
        assert_eq!(limits.beyond_client_guesses(address, "other"), None);
        let others = (0..10_000).take_while(|number| guess(&number.to_string()));
        assert!((800..2_000).contains(&others.count()));
        assert!(limits.beyond_client_guesses(address, "other").is_some());
        let elsewhere = "192.0.2.2".parse().unwrap();
        assert_eq!(limits.beyond_client_guesses(elsewhere, "one"), None);
    }

    #[test]
    fn a_person_proves_five_times_a_minute_wherever_they_are() {
        let limits = RateLimits::new(25);
        let (one, other) = (UserId(Uuid::from_u128(1)), UserId(Uuid::from_u128(2)));
        let tries = (0..20).take_while(|_| limits.proof(one).is_ok());
        assert_eq!(tries.count(), 5);
        assert!(limits.proof(one).is_err_and(|wait| wait.as_secs() >= 10));
        assert!(limits.proof(other).is_ok());
    }

    #[test]
    fn addresses_of_one_ipv6_network_share_a_budget() {
        let limits = RateLimits::new(25);
        let address = |host: u16| IpAddr::from([0x2001, 0xdb8, 0, 1, 0, 0, 0, host]);
        let taken = (0..200).take_while(|host| limits.sign_in(address(*host)).is_ok());
        assert!(taken.count() < 40);
        assert!(limits.sign_in("192.0.2.1".parse().unwrap()).is_ok());
    }
}
