//! Operations that share a unit of work: what a commit costs is paid once for all of them. Each
//! succeeds or fails by itself all the same.

use std::{collections::HashMap, sync::Arc};

use axum::body::Bytes;
use scim_schema::{
    bulk::{BulkCall, BulkMethod, BulkOperation, BulkTarget, resolve},
    project::Projection,
    resource::{ScimError, ScimType},
    schema::ResourceKind,
    scope::{Access, Scopes},
};
use serde_json::Value;

use super::outcome::About;
use crate::{
    db::{AccountTx, DbError, UnitError, Written},
    http::scim::{
        answer::Answer,
        desk::{Desk, Isolation, Passwords, SharedUnit},
        exchange::Input,
        groups,
        scope::require,
        trace::Trace,
        users,
    },
    ops::{OpError, precondition::Precondition, provisioner::Provisioner},
};

/// Operations that share a unit at most. Their writes hold SQLite's only writer, and rows of
/// PostgreSQL: others come in between after some tens of milliseconds, and a commit is dear enough
/// to be worth sharing among a hundred and no more.
const OPERATIONS: usize = 100;
/// JSON values that the operations of a unit have together, unless a single one has more: what a
/// group of 20,000 members takes stays far below the time that a unit may take.
const VALUES: usize = 20_000;
/// Bytes of resources that a Bulk is answered with. Once there are so many, version and location are
/// all that is told of what comes after (RFC 7644 section 3.7.3: a server may leave them out).
const ANSWERED: usize = 1024 * 1024;

/// What became of the POST with a bulkId.
#[derive(Clone)]
pub(super) enum Created {
    NotYet,
    Failed,
    As(String),
}

/// By bulkId.
pub(super) type CreatedBy = HashMap<String, Created>;

/// Operations in the order in which they are carried out.
pub(super) struct Chunk {
    pub(super) by: Arc<Provisioner>,
    pub(super) scopes: Scopes,
    pub(super) operations: Vec<(usize, BulkOperation)>,
    pub(super) passwords: Arc<Passwords>,
    /// What operations before these have created.
    pub(super) created: CreatedBy,
    /// Bytes of resources that the operations before these are answered with.
    pub(super) answered: usize,
    /// After so many failures nothing more is carried out.
    pub(super) failures_left: Option<u64>,
}

/// What became of them; those that were not carried out are missing.
pub(super) struct Done {
    pub(super) outcomes: Vec<(usize, About, Result<Answer, OpError>)>,
    pub(super) created: CreatedBy,
    /// Bytes of resources that all operations so far are answered with.
    pub(super) answered: usize,
    pub(super) trace: Trace,
}

/// Why a chunk was not stored.
#[derive(Debug, thiserror::Error)]
pub(super) enum ChunkError {
    /// An operation failed and took the others with it; with savepoints it will not.
    #[error("an operation failed without a savepoint")]
    NeedsSavepoints,
    /// An operation had more compared than was left of what the unit may have compared.
    #[error("the operations have more compared than one unit may")]
    TooMuchTogether,
    /// The database refused or is away.
    #[error(transparent)]
    Database(#[from] DbError),
}

impl UnitError for ChunkError {
    fn database(&self) -> Option<&DbError> {
        match self {
            Self::NeedsSavepoints | Self::TooMuchTogether => None,
            Self::Database(error) => Some(error),
        }
    }
}

/// Operations that wait for their unit.
#[derive(Default)]
pub(super) struct Waiting {
    pub(super) operations: Vec<(usize, BulkOperation)>,
    values: usize,
}

impl Waiting {
    /// Whether `operation` still fits into the unit of those that wait.
    pub(super) fn has_room_for(&self, operation: &BulkOperation) -> bool {
        let values = self.values + values_of(operation);
        self.operations.is_empty() || (self.operations.len() < OPERATIONS && values <= VALUES)
    }

    pub(super) fn add(&mut self, index: usize, operation: BulkOperation) {
        self.values += values_of(&operation);
        self.operations.push((index, operation));
    }
}

fn values_of(operation: &BulkOperation) -> usize {
    let call = operation.call.as_ref();
    call.map_or(0, |call| call.data.values().map(count).sum())
}

/// Bodies are nested 32 deep at most, so the recursion is bounded.
fn count(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(count).sum::<usize>(),
        Value::Object(members) => 1 + members.values().map(count).sum::<usize>(),
        _ => 1,
    }
}

