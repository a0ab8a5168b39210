//! A request that is carried out for its answer alone: by the same routes and the same code as one
//! of an identity provider, with every unit of work undone and nothing in the provisioning log.

use std::sync::{Arc, Mutex, PoisonError};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    http::{HeaderMap, Method, Request, Uri, header, request::Builder},
};
use scim_schema::{
    api::{
        provisioning_log::{LogNote, LogPerson},
        rehearsals::{Rehearsed, RehearsedChange},
    },
    resource::ScimError,
};
use tower::ServiceExt;

use super::{BASE_PATH, bulk, insider::caller_of, log::ScimLogEntry};
use crate::{
    app_state::AppState, ctx::Ctx, db::ConnectionInfo, http::extract::scim_caller::ScimCaller,
    ops::OpError,
};

/// A request to try.
pub(crate) struct Trial {
    method: Method,
    /// Path below the base URL, with its query.
    uri: Uri,
    body: Bytes,
}

impl Trial {
    /// Reads what somebody pasted: a path may have the base URL before it.
    ///
    /// # Errors
    /// [`OpError::Invalid`] with the path of the member.
    pub(crate) fn read(
        method: &str,
        path: &str,
        body: Option<String>,
        base_url: &str,
    ) -> Result<Self, OpError> {
        let method = match method.trim().to_ascii_uppercase().as_str() {
            "GET" => Method::GET,
            "POST" => Method::POST,
            "PUT" => Method::PUT,
            "PATCH" => Method::PATCH,
            "DELETE" => Method::DELETE,
            _ => {
                let message = "Choose GET, POST, PUT, PATCH or DELETE.".to_owned();
                return Err(invalid("method", message));
            }
        };
        let uri: Uri = below_base(path, base_url).parse().map_err(|_| {
            let message = "Enter a path below the base URL, such as /Users.".to_owned();
            invalid("path", message)
        })?;
        if uri.path() == bulk::PATH {
            let message = "A Bulk cannot be tried as a whole, because its operations build on each other. Try them one by one.";
            return Err(invalid("path", message.to_owned()));
        }
        let body = body.unwrap_or_default().into();
        Ok(Self { method, uri, body })
    }

    /// HTTP method.
    pub(crate) const fn method(&self) -> &Method {
        &self.method
    }

    /// Path below the base URL, without its query, which may carry personal data.
    pub(crate) fn path(&self) -> &str {
        self.uri.path()
    }
}

fn invalid(path: &'static str, message: String) -> OpError {
    OpError::Invalid { path, message }
}

/// The path below the base URL, with what people type into it as it must be sent.
fn below_base(path: &str, base_url: &str) -> String {
    let path = path.trim();
    let path = path.strip_prefix(base_url).unwrap_or(path);
    let path = path.strip_prefix(BASE_PATH).unwrap_or(path);
    let path = path.trim_start_matches('/');
    let mut sent = String::from("/");
    for byte in path.bytes() {
        if byte.is_ascii_graphic() && !b"\"<>[]\\^`{|}".contains(&byte) {
            sent.push(char::from(byte));
        } else {
            sent.push_str(&format!("%{byte:02X}"));
        }
    }
    sent
}

/// Carried by a request from here to where its row of the log would be queued. Nothing but this
/// process can give a request one.
#[derive(Clone)]
pub(super) struct Rehearsal(Arc<Inner>);

struct Inner {
    caller: ScimCaller,
    outcome: Mutex<Option<Outcome>>,
}

/// What would have been logged, and the values that would have changed.
struct Outcome {
    entry: ScimLogEntry,
    changes: Vec<RehearsedChange>,
}

impl Rehearsal {
    /// The rehearsal that a request carries.
    pub(super) fn of(parts: &axum::http::request::Parts) -> Option<Self> {
        parts.extensions.get::<Self>().cloned()
    }

    /// On whose behalf.
    pub(super) fn caller(&self) -> ScimCaller {
        self.0.caller.clone()
    }

    /// Keeps the outcome for whoever tries it.
    pub(super) fn note(&self, entry: ScimLogEntry, changes: Vec<RehearsedChange>) {
        let outcome = Some(Outcome { entry, changes });
        *self
            .0
            .outcome
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = outcome;
    }

    fn outcome(&self) -> Option<Outcome> {
        let mut outcome = self.0.outcome.lock();
        outcome.as_mut().map_or_else(|_| None, |kept| kept.take())
    }
}

