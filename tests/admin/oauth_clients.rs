//! OAuth clients as an administrator makes them; how they are used is with the token endpoint.

use scim_schema::dialect::ConnectionKind;
use serde_json::json;

use crate::support::TestApp;

/// RFC 7515 appendix A.3.
const KEY: &str = r#"{"kty":"EC","crv":"P-256","kid":"winter",
    "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;

#[tokio::test]
async fn a_secret_is_shown_once_and_a_key_is_named() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let scim = app.connection(ConnectionKind::Generic).await;
    let path = format!("/idp-connections/{}/oauth-clients", scim.connection);
    let secret = json!({ "method": "client_secret", "scopes": ["users"] });
    let with_secret = console.post(&path, &secret).await.expect(201);
    let keys = json!({ "method": "private_key_jwt", "jwks": KEY });
    let with_key = console.post(&path, &keys).await.expect(201);
    assert_eq!(with_key.json["client_secret"], json!(null));
    let secret = with_secret.string("/client_secret");
    let clients = &with_key.json["connection"]["oauth_clients"];
    assert_eq!(clients[0]["method"], "private_key_jwt");
    assert_eq!(clients[0]["hint"], "winter");
    assert_eq!(clients[0]["scopes"], json!(["read", "users", "groups"]));
    assert_eq!(clients[1]["method"], "client_secret");
    assert!(secret.contains(clients[1]["hint"].as_str().unwrap()));
    assert_eq!(clients[1]["scopes"], json!(["users"]));
    let shown = console.get("/idp-connections").await.expect(200);
    assert!(!shown.text.contains(&secret));
    app.finish().await;
}

#[tokio::test]
async fn what_cannot_be_a_client_is_refused_with_its_field() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let scim = app.connection(ConnectionKind::Generic).await;
    let path = format!("/idp-connections/{}/oauth-clients", scim.connection);
    let before = app.footprint().await;
    let private = KEY.replacen('{', r#"{"d":"jpsQnnGQmL","#, 1);
    for (body, field) in [
        (json!({ "method": "private_key_jwt" }), "jwks"),
        (json!({ "method": "private_key_jwt", "jwks": "{}" }), "jwks"),
        (
            json!({ "method": "private_key_jwt", "jwks": private }),
            "jwks",
        ),
        (json!({ "method": "client_secret", "jwks": KEY }), "jwks"),
        (json!({}), "method"),
    ] {
        let refused = console.post(&path, &body).await;
        refused.expect_problem(400, "invalid");
        assert_eq!(refused.string("/errors/0/path"), field, "{}", refused.text);
        TestApp::assert_unchanged(&before, &app.footprint().await, &refused);
    }
    app.finish().await;
}

#[tokio::test]
async fn a_connection_has_five_open_clients_at_most() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let scim = app.connection(ConnectionKind::Generic).await;
    let path = format!("/idp-connections/{}/oauth-clients", scim.connection);
    let body = json!({ "method": "client_secret" });
    let mut first = None;
    for _ in 0..5 {
        let made = console.post(&path, &body).await.expect(201);
        first.get_or_insert(made.string("/client_id"));
    }
    let refused = console.post(&path, &body).await;
    refused.expect_problem(409, "conflict");
    let first = format!("{path}/{}", first.unwrap());
    console.delete(&first).await.expect(204);
    console.post(&path, &body).await.expect(201);
    app.finish().await;
}
