//! Whether the process lives, and whether it can serve.

use std::future::Future;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Serialize;
use tokio_util::sync::CancellationToken;

/// How long the database may take to answer before the server counts as not ready.
const PATIENCE: Duration = Duration::from_secs(1);

/// Why the server cannot serve at present.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotReady {
    /// The database gives an error or no answer within a second.
    Database,
    /// The schema of the database is older than this binary needs.
    Schema,
    /// The process is about to end; new requests belong elsewhere.
    ShuttingDown,
}

#[derive(Serialize)]
struct Health {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'static str>,
}

/// `/health/live`, always 200, and `/health/ready`, 200 if `check` agrees within a second, otherwise
/// 503 with the reason as JSON. Once `shutdown` is cancelled the server is no longer ready, so that
/// a load balancer looks elsewhere while requests in flight finish.
pub fn routes<S, F, Fut>(check: F, shutdown: CancellationToken) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    F: Fn() -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Result<(), NotReady>> + Send,
{
    let ready = async move || {
        if shutdown.is_cancelled() {
            return answer(Err(NotReady::ShuttingDown));
        }
        let result = tokio::time::timeout(PATIENCE, check()).await;
        answer(result.unwrap_or(Err(NotReady::Database)))
    };
    Router::new()
        .route("/health/live", get(async || answer(Ok(()))))
        .route("/health/ready", get(ready))
}

impl NotReady {
    fn reason(self) -> &'static str {
        match self {
            Self::Database => "database",
            Self::Schema => "schema",
            Self::ShuttingDown => "shutting_down",
        }
    }

    fn detail(self) -> &'static str {
        match self {
            Self::Database => "The database does not answer. The log of the server says more.",
            Self::Schema => {
                "The schema of the database is older than this version needs. Run `rollcall migrate`."
            }
            Self::ShuttingDown => "The server is shutting down.",
        }
    }
}

fn answer(result: Result<(), NotReady>) -> Response {
    let (status, health) = match result {
        Ok(()) => (
            StatusCode::OK,
            Health {
                status: "ok",
                reason: None,
                detail: None,
            },
        ),
        Err(why) => (
            StatusCode::SERVICE_UNAVAILABLE,
            Health {
                status: "unavailable",
                reason: Some(why.reason()),
                detail: Some(why.detail()),
            },
        ),
    };
    let headers = [
        (CONTENT_TYPE, "application/json"),
        (CACHE_CONTROL, "no-store"),
    ];
    (status, headers, axum::Json(health)).into_response()
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::http::Request;
    use serde_json::{Value, json};
    use tower::ServiceExt;

    use super::*;

    async fn ask(router: Router, path: &str) -> (StatusCode, Value) {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = router.oneshot(request).await.unwrap();
        let status = response.status();
        assert_eq!(response.headers()[CONTENT_TYPE], "application/json");
        assert_eq!(response.headers()[CACHE_CONTROL], "no-store");
        let body = to_bytes(response.into_body(), 10_000).await.unwrap();
        (status, serde_json::from_slice(&body).unwrap())
    }

    fn answering(result: Result<(), NotReady>) -> Router {
        routes(move || std::future::ready(result), CancellationToken::new())
    }

    #[tokio::test]
    async fn a_process_lives_whatever_its_database_does() {
        let router = answering(Err(NotReady::Database));
        let (status, body) = ask(router, "/health/live").await;
        assert_eq!((status, body), (StatusCode::OK, json!({"status": "ok"})));
    }

    #[tokio::test]
    async fn a_server_is_ready_when_its_check_agrees() {
        let (status, body) = ask(answering(Ok(())), "/health/ready").await;
        assert_eq!((status, body), (StatusCode::OK, json!({"status": "ok"})));
    }

    #[tokio::test]
    async fn a_failed_check_is_503_with_its_reason() {
        for (why, reason) in [
            (NotReady::Database, "database"),
            (NotReady::Schema, "schema"),
        ] {
            let (status, body) = ask(answering(Err(why)), "/health/ready").await;
            assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
            assert_eq!(body["status"], "unavailable");
            assert_eq!(body["reason"], reason);
            assert!(body["detail"].as_str().unwrap().ends_with('.'));
        }
    }

    #[tokio::test]
    async fn a_database_that_hangs_is_not_waited_for() {
        let router = routes(std::future::pending, CancellationToken::new());
        let (status, body) = ask(router, "/health/ready").await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(body["reason"], "database");
    }

    #[tokio::test]
    async fn a_server_that_shuts_down_is_no_longer_ready() {
        let shutdown = CancellationToken::new();
        let router: Router = routes(|| std::future::ready(Ok(())), shutdown.clone());
        assert_eq!(ask(router.clone(), "/health/ready").await.0, StatusCode::OK);
        shutdown.cancel();
        let (status, body) = ask(router.clone(), "/health/ready").await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(body["reason"], "shutting_down");
        assert_eq!(ask(router, "/health/live").await.0, StatusCode::OK);
    }
}
