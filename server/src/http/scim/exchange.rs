//! One SCIM request from its first byte to its row in the provisioning log.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Request},
    http::{HeaderMap, Method, StatusCode, Uri, header, request::Parts},
    response::{IntoResponse, Response},
};
use scim_schema::{
    dialect::{Dialect, Notes},
    id::ScimTokenId,
    json::parse_object,
    project::Projection,
    resource::{Incoming, ScimError, parse_resource, parse_search},
    schema::ResourceType,
};
use serde_json::{Map, Value};

use super::{
    BASE_PATH,
    answer::{Answer, scim_error, scim_error_response},
    bulk,
    log::ScimLogEntry,
    query::Parameters,
};
use crate::{
    app_state::AppState,
    ctx::Ctx,
    db::AccountScope,
    http::extract::scim_caller::ScimCaller,
    ops::{OpError, precondition::IfMatch, provisioner::Provisioner, unmapped},
};

/// An authenticated SCIM request with its body.
pub(super) struct Exchange {
    pub(super) state: AppState,
    pub(super) by: Arc<Provisioner>,
    pub(super) ctx: Arc<Ctx>,
    token: ScimTokenId,
    method: Method,
    pub(super) uri: Uri,
    headers: HeaderMap,
    body: Bytes,
    started: Instant,
}

/// What a writing operation on a resource is given, as a request of its own or as a part of a Bulk.
pub(super) struct Input {
    /// What to answer with; `None` when version and location are enough.
    pub(super) projection: Option<Projection>,
    pub(super) if_match: IfMatch,
    pub(super) body: Map<String, Value>,
}

impl FromRequest<AppState> for Exchange {
    type Rejection = Response;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Response> {
        let started = Instant::now();
        let (mut parts, body) = request.into_parts();
        let caller = ScimCaller::from_request_parts(&mut parts, state)
            .await
            .map_err(IntoResponse::into_response)?;
        let limit = state.config.limits.body;
        let patience = state.config.limits.request_timeout;
        let body = tokio::time::timeout(patience, axum::body::to_bytes(body, limit))
            .await
            .map_err(|_| scim_error_response(&too_slow(patience)))?;
        let body = body.map_err(|error| {
            let is_bulk = parts.uri.path().ends_with(bulk::PATH);
            scim_error_response(&unreadable(&error, limit, is_bulk))
        })?;
        let Parts {
            method,
            uri,
            headers,
            ..
        } = parts;
        let exchange = Self {
            by: Arc::new(provisioner(&caller, state)),
            ctx: caller.ctx,
            token: caller.token,
            state: state.clone(),
            method,
            uri,
            headers,
            body,
            started,
        };
        Ok(exchange)
    }
}

fn provisioner(caller: &ScimCaller, state: &AppState) -> Provisioner {
    let origin = state.config.public_url.as_str().trim_end_matches('/');
    Provisioner {
        id: caller.connection.id,
        name: caller.connection.name.clone(),
        dialect: caller.connection.dialect.clone(),
        default_organisation: caller.connection.default_organisation,
        base_url: format!("{origin}{BASE_PATH}"),
    }
}

/// A Bulk learns which of its limits it is (RFC 7644 section 3.7.4).
fn too_slow(patience: Duration) -> ScimError {
    let seconds = patience.as_secs();
    ScimError::status(408, format!("The body did not arrive within {seconds} s"))
}

/// Reads the body of a POST or PUT; what is kept aside is cut to what fits, before any unit of
/// work begins.
pub(super) fn read_resource(
    rt: &ResourceType,
    body: Map<String, Value>,
    dialect: &Dialect,
    notes: &mut Notes,
) -> Result<Arc<Incoming>, OpError> {
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
    Ok(Arc::new(incoming))
}

