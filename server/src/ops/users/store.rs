//! The shared end of PUT and PATCH: what differs is written, what follows from `active` is done.

use scim_schema::{
    api::events::ChangeKind,
    id::UserId,
    lifecycle::{HoldKind, Lifecycle},
    resource::Document,
};
use serde_json::{Map, Value, json};

use super::{
    create::{IDP_DISABLED, idp_hold},
    profile_of,
    shared::{self, new_address},
};
use crate::{
    db::{
        AccountTx, AuditEntry, Change, NewJob, NewLink, Profile, ScimUser, SentUser, UserUpdate,
        Written, attribute_values,
    },
    ops::{OpError, mails, mapping, provisioner::Provisioner, shadow},
};

/// What a user becomes.
pub(super) struct Replacement {
    /// Attributes without `active`.
    pub(super) document: Document,
    /// `active`; unassigned is left out of answers and changes nothing.
    pub(super) active: Option<bool>,
    /// What no definition knows.
    pub(super) unmapped: String,
    /// The hash of a password that was sent with it.
    pub(super) password_hash: Option<String>,
}

/// Writes the difference between a locked user and its replacement: nothing when there is none,
/// so that version and `lastModified` stay (RFC 7644 section 3.5.2.1). A password is always set, since
/// nobody can see that it is the same, and ends the sessions of before.
pub(super) async fn store(
    tx: &AccountTx,
    by: &Provisioner,
    current: ScimUser,
    old: &Document,
    new: Replacement,
) -> Result<Written<ScimUser>, OpError> {
    let was = current.axes.is_let_in(current.active);
    let (document, active) = (new.document, new.active.unwrap_or(was));
    let assigned = new.active != current.active;
    let switched = active != was;
    let changed = document != *old || new.unmapped != current.unmapped;
    let password_hash = new.password_hash.filter(|_| !current.administrator);
    let rekeyed = password_hash.is_some();
    if !assigned && !changed && !rekeyed {
        return Ok(Written::unchanged(current));
    }
    let mut next = ScimUser {
        active: new.active,
        version: current.version + 1,
        last_modified: tx.ctx().now,
        ..current.clone()
    };
    if switched {
        follow_active(&mut next, active, by);
    }
    if by.mode.is_shadow() {
        next.document = document.to_json_text();
        next.unmapped = new.unmapped;
        return shadow::store_user(tx, &current, next, (old, &document)).await;
    }
    let profile = match profile_of(&document) {
        same if same == profile_of(old) => None,
        sent if current.administrator => Some(keeping_identifiers(tx, &current, sent).await?),
        sent => Some(sent),
    };
    let update = UserUpdate {
        version: current.version,
        profile,
        axes: switched.then(|| next.axes.clone()),
        idp_active: assigned.then_some(new.active),
        cut_access: (switched && !active) || rekeyed,
        password_hash,
        purge_at: None,
    };
    let is_shared = update_user(tx, &current, old, &update).await?;
    if changed {
        next.document = document.to_json_text();
        next.unmapped = new.unmapped;
        store_document(tx, by, &next, (old, &document)).await?;
    }
    let documents = (old, &document);
    let moved = mapping::after_write(tx, by, current.user, documents, (active, switched)).await?;
    let mut written = Written::unchanged(()).announcing(Change::updated(
        ChangeKind::User,
        current.user,
        next.version,
    ));
    if changed || (assigned && !switched) {
        let silent = (assigned && !switched).then_some((current.active, new.active));
        written
            .audit
            .push(updated(&current, difference(old, &document), silent));
    }
    if switched {
        written.audit.push(switch(tx, by, &current, active).await?);
    }
    written
        .audit
        .extend(rekeyed.then(|| password_set(by, current.user)));
    written.audit.extend(moved);
    if let Some(profile) = update.profile.as_ref().filter(|_| !current.administrator) {
        let addresses = (old.primary_email(), profile.email.as_deref());
        let told = mails::of_new_address(tx, current.user, addresses).await?;
        written.mails.extend(told);
    }
    if let Some(profile) = update.profile.filter(|_| is_shared) {
        let sent = SentUser {
            document: next.document.clone(),
            unmapped: next.unmapped.clone(),
            active: next.active,
        };
        let about = (current.user, &profile);
        written
            .changes
            .extend(shared::flag(tx, by, about, sent).await?);
    }
    if update.cut_access {
        written.jobs.extend(close_sessions(tx, &current));
    }
    Ok(written.map(|()| next))
}

