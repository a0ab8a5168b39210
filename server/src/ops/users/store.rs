//! The shared end of PUT and PATCH: what differs is written, what follows from `active` is done.

use scim_schema::{
    api::events::ChangeKind,
    lifecycle::{HoldKind, Lifecycle},
    resource::Document,
};
use serde_json::{Map, Value, json};

use super::{
    create::{IDP_DISABLED, idp_hold},
    profile_of,
};
use crate::{
    db::{
        AccountTx, AuditEntry, Change, NewJob, NewLink, ScimUser, UserUpdate, Written,
        attribute_values,
    },
    ops::{OpError, provisioner::Provisioner},
};

/// What a user becomes.
pub(super) struct Replacement {
    /// Attributes; `active` may be absent and is then unchanged (D9).
    pub(super) document: Document,
    /// What no definition knows.
    pub(super) unmapped: String,
}

/// Writes the difference between a locked user and its replacement: nothing when there is none,
/// so that version and `lastModified` stay (RFC 7644 section 3.5.2.1).
pub(super) async fn store(
    tx: &AccountTx,
    by: &Provisioner,
    current: ScimUser,
    old: &Document,
    new: Replacement,
) -> Result<Written<ScimUser>, OpError> {
    let active = new.document.active().unwrap_or(current.active);
    let document = new.document.without_active();
    let switched = active != current.active;
    let changed = document != *old || new.unmapped != current.unmapped;
    if !switched && !changed {
        return Ok(Written::unchanged(current));
    }
    let mut next = ScimUser {
        active,
        version: current.version + 1,
        last_modified: tx.ctx().now,
        ..current.clone()
    };
    if switched {
        follow_active(&mut next, by);
    }
    let profile = profile_of(&document);
    let update = UserUpdate {
        version: current.version,
        profile: (profile != profile_of(old)).then(|| profile.clone()),
        axes: switched.then(|| next.axes.clone()),
        idp_active: switched.then_some(active),
        cut_access: switched && !active,
        purge_at: None,
    };
    if !tx.update_user(current.user, &update).await? {
        return Err(OpError::PreconditionFailed);
    }
    if changed {
        next.document = document.to_json_text();
        next.unmapped = new.unmapped;
        tx.update_link(&link_of(&next, by, &document, &profile.user_name))
            .await?;
        let rows = attribute_values::changes(
            &attribute_values::rows_of(old),
            &attribute_values::rows_of(&document),
        );
        tx.upsert_attribute_values(current.user, &rows).await?;
    }
    let mut written = Written::unchanged(()).announcing(Change::updated(
        ChangeKind::User,
        current.user,
        next.version,
    ));
    if changed {
        written.audit.push(AuditEntry::done(
            "user.update",
            "user",
            current.user,
            difference(old, &document),
        ));
    }
    if switched {
        written.audit.push(switch(tx, by, &current, active).await?);
    }
    if update.cut_access {
        written = written.queueing(close_sessions(tx, &current));
    }
    Ok(written.map(|()| next))
}

/// T9 and T10: the connection's own hold comes or goes; every other hold stays. A break-glass
/// administrator is exempt from the hold, and its sessions end all the same.
fn follow_active(user: &mut ScimUser, by: &Provisioner) {
    if user.active {
        user.axes
            .holds
            .retain(|hold| hold.kind != HoldKind::IdpDisabled);
        if user.axes.lifecycle == Lifecycle::Staged {
            user.axes.lifecycle = Lifecycle::Active;
        }
    } else if !user.break_glass {
        user.axes.holds.push(IDP_DISABLED);
    } else {
        tracing::warn!(connection = %by.id, user = %user.user, "a break-glass administrator was disabled by its provider and stays open");
    }
}

async fn switch(
    tx: &AccountTx,
    by: &Provisioner,
    current: &ScimUser,
    active: bool,
) -> Result<AuditEntry, OpError> {
    let details = json!({ "connection": by.name, "active": active });
    if active {
        tx.close_holds(current.user, HoldKind::IdpDisabled, Some(by.id.0))
            .await?;
        return Ok(AuditEntry::done(
            "user.enable",
            "user",
            current.user,
            details,
        ));
    }
    if !current.break_glass {
        tx.insert_hold(current.user, idp_hold(by)).await?;
    }
    Ok(AuditEntry::done(
        "user.disable",
        "user",
        current.user,
        details,
    ))
}

/// Sessions are refused from the commit on by their epoch; this closes their rows.
pub(super) fn close_sessions(tx: &AccountTx, user: &ScimUser) -> NewJob {
    NewJob {
        queue: crate::ops::sessions::CLOSE_SESSIONS,
        payload: json!({ "user": user.user }),
        run_at: tx.ctx().now,
        dedup_key: Some(user.user.to_string()),
        max_attempts: 10,
    }
}

pub(super) fn link_of(
    user: &ScimUser,
    by: &Provisioner,
    document: &Document,
    user_name: &str,
) -> NewLink {
    NewLink {
        scim_id: user.scim_id,
        connection: by.id,
        user: user.user,
        user_name: user_name.to_owned(),
        external_id: document.external_id().map(str::to_owned),
        document: user.document.clone(),
        unmapped: user.unmapped.clone(),
    }
}

/// Attributes that differ, with both values, for the audit log's erasable part.
fn difference(old: &Document, new: &Document) -> Value {
    let pick = |from: &Document, other: &Document| -> Map<String, Value> {
        from.as_map()
            .iter()
            .filter(|(name, value)| other.as_map().get(*name) != Some(*value))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    };
    json!({ "before": pick(old, new), "after": pick(new, old) })
}