fn unreadable(error: &axum::Error, limit: usize, is_bulk: bool) -> ScimError {
    let too_large = std::error::Error::source(error)
        .is_some_and(|source| source.to_string().contains("length limit"));
    if too_large && is_bulk {
        ScimError::status(
            413,
            format!("The body exceeds maxPayloadSize ({limit} bytes)"),
        )
    } else if too_large {
        ScimError::status(413, format!("The body is larger than {limit} bytes"))
    } else {
        ScimError::invalid_syntax("The body could not be read to its end")
    }
}

impl Exchange {
    /// Reads of the caller's account.
    pub(super) fn scope(&self) -> AccountScope<'_> {
        self.state.db.account(self.ctx.account)
    }

    /// The parameters of the query.
    pub(super) fn parameters(&self) -> Result<Parameters, OpError> {
        Ok(Parameters::of(&self.uri)?)
    }

    /// The parameters in the body of a search by POST.
    pub(super) fn search_parameters(&self) -> Result<Parameters, OpError> {
        Ok(Parameters::of_search(parse_search(self.object()?)?))
    }

    pub(super) fn if_match(&self) -> IfMatch {
        IfMatch::parse(self.header(header::IF_MATCH))
    }

    /// Whether the client says that it has this version already.
    pub(super) fn has_version(&self, version: i64) -> bool {
        IfMatch::parse(self.header(header::IF_NONE_MATCH)).includes(version)
    }

    fn header(&self, name: header::HeaderName) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The body as an object, if its content type is JSON.
    pub(super) fn object(&self) -> Result<Map<String, Value>, OpError> {
        let content_type = self.header(header::CONTENT_TYPE).unwrap_or_default();
        let media_type = content_type
            .split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase();
        if !matches!(
            media_type.as_str(),
            "application/scim+json" | "application/json"
        ) {
            let detail = format!(
                "Content-Type must be application/scim+json or application/json, not '{media_type}'"
            );
            return Err(ScimError::status(415, detail).into());
        }
        Ok(parse_object(&self.body)?)
    }

    /// What an operation on a resource of this type is given, with a body.
    pub(super) fn input(&self, rt: &ResourceType) -> Result<Input, OpError> {
        Ok(Input {
            projection: Some(self.parameters()?.projection(rt)?),
            if_match: self.if_match(),
            body: self.object()?,
        })
    }

    /// Turns the outcome into a response and queues its row of the provisioning log. `notes` are
    /// the rewrites of reading the request.
    pub(super) fn finish(self, outcome: Result<Answer, OpError>, mut notes: Notes) -> Response {
        let (response, mut entry) = match outcome {
            Ok(answer) => {
                let mut entry = self.entry(answer.status, answer.decision.into_owned());
                for note in answer.notes {
                    notes.add(note.rule, note.detail);
                }
                entry.users = answer.users;
                entry.response_body.clone_from(&answer.content.body);
                (answer.content.into_response(answer.status), entry)
            }
            Err(error) => {
                let error = scim_error(error, self.ctx.request_id);
                let response = scim_error_response(&error);
                let mut entry = self.entry(response.status(), error.detail.clone());
                entry.scim_type = error.scim_type.map(|kind| kind.keyword().to_owned());
                entry.response_body = Some(error.to_json().to_string().into());
                (response, entry)
            }
        };
        entry.notes = notes;
        self.state.scim_log.record(entry);
        response
    }

    fn entry(&self, status: StatusCode, decision: String) -> ScimLogEntry {
        let path = self.uri.path();
        ScimLogEntry {
            account: self.ctx.account,
            connection: self.by.id,
            token: self.token,
            at: self.ctx.now,
            method: self.method.to_string(),
            path: path.strip_prefix(BASE_PATH).unwrap_or(path).to_owned(),
            status: status.as_u16(),
            scim_type: None,
            decision,
            duration_us: u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX),
            notes: Notes::new(),
            request_body: (!self.body.is_empty()).then(|| self.body.clone()),
            response_body: None,
            users: Vec::new(),
        }
    }
}
