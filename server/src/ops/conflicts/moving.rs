//! *Move to this connection*: the person who is here gets a live link made of what the connection
//! sent, and the link of another connection ends. The link is prepared: its provider learns of it
//! by looking the person up, or by its next POST, which finds it.

use scim_schema::{
    api::{
        conflicts::{ConflictCause, ConflictEnd, ConflictState},
        connections::ConnectionMode,
        events::ChangeKind,
        users::Source,
    },
    id::{ConflictId, ConnectionId, GroupId},
    lifecycle::HoldKind,
    resource::Document,
    text::fold,
};
use serde_json::json;

use super::{is_about_one_person, resolved_already};
use crate::{
    db::{
        AccountTx, AuditEntry, Change, ConflictSides, LockedConflict, Person, ScimUser, SentUser,
        UniqueKey, Written,
    },
    ops::{
        error::OpError,
        mapping,
        provisioner::Provisioner,
        users::{
            close_sessions,
            link_up::{LinkUp, Linked, link_up, living, stored},
            reports::{Released, release_reports},
        },
    },
};

/// Why a conflict cannot end by moving somebody; `None` when it can.
pub(super) fn refused(sides: &ConflictSides) -> Option<String> {
    let row = &sides.row;
    if row.movable {
        let theirs =
            matches!(&row.person.source, Source::Connection { id, .. } if *id == row.connection);
        return theirs.then(already_there);
    }
    let sentence = match (row.state, row.cause) {
        (ConflictState::Resolved, _) => return Some("This conflict is resolved.".to_owned()),
        (_, ConflictCause::Rename) => cannot_rename(),
        (_, ConflictCause::ServiceUser) => is_service_user(),
        _ if !is_about_one_person(row.kind) => {
            "Nobody is in the way: both people are here already.".to_owned()
        }
        _ => too_large(),
    };
    Some(sentence)
}

/// What was left behind.
struct Left {
    groups: Vec<GroupId>,
    reports: Released,
    lifted: u64,
}

/// Moves the person of a conflict.
pub(super) async fn carry_out(
    tx: &AccountTx,
    by: &Provisioner,
    id: ConflictId,
) -> Result<Written<()>, OpError> {
    if by.mode != ConnectionMode::Live {
        return Err(OpError::Conflict(
            "This connection is in shadow mode: nobody can be moved to it before it goes live."
                .to_owned(),
        ));
    }
    let conflict = tx.lock_conflict(id).await?.ok_or(OpError::NotFound)?;
    let sent = sent_of(&conflict)?;
    let document = stored(&sent.document)?;
    let gone =
        || OpError::Conflict("This person is not here any more. Dismiss the conflict.".into());
    let person = match living(tx, conflict.candidate).await {
        Err(OpError::NotFound) => return Err(gone()),
        other => other?,
    };
    if !is_still_meant(&person, &document) {
        return Err(OpError::Conflict(
            "User name and address of this person have changed since: it is not certain who is meant. Wait for the next request of the provider."
                .to_owned(),
        ));
    }
    let from = match person.link {
        Some((_, connection)) if connection == by.id => {
            return Err(OpError::Conflict(already_there()));
        }
        link => link,
    };
    let left = match from {
        Some((scim_id, connection)) => {
            tx.end_link(scim_id).await?;
            leave(tx, &person, (scim_id, connection)).await?
        }
        None => Left {
            groups: Vec::new(),
            reports: Released::default(),
            lifted: 0,
        },
    };
    let Linked {
        user: linked,
        flagged,
    } = link_up(tx, by, &person, sent, LinkUp::Prepared).await?;
    let active = linked.active.unwrap_or(true);
    let placed = mapping::after_arrival(tx, by, person.user, &document, active).await?;
    tx.end_conflict(id, ConflictEnd::Moved, None).await?;
    let settled = tx.settle_conflicts(person.user, Some(by.id)).await?;
    let details = json!({
        "connection": by.name,
        "scimId": linked.scim_id,
        "from": from.map(|(scim_id, connection)| json!({ "connection": connection, "scimId": scim_id })),
        "groups": left.groups,
        "managerOf": left.reports.reports.iter().map(|(user, _)| user).collect::<Vec<_>>(),
        "liftedHolds": left.lifted,
        "before": { "userName": person.user_name, "email": person.email },
        "active": linked.active,
    });
    let entry = AuditEntry::done("user.move", "user", person.user, details);
    let mut written = Written::audited((), entry);
    let details = json!({ "kind": conflict.kind, "user": person.user });
    let ended = AuditEntry::done("conflict.move", "conflict", id, details);
    written.audit.push(ended);
    written.audit.extend(placed);
    written.changes = changes(&conflict, &linked, &left, settled);
    written.changes.extend(flagged);
    written.jobs.extend(left.reports.rest);
    if linked.active == Some(false) {
        written.jobs.extend(close_sessions(tx, &linked));
    }
    Ok(written)
}