fn took_too_much(result: &Result<Answer, OpError>) -> bool {
    matches!(result, Err(OpError::Scim(error)) if error.scim_type == Some(ScimType::TooMany))
}

impl Chunk {
    /// Carries the operations out within one unit of work.
    ///
    /// # Errors
    /// [`ChunkError`]; nothing is stored then.
    pub(super) async fn carry_out(
        &self,
        tx: &AccountTx,
        isolation: Isolation,
    ) -> Result<Written<Done>, ChunkError> {
        let unit = SharedUnit::new(tx, isolation, &self.passwords);
        let mut done = Done {
            outcomes: Vec::with_capacity(self.operations.len()),
            created: self.created.clone(),
            answered: self.answered,
            trace: Trace::default(),
        };
        let mut failures = 0;
        for (index, operation) in &self.operations {
            if self.failures_left.is_some_and(|limit| failures >= limit) {
                break;
            }
            let outcome = self.one(&unit, *index, operation.clone(), &mut done).await;
            if let Some(conflict) = unit.take_conflict() {
                return Err(conflict.into());
            }
            let (about, result) = outcome;
            if self.operations.len() > 1 && took_too_much(&result) {
                return Err(ChunkError::TooMuchTogether);
            }
            failures += u64::from(result.is_err());
            let body = result
                .as_ref()
                .ok()
                .and_then(|answer| answer.content.body.as_ref());
            done.answered += body.map_or(0, Bytes::len);
            done.outcomes.push((*index, about, result));
            if unit.has_failed() {
                return self.undone(done);
            }
        }
        Ok(unit.into_trace().map(|()| done))
    }

    /// One operation alone is undone with its unit; others would be undone with it, and so would the
    /// conflict that it leaves.
    fn undone(&self, done: Done) -> Result<Written<Done>, ChunkError> {
        let failed = done.outcomes.last().map(|(_, _, result)| result);
        let leaves_conflict = matches!(failed, Some(Err(error)) if error.is_conflict());
        match self.operations.len() {
            1 if !leaves_conflict => Ok(Written::unchanged(done)),
            _ => Err(ChunkError::NeedsSavepoints),
        }
    }

    async fn one(
        &self,
        unit: &SharedUnit<'_>,
        index: usize,
        operation: BulkOperation,
        done: &mut Done,
    ) -> (About, Result<Answer, OpError>) {
        let bulk_id = operation.created_as().map(str::to_owned);
        let (target, result) = match operation.call {
            Err(error) => (None, Err(error.into())),
            Ok(call) => {
                let desk = Desk::shared(&self.by, unit, index);
                let (target, result) = self.call(&desk, call, done).await;
                (Some(target), result)
            }
        };
        if let Some(bulk_id) = bulk_id {
            note_created(&mut done.created, bulk_id, result.as_ref().ok());
        }
        if let (Some(target), Err(_)) = (&target, &result) {
            let id = target.id.as_deref().unwrap_or_default();
            done.trace.failed_on(target.kind, id);
        }
        let about = About {
            method: operation.method,
            bulk_id: operation.bulk_id,
            target,
        };
        (about, result)
    }

    /// Does what a request of its own would do; answers on which resource as well.
    async fn call(
        &self,
        desk: &Desk<'_>,
        mut call: BulkCall,
        done: &mut Done,
    ) -> (BulkTarget, Result<Answer, OpError>) {
        let ids = match ids_of(&done.created, &call.references) {
            Ok(ids) => ids,
            Err(error) => return (call.target, Err(error.into())),
        };
        resolve(call.method, &mut call.data, &ids);
        let mut target = call.target.clone();
        if let Some(id) = &mut target.id
            && let Some(known) = id.strip_prefix("bulkId:").and_then(|id| ids.get(id))
        {
            id.clone_from(known);
        }
        let result = match require(self.scopes, Access::Change(target.kind)) {
            Ok(()) => {
                let answers = (done.answered < ANSWERED).then_some(Projection::Default);
                dispatch(desk, call, &target, answers, &mut done.trace).await
            }
            Err(error) => Err(error.into()),
        };
        (target, result)
    }
}

