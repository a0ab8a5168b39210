//! Which requests of a connection leave a row in the provisioning log, and on whose page it is.

use std::{convert::Infallible, time::Duration};

use axum::{
    body::{Body, Bytes},
    http::Request,
};
use chrono::TimeDelta;
use futures_util::stream;
use rollcall_server::ops::connections;
use scim_schema::dialect::ConnectionKind;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::{bulk::bulk_body, generic};
use crate::support::{ScimClient, TestApp, user_body};

/// Statuses of the rows that the query asks for, newest first.
async fn statuses(app: &TestApp, query: &str) -> Vec<u64> {
    app.flush_log().await;
    let console = app.administrator().await;
    let log = console
        .get(&format!("/provisioning-log?limit=100&{query}"))
        .await
        .expect(200);
    let rows = log.json["items"].as_array().unwrap();
    rows.iter()
        .map(|row| row["status"].as_u64().unwrap())
        .collect()
}

fn with_external_id(user_name: &str, external_id: &str) -> Value {
    let mut body = user_body(user_name);
    body["externalId"] = external_id.into();
    body
}

#[tokio::test]
async fn a_request_that_failed_is_on_the_page_of_the_person_it_was_about() {
    let (app, client) = generic().await;
    let created = client.post("/Users", &with_external_id("ada", "7")).await;
    let id = created.expect(201).id();
    let user = app.user_of(&id).await;
    let path = format!("/Users/{id}");
    let nowhere = json!([{ "op": "add", "path": "nope", "value": 1 }]);
    client.patch(&path, nowhere.clone()).await.expect(400);
    let call = client.call_with("PUT", &path, &json!({})).bytes("{");
    call.send().await.expect(400);
    let call = client.call("DELETE", &path).header("if-match", "\"9\"");
    call.send().await.expect(412);
    let call = client
        .call_with("PUT", &path, &user_body("ada"))
        .header("content-type", "text/plain");
    call.send().await.expect(415);
    client.post(&path, &json!({})).await.expect(405);
    client
        .get(&format!("{path}?attributes=%FF"))
        .await
        .expect(400);
    client.delete(&path).await.expect(204);
    client.get(&path).await.expect(404);
    let wanted = [404, 204, 400, 405, 415, 412, 400, 400, 201];
    assert_eq!(statuses(&app, &format!("user={user}")).await, wanted);
    app.finish().await;
}

/// Only what an administrator can resolve leads to the conflicts.
#[tokio::test]
async fn a_refusal_says_whether_it_is_a_conflict_for_an_administrator() {
    let (app, client) = generic().await;
    client.user("ada").await;
    client.post("/Users", &user_body("ADA")).await.expect(409);
    let other = app.connection(ConnectionKind::Generic).await;
    other.post("/Users", &user_body("ada")).await.expect(409);
    app.flush_log().await;
    let console = app.administrator().await;
    let log = console.get("/provisioning-log?errors_only=true").await;
    let log = log.expect(200);
    let rows = log.json["items"].as_array().unwrap().iter();
    let told: Vec<bool> = rows.map(|row| row["facts"]["conflict"] == true).collect();
    assert_eq!(told, [true, false], "{}", log.text);
    app.finish().await;
}

#[tokio::test]
async fn a_collision_is_on_the_page_of_the_person_who_was_there_before() {
    let (app, client) = generic().await;
    let created = client.post("/Users", &with_external_id("ada", "7")).await;
    let ada = app.user_of(&created.expect(201).id()).await;
    let bob = client.user("bob").await;
    client.post("/Users", &user_body("ADA")).await.expect(409);
    let taken = with_external_id("carl", "7");
    client.post("/Users", &taken).await.expect(409);
    let path = format!("/Users/{bob}");
    client
        .put(&path, &with_external_id("bob", "7"))
        .await
        .expect(409);
    let operations = json!({ "method": "POST", "path": "/Users", "bulkId": "x", "data": taken });
    client
        .post("/Bulk", &bulk_body(&[operations]))
        .await
        .expect(200);
    // Names are a matter of the account, external ids of the connection.
    let other = app.connection(ConnectionKind::Generic).await;
    other.post("/Users", &user_body("Ada")).await.expect(409);
    let mut stranger = with_external_id("dora", "7");
    other.post("/Users", &stranger).await.expect(201);
    stranger["userName"] = "erin".into();
    other.post("/Users", &stranger).await.expect(409);
    other.get(&path).await.expect(404);
    assert_eq!(
        statuses(&app, &format!("user={ada}")).await,
        [409, 200, 409, 409, 409, 201]
    );
    let bob = app.user_of(&bob).await;
    let of_bob = format!(
        "SELECT COUNT(*) FROM scim_request_users WHERE user_id = {}",
        literal(&app, bob.0)
    );
    assert_eq!(app.number(&of_bob).await, 2, "his POST and his PUT");
    app.finish().await;
}

