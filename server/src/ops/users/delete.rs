//! DELETE /Users/{id} (T13b): the link ends, access is cut, the user is kept until its purge date.

use scim_schema::{
    api::events::ChangeKind,
    id::{LinkId, UserId},
    lifecycle::Lifecycle,
    mail::MailKind,
};
use serde_json::json;

use super::{lock, store::close_sessions, stored_document};
use crate::{
    db::{AccountTx, AuditEntry, Change, MailAbout, UserUpdate, Written},
    ops::{
        OpError, mails,
        precondition::Precondition,
        provisioner::Provisioner,
        shadow,
        user_acts::deletion::{GRACE, leave},
    },
};

/// Deletes a user for its connection: 404 for ever under this id, the user name is free at once,
/// it leaves every group and is nobody's manager any more. A break-glass administrator loses only
/// its link.
///
/// # Errors
/// [`OpError::NotFound`], [`OpError::PreconditionFailed`], and those of the database.
pub async fn delete(
    tx: &AccountTx,
    by: &Provisioner,
    id: LinkId,
    precondition: &Precondition,
) -> Result<Written<UserId>, OpError> {
    if by.mode.is_shadow() {
        return shadow::delete_user(tx, by, id, precondition).await;
    }
    let current = lock(tx, by, id).await?;
    precondition.check(current.version)?;
    // Nobody is left without the administrator who must always get in.
    let before = (!current.break_glass).then_some(current.axes.lifecycle);
    let mut axes = current.axes.clone();
    if before.is_some() {
        axes.lifecycle = Lifecycle::Deleted;
    }
    let update = UserUpdate {
        version: current.version,
        profile: None,
        axes: Some(axes),
        idp_active: None,
        cut_access: true,
        password_hash: None,
        purge_at: before.map(|_| Some(tx.ctx().now + GRACE)),
    };
    if !tx.update_user(current.user, &update).await? {
        return Err(OpError::PreconditionFailed);
    }
    let link = Some((current.scim_id, by.id));
    let mut left = leave(tx, current.user, link, before).await?;
    left.details["connection"] = json!(by.name);
    left.details["scimId"] = json!(current.scim_id);
    let entry = AuditEntry::done("user.delete", "user", current.user, left.details);
    let gone = Change::deleted(ChangeKind::User, current.user, current.version + 1);
    let mut written = Written::audited(current.user, entry).announcing(gone);
    written.jobs.extend(close_sessions(tx, &current));
    written.jobs.extend(left.rest);
    written.changes.extend(left.changes);
    if before.is_some() {
        let document = stored_document(&current)?;
        let to = (current.user, document.primary_email());
        let removed = mails::to_person(MailKind::Removed, to, MailAbout::default());
        written.mails.extend(removed);
    }
    Ok(written)
}