/// Updates the row of a locked user; whether somebody else has the address that it is given.
async fn update_user(
    tx: &AccountTx,
    current: &ScimUser,
    old: &Document,
    update: &UserUpdate,
) -> Result<bool, OpError> {
    // An administrator keeps the address of before.
    let profile = update.profile.as_ref().filter(|_| !current.administrator);
    let email = profile.and_then(|profile| new_address(old.primary_email(), profile));
    let is_shared = match email {
        Some(email) => {
            tx.update_user_looking_for(email, current.user, update)
                .await?
        }
        None => tx.update_user(current.user, update).await?.then_some(false),
    };
    is_shared.ok_or(OpError::PreconditionFailed)
}

/// That the connection set somebody's password.
pub(super) fn password_set(by: &Provisioner, user: UserId) -> AuditEntry {
    let details = json!({ "connection": by.name });
    AuditEntry::done("user.set_password", "user", user, details)
}

/// A connection does not change what an administrator signs in with (domain.md section 4): it is in
/// the link's document only, and pending.
async fn keeping_identifiers(
    tx: &AccountTx,
    user: &ScimUser,
    sent: Profile,
) -> Result<Profile, OpError> {
    let person = tx.lock_person(user.user).await?.ok_or(OpError::NotFound)?;
    Ok(Profile {
        user_name: person.user_name,
        email: person.email,
        ..sent
    })
}

/// Stores the document of a user, and the search values that differ from those of before.
async fn store_document(
    tx: &AccountTx,
    by: &Provisioner,
    user: &ScimUser,
    (old, new): (&Document, &Document),
) -> Result<(), OpError> {
    let user_name = new.user_name().unwrap_or_default();
    tx.update_link(&link_of(user, by, new, user_name)).await?;
    let users = by.user_type();
    let rows = attribute_values::changes(
        &attribute_values::rows_of(&users, old),
        &attribute_values::rows_of(&users, new),
    );
    tx.upsert_attribute_values(user.user, &rows).await?;
    Ok(())
}

/// What was updated; `active` only when it changed without a switch, which has an entry of its own.
fn updated(
    user: &ScimUser,
    mut details: Value,
    active: Option<(Option<bool>, Option<bool>)>,
) -> AuditEntry {
    if let Some((before, after)) = active {
        details["before"]["active"] = json!(before);
        details["after"]["active"] = json!(after);
    }
    AuditEntry::done("user.update", "user", user.user, details)
}

/// T9 and T10: the connection's own hold comes or goes; every other hold stays. A break-glass
/// administrator is exempt from the hold, and its sessions end all the same.
fn follow_active(user: &mut ScimUser, active: bool, by: &Provisioner) {
    if active {
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
    if active || !current.break_glass {
        tx.follow_hold(current.user, idp_hold(by), !active).await?;
    }
    let action = if active {
        "user.enable"
    } else {
        "user.disable"
    };
    Ok(AuditEntry::done(action, "user", current.user, details))
}

/// Sessions are refused from the commit on by their epoch; this closes their rows, if there can be
/// any.
pub(in crate::ops) fn close_sessions(tx: &AccountTx, user: &ScimUser) -> Option<NewJob> {
    user.has_signed_in.then(|| NewJob {
        queue: crate::ops::sessions::CLOSE_SESSIONS,
        payload: json!({ "user": user.user }),
        run_at: tx.ctx().now,
        dedup_key: Some(user.user.to_string()),
        max_attempts: 10,
    })
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
        prepared: false,
    }
}

/// Attributes that differ, with both values, for the audit log's erasable part.
pub(in crate::ops) fn difference(old: &Document, new: &Document) -> Value {
    let pick = |from: &Document, other: &Document| -> Map<String, Value> {
        from.as_map()
            .iter()
            .filter(|(name, value)| other.as_map().get(*name) != Some(*value))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    };
    json!({ "before": pick(old, new), "after": pick(new, old) })
}