fn literal(app: &TestApp, id: uuid::Uuid) -> String {
    match app.backend() {
        sea_orm::DatabaseBackend::Sqlite => format!("X'{}'", id.simple()),
        _ => format!("'{id}'"),
    }
}

#[tokio::test]
async fn a_part_of_a_bulk_that_failed_is_on_the_persons_page() {
    let (app, client) = generic().await;
    let id = client.user("ada").await;
    let operation = json!({
        "method": "PATCH",
        "path": format!("/Users/{id}"),
        "data": {
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": [{ "op": "add", "path": "nope", "value": 1 }],
        },
    });
    client
        .post("/Bulk", &bulk_body(&[operation]))
        .await
        .expect(200);
    let user = app.user_of(&id).await;
    assert_eq!(statuses(&app, &format!("user={user}")).await, [200, 201]);
    app.finish().await;
}

#[tokio::test]
async fn a_request_that_was_refused_early_leaves_its_row_without_secrets() {
    let app = TestApp::with(|config| {
        config.limits.body = 2_000;
        config.limits.request_timeout = Duration::from_millis(300);
    })
    .await;
    let client = app.connection(ConnectionKind::Generic).await;
    let mut large = user_body("ada");
    large["password"] = format!("hunter2{}", "x".repeat(3_000)).into();
    client.post("/Users", &large).await.expect(413);
    client.get("/Nope").await.expect(404);
    let mut secret = user_body("ada");
    secret["password"] = "hunter2".into();
    client.put("/Users", &secret).await.expect(405);
    let call = client.call_with("POST", "/Users", &user_body("ada"));
    let call = call.header("content-type", "application/xml");
    call.send().await.expect(415);
    assert_eq!(never_arrives(&client).await, 408);
    let wanted = [408, 415, 405, 404, 413];
    let query = format!("connection={}", client.connection);
    assert_eq!(statuses(&app, &query).await, wanted);
    let stored = "SELECT COUNT(*) FROM scim_request_log WHERE request_body LIKE '%hunter2%' OR decision LIKE '%hunter2%' OR path LIKE '%hunter2%'";
    assert_eq!(app.number(stored).await, 0);
    app.finish().await;
}

/// The status that a request gets whose body does not come.
async fn never_arrives(client: &ScimClient) -> u16 {
    let body = Body::from_stream(stream::pending::<Result<Bytes, Infallible>>());
    let request = Request::post("/scim/v2/Users")
        .header("authorization", format!("Bearer {}", client.token))
        .header("content-type", "application/scim+json")
        .body(body)
        .unwrap();
    let answer = client.router.clone().oneshot(request).await.unwrap();
    answer.status().as_u16()
}

#[tokio::test]
async fn a_token_that_opens_nothing_any_more_is_seen_in_the_log_of_its_connection() {
    let (app, client) = generic().await;
    let second = app.connection(ConnectionKind::Generic).await;
    let state = &app.app.state;
    let (ctx, token) = (app.operator(), second.token_id);
    connections::revoke_token(
        &state.db,
        &ctx,
        Some(&state.tokens),
        second.connection,
        token,
    )
    .await
    .unwrap();
    let row_of = async |client: &ScimClient, word: &str| {
        let token = literal(&app, client.token_id.0);
        let rows = format!(
            "SELECT COUNT(*) FROM scim_request_log WHERE status = 401 AND token_id = {token} AND decision LIKE '%{word}%'"
        );
        app.until_number(&rows, 1).await;
    };
    second.get("/Users").await.expect(401);
    // Looked for before the year has passed: rows are not kept for so long.
    row_of(&second, "revoked").await;
    app.clock.advance(TimeDelta::days(366));
    client.get("/Users").await.expect(401);
    row_of(&client, "expired").await;
    let unknown = ScimClient {
        token: "rollcall_scim_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_owned(),
        ..client.clone()
    };
    unknown.get("/Users").await.expect(401);
    app.flush_log().await;
    let others = "SELECT COUNT(*) FROM scim_request_log WHERE decision NOT LIKE '%revoked%' AND decision NOT LIKE '%expired%'";
    assert_eq!(app.number(others).await, 0, "nobody's token has a row");
    app.finish().await;
}

#[tokio::test]
async fn requests_beyond_the_rate_are_seen_in_the_log_and_do_not_fill_it() {
    let app = TestApp::with(|config| config.limits.scim_rate_per_second = 25).await;
    let client = app.connection(ConnectionKind::Generic).await;
    let mut refused = 0;
    for _ in 0..2_000 {
        if client.get("/Users").await.status == 429 {
            refused += 1;
        }
        if refused == 60 {
            break;
        }
    }
    app.flush_log().await;
    let rows = "SELECT COUNT(*) FROM scim_request_log WHERE status = 429";
    let rows = app.number(rows).await;
    assert!(rows >= 1 && rows < refused, "{rows} rows of {refused}");
    app.finish().await;
}
