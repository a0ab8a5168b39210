//! Budgets of requests: per SCIM token, and per address for whoever is not signed in.

use std::{
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter, clock::Clock};
use scim_schema::id::ScimTokenId;

/// Sign-ins and one-time links that an address may try at once; one more every second after that.
/// An office shares one address.
const SIGN_IN_BURST: NonZeroU32 = NonZeroU32::MIN.saturating_add(29);
const SIGN_IN_EVERY: Duration = Duration::from_secs(1);
/// Requests with a token that opens nothing, likewise.
const BAD_TOKEN_BURST: NonZeroU32 = NonZeroU32::MIN.saturating_add(99);

/// Microsoft Entra sends up to 25 requests a second and gives up on a server that refuses them.
const SCIM_FLOOR: NonZeroU32 = NonZeroU32::MIN.saturating_add(24);

/// Checks between two rounds of forgetting whoever has been silent.
const FORGET_EVERY: u32 = 4_096;

/// The budgets. Clones share them.
#[derive(Clone)]
pub struct RateLimits(Arc<Budgets>);

struct Budgets {
    scim: Budget<ScimTokenId>,
    sign_in: Budget<IpAddr>,
    bad_token: Budget<IpAddr>,
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
            sign_in: Budget::new(sign_in.allow_burst(SIGN_IN_BURST)),
            bad_token: Budget::new(sign_in.allow_burst(BAD_TOKEN_BURST)),
            floods: Budget::new(Quota::per_second(NonZeroU32::MIN)),
        }))
    }

    /// Takes one request from a SCIM token's budget.
    ///
    /// # Errors
    /// How long to wait when it is used up.
    pub fn scim(&self, token: ScimTokenId) -> Result<(), Duration> {
        self.0.scim.take(&token)
    }

    /// Whether a request beyond a token's budget is noted in the provisioning log: one of each
    /// second, so that a flood does not fill it.
    #[must_use]
    pub fn notes_flood(&self, token: ScimTokenId) -> bool {
        self.0.floods.take(&token).is_ok()
    }

    /// Takes one try from an address's budget for signing in.
    ///
    /// # Errors
    /// How long to wait when it is used up.
    pub fn sign_in(&self, address: IpAddr) -> Result<(), Duration> {
        self.0.sign_in.take(&network(address))
    }

    /// Takes one request from an address's budget for tokens that open nothing.
    ///
    /// # Errors
    /// How long to wait when it is used up.
    pub fn bad_token(&self, address: IpAddr) -> Result<(), Duration> {
        self.0.bad_token.take(&network(address))
    }
}

struct Budget<K: std::hash::Hash + Eq + Clone> {
    limiter: DefaultKeyedRateLimiter<K>,
    taken: AtomicU32,
}

impl<K: std::hash::Hash + Eq + Clone> Budget<K> {
    fn new(quota: Quota) -> Self {
        Self {
            limiter: RateLimiter::keyed(quota),
            taken: AtomicU32::new(0),
        }
    }

    fn take(&self, key: &K) -> Result<(), Duration> {
        if self.taken.fetch_add(1, Ordering::Relaxed) % FORGET_EVERY == FORGET_EVERY - 1 {
            self.limiter.retain_recent();
        }
        self.limiter.check_key(key).map_err(|not_until| {
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
    fn addresses_of_one_ipv6_network_share_a_budget() {
        let limits = RateLimits::new(25);
        let address = |host: u16| IpAddr::from([0x2001, 0xdb8, 0, 1, 0, 0, 0, host]);
        let taken = (0..200).take_while(|host| limits.sign_in(address(*host)).is_ok());
        assert!(taken.count() < 40);
        assert!(limits.sign_in("192.0.2.1".parse().unwrap()).is_ok());
    }
}
