//! DELETE /Users/{id} (T13b): the link ends, access is cut, the user is kept until its purge date.

use chrono::TimeDelta;
use scim_schema::{
    api::events::ChangeKind,
    id::{LinkId, UserId},
    lifecycle::Lifecycle,
};
use serde_json::json;

use super::{
    lock,
    reports::{Released, release_reports},
    store::close_sessions,
};
use crate::{
    db::{AccountTx, AuditEntry, Change, UserUpdate, Written},
    ops::{OpError, precondition::Precondition, provisioner::Provisioner, shadow},
};

/// Days between deletion and purge (features.md section A12, `grace_days`).
const GRACE_DAYS: i64 = 30;

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
    let mut axes = current.axes.clone();
    if !current.break_glass {
        axes.lifecycle = Lifecycle::Deleted;
    }
    let update = UserUpdate {
        version: current.version,
        profile: None,
        axes: Some(axes),
        idp_active: None,
        cut_access: true,
        password_hash: None,
        purge_at: (!current.break_glass).then(|| tx.ctx().now + TimeDelta::days(GRACE_DAYS)),
    };
    if !tx.update_user(current.user, &update).await? {
        return Err(OpError::PreconditionFailed);
    }
    tx.end_link(current.scim_id).await?;
    let groups = tx.leave_groups(current.user).await?;
    let Released { reports, rest } =
        release_reports(tx, by.id, (current.user, current.scim_id)).await?;
    let details = json!({
        "connection": by.name,
        "scimId": current.scim_id,
        "groups": groups,
        "managerOf": reports.iter().map(|(user, _)| user).collect::<Vec<_>>(),
    });
    let mut written = Written::audited(
        current.user,
        AuditEntry::done("user.delete", "user", current.user, details),
    )
    .announcing(Change::deleted(
        ChangeKind::User,
        current.user,
        current.version + 1,
    ));
    written.jobs.extend(close_sessions(tx, &current));
    written.jobs.extend(rest);
    for (user, version) in reports {
        written = written.announcing(Change::updated(ChangeKind::User, user, version));
    }
    for group in groups {
        written = written.announcing(Change::updated(ChangeKind::Group, group, 0));
    }
    if !current.break_glass {
        for (id, version) in tx.settle_conflicts(current.user, None).await? {
            written = written.announcing(Change::updated(ChangeKind::Conflict, id, version));
        }
    }
    Ok(written)
}
