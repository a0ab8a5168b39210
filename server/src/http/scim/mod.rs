//! SCIM 2.0 under `/scim/v2` (RFC 7644): translation only; rules live in `ops`.

mod answer;
mod body;
mod bulk;
mod collision;
mod cursor;
mod deeds;
mod desk;
mod discovery;
mod exchange;
mod groups;
pub(crate) mod insider;
mod intake;
pub mod log;
mod log_row;
mod log_writer;
mod media_type;
mod misdirected;
mod query;
mod receive;
pub(crate) mod rehearsal;
mod render;
mod scope;
mod search;
mod segment;
mod sending;
mod trace;
mod users;
pub mod walks;

use axum::{
    Router,
    response::Response,
    routing::{MethodRouter, any, get, post},
};
use scim_schema::resource::ScimError;
use tower_http::catch_panic::CatchPanicLayer;

use self::{answer::shortened, receive::Unserved};
use super::panics;
use crate::app_state::AppState;

pub use answer::scim_error_response;
pub use misdirected::router as misdirected;

/// Path of the SCIM base URL.
pub const BASE_PATH: &str = "/scim/v2";

/// The routes below [`BASE_PATH`].
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/", root())
        .route("/.search", post(search::search))
        .route(bulk::PATH, post(bulk::bulk))
        .route("/Users", get(users::list).post(users::create))
        .route("/Users/.search", post(users::search))
        .route(
            "/Users/{id}",
            get(users::get)
                .put(users::replace)
                .patch(users::patch)
                .delete(users::delete),
        )
        .route("/Groups", get(groups::list).post(groups::create))
        .route("/Groups/.search", post(groups::search))
        .route(
            "/Groups/{id}",
            get(groups::get)
                .put(groups::replace)
                .patch(groups::patch)
                .delete(groups::delete),
        )
        .route(
            "/Me",
            get(discovery::me)
                .post(discovery::me)
                .put(discovery::me)
                .patch(discovery::me)
                .delete(discovery::me),
        )
        .route("/ServiceProviderConfig", get(discovery::provider_config))
        .route("/ResourceTypes", get(discovery::resource_types))
        .route("/ResourceTypes/{id}", get(discovery::resource_type))
        .route("/Schemas", get(discovery::schemas))
        .route("/Schemas/{urn}", get(discovery::schema))
        // A route and no fallback: what lies beside the base URL has routes of its own.
        .route("/{*rest}", any(unknown_path))
        .method_not_allowed_fallback(unknown_method)
        .layer(CatchPanicLayer::custom(panics::scim_answer))
}

/// What [`BASE_PATH`] with a slash at its end serves: a nested router does not see it.
pub fn root() -> MethodRouter<AppState> {
    get(search::list)
        .fallback(unknown_method)
        .layer(CatchPanicLayer::custom(panics::scim_answer))
}

async fn unknown_path(Unserved(exchange): Unserved) -> Response {
    let detail = format!(
        "There is no SCIM endpoint at {}; the base URL is {}",
        shortened(exchange.path()),
        exchange.by.base_url
    );
    exchange.refuse(ScimError::status(404, detail))
}

async fn unknown_method(Unserved(exchange): Unserved) -> Response {
    let detail = "This endpoint does not have that method; the Allow header names those it has";
    exchange.refuse(ScimError::status(405, detail))
}
