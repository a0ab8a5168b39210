//! How somebody stands, and how far what they may do reaches (domain.md section 4).

use super::{AccountRole, Permission, can, can_in_organisation};
use crate::id::OrganisationId;

/// The administrative roles of a person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing<'r> {
    /// Account-wide roles.
    pub roles: &'r [AccountRole],
    /// Organisations that they administer, with everything below each.
    pub organisations: &'r [OrganisationId],
}

/// Whom a permission covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Everybody in the account.
    Account,
    /// Whoever belongs to one of these organisations, or to one below them; one at least.
    Organisations(Vec<OrganisationId>),
}

/// How much of a person's memberships a reach covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Share {
    /// Nothing: for whom it is asked, there is no such person.
    Nothing,
    /// Some of them: the person is shared with organisations beyond the reach.
    Part,
    /// All of them.
    Whole,
}

impl Share {
    /// The share of which `inside` of `all` memberships are within a reach.
    #[must_use]
    pub const fn of(inside: usize, all: usize) -> Self {
        match inside {
            0 => Self::Nothing,
            inside if inside < all => Self::Part,
            _ => Self::Whole,
        }
    }
}

impl Standing<'_> {
    /// How high it is; nobody acts on somebody who stands higher.
    #[must_use]
    pub fn rank(self) -> u8 {
        let of_organisations = u8::from(!self.organisations.is_empty());
        let of_account = self.roles.iter().map(|role| role.rank()).max();
        of_account.unwrap_or(0).max(of_organisations)
    }

    /// Whether there is any administrative role.
    #[must_use]
    pub fn is_administrator(self) -> bool {
        self.rank() > 0
    }

    /// Whether nothing is closed to them.
    #[must_use]
    pub fn is_system_administrator(self) -> bool {
        self.roles.contains(&AccountRole::SystemAdministrator)
    }

    /// Whom `permission` covers in their hands; `None` when they do not have it.
    #[must_use]
    pub fn reach(self, permission: Permission) -> Option<Reach> {
        if self.roles.iter().any(|role| can(*role, permission)) {
            return Some(Reach::Account);
        }
        let is_own = can_in_organisation(permission) && !self.organisations.is_empty();
        is_own.then(|| Reach::Organisations(self.organisations.to_vec()))
    }

    /// Every permission that they have of anybody, in the order of [`Permission::ALL`].
    #[must_use]
    pub fn permissions(self) -> Vec<Permission> {
        let all = Permission::ALL.iter().copied();
        all.filter(|permission| self.reach(*permission).is_some())
            .collect()
    }
}
