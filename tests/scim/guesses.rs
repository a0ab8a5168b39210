//! Tokens that are guessed: an address that guesses costs the database nothing beyond its budget.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use axum::{body::Body, extract::ConnectInfo, http::Request};
use scim_schema::dialect::ConnectionKind;
use serde_json::json;
use tower::ServiceExt;
use uuid::Uuid;

use super::{generic, oauth::Registered};
use crate::support::ScimClient;

const GUESSER: &str = "192.0.2.7:4711";

/// The status of a request with this token from this address.
async fn from(client: &ScimClient, address: &str, token: &str) -> u16 {
    let peer: SocketAddr = address.parse().unwrap();
    let request = Request::get("/scim/v2/ServiceProviderConfig")
        .header("authorization", format!("Bearer {token}"))
        .extension(ConnectInfo(peer))
        .body(Body::empty())
        .unwrap();
    let answer = client.router.clone().oneshot(request).await.unwrap();
    answer.status().as_u16()
}

async fn guess(client: &ScimClient, number: u32) -> u16 {
    from(client, GUESSER, &format!("rollcall_scim_guess{number}")).await
}

/// The status of a request for an access token with a guessed secret.
async fn guess_secret(client: &ScimClient, number: u32) -> u16 {
    let named = Uuid::from_u128(number.into());
    let parameters = format!("client_id={named}&client_secret=guess{number}");
    token_status(client, &parameters).await
}

/// The status of a request for an access token with these parameters.
async fn token_status(client: &ScimClient, parameters: &str) -> u16 {
    let peer: SocketAddr = GUESSER.parse().unwrap();
    let body = format!("grant_type=client_credentials&{parameters}");
    let request = Request::post("/oauth/token")
        .header("content-type", "application/x-www-form-urlencoded")
        .extension(ConnectInfo(peer))
        .body(Body::from(body))
        .unwrap();
    let answer = client.router.clone().oneshot(request).await.unwrap();
    answer.status().as_u16()
}

#[tokio::test]
async fn guesses_at_one_client_do_not_lock_another_behind_the_same_address() {
    let good = Registered::with_secret(json!(["read"])).await;
    let parameters = good.by_secret();
    let mut guesses = 0;
    while token_status(&good.scim, "client_id=x&client_secret=y").await == 401 {
        guesses += 1;
        assert!(guesses < 200, "guesses at one client have no end");
    }
    assert_eq!(token_status(&good.scim, &parameters).await, 200);
    good.app.finish().await;
}

#[tokio::test]
async fn an_address_that_guesses_secrets_of_clients_is_refused_before_they_are_looked_up() {
    let (app, client) = generic().await;
    app.quiet().await;
    let mut guesses = 0;
    while guess_secret(&client, guesses).await == 401 {
        guesses += 1;
        assert!(guesses < 5_000, "guesses have no end");
    }
    let (begun, before) = (Instant::now(), app.app.state.db.statement_count());
    for number in 0..200 {
        guess_secret(&client, 10_000 + number).await;
    }
    let spent = app.app.state.db.statement_count() - before;
    // Ten guesses come back every second.
    let allowed = 10 * (begun.elapsed().as_secs() + 1);
    assert!(spent <= allowed, "{spent} statements for 200 guesses");
    app.finish().await;
}

#[tokio::test]
async fn an_address_beyond_its_budget_costs_no_statement_and_a_good_token_still_works() {
    let (app, client) = generic().await;
    let fresh = app.connection(ConnectionKind::Generic).await;
    assert_eq!(from(&client, GUESSER, &client.token).await, 200);
    app.quiet().await;
    let mut guesses = 0;
    while guess(&client, guesses).await == 401 {
        guesses += 1;
        assert!(guesses < 1_000, "guesses have no end");
    }
    assert!(guesses >= 100, "{guesses}");
    let (begun, before) = (Instant::now(), app.app.state.db.statement_count());
    for number in 0..200 {
        guess(&client, 10_000 + number).await;
    }
    let spent = app.app.state.db.statement_count() - before;
    // One guess comes back every second.
    let allowed = begun.elapsed().as_secs() + 1;
    assert!(spent <= allowed, "{spent} statements for 200 guesses");
    // The look-up of the good token is forgotten by then, that it was good is not.
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    let mut again = 20_000;
    while guess(&client, again).await != 429 {
        again += 1;
        assert!(again < 20_100, "guesses are taken on and on");
    }
    assert_eq!(from(&client, GUESSER, &client.token).await, 200);
    assert_eq!(from(&client, "192.0.2.8:1", &fresh.token).await, 200);
    app.finish().await;
}
