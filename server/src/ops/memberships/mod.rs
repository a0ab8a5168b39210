//! Which organisations somebody belongs to and which roles they have (features.md A5 to A10, A21,
//! A35 to A37; domain.md section 4).

mod change;
mod remove;
mod roles;

pub use change::change;
pub use remove::remove;
pub use roles::change as change_roles;

use scim_schema::{
    api::{
        events::ChangeKind,
        users::{MembershipOrigin, UserDetail},
    },
    id::{OrganisationId, UserId},
    lifecycle::Lifecycle,
    permission::{Guard, Permission, Reach, Standing},
};
use serde_json::{Value, json};

use super::{
    OpError,
    precondition::Precondition,
    sessions::{CLOSE_SESSIONS, Identity},
};
use crate::db::{
    AccountTx, AdministrativeRoles, AuditEntry, Change, Membership, NewJob, SignInUser, UserUpdate,
    Written,
};

/// What a caller may change of somebody here, as far as it is known before they ask.
const CHANGES: [Permission; 4] = [
    Permission::ManageMemberships,
    Permission::GrantFunctionalRoles,
    Permission::GrantOrganisationAdministrators,
    Permission::GrantAccountRoles,
];

/// Says which of them apply to a person as they are, to be shown before anybody asks.
pub fn offer(by: &Identity, person: &mut UserDetail) {
    person.permissions = offered(by, person);
    let may = |permission| person.permissions.contains(&permission);
    let removes = may(Permission::ManageMemberships);
    let dismisses = may(Permission::GrantOrganisationAdministrators);
    for one in &mut person.memberships {
        let is_mapped = matches!(one.origin, MembershipOrigin::Rule { .. });
        one.removable = removes && !is_mapped && (dismisses || !one.administrator);
    }
}

fn offered(by: &Identity, person: &UserDetail) -> Vec<Permission> {
    let administered = administered(person);
    let theirs = Standing {
        roles: &person.roles,
        organisations: &administered,
    };
    if !is_living(person.lifecycle) || theirs.rank() > by.standing().rank() {
        return Vec::new();
    }
    let read = by.standing().reach(Permission::ReadUsers);
    let is_offered = |change: &Permission| match by.standing().reach(*change) {
        Some(Reach::Account) => true,
        // Whoever reads everybody may change only their own: that is found out when they ask.
        reach => reach.is_some() && reach == read,
    };
    CHANGES.into_iter().filter(is_offered).collect()
}

/// The organisations that a person administers, as far as the caller sees them.
pub(super) fn administered(person: &UserDetail) -> Vec<OrganisationId> {
    let memberships = person.memberships.iter();
    memberships
        .filter(|membership| membership.administrator)
        .map(|membership| membership.organisation)
        .collect()
}

const fn is_living(lifecycle: Lifecycle) -> bool {
    matches!(
        lifecycle,
        Lifecycle::Staged | Lifecycle::Active | Lifecycle::Archived
    )
}

/// Who changes somebody, and how they stand.
#[derive(Clone, Debug)]
struct By {
    user: UserId,
    roles: AdministrativeRoles,
    /// Whom the permission covers that is asked for first.
    reach: Reach,
}

impl By {
    fn of(identity: &Identity, permission: Permission) -> Result<Self, OpError> {
        let reach = identity.standing().reach(permission);
        Ok(Self {
            user: identity.user,
            roles: identity.roles.clone(),
            reach: reach.ok_or(OpError::Forbidden)?,
        })
    }

    /// Whether the caller may do something in the whole account.
    fn may_anywhere(&self, permission: Permission) -> Result<(), OpError> {
        match self.roles.standing().reach(permission) {
            Some(Reach::Account) => Ok(()),
            _ => Err(OpError::Forbidden),
        }
    }

    /// Whether the caller may see somebody of whom nothing is within the reach.
    fn sees_everybody(&self) -> bool {
        self.roles.standing().reach(Permission::ReadUsers) == Some(Reach::Account)
    }
}

/// Somebody who is being changed, locked.
struct Subject {
    person: SignInUser,
    home: Option<OrganisationId>,
    memberships: Vec<Membership>,
}