fn sent_of(conflict: &LockedConflict) -> Result<&SentUser, OpError> {
    let refused = match (conflict.state, conflict.cause) {
        (ConflictState::Resolved, _) => return Err(resolved_already()),
        (_, ConflictCause::Rename) => cannot_rename(),
        (_, ConflictCause::ServiceUser) => is_service_user(),
        _ if !is_about_one_person(conflict.kind) => "There is nobody to move.".to_owned(),
        _ => match &conflict.sent {
            Some(sent) => return Ok(sent),
            None => too_large(),
        },
    };
    Err(OpError::Conflict(refused))
}

/// Whether what was sent names the person by what they have now.
fn is_still_meant(person: &Person, document: &Document) -> bool {
    let same = |sent: Option<&str>, here: Option<&str>| {
        sent.is_some_and(|sent| here.is_some_and(|here| fold(sent) == fold(here)))
    };
    same(document.user_name(), Some(&person.user_name))
        || same(document.primary_email(), person.email.as_deref())
}

/// What belonged to the connection of before goes: its groups, its holds, and that the person is
/// somebody's manager there.
async fn leave(
    tx: &AccountTx,
    person: &Person,
    (scim_id, connection): (scim_schema::id::LinkId, ConnectionId),
) -> Result<Left, OpError> {
    let groups = tx.leave_groups_of(person.user, connection).await?;
    let reports = release_reports(tx, connection, (person.user, scim_id)).await?;
    let lifted = tx
        .close_holds(person.user, HoldKind::IdpDisabled, Some(connection.0))
        .await?;
    Ok(Left {
        groups,
        reports,
        lifted,
    })
}

fn changes(
    conflict: &LockedConflict,
    linked: &ScimUser,
    left: &Left,
    settled: Vec<(ConflictId, i64)>,
) -> Vec<Change> {
    let mut changes = vec![
        Change::updated(ChangeKind::User, linked.user, linked.version),
        Change::updated(ChangeKind::Conflict, conflict.id, conflict.version + 1),
    ];
    let settled = settled.into_iter();
    changes.extend(settled.map(|(id, version)| Change::updated(ChangeKind::Conflict, id, version)));
    let reports = left.reports.reports.iter();
    changes.extend(reports.map(|(id, version)| Change::updated(ChangeKind::User, *id, *version)));
    let groups = left.groups.iter();
    changes.extend(groups.map(|id| Change::updated(ChangeKind::Group, *id, 0)));
    changes
}

/// Refusals of unique rules as sentences.
pub(super) fn in_words(error: OpError) -> OpError {
    match error {
        OpError::Unique(UniqueKey::LinkExternalId) => OpError::Conflict(
            "Somebody else of the connection has the externalId that was sent. Wait for the next request of the provider."
                .to_owned(),
        ),
        OpError::Unique(UniqueKey::UserName) => OpError::Conflict(
            "Somebody else has the user name that was sent by now. Resolve that first.".to_owned(),
        ),
        OpError::PreconditionFailed | OpError::Unique(UniqueKey::LiveLink) => {
            OpError::Conflict("Somebody else changed this person meanwhile. Try again.".to_owned())
        }
        other => other,
    }
}

fn already_there() -> String {
    "This person belongs to the connection already. Dismiss the conflict.".to_owned()
}

fn cannot_rename() -> String {
    "The provider wants to rename somebody of its own. Change the user name of one of the two at their provider."
        .to_owned()
}

fn is_service_user() -> String {
    "A service user cannot belong to a connection. Give one of the two another user name."
        .to_owned()
}

fn too_large() -> String {
    "What was sent is too large to be kept. Switch adoption on and wait for the next request."
        .to_owned()
}
