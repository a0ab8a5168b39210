//! Control characters in addresses: they are refused, and cost the provisioning log no row.

use rollcall_server::http::scim::log::ScimLogEntry;
use scim_schema::{
    api::provisioning_log::LogFacts,
    dialect::Notes,
    id::{ConnectionId, RequestId, UserId},
};
use serde_json::json;
use uuid::Uuid;

use super::{generic, refused};
use crate::support::{ScimClient, TestApp, patch_body, user_body};

const NOBODY: &str = "01936b2e-0000-7000-8000-000000000000";

fn entry(app: &TestApp, client: &ScimClient, connection: ConnectionId) -> ScimLogEntry {
    ScimLogEntry {
        account: app.account.id,
        connection,
        token: client.token_id,
        at: app.app.state.clock.now(),
        method: "GET".to_owned(),
        path: "/Users".to_owned(),
        status: 200,
        scim_type: None,
        decision: "Listed users".to_owned(),
        duration_us: 1,
        request: RequestId(Uuid::nil()),
        statements: 1,
        facts: LogFacts::default(),
        notes: Notes::new(),
        request_body: None,
        response_body: None,
        users: Vec::new(),
        subjects: Vec::new(),
    }
}

#[tokio::test]
async fn a_decoded_nul_is_refused_and_every_request_has_its_row() {
    let (app, client) = generic().await;
    let id = client.user("ada").await;
    let mut sent = 1;
    for path in [
        "/Users/%00",
        "/Groups/%00",
        "/Schemas/%00",
        "/ResourceTypes/%00",
        "/Nope/%00",
        "/Users/%00%1B[31m",
        "/Users?filter=a%00b%20eq%20%22x%22",
        "/Users?filter=%00",
        "/Users?filter=userName%20eq%20%22a%00b%22",
        "/Users?filter=userName%20eq%20%22a%5Cu0000b%22",
        "/Groups?filter=displayName%20co%20%22%5Cu0000%22",
        "/Users?sortBy=%00",
        "/Users?sortBy=userName&sortOrder=%00",
        "/Users?count=%00",
        "/Users?startIndex=%00",
        "/Users?cursor=%00",
        "/Users?attributes=%00",
        "/?filter=a%00b%20eq%20%22x%22",
    ] {
        let answer = client.get(path).await;
        assert!(
            answer.status < 500,
            "{path}: {} {}",
            answer.status,
            answer.text
        );
        assert!(!answer.text.contains("\\u0000"), "{path}: {}", answer.text);
        sent += 1;
    }
    let user = user_body("grace");
    for (method, path, body) in [
        ("PUT", "/Users/%00", user.clone()),
        ("PUT", "/Groups/%00", user.clone()),
        (
            "PATCH",
            "/Users/%00",
            patch_body(json!([{ "op": "remove", "path": "title" }])),
        ),
        ("DELETE", "/Users/%00", json!({})),
        ("DELETE", "/Groups/%00", json!({})),
        ("POST", "/Nope%00", user),
    ] {
        let answer = refused(&app, client.call_with(method, path, &body)).await;
        answer.expect_scim_error(404, None, "");
        sent += 1;
    }
    client.get(&format!("/Users/{id}")).await.expect(200);
    sent += 1;
    app.flush_log().await;
    let rows = app.number("SELECT COUNT(*) FROM scim_request_log").await;
    assert_eq!(rows, sent);
    let shown = "SELECT COUNT(*) FROM scim_request_log WHERE decision LIKE '%\u{fffd}%'";
    assert!(app.number(shown).await >= 8);
    app.finish().await;
}

#[tokio::test]
async fn a_row_that_the_database_refuses_costs_no_other_row() {
    let (app, client) = generic().await;
    let log = &app.app.state.scim_log;
    let stranger = ConnectionId(Uuid::parse_str(NOBODY).unwrap());
    log.record(entry(&app, &client, client.connection));
    log.record(entry(&app, &client, stranger));
    let mut with_nul = entry(&app, &client, client.connection);
    with_nul.decision = "a\0b".to_owned();
    with_nul.path = "/Users/a\0b".to_owned();
    with_nul.notes.add("rule", "c\0d");
    with_nul.users.push(UserId(Uuid::nil()));
    log.record(with_nul);
    log.record(entry(&app, &client, client.connection));
    app.flush_log().await;
    let rows = app.number("SELECT COUNT(*) FROM scim_request_log").await;
    assert_eq!(rows, 3);
    let bad = "SELECT COUNT(*) FROM scim_request_log WHERE decision = 'a\u{fffd}b' AND path = '/Users/a\u{fffd}b' AND notes LIKE '%c\u{fffd}d%'";
    assert_eq!(app.number(bad).await, 1);
    app.finish().await;
}
