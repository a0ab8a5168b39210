//! What rules do in the writes of a provider: at once for the person that is written, and by a job
//! for the members of groups.

use scim_schema::{
    filter::Exhausted,
    id::{ConnectionId, GroupId, UserId},
    mapping::Person,
    resource::Document,
};
use serde_json::json;
use uuid::Uuid;

use super::{REGROUP, moved_entry, placed, too_much};
use crate::{
    db::{AccountTx, AuditEntry, NewJob, PlacementChange},
    ops::{OpError, provisioner::Provisioner},
};

/// People of one job at most.
const PEOPLE_OF_A_JOB: usize = 500;

/// Who came into a group or left it.
#[derive(Clone, Debug, Default)]
pub struct Moved {
    /// People.
    pub users: Vec<Uuid>,
    /// Groups, with everybody below them; a group whose own name changed is one of them.
    pub groups: Vec<Uuid>,
}

/// Places a person anew whose document was written, unless no rule asks for what changed. The
/// person is locked.
///
/// # Errors
/// Those of the database.
pub async fn after_write(
    tx: &AccountTx,
    by: &Provisioner,
    user: UserId,
    (old, new): (&Document, &Document),
    (active, switched): (bool, bool),
) -> Result<Option<AuditEntry>, OpError> {
    if by.rules.is_idle() || !by.rules.concerns(old, new, switched) {
        return Ok(None);
    }
    place_anew(tx, by, user, new, active).await
}

/// Places a person who has become the connection's and was somewhere before: what is not sent may
/// be what a rule asks for, and what the rules of another connection gave goes. The person is
/// locked.
///
/// # Errors
/// Those of the database.
pub async fn after_arrival(
    tx: &AccountTx,
    by: &Provisioner,
    user: UserId,
    document: &Document,
    active: bool,
) -> Result<Option<AuditEntry>, OpError> {
    if by.rules.is_suspended() {
        return Ok(None);
    }
    place_anew(tx, by, user, document, active).await
}

async fn place_anew(
    tx: &AccountTx,
    by: &Provisioner,
    user: UserId,
    document: &Document,
    active: bool,
) -> Result<Option<AuditEntry>, OpError> {
    let groups = match by.rules.reads_groups() {
        true => tx.groups_of_person(by.id, user).await?,
        false => Some(Vec::new()),
    };
    let Some(before) = tx.placement(user).await? else {
        return Ok(None);
    };
    let default = by.default_organisation;
    let after = groups.as_deref().ok_or(Exhausted).and_then(|groups| {
        let person = Person {
            document,
            active,
            groups,
        };
        placed(&by.rules, default, &person, &before, &mut tx.effort())
    });
    let after = match after {
        Ok(after) => after,
        // Whatever the rules ask for, somebody can be shut out.
        Err(_) if !active => return Ok(None),
        Err(exhausted) => return Err(too_much(exhausted)),
    };
    if after == before {
        return Ok(None);
    }
    let change = PlacementChange {
        user,
        before,
        after,
    };
    tx.store_placements(std::slice::from_ref(&change)).await?;
    Ok(Some(moved_entry(&by.name, &change)))
}

/// The jobs that place anew whom a change of groups concerns; none when no rule asks for groups.
#[must_use]
pub fn regrouping(tx: &AccountTx, by: &Provisioner, moved: &Moved) -> Vec<NewJob> {
    if by.rules.is_idle() || !by.rules.reads_groups() {
        return Vec::new();
    }
    let mut jobs: Vec<NewJob> = moved
        .users
        .chunks(PEOPLE_OF_A_JOB)
        .map(|users| job(tx, by.id, users, &[]))
        .collect();
    if !moved.groups.is_empty() {
        jobs.push(job(tx, by.id, &[], &moved.groups));
    }
    jobs
}

fn job(tx: &AccountTx, connection: ConnectionId, users: &[Uuid], groups: &[Uuid]) -> NewJob {
    NewJob {
        queue: REGROUP,
        payload: json!({ "connection": connection, "users": users, "groups": groups }),
        run_at: tx.ctx().now,
        // A job that runs already may have read what was before this change.
        dedup_key: None,
        max_attempts: 10,
    }
}

impl Moved {
    /// The same with a group whose people are concerned as a whole.
    #[must_use]
    pub fn and_below(mut self, group: Option<GroupId>) -> Self {
        self.groups.extend(group.map(|group| group.0));
        self
    }
}
