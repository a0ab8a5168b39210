//! Connections and their tokens, as an administrator makes and ends them.

use chrono::TimeDelta;
use serde_json::json;

use crate::support::{Answer, Call, Console, TestApp};

async fn create(console: &Console, name: &str) -> Answer {
    let body = json!({ "name": name, "kind": "okta" });
    console.post("/idp-connections", &body).await
}

/// The status of a SCIM request with a token.
async fn scim(app: &TestApp, token: &str) -> u16 {
    let call: Call = app.call("GET", "/scim/v2/Users");
    let call = call.header("authorization", &format!("Bearer {token}"));
    call.send().await.status
}

#[tokio::test]
async fn a_new_connection_shows_its_token_once_and_it_works() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let created = create(&console, " Okta ").await.expect(201);
    let token = created.string("/token");
    let connection = &created.json["connection"];
    assert_eq!(connection["name"], "Okta");
    assert_eq!(connection["kind"], "okta");
    assert_eq!(connection["base_url"], "https://people.example.org/scim/v2");
    assert_eq!(connection["user_count"], 0);
    assert_eq!(connection["last_request"], json!(null));
    assert_eq!(connection["tokens"].as_array().unwrap().len(), 1);
    assert_eq!(
        connection["tokens"][0]["expires_at"],
        "2027-11-22T08:00:00Z"
    );
    assert_eq!(scim(&app, &token).await, 200);
    let id = created.string("/connection/id");
    for path in [
        "/idp-connections".to_owned(),
        format!("/idp-connections/{id}"),
    ] {
        let read = console.get(&path).await.expect(200);
        assert!(!read.text.contains(&token), "{path} shows the token again");
    }
    app.flush_log().await;
    let stored = "SELECT COUNT(*) FROM audit_details WHERE details LIKE '%rollcall_scim_%'";
    assert_eq!(app.number(stored).await, 0);
    app.finish().await;
}

#[tokio::test]
async fn a_name_is_taken_once_and_the_sentence_says_so() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    create(&console, "Okta").await.expect(201);
    let before = app.footprint().await;
    for name in ["Okta", "OKTA", " okta "] {
        let refused = create(&console, name).await;
        refused.expect_problem(409, "conflict");
        assert!(refused.string("/detail").contains(name.trim()));
        TestApp::assert_unchanged(&before, &app.footprint().await, &refused);
    }
    app.finish().await;
}

#[tokio::test]
async fn a_name_or_kind_that_does_not_fit_is_named() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    for (body, path) in [
        (json!({ "name": "", "kind": "okta" }), "name"),
        (json!({ "name": "x".repeat(101), "kind": "okta" }), "name"),
        (json!({ "name": "a\u{0}b", "kind": "okta" }), "name"),
        (json!({ "name": "a" }), "kind"),
        (
            json!({ "name": "a", "kind": "okta", "secret": "x" }),
            "secret",
        ),
    ] {
        let refused = console.post("/idp-connections", &body).await;
        refused.expect_problem(400, "invalid");
        assert_eq!(refused.string("/errors/0/path"), path);
    }
    let body = json!({ "name": "a", "kind": "telnet" });
    let refused = console.post("/idp-connections", &body).await;
    refused.expect_problem(400, "invalid");
    assert!(
        refused.string("/detail").contains("telnet"),
        "{}",
        refused.text
    );
    app.finish().await;
}

