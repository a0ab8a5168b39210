//! Who may do what: roles and permissions of the console (domain.md section 4).

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::lifecycle::{Transition, word_enum};

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
        /// Suspend people and take that back.
        SuspendUsers = "users.suspend",
        /// Ban people and take that back.
        BanUsers = "users.ban",
        /// Let people in again who were locked out or not here for long.
        ValidateUsers = "users.validate",
        /// Archive people and take that back.
        ArchiveUsers = "users.archive",
        /// Delete people and restore them.
        DeleteUsers = "users.delete",
        /// See where people are signed in; each read is audited.
        ReadSessions = "sessions.read",
        /// End sessions of people.
        EndSessions = "sessions.end",
        /// Assign passwords that people change at their next sign-in.
        AssignPasswords = "users.assign_password",
        /// Take the second factors of people away, so that they enrol new ones.
        ResetSecondFactors = "users.reset_second_factors",
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
                && !matches!(
                    permission,
                    Permission::ManageConnections
                        | Permission::SuspendUsers
                        | Permission::ValidateUsers
                        | Permission::EndSessions
                        | Permission::AssignPasswords
                        | Permission::ResetSecondFactors
                )
        }
    }
}

/// Resolving conflicts and vouching for domains decide whose people are whose; a ban, the archive and a
/// deletion cost people what they have.
const fn is_for_system_administrators(permission: Permission) -> bool {
    matches!(
        permission,
        Permission::ResolveConflicts
            | Permission::ManageDomains
            | Permission::BanUsers
            | Permission::ArchiveUsers
            | Permission::DeleteUsers
    )
}

/// What somebody needs who asks for a transition of another person; `None` when nobody may, because
/// it is a job's, a provider's, or comes with another act.
#[must_use]
pub const fn needed_for(transition: Transition) -> Option<Permission> {
    match transition {
        Transition::Suspend | Transition::Unsuspend => Some(Permission::SuspendUsers),
        Transition::Ban | Transition::Unban => Some(Permission::BanUsers),
        Transition::Validate => Some(Permission::ValidateUsers),
        Transition::Archive | Transition::Unarchive => Some(Permission::ArchiveUsers),
        Transition::Delete | Transition::Restore => Some(Permission::DeleteUsers),
        _ => None,
    }
}

impl AccountRole {
    /// How high it is; nobody acts on somebody with a higher one.
    #[must_use]
    pub const fn rank(self) -> u8 {
        match self {
            Self::SystemAdministrator => 2,
            Self::ItAdministrator | Self::Auditor => 1,
        }
    }
}

word_enum! {
    /// What forbids an act whatever permissions somebody has (domain.md section 4, *Guards*).
    Guard {
        /// Nobody does this to themselves.
        SelfAction = "self_action",
        /// The other person has a higher role.
        HigherRole = "higher_role",
        /// The other person is the last System Administrator.
        LastAdministrator = "last_admin",
    }
}

/// Whether somebody with the roles `actor` may do this to somebody with the roles `target`, as far as
/// both are known; that there is another administrator is for who can count them.
///
/// # Errors
/// What forbids it.
pub fn guard(
    transition: Transition,
    is_self: bool,
    actor: &[AccountRole],
    target: &[AccountRole],
) -> Result<(), Guard> {
    if is_self && transition.stops() {
        return Err(Guard::SelfAction);
    }
    outranks(actor, target)
}

/// Whether somebody with the roles `actor` may open or shut the door of somebody with the roles
/// `target`: assign a password, take second factors away, end sessions. For one's own there is *My
/// account*.
///
/// # Errors
/// What forbids it.
pub fn guard_door(
    is_self: bool,
    actor: &[AccountRole],
    target: &[AccountRole],
) -> Result<(), Guard> {
    if is_self {
        return Err(Guard::SelfAction);
    }
    outranks(actor, target)
}

/// Nobody acts on a higher role.
fn outranks(actor: &[AccountRole], target: &[AccountRole]) -> Result<(), Guard> {
    let highest = |roles: &[AccountRole]| roles.iter().map(|role| role.rank()).max().unwrap_or(0);
    match highest(target) > highest(actor) {
        true => Err(Guard::HigherRole),
        false => Ok(()),
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

    #[test]
    fn an_it_administrator_suspends_and_unlocks_but_nobody_higher() {
        use AccountRole::{Auditor, ItAdministrator, SystemAdministrator};
        let it = permissions_of(&[ItAdministrator]);
        assert!(it.contains(&Permission::SuspendUsers) && it.contains(&Permission::ValidateUsers));
        assert!(!it.contains(&Permission::BanUsers) && !it.contains(&Permission::ArchiveUsers));
        let suspend = |actor, target: &[_]| guard(Transition::Suspend, false, &[actor], target);
        assert_eq!(suspend(ItAdministrator, &[]), Ok(()));
        assert_eq!(suspend(ItAdministrator, &[Auditor]), Ok(()));
        let higher = suspend(ItAdministrator, &[Auditor, SystemAdministrator]);
        assert_eq!(higher, Err(Guard::HigherRole));
        assert_eq!(suspend(SystemAdministrator, &[SystemAdministrator]), Ok(()));
    }

    #[test]
    fn nobody_stops_themselves() {
        let roles = [AccountRole::SystemAdministrator];
        for transition in Transition::ALL {
            let outcome = guard(*transition, true, &roles, &roles);
            assert_eq!(outcome.is_err(), transition.stops(), "{transition}");
        }
    }

    #[test]
    fn nobody_opens_the_door_of_somebody_higher_or_their_own() {
        use AccountRole::{Auditor, ItAdministrator, SystemAdministrator};
        let door = |actor, target: &[_]| guard_door(false, &[actor], target);
        assert_eq!(door(ItAdministrator, &[]), Ok(()));
        assert_eq!(door(ItAdministrator, &[Auditor]), Ok(()));
        let higher = door(ItAdministrator, &[SystemAdministrator]);
        assert_eq!(higher, Err(Guard::HigherRole));
        assert_eq!(door(SystemAdministrator, &[SystemAdministrator]), Ok(()));
        let own = guard_door(true, &[SystemAdministrator], &[SystemAdministrator]);
        assert_eq!(own, Err(Guard::SelfAction));
        for permission in [
            Permission::EndSessions,
            Permission::AssignPasswords,
            Permission::ResetSecondFactors,
        ] {
            assert!(can(ItAdministrator, permission) && !can(Auditor, permission));
        }
        assert!(can(Auditor, Permission::ReadSessions));
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
