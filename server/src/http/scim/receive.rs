//! How a request becomes an [`Exchange`]: who asks, then what it says. Whatever is refused on the
//! way leaves its row in the provisioning log all the same, once the connection is known.

use std::{mem, sync::Arc, time::Instant};

use axum::{
    extract::{FromRequest, FromRequestParts, Request},
    http::request::Parts,
    http::{HeaderValue, header::RETRY_AFTER},
    response::{IntoResponse, Response},
};
use scim_schema::{api::connections::ConnectionMode, resource::ScimError};

use super::{
    BASE_PATH, bulk,
    deeds::Deeds,
    exchange::Exchange,
    insider::Insider,
    intake::{self, Intake, SearchShare, Unread},
    rehearsal::Rehearsal,
    scope::Lacking,
    trace::Trace,
};
use crate::{
    app_state::AppState,
    http::extract::scim_caller::{ScimCaller, ScimRefusal, ScimRejection},
    metrics::{self, Unattributed},
    ops::{
        provisioner::Provisioner,
        shadow::{changing_over, going_live::failure},
    },
};

impl FromRequest<AppState> for Exchange {
    type Rejection = Response;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let (mut exchange, caller) = open(&mut parts, state).await?;
        if caller.connection.mode == ConnectionMode::GoingLive {
            return Err(ask_to_wait(exchange, &caller).await);
        }
        if let Some(lacking) = Lacking::of(&parts.method, parts.uri.path(), caller.scopes) {
            return Err(lacking.challenging(exchange.refuse(lacking.error())));
        }
        let read = intake::read(&caller, state, body).await;
        match read {
            Ok(intake) => exchange.intake = intake,
            Err(unread) => return Err(exchange.refuse(unread_error(unread, &parts, state))),
        }
        let (method, path) = (&parts.method, parts.uri.path());
        match SearchShare::take(&caller, state, method, path).await {
            Ok(search) => exchange.search = search,
            Err(error) => return Err(exchange.refuse(error)),
        }
        Ok(exchange)
    }
}

/// Refuses what arrives while the connection goes live; when that has failed, until the next try.
async fn ask_to_wait(exchange: Exchange, caller: &ScimCaller) -> Response {
    let (state, account) = (exchange.state.clone(), caller.ctx.account);
    let failure = failure(&state.db, account, caller.connection.id).await;
    let mut response = exchange.refuse(changing_over());
    // A database that does not answer now is asked again by the next request.
    if let Ok(Some(failed)) = failure {
        let wait = failed.next_try_at - state.clock.now();
        let seconds = wait.num_seconds().max(1);
        let headers = response.headers_mut();
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// A request that no endpoint serves; its body is not read.
pub(super) struct Unserved(pub(super) Exchange);

impl FromRequestParts<AppState> for Unserved {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        open(parts, state).await.map(|(exchange, _)| Self(exchange))
    }
}

/// Finds out who asks. The body is not read yet.
async fn open(parts: &mut Parts, state: &AppState) -> Result<(Exchange, ScimCaller), Response> {
    let started = Instant::now();
    if let Some(rehearsal) = Rehearsal::of(parts) {
        let caller = rehearsal.caller();
        let mut exchange = exchange(&caller, parts, state, started);
        exchange.rehearsal = Some(rehearsal);
        return Ok((exchange, caller));
    }
    if let Some(caller) = Insider::of(parts) {
        return Ok((exchange(&caller, parts, state, started), caller));
    }
    match ScimCaller::from_request_parts(parts, state).await {
        Ok(caller) => Ok((exchange(&caller, parts, state, started), caller)),
        Err(refusal) => Err(turn_away(refusal, parts, state, started)),
    }
}

fn exchange(
    caller: &ScimCaller,
    parts: &mut Parts,
    state: &AppState,
    started: Instant,
) -> Exchange {
    Exchange {
        by: Arc::new(provisioner(caller, state)),
        ctx: Arc::clone(&caller.ctx),
        token: caller.token,
        scopes: caller.scopes,
        state: state.clone(),
        method: parts.method.clone(),
        uri: parts.uri.clone(),
        headers: mem::take(&mut parts.headers),
        intake: Intake::default(),
        search: None,
        sending: None,
        started,
        deeds: Deeds::default(),
        rehearsal: None,
    }
}

/// Answers a request that may not go on. Of requests beyond the budget of a token there can be any
/// number, so that only one of each second has a row.
fn turn_away(
    refusal: ScimRefusal,
    parts: &mut Parts,
    state: &AppState,
    started: Instant,
) -> Response {
    let ScimRefusal { reason, caller } = refusal;
    match (&caller, &reason) {
        (None, ScimRejection::Missing) => metrics::count_unattributed(Unattributed::NoToken),
        (None, ScimRejection::Refused(_)) => {
            metrics::count_unattributed(Unattributed::UnknownToken);
        }
        (None, ScimRejection::TooMany(_)) => {
            metrics::count_unattributed(Unattributed::TooManyGuesses);
        }
        (None, ScimRejection::Failed(_)) => {}
        (Some(caller), reason) => {
            let is_flood = matches!(reason, ScimRejection::TooMany(_));
            if !is_flood || state.limits.notes_flood(caller.token) {
                let exchange = exchange(caller, parts, state, started);
                exchange.record_refusal(&reason.error(), Trace::default());
            }
        }
    }
    reason.into_response()
}

fn provisioner(caller: &ScimCaller, state: &AppState) -> Provisioner {
    let origin = state.config.public_url.as_str().trim_end_matches('/');
    Provisioner {
        id: caller.connection.id,
        name: caller.connection.name.clone(),
        dialect: caller.connection.dialect.clone(),
        default_organisation: caller.connection.default_organisation,
        adopt_existing: caller.connection.adopt_existing,
        // In the shadow there is nobody whom a rule could place.
        rules: if caller.connection.mode.is_shadow() {
            Arc::default()
        } else {
            Arc::clone(&caller.connection.rules)
        },
        base_url: format!("{origin}{BASE_PATH}"),
        mode: caller.connection.mode,
    }
}

fn unread_error(unread: Unread, parts: &Parts, state: &AppState) -> ScimError {
    match unread {
        Unread::Refused(error) => return error,
        Unread::Broken => {
            return ScimError::invalid_syntax("The body could not be read to its end");
        }
        Unread::TooLarge => {}
    }
    let limit = state.config.limits.body;
    // A Bulk learns which of its limits it is (RFC 7644 section 3.7.4).
    let detail = if parts.uri.path().ends_with(bulk::PATH) {
        format!("The body exceeds maxPayloadSize ({limit} bytes)")
    } else {
        format!("The body is larger than {limit} bytes")
    };
    ScimError::status(413, detail)
}
