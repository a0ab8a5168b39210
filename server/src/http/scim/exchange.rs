//! One SCIM request, from its extractor to its answer and its row in the provisioning log.

use std::{sync::Arc, time::Instant};

use axum::{
    body::Bytes,
    http::{HeaderMap, Method, Uri, header},
    response::Response,
};
use futures_util::future::BoxFuture;
use scim_schema::{
    api::{connections::ConnectionMode, provisioning_log::LogFacts, rehearsals::RehearsedChange},
    dialect::{Dialect, Notes},
    id::ScimTokenId,
    json::parse_object,
    project::Projection,
    resource::{Incoming, ScimError, parse_resource, parse_search},
    schema::ResourceType,
    scope::Scopes,
};
use serde_json::{Map, Value};

use super::{
    BASE_PATH,
    answer::{Answer, scim_error, scim_error_response},
    body,
    deeds::{Deeds, changes_of},
    intake::{self, Intake, SearchShare},
    log::ScimLogEntry,
    media_type,
    query::Parameters,
    rehearsal::Rehearsal,
    sending,
    trace::{Trace, user_of},
};
use crate::{
    app_state::AppState,
    ctx::Ctx,
    db::{AccountTx, DbError, Purpose, UnitError, Written},
    http::shares::Share,
    ops::{
        OpError, precondition::Precondition, provisioner::Provisioner, reads::Reads,
        shadow::settle, unmapped,
    },
};

/// A SCIM request of a known connection.
pub(super) struct Exchange {
    pub(super) state: AppState,
    pub(super) by: Arc<Provisioner>,
    pub(super) ctx: Arc<Ctx>,
    pub(super) token: ScimTokenId,
    pub(super) scopes: Scopes,
    pub(super) method: Method,
    pub(super) uri: Uri,
    pub(super) headers: HeaderMap,
    pub(super) intake: Intake,
    pub(super) search: Option<SearchShare>,
    /// Memory for a large answer until it has been sent.
    pub(super) sending: Option<Share>,
    pub(super) started: Instant,
    pub(super) deeds: Deeds,
    /// Where the outcome goes when nothing is to be stored.
    pub(super) rehearsal: Option<Rehearsal>,
}

/// What a writing operation on a resource is given, as a request of its own or as a part of a Bulk.
pub(super) struct Input {
    /// What to answer with; `None` when version and location are enough.
    pub(super) projection: Option<Projection>,
    pub(super) precondition: Precondition,
    pub(super) body: Map<String, Value>,
}

/// Reads the body of a POST or PUT; what is kept aside is cut to what fits, before any unit of
/// work begins.
pub(super) fn read_resource(
    rt: &ResourceType,
    body: Map<String, Value>,
    dialect: &Dialect,
    notes: &mut Notes,
) -> Result<Incoming, ScimError> {
    let mut incoming = parse_resource(rt, body, dialect, notes)?;
    let sent = incoming.unmapped.len();
    incoming.unmapped = unmapped::fitting(incoming.unmapped);
    let left_out = sent - incoming.unmapped.len();
    if left_out > 0 {
        notes.add(
            "unmapped_too_large",
            format!("{left_out} unknown members do not fit into what is kept aside"),
        );
    }
    Ok(incoming)
}

/// The same of a POST: nobody begins larger than a resource may be.
pub(super) fn read_new_resource(
    rt: &ResourceType,
    body: Map<String, Value>,
    dialect: &Dialect,
    notes: &mut Notes,
) -> Result<Incoming, ScimError> {
    let incoming = read_resource(rt, body, dialect, notes)?;
    incoming.document.check_size(0)?;
    Ok(incoming)
}

/// What a unit of work leaves behind, with what it did.
type Noted<T> = Written<(T, Vec<RehearsedChange>)>;

/// A unit of work with what it did; in shadow it leaves no other trace than that.
fn noting<'t, T, E>(
    by: Arc<Provisioner>,
    work: BoxFuture<'t, Result<Written<T>, E>>,
) -> BoxFuture<'t, Result<Noted<T>, E>>
where
    T: Send + 'static,
    E: UnitError,
{
    Box::pin(async move {
        let written = work.await?;
        let changes = changes_of(&written.audit);
        Ok(settle(&by, written).map(|value| (value, changes)))
    })
}

