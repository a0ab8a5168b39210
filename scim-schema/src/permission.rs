//! Who may do what: roles and permissions of the console (domain.md section 4).

mod capability;
mod reach;

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

pub use capability::{Capability, capabilities};
pub use reach::{Reach, Share, Standing};

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
        /// Create people.
        CreateUsers = "users.create",
        /// Change who people are: names, addresses, settings.
        EditUsers = "users.edit",
        /// Invite people, and take that back.
        InviteUsers = "users.invite",
        /// Suspend people and take that back.
        SuspendUsers = "users.suspend",
        /// Ban people and take that back.
        BanUsers = "users.ban",
        /// Let people in again who were locked out or not here for long.
        ValidateUsers = "users.validate",
        /// Send people a link with which they choose another password.
        ResetPasswords = "users.reset_password",
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
        /// Say which organisations people belong to, and take them out of one.
        ManageMemberships = "memberships.manage",
        /// Say what people do in an organisation.
        GrantFunctionalRoles = "functional_roles.grant",
        /// Appoint Organisation Administrators.
        GrantOrganisationAdministrators = "organisation_administrators.grant",
        /// Give account-wide roles.
        GrantAccountRoles = "account_roles.grant",
        /// Make groups, and say who is in them.
        ManageGroups = "groups.manage",
        /// See organisations and how many people belong to them.
        ReadOrganisations = "organisations.read",
        /// Change what an organisation is called and when its days begin.
        EditOrganisations = "organisations.edit",
        /// Create, move and archive organisations.
        ManageOrganisations = "organisations.manage",
        /// See the audit log.
        ReadAudit = "audit.read",
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
        /// See what organisations decided, and why a setting is as it is.
        ReadPolicies = "policies.read",
        /// Change what organisations decided.
        ManagePolicies = "policies.manage",
        /// Change what no organisation may go under.
        SetPolicyFloors = "policies.set_floors",
        /// Ask that people be erased before their time, or on request; a second person approves.
        EraseUsers = "users.erase",
        /// Approve what another System Administrator asked for.
        DecideApprovals = "approvals.decide",
        /// See what was mailed to whom, and what became of it.
        ReadMails = "mails.read",
        /// Send mails again, and test mails.
        ManageMails = "mails.manage",
    }
}

/// Who has a permission beside System Administrators, who have all.
struct Holders {
    it_administrator: bool,
    auditor: bool,
    /// In the organisations that somebody administers, and below them.
    organisation_administrator: bool,
}

/// The table of domain.md section 4; a permission that is not placed here does not compile.
const fn holders(permission: Permission) -> Holders {
    use Permission as P;
    let (it_administrator, auditor, organisation_administrator) = match permission {
        P::ReadUsers | P::ReadOrganisations | P::ReadAudit | P::ReadPolicies => (true, true, true),
        P::EditUsers
        | P::InviteUsers
        | P::SuspendUsers
        | P::ValidateUsers
        | P::EndSessions
        | P::AssignPasswords
        | P::ResetPasswords
        | P::ResetSecondFactors => (true, false, true),
        P::CreateUsers
        | P::BanUsers
        | P::ArchiveUsers
        | P::DeleteUsers
        | P::ManageMemberships
        | P::GrantFunctionalRoles
        | P::ManageGroups
        | P::EditOrganisations
        | P::ManagePolicies => (false, false, true),
        P::ReadProvisioningLog
        | P::ReadProvisioningBodies
        | P::ReadConnections
        | P::ReadConflicts
        | P::ReadMails
        | P::ReadSessions => (true, true, false),
        P::ManageConnections | P::ManageMails => (true, false, false),
        P::GrantOrganisationAdministrators
        | P::GrantAccountRoles
        | P::ManageOrganisations
        | P::ResolveConflicts
        | P::ManageDomains
        | P::SetPolicyFloors
        | P::EraseUsers
        | P::DecideApprovals => (false, false, false),
    };
    Holders {
        it_administrator,
        auditor,
        organisation_administrator,
    }
}

/// Whether `role` includes `permission` (domain.md section 4).
#[must_use]
pub const fn can(role: AccountRole, permission: Permission) -> bool {
    match role {
        AccountRole::SystemAdministrator => true,
        AccountRole::ItAdministrator => holders(permission).it_administrator,
        AccountRole::Auditor => holders(permission).auditor,
    }
}

/// Whether Organisation Administrators have `permission` in their own organisations (domain.md
/// section 4).
#[must_use]
pub const fn can_in_organisation(permission: Permission) -> bool {
    holders(permission).organisation_administrator
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
            Self::SystemAdministrator => 3,
            Self::ItAdministrator | Self::Auditor => 2,
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
        /// The other person is the last Organisation Administrator of an organisation.
        LastOrganisationAdministrator = "last_organisation_admin",
        /// The other person also belongs to organisations that are not the actor's.
        SharedPerson = "shared_person",
    }
}

/// Whether somebody who stands as `actor` may do this to somebody who stands as `target`, as far as
/// both are known; that there is another administrator is for who can count them.
///
/// # Errors
/// What forbids it.
pub fn guard(
    transition: Transition,
    is_self: bool,
    actor: Standing<'_>,
    target: Standing<'_>,
) -> Result<(), Guard> {
    if is_self && transition.stops() {
        return Err(Guard::SelfAction);
    }
    // Administrators are banned by those alone who could appoint others.
    let is_ban = matches!(transition, Transition::Ban | Transition::Unban);
    let beyond = is_ban && target.is_administrator() && !actor.is_system_administrator();
    match beyond {
        true => Err(Guard::HigherRole),
        false => outranks(actor, target),
    }
}

/// Whether somebody who stands as `actor` may open or shut the door of somebody who stands as
/// `target`: assign a password, take second factors away, end sessions. For one's own there is *My
/// account*.
///
/// # Errors
/// What forbids it.
pub fn guard_door(is_self: bool, actor: Standing<'_>, target: Standing<'_>) -> Result<(), Guard> {
    match is_self {
        true => Err(Guard::SelfAction),
        false => outranks(actor, target),
    }
}

/// Nobody acts on whoever stands higher.
fn outranks(actor: Standing<'_>, target: Standing<'_>) -> Result<(), Guard> {
    match target.rank() > actor.rank() {
        true => Err(Guard::HigherRole),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests;
