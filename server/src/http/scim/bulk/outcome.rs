//! What became of the operations, and the one answer and log entry that tell it.

use axum::http::StatusCode;
use scim_schema::{
    bulk::{BulkResult, BulkTarget, bulk_response},
    dialect::Note,
    id::UserId,
    schema::registry,
};
use serde_json::Value;

use crate::{
    http::scim::{
        answer::{Answer, scim_error},
        exchange::Exchange,
    },
    ops::OpError,
};

/// The outcomes so far.
pub(super) struct Outcomes<'e> {
    exchange: &'e Exchange,
    /// By position in the request; operations that were not carried out have none.
    results: Vec<Option<BulkResult>>,
    errors: u64,
    users: Vec<UserId>,
    notes: Vec<Note>,
}

/// Which operation an outcome is of.
pub(super) struct About {
    pub(super) method: Option<String>,
    pub(super) bulk_id: Option<String>,
    pub(super) target: Option<BulkTarget>,
}

impl<'e> Outcomes<'e> {
    pub(super) fn new(exchange: &'e Exchange, operations: usize) -> Self {
        Self {
            exchange,
            results: vec![None; operations],
            errors: 0,
            users: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Operations that failed.
    pub(super) const fn errors(&self) -> u64 {
        self.errors
    }

    pub(super) fn add(&mut self, index: usize, about: About, outcome: Result<Answer, OpError>) {
        let location = about
            .target
            .as_ref()
            .and_then(|target| self.location(target));
        let mut result = BulkResult {
            location,
            method: about.method,
            bulk_id: about.bulk_id,
            ..BulkResult::default()
        };
        match outcome {
            Ok(answer) => self.add_answer(&mut result, answer),
            Err(error) => {
                let error = scim_error(error, self.exchange.ctx.request_id);
                self.errors += 1;
                result.status = error.status.to_string();
                result.response = Some(error.to_json());
            }
        }
        if let Some(slot) = self.results.get_mut(index) {
            *slot = Some(result);
        }
    }

    fn add_answer(&mut self, result: &mut BulkResult, answer: Answer) {
        result.status = answer.status.as_u16().to_string();
        result.version = answer.content.etag;
        if answer.content.location.is_some() {
            result.location = answer.content.location;
        }
        let body = answer.content.body;
        result.response = body.and_then(|body| serde_json::from_slice::<Value>(&body).ok());
        self.users.extend(answer.users);
        self.notes.extend(answer.notes);
    }

    /// The address of the resource that an operation names; a POST names none.
    fn location(&self, target: &BulkTarget) -> Option<String> {
        let id = target
            .id
            .as_deref()
            .filter(|id| !id.starts_with("bulkId:"))?;
        let endpoint = &registry().resource_type(target.kind).endpoint;
        Some(format!("{}{endpoint}/{id}", self.exchange.by.base_url))
    }

    /// The answer to the whole request: 200, whatever became of its operations
    /// (RFC 7644 section 3.7.3).
    pub(super) fn into_answer(mut self) -> Answer {
        let asked = self.results.len();
        let mut results: Vec<BulkResult> = self.results.into_iter().flatten().collect();
        let mut decision = format!("Carried out {} of {asked} operations", results.len());
        if self.errors > 0 {
            decision.push_str(&format!(", of which {} failed", self.errors));
        }
        self.users.sort_unstable();
        self.users.dedup();
        let mut answer = Answer::json(StatusCode::OK, &bulk_response(&results), decision);
        // Which operations failed and what was created is told in any case.
        let mut has_resources = false;
        for done in results
            .iter_mut()
            .filter(|result| result.status.starts_with('2'))
        {
            has_resources |= done.response.take().is_some();
        }
        answer.content.brief = match has_resources {
            true => Some(bulk_response(&results).to_string().into()),
            false => answer.content.body.clone(),
        };
        answer.touching(self.users).noting(self.notes)
    }
}