#[tokio::test]
async fn several_tokens_work_side_by_side_until_each_is_revoked() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let created = create(&console, "Okta").await.expect(201);
    let path = format!(
        "/idp-connections/{}/tokens",
        created.string("/connection/id")
    );
    app.clock.advance(TimeDelta::minutes(1));
    let second = console.post(&path, &json!({})).await.expect(201);
    let tokens = [created.string("/token"), second.string("/token")];
    assert_ne!(tokens[0], tokens[1]);
    let shown = second.json["connection"]["tokens"].as_array().unwrap();
    assert_eq!(shown.len(), 2);
    for token in &tokens {
        assert_eq!(scim(&app, token).await, 200);
    }
    let newest = second.string("/connection/tokens/0/id");
    assert!(
        tokens[1].contains(&second.string("/connection/tokens/0/hint")),
        "newest first"
    );
    console
        .delete(&format!("{path}/{newest}"))
        .await
        .expect(204);
    assert_eq!(scim(&app, &tokens[1]).await, 401);
    assert_eq!(scim(&app, &tokens[0]).await, 200);
    console
        .delete(&format!("{path}/{newest}"))
        .await
        .expect_problem(404, "not_found");
    let read = console.get("/idp-connections").await.expect(200);
    assert_eq!(read.json["items"][0]["tokens"].as_array().unwrap().len(), 1);
    app.finish().await;
}

#[tokio::test]
async fn a_connection_has_twenty_open_tokens_at_most() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let created = create(&console, "Okta").await.expect(201);
    let path = format!(
        "/idp-connections/{}/tokens",
        created.string("/connection/id")
    );
    for _ in 0..19 {
        console.post(&path, &json!({})).await.expect(201);
    }
    console
        .post(&path, &json!({}))
        .await
        .expect_problem(409, "conflict");
    let first = created.string("/connection/tokens/0/id");
    console.delete(&format!("{path}/{first}")).await.expect(204);
    console.post(&path, &json!({})).await.expect(201);
    app.finish().await;
}

#[tokio::test]
async fn the_list_shows_numbers_last_request_and_last_error() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let client = app
        .connection(scim_schema::dialect::ConnectionKind::Generic)
        .await;
    let ada = client.user("ada").await;
    client.user("grace").await;
    client.group("Analysts", &[&ada]).await;
    client.delete(&format!("/Users/{ada}")).await.expect(204);
    client
        .post("/Users", &crate::support::user_body("grace"))
        .await
        .expect(409);
    app.clock.advance(TimeDelta::seconds(1));
    client.get("/Users").await.expect(200);
    app.flush_log().await;
    let path = format!("/idp-connections/{}", client.connection);
    let read = console.get(&path).await.expect(200);
    assert_eq!(read.json["user_count"], 1);
    assert_eq!(read.json["group_count"], 1);
    assert_eq!(read.json["last_request"]["method"], "GET");
    assert_eq!(read.json["last_request"]["path"], "/Users");
    assert_eq!(read.json["last_error"]["status"], 409);
    assert!(read.string("/last_error/detail").contains("userName"));
    app.until_number(
        "SELECT COUNT(*) FROM scim_tokens WHERE last_used_at IS NOT NULL",
        1,
    )
    .await;
    let read = console.get(&path).await.expect(200);
    assert!(read.json["tokens"][0]["last_used_at"].is_string());
    app.finish().await;
}

#[tokio::test]
async fn adoption_is_switched_off_and_on_and_what_changes_nothing_leaves_nothing() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let created = create(&console, "Okta").await.expect(201);
    assert_eq!(created.json["connection"]["adopt_existing"], true);
    let path = format!("/idp-connections/{}", created.string("/connection/id"));
    let change = async |body| console.call("PATCH", &path).json(&body).send().await;
    for on in [false, true] {
        let changed = change(json!({ "adopt_existing": on })).await.expect(200);
        assert_eq!(changed.json["adopt_existing"], on);
        let read = console.get(&path).await.expect(200);
        assert_eq!(read.json["adopt_existing"], on);
    }
    let audited = "SELECT COUNT(*) FROM audit_events WHERE action = 'connection.change'";
    assert_eq!(app.number(audited).await, 2);

    let before = app.footprint().await;
    for body in [json!({}), json!({ "adopt_existing": true })] {
        let same = change(body).await.expect(200);
        TestApp::assert_unchanged(&before, &app.footprint().await, &same);
    }
    for body in [
        json!({ "adopt_existing": "no" }),
        json!({ "adopts": false }),
    ] {
        let refused = change(body).await;
        refused.expect_problem(400, "invalid");
        TestApp::assert_unchanged(&before, &app.footprint().await, &refused);
    }
    app.finish().await;
}
