//! POST /Bulk (RFC 7644 section 3.7): many operations in one request, each of them carried out by the
//! same code as a request of its own.

mod chunk;
mod circle;
mod outcome;
mod passwords;

use std::sync::Arc;

use axum::response::Response;
use scim_schema::bulk::{BulkOperation, Step, max_operations, parse_bulk, steps};

use super::{
    answer::Answer,
    desk::{Isolation, Passwords},
    exchange::Exchange,
    rehearsal::no_bulk,
    trace::Trace,
};
use crate::{db::DbError, ops::OpError};
use chunk::{Chunk, ChunkError, Created, CreatedBy, Done, Waiting};
use outcome::{About, Outcomes};

/// Path of the endpoint.
pub(super) const PATH: &str = "/Bulk";

/// POST /Bulk.
pub(super) async fn bulk(exchange: Exchange) -> Response {
    let act = async |exchange: &Exchange, trace: &mut Trace| carry_out(exchange, trace).await;
    exchange.run(act).await
}

async fn carry_out(exchange: &Exchange, trace: &mut Trace) -> Result<Answer, OpError> {
    if exchange.is_rehearsal() {
        return Err(no_bulk().into());
    }
    let request = parse_bulk(exchange.object()?, max_operations(&exchange.by.dialect))?;
    let order = steps(&request.operations);
    let mut run = Run {
        exchange,
        trace,
        created: created_by(&request.operations),
        outcomes: Outcomes::new(exchange, request.operations.len()),
        answered: 0,
        waiting: Waiting::default(),
        fail_on_errors: request.fail_on_errors,
    };
    let mut operations: Vec<Option<BulkOperation>> =
        request.operations.into_iter().map(Some).collect();
    let mut take = |index: usize| operations.get_mut(index).and_then(Option::take);
    for step in order {
        if run.failures_left() == Some(0) {
            break;
        }
        match step {
            Step::One(index) => {
                if let Some(operation) = take(index) {
                    run.add(index, operation).await;
                }
            }
            Step::Circle(indices) => {
                run.flush().await;
                if run.failures_left() == Some(0) {
                    break;
                }
                let circle = indices
                    .into_iter()
                    .filter_map(|index| Some((index, take(index)?)));
                run.circle(circle.collect()).await;
            }
        }
    }
    run.flush().await;
    Ok(run.outcomes.into_answer())
}

/// What other operations refer to, by bulkId.
fn created_by(operations: &[BulkOperation]) -> CreatedBy {
    operations
        .iter()
        .filter_map(BulkOperation::created_as)
        .map(|bulk_id| (bulk_id.to_owned(), Created::NotYet))
        .collect()
}

/// A Bulk while it is carried out.
struct Run<'e> {
    exchange: &'e Exchange,
    trace: &'e mut Trace,
    created: CreatedBy,
    outcomes: Outcomes<'e>,
    /// Bytes of resources among the outcomes.
    answered: usize,
    waiting: Waiting,
    fail_on_errors: Option<u64>,
}

impl Run<'_> {
    /// How many operations may still fail; `None` for any number.
    fn failures_left(&self) -> Option<u64> {
        let limit = self.fail_on_errors?;
        Some(limit.saturating_sub(self.outcomes.errors()))
    }

    /// Carries an operation out together with others.
    async fn add(&mut self, index: usize, operation: BulkOperation) {
        if !self.waiting.has_room_for(&operation) {
            self.flush().await;
        }
        // What came before may have been the last failure that is allowed.
        if self.failures_left() != Some(0) {
            self.waiting.add(index, operation);
        }
    }

    /// Carries out the operations that wait.
    async fn flush(&mut self) {
        let operations = std::mem::take(&mut self.waiting).operations;
        if operations.is_empty() {
            return;
        }
        let passwords = Arc::new(passwords::hashed(self.exchange, &operations).await);
        let chunk = Arc::new(self.chunk(operations, passwords));
        match self.without_savepoints_first(&chunk).await {
            Ok(done) => self.take_in(done),
            Err(ChunkError::TooMuchTogether) => self.one_by_one(&chunk).await,
            Err(ChunkError::Database(error)) if may_succeed_alone(&error) => {
                self.one_by_one(&chunk).await;
            }
            Err(error) => self.failed(&chunk, &cause(error)),
        }
    }

    /// What took too long or had too much compared together, or met a conflict time and again, gets a unit each.
    async fn one_by_one(&mut self, chunk: &Chunk) {
        for (index, operation) in &chunk.operations {
            if self.failures_left() == Some(0) {
                return;
            }
            let operations = vec![(*index, operation.clone())];
            let alone = Arc::new(self.chunk(operations, Arc::clone(&chunk.passwords)));
            match self.without_savepoints_first(&alone).await {
                Ok(done) => self.take_in(done),
                Err(error) => self.failed(&alone, &cause(error)),
            }
        }
    }

    fn chunk(&self, operations: Vec<(usize, BulkOperation)>, passwords: Arc<Passwords>) -> Chunk {
        Chunk {
            by: Arc::clone(&self.exchange.by),
            scopes: self.exchange.scopes,
            operations,
            passwords,
            created: self.created.clone(),
            answered: self.answered,
            failures_left: self.failures_left(),
        }
    }

    /// Savepoints cost two statements each, and are seldom needed.
    async fn without_savepoints_first(&self, chunk: &Arc<Chunk>) -> Result<Done, ChunkError> {
        match self.unit(chunk, Isolation::None).await {
            Err(ChunkError::NeedsSavepoints) => self.unit(chunk, Isolation::Savepoints).await,
            outcome => outcome,
        }
    }

    async fn unit(&self, chunk: &Arc<Chunk>, isolation: Isolation) -> Result<Done, ChunkError> {
        let chunk = Arc::clone(chunk);
        self.exchange
            .write::<_, ChunkError, _>(move |tx| {
                let chunk = Arc::clone(&chunk);
                Box::pin(async move { chunk.carry_out(tx, isolation).await })
            })
            .await
    }

    fn take_in(&mut self, done: Done) {
        self.created = done.created;
        self.answered = done.answered;
        self.trace.append(done.trace);
        for (index, about, result) in done.outcomes {
            self.outcomes.add(index, about, result);
        }
    }

    /// Nothing of a chunk was stored, or nobody knows whether it was.
    fn failed(&mut self, chunk: &Chunk, error: &DbError) {
        for (index, operation) in &chunk.operations {
            if let Some(bulk_id) = operation.created_as() {
                chunk::note_created(&mut self.created, bulk_id.to_owned(), None);
            }
            let target = operation.call.as_ref().ok().map(|call| call.target.clone());
            let about = About {
                method: operation.method.clone(),
                bulk_id: operation.bulk_id.clone(),
                target,
            };
            let error = OpError::from(error.clone());
            self.outcomes.add(*index, about, Err(error));
        }
    }
}

/// Whether the operations of a chunk that failed may fare better without each other.
const fn may_succeed_alone(error: &DbError) -> bool {
    error.asks_for_retry() || matches!(error, DbError::Timeout(_))
}

fn cause(error: ChunkError) -> DbError {
    match error {
        ChunkError::Database(error) => error,
        ChunkError::NeedsSavepoints | ChunkError::TooMuchTogether => {
            DbError::Corrupt("a unit was given up for one of its operations".to_owned())
        }
    }
}
