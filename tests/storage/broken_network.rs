//! PostgreSQL over a network that breaks: nobody is told what is not known, and nobody waits for
//! ever.

use std::time::Duration;

use futures_util::future::join_all;
use scim_schema::dialect::ConnectionKind;

use super::network::{Cut, Network};
use crate::support::{TestApp, user_body};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_without_an_answer_is_told_as_unknown_and_a_second_try_does_no_harm() {
    let network = Network::default();
    let app = TestApp::with(|config| network.join(config)).await;
    let client = app.connection(ConnectionKind::Generic).await;
    client.user("first").await;
    // The next commit is that of the next request.
    app.quiet().await;
    let cuts: &[(Cut, u16)] = match app.backend() {
        sea_orm::DatabaseBackend::Postgres => {
            &[(Cut::BeforeItsAnswer, 409), (Cut::BeforeItArrives, 201)]
        }
        _ => &[],
    };
    for (cut, second_try) in cuts {
        let body = user_body(&format!("{cut:?}"));
        network.cut_next(*cut);
        let answer = client.post("/Users", &body).await;
        answer.expect_scim_error(503, None, "as a whole or not at all");
        assert!(!answer.text.contains("nothing was changed"));
        assert!(answer.header("retry-after").is_some());
        client.post("/Users", &body).await.expect(*second_try);
    }
    let stored = app.number("SELECT COUNT(*) FROM users").await;
    let expected = 1 + i64::try_from(cuts.len()).unwrap();
    assert_eq!(stored, expected);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_fall_silent_are_given_up_and_replaced() {
    let network = Network::default();
    let app = TestApp::with(|config| {
        config.limits.query_timeout = Duration::from_secs(1);
        network.join(config);
    })
    .await;
    let client = app.connection(ConnectionKind::Generic).await;
    let path = format!("/Users/{}", client.user("first").await);
    let reads = || join_all((0..40).map(|_| client.get(&path)));
    // Opens every connection of the pool.
    reads().await;
    // They go back to their pool meanwhile.
    tokio::time::sleep(Duration::from_millis(500)).await;
    network.fall_silent();
    for answer in reads().await {
        match answer.status {
            200 => {}
            _ => answer.expect_scim_error(503, None, "try again"),
        }
    }
    // A connection that may come back is asked for a sign of life first.
    tokio::time::sleep(Duration::from_secs(2)).await;
    client.get(&path).await.expect(200);
    client
        .post("/Users", &user_body("second"))
        .await
        .expect(201);
    app.finish().await;
}

/// Requests of each kind whose round trips are counted.
const REQUESTS: u64 = 50;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_takes_one_round_trip() {
    let network = Network::default();
    let app = TestApp::with(|config| network.join(config)).await;
    let client = app.connection(ConnectionKind::Generic).await;
    let path = format!("/Users/{}", client.user("first").await);
    // Opens connections and prepares the statement.
    for _ in 0..REQUESTS {
        client.get(&path).await.expect(200);
    }
    app.quiet().await;
    let before = network.trips();
    for _ in 0..REQUESTS {
        client.get(&path).await.expect(200);
    }
    tokio::time::sleep(Duration::from_millis(200)).await;
    let trips = network.trips() - before;
    // The token is looked up each second as well, and the log is written.
    assert!(
        trips < REQUESTS * 3 / 2,
        "{trips} round trips of {REQUESTS} reads"
    );
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_creation_takes_four_round_trips() {
    let network = Network::default();
    let app = TestApp::with(|config| network.join(config)).await;
    let client = app.connection(ConnectionKind::Generic).await;
    for person in 0..REQUESTS {
        client.user(&format!("before-{person}")).await;
    }
    app.quiet().await;
    let before = network.trips();
    for person in 0..REQUESTS {
        client.user(&format!("counted-{person}")).await;
    }
    tokio::time::sleep(Duration::from_millis(200)).await;
    let trips = network.trips() - before;
    // BEGIN, who is there already, what is written, COMMIT.
    assert!(
        trips < REQUESTS * 9 / 2,
        "{trips} round trips of {REQUESTS} creations"
    );
    app.finish().await;
}
