//! What a SCIM request is answered with, and how refusals look (RFC 7644 section 3.12).

use std::borrow::Cow;

use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use scim_schema::{
    api::conflicts::ConflictCause,
    dialect::Note,
    id::UserId,
    resource::{ScimError, ScimType},
};
use serde::Serialize;
use serde_json::Value;

use crate::{
    db::{DbError, UniqueKey},
    http::problem::with_sources,
    ops::{OpError, error::Collision, precondition::EntityTag},
};

/// Media type of SCIM (RFC 7644 section 3.1).
const SCIM_JSON: HeaderValue = HeaderValue::from_static("application/scim+json");

/// Characters of a client's own text that a sentence repeats.
const SHOWN: usize = 64;

/// A successful answer before it becomes a response.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) content: Content,
    /// What was done, in a sentence, for the provisioning log.
    pub(super) decision: Cow<'static, str>,
    /// Whom it touched.
    pub(super) users: Vec<UserId>,
    /// Rewrites that were needed.
    pub(super) notes: Vec<Note>,
    /// How many resources a search found.
    pub(super) found: Option<u64>,
}

/// Body and headers of an answer.
#[derive(Debug, Default)]
pub(super) struct Content {
    pub(super) body: Option<Bytes>,
    /// What is sent of a large one when there is no memory for it.
    pub(super) brief: Option<Bytes>,
    pub(super) etag: Option<String>,
    pub(super) location: Option<String>,
}

impl Answer {
    pub(super) fn empty(status: StatusCode, decision: impl Into<Cow<'static, str>>) -> Self {
        Self {
            status,
            content: Content::default(),
            decision: decision.into(),
            users: Vec::new(),
            notes: Vec::new(),
            found: None,
        }
    }

    pub(super) fn json(
        status: StatusCode,
        body: &Value,
        decision: impl Into<Cow<'static, str>>,
    ) -> Self {
        let mut answer = Self::empty(status, decision);
        answer.content.body = Some(body.to_string().into());
        answer
    }

    /// The same for a body that is written as it is read through, without a copy of it as values.
    ///
    /// # Errors
    /// [`DbError::Corrupt`] for what JSON cannot say.
    pub(super) fn written(
        status: StatusCode,
        body: &impl Serialize,
        decision: impl Into<Cow<'static, str>>,
    ) -> Result<Self, OpError> {
        let text = serde_json::to_vec(body)
            .map_err(|error| DbError::Corrupt(format!("an answer: {error}")))?;
        let mut answer = Self::empty(status, decision);
        answer.content.body = Some(text.into());
        Ok(answer)
    }

    /// What is left of it without memory for its body.
    pub(super) fn in_brief(mut self) -> Self {
        self.content.body = self.content.brief.take();
        if self.content.body.is_none() && self.status == StatusCode::OK {
            self.status = StatusCode::NO_CONTENT;
        }
        self
    }

    pub(super) fn tagged(mut self, tag: EntityTag) -> Self {
        self.content.etag = Some(tag.to_string());
        self
    }

    pub(super) fn located(mut self, location: String) -> Self {
        self.content.location = Some(location);
        self
    }

    pub(super) fn touching(mut self, users: Vec<UserId>) -> Self {
        self.users = users;
        self
    }

    pub(super) fn finding(mut self, total: u64) -> Self {
        self.found = Some(total);
        self
    }

    pub(super) fn noting(mut self, notes: Vec<Note>) -> Self {
        self.notes = notes;
        self
    }
}

impl Content {
    /// The response, with the body as `sent` has it.
    pub(super) fn into_response(
        self,
        status: StatusCode,
        sent: impl FnOnce(Bytes) -> Body,
    ) -> Response {
        let mut response = scim_response(status, self.body.map(sent));
        let headers = [(header::ETAG, self.etag), (header::LOCATION, self.location)];
        for (name, text) in headers {
            if let Some(value) = text.and_then(|text| HeaderValue::from_str(&text).ok()) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }
}

fn scim_response(status: StatusCode, body: Option<Body>) -> Response {
    let has_body = body.is_some();
    let mut response = Response::new(body.unwrap_or_default());
    *response.status_mut() = status;
    if has_body {
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, SCIM_JSON);
    }
    response
}

