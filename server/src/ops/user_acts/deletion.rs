//! *Delete* and *Restore* (domain.md section 5, T13b and T14): what goes with a person, and what comes
//! back.

use chrono::{DateTime, Utc};
use scim_schema::{
    api::events::ChangeKind,
    id::{ConnectionId, LinkId, UserId},
    lifecycle::{HoldKind, Lifecycle},
    policy::Removal,
};
use serde_json::{Value, json};

use crate::{
    db::{AccountTx, BeforeDeletion, Change, NewJob, Profile, SignInUser},
    ops::{
        OpError,
        users::reports::{Released, release_reports},
    },
};

/// Queue of the job that erases somebody whose time is over; its payload is `{"user": id}`.
pub const PURGE: &str = "purge";

/// What becomes of somebody who is deleted, by the policies of everything they belong to.
///
/// # Errors
/// Those of the database.
pub(in crate::ops) async fn removal_of(tx: &AccountTx, user: UserId) -> Result<Removal, OpError> {
    let policies = tx.policies_of_memberships(user).await?;
    Ok(Removal::strictest(&policies))
}

/// The job that erases somebody at the end of their time.
pub(in crate::ops) fn purge_job(user: UserId, at: DateTime<Utc>) -> NewJob {
    NewJob {
        queue: PURGE,
        payload: json!({ "user": user }),
        run_at: at,
        dedup_key: None,
        max_attempts: 10,
    }
}

/// What went or came with a person.
#[derive(Debug, Default)]
pub(in crate::ops) struct Moved {
    /// Everything else that changed.
    pub changes: Vec<Change>,
    /// For the audit log.
    pub details: Value,
    /// What is left to a job.
    pub rest: Option<NewJob>,
}

/// Takes somebody out of everything that names them, and keeps what a restore gives back. The link
/// ends: its id is 404 for ever. `before` is where they stood; `None` for somebody who stays, and who
/// leaves only what the link's connection put them in.
///
/// # Errors
/// Those of the database.
pub(in crate::ops) async fn leave(
    tx: &AccountTx,
    user: UserId,
    link: Option<(LinkId, ConnectionId)>,
    before: Option<Lifecycle>,
) -> Result<Moved, OpError> {
    let Released { reports, rest } = match link {
        Some((scim_id, connection)) => {
            tx.end_link(scim_id).await?;
            release_reports(tx, connection, (user, scim_id)).await?
        }
        None => Released::default(),
    };
    let groups = match (before, link) {
        (None, Some((_, connection))) => tx.leave_groups_of(user, connection).await?,
        _ => tx.leave_groups(user).await?,
    };
    let details = json!({
        "groups": groups,
        "managerOf": reports.iter().map(|(user, _)| user).collect::<Vec<_>>(),
    });
    let reports = reports.into_iter();
    let mut changes: Vec<Change> = reports
        .map(|(user, version)| Change::updated(ChangeKind::User, user, version))
        .collect();
    let left = groups.iter();
    changes.extend(left.map(|group| Change::updated(ChangeKind::Group, *group, 0)));
    if let Some(lifecycle) = before {
        let before = BeforeDeletion { lifecycle, groups };
        tx.keep_before_deletion(user, &before).await?;
        let settled = tx.settle_conflicts(user, None).await?.into_iter();
        changes.extend(
            settled.map(|(id, version)| Change::updated(ChangeKind::Conflict, id, version)),
        );
    }
    Ok(Moved {
        changes,
        details,
        rest,
    })
}

/// Takes a person whom an administrator deletes out of everything.
///
/// # Errors
/// Those of the database.
pub(super) async fn of(tx: &AccountTx, person: &SignInUser) -> Result<Moved, OpError> {
    let linked = tx.lock_person(person.id).await?;
    let link = linked.and_then(|linked| linked.link);
    let mut left = leave(tx, person.id, link, Some(person.axes.lifecycle)).await?;
    if let Some((scim_id, connection)) = link {
        left.details["connectionId"] = json!(connection);
        left.details["scimId"] = json!(scim_id);
    }
    Ok(left)
}

/// Makes somebody a member again of what they were deleted from. No provider knows of them any more,
/// so nobody could lift the hold that one of them placed: it ends.
///
/// # Errors
/// Those of the database.
pub(super) async fn come_back(
    tx: &AccountTx,
    user: UserId,
    before: &BeforeDeletion,
) -> Result<Moved, OpError> {
    tx.forget_deletion(user).await?;
    let groups = tx.rejoin_groups(user, &before.groups).await?;
    let lifted = tx.close_holds(user, HoldKind::IdpDisabled, None).await?;
    let joined = groups.iter();
    Ok(Moved {
        changes: joined
            .map(|group| Change::updated(ChangeKind::Group, *group, 0))
            .collect(),
        details: json!({ "groups": groups, "liftedHolds": lifted }),
        rest: None,
    })
}

/// The profile under which somebody comes back: their own, or with another user name.
///
/// # Errors
/// Those of the database.
pub(super) async fn renamed(
    tx: &AccountTx,
    user: UserId,
    user_name: Option<&str>,
) -> Result<Option<Profile>, OpError> {
    let Some(user_name) = user_name else {
        return Ok(None);
    };
    let profile = tx.profile(user).await?.ok_or(OpError::NotFound)?;
    Ok(Some(Profile {
        user_name: user_name.to_owned(),
        ..profile
    }))
}