/// Tries a request of a connection, for whoever `ctx` is.
///
/// # Errors
/// [`OpError::Internal`] when there is no outcome, and those of the database.
pub(crate) async fn rehearse(
    state: &AppState,
    ctx: &Ctx,
    connection: ConnectionInfo,
    trial: Trial,
) -> Result<Rehearsed, OpError> {
    let rehearsal = Rehearsal(Arc::new(Inner {
        caller: caller_of(ctx, connection),
        outcome: Mutex::new(None),
    }));
    let request = request_of(&trial, &rehearsal)?;
    let routes: Router = super::router().with_state(state.clone());
    let Ok(response) = routes.oneshot(request).await;
    let outcome = rehearsal
        .outcome()
        .ok_or_else(|| OpError::Internal("a rehearsal ended without an outcome".to_owned()))?;
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX)
        .await
        .map_err(|error| OpError::Internal(format!("a rehearsed answer broke off: {error}")))?;
    let person = person_of(state, ctx, &outcome).await?;
    let text = |name| text_of(&parts.headers, name);
    let Outcome { entry, changes } = outcome;
    let notes = entry.notes.into_vec().into_iter().map(|note| LogNote {
        rule: note.rule.to_owned(),
        detail: note.detail,
    });
    Ok(Rehearsed {
        method: entry.method,
        path: entry.path,
        status: parts.status.as_u16(),
        scim_type: entry.scim_type,
        decision: entry.decision,
        notes: notes.collect(),
        facts: entry.facts,
        changes,
        person,
        people: entry.users.len() as u64,
        body: (!body.is_empty()).then(|| String::from_utf8_lossy(&body).into_owned()),
        location: text(header::LOCATION),
        etag: text(header::ETAG),
        duration_us: entry.duration_us,
        statements: entry.statements,
    })
}

fn request_of(trial: &Trial, rehearsal: &Rehearsal) -> Result<Request<Body>, OpError> {
    let typed = |request: Builder| {
        if trial.body.is_empty() {
            request
        } else {
            request.header(header::CONTENT_TYPE, "application/scim+json")
        }
    };
    typed(Request::builder())
        .method(&trial.method)
        .uri(&trial.uri)
        .extension(rehearsal.clone())
        .body(Body::from(trial.body.clone()))
        .map_err(|error| OpError::Internal(format!("a rehearsal is no request: {error}")))
}

fn text_of(headers: &HeaderMap, name: header::HeaderName) -> Option<String> {
    let value = headers.get(name)?;
    value.to_str().ok().map(str::to_owned)
}

/// Whom it would touch, if it is one. Somebody who would come into being is in no row.
async fn person_of(
    state: &AppState,
    ctx: &Ctx,
    outcome: &Outcome,
) -> Result<Option<LogPerson>, OpError> {
    let [id] = outcome.entry.users.as_slice() else {
        return Ok(None);
    };
    let found = state.db.account(ctx.account).log_person(*id).await?;
    let new = outcome
        .changes
        .iter()
        .find(|change| change.effect.id == id.0);
    let named = new.and_then(|change| change.person.clone());
    Ok(found.or_else(|| named.map(|name| LogPerson { id: *id, name })))
}

/// What a Bulk is answered with when it is tried all the same.
pub(super) fn no_bulk() -> ScimError {
    ScimError::status(
        501,
        "A Bulk cannot be tried as a whole: try its operations one by one",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = "https://people.example.org/scim/v2";

    #[test]
    fn a_path_may_be_pasted_with_the_base_url_and_as_people_write_filters() {
        for path in [
            "/Users?filter=userName eq \"a\"",
            "Users?filter=userName eq \"a\"",
            "/scim/v2/Users?filter=userName eq \"a\"",
            "https://people.example.org/scim/v2/Users?filter=userName%20eq%20%22a%22",
        ] {
            let trial = Trial::read("get", path, None, BASE).unwrap();
            assert_eq!(trial.uri, "/Users?filter=userName%20eq%20%22a%22", "{path}");
            assert_eq!((trial.method(), trial.path()), (&Method::GET, "/Users"));
        }
    }

    #[test]
    fn a_bulk_and_other_methods_are_refused_by_the_name_of_the_field() {
        for (method, path, field) in [
            ("POST", "/Bulk", "path"),
            ("TRACE", "/Users", "method"),
            ("", "/Users", "method"),
        ] {
            let refused = Trial::read(method, path, None, BASE).err();
            assert!(
                matches!(refused, Some(OpError::Invalid { path, .. }) if path == field),
                "{method} {path}"
            );
        }
    }
}
