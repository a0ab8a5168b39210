//! `PUT /users/{id}/organisations`: the authorised organisations of a person (features.md A21, A36).

use std::sync::Arc;

use scim_schema::{
    api::organisations::{ChangeMemberships, Mode},
    id::{OrganisationId, UserId},
    organisation::{Belonging, Misfit, Plan, plan},
    permission::{Guard, Permission},
};
use serde_json::json;

use super::{By, Subject, finish, forbidden, recounted, refused, subject};
use crate::{
    ctx::Ctx,
    db::{AccountTx, AdministrativeRoles, Db, Membership, MembershipUpdate, Written},
    ops::{OpError, precondition::Precondition, sessions::Identity},
};

const ACTION: &str = "user.organisations";
const ORGANISATIONS: &str = "organisations";

/// Changes which organisations somebody belongs to. What lies beyond the caller's organisations, and
/// what an identity provider gave, stays.
///
/// # Errors
/// [`OpError::Forbidden`], [`OpError::NotFound`], [`OpError::PreconditionFailed`],
/// [`OpError::Invalid`] with the path of the field, [`OpError::ManagedByIdp`],
/// [`OpError::Conflict`] for somebody who is deleted, [`OpError::Guarded`], and those of the database.
pub async fn change(
    db: &Db,
    ctx: &Arc<Ctx>,
    by: &Identity,
    user: UserId,
    precondition: Precondition,
    input: ChangeMemberships,
) -> Result<(), OpError> {
    let by = By::of(by, Permission::ManageMemberships)?;
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

async fn step(
    tx: &AccountTx,
    by: &By,
    subject: &Subject,
    input: &ChangeMemberships,
) -> Result<Written<Result<(), Guard>>, OpError> {
    let Subject {
        person,
        home,
        memberships,
    } = subject;
    let belongings: Vec<Belonging> = memberships.iter().map(Membership::belonging).collect();
    let Plan {
        new,
        gone,
        home: to,
    } = plan(&belongings, *home, input).map_err(refusal)?;
    if new.is_empty() && gone.is_empty() && to.is_none() {
        return Ok(Written::unchanged(Ok(())));
    }
    let after = after(&person.roles, &gone);
    if after != person.roles {
        by.may_anywhere(Permission::GrantOrganisationAdministrators)?;
    }
    if let Some(guard) = forbidden(tx, by, person, &after).await? {
        return Ok(refused(ACTION, person.id, guard));
    }
    if tx.joinable(&new, &by.reach).await?.len() < new.len() {
        return Err(OpError::Invalid {
            path: ORGANISATIONS,
            message: "One of these organisations does not exist, is archived, or is not one that you administer. Choose others.".to_owned(),
        });
    }
    let update = MembershipUpdate {
        kept: new.iter().copied().map(Membership::by_hand).collect(),
        gone: gone.clone(),
        home: to,
    };
    tx.store_memberships(person.id, &update).await?;
    let before: Vec<_> = memberships.iter().map(|one| one.organisation).collect();
    let details = json!({
        "mode": input.mode.unwrap_or(Mode::Replace),
        "before": before,
        "added": new,
        "removed": gone,
        "home": to.or(*home),
    });
    let mut written = finish(tx, person, &after, (ACTION, details)).await?;
    written.changes.extend(recounted(&new));
    written.changes.extend(recounted(&gone));
    Ok(written)
}

/// The administrative roles of somebody who leaves organisations.
pub(super) fn after(now: &AdministrativeRoles, gone: &[OrganisationId]) -> AdministrativeRoles {
    let mut after = now.clone();
    after.organisations.retain(|one| !gone.contains(one));
    after
}

pub(super) fn refusal(misfit: Misfit) -> OpError {
    let message = misfit.to_string();
    match misfit {
        Misfit::Mapped => OpError::ManagedByIdp(message),
        Misfit::Organisations(_) => OpError::Invalid {
            path: ORGANISATIONS,
            message,
        },
        Misfit::Home(_) => OpError::Invalid {
            path: "home",
            message,
        },
    }
}
