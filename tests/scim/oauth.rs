//! The token endpoint: OAuth clients with a secret (RFC 6749 section 4.4).

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::TimeDelta;
use scim_schema::dialect::ConnectionKind;
use serde_json::{Value, json};

use crate::support::{Answer, Console, ScimClient, TestApp, percent_encoded, user_body};

pub(super) const GRANT: &str = "grant_type=client_credentials";

/// A connection with an OAuth client.
pub(super) struct Registered {
    pub(super) app: TestApp,
    pub(super) console: Console,
    pub(super) scim: ScimClient,
    pub(super) path: String,
    pub(super) id: String,
    pub(super) secret: Option<String>,
}

impl Registered {
    pub(super) async fn new(body: Value) -> Self {
        let app = TestApp::new().await;
        let console = app.administrator().await;
        let scim = app.connection(ConnectionKind::Generic).await;
        let path = format!("/idp-connections/{}/oauth-clients", scim.connection);
        let made = console.post(&path, &body).await.expect(201);
        assert_eq!(
            made.string("/token_endpoint"),
            "https://people.example.org/oauth/token"
        );
        Self {
            id: made.string("/client_id"),
            secret: made.json["client_secret"].as_str().map(str::to_owned),
            app,
            console,
            scim,
            path,
        }
    }

    pub(super) async fn with_secret(scopes: Value) -> Self {
        Self::new(json!({ "method": "client_secret", "scopes": scopes })).await
    }

    /// Asks for a token with these parameters besides the grant.
    pub(super) async fn ask(&self, parameters: &str) -> Answer {
        self.send(&format!("{GRANT}&{parameters}"), None).await
    }

    async fn send(&self, body: &str, authorization: Option<&str>) -> Answer {
        let call = self.app.call("POST", "/oauth/token");
        let call = call.header("content-type", "application/x-www-form-urlencoded");
        let call = match authorization {
            Some(value) => call.header("authorization", value),
            None => call,
        };
        call.bytes(body).send().await
    }

    /// Its parameters.
    pub(super) fn by_secret(&self) -> String {
        let secret = self.secret.as_deref().unwrap_or_default();
        format!(
            "client_id={}&client_secret={}",
            self.id,
            percent_encoded(secret)
        )
    }

    /// The connection with a token that was issued.
    pub(super) fn bearing(&self, granted: &Answer) -> ScimClient {
        ScimClient {
            token: granted.string("/access_token"),
            ..self.scim.clone()
        }
    }
}

/// An error of RFC 6749 section 5.2, that no cache may keep.
#[track_caller]
pub(super) fn assert_refused(answer: &Answer, status: u16, code: &str) {
    assert_eq!(answer.status, status, "{}", answer.text);
    assert_eq!(answer.json["error"], code, "{}", answer.text);
    assert!(!answer.string("/error_description").is_empty());
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let challenged = answer.header("www-authenticate").is_some();
    assert_eq!(challenged, status == 401);
}

#[tokio::test]
async fn a_client_is_given_a_token_for_an_hour_that_works_like_any_other() {
    let it = Registered::with_secret(json!(["read", "users", "groups"])).await;
    let basic = format!("{}:{}", it.id, it.secret.as_deref().unwrap());
    let basic = format!("Basic {}", STANDARD.encode(basic));
    for granted in [
        it.ask(&it.by_secret()).await,
        it.send(GRANT, Some(&basic)).await,
    ] {
        let granted = granted.expect(200);
        assert_eq!(granted.json["token_type"], "Bearer");
        assert_eq!(granted.json["expires_in"], 3600);
        assert_eq!(granted.json["scope"], "scim read users groups");
        assert_eq!(granted.header("cache-control"), Some("no-store"));
        it.bearing(&granted).get("/Users").await.expect(200);
    }
    let granted = it.ask(&it.by_secret()).await.expect(200);
    let client = it.bearing(&granted);
    client.user("ada").await;
    // Tokens of clients are in no list.
    let shown = it.console.get("/idp-connections").await.expect(200);
    let connection = &shown.json["items"][0];
    assert_eq!(connection["tokens"].as_array().unwrap().len(), 1);
    let oauth_client = &connection["oauth_clients"][0];
    assert_eq!(oauth_client["id"], it.id);
    assert!(oauth_client["last_used_at"].is_string(), "{}", shown.text);
    it.app.clock.advance(TimeDelta::hours(1));
    client
        .get("/Users")
        .await
        .expect_scim_error(401, None, "expired");
    // The token that was made by hand is not touched.
    it.scim.get("/Users").await.expect(200);
    it.app.finish().await;
}

#[tokio::test]
async fn a_token_has_the_scopes_that_were_asked_for_and_never_more() {
    let it = Registered::with_secret(json!(["read", "users"])).await;
    let ask = async |scope: &str| it.ask(&format!("{}&scope={scope}", it.by_secret())).await;
    assert_eq!(ask("scim").await.expect(200).json["scope"], "read users");
    let reader = ask("read").await.expect(200);
    assert_eq!(reader.json["scope"], "read");
    let reader = it.bearing(&reader);
    reader.get("/Users").await.expect(200);
    let refused = reader.post("/Users", &user_body("ada")).await;
    refused.expect_scim_error(403, None, "lacks the scope users");
    for scope in ["groups", "read+groups", "admin"] {
        assert_refused(&ask(scope).await, 400, "invalid_scope");
    }
    it.app.finish().await;
}

