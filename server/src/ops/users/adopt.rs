//! POST /Users that finds its person here: adoption of a local user, and the first request about
//! somebody whom an administrator has moved to the connection.

use scim_schema::{
    api::events::ChangeKind,
    id::{LinkId, UserId},
    resource::Incoming,
};
use serde_json::json;

use super::{
    link_up::{LinkUp, Linked, link_up, living},
    profile_of,
    store::{Replacement, close_sessions, password_set, store},
    stored_document,
};
use crate::{
    db::{AccountTx, AuditEntry, Change, ScimUser, SentUser, Written},
    ops::{OpError, mapping, provisioner::Provisioner, unmapped},
};

/// Gives a local user a link of the connection (T2, or T9 where `active` is false).
pub(super) async fn adopt(
    tx: &AccountTx,
    by: &Provisioner,
    user: UserId,
    incoming: &Incoming,
    password_hash: Option<String>,
) -> Result<Written<ScimUser>, OpError> {
    let person = living(tx, user).await?;
    let sent = sent_user(incoming);
    let password_hash = password_hash.filter(|_| !person.administrator);
    let rekeyed = password_hash.is_some();
    let Linked {
        user: adopted,
        flagged,
    } = link_up(tx, by, &person, &sent, LinkUp::Adopted(password_hash)).await?;
    let profile = profile_of(&incoming.document);
    let details = json!({
        "userName": profile.user_name,
        "name": profile.name(),
        "connection": by.name,
        "active": adopted.active,
        "before": { "userName": person.user_name, "email": person.email },
    });
    let settled = tx.settle_conflicts(user, Some(by.id)).await?;
    let active = adopted.active.unwrap_or(true);
    let moved = mapping::after_arrival(tx, by, user, &incoming.document, active).await?;
    let mut written = Written::audited(
        adopted.clone(),
        AuditEntry::done("user.adopt", "user", user, details),
    )
    .announcing(Change::updated(ChangeKind::User, user, adopted.version));
    for (id, version) in settled {
        written = written.announcing(Change::updated(ChangeKind::Conflict, id, version));
    }
    written
        .audit
        .extend(rekeyed.then(|| password_set(by, user)));
    written.audit.extend(moved);
    written.changes.extend(flagged);
    if adopted.active == Some(false) || rekeyed {
        written.jobs.extend(close_sessions(tx, &adopted));
    }
    Ok(written)
}

/// The provider sends somebody whose link was made for it: from now on it knows the link, and what
/// it sends holds, as with a PUT.
pub(super) async fn take_up(
    tx: &AccountTx,
    by: &Provisioner,
    link: LinkId,
    incoming: &Incoming,
    password_hash: Option<String>,
) -> Result<Written<ScimUser>, OpError> {
    let current = tx
        .lock_scim_user(by.id, link)
        .await?
        .ok_or(OpError::NotFound)?;
    let user = current.user;
    let old = stored_document(&current)?;
    let new = Replacement {
        active: incoming.document.active().or(current.active),
        document: incoming.document.clone().without_active(),
        unmapped: unmapped::bounded(incoming.unmapped.clone()),
        password_hash,
    };
    let mut written = store(tx, by, current, &old, new).await?;
    tx.take_up_link(link).await?;
    let profile = profile_of(&incoming.document);
    let details = json!({
        "userName": profile.user_name,
        "name": profile.name(),
        "connection": by.name,
    });
    let entry = AuditEntry::done("user.adopt", "user", user, details);
    written.audit.insert(0, entry);
    Ok(written)
}

/// What was sent, as a conflict keeps it.
pub(crate) fn sent_user(incoming: &Incoming) -> SentUser {
    SentUser {
        active: incoming.document.active(),
        document: incoming.document.clone().without_active().to_json_text(),
        unmapped: unmapped::bounded(incoming.unmapped.clone()),
    }
}
