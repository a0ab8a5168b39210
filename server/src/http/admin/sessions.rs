//! Signing in and out: `/sign-in-options`, `/sessions`.

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header::SET_COOKIE},
    response::{IntoResponse, Response},
};
use scim_schema::{
    api::{
        second_factors::{BeginPasskey, ContinueSignIn, PasskeyRequest, StepUp, StepUpChallenge},
        session::{SignIn, SignInOptions},
    },
    id::UserId,
};
use serde::Deserialize;

use super::me::me;
use crate::{
    app_state::AppState,
    http::{
        extract::{Entrant, cookie, json::Body, query::Parameters},
        problem::ApiError,
    },
    ops::{
        known_devices,
        second_factors::{self, Proof},
        second_step::{self, Entered},
        secrets::Secret,
        sessions::{self, Identity, Visitor, account_ref},
        sign_in::{self, Services},
        step_up,
    },
};

/// Query of `GET /sign-in-options`.
#[derive(Deserialize)]
pub(super) struct OptionsQuery {
    account: Option<String>,
}

/// Where to sign in.
pub(super) async fn options(
    State(state): State<AppState>,
    Parameters(query): Parameters<OptionsQuery>,
) -> Result<Json<SignInOptions>, ApiError> {
    let account = match query.account {
        Some(slug) => {
            let account = state.db.platform().account_of_slug(&slug).await?;
            Some(account.ok_or_else(ApiError::not_found)?)
        }
        None => {
            let mut accounts = state.db.platform().accounts().await?;
            let only = accounts.len() == 1;
            accounts.pop().filter(|_| only)
        }
    };
    let needs_setup = match &account {
        Some(account) => {
            !state
                .db
                .account(account.id)
                .has_system_administrator()
                .await?
        }
        None => false,
    };
    Ok(Json(SignInOptions {
        account: account.as_ref().map(account_ref),
        needs_setup,
    }))
}

/// Signs in.
pub(super) async fn create(
    State(state): State<AppState>,
    visitor: Visitor,
    Body(input): Body<SignIn>,
) -> Result<Response, ApiError> {
    throttle(&state, &visitor)?;
    let (secret, entered) = sign_in::sign_in(services(&state), &visitor, &input).await?;
    answer_entered(&state, &visitor, &secret, &entered).await
}

/// Begins to sign in with a passkey alone.
pub(super) async fn begin_passkey(
    State(state): State<AppState>,
    visitor: Visitor,
    Body(input): Body<BeginPasskey>,
) -> Result<Json<PasskeyRequest>, ApiError> {
    throttle(&state, &visitor)?;
    let begun = second_step::begin_passkey(services(&state), &visitor, &input.account).await?;
    Ok(Json(begun))
}

/// Goes on with a sign-in that was begun.
pub(super) async fn second_factor(
    State(state): State<AppState>,
    visitor: Visitor,
    Body(input): Body<ContinueSignIn>,
) -> Result<Response, ApiError> {
    throttle(&state, &visitor)?;
    let proof = Proof::only(None, input.totp, input.recovery_code, input.passkey)?;
    let challenge = second_factors::begun(&state.db, &visitor, &input.challenge).await?;
    let claimed = second_step::claimed_by(&state.tools, &challenge, &proof)?;
    throttle_proofs(&state, claimed)?;
    let services = services(&state);
    let (secret, identity) = second_step::go_on(services, &visitor, challenge, proof).await?;
    signed_in(&state, &visitor, &secret, &identity).await
}

/// Says what the caller can prove with.
pub(super) async fn begin_step_up(
    State(state): State<AppState>,
    Entrant(caller): Entrant,
) -> Result<Json<StepUpChallenge>, ApiError> {
    let begun = step_up::begin(services(&state), &caller.ctx, &caller.identity).await?;
    Ok(Json(begun))
}

/// Proves once more who the caller is.
pub(super) async fn step_up(
    State(state): State<AppState>,
    Entrant(caller): Entrant,
    Body(input): Body<StepUp>,
) -> Result<StatusCode, ApiError> {
    let StepUp {
        challenge,
        password,
        totp,
        recovery_code,
        passkey,
    } = input;
    let proof = Proof::only(password, totp, recovery_code, passkey)?;
    throttle_proofs(&state, caller.identity.user)?;
    let (services, ctx) = (services(&state), &caller.ctx);
    step_up::finish(services, ctx, &caller.identity, &challenge, proof).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// One more try of this person.
pub(super) fn throttle_proofs(state: &AppState, person: UserId) -> Result<(), ApiError> {
    state.limits.proof(person).map_err(ApiError::too_many)
}

/// Signs out.
pub(super) async fn delete_current(
    State(state): State<AppState>,
    Entrant(caller): Entrant,
) -> Result<Response, ApiError> {
    sessions::sign_out(&state.db, &caller.ctx, caller.identity.session).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    if let Some(cookie) = cookie::no_session_cookie(&state.config.public_url) {
        response.headers_mut().insert(SET_COOKIE, cookie);
    }
    Ok(response)
}

/// One more try of this address, before anything is looked up.
pub(super) fn throttle(state: &AppState, visitor: &Visitor) -> Result<(), ApiError> {
    match visitor.source_ip {
        Some(address) => state.limits.sign_in(address).map_err(ApiError::too_many),
        None => Ok(()),
    }
}

/// What signing in works with.
pub(super) fn services(state: &AppState) -> Services<'_> {
    Services {
        db: &state.db,
        passwords: &state.passwords,
        ids: &state.ids,
        tools: &state.tools,
    }
}

/// The answer to a right password or link: a session with its cookie or, 202, what comes next.
pub(super) async fn answer_entered(
    state: &AppState,
    visitor: &Visitor,
    secret: &Secret,
    entered: &Entered,
) -> Result<Response, ApiError> {
    match entered {
        Entered::In(identity) => signed_in(state, visitor, secret, identity).await,
        Entered::Pending(pending) => Ok((StatusCode::ACCEPTED, Json(pending)).into_response()),
    }
}

/// The answer to whoever has just signed in, with the cookie of the session and, when the browser was
/// not known, one that makes it so.
async fn signed_in(
    state: &AppState,
    visitor: &Visitor,
    secret: &Secret,
    identity: &Identity,
) -> Result<Response, ApiError> {
    let mut response = with_session(state, secret, Json(me(identity)).into_response());
    let ctx = visitor.anonymous(identity.account.id);
    let (user, known) = (identity.user, visitor.device);
    let device = known_devices::remember(&state.db, &ctx, &state.ids, user, known).await?;
    let cookie = device.and_then(|device| cookie::device_cookie(&state.config.public_url, &device));
    if let Some(cookie) = cookie {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(response)
}

/// An answer that brings the session's secret.
pub(super) fn with_session(state: &AppState, secret: &Secret, mut response: Response) -> Response {
    if let Some(cookie) = cookie::session_cookie(&state.config.public_url, secret) {
        response.headers_mut().insert(SET_COOKIE, cookie);
    }
    response
}
