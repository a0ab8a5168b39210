//! DELETE /Users/{id} (T13b): the link ends, access is cut, the user is kept until its purge date.

use chrono::TimeDelta;
use scim_schema::{
    api::events::ChangeKind,
    attr::{AttrId, AttrType},
    filter::{AttrRef, CompareOp, TypedFilter, TypedValue},
    id::{LinkId, UserId},
    lifecycle::Lifecycle,
    resource::Document,
    schema::urn,
};
use serde_json::{Value, json};

use super::{lock, store::close_sessions, stored_document};
use crate::{
    db::{
        AccountTx, AuditEntry, Change, ReleasedReport, ScimUser, UserUpdate, Written,
        attribute_values,
    },
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
    let reports = release_reports(tx, by, current.scim_id).await?;
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

/// Takes somebody whose link has ended out of the documents of those it managed.
pub(in crate::ops) async fn release_reports(
    tx: &AccountTx,
    by: &Provisioner,
    manager: LinkId,
) -> Result<Vec<(UserId, i64)>, OpError> {
    let managed = TypedFilter::Compare {
        attr: AttrRef {
            id: AttrId::EnterpriseManagerValue,
            parent: Some(AttrId::EnterpriseManager),
            attr_type: AttrType::String,
            multi_valued: false,
            case_exact: true,
        },
        op: CompareOp::Eq,
        value: TypedValue::String(manager.to_string()),
    };
    let reports = tx.lock_reports(by.id, &managed).await?;
    let mut released = Vec::with_capacity(reports.len());
    for report in &reports {
        released.push(release(by, report)?);
    }
    tx.store_released(&released).await?;
    let told = reports.iter();
    Ok(told
        .map(|report| (report.user, report.version + 1))
        .collect())
}

fn release(by: &Provisioner, report: &ScimUser) -> Result<ReleasedReport, OpError> {
    let old = stored_document(report)?;
    let document = without_manager(&old)?;
    let users = by.user_type();
    let values = attribute_values::changes(
        &attribute_values::rows_of(&users, &old),
        &attribute_values::rows_of(&users, &document),
    );
    Ok(ReleasedReport {
        scim_id: report.scim_id,
        user: report.user,
        document: document.to_json_text(),
        values,
    })
}

/// A document without the manager.
pub(in crate::ops) fn without_manager(document: &Document) -> Result<Document, OpError> {
    let mut members = document.as_map().clone();
    if let Some(Value::Object(extension)) = members.get_mut(urn::ENTERPRISE_USER) {
        extension.shift_remove("manager");
        if extension.is_empty() {
            members.shift_remove(urn::ENTERPRISE_USER);
        }
    }
    let text = Value::Object(members).to_string();
    Document::from_json_text(&text).map_err(|error| {
        crate::db::DbError::Corrupt(format!("scim_links.document: {error}")).into()
    })
}