/// The response for a SCIM error.
#[must_use]
pub fn scim_error_response(error: &ScimError) -> Response {
    let status = StatusCode::from_u16(error.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = scim_response(status, Some(error.to_json().to_string().into()));
    if matches!(
        status,
        StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS
    ) {
        let soon = HeaderValue::from_static("1");
        response.headers_mut().insert(header::RETRY_AFTER, soon);
    }
    response
}

/// The SCIM error for a verb that was not carried out. Causes that are ours are logged here, once,
/// and not told.
pub(super) fn scim_error(error: OpError, request_id: impl std::fmt::Display) -> ScimError {
    match error {
        OpError::Scim(error) => error,
        OpError::NotFound => ScimError::status(404, "This connection has no resource with that id"),
        OpError::PreconditionFailed => ScimError::status(
            412,
            "The resource's version is not one that If-Match or If-None-Match asks for; read it again and send its meta.version as it is, such as If-Match: W/\"3\"",
        ),
        OpError::Unique(key) => uniqueness(key),
        OpError::Collision(collision) => ScimError::of(ScimType::Uniqueness, collided(collision)),
        OpError::Forbidden => ScimError::status(403, "This token may not do that"),
        OpError::Busy | OpError::Unavailable(_) => unavailable(),
        OpError::Database(cause) => database_error(&cause, &request_id),
        other => {
            tracing::error!(%request_id, error = %with_sources(&other), "a SCIM request failed");
            failed(&request_id)
        }
    }
}

fn database_error(cause: &DbError, request_id: &impl std::fmt::Display) -> ScimError {
    match cause {
        DbError::OutcomeUnknown(_) => {
            tracing::error!(%request_id, %cause, "whether a SCIM request was stored is not known");
            ScimError::status(
                503,
                "The database broke off while the change was being stored: it was made as a whole or not at all; read the resource, or send the request again, which does no harm: what is there already is not made twice",
            )
        }
        DbError::Reference(_) => {
            tracing::warn!(%request_id, %cause, "something was deleted while it was referred to");
            ScimError::status(
                409,
                "Something that the request refers to was deleted at the same time; nothing was changed; read it again first",
            )
        }
        DbError::TooMany {
            attribute,
            candidates,
            most,
        } => {
            let detail = format!(
                "The filter would be compared with all {candidates} resources of this connection, because {} is in no index for it, and the limit is {most}; add a term that an index finds, joined with 'and': userName, displayName of a group, externalId, id, emails.value, groups.value or members.value with eq, or meta.lastModified with gt",
                attribute.path().unwrap_or("a custom attribute")
            );
            ScimError::of(ScimType::TooMany, detail)
        }
        DbError::TooSlow => {
            tracing::warn!(%request_id, %cause, "a SCIM request took too long");
            ScimError::status(
                503,
                "The database took too long and the request was given up; nothing was changed; try again in a moment",
            )
        }
        cause if cause.is_unavailable() => {
            tracing::error!(%request_id, %cause, "the database is unavailable");
            unavailable()
        }
        cause => {
            tracing::error!(%request_id, %cause, "a SCIM request failed");
            failed(request_id)
        }
    }
}

fn failed(request_id: &impl std::fmt::Display) -> ScimError {
    let detail = format!(
        "Something went wrong on our side; nothing was changed; the log has the cause under request {request_id}"
    );
    ScimError::status(500, detail)
}

fn unavailable() -> ScimError {
    ScimError::status(
        503,
        "The service is not available right now; nothing was changed; try again in a moment",
    )
}

/// Text of a client for a sentence: no longer than an id has to be.
pub(super) fn shortened(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(SHOWN) {
        None => text.into(),
        Some((end, _)) => format!("{}…", &text[..end]).into(),
    }
}

/// What a provider is told of somebody who is in the way; a System Administrator sees the rest.
const fn collided(collision: Collision) -> &'static str {
    match (collision.kind, collision.cause) {
        (None, _) | (_, ConflictCause::Rename) => {
            "userName is taken by another user of the account"
        }
        (_, ConflictCause::Linked) => {
            "userName is taken by another user of the account, who comes from another connection; a System Administrator can move them to this one (Conflicts in the console)"
        }
        (_, ConflictCause::DomainNotVerified) => {
            "userName is taken by another user of the account, whose domain is not verified; a System Administrator can move them to this connection (Conflicts in the console)"
        }
        (_, ConflictCause::Ambiguous) => {
            "userName and the primary e-mail address are those of different users of the account; a System Administrator can say who is meant (Conflicts in the console)"
        }
        _ => {
            "userName or the primary e-mail address is that of another user of the account, whom this connection may not take over; a System Administrator can move them to it (Conflicts in the console)"
        }
    }
}

fn uniqueness(key: UniqueKey) -> ScimError {
    let detail = match key {
        UniqueKey::UserName => "userName is taken by another user of the account",
        UniqueKey::LinkExternalId => "externalId is taken by another user of this connection",
        UniqueKey::GroupDisplayName => "displayName is taken by another group of this connection",
        UniqueKey::GroupExternalId => "externalId is taken by another group of this connection",
        _ => "The value is taken by another resource",
    };
    ScimError::of(ScimType::Uniqueness, detail)
}