#[tokio::test]
async fn whoever_does_not_prove_to_be_a_client_is_given_nothing() {
    let it = Registered::with_secret(json!(["read"])).await;
    let before = it.app.footprint().await;
    let secret = it.secret.clone().unwrap();
    let hand_made = percent_encoded(&it.scim.token);
    for (parameters, status, code) in [
        (String::new(), 401, "invalid_client"),
        (format!("client_id={}", it.id), 401, "invalid_client"),
        (
            format!("client_id={}&client_secret=x", it.id),
            401,
            "invalid_client",
        ),
        (
            format!("client_id={}&client_secret={hand_made}", it.id),
            401,
            "invalid_client",
        ),
        (
            format!("client_id={}&client_secret={secret}", it.scim.connection),
            401,
            "invalid_client",
        ),
        (
            format!("client_id=x&client_secret={secret}"),
            401,
            "invalid_client",
        ),
        (
            format!("{}&{GRANT}", it.by_secret()),
            400,
            "invalid_request",
        ),
        (
            format!("{}&scope={}", it.by_secret(), "x".repeat(20_000)),
            400,
            "invalid_request",
        ),
    ] {
        let answer = it.ask(&parameters).await;
        assert_refused(&answer, status, code);
        TestApp::assert_unchanged(&before, &it.app.footprint().await, &answer);
    }
    let password = it.send("grant_type=password", None).await;
    assert_refused(&password, 400, "unsupported_grant_type");
    let json = it.app.call("POST", "/oauth/token");
    let json = json.header("content-type", "application/json");
    assert_refused(&json.bytes("{}").send().await, 400, "invalid_request");
    assert_eq!(it.app.call("GET", "/oauth/token").send().await.status, 405);
    // The secret of a client is no bearer token.
    let stolen = ScimClient {
        token: secret,
        ..it.scim.clone()
    };
    stolen
        .get("/Users")
        .await
        .expect_scim_error(401, None, "not known");
    it.app.finish().await;
}

#[tokio::test]
async fn a_revoked_client_loses_its_tokens_at_once() {
    let it = Registered::with_secret(json!(["read"])).await;
    let granted = it.ask(&it.by_secret()).await.expect(200);
    let client = it.bearing(&granted);
    client.get("/Users").await.expect(200);
    let path = format!("{}/{}", it.path, it.id);
    it.console.delete(&path).await.expect(204);
    client
        .get("/Users")
        .await
        .expect_scim_error(401, None, "revoked");
    assert_refused(&it.ask(&it.by_secret()).await, 401, "invalid_client");
    it.console
        .delete(&path)
        .await
        .expect_problem(404, "not_found");
    it.scim.get("/Users").await.expect(200);
    it.app.finish().await;
}

#[tokio::test]
async fn tokens_are_audited_stored_as_hashes_and_forgotten_a_day_after_their_end() {
    let it = Registered::with_secret(json!(["read"])).await;
    let count = "SELECT COUNT(*) FROM scim_tokens WHERE client_id IS NOT NULL";
    it.ask(&it.by_secret()).await.expect(200);
    it.app.clock.advance(TimeDelta::hours(24));
    it.ask(&it.by_secret()).await.expect(200);
    assert_eq!(it.app.number(count).await, 2);
    it.app.clock.advance(TimeDelta::hours(2));
    it.ask(&it.by_secret()).await.expect(200);
    assert_eq!(it.app.number(count).await, 2);
    let audited = "SELECT COUNT(*) FROM audit_events WHERE action = 'connection.grant_token'";
    assert_eq!(it.app.number(audited).await, 3);
    let leaked = "SELECT COUNT(*) FROM audit_details WHERE details LIKE '%rollcall_access%' OR details LIKE '%rollcall_client%'";
    assert_eq!(it.app.number(leaked).await, 0);
    it.app.finish().await;
}

#[tokio::test]
async fn a_client_that_asks_for_a_token_each_time_is_told_to_wait() {
    let it = Registered::with_secret(json!(["read"])).await;
    let mut limited = None;
    for _ in 0..60 {
        let answer = it.ask(&it.by_secret()).await;
        if answer.status == 429 {
            limited = Some(answer);
            break;
        }
        answer.expect(200);
    }
    let limited = limited.expect("a limit");
    assert_refused(&limited, 429, "temporarily_unavailable");
    assert!(limited.header("retry-after").is_some());
    it.app.finish().await;
}

#[tokio::test]
async fn metadata_and_service_provider_config_say_so() {
    let it = Registered::with_secret(json!(["read"])).await;
    let metadata = it
        .app
        .call("GET", "/.well-known/oauth-authorization-server");
    let metadata = metadata.send().await.expect(200).json;
    assert_eq!(metadata["issuer"], "https://people.example.org");
    assert_eq!(
        metadata["token_endpoint"],
        "https://people.example.org/oauth/token"
    );
    assert_eq!(
        metadata["grant_types_supported"],
        json!(["client_credentials"])
    );
    assert_eq!(
        metadata["scopes_supported"],
        json!(["scim", "read", "users", "groups"])
    );
    assert_eq!(
        metadata["token_endpoint_auth_methods_supported"],
        json!([
            "client_secret_basic",
            "client_secret_post",
            "private_key_jwt"
        ])
    );
    let config = it.scim.get("/ServiceProviderConfig").await.expect(200);
    let types = config.strings("/authenticationSchemes", "/type");
    assert_eq!(types, ["oauthbearertoken", "oauth2"]);
    it.app.finish().await;
}
