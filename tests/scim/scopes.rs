//! Scopes of a token: what it may do, and the sentence that names what it lacks.

use rollcall_server::ops::connections;
use scim_schema::{dialect::ConnectionKind, scope::Scopes};
use serde_json::json;

use super::{generic, refused};
use crate::support::{ScimClient, TestApp, group_body, patch_body, user_body};

/// The same connection with a token that may do less.
async fn limited(app: &TestApp, client: &ScimClient, scopes: &str) -> ScimClient {
    let state = &app.app.state;
    let scopes = Scopes::parse(scopes).unwrap();
    let ctx = app.operator();
    let connection = client.connection;
    let issued = connections::new_token(&state.db, &ctx, &state.ids, connection, scopes)
        .await
        .unwrap();
    ScimClient {
        token: issued.secret.reveal().to_owned(),
        token_id: issued.id,
        ..client.clone()
    }
}

/// 403 that names the scope, in the body and in the challenge (RFC 6750 section 3.1).
async fn assert_lacks(app: &TestApp, call: crate::support::Call, scope: &str) {
    let answer = refused(app, call).await;
    answer.expect_scim_error(403, None, &format!("lacks the scope {scope}"));
    let challenge = answer.header("www-authenticate").unwrap_or_default();
    let wanted = format!(r#"error="insufficient_scope", scope="{scope}""#);
    assert!(challenge.contains(&wanted), "{challenge}");
}

#[tokio::test]
async fn a_reader_reads_everything_and_changes_nothing() {
    let (app, client) = generic().await;
    let ada = client.user("ada").await;
    let group = client.group("Analysts", &[&ada]).await;
    let reader = limited(&app, &client, "read").await;
    for path in [
        "/Users".to_owned(),
        format!("/Users/{ada}"),
        "/Groups".to_owned(),
        format!("/Groups/{group}"),
        "/".to_owned(),
    ] {
        reader.get(&path).await.expect(200);
    }
    let search = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"] });
    for path in ["/.search", "/Users/.search", "/Groups/.search"] {
        reader.post(path, &search).await.expect(200);
    }
    let (user, group) = (format!("/Users/{ada}"), format!("/Groups/{group}"));
    let patch = patch_body(json!([{ "op": "replace", "path": "displayName", "value": "x" }]));
    for (path, each, scope) in [("/Users", &user, "users"), ("/Groups", &group, "groups")] {
        let body = match scope {
            "users" => user_body("grace"),
            _ => group_body("Others", &[]),
        };
        assert_lacks(&app, reader.call_with("POST", path, &body), scope).await;
        assert_lacks(&app, reader.call_with("PUT", each, &body), scope).await;
        assert_lacks(&app, reader.call_with("PATCH", each, &patch), scope).await;
        assert_lacks(&app, reader.call("DELETE", each), scope).await;
    }
    app.finish().await;
}

#[tokio::test]
async fn users_and_groups_are_scopes_of_their_own_with_reading_in_them() {
    let (app, client) = generic().await;
    let ada = client.user("ada").await;
    let group = client.group("Analysts", &[&ada]).await;

    let users = limited(&app, &client, "users").await;
    let grace = users.user("grace").await;
    users.get(&format!("/Users/{grace}")).await.expect(200);
    users.delete(&format!("/Users/{grace}")).await.expect(204);
    assert_lacks(&app, users.call("GET", "/Groups"), "read").await;
    assert_lacks(&app, users.call("GET", "/"), "read").await;
    let rename = patch_body(json!([{ "op": "replace", "path": "displayName", "value": "x" }]));
    let path = format!("/Groups/{group}");
    assert_lacks(&app, users.call_with("PATCH", &path, &rename), "groups").await;

    let groups = limited(&app, &client, "groups").await;
    groups.get(&path).await.expect(200);
    let removal = json!([{ "op": "remove", "path": "members" }]);
    groups.patch(&path, removal).await.expect(204);
    assert_lacks(&app, groups.call("GET", "/Users"), "read").await;

    let both = limited(&app, &client, "users groups").await;
    both.get("/").await.expect(200);
    app.finish().await;
}

#[tokio::test]
async fn what_a_resource_shows_of_the_other_type_goes_with_its_scope() {
    let (app, client) = generic().await;
    let ada = client.user("ada").await;
    client.user("grace").await;
    client.group("Analysts", &[&ada]).await;

    let users = limited(&app, &client, "users").await;
    let read = users.get(&format!("/Users/{ada}")).await.expect(200);
    assert_eq!(read.string("/groups/0/display"), "Analysts");
    let found = users
        .filter("/Users", "groups.display eq \"analysts\"")
        .await;
    assert_eq!(
        found.expect(200).strings("/Resources", "/userName"),
        ["ada"]
    );

    let groups = limited(&app, &client, "groups").await;
    let named = "/Groups?attributes=members.display";
    let listed = groups.get(named).await.expect(200);
    assert_eq!(listed.string("/Resources/0/members/0/display"), "ada");
    app.finish().await;
}

#[tokio::test]
async fn every_token_may_read_what_the_server_offers() {
    let (app, client) = generic().await;
    for scopes in ["read", "users", "groups"] {
        let client = limited(&app, &client, scopes).await;
        for path in ["/ServiceProviderConfig", "/ResourceTypes", "/Schemas"] {
            client.get(path).await.expect(200);
        }
        client.get("/Nowhere").await.expect(404);
        client.get("/Me").await.expect(501);
    }
    app.finish().await;
}

#[tokio::test]
async fn operations_of_a_bulk_are_held_against_the_scopes_one_by_one() {
    let (app, client) = generic().await;
    let users = limited(&app, &client, "users").await;
    let body = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
        "Operations": [
            { "method": "POST", "path": "/Users", "bulkId": "u", "data": user_body("ada") },
            { "method": "POST", "path": "/Groups", "bulkId": "g", "data": group_body("Analysts", &[]) },
            { "method": "POST", "path": "/Groups", "bulkId": "x",
              "data": group_body("X", &["bulkId:y"]) },
            { "method": "POST", "path": "/Groups", "bulkId": "y",
              "data": group_body("Y", &["bulkId:x"]) },
        ],
    });
    let answer = users.post("/Bulk", &body).await.expect(200);
    let operations = &answer.json["Operations"];
    assert_eq!(operations[0]["status"], "201", "{}", answer.text);
    assert_eq!(operations[1]["status"], "403", "{}", answer.text);
    let detail = operations[1]["response"]["detail"].as_str().unwrap();
    assert!(detail.contains("lacks the scope groups"), "{detail}");
    for circle in [2, 3] {
        assert_ne!(operations[circle]["status"], "201", "{}", answer.text);
    }
    assert_eq!(app.number("SELECT COUNT(*) FROM groups").await, 0);
    assert_eq!(app.number("SELECT COUNT(*) FROM scim_links").await, 1);
    app.finish().await;
}

#[tokio::test]
async fn a_refusal_for_want_of_a_scope_is_in_the_provisioning_log() {
    let app = TestApp::new().await;
    let client = app.connection(ConnectionKind::Okta).await;
    let reader = limited(&app, &client, "read").await;
    let call = reader.call_with("POST", "/Users", &user_body("ada"));
    assert_lacks(&app, call, "users").await;
    app.flush_log().await;
    let console = app.administrator().await;
    let log = console.get("/provisioning-log").await.expect(200);
    assert_eq!(log.json["items"][0]["status"], 403, "{}", log.text);
    app.finish().await;
}
