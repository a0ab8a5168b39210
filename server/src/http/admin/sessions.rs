//! Signing in and out: `/sign-in-options`, `/sessions`.

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header::SET_COOKIE},
    response::{IntoResponse, Response},
};
use scim_schema::api::session::{SignIn, SignInOptions};
use serde::Deserialize;

use super::me::me;
use crate::{
    app_state::AppState,
    http::{
        extract::{Caller, cookie, json::Body, query::Parameters},
        problem::ApiError,
    },
    ops::{
        secrets::Secret,
        sessions::{self, Identity, Visitor, account_ref},
        sign_in::{self, Services},
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
    let (secret, identity) = sign_in::sign_in(services(&state), &visitor, &input).await?;
    Ok(signed_in(&state, &secret, &identity))
}

/// Signs out.
pub(super) async fn delete_current(
    State(state): State<AppState>,
    caller: Caller,
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
    }
}

/// The answer to whoever has just signed in, with the cookie.
pub(super) fn signed_in(state: &AppState, secret: &Secret, identity: &Identity) -> Response {
    let mut response = Json(me(identity)).into_response();
    if let Some(cookie) = cookie::session_cookie(&state.config.public_url, secret) {
        response.headers_mut().insert(SET_COOKIE, cookie);
    }
    response
}
