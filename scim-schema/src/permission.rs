//! Who may do what: roles and permissions of the console (domain.md section 4).

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::lifecycle::word_enum;

word_enum! {
    /// Account-wide roles. Organisation-scoped roles live in memberships.
    AccountRole {
        /// Everything in the account.
        SystemAdministrator = "system_administrator",
        /// Profiles, invitations, lock-outs, connections (with approval).
        ItAdministrator = "it_administrator",
        /// Reads everything, changes nothing.
        Auditor = "auditor",
    }
}

word_enum! {
    /// Functional roles: what somebody does in an organisation (domain.md section 4, *Functional
    /// roles are capabilities*). They live in memberships.
    FunctionalRole {
        /// Conducts observations and assessments.
        Observer = "observer",
        /// Conducts formal observations as well, and evaluates performance.
        Evaluator = "evaluator",
        /// Is observed.
        Observable = "observable",
        /// Reads reports and analytics.
        Reporter = "reporter",
        /// Proctors assessments.
        Proctor = "proctor",
        /// Creates, edits and publishes content.
        Publisher = "publisher",
    }
}

word_enum! {
    /// What the console and its API guard.
    Permission {
        /// See users, their status and groups.
        ReadUsers = "users.read",
        /// See the requests of identity providers, without bodies.
        ReadProvisioningLog = "provisioning_log.read",
        /// See the bodies of those requests; each read is audited.
        ReadProvisioningBodies = "provisioning_bodies.read",
        /// See connections and when they were last heard of.
        ReadConnections = "connections.read",
        /// Create connections and their tokens, revoke tokens.
        ManageConnections = "connections.manage",
        /// See whom connections sent that somebody here is in the way of.
        ReadConflicts = "conflicts.read",
        /// Move people to a connection, or keep them apart.
        ResolveConflicts = "conflicts.resolve",
        /// Say which domains belong to the account.
        ManageDomains = "domains.manage",
    }
}

/// Whether `role` includes `permission` (domain.md section 4).
#[must_use]
pub const fn can(role: AccountRole, permission: Permission) -> bool {
    match role {
        AccountRole::SystemAdministrator => true,
        AccountRole::ItAdministrator => !is_for_system_administrators(permission),
        AccountRole::Auditor => {
            !is_for_system_administrators(permission)
                && !matches!(permission, Permission::ManageConnections)
        }
    }
}

/// Resolving conflicts and vouching for domains decide whose people are whose.
const fn is_for_system_administrators(permission: Permission) -> bool {
    matches!(
        permission,
        Permission::ResolveConflicts | Permission::ManageDomains
    )
}

/// Every permission that any of `roles` includes, in the order of [`Permission::ALL`].
#[must_use]
pub fn permissions_of(roles: &[AccountRole]) -> Vec<Permission> {
    Permission::ALL
        .iter()
        .copied()
        .filter(|&permission| roles.iter().any(|&role| can(role, permission)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_auditor_reads_and_changes_nothing() {
        let permissions = permissions_of(&[AccountRole::Auditor]);
        assert!(permissions.contains(&Permission::ReadUsers));
        assert!(!permissions.contains(&Permission::ManageConnections));
        assert!(permissions_of(&[]).is_empty());
    }

    #[test]
    fn only_a_system_administrator_decides_whose_people_are_whose() {
        for permission in [Permission::ResolveConflicts, Permission::ManageDomains] {
            for role in AccountRole::ALL {
                let may = *role == AccountRole::SystemAdministrator;
                assert_eq!(can(*role, permission), may, "{role} {permission}");
            }
        }
    }
}
