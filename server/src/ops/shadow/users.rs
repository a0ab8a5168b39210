//! Users of a shadow: a document, `active`, and no person behind them.

use scim_schema::{
    id::{LinkId, UserId},
    resource::{Document, Incoming},
    schema::ResourceKind,
};
use serde_json::json;
use uuid::Uuid;

use super::{as_live, enter, make_room};
use crate::{
    db::{
        AccountTx, AuditEntry, GroupOfUser, ScimUser, ShadowData, ShadowMember, ShadowObject,
        Written,
    },
    ops::{
        OpError,
        precondition::Precondition,
        provisioner::Provisioner,
        unmapped,
        users::{difference, profile_of, stored_document, without_manager},
    },
};

const USER: ResourceKind = ResourceKind::User;

/// A user of the shadow as SCIM answers it. Its id stands for the person that there is none of.
pub(super) fn as_user(object: ShadowObject, groups: Vec<GroupOfUser>) -> Result<ScimUser, OpError> {
    Ok(ScimUser {
        axes: object.axes()?,
        scim_id: LinkId(object.id),
        user: UserId(object.id),
        document: object.document,
        unmapped: object.unmapped,
        active: object.active,
        administrator: false,
        has_signed_in: false,
        break_glass: false,
        version: object.version,
        created: object.created,
        last_modified: object.updated,
        groups,
    })
}

/// A group that a member is in.
pub(super) fn group_of_user(membership: ShadowMember) -> GroupOfUser {
    GroupOfUser {
        id: membership.group,
        display: membership.label,
    }
}

/// One user of the shadow with its groups; the shadow is the unit's alone until it ends.
///
/// # Errors
/// Those of [`enter`], and those of the database.
pub(in crate::ops) async fn lock_user(
    tx: &AccountTx,
    by: &Provisioner,
    id: LinkId,
) -> Result<Option<ScimUser>, OpError> {
    enter(tx, by).await?;
    let Some(object) = tx.shadow_object(by.id, USER, id.0).await? else {
        return Ok(None);
    };
    let groups = tx.shadow_groups(id.0).await?;
    as_user(object, groups.into_iter().map(group_of_user).collect()).map(Some)
}

/// Creates a user of the shadow. A living user of the same name is no obstacle: what becomes of
/// the two is shown in the difference.
///
/// # Errors
/// [`OpError::Unique`] when the shadow has `userName` or `externalId` already, 400 `tooMany` when
/// it is full, and those of the database.
pub(in crate::ops) async fn create_user(
    tx: &AccountTx,
    by: &Provisioner,
    incoming: &Incoming,
) -> Result<Written<ScimUser>, OpError> {
    enter(tx, by).await?;
    make_room(tx, by).await?;
    let active = incoming.document.active().unwrap_or(true);
    let document = incoming.document.clone().without_active();
    let unmapped = unmapped::bounded(incoming.unmapped.clone());
    let id = tx.new_id();
    let data = data_of(&document, Some(active), !active, unmapped);
    tx.insert_shadow_object(by.id, USER, id, &data)
        .await
        .map_err(as_live(USER))?;
    let now = tx.ctx().now;
    let created = ShadowObject {
        id,
        kind: USER,
        external_id: data.external_id,
        label: data.label,
        active: data.active,
        is_staged: data.is_staged,
        document: data.document,
        unmapped: data.unmapped,
        refused: None,
        version: 1,
        created: now,
        updated: now,
    };
    let details = json!({
        "userName": data.name,
        "name": created.label,
        "connection": by.name,
        "active": active,
    });
    let entry = AuditEntry::done("user.create", "user", id, details);
    Ok(Written::audited(as_user(created, Vec::new())?, entry))
}

/// Stores what a user of the shadow becomes.
///
/// # Errors
/// [`OpError::Unique`], [`OpError::PreconditionFailed`], and those of the database.
pub(in crate::ops) async fn store_user(
    tx: &AccountTx,
    current: &ScimUser,
    next: ScimUser,
    (old, new): (&Document, &Document),
) -> Result<Written<ScimUser>, OpError> {
    let is_staged = next.axes.lifecycle == scim_schema::lifecycle::Lifecycle::Staged;
    let data = data_of(new, next.active, is_staged, next.unmapped.clone());
    update(tx, next.scim_id.0, current.version, &data).await?;
    let mut details = difference(old, new);
    if current.active != next.active {
        details["before"]["active"] = json!(current.active);
        details["after"]["active"] = json!(next.active);
    }
    let entry = AuditEntry::done("user.update", "user", next.user, details);
    Ok(Written::audited(next, entry))
}

/// Deletes a user of the shadow, which nobody has for a manager any more.
///
/// # Errors
/// [`OpError::NotFound`], [`OpError::PreconditionFailed`], and those of the database.
pub(in crate::ops) async fn delete_user(
    tx: &AccountTx,
    by: &Provisioner,
    id: LinkId,
    precondition: &Precondition,
) -> Result<Written<UserId>, OpError> {
    let current = lock_user(tx, by, id).await?.ok_or(OpError::NotFound)?;
    precondition.check(current.version)?;
    let name = id.to_string();
    for report in tx.shadow_users_naming(by.id, &name).await? {
        release(tx, report, &name).await?;
    }
    tx.delete_shadow_objects(by.id, &[id.0]).await?;
    let details = json!({ "connection": by.name, "scimId": id });
    let entry = AuditEntry::done("user.delete", "user", current.user, details);
    Ok(Written::audited(current.user, entry))
}

/// Takes the manager out of somebody's document.
async fn release(tx: &AccountTx, report: ShadowObject, manager: &str) -> Result<(), OpError> {
    let (active, is_staged) = (report.active, report.is_staged);
    let (id, version) = (report.id, report.version);
    let report = as_user(report, Vec::new())?;
    let document = stored_document(&report)?;
    if document.manager() != Some(manager) {
        return Ok(());
    }
    let data = data_of(
        &without_manager(&document)?,
        active,
        is_staged,
        report.unmapped,
    );
    update(tx, id, version, &data).await
}

async fn update(tx: &AccountTx, id: Uuid, version: i64, data: &ShadowData) -> Result<(), OpError> {
    let updated = tx.update_shadow_object(id, version, Some(data)).await;
    if !updated.map_err(as_live(USER))? {
        return Err(OpError::PreconditionFailed);
    }
    Ok(())
}

fn data_of(
    document: &Document,
    active: Option<bool>,
    is_staged: bool,
    unmapped: String,
) -> ShadowData {
    let profile = profile_of(document);
    ShadowData {
        label: profile.name(),
        name: profile.user_name,
        external_id: document.external_id().map(str::to_owned),
        active,
        is_staged,
        document: document.to_json_text(),
        unmapped,
    }
}
