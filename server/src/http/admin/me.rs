//! *My account*: `/me` and what is below it.

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use scim_schema::{
    api::{
        my_account::{
            ChangeMe, ChangePassword, JudgePassword, PasswordStrength, Sessions, SignIns,
        },
        second_factors::{
            EnrolFactor, PasskeyEnrolment, RecoveryCodes, SecondFactors, TotpEnrolment,
        },
        session::Me,
    },
    id::{SecondFactorId, SessionId},
};

use super::sessions::{services, throttle_proofs, with_session};
use crate::{
    app_state::AppState,
    http::{
        extract::{Caller, Entrant, json::Body, path::Id},
        problem::ApiError,
    },
    ops::{
        doors, own_password, own_profile,
        second_factors::{self, Enrolment},
        sessions::Identity,
    },
};

/// Who is signed in.
pub(super) async fn get(Entrant(caller): Entrant) -> Json<Me> {
    Json(me(&caller.identity))
}

/// An identity as the console sees its own.
pub(super) fn me(identity: &Identity) -> Me {
    Me {
        user_id: identity.user,
        display_name: identity.name.clone(),
        email: identity.email.clone(),
        account: identity.account_ref(),
        permissions: identity.standing().permissions(),
        roles: identity.roles.account.clone(),
        administers: identity.roles.organisations.clone(),
        break_glass: identity.break_glass,
        user_name: identity.user_name.clone(),
        time_zone: identity.time_zone.clone(),
        locale: identity.locale.clone(),
        restriction: identity.restriction,
    }
}

/// Changes the caller's time zone and language.
pub(super) async fn change(
    State(state): State<AppState>,
    caller: Caller,
    Body(input): Body<ChangeMe>,
) -> Result<Json<Me>, ApiError> {
    let (ctx, by) = (&caller.ctx, caller.identity);
    let by = own_profile::change(&state.db, ctx, by, &input).await?;
    Ok(Json(me(&by)))
}

/// Changes the caller's password; the session goes on under another secret.
pub(super) async fn change_password(
    State(state): State<AppState>,
    Entrant(caller): Entrant,
    Body(input): Body<ChangePassword>,
) -> Result<Response, ApiError> {
    throttle_proofs(&state, caller.identity.user)?;
    let (services, ctx) = (services(&state), &caller.ctx);
    let secret = own_password::change(services, ctx, &caller.identity, &input).await?;
    let response = StatusCode::NO_CONTENT.into_response();
    Ok(with_session(&state, &secret, response))
}

/// How long a password that the caller thinks of would withstand guessing.
pub(super) async fn judge_password(
    Entrant(caller): Entrant,
    Body(input): Body<JudgePassword>,
) -> Json<PasswordStrength> {
    Json(own_password::judge(&caller.identity, &input.password))
}

/// Where the caller is signed in.
pub(super) async fn sessions(
    State(state): State<AppState>,
    caller: Caller,
) -> Result<Json<Sessions>, ApiError> {
    let (policies, by) = (&state.tools.policies, &caller.identity);
    let sessions = doors::sessions(&state.db, &caller.ctx, policies, by, by.user).await?;
    Ok(Json(sessions))
}

/// Ends one of the caller's sessions.
pub(super) async fn end_session(
    State(state): State<AppState>,
    caller: Caller,
    Id(session): Id<SessionId>,
) -> Result<StatusCode, ApiError> {
    doors::end_own_session(&state.db, &caller.ctx, &caller.identity, session).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// How the caller signed in, and who tried to.
pub(super) async fn sign_ins(
    State(state): State<AppState>,
    caller: Caller,
) -> Result<Json<SignIns>, ApiError> {
    let by = &caller.identity;
    let sign_ins = doors::sign_ins(&state.db, &caller.ctx, by, by.user).await?;
    Ok(Json(sign_ins))
}

/// The caller's second factors.
pub(super) async fn second_factors(
    State(state): State<AppState>,
    Entrant(caller): Entrant,
) -> Result<Json<SecondFactors>, ApiError> {
    let by = &caller.identity;
    let factors = second_factors::of_caller(&state.db, &state.tools, by).await?;
    Ok(Json(factors))
}

/// Begins to enrol an authenticator app.
pub(super) async fn begin_totp(
    State(state): State<AppState>,
    Entrant(caller): Entrant,
) -> Result<Json<TotpEnrolment>, ApiError> {
    caller.require_recent()?;
    let AppState { db, ids, tools, .. } = &state;
    let (ctx, by) = (&caller.ctx, &caller.identity);
    let begun = second_factors::begin_totp(db, ctx, ids, tools, by).await?;
    Ok(Json(begun))
}

/// Begins to make a passkey.
pub(super) async fn begin_passkey(
    State(state): State<AppState>,
    Entrant(caller): Entrant,
) -> Result<Json<PasskeyEnrolment>, ApiError> {
    caller.require_recent()?;
    let AppState { db, ids, tools, .. } = &state;
    let (ctx, by) = (&caller.ctx, &caller.identity);
    let begun = second_factors::begin_passkey(db, ctx, ids, tools, by).await?;
    Ok(Json(begun))
}

/// Enrols what was begun.
pub(super) async fn enrol(
    State(state): State<AppState>,
    Entrant(caller): Entrant,
    Body(input): Body<EnrolFactor>,
) -> Result<Response, ApiError> {
    caller.require_recent()?;
    throttle_proofs(&state, caller.identity.user)?;
    let EnrolFactor {
        challenge,
        label,
        totp,
        passkey,
    } = input;
    let asked = Enrolment {
        challenge,
        label,
        totp,
        passkey,
    };
    let AppState { db, ids, tools, .. } = &state;
    let (ctx, by) = (&caller.ctx, &caller.identity);
    let (enrolled, secret) = second_factors::finish(db, ctx, ids, tools, by, &asked).await?;
    let response = (StatusCode::CREATED, Json(enrolled)).into_response();
    Ok(match secret {
        Some(secret) => with_session(&state, &secret, response),
        None => response,
    })
}

/// Takes one of the caller's second factors away.
pub(super) async fn remove_factor(
    State(state): State<AppState>,
    caller: Caller,
    Id(factor): Id<SecondFactorId>,
) -> Result<StatusCode, ApiError> {
    caller.require_recent()?;
    let (db, tools) = (&state.db, &state.tools);
    second_factors::remove(db, &caller.ctx, tools, &caller.identity, factor).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives the caller new recovery codes.
pub(super) async fn renew_codes(
    State(state): State<AppState>,
    caller: Caller,
) -> Result<Json<RecoveryCodes>, ApiError> {
    caller.require_recent()?;
    let (db, ids) = (&state.db, &state.ids);
    let codes = second_factors::renew_codes(db, &caller.ctx, ids, &caller.identity).await?;
    Ok(Json(codes))
}
