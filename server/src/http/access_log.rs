//! One log line and two metrics for each request, and the request's id.
//!
//! Written are method, route template, status, duration, request id and, where known, the ids of
//! account and connection. Never written: the path itself, the query string, headers, bodies,
//! e-mail addresses or user names (SCIM filters and searches carry them).

use std::sync::{Arc, OnceLock};
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{HeaderMap, HeaderName, HeaderValue};
use axum::http::{Extensions, Method};
use axum::middleware::Next;
use axum::response::Response;
use scim_schema::id::{AccountId, ConnectionId, RequestId};
use tracing::Instrument;
use uuid::Uuid;

use super::client_address::ClientAddress;
use crate::clock::Clock;
use crate::ids::Ids;
use crate::metrics;

/// The header that carries the id of a request, in both directions.
pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What stands for a route in logs and metrics when no route matched: never the path, which a
/// client can choose freely.
const UNMATCHED: &str = "unmatched";

/// What the access log needs.
#[derive(Clone, Debug)]
pub struct AccessLog {
    clock: Clock,
    ids: Ids,
}

/// On whose behalf a request is carried out: a note in the extensions of the request, which
/// [`log_request`] puts there and the extractor that finds out writes on.
#[derive(Clone, Debug, Default)]
pub struct LogIdentity(Arc<OnceLock<Identity>>);

#[derive(Clone, Copy, Debug)]
struct Identity {
    account: AccountId,
    connection: Option<ConnectionId>,
}

impl LogIdentity {
    /// Notes whose request it is; the first to know is believed. Without a log around the request
    /// nothing happens.
    pub fn note(request: &Extensions, account: AccountId, connection: Option<ConnectionId>) {
        if let Some(Self(note)) = request.get() {
            note.get_or_init(|| Identity {
                account,
                connection,
            });
        }
    }
}

/// A name for what answered, in the extensions of a response of a fallback that has no template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RouteName(pub &'static str);

impl AccessLog {
    /// An access log whose request ids come from `ids`.
    #[must_use]
    pub fn new(clock: Clock, ids: Ids) -> Self {
        Self { clock, ids }
    }

    /// The id that a trusted proxy gave the request, otherwise a new one. Only a UUID is taken over,
    /// since the audit log refers to it.
    fn request_id(&self, client: Option<&ClientAddress>, headers: &HeaderMap) -> RequestId {
        let given = headers
            .get(X_REQUEST_ID)
            .filter(|_| client.is_some_and(|client| client.via_trusted_proxy))
            .and_then(|value| value.to_str().ok())
            .and_then(|text| Uuid::parse_str(text).ok());
        RequestId(given.unwrap_or_else(|| self.ids.uuid_v7(self.clock.now())))
    }
}

/// Middleware: gives the request its [`RequestId`] (an extension), returns it as `x-request-id`,
/// then logs and counts the request. It belongs inside of
/// [`find_client`](super::client_address::find_client) and around everything else.
pub async fn log_request(
    State(log): State<AccessLog>,
    mut request: Request,
    next: Next,
) -> Response {
    let started = Instant::now();
    let client = request.extensions().get::<ClientAddress>();
    let id = log.request_id(client, request.headers());
    request.extensions_mut().insert(id);
    let identity = LogIdentity::default();
    request.extensions_mut().insert(identity.clone());
    let method = method_label(request.method());
    let template = request.extensions().get::<MatchedPath>().cloned();

    let span = tracing::info_span!("request", request_id = %id);
    let mut response = next.run(request).instrument(span).await;

    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        response.headers_mut().insert(X_REQUEST_ID, value);
    }
    let name = response.extensions().get::<RouteName>().copied();
    let route = match (&template, name) {
        (_, Some(RouteName(name))) => name,
        (Some(template), None) => template.as_str(),
        (None, None) => UNMATCHED,
    };
    let status = response.status().as_u16();
    let took = started.elapsed();
    metrics::count_request(method, route, status, took);
    let identity = identity.0.get();
    tracing::info!(
        target: "rollcall_server::access",
        request_id = %id,
        method,
        route,
        status,
        duration_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        account = identity.map(|known| tracing::field::display(known.account)),
        connection = identity.and_then(|known| known.connection).map(tracing::field::display),
        "request"
    );
    response
}