/// Locks whom `by` may change.
async fn subject(
    tx: &AccountTx,
    by: &By,
    user: UserId,
    precondition: &Precondition,
) -> Result<Subject, OpError> {
    let person = tx.lock_sign_in_user(user).await?.ok_or(OpError::NotFound)?;
    let (home, memberships) = tx.memberships(user, &by.reach).await?;
    if by.reach != Reach::Account && !memberships.iter().any(|one| one.reached) {
        return Err(match by.sees_everybody() {
            true => OpError::Forbidden,
            false => OpError::NotFound,
        });
    }
    precondition.check(person.version)?;
    let lifecycle = person.axes.lifecycle;
    if !is_living(lifecycle) {
        return Err(OpError::Conflict(format!(
            "This person is {lifecycle}, so nothing else of them is changed. Restore them first."
        )));
    }
    Ok(Subject {
        person,
        home,
        memberships,
    })
}

/// What forbids a change that leaves `after` of the administrative roles, whatever permissions the
/// caller has.
async fn forbidden(
    tx: &AccountTx,
    by: &By,
    person: &SignInUser,
    after: &AdministrativeRoles,
) -> Result<Option<Guard>, OpError> {
    let now = &person.roles;
    if now.standing().rank() > by.roles.standing().rank() {
        return Ok(Some(Guard::HigherRole));
    }
    let loses_role = now.account.iter().any(|role| !after.account.contains(role));
    let lost = now.organisations.iter().copied();
    let lost: Vec<OrganisationId> = lost
        .filter(|one| !after.organisations.contains(one))
        .collect();
    if by.user == person.id && (loses_role || !lost.is_empty()) {
        return Ok(Some(Guard::SelfAction));
    }
    let was = now.standing().is_system_administrator();
    let ends = was && !after.standing().is_system_administrator();
    if ends || !lost.is_empty() {
        // One after the other, or two could each leave the other as the last one.
        tx.lock_account().await?;
    }
    if ends && !tx.has_other_administrator(person.id).await? {
        return Ok(Some(Guard::LastAdministrator));
    }
    last_of(tx, person.id, &lost).await
}

/// Whether somebody is the last one who administers one of these organisations. The account is locked.
///
/// # Errors
/// Those of the database.
pub(super) async fn last_of(
    tx: &AccountTx,
    user: UserId,
    organisations: &[OrganisationId],
) -> Result<Option<Guard>, OpError> {
    if organisations.is_empty() {
        return Ok(None);
    }
    let others = tx.with_other_administrators(organisations, user).await?;
    let all = organisations.iter().all(|one| others.contains(one));
    Ok((!all).then_some(Guard::LastOrganisationAdministrator))
}

/// That a guard forbids something.
fn refused<T>(action: &'static str, user: UserId, guard: Guard) -> Written<Result<T, Guard>> {
    let entry = AuditEntry::done(action, "user", user, json!({ "guard": guard })).refused();
    Written::audited(Err(guard), entry)
}

/// Raises the version of somebody who was changed, and says so. Whoever gains or loses an
/// administrative role signs in anew: how long a session lasts goes by the roles it began with.
async fn finish(
    tx: &AccountTx,
    person: &SignInUser,
    after: &AdministrativeRoles,
    (action, details): (&'static str, Value),
) -> Result<Written<Result<(), Guard>>, OpError> {
    let cut_access = *after != person.roles;
    let update = UserUpdate {
        version: person.version,
        profile: None,
        axes: None,
        idp_active: None,
        cut_access,
        password_hash: None,
        purge_at: None,
    };
    if !tx.update_user(person.id, &update).await? {
        return Err(OpError::PreconditionFailed);
    }
    let entry = AuditEntry::done(action, "user", person.id, details);
    let change = Change::updated(ChangeKind::User, person.id, person.version + 1);
    let mut written = Written::audited(Ok(()), entry).announcing(change);
    written.jobs.extend(cut_access.then(|| NewJob {
        queue: CLOSE_SESSIONS,
        payload: json!({ "user": person.id }),
        run_at: tx.ctx().now,
        dedup_key: Some(person.id.to_string()),
        max_attempts: 10,
    }));
    Ok(written)
}

/// That the number of members of these organisations changed.
fn recounted(organisations: &[OrganisationId]) -> impl Iterator<Item = Change> {
    let each = organisations.iter();
    each.map(|one| Change::updated(ChangeKind::Organisation, *one, 0))
}
