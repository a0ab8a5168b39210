//! What one identity provider may take of the server: time of the database, its readers, memory.

use std::{
    convert::Infallible,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::body::{Body, Bytes};
use futures_util::{StreamExt, stream};
use rollcall_server::config::Config;
use scim_schema::dialect::ConnectionKind;
use sea_orm::{ConnectionTrait, DatabaseBackend, TransactionTrait};
use serde_json::json;
use tokio::sync::Barrier;

use super::{generic, refused};
use crate::support::{Answer, TestApp, user_body};

const SEARCH_REQUEST: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";

/// Nothing that SQLite looks at the clock for has time; PostgreSQL is made to wait instead.
fn hurry(config: &mut Config) {
    let is_sqlite = config.database.sqlite_path().is_some();
    config.limits.query_timeout = Duration::from_secs(u64::from(!is_sqlite));
}

#[tokio::test]
async fn a_search_beyond_its_time_is_stopped_and_learns_how_to_be_quicker() {
    let app = TestApp::with(hurry).await;
    let client = app.connection(ConnectionKind::Generic).await;
    let mut id = String::new();
    for number in 0..40 {
        id = client.user(&format!("user{number}")).await;
    }
    let obstacle = app.sql.begin().await.unwrap();
    let is_postgres = app.backend() == DatabaseBackend::Postgres;
    if is_postgres {
        let lock = "LOCK TABLE users IN ACCESS EXCLUSIVE MODE";
        obstacle.execute_unprepared(lock).await.unwrap();
    }
    let terms: Vec<String> = (0..100)
        .map(|number| format!("userName co \"x{number}\""))
        .collect();
    let body = json!({ "schemas": [SEARCH_REQUEST], "filter": terms.join(" or ") });
    let stopped = |answer: Answer| {
        answer.expect_scim_error(
            400,
            Some("tooMany"),
            "userName, externalId, id or emails.value",
        );
    };
    stopped(client.post("/Users/.search", &body).await);
    stopped(client.post("/.search", &body).await);
    let long = client.filter("/Users", &terms[..60].join(" or ")).await;
    stopped(long);
    let path = format!("/Users/{id}");
    if is_postgres {
        // What looks for nothing is not told to look for less.
        let answer = client.get(&path).await;
        answer.expect_scim_error(503, None, "took too long");
        assert!(answer.header("retry-after").is_some());
    }
    obstacle.rollback().await.unwrap();
    client.get(&path).await.expect(200);
    let found = client.filter("/Users", "userName eq \"user7\"").await;
    assert_eq!(found.expect(200).json["totalResults"], 1);
    app.finish().await;
}

#[tokio::test]
async fn a_connection_that_searches_too_much_at_once_holds_up_nobody_but_itself() {
    let (app, client) = generic().await;
    let other = app.connection(ConnectionKind::Okta).await;
    let id = client.user("ada").await;
    let staff = json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Staff" });
    let group = client.post("/Groups", &staff).await.expect(201).id();
    let group = format!("/Groups/{group}");
    let searches = &app.app.state.searches;
    let held = searches
        .take(app.account.id, client.connection, u32::MAX, Duration::ZERO)
        .await
        .expect("nobody searches");
    let filtered = "/Groups?filter=displayName%20eq%20%22x%22";
    for path in ["/Users", filtered, "", group.as_str()] {
        let answer = client.get(path).await;
        answer.expect_scim_error(429, None, "searches more");
        assert!(answer.header("retry-after").is_some());
    }
    let head = client.call("HEAD", "/Users").send().await;
    assert_eq!(head.status, 429, "it costs what a GET costs");
    client.get(&format!("/Users/{id}")).await.expect(200);
    client.user("grace").await;
    // What was changed is not refused for what it would take to show it.
    let replaced = client.put(&group, &staff).await.expect(204);
    assert!(replaced.header("etag").is_some());
    let guests = json!({ "schemas": staff["schemas"], "displayName": "Guests" });
    let created = client.post("/Groups", &guests).await.expect(201);
    assert!(created.header("location").is_some() && created.text.is_empty());
    other.get("/Users").await.expect(200);
    drop(held);
    client.get(&group).await.expect(200);
    client.get("/Users").await.expect(200);
    app.finish().await;
}

#[tokio::test]
async fn a_body_without_room_in_memory_is_refused_and_may_come_again() {
    let impatient = |config: &mut Config| {
        config.limits.request_timeout = Duration::from_millis(200);
    };
    let app = TestApp::with(impatient).await;
    let client = app.connection(ConnectionKind::Generic).await;
    let other = app.connection(ConnectionKind::Okta).await;
    let bodies = &app.app.state.bodies;
    let held = bodies
        .take(app.account.id, client.connection, u32::MAX, Duration::ZERO)
        .await
        .expect("nothing is in memory");
    let call = client.call_with("POST", "/Users", &user_body("ada"));
    let answer = refused(&app, call).await;
    answer.expect_scim_error(503, None, "no room");
    assert!(answer.header("retry-after").is_some());
    client.get("/Users").await.expect(200);
    other.user("grace").await;
    drop(held);
    client.user("ada").await;
    app.finish().await;
}

#[tokio::test]
async fn an_upload_that_stalls_holds_up_no_other_request_of_its_connection() {
    let (app, client) = generic().await;
    let mut stalled = Vec::new();
    for announced in [Some("16777216"), Some("16777216"), None] {
        // Four bytes, and then nothing.
        let body = stream::iter([Ok::<_, Infallible>(Bytes::from_static(b"{\"a\""))]);
        let mut call = client
            .call("POST", "/Users")
            .header("content-type", "application/scim+json");
        if let Some(length) = announced {
            call = call.header("content-length", length);
        }
        let call = call.stream(Body::from_stream(body.chain(stream::pending())));
        stalled.push(tokio::spawn(call.send()));
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    let at_once = async {
        client.user("ada").await;
        let mut large = user_body("grace");
        large["title"] = "x".repeat(3 << 20).into();
        let refused = client.post("/Users", &large).await;
        assert_ne!(refused.status, 503, "{}", refused.text);
    };
    let answered = tokio::time::timeout(Duration::from_secs(10), at_once).await;
    assert!(answered.is_ok(), "it waits for the uploads that stall");
    for call in stalled {
        assert!(!call.is_finished(), "they were answered");
        call.abort();
    }
    app.finish().await;
}

/// Each is larger than half of what a connection has; those that come in pieces have both begun
/// before either goes on.
#[tokio::test]
async fn two_large_bodies_of_a_connection_at_once_do_not_wait_for_each_other() {
    for announced in [true, false] {
        let (app, client) = generic().await;
        let started = Instant::now();
        let half = Arc::new(Barrier::new(2));
        let sent = ["ada", "grace"].map(|name| {
            let mut text = user_body(name).to_string().into_bytes();
            text.resize(10 << 20, b' ');
            let call = client
                .call("POST", "/Users")
                .header("content-type", "application/scim+json");
            let call = match announced {
                true => call.bytes(text),
                false => call.stream(with_a_pause(&text, Arc::clone(&half))),
            };
            tokio::spawn(call.send())
        });
        for call in sent {
            call.await.expect("an answer").expect(201);
        }
        let took = started.elapsed();
        assert!(took < Duration::from_secs(5), "{took:?} ({announced})");
        app.finish().await;
    }
}

/// A body that waits for others in its middle.
fn with_a_pause(text: &[u8], half: Arc<Barrier>) -> Body {
    let piece = |piece: &[u8]| Ok::<_, Infallible>(Bytes::copy_from_slice(piece));
    let mut pieces: Vec<_> = text.chunks(64 << 10).map(piece).collect();
    let rest = pieces.split_off(pieces.len() / 2);
    let pause = stream::once(async move { half.wait().await }).filter_map(async |_| None);
    Body::from_stream(stream::iter(pieces).chain(pause).chain(stream::iter(rest)))
}

#[tokio::test]
async fn a_body_that_comes_in_pieces_is_read_whole_and_no_further_than_its_limit() {
    let (app, client) = generic().await;
    let pieces = |length: usize| {
        let mut text = user_body("ada").to_string().into_bytes();
        text.resize(length, b' ');
        let pieces: Vec<_> = text
            .chunks(100_000)
            .map(|piece| Ok::<_, Infallible>(Bytes::copy_from_slice(piece)))
            .collect();
        client
            .call("POST", "/Users")
            .header("content-type", "application/scim+json")
            .stream(Body::from_stream(stream::iter(pieces)))
    };
    let limit = app.app.state.config.limits.body;
    let answer = refused(&app, pieces(limit + 1)).await;
    answer.expect_scim_error(413, None, "larger than 16777216 bytes");
    pieces(limit).send().await.expect(201);
    app.finish().await;
}

#[tokio::test]
async fn a_body_of_more_values_than_memory_should_hold_is_refused() {
    let (app, client) = generic().await;
    let lists = vec!["[]"; 1_000_001].join(",");
    let call = client
        .call("POST", "/Users")
        .header("content-type", "application/scim+json")
        .bytes(format!("{{\"members\":[{lists}]}}"));
    let answer = refused(&app, call).await;
    answer.expect_scim_error(413, None, "more than 1000000 values");
    app.finish().await;
}
