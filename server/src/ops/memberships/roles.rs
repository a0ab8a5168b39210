//! `PUT /users/{id}/roles`: who may do what (features.md A5 to A11; domain.md section 4).

use std::sync::Arc;

use scim_schema::{
    api::organisations::{ChangeRoles, RolesInOrganisation},
    id::{OrganisationId, UserId},
    permission::{AccountRole, FunctionalRole, Guard, Permission},
};
use serde_json::{Value, json};

use super::{By, Subject, finish, forbidden, refused, subject};
use crate::{
    ctx::Ctx,
    db::{AccountTx, AdministrativeRoles, Db, Membership, MembershipUpdate, SignInUser, Written},
    ops::{OpError, precondition::Precondition, sessions::Identity},
};

const ACTION: &str = "user.roles";
const ACCOUNT: &str = "account";
const ORGANISATIONS: &str = "organisations";

/// Changes the roles of a person, account-wide and in their organisations. Roles of mapping rules
/// stay.
///
/// # Errors
/// [`OpError::Forbidden`], [`OpError::NotFound`], [`OpError::PreconditionFailed`],
/// [`OpError::Invalid`] with the path of the field, [`OpError::Conflict`], [`OpError::Guarded`], and
/// those of the database.
pub async fn change(
    db: &Db,
    ctx: &Arc<Ctx>,
    by: &Identity,
    user: UserId,
    precondition: Precondition,
    input: ChangeRoles,
) -> Result<(), OpError> {
    check_once(&input)?;
    let by = By::of(by, Permission::GrantFunctionalRoles)?;
    let input = Arc::new(input);
    let outcome = db
        .write::<_, OpError, _>(ctx, move |tx| {
            let (by, precondition, input) = (by.clone(), precondition.clone(), Arc::clone(&input));
            Box::pin(async move {
                let subject = subject(tx, &by, user, &precondition).await?;
                step(tx, &by, &subject, &input).await
            })
        })
        .await?;
    outcome.map_err(OpError::Guarded)
}

fn check_once(input: &ChangeRoles) -> Result<(), OpError> {
    let mut named: Vec<_> = input
        .organisations
        .iter()
        .map(|one| one.organisation)
        .collect();
    named.sort_unstable();
    named.dedup();
    match named.len() == input.organisations.len() {
        true => Ok(()),
        false => Err(OpError::Invalid {
            path: ORGANISATIONS,
            message: "Name each organisation once.".to_owned(),
        }),
    }
}

async fn step(
    tx: &AccountTx,
    by: &By,
    subject: &Subject,
    input: &ChangeRoles,
) -> Result<Written<Result<(), Guard>>, OpError> {
    let Subject {
        person,
        memberships,
        ..
    } = subject;
    let kept = changed(memberships, &input.organisations)?;
    let after = AdministrativeRoles {
        account: match &input.account {
            Some(roles) => in_order(roles),
            None => person.roles.account.clone(),
        },
        organisations: administered(&person.roles, &kept),
    };
    if kept.is_empty() && after == person.roles {
        return Ok(Written::unchanged(Ok(())));
    }
    permitted(by, person, &after)?;
    if let Some(guard) = forbidden(tx, by, person, &after).await? {
        return Ok(refused(ACTION, person.id, guard));
    }
    possible(person, &after)?;
    if after.account != person.roles.account {
        tx.replace_account_roles(person.id, &after.account).await?;
    }
    let details = json!({
        "account": { "before": person.roles.account, "after": after.account },
        "organisations": kept.iter().map(|one| told(memberships, one)).collect::<Vec<_>>(),
    });
    let update = MembershipUpdate {
        kept,
        ..MembershipUpdate::default()
    };
    tx.store_memberships(person.id, &update).await?;
    finish(tx, person, &after, (ACTION, details)).await
}

/// The memberships whose roles change.
fn changed(now: &[Membership], asked: &[RolesInOrganisation]) -> Result<Vec<Membership>, OpError> {
    let mut changed = Vec::new();
    for one in asked {
        let theirs = now
            .iter()
            .find(|held| held.organisation == one.organisation && held.reached);
        let Some(theirs) = theirs else {
            return Err(OpError::Invalid {
                path: ORGANISATIONS,
                message: "The person does not belong to one of these organisations, or it is not one that you administer. Add them to it first.".to_owned(),
            });
        };
        let after = Membership {
            administrator: one.administrator,
            roles: in_order(&one.roles),
            ..theirs.clone()
        };
        if after != *theirs {
            changed.push(after);
        }
    }
    Ok(changed)
}

fn in_order<T: Copy + Ord>(roles: &[T]) -> Vec<T> {
    let mut roles = roles.to_vec();
    roles.sort_unstable();
    roles.dedup();
    roles
}

/// What somebody administers once the roles of these memberships hold.
fn administered(now: &AdministrativeRoles, changed: &[Membership]) -> Vec<OrganisationId> {
    let mut after = now.organisations.clone();
    after.retain(|one| !changed.iter().any(|other| other.organisation == *one));
    let gained = changed.iter().filter(|one| one.administrator);
    after.extend(gained.map(|one| one.organisation));
    after.sort_unstable();
    after
}

/// Whether the caller may give and take what changes; functional roles are asked for already.
fn permitted(by: &By, person: &SignInUser, after: &AdministrativeRoles) -> Result<(), OpError> {
    if after.account != person.roles.account {
        by.may_anywhere(Permission::GrantAccountRoles)?;
    }
    if after.organisations != person.roles.organisations {
        by.may_anywhere(Permission::GrantOrganisationAdministrators)?;
    }
    Ok(())
}

/// Whether somebody can have these roles at all.
fn possible(person: &SignInUser, after: &AdministrativeRoles) -> Result<(), OpError> {
    let is_administrator =
        |roles: &[AccountRole]| roles.contains(&AccountRole::SystemAdministrator);
    if person.break_glass && !is_administrator(&after.account) {
        return Err(OpError::Conflict(
            "This is the local administrator whom no identity provider can lock out, and stays a System Administrator.".to_owned(),
        ));
    }
    if person.is_service && is_administrator(&after.account) {
        return Err(OpError::Invalid {
            path: ACCOUNT,
            message: "A service user is never a System Administrator.".to_owned(),
        });
    }
    Ok(())
}

fn told(before: &[Membership], after: &Membership) -> Value {
    let was = before
        .iter()
        .find(|one| one.organisation == after.organisation);
    let roles = |one: &Membership| {
        let roles: &[FunctionalRole] = &one.roles;
        json!({ "administrator": one.administrator, "roles": roles })
    };
    json!({
        "organisation": after.organisation,
        "before": was.map(roles),
        "after": roles(after),
    })
}
