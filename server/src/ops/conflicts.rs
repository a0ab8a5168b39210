//! Conflicts (domain.md section 2): noted when a connection is refused somebody, ended by a System
//! Administrator who moves the person to the connection or keeps them apart.

mod moving;

use std::sync::Arc;

use scim_schema::{
    api::{
        conflicts::{
            ConflictAct, ConflictCause, ConflictDetail, ConflictEnd, ConflictKind, ConflictResult,
            ConflictState, REASON_MAX_CHARS, RESOLVED_AT_ONCE,
        },
        events::ChangeKind,
    },
    id::{AccountId, ConflictId, LinkId},
};
use serde_json::{Map, Value, json};

use super::{
    error::OpError,
    provisioner::Provisioner,
    users::arrival::{Arrival, decide},
    users::link_up::stored,
};
use crate::{
    ctx::Ctx,
    db::{AccountTx, AuditEntry, Change, ConflictSides, Db, NewConflict, SentUser, Written},
};

/// Notes why a connection was refused somebody, in a unit of its own: that of the request was rolled
/// back. `renamed` is the link whose user was to get a name that somebody else has. Repeated
/// requests count up the item that is there. Answers whether there is one: a connection that is in
/// its own way has none.
///
/// # Errors
/// Those of the database.
pub async fn note(
    tx: &AccountTx,
    by: &Provisioner,
    sent: &SentUser,
    renamed: Option<LinkId>,
) -> Result<Written<bool>, OpError> {
    let document = stored(&sent.document)?;
    let Arrival::Refused(refusal) = decide(tx, by, &document).await? else {
        return Ok(Written::unchanged(false));
    };
    let Some(kind) = refusal.kind else {
        return Ok(Written::unchanged(false));
    };
    let cause = match renamed {
        Some(_) => ConflictCause::Rename,
        None => refusal.cause,
    };
    let new = NewConflict {
        connection: by.id,
        kind,
        cause,
        candidates: refusal.candidates,
        user_name: document.user_name().unwrap_or_default().to_owned(),
        sent: sent.clone(),
    };
    let Some(noted) = tx.note_conflict(&new).await? else {
        return Ok(Written::unchanged(false));
    };
    if !noted.fresh {
        return Ok(Written::bookkeeping(true).announcing(noted.change()));
    }
    let details = json!({
        "connection": by.name,
        "kind": kind,
        "cause": cause,
        "userName": new.user_name,
        "people": new.candidates,
    });
    let entry = AuditEntry::done("conflict.open", "conflict", noted.id, details);
    Ok(Written::audited(true, entry).announcing(noted.change()))
}

/// One conflict with both of its sides and what they differ in.
///
/// # Errors
/// [`OpError::NotFound`], and those of the database.
pub async fn read(db: &Db, account: AccountId, id: ConflictId) -> Result<ConflictDetail, OpError> {
    let sides = db.account(account).conflict(id).await?;
    let sides = sides.ok_or(OpError::NotFound)?;
    let sent = sent_map(&sides)?;
    Ok(ConflictDetail {
        differences: differences(&sides.here, &sent),
        move_refused: moving::refused(&sides),
        row: sides.row,
        people: sides.people,
        here: sides.here,
        sent,
        request: sides.request,
    })
}

/// Moves the person of a conflict to its connection, or keeps them apart.
///
/// # Errors
/// [`OpError::NotFound`], [`OpError::Invalid`] with path `reason`, [`OpError::Conflict`] when the
/// conflict is resolved already or nothing can be moved, and those of the database.
pub async fn resolve(
    db: &Db,
    ctx: &Arc<Ctx>,
    id: ConflictId,
    act: ConflictAct,
    reason: Option<&str>,
) -> Result<(), OpError> {
    let reason = checked_reason(act, reason)?;
    let account = db.account(ctx.account);
    let sides = account.conflict(id).await?.ok_or(OpError::NotFound)?;
    let info = account.connection_info(sides.row.connection).await?;
    let by = Provisioner::from(info.ok_or(OpError::NotFound)?);
    let result = db.write::<_, OpError, _>(ctx, move |tx| {
        let (by, reason) = (by.clone(), reason.clone());
        Box::pin(async move {
            match act {
                ConflictAct::Move => moving::carry_out(tx, &by, id).await,
                ConflictAct::Dismiss => dismiss(tx, id, reason.as_deref()).await,
            }
        })
    });
    result.await.map_err(moving::in_words)
}

