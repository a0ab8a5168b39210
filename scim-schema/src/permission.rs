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
    }
}

/// Whether `role` includes `permission` (domain.md section 4).
#[must_use]
pub const fn can(role: AccountRole, permission: Permission) -> bool {
    match role {
        AccountRole::SystemAdministrator => true,
        AccountRole::ItAdministrator => true,
        AccountRole::Auditor => !matches!(permission, Permission::ManageConnections),
    }
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
}
