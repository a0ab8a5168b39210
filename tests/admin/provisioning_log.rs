//! What identity providers sent, as an administrator reads it.

use scim_schema::dialect::ConnectionKind;
use serde_json::json;

use crate::support::{TestApp, user_body};

#[tokio::test]
async fn a_persons_requests_are_listed_newest_first_and_a_strangers_are_not() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let client = app.connection(ConnectionKind::Generic).await;
    let ada = client.user("ada").await;
    client.user("grace").await;
    let title = json!([{ "op": "add", "path": "title", "value": "Countess" }]);
    client
        .patch(&format!("/Users/{ada}"), title)
        .await
        .expect(200);
    client.get(&format!("/Users/{ada}")).await.expect(200);
    client
        .filter("/Users", "userName eq \"ada\"")
        .await
        .expect(200);
    client.group("Analysts", &[&ada]).await;
    let user = app.user_of(&ada).await;
    client.delete(&format!("/Users/{ada}")).await.expect(204);
    app.flush_log().await;
    let log = console
        .get(&format!("/provisioning-log?user={user}"))
        .await
        .expect(200);
    assert_eq!(
        log.strings("/items", "/method"),
        ["DELETE", "POST", "GET", "GET", "PATCH", "POST"]
    );
    let row = &log.json["items"][4];
    assert_eq!(row["path"], format!("/Users/{ada}"));
    assert_eq!(row["status"], 200);
    assert_eq!(row["decision"], "Changed the user");
    assert_eq!(row["connection"], client.connection.to_string());
    assert!(
        !log.text.contains("userName%20eq"),
        "queries carry personal data"
    );
    app.finish().await;
}

#[tokio::test]
async fn errors_are_kept_with_their_keyword_and_can_be_listed_alone() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let client = app.connection(ConnectionKind::Generic).await;
    client.user("ada").await;
    client.post("/Users", &user_body("ADA")).await.expect(409);
    client.filter("/Users", "nope eq 1").await.expect(400);
    client.get("/Users/nobody").await.expect(404);
    app.flush_log().await;
    let path = format!(
        "/provisioning-log?errors_only=true&connection={}",
        client.connection
    );
    let log = console.get(&path).await.expect(200);
    let statuses: Vec<u64> = log.json["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["status"].as_u64().unwrap())
        .collect();
    assert_eq!(statuses, [404, 400, 409]);
    assert_eq!(log.json["items"][2]["scim_type"], "uniqueness");
    assert!(log.string("/items/2/decision").contains("userName"));
    assert_eq!(log.json["items"][1]["scim_type"], "invalidFilter");
    app.finish().await;
}

#[tokio::test]
async fn bodies_are_kept_without_passwords_and_reading_them_is_audited() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let client = app.connection(ConnectionKind::Okta).await;
    let mut body = user_body("ada");
    body["password"] = "hunter2-secret".into();
    let id = client.post("/Users", &body).await.expect(201).id();
    let change = json!([{ "op": "replace", "path": "password", "value": "hunter2-secret" }]);
    client.patch(&format!("/Users/{id}"), change).await;
    let change =
        json!([{ "op": "replace", "value": { "PASSWORD": "hunter2-secret", "title": "x" } }]);
    client.patch(&format!("/Users/{id}"), change).await;
    // A body that cannot be parsed is not kept, since nobody knows what is in it.
    let call = client
        .call_with("POST", "/Users", &json!({}))
        .bytes("{\"password\": \"hunter2-secret\"");
    call.send().await.expect(400);
    app.flush_log().await;
    let log = console.get("/provisioning-log").await.expect(200);
    let rows = log.strings("/items", "/id");
    assert_eq!(rows.len(), 4);
    let audited =
        "SELECT COUNT(*) FROM audit_events WHERE channel = 'ui' AND action LIKE 'provisioning%'";
    let before = app.number(audited).await;
    for (index, row) in rows.iter().enumerate() {
        let detail = console
            .get(&format!("/provisioning-log/{row}"))
            .await
            .expect(200);
        assert!(!detail.text.contains("hunter2"), "{}", detail.text);
        assert_eq!(
            detail.json["request_body"].is_string(),
            index != 0,
            "{}",
            detail.text
        );
    }
    assert_eq!(app.number(audited).await, before + 4);
    let stored = "SELECT COUNT(*) FROM scim_request_log WHERE request_body LIKE '%hunter2%' OR response_body LIKE '%hunter2%' OR decision LIKE '%hunter2%' OR notes LIKE '%hunter2%'";
    assert_eq!(app.number(stored).await, 0);
    let elsewhere = "SELECT COUNT(*) FROM audit_details WHERE details LIKE '%hunter2%'";
    assert_eq!(app.number(elsewhere).await, 0);
    app.finish().await;
}

#[tokio::test]
async fn a_large_body_is_cut_and_says_so() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let client = app.connection(ConnectionKind::Okta).await;
    let mut body = user_body("ada");
    body["unknown"] = "ä".repeat(100_000).into();
    client.post("/Users", &body).await.expect(201);
    app.flush_log().await;
    let log = console.get("/provisioning-log").await.expect(200);
    let row = log.string("/items/0/id");
    let detail = console
        .get(&format!("/provisioning-log/{row}"))
        .await
        .expect(200);
    let kept = detail.string("/request_body");
    assert!(
        kept.len() <= 64 * 1024 && kept.len() > 60 * 1024,
        "{}",
        kept.len()
    );
    assert!(
        detail
            .strings("/notes", "/rule")
            .contains(&"body_cut".to_owned())
    );
    app.finish().await;
}

#[tokio::test]
async fn the_log_is_read_in_pages() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let client = app.connection(ConnectionKind::Generic).await;
    for _ in 0..7 {
        client.get("/Users").await.expect(200);
    }
    app.flush_log().await;
    let mut seen = std::collections::BTreeSet::new();
    let mut cursor = String::new();
    for page in 0..4 {
        let log = console
            .get(&format!("/provisioning-log?limit=2{cursor}"))
            .await
            .expect(200);
        let ids = log.strings("/items", "/id");
        assert_eq!(ids.len(), if page == 3 { 1 } else { 2 });
        assert!(
            ids.into_iter().all(|id| seen.insert(id)),
            "a row came twice"
        );
        match log.json["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => assert_eq!(page, 3),
        }
    }
    assert_eq!(seen.len(), 7);
    for query in ["cursor=x", "cursor=%00"] {
        let answer = console.get(&format!("/provisioning-log?{query}")).await;
        answer.expect_problem(400, "invalid_cursor");
    }
    for query in [
        "limit=0",
        "limit=101",
        "user=x",
        "connection=x",
        "errors_only=perhaps",
    ] {
        let answer = console.get(&format!("/provisioning-log?{query}")).await;
        answer.expect_problem(400, "invalid");
    }
    app.finish().await;
}

#[tokio::test]
async fn requests_that_were_turned_away_before_a_connection_was_known_are_in_nobodys_log() {
    let app = TestApp::new().await;
    let client = app.connection(ConnectionKind::Generic).await;
    let call = client
        .call("GET", "/Users")
        .header("authorization", "Bearer nonsense");
    call.send().await.expect(401);
    app.flush_log().await;
    assert_eq!(app.number("SELECT COUNT(*) FROM scim_request_log").await, 0);
    app.finish().await;
}
