//! Rotating a token: both work until the old one ends.

use chrono::TimeDelta;
use scim_schema::dialect::ConnectionKind;
use serde_json::{Value, json};

use crate::support::{Answer, Console, ScimClient, TestApp};

async fn started() -> (TestApp, Console, ScimClient) {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let client = app.connection(ConnectionKind::Okta).await;
    (app, console, client)
}

async fn rotate(console: &Console, client: &ScimClient, ends: &str) -> Answer {
    let path = format!(
        "/idp-connections/{}/tokens/{}/rotate",
        client.connection, client.token_id
    );
    console.post(&path, &json!({ "old_ends": ends })).await
}

fn with_token(client: &ScimClient, answer: &Answer) -> ScimClient {
    ScimClient {
        token: answer.string("/token"),
        token_id: answer.string("/connection/tokens/0/id").parse().unwrap(),
        ..client.clone()
    }
}

#[tokio::test]
async fn both_tokens_work_until_the_old_one_ends() {
    for (ends, hours) in [("in_one_day", 24), ("in_seven_days", 168)] {
        let (app, console, old) = started().await;
        let new = with_token(&old, &rotate(&console, &old, ends).await.expect(201));
        app.clock
            .advance(TimeDelta::hours(hours) - TimeDelta::seconds(1));
        old.get("/Users").await.expect(200);
        new.get("/Users").await.expect(200);
        app.clock.advance(TimeDelta::seconds(1));
        let ended = old.get("/Users").await;
        ended.expect_scim_error(401, None, "expired");
        app.clock
            .advance(TimeDelta::days(365) - TimeDelta::hours(hours + 1));
        new.get("/Users").await.expect(200);
        app.finish().await;
    }
}

#[tokio::test]
async fn a_token_that_ends_at_once_is_refused_and_leaves_the_list() {
    let (app, console, old) = started().await;
    old.get("/Users").await.expect(200);
    let answer = rotate(&console, &old, "now").await.expect(201);
    assert_eq!(
        answer.json["connection"]["tokens"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    old.get("/Users")
        .await
        .expect_scim_error(401, None, "revoked");
    with_token(&old, &answer).get("/Users").await.expect(200);
    rotate(&console, &old, "now")
        .await
        .expect_problem(404, "not_found");
    app.finish().await;
}

#[tokio::test]
async fn the_new_token_may_do_what_the_old_one_may() {
    let (app, console, client) = started().await;
    let path = format!("/idp-connections/{}/tokens", client.connection);
    let made = console.post(&path, &json!({ "scopes": ["groups"] })).await;
    let old = with_token(&client, &made.expect(201));
    let answer = rotate(&console, &old, "in_one_day").await.expect(201);
    let scopes = &answer.json["connection"]["tokens"][0]["scopes"];
    assert_eq!(*scopes, json!(["groups"]));
    let refused = with_token(&old, &answer).get("/Users").await;
    refused.expect_scim_error(403, None, "lacks the scope read");
    app.finish().await;
}

#[tokio::test]
async fn an_end_that_is_nearer_already_stays() {
    let (app, console, old) = started().await;
    rotate(&console, &old, "in_one_day").await.expect(201);
    rotate(&console, &old, "in_seven_days").await.expect(201);
    app.clock.advance(TimeDelta::hours(24));
    let ended = old.get("/Users").await;
    ended.expect_scim_error(401, None, "expired");
    let audited = "SELECT COUNT(*) FROM audit_events WHERE action = 'connection.rotate_token'";
    assert_eq!(app.number(audited).await, 2);
    app.finish().await;
}

#[tokio::test]
async fn another_end_or_scope_than_those_that_exist_is_refused() {
    let (app, console, old) = started().await;
    let before = app.footprint().await;
    let refused = rotate(&console, &old, "tomorrow").await;
    refused.expect_problem(400, "invalid");
    let path = format!("/idp-connections/{}/tokens", old.connection);
    for scopes in [json!([]), json!(["admin"]), Value::Null] {
        let refused = console.post(&path, &json!({ "scopes": scopes })).await;
        refused.expect_problem(400, "invalid");
        TestApp::assert_unchanged(&before, &app.footprint().await, &refused);
    }
    app.finish().await;
}