impl Exchange {
    /// Carries the request out, answers it and queues its row of the provisioning log.
    pub(super) async fn run(
        mut self,
        act: impl AsyncFnOnce(&Self, &mut Trace) -> Result<Answer, OpError>,
    ) -> Response {
        let mut trace = Trace::default();
        let statements = self.deeds.statements.clone();
        let outcome = statements.of(act(&self, &mut trace)).await;
        let outcome = self.end_search(outcome);
        let outcome = self.with_memory(outcome).await;
        self.finish(outcome, trace)
    }

    /// A large answer is sent when there is memory for it until then. What was changed is told
    /// in brief otherwise, and a read is refused.
    async fn with_memory(&mut self, outcome: Result<Answer, OpError>) -> Result<Answer, OpError> {
        let mut answer = outcome?;
        let Some(body) = answer
            .content
            .body
            .as_ref()
            .filter(|_| !self.is_rehearsal())
        else {
            return Ok(answer);
        };
        match sending::memory(self, body).await {
            Ok(share) => self.sending = share,
            Err(error) if self.reads_only() => return Err(error.into()),
            Err(_) => answer = answer.in_brief(),
        }
        Ok(answer)
    }

    /// Whether nothing can have been changed.
    fn reads_only(&self) -> bool {
        intake::reads(&self.method) || intake::searches(&self.method, self.uri.path())
    }

    /// Whether everything that the request does is undone.
    pub(super) const fn is_rehearsal(&self) -> bool {
        self.rehearsal.is_some()
    }

