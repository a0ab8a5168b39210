//! The console's API under `/api/v1`: translation only; rules live in `ops`.

mod connections;
mod events;
mod guard;
mod me;
mod one_time_links;
mod provisioning_log;
mod sessions;
mod users;

use axum::{
    Router,
    middleware::{from_fn, from_fn_with_state},
    routing::{any, delete, get, post},
};
use scim_schema::api::problem::ErrorCode;

use tower_http::catch_panic::CatchPanicLayer;

use super::{
    panics,
    problem::{ApiError, render_problems},
};
use crate::app_state::AppState;

/// Path of the API.
pub const BASE_PATH: &str = "/api/v1";

/// The routes below [`BASE_PATH`], with everything that guards them.
pub fn router(state: AppState) -> Router {
    Router::new()
        .route("/sign-in-options", get(sessions::options))
        .route("/sessions", post(sessions::create))
        .route("/sessions/current", delete(sessions::delete_current))
        .route("/one-time-links/inspect", post(one_time_links::inspect))
        .route("/one-time-links/redeem", post(one_time_links::redeem))
        .route("/me", get(me::get))
        .route("/users", get(users::list))
        .route("/users/counts", get(users::counts))
        .route("/users/{id}", get(users::get))
        .route(
            "/idp-connections",
            get(connections::list).post(connections::create),
        )
        .route("/idp-connections/{id}", get(connections::get))
        .route(
            "/idp-connections/{id}/tokens",
            post(connections::create_token),
        )
        .route(
            "/idp-connections/{id}/tokens/{token}",
            delete(connections::revoke_token),
        )
        .route("/provisioning-log", get(provisioning_log::list))
        .route("/provisioning-log/{id}", get(provisioning_log::get))
        .route("/events", get(events::stream))
        .method_not_allowed_fallback(unknown_method)
        .layer(CatchPanicLayer::custom(panics::problem))
        .layer(from_fn_with_state(state.clone(), guard::refuse_cross_site))
        .layer(from_fn_with_state(state.clone(), guard::limit_time))
        .layer(from_fn(render_problems))
        .layer(from_fn_with_state(state.clone(), guard::identify))
        .with_state(state)
}

/// Answers at paths of the API that are none; `/metrics` has a listener of its own.
pub fn misdirected<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/api", any(unknown_path))
        .route("/api/{*rest}", any(unknown_path))
        .route("/metrics", any(no_metrics))
        .layer(from_fn(render_problems))
}

async fn unknown_path() -> ApiError {
    ApiError::new(
        ErrorCode::NotFound,
        format!("The API has nothing at this path; its paths begin with {BASE_PATH}/."),
    )
}

async fn no_metrics() -> ApiError {
    ApiError::new(
        ErrorCode::NotFound,
        "Metrics are not served here. They have a listener of their own: see the setting metrics_listen.",
    )
}

async fn unknown_method() -> ApiError {
    ApiError::new(
        ErrorCode::MethodNotAllowed,
        "This path does not have that method; the Allow header names those it has.",
    )
}