/// The ids behind references.
pub(super) fn ids_of(
    created: &CreatedBy,
    references: &[String],
) -> Result<HashMap<String, String>, ScimError> {
    references
        .iter()
        .map(|bulk_id| match created.get(bulk_id) {
            Some(Created::As(id)) => Ok((bulk_id.clone(), id.clone())),
            Some(_) => Err(ScimError::status(
                409,
                format!("bulkId:{bulk_id} was not created, because its operation failed"),
            )),
            None => Err(ScimError::invalid_value(
                format!("bulkId:{bulk_id}"),
                "is the bulkId of no POST of this request",
            )),
        })
        .collect()
}

/// Remembers what the POST with a bulkId was answered.
pub(super) fn note_created(created: &mut CreatedBy, bulk_id: String, answer: Option<&Answer>) {
    let location = answer.and_then(|answer| answer.content.location.as_deref());
    let id = location.and_then(|location| location.rsplit('/').next());
    let what = id.map_or(Created::Failed, |id| Created::As(id.to_owned()));
    created.insert(bulk_id, what);
}

/// The function of the single endpoint. Only a PATCH is answered with what it made of the resource
/// (D1, D2), as `patched` says: what a client has just sent whole it need not read again.
async fn dispatch(
    desk: &Desk<'_>,
    call: BulkCall,
    target: &BulkTarget,
    patched: Option<Projection>,
    trace: &mut Trace,
) -> Result<Answer, OpError> {
    let id = target.id.as_deref().unwrap_or_default();
    let precondition = Precondition::parse(call.version.as_deref(), None);
    let input = |projection| Input {
        projection,
        precondition: precondition.clone(),
        body: call.data,
    };
    match (target.kind, call.method) {
        (ResourceKind::User, BulkMethod::Post) => {
            users::create_user(desk, input(None), trace).await
        }
        (ResourceKind::User, BulkMethod::Put) => {
            users::replace_user(desk, id, input(None), trace).await
        }
        (ResourceKind::User, BulkMethod::Patch) => {
            users::patch_user(desk, id, input(patched), trace).await
        }
        (ResourceKind::User, BulkMethod::Delete) => {
            users::delete_user(desk, id, precondition).await
        }
        (ResourceKind::Group, BulkMethod::Post) => {
            groups::create_group(desk, input(None), trace).await
        }
        (ResourceKind::Group, BulkMethod::Put) => {
            groups::replace_group(desk, id, input(None), trace).await
        }
        (ResourceKind::Group, BulkMethod::Patch) => {
            groups::patch_group(desk, id, input(patched), trace).await
        }
        (ResourceKind::Group, BulkMethod::Delete) => {
            groups::delete_group(desk, id, precondition).await
        }
    }
}

#[cfg(test)]
mod tests {
    use scim_schema::bulk::parse_bulk;
    use serde_json::json;

    use super::*;

    fn operation(members: usize) -> BulkOperation {
        let members = vec![json!({ "value": "x" }); members];
        let body = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
            "Operations": [
                { "method": "POST", "path": "/Groups", "bulkId": "g", "data": { "members": members } },
            ],
        });
        let body = body.as_object().expect("an object").clone();
        parse_bulk(body, OPERATIONS)
            .expect("a bulk")
            .operations
            .remove(0)
    }

    #[test]
    fn a_unit_takes_a_hundred_operations_and_fewer_large_ones() {
        let mut waiting = Waiting::default();
        for index in 0..OPERATIONS {
            assert!(waiting.has_room_for(&operation(1)), "{index}");
            waiting.add(index, operation(1));
        }
        assert!(!waiting.has_room_for(&operation(1)));
        let mut waiting = Waiting::default();
        assert!(waiting.has_room_for(&operation(VALUES)));
        waiting.add(0, operation(VALUES / 3));
        assert!(!waiting.has_room_for(&operation(VALUES / 3)));
    }
}
