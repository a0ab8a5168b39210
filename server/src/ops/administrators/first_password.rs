//! Administrators whose password is yet to be set: a link that was lost or ran out is replaced.

use std::sync::Arc;

use scim_schema::{
    api::{events::ChangeKind, session::LinkPurpose},
    id::{AccountId, UserId},
    lifecycle::Lifecycle,
    text::fold,
};
use serde_json::json;

use super::{NewAdministrator, checked_hash};
use crate::{
    ctx::Ctx,
    db::{AccountTx, AuditEntry, Change, Db, SignInUser, Written},
    ops::{error::OpError, passwords::PasswordPool},
};

/// The System Administrator of this e-mail address who has no password yet, so that a lost link is
/// not the end. `None` for anybody else.
///
/// # Errors
/// Those of the database.
pub async fn awaiting_password(
    db: &Db,
    account: AccountId,
    new: &NewAdministrator,
) -> Result<Option<UserId>, OpError> {
    let user = db
        .account(account)
        .sign_in_user(&fold(&new.0.email))
        .await?;
    Ok(user.filter(awaits_password).map(|user| user.id))
}

/// Sets the first password of an administrator who has none yet; links that would set it stop
/// working.
///
/// # Errors
/// [`OpError::Invalid`] for a password that is too short, [`OpError::Conflict`] when one was set
/// meanwhile, and those of the database.
pub async fn set_first_password(
    db: &Db,
    ctx: &Arc<Ctx>,
    passwords: &PasswordPool,
    (user, new): (UserId, &NewAdministrator),
    password: &str,
) -> Result<(), OpError> {
    let password_hash = checked_hash(passwords, password, new).await?;
    db.write(ctx, move |tx| {
        let password_hash = password_hash.clone();
        Box::pin(async move {
            lock_awaiting(tx, user).await?;
            tx.replace_password(user, &password_hash).await?;
            let voided = tx
                .void_one_time_links(LinkPurpose::Setup, Some(user))
                .await?;
            let version = tx.user_version(user).await?;
            let details = json!({ "first": true, "voided_links": voided });
            let entry = AuditEntry::done("user.set_password", "user", user, details);
            let change = Change::updated(ChangeKind::User, user, version);
            Ok(Written::audited((), entry).announcing(change))
        })
    })
    .await
}

fn awaits_password(user: &SignInUser) -> bool {
    user.password_hash.is_none()
        && user.roles.standing().is_system_administrator()
        && matches!(user.axes.lifecycle, Lifecycle::Staged | Lifecycle::Active)
}

/// Locks an administrator who has no password yet.
///
/// # Errors
/// [`OpError::Conflict`] when a password was set meanwhile, and those of the database.
pub(in crate::ops) async fn lock_awaiting(tx: &AccountTx, user: UserId) -> Result<(), OpError> {
    let found = tx.lock_sign_in_user(user).await?;
    if found.as_ref().is_some_and(awaits_password) {
        return Ok(());
    }
    Err(OpError::Conflict(
        "The password was set at this moment. Nothing was changed.".to_owned(),
    ))
}
