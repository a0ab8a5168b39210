//! POST /Bulk (RFC 7644 section 3.7): many operations in one request, each of them in a unit of
//! work of its own and by the same code as a request of its own.

mod circle;
mod outcome;

use std::collections::HashMap;

use axum::response::Response;
use scim_schema::{
    bulk::{BulkCall, BulkMethod, BulkOperation, BulkTarget, Step, parse_bulk, resolve, steps},
    project::Projection,
    resource::ScimError,
    schema::ResourceKind,
};

use super::{
    answer::Answer,
    exchange::{Exchange, Input},
    groups,
    trace::Trace,
    users,
};
use crate::ops::{OpError, precondition::Precondition};
use outcome::Outcomes;

/// Path of the endpoint.
pub(super) const PATH: &str = "/Bulk";

/// POST /Bulk.
pub(super) async fn bulk(exchange: Exchange) -> Response {
    let act = async |exchange: &Exchange, trace: &mut Trace| carry_out(exchange, trace).await;
    exchange.run(act).await
}

async fn carry_out(exchange: &Exchange, trace: &mut Trace) -> Result<Answer, OpError> {
    let request = parse_bulk(exchange.object()?)?;
    let order = steps(&request.operations);
    let mut run = Run {
        exchange,
        trace,
        created: created_by(&request.operations),
        outcomes: Outcomes::new(exchange, request.operations.len()),
    };
    let mut operations: Vec<Option<BulkOperation>> =
        request.operations.into_iter().map(Some).collect();
    let mut take = |index: usize| operations.get_mut(index).and_then(Option::take);
    for step in order {
        let errors = run.outcomes.errors();
        if request.fail_on_errors.is_some_and(|limit| errors >= limit) {
            break;
        }
        match step {
            Step::One(index) => {
                if let Some(operation) = take(index) {
                    run.one(index, operation).await;
                }
            }
            Step::Circle(indices) => {
                let circle = indices
                    .into_iter()
                    .filter_map(|index| Some((index, take(index)?)));
                run.circle(circle.collect()).await;
            }
        }
    }
    Ok(run.outcomes.into_answer())
}

/// What other operations refer to, by bulkId.
fn created_by(operations: &[BulkOperation]) -> HashMap<String, Created> {
    operations
        .iter()
        .filter_map(BulkOperation::created_as)
        .map(|bulk_id| (bulk_id.to_owned(), Created::NotYet))
        .collect()
}

/// What became of the POST with a bulkId.
enum Created {
    NotYet,
    Failed,
    As(String),
}

/// A Bulk while it is carried out.
struct Run<'e> {
    exchange: &'e Exchange,
    trace: &'e mut Trace,
    created: HashMap<String, Created>,
    outcomes: Outcomes<'e>,
}

impl Run<'_> {
    async fn one(&mut self, index: usize, operation: BulkOperation) {
        let bulk_id = operation.created_as().map(str::to_owned);
        let (target, result) = match operation.call {
            Err(error) => (None, Err(error.into())),
            Ok(call) => {
                let (target, result) = self.call(call).await;
                (Some(target), result)
            }
        };
        if let Some(bulk_id) = bulk_id {
            self.note_created(bulk_id, result.as_ref().ok());
        }
        if let (Some(target), Err(_)) = (&target, &result) {
            let id = target.id.as_deref().unwrap_or_default();
            self.trace.failed_on(target.kind, id);
        }
        let about = outcome::About {
            method: operation.method,
            bulk_id: operation.bulk_id,
            target,
        };
        self.outcomes.add(index, about, result);
    }

    /// Does what a request of its own would do; answers on which resource as well.
    async fn call(&mut self, mut call: BulkCall) -> (BulkTarget, Result<Answer, OpError>) {
        let ids = match self.ids_of(&call.references) {
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
        let result = dispatch(self.exchange, call, &target, self.trace).await;
        (target, result)
    }

    /// The ids behind references.
    fn ids_of(&self, references: &[String]) -> Result<HashMap<String, String>, ScimError> {
        references
            .iter()
            .map(|bulk_id| match self.created.get(bulk_id) {
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

    fn note_created(&mut self, bulk_id: String, answer: Option<&Answer>) {
        let location = answer.and_then(|answer| answer.content.location.as_deref());
        let id = location.and_then(|location| location.rsplit('/').next());
        let created = id.map_or(Created::Failed, |id| Created::As(id.to_owned()));
        self.created.insert(bulk_id, created);
    }
}

/// The function of the single endpoint. Only a PATCH is answered with what it made of the resource
/// (D1, D2): what a client has just sent whole it need not read again.
async fn dispatch(
    exchange: &Exchange,
    call: BulkCall,
    target: &BulkTarget,
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
            users::create_user(exchange, input(None), trace).await
        }
        (ResourceKind::User, BulkMethod::Put) => {
            users::replace_user(exchange, id, input(None), trace).await
        }
        (ResourceKind::User, BulkMethod::Patch) => {
            let input = input(Some(Projection::Default));
            users::patch_user(exchange, id, input, trace).await
        }
        (ResourceKind::User, BulkMethod::Delete) => {
            users::delete_user(exchange, id, precondition).await
        }
        (ResourceKind::Group, BulkMethod::Post) => {
            groups::create_group(exchange, input(None), trace).await
        }
        (ResourceKind::Group, BulkMethod::Put) => {
            groups::replace_group(exchange, id, input(None), trace).await
        }
        (ResourceKind::Group, BulkMethod::Patch) => {
            let input = input(Some(Projection::Default));
            groups::patch_group(exchange, id, input, trace).await
        }
        (ResourceKind::Group, BulkMethod::Delete) => {
            groups::delete_group(exchange, id, precondition).await
        }
    }
}
