//! What is kept for a limited time goes when its time is over, and nothing else.

use chrono::TimeDelta;
use scim_schema::dialect::ConnectionKind;
use serde_json::json;

use crate::support::{TestApp, user_body};

/// Runs the sweep that the schedule would queue for tonight.
async fn sweep(app: &TestApp) {
    app.run_scheduled("retention").await;
}

#[tokio::test]
async fn bodies_go_before_their_rows_and_users_stay() {
    let app = TestApp::with(|config| config.retention.provisioning_body_days = 5).await;
    let console = app.administrator().await;
    let client = app.connection(ConnectionKind::Generic).await;
    client.user("ada").await;
    client.post("/Users", &user_body("ada")).await.expect(409);
    app.flush_log().await;
    let rows = "SELECT COUNT(*) FROM scim_request_log";
    let bodies = "SELECT COUNT(*) FROM scim_request_log WHERE request_body IS NOT NULL OR response_body IS NOT NULL";
    let changes = "SELECT COUNT(*) FROM change_feed";
    let touched = "SELECT COUNT(*) FROM scim_request_users";
    app.clock.advance(TimeDelta::hours(23));
    sweep(&app).await;
    assert_eq!((app.number(rows).await, app.number(bodies).await), (2, 2));
    assert!(app.number(changes).await > 0);
    app.clock.advance(TimeDelta::days(6));
    sweep(&app).await;
    assert_eq!((app.number(rows).await, app.number(bodies).await), (2, 0));
    assert_eq!(app.number(changes).await, 0);
    app.clock.advance(TimeDelta::days(30));
    sweep(&app).await;
    assert_eq!((app.number(rows).await, app.number(touched).await), (0, 0));
    assert_eq!(app.number("SELECT COUNT(*) FROM sessions").await, 1);
    app.clock.advance(TimeDelta::days(181));
    sweep(&app).await;
    assert_eq!(app.number("SELECT COUNT(*) FROM sessions").await, 0);
    assert_eq!(app.number("SELECT COUNT(*) FROM users").await, 2);
    assert_eq!(
        app.number("SELECT COUNT(*) FROM jobs WHERE queue = 'retention' AND status = 'done' AND dedup_key IS NULL")
            .await,
        1
    );
    console.get("/me").await.expect_problem(401, "unauthorized");
    app.finish().await;
}

#[tokio::test]
async fn without_retention_no_body_is_ever_stored() {
    let app = TestApp::with(|config| config.retention.provisioning_body_days = 0).await;
    let client = app.connection(ConnectionKind::Generic).await;
    client.user("ada").await;
    app.flush_log().await;
    let bodies = "SELECT COUNT(*) FROM scim_request_log WHERE request_body IS NOT NULL OR response_body IS NOT NULL";
    assert_eq!(app.number(bodies).await, 0);
    assert_eq!(app.number("SELECT COUNT(*) FROM scim_request_log").await, 1);
    app.finish().await;
}

#[tokio::test]
async fn the_outbox_is_kept_for_90_days() {
    let app = TestApp::new().await;
    let dana = app.administrator().await;
    dana.post("/mails/test", &json!({})).await.expect(202);
    let mails = "SELECT COUNT(*) FROM mails";
    app.clock.advance(TimeDelta::days(90));
    sweep(&app).await;
    assert_eq!(app.number(mails).await, 1);
    app.clock.advance(TimeDelta::seconds(1));
    sweep(&app).await;
    assert_eq!(app.number(mails).await, 0);
    app.finish().await;
}
