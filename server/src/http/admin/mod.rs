//! The console's API under `/api/v1`: translation only; rules live in `ops`.

mod alerts;
mod approvals;
mod attribute_definitions;
mod audit;
mod conflicts;
mod conformance;
mod connection_attributes;
mod connection_dialects;
mod connections;
mod domains;
mod doors;
mod events;
mod guard;
mod mails;
mod mapping;
mod me;
mod memberships;
mod oauth_clients;
mod one_time_links;
mod organisations;
mod password_resets;
mod policies;
mod provisioning_log;
mod rehearsals;
mod sessions;
mod shadow;
mod timelines;
mod user_acts;
mod users;

use axum::{
    Router,
    middleware::{from_fn, from_fn_with_state},
    routing::{any, delete, get, post, put},
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
        .merge(user_acts::routes())
        .route("/sign-in-options", get(sessions::options))
        .route("/sessions", post(sessions::create))
        .route("/sessions/passkey", post(sessions::begin_passkey))
        .route("/sessions/second-factor", post(sessions::second_factor))
        .route("/sessions/current", delete(sessions::delete_current))
        .route(
            "/sessions/current/step-up/challenge",
            post(sessions::begin_step_up),
        )
        .route("/sessions/current/step-up", post(sessions::step_up))
        .route("/one-time-links/inspect", post(one_time_links::inspect))
        .route("/one-time-links/redeem", post(one_time_links::redeem))
        .route("/password-resets", post(password_resets::forgotten))
        .route("/me", get(me::get).patch(me::change))
        .route("/me/password", post(me::change_password))
        .route("/me/password/strength", post(me::judge_password))
        .route("/me/sessions", get(me::sessions))
        .route("/me/sessions/{id}", delete(me::end_session))
        .route("/me/sign-ins", get(me::sign_ins))
        .route(
            "/me/second-factors",
            get(me::second_factors).post(me::enrol),
        )
        .route("/me/second-factors/totp", post(me::begin_totp))
        .route("/me/second-factors/passkey", post(me::begin_passkey))
        .route("/me/second-factors/{id}", delete(me::remove_factor))
        .route("/me/recovery-codes", post(me::renew_codes))
        .route("/users", get(users::list))
        .route("/users/counts", get(users::counts))
        .route("/users/{id}", get(users::get))
        .route("/users/{id}/sessions", get(doors::sessions))
        .route("/users/{id}/sessions/{session}", delete(doors::end_session))
        .route("/users/{id}/revoke-sessions", post(doors::revoke_sessions))
        .route("/users/{id}/sign-ins", get(doors::sign_ins))
        .route("/users/{id}/password", put(doors::assign_password))
        .route(
            "/users/{id}/second-factors",
            delete(doors::reset_second_factors),
        )
        .route("/users/{id}/organisations", put(memberships::change))
        .route(
            "/users/{id}/organisations/{organisation}",
            delete(memberships::remove),
        )
        .route("/users/{id}/roles", put(memberships::change_roles))
        .route(
            "/organisations",
            get(organisations::list).post(organisations::create),
        )
        .route(
            "/organisations/{id}",
            get(organisations::get).patch(organisations::change),
        )
        .route("/organisations/{id}/archive", post(organisations::archive))
        .route(
            "/organisations/{id}/unarchive",
            post(organisations::unarchive),
        )
        .route("/users/{id}/reset-password", post(password_resets::send))
        .route("/users/{id}/timeline", get(timelines::list))
        .route("/users/{id}/status-explanation", get(timelines::explain))
        .route(
            "/idp-connections",
            get(connections::list).post(connections::create),
        )
        .route(
            "/idp-connections/{id}",
            get(connections::get).patch(connections::change),
        )
        .route(
            "/idp-connections/{id}/dialect",
            get(connection_dialects::get).patch(connection_dialects::change),
        )
        .route(
            "/idp-connections/{id}/attributes",
            get(connection_attributes::list).post(connection_attributes::declare),
        )
        .route(
            "/idp-connections/{id}/attributes/{definition}",
            put(connection_attributes::expose).delete(connection_attributes::hide),
        )
        .route(
            "/attribute-definitions",
            get(attribute_definitions::list).post(attribute_definitions::create),
        )
        .route(
            "/attribute-definitions/{id}",
            get(attribute_definitions::get)
                .patch(attribute_definitions::change)
                .delete(attribute_definitions::delete),
        )
        .route(
            "/idp-connections/{id}/mapping",
            get(mapping::get).put(mapping::change),
        )
        .route("/idp-connections/{id}/mapping/plan", post(mapping::plan))
        .route("/idp-connections/{id}/mapping/test", post(mapping::test))
        .route(
            "/idp-connections/{id}/tokens",
            post(connections::create_token),
        )
        .route(
            "/idp-connections/{id}/tokens/{token}",
            delete(connections::revoke_token),
        )
        .route(
            "/idp-connections/{id}/tokens/{token}/rotate",
            post(connections::rotate_token),
        )
        .route(
            "/idp-connections/{id}/oauth-clients",
            post(oauth_clients::create),
        )
        .route(
            "/idp-connections/{id}/oauth-clients/{client}",
            delete(oauth_clients::revoke),
        )
        .route(
            "/idp-connections/{id}/shadow",
            get(shadow::get).post(shadow::enter).delete(shadow::discard),
        )
        .route("/idp-connections/{id}/shadow/users", get(shadow::users))
        .route("/idp-connections/{id}/shadow/groups", get(shadow::groups))
        .route(
            "/idp-connections/{id}/shadow/go-live",
            post(shadow::go_live).delete(shadow::stop),
        )
        .route(
            "/idp-connections/{id}/conformance",
            get(conformance::get).post(conformance::run),
        )
        .route(
            "/idp-connections/{id}/conformance/export",
            get(conformance::export),
        )
        .route(
            "/idp-connections/{id}/conformance/checks/{check}",
            get(conformance::check),
        )
        .route("/provisioning-log", get(provisioning_log::list))
        .route("/provisioning-log/{id}", get(provisioning_log::get))
        .route(
            "/provisioning-log/{id}/rehearsals",
            post(rehearsals::of_logged),
        )
        .route(
            "/idp-connections/{id}/rehearsals",
            post(rehearsals::of_connection),
        )
        .route("/conflicts", get(conflicts::list))
        .route("/conflicts/counts", get(conflicts::counts))
        .route("/conflicts/selection", get(conflicts::selection))
        .route("/conflicts/resolve", post(conflicts::resolve_several))
        .route("/conflicts/{id}", get(conflicts::get))
        .route("/conflicts/{id}/resolve", post(conflicts::resolve))
        .route("/alerts", get(alerts::list))
        .route("/alerts/{id}/acknowledge", post(alerts::acknowledge))
        .route("/domains", get(domains::list).post(domains::assert))
        .route("/domains/{id}", delete(domains::remove))
        .route("/users/{id}/purge", post(approvals::purge))
        .route("/users/{id}/erase", post(approvals::erase))
        .route("/approvals", get(approvals::list))
        .route("/approvals/{id}", get(approvals::get))
        .route("/approvals/{id}/approve", post(approvals::approve))
        .route("/approvals/{id}/cancel", post(approvals::cancel))
        .route("/policies", get(policies::overview))
        .route("/policies/{id}", get(policies::get).patch(policies::change))
        .route("/policies/{id}/versions", get(policies::versions))
        .route("/mails", get(mails::list))
        .route("/mails/test", post(mails::test))
        .route("/mails/{id}", get(mails::get))
        .route("/mails/{id}/send-again", post(mails::send_again))
        .route("/audit", get(audit::list))
        .route("/audit/head", get(audit::head))
        .route("/audit/verify", get(audit::verify))
        .route("/audit/export.csv", get(audit::export_csv))
        .route("/audit/export.jsonl", get(audit::export_json_lines))
        .route("/audit/{id}", get(audit::get))
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
