//! Bearer tokens: what opens a connection, and for how long.

use chrono::TimeDelta;
use rollcall_server::ops::connections;
use scim_schema::{dialect::ConnectionKind, scope::Scopes};

use super::{generic, refused};
use crate::support::ScimClient;

/// 401 with a challenge whose description contains `part` (RFC 6750 section 3).
async fn assert_turned_away(app: &crate::support::TestApp, client: &ScimClient, part: &str) {
    let answer = refused(app, client.call("GET", "/Users")).await;
    answer.expect_scim_error(401, None, part);
    let challenge = answer.header("www-authenticate").unwrap_or_default();
    assert!(challenge.starts_with("Bearer realm=\"scim\", error=\"invalid_token\""));
    assert!(challenge.contains(part), "{challenge}");
}

#[tokio::test]
async fn a_token_works_for_a_year_and_not_longer() {
    let (app, client) = generic().await;
    app.clock
        .advance(TimeDelta::days(365) - TimeDelta::seconds(1));
    client.get("/Users").await.expect(200);
    app.clock.advance(TimeDelta::seconds(1));
    assert_turned_away(&app, &client, "expired").await;
    app.finish().await;
}

#[tokio::test]
async fn a_revoked_token_is_refused_at_once_and_its_siblings_are_not() {
    let (app, client) = generic().await;
    let state = &app.app.state;
    let ctx = app.operator();
    let second = connections::new_token(
        &state.db,
        &ctx,
        &state.ids,
        client.connection,
        Scopes::all(),
    )
    .await
    .unwrap();
    let sibling = ScimClient {
        token: second.secret.reveal().to_owned(),
        token_id: second.id,
        ..client.clone()
    };
    for client in [&client, &sibling] {
        client.get("/Users").await.expect(200);
    }
    let (connection, token) = (client.connection, client.token_id);
    connections::revoke_token(&state.db, &ctx, Some(&state.tokens), connection, token)
        .await
        .unwrap();
    assert_turned_away(&app, &client, "revoked").await;
    sibling.get("/Users").await.expect(200);
    app.finish().await;
}

#[tokio::test]
async fn an_unknown_token_and_other_credentials_are_refused() {
    let (app, client) = generic().await;
    let stranger = ScimClient {
        token: "rollcall_scim_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_owned(),
        ..client.clone()
    };
    assert_turned_away(&app, &stranger, "not known").await;
    for value in ["Basic YTpi", "Bearer", "token", &client.token] {
        let call = client.call("GET", "/Users").header("authorization", value);
        let answer = refused(&app, call).await;
        answer.expect_scim_error(401, None, "Authorization: Bearer");
    }
    let console = app.administrator().await;
    let stolen = console.get("/me").await.expect(200);
    assert!(!stolen.text.is_empty());
    app.finish().await;
}

#[tokio::test]
async fn a_token_is_taken_in_any_case_of_its_scheme() {
    let (app, client) = generic().await;
    let value = format!("bearer {}", client.token);
    let call = client.call("GET", "/Users").header("authorization", &value);
    call.send().await.expect(200);
    app.finish().await;
}

#[tokio::test]
async fn a_token_that_asks_too_often_is_told_when_to_come_back() {
    let app = crate::support::TestApp::with(|config| config.limits.scim_rate_per_second = 25).await;
    let client = app.connection(ConnectionKind::Generic).await;
    let other = app.connection(ConnectionKind::Generic).await;
    let mut last = client.get("/Users").await;
    for _ in 0..500 {
        if last.status == 429 {
            break;
        }
        last = client.get("/Users").await;
    }
    last.expect_scim_error(429, None, "Too many requests");
    let wait: u64 = last.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=2).contains(&wait), "{wait}");
    other.get("/Users").await.expect(200);
    app.finish().await;
}