/// The same for several, each in a unit of its own: what one of them ends with stops no other.
///
/// # Errors
/// [`OpError::Invalid`] with path `ids` or `reason`, and those of the database that no other item
/// would be spared.
pub async fn resolve_several(
    db: &Db,
    ctx: &Arc<Ctx>,
    ids: &[ConflictId],
    act: ConflictAct,
    reason: Option<&str>,
) -> Result<Vec<ConflictResult>, OpError> {
    if ids.is_empty() || ids.len() > RESOLVED_AT_ONCE {
        return Err(OpError::Invalid {
            path: "ids",
            message: format!("Name 1 to {RESOLVED_AT_ONCE} conflicts."),
        });
    }
    checked_reason(act, reason)?;
    let mut results = Vec::with_capacity(ids.len());
    for id in ids {
        let message = match resolve(db, ctx, *id, act, reason).await {
            Ok(()) => None,
            Err(OpError::NotFound) => Some("There is no such conflict.".to_owned()),
            Err(OpError::Conflict(sentence)) => Some(sentence),
            Err(other) => return Err(other),
        };
        let done = message.is_none();
        let id = *id;
        results.push(ConflictResult { id, done, message });
    }
    Ok(results)
}

async fn dismiss(
    tx: &AccountTx,
    id: ConflictId,
    reason: Option<&str>,
) -> Result<Written<()>, OpError> {
    let conflict = tx.lock_conflict(id).await?.ok_or(OpError::NotFound)?;
    match conflict.state {
        ConflictState::Open => {}
        ConflictState::Dismissed => return Ok(Written::unchanged(())),
        ConflictState::Resolved => return Err(resolved_already()),
    }
    tx.end_conflict(id, ConflictEnd::Dismissed, reason).await?;
    let details = json!({ "kind": conflict.kind, "reason": reason });
    let entry = AuditEntry::done("conflict.dismiss", "conflict", id, details);
    let change = Change::updated(ChangeKind::Conflict, id, conflict.version + 1);
    Ok(Written::audited((), entry).announcing(change))
}

fn resolved_already() -> OpError {
    OpError::Conflict("This conflict is resolved already. Load the page again.".to_owned())
}

fn checked_reason(act: ConflictAct, reason: Option<&str>) -> Result<Option<String>, OpError> {
    let reason = reason.map(str::trim).filter(|reason| !reason.is_empty());
    let message = match reason {
        None if act == ConflictAct::Dismiss => "Say why they are kept apart.".to_owned(),
        Some(long) if long.chars().count() > REASON_MAX_CHARS => {
            format!("Use at most {REASON_MAX_CHARS} characters.")
        }
        Some(odd) if odd.contains('\0') => "Use no control characters.".to_owned(),
        reason => return Ok(reason.map(str::to_owned)),
    };
    Err(OpError::Invalid {
        path: "reason",
        message,
    })
}

/// What was sent, as SCIM would answer it.
fn sent_map(sides: &ConflictSides) -> Result<Map<String, Value>, OpError> {
    let Some(sent) = &sides.sent else {
        return Ok(Map::new());
    };
    let mut map = stored(&sent.document)?.into_map();
    if let Some(active) = sent.active {
        map.insert("active".to_owned(), active.into());
    }
    Ok(map)
}

/// Names of the attributes in which both sides differ. Nothing differs from what is not there.
fn differences(here: &Map<String, Value>, sent: &Map<String, Value>) -> Vec<String> {
    if sent.is_empty() {
        return Vec::new();
    }
    let fresh = sent.keys().filter(|name| !here.contains_key(*name));
    here.keys()
        .chain(fresh)
        .filter(|name| *name != "schemas" && here.get(*name) != sent.get(*name))
        .cloned()
        .collect()
}

/// Whether a conflict of this kind is about one person who can belong to the connection.
const fn is_about_one_person(kind: ConflictKind) -> bool {
    matches!(kind, ConflictKind::UserName | ConflictKind::Adoption)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(value: Value) -> Map<String, Value> {
        match value {
            Value::Object(members) => members,
            _ => Map::new(),
        }
    }

    #[test]
    fn what_differs_is_named_once_in_the_order_of_both_sides() {
        let here = map(json!({"userName": "ada", "title": "Teacher", "locale": "en"}));
        let sent = map(json!({"userName": "ada", "title": "Head", "nickName": "A", "schemas": []}));
        assert_eq!(differences(&here, &sent), ["title", "locale", "nickName"]);
        assert!(differences(&here, &Map::new()).is_empty());
    }

    #[test]
    fn keeping_people_apart_needs_a_reason_and_moving_them_does_not() {
        assert!(checked_reason(ConflictAct::Move, Some(" ")).is_ok());
        for reason in [None, Some(" "), Some("a\0b")] {
            let refused = checked_reason(ConflictAct::Dismiss, reason);
            assert!(matches!(
                refused,
                Err(OpError::Invalid { path: "reason", .. })
            ));
        }
        let long = "x".repeat(REASON_MAX_CHARS + 1);
        assert!(checked_reason(ConflictAct::Dismiss, Some(&long)).is_err());
    }
}
