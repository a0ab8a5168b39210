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
    oauth, panics,
    scim::{self, BASE_PATH},
    security_headers::set_security_headers,
    spa::{ConsoleFiles, serve_console},
};
use crate::{
    app_state::AppState,
    db::{
        Db,
        migrate::{self, SchemaStatus},
    },
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
        .merge(oauth::router())
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
    judge(migrate::status(db).await.as_ref().ok())
}

/// A schema that a newer version made is no fault of a server which runs: migrations add before
/// they take away, so that it goes on until it is replaced.
fn judge(schema: Option<&SchemaStatus>) -> Result<(), NotReady> {
    match schema {
        Some(SchemaStatus::Current | SchemaStatus::Newer { .. }) => Ok(()),
        Some(SchemaStatus::Behind(_)) => Err(NotReady::Schema),
        None => Err(NotReady::Database),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_running_server_stays_ready_on_a_newer_schema_and_is_not_on_an_older_one() {
        let newer = SchemaStatus::Newer {
            found: "m29991231_000100_colonise_mars".to_owned(),
            known: "m20261122_000700_jobs".to_owned(),
        };
        assert_eq!(judge(Some(&newer)), Ok(()));
        assert_eq!(judge(Some(&SchemaStatus::Current)), Ok(()));
        assert_eq!(judge(Some(&SchemaStatus::Behind(1))), Err(NotReady::Schema));
        assert_eq!(judge(None), Err(NotReady::Database));
    }
}