/// A client can invent methods, which would become metrics without end.
fn method_label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "OTHER",
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::net::SocketAddr;
    use std::sync::Mutex;

    use axum::body::Body;
    use axum::extract::ConnectInfo;
    use axum::middleware::from_fn_with_state;
    use axum::routing::get;
    use axum::{Extension, Router};
    use tower::ServiceExt;

    use super::super::client_address::find_client;
    use super::*;
    use crate::config::TrustedProxies;

    const ACCOUNT: AccountId = AccountId(Uuid::from_u128(7));

    fn app() -> Router {
        let trusted = TrustedProxies::new(vec!["10.0.0.0/8".parse().unwrap()]);
        let log = AccessLog::new(Clock::system(), Ids::seeded(1));
        let identified = async |request: Request| {
            LogIdentity::note(request.extensions(), ACCOUNT, None);
            LogIdentity::note(request.extensions(), AccountId(Uuid::nil()), None);
        };
        let echo = async |Extension(id): Extension<RequestId>| id.to_string();
        Router::new()
            .route("/scim/v2/Users/{id}", get(identified))
            .route("/echo", get(echo))
            .layer(from_fn_with_state(log, log_request))
            .layer(from_fn_with_state(Arc::new(trusted), find_client))
    }

    async fn send(uri: &str, peer: &str, headers: &[(&str, &str)]) -> Response {
        let peer: SocketAddr = peer.parse().unwrap();
        let mut request = Request::builder().uri(uri).extension(ConnectInfo(peer));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::empty()).unwrap();
        app().oneshot(request).await.unwrap()
    }

    fn id_of(response: &Response) -> String {
        let id = response.headers().get(X_REQUEST_ID).unwrap();
        id.to_str().unwrap().to_owned()
    }

    #[derive(Clone, Default)]
    struct Sink(Arc<Mutex<Vec<u8>>>);

    impl Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    /// What the last of these requests wrote.
    async fn last_line(sink: &Sink, uri: &str) -> serde_json::Value {
        send(uri, "203.0.113.5:1", &[("user-agent", "jane@example.org")]).await;
        let text = String::from_utf8(sink.0.lock().unwrap().clone()).unwrap();
        assert!(!text.contains("jane"), "{text}");
        assert!(!text.contains("0193"), "{text}");
        let line: serde_json::Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
        line["fields"].clone()
    }

    // One test for all that is logged: the interest of subscribers is cached for the whole process.
    #[tokio::test]
    async fn a_line_has_template_and_ids_but_neither_path_nor_query() {
        let sink = Sink::default();
        let writer = sink.clone();
        let subscriber = tracing_subscriber::fmt()
            .json()
            .with_writer(move || writer.clone())
            .finish();
        let _guard = tracing::subscriber::set_default(subscriber);
        send("/echo", "203.0.113.5:1", &[]).await;
        tracing::callsite::rebuild_interest_cache();

        let uri = "/scim/v2/Users/0193?filter=userName%20eq%20%22jane@example.org%22";
        let line = last_line(&sink, uri).await;
        assert_eq!(line["route"], "/scim/v2/Users/{id}");
        assert_eq!(line["method"], "GET");
        assert_eq!(line["status"], 200);
        assert_eq!(line["account"], ACCOUNT.to_string());
        assert!(line["request_id"].is_string());
        assert!(line["duration_ms"].is_u64());
        assert_eq!(line.get("connection"), None);

        let line = last_line(&sink, "/people/jane@example.org").await;
        assert_eq!(line["route"], UNMATCHED);
        assert_eq!(line["status"], 404);
    }

    #[tokio::test]
    async fn the_handler_and_the_client_learn_the_same_id() {
        let response = send("/echo", "203.0.113.5:1", &[]).await;
        let id = id_of(&response);
        let body = axum::body::to_bytes(response.into_body(), 1_000)
            .await
            .unwrap();
        assert_eq!(body, id);
        assert_eq!(Uuid::parse_str(&id).unwrap().get_version_num(), 7);
    }

    #[tokio::test]
    async fn a_request_id_is_taken_over_from_a_trusted_proxy_only() {
        const GIVEN: &str = "9f1c2d3e-4a5b-4c6d-8e7f-001122334455";
        let header = [("x-request-id", GIVEN)];
        assert_eq!(id_of(&send("/echo", "10.0.0.1:1", &header).await), GIVEN);
        assert_ne!(id_of(&send("/echo", "203.0.113.5:1", &header).await), GIVEN);

        let simple = GIVEN.replace('-', "");
        let header = [("x-request-id", simple.as_str())];
        assert_eq!(id_of(&send("/echo", "10.0.0.1:1", &header).await), GIVEN);

        let foreign = [("x-request-id", "jane@example.org")];
        let id = id_of(&send("/echo", "10.0.0.1:1", &foreign).await);
        assert_eq!(Uuid::parse_str(&id).unwrap().get_version_num(), 7);
    }

    #[test]
    fn an_invented_method_is_no_label() {
        let method = Method::from_bytes(b"JANE").unwrap();
        assert_eq!(method_label(&method), "OTHER");
        assert_eq!(method_label(&Method::PATCH), "PATCH");
    }
}
