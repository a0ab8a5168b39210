//! The one list of what is served where, and the layers around it.

use std::sync::Arc;

use axum::{Router, middleware};
use tokio_util::sync::CancellationToken;
use tower_http::catch_panic::CatchPanicLayer;

use super::{
    access_log::{AccessLog, log_request},
    admin,
    client_address::find_client,
    health::{self, NotReady},
    panics,
    scim::{self, BASE_PATH},
    security_headers::set_security_headers,
    spa::{ConsoleFiles, serve_console},
};
use crate::{
    app_state::AppState,
    db::{Db, migrate},
};

/// Everything the public listener serves. `shutdown` makes `/health/ready` say no.
pub fn router(state: AppState, console: ConsoleFiles, shutdown: CancellationToken) -> Router {
    let trusted = Arc::new(state.config.listen.trusted_proxies.clone());
    let log = AccessLog::new(state.clock.clone(), state.ids.clone());
    let public_url = state.config.public_url.clone();
    let db = state.db.clone();
    let ready = move || {
        let db = db.clone();
        async move { readiness(&db).await }
    };
    // The last layer is the outermost: first who asks, then the log, then the headers, and a panic
    // is an answer like any other.
    Router::new()
        .nest(BASE_PATH, scim::router())
        .route(&format!("{BASE_PATH}/"), scim::root())
        .nest(
            admin::BASE_PATH,
            admin::router(state.clone()).with_state(()),
        )
        .merge(scim::misdirected())
        .with_state(state)
        .merge(admin::misdirected())
        .merge(health::routes(ready, shutdown))
        .fallback(serve_console)
        .with_state(console)
        .layer(CatchPanicLayer::custom(panics::answer))
        .layer(middleware::from_fn_with_state(
            public_url,
            set_security_headers,
        ))
        .layer(middleware::from_fn_with_state(log, log_request))
        .layer(middleware::from_fn_with_state(trusted, find_client))
}

async fn readiness(db: &Db) -> Result<(), NotReady> {
    match migrate::status(db).await {
        Ok(migrate::SchemaStatus::Current) => Ok(()),
        Ok(_) => Err(NotReady::Schema),
        Err(_) => Err(NotReady::Database),
    }
}
