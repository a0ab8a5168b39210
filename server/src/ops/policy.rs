//! What a person's policy asks at the door (features.md section A12): the one place that is asked.

use chrono::TimeDelta;
use scim_schema::{
    id::AccountId,
    lifecycle::HoldScope,
    permission::Standing,
    policy::{LockoutRelease, LockoutScope, Policy, SecondFactorRule, Setting},
};

/// When wrong passwords lock somebody out, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LockOut {
    /// Wrong passwords in a row that do.
    pub threshold: i32,
    /// What is refused then.
    pub scope: HoldScope,
    /// After how long it ends by itself; `None` when an administrator ends it.
    pub release: Option<TimeDelta>,
}

impl LockOut {
    /// `lockout_threshold`, `lockout_scope` and `lockout_release` of a policy. Only where people also
    /// sign in through a provider is there something that a lock-out of passwords leaves open.
    #[must_use]
    pub fn of(policy: &Policy, has_single_sign_on: bool) -> Self {
        let threshold = policy.number(Setting::LockoutThreshold);
        let minutes = i64::from(policy.number(Setting::LockoutMinutes));
        let timed = policy.choice::<LockoutRelease>() == LockoutRelease::Timed;
        let passwords = policy.choice::<LockoutScope>() == LockoutScope::PasswordOnly;
        Self {
            threshold: i32::try_from(threshold).unwrap_or(i32::MAX),
            scope: match passwords && has_single_sign_on {
                true => HoldScope::PasswordOnly,
                false => HoldScope::Account,
            },
            release: timed.then(|| TimeDelta::minutes(minutes)),
        }
    }
}

/// What holds in the whole process beside the policies of organisations.
#[derive(Clone, Copy, Debug)]
pub struct Policies {
    second_factor: Option<SecondFactorRule>,
}

impl Policies {
    /// With `second_factor` everybody's policy is that.
    #[must_use]
    pub const fn new(second_factor: Option<SecondFactorRule>) -> Self {
        Self { second_factor }
    }

    /// Whether somebody who stands so has to have a second factor.
    #[must_use]
    pub fn needs_second_factor(&self, policy: &Policy, standing: Standing<'_>) -> bool {
        let rule = self.second_factor.unwrap_or_else(|| policy.choice());
        match rule {
            SecondFactorRule::AdministrativeRoles => standing.is_administrator(),
            SecondFactorRule::All => true,
            SecondFactorRule::Optional => false,
        }
    }

    /// Whether people sign in through a provider; there are none yet.
    #[must_use]
    pub const fn has_single_sign_on(&self, _: AccountId) -> bool {
        false
    }

    /// Whether people choose their passwords here (features.md A97): not where they sign in through a
    /// provider.
    #[must_use]
    pub const fn passwords_here(&self, account: AccountId) -> bool {
        !self.has_single_sign_on(account)
    }
}

#[cfg(test)]
mod tests {
    use scim_schema::{
        id::OrganisationId,
        permission::AccountRole,
        policy::{Layer, Settings, Value},
    };
    use uuid::Uuid;

    use super::*;

    fn policy(settings: &[(Setting, Value)]) -> Policy {
        Policy::of(&[Layer {
            organisation: OrganisationId(Uuid::from_u128(1)),
            values: settings.iter().cloned().collect(),
            floors: Settings::new(),
        }])
    }

    fn word(word: &str) -> Value {
        Value::Word(word.to_owned())
    }

    #[test]
    fn administrators_need_a_second_factor_unless_it_was_decided_otherwise() {
        let auditor = Standing {
            roles: &[AccountRole::Auditor],
            organisations: &[],
        };
        let nobody = Standing::default();
        let needs = |process, word_of: &str, standing| {
            let policy = policy(&[(Setting::SecondFactorRule, word(word_of))]);
            Policies::new(process).needs_second_factor(&policy, standing)
        };
        let none = Policy::of(&[]);
        assert!(Policies::new(None).needs_second_factor(&none, auditor));
        assert!(!Policies::new(None).needs_second_factor(&none, nobody));
        assert!(needs(None, "all", nobody));
        assert!(!needs(None, "optional", auditor));
        assert!(!needs(Some(SecondFactorRule::Optional), "all", auditor));
    }

    #[test]
    fn a_lock_out_leaves_single_sign_on_open_only_where_there_is_some() {
        let none = Policy::of(&[]);
        let locked = LockOut::of(&none, false);
        assert_eq!((locked.threshold, locked.release), (10, None));
        assert_eq!(locked.scope, HoldScope::Account);
        assert_eq!(LockOut::of(&none, true).scope, HoldScope::PasswordOnly);
        let timed = policy(&[
            (Setting::LockoutThreshold, Value::Number(5)),
            (Setting::LockoutRelease, word("timed")),
            (Setting::LockoutMinutes, Value::Number(30)),
            (Setting::LockoutScope, word("all")),
        ]);
        let timed = LockOut::of(&timed, true);
        assert_eq!(timed.threshold, 5);
        assert_eq!(timed.release, Some(TimeDelta::minutes(30)));
        assert_eq!(timed.scope, HoldScope::Account);
    }
}
