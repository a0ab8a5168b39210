//! `DELETE /users/{id}/organisations/{organisation}`: *Remove* (features.md A37; domain.md section 5,
//! T13a). Whoever leaves the last organisation is deleted (T13b).

use std::sync::Arc;

use scim_schema::{
    id::{OrganisationId, UserId},
    organisation::{Belonging, Misfit, home_after},
    permission::{Guard, Permission},
};
use serde_json::json;

use super::{
    By, Subject,
    change::{after, refusal},
    finish, forbidden, recounted, refused, subject,
};
use crate::{
    ctx::Ctx,
    db::{AccountTx, Db, Membership, MembershipUpdate, Written},
    ops::{OpError, precondition::Precondition, sessions::Identity, user_acts},
};

const ACTION: &str = "user.remove";

/// Takes somebody out of an organisation: its holds end with the membership.
///
/// # Errors
/// [`OpError::Forbidden`], [`OpError::NotFound`] also when the person does not belong there,
/// [`OpError::PreconditionFailed`], [`OpError::ManagedByIdp`], [`OpError::Conflict`] for somebody who
/// is deleted, [`OpError::Guarded`], and those of the database.
pub async fn remove(
    db: &Db,
    ctx: &Arc<Ctx>,
    by: &Identity,
    user: UserId,
    organisation: OrganisationId,
    precondition: Precondition,
) -> Result<(), OpError> {
    let by = By::of(by, Permission::ManageMemberships)?;
    let outcome = db
        .write::<_, OpError, _>(ctx, move |tx| {
            let (by, precondition) = (by.clone(), precondition.clone());
            Box::pin(async move {
                let subject = subject(tx, &by, user, &precondition).await?;
                step(tx, &by, &subject, organisation).await
            })
        })
        .await?;
    outcome.map_err(OpError::Guarded)
}

async fn step(
    tx: &AccountTx,
    by: &By,
    subject: &Subject,
    organisation: OrganisationId,
) -> Result<Written<Result<(), Guard>>, OpError> {
    let Subject {
        person,
        home,
        memberships,
    } = subject;
    let theirs = memberships
        .iter()
        .find(|one| one.organisation == organisation && one.reached)
        .ok_or(OpError::NotFound)?;
    if theirs.is_mapped() {
        return Err(refusal(Misfit::Mapped));
    }
    let now: Vec<Belonging> = memberships.iter().map(Membership::belonging).collect();
    let left: Vec<Belonging> = now
        .iter()
        .copied()
        .filter(|one| one.organisation != organisation)
        .collect();
    let after = after(&person.roles, &[organisation]);
    if after != person.roles {
        by.may_anywhere(Permission::GrantOrganisationAdministrators)?;
    }
    if let Some(guard) = forbidden(tx, by, person, &after).await? {
        return Ok(refused(ACTION, person.id, guard));
    }
    if left.is_empty() {
        // The row stays with whoever is deleted, so that a restore brings them back here.
        let actor = (by.user, by.roles.standing());
        let mut written = user_acts::delete_in(tx, person, actor).await?;
        written.changes.extend(recounted(&[organisation]));
        return Ok(written);
    }
    let update = MembershipUpdate {
        kept: Vec::new(),
        gone: vec![organisation],
        home: home_after((&now, *home), &left, None).map_err(refusal)?,
    };
    tx.store_memberships(person.id, &update).await?;
    let details = json!({ "organisation": organisation, "home": update.home.or(*home) });
    let mut written = finish(tx, person, &after, (ACTION, details)).await?;
    written.changes.extend(recounted(&[organisation]));
    Ok(written)
}
