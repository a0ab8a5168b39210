//! What an account asks of its people at the door (features.md section A12): the one place that is
//! asked. The rules are those of the process until accounts have rules of their own.

use chrono::TimeDelta;
use scim_schema::{
    api::second_factors::SecondFactorRule, id::AccountId, lifecycle::HoldScope,
    permission::Standing,
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

/// The rules.
#[derive(Clone, Copy, Debug)]
pub struct Policies {
    second_factor: SecondFactorRule,
}

impl Policies {
    /// The rules with this one about second factors; `None` is the product's.
    #[must_use]
    pub fn new(second_factor: Option<SecondFactorRule>) -> Self {
        Self {
            second_factor: second_factor.unwrap_or(SecondFactorRule::AdministrativeRoles),
        }
    }

    /// Who has to prove more than a password.
    #[must_use]
    pub const fn second_factor(&self, _: AccountId) -> SecondFactorRule {
        self.second_factor
    }

    /// Whether somebody who stands so has to have a second factor.
    #[must_use]
    pub fn needs_second_factor(&self, account: AccountId, standing: Standing<'_>) -> bool {
        match self.second_factor(account) {
            SecondFactorRule::AdministrativeRoles => standing.is_administrator(),
            SecondFactorRule::All => true,
            SecondFactorRule::Optional => false,
        }
    }

    /// Whether people choose their passwords here (features.md A97): not where they sign in through a
    /// provider, and there are none yet.
    #[must_use]
    pub const fn passwords_here(&self, _: AccountId) -> bool {
        true
    }

    /// `lockout_threshold`, `lockout_scope` and `lockout_release`.
    #[must_use]
    pub const fn lock_out(&self, _: AccountId) -> LockOut {
        LockOut {
            threshold: 10,
            scope: HoldScope::Account,
            release: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn administrators_need_a_second_factor_unless_it_was_set_otherwise() {
        let account = AccountId(Uuid::nil());
        let needs =
            |rule, roles: &[AccountRole]| Policies::new(rule).needs_second_factor(account, roles);
        let auditor = [AccountRole::Auditor];
        assert!(needs(None, &auditor) && !needs(None, &[]));
        assert!(needs(Some(SecondFactorRule::All), &[]));
        assert!(!needs(Some(SecondFactorRule::Optional), &auditor));
    }
}