    /// Runs a unit of work for the request, and notes what it did.
    pub(super) async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: UnitError,
        F: for<'t> Fn(&'t AccountTx) -> BoxFuture<'t, Result<Written<T>, E>>
            + Send
            + Sync
            + 'static,
    {
        let purpose = match self.rehearsal {
            Some(_) => Purpose::Rehearse,
            None => Purpose::Store,
        };
        let db = &self.state.db;
        let by = Arc::clone(&self.by);
        let unit = db.carry_out(&self.ctx, purpose, move |tx| {
            noting(Arc::clone(&by), work(tx))
        });
        let (value, changes) = unit.await?;
        self.deeds.add(changes);
        Ok(value)
    }

    /// The same for a request that is refused as it stands.
    pub(super) fn refuse(self, error: ScimError) -> Response {
        self.finish(Err(error.into()), Trace::default())
    }

    /// Reads of the connection's own resources.
    pub(super) fn reads(&self) -> Reads<'_> {
        Reads::of(&self.state.db, self.ctx.account, &self.by)
    }

    /// Whether nobody but the connection sees what it does.
    fn in_shadow(&self) -> bool {
        self.by.mode.is_shadow()
    }

    /// The parameters of the query.
    pub(super) fn parameters(&self) -> Result<Parameters, OpError> {
        Ok(Parameters::of(&self.uri)?)
    }

    /// The parameters in the body of a search by POST.
    pub(super) fn search_parameters(&self) -> Result<Parameters, OpError> {
        Ok(Parameters::of_search(parse_search(self.object()?)?))
    }

    /// The version that the request asks for.
    pub(super) fn precondition(&self) -> Precondition {
        Precondition::parse(
            self.header(header::IF_MATCH),
            self.header(header::IF_NONE_MATCH),
        )
    }

    fn header(&self, name: header::HeaderName) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The body as an object, if its headers call it JSON. Without a body there is nothing to call.
    pub(super) fn object(&self) -> Result<Map<String, Value>, OpError> {
        if !self.intake.body.is_empty() {
            media_type::check(&self.headers)?;
        }
        Ok(parse_object(&self.intake.body)?)
    }

    /// What an operation on a resource of this type is given, with a body.
    pub(super) fn input(&self, rt: &ResourceType) -> Result<Input, OpError> {
        Ok(Input {
            projection: Some(self.parameters()?.projection(rt)?),
            precondition: self.precondition(),
            body: self.object()?,
        })
    }

    fn finish(mut self, outcome: Result<Answer, OpError>, trace: Trace) -> Response {
        match outcome {
            Ok(answer) => {
                let decision = answer.decision.into_owned();
                let mut entry = self.entry(answer.status.as_u16(), decision, trace);
                entry.facts.found = answer.found;
                for note in answer.notes {
                    entry.notes.add(note.rule, note.detail);
                }
                if self.in_shadow() {
                    entry.decision.push_str(", in shadow alone");
                } else {
                    entry.facts.effects = self.deeds.effects();
                    entry.users = answer.users;
                }
                entry.response_body.clone_from(&answer.content.body);
                self.record(entry);
                let patience = self.state.config.limits.request_timeout;
                let share = self.sending.take();
                let sent = |body| sending::body(body, share, patience);
                answer.content.into_response(answer.status, sent)
            }
            Err(error) => {
                let error = scim_error(error, self.ctx.request_id);
                self.record_refusal(&error, trace);
                scim_error_response(&error)
            }
        }
    }

    /// Queues the row of a request that was refused; it belongs to the user that its path names.
    pub(super) fn record_refusal(&self, error: &ScimError, trace: Trace) {
        let mut entry = self.entry(error.status, error.detail.clone(), trace);
        entry.scim_type = error.scim_type.map(|kind| kind.keyword().to_owned());
        entry.response_body = Some(error.to_json().to_string().into());
        entry.subjects.extend(user_of(self.path()));
        if self.in_shadow() {
            entry.subjects.clear();
        }
        self.record(entry);
    }

    fn record(&self, entry: ScimLogEntry) {
        match &self.rehearsal {
            Some(rehearsal) => rehearsal.note(entry, self.deeds.changes()),
            // Its rows would outlive it.
            None if self.by.mode == ConnectionMode::ThrowAway => {}
            None => self.state.scim_log.record(entry),
        }
    }

    /// A share of the readers to read a large resource back; `None` when the connection has all that
    /// it may have.
    pub(super) async fn share_to_read(&self) -> Option<SearchShare> {
        SearchShare::of(&self.state, self.ctx.account, self.by.id).await
    }

    /// Gives back the share of a search; one that the database stopped is told so.
    fn end_search(&mut self, outcome: Result<Answer, OpError>) -> Result<Answer, OpError> {
        let Some(search) = self.search.take() else {
            return outcome;
        };
        let searches = intake::searches(&self.method, self.uri.path());
        let outcome = outcome.map_err(|error| match error {
            OpError::Database(DbError::TooSlow) if searches => search.stopped().into(),
            other => other,
        });
        search.end();
        outcome
    }

    /// The path below the base URL.
    pub(super) fn path(&self) -> &str {
        let path = self.uri.path();
        path.strip_prefix(BASE_PATH).unwrap_or(path)
    }

    /// What the request said: its body, or else its query. A search without one said nothing, which
    /// is to be told from a query that was forgotten.
    fn asked(&self) -> Option<Bytes> {
        if !self.intake.body.is_empty() {
            return Some(self.intake.body.clone());
        }
        let query = self.uri.query().unwrap_or_default();
        let is_kept = !query.is_empty() || intake::searches(&self.method, self.uri.path());
        (intake::reads(&self.method) && is_kept).then(|| body::of_query(query))
    }

    fn entry(&self, status: u16, decision: String, trace: Trace) -> ScimLogEntry {
        ScimLogEntry {
            account: self.ctx.account,
            connection: self.by.id,
            token: self.token,
            at: self.ctx.now,
            method: self.method.to_string(),
            path: body::kept_path(self.path()),
            status,
            scim_type: None,
            decision,
            duration_us: u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX),
            request: self.ctx.request_id,
            statements: self.deeds.statements.get(),
            facts: LogFacts {
                conflict: trace.conflict,
                ..LogFacts::default()
            },
            notes: trace.notes,
            request_body: self.asked(),
            response_body: None,
            users: Vec::new(),
            subjects: trace.subjects,
        }
    }
}
