//! Alerts: a connection that has fallen silent, a token that ends soon (scim.md sections 1.2 and 5, 9).

use chrono::TimeDelta;
use rollcall_server::{
    ctx::Ctx,
    db::{AlertStep, DbError, NewJob, PLATFORM_ACCOUNT, Written},
};
use scim_schema::{api::alerts::AlertKind, dialect::ConnectionKind, id::RequestId};
use serde_json::{Value, json};

use super::events::Events;
use crate::support::{Answer, Console, PASSWORD, ScimClient, TestApp};

const UNRESOLVED: &str = "SELECT COUNT(*) FROM alerts WHERE resolved_at IS NULL";
const RESOLVED: &str = "SELECT COUNT(*) FROM alerts WHERE resolved_at IS NOT NULL";

async fn started() -> (TestApp, ScimClient) {
    let app = TestApp::new().await;
    app.administrator().await;
    let client = app.connection(ConnectionKind::Okta).await;
    (app, client)
}

/// The administrator, whose session of before may have ended while time went by.
async fn signed_in(app: &TestApp) -> Console {
    let mut console = app.browser();
    console
        .sign_in("dana@example.org", PASSWORD)
        .await
        .expect(200);
    console
}

/// Lets time go by and then looks, as the schedule does every five minutes.
async fn after(app: &TestApp, time: TimeDelta) {
    app.clock.advance(time);
    let state = &app.app.state;
    let now = state.clock.now();
    let request = RequestId(state.ids.uuid_v7(now));
    let ctx = std::sync::Arc::new(Ctx::system(PLATFORM_ACCOUNT, "test", request, now));
    let queued = state.db.write::<_, DbError, _>(&ctx, move |_| {
        Box::pin(async move {
            let job = NewJob {
                queue: "alerts",
                payload: json!({}),
                run_at: now,
                dedup_key: None,
                max_attempts: 1,
            };
            Ok(Written::bookkeeping(()).queueing(job))
        })
    });
    queued.await.unwrap();
    app.until_idle().await;
}

/// Requests of a provider, in the log.
async fn requests(app: &TestApp, client: &ScimClient, count: i64) {
    let logged = "SELECT COUNT(*) FROM scim_request_log";
    let before = app.number(logged).await;
    for _ in 0..count {
        client.get("/Users").await;
    }
    app.until_number(logged, before + count).await;
}

async fn alerts(console: &Console) -> Vec<Value> {
    let listed = console.get("/alerts").await.expect(200);
    listed.json["items"].as_array().unwrap().clone()
}

async fn acknowledge(console: &Console, alert: &Value) -> Answer {
    let path = format!("/alerts/{}/acknowledge", alert["id"].as_str().unwrap());
    console.post(&path, &json!({})).await
}

/// Fetches a token for an hour, as an OAuth client does.
async fn hour_token(app: &TestApp, client: &Answer) {
    let body = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}",
        client.string("/client_id"),
        client.string("/client_secret")
    );
    let call = app
        .call("POST", "/oauth/token")
        .header("content-type", "application/x-www-form-urlencoded");
    call.bytes(body).send().await.expect(200);
}

#[tokio::test]
async fn a_connection_that_falls_silent_is_told_of_until_it_is_heard_again() {
    let (app, client) = started().await;
    let tried = app.connection(ConnectionKind::Generic).await;
    let shadow = app.shadow_connection(ConnectionKind::Generic).await;
    requests(&app, &client, 3).await;
    requests(&app, &tried, 2).await;
    requests(&app, &shadow, 3).await;
    after(&app, TimeDelta::hours(24) - TimeDelta::seconds(1)).await;
    assert_eq!(app.number(UNRESOLVED).await, 0);
    after(&app, TimeDelta::seconds(1)).await;
    // However often it is looked, there is one.
    after(&app, TimeDelta::hours(2)).await;
    let console = signed_in(&app).await;
    let listed = alerts(&console).await;
    assert_eq!(listed.len(), 1, "{listed:?}");
    assert_eq!(listed[0]["kind"], "connection_silent");
    assert_eq!(listed[0]["connection"], json!(client.connection));
    assert_eq!(listed[0]["since"], "2026-11-22T08:00:00Z");
    assert_eq!(listed[0]["token"], Value::Null);

    acknowledge(&console, &listed[0]).await.expect(204);
    assert!(alerts(&console).await.is_empty());
    acknowledge(&console, &listed[0]).await.expect(204);
    let audited = "SELECT COUNT(*) FROM audit_events WHERE action = 'alert.acknowledge' AND actor_kind = 'user'";
    assert_eq!(app.number(audited).await, 1);
    after(&app, TimeDelta::hours(24)).await;
    let console = signed_in(&app).await;
    assert!(alerts(&console).await.is_empty(), "it was acknowledged");

    requests(&app, &client, 1).await;
    after(&app, TimeDelta::minutes(5)).await;
    assert_eq!(app.number(RESOLVED).await, 1);
    after(&app, TimeDelta::hours(24)).await;
    let console = signed_in(&app).await;
    assert_eq!(alerts(&console).await.len(), 1, "another silence");
    app.finish().await;
}

#[tokio::test]
async fn how_long_a_silence_may_be_is_said_for_each_connection() {
    let (app, client) = started().await;
    requests(&app, &client, 3).await;
    after(&app, TimeDelta::hours(30)).await;
    assert_eq!(app.number(UNRESOLVED).await, 1);
    let console = signed_in(&app).await;
    let path = format!("/idp-connections/{}", client.connection);
    let view = console.get(&path).await.expect(200);
    assert_eq!(view.json["silence_hours"], 24);
    let change = async |body: Value| console.call("PATCH", &path).json(&body).send().await;

    // It is looked again at once, not with the next schedule.
    let changed = change(json!({ "silence_hours": 48 })).await.expect(200);
    assert_eq!(changed.json["silence_hours"], 48);
    app.until_number(UNRESOLVED, 0).await;
    change(json!({ "silence_hours": 1 })).await.expect(200);
    app.until_number(UNRESOLVED, 1).await;
    change(json!({ "silence_hours": 0 })).await.expect(200);
    app.until_number(UNRESOLVED, 0).await;
    let audited = "SELECT COUNT(*) FROM audit_events WHERE action = 'connection.change'";
    change(json!({ "silence_hours": 0 })).await.expect(200);
    change(json!({})).await.expect(200);
    assert_eq!(app.number(audited).await, 3);

    let refused = change(json!({ "silence_hours": 8785 })).await;
    refused.expect_problem(400, "invalid");
    assert_eq!(refused.string("/errors/0/path"), "silence_hours");
    change(json!({ "silence_hours": -1 }))
        .await
        .expect_problem(400, "invalid");
    app.until_idle().await;
    app.finish().await;
}

#[tokio::test]
async fn a_token_is_told_of_sixty_thirty_and_seven_days_before_its_end() {
    let (app, client) = started().await;
    let to_sixty = TimeDelta::days(365 - 60);
    after(&app, to_sixty - TimeDelta::seconds(1)).await;
    assert_eq!(app.number(UNRESOLVED).await, 0);
    after(&app, TimeDelta::seconds(1)).await;
    for time in [TimeDelta::days(30), TimeDelta::days(23), TimeDelta::days(8)] {
        let console = signed_in(&app).await;
        let listed = alerts(&console).await;
        assert_eq!(listed.len(), 1, "before {time}");
        assert_eq!(listed[0]["kind"], "token_expiring");
        assert_eq!(listed[0]["connection"], json!(client.connection));
        let token = &listed[0]["token"];
        assert_eq!(token["id"], json!(client.token_id));
        assert_eq!(token["ends_at"], "2027-11-22T08:00:00Z");
        acknowledge(&console, &listed[0]).await.expect(204);
        // Between two marks nothing is said again.
        after(&app, time - TimeDelta::seconds(1)).await;
        assert!(alerts(&signed_in(&app).await).await.is_empty(), "{time}");
        after(&app, TimeDelta::seconds(1)).await;
    }
    // It ended a day ago, which everybody was told three times.
    assert!(alerts(&signed_in(&app).await).await.is_empty());
    assert_eq!(app.number("SELECT COUNT(*) FROM alerts").await, 1);
    app.finish().await;
}

#[tokio::test]
async fn a_token_with_a_successor_a_revoked_one_and_one_of_an_hour_are_not_told_of() {
    let (app, client) = started().await;
    let other = app.connection(ConnectionKind::Generic).await;
    let console = signed_in(&app).await;
    let clients = format!("/idp-connections/{}/oauth-clients", client.connection);
    let method = json!({ "method": "client_secret" });
    let made = console.post(&clients, &method).await.expect(201);
    after(&app, TimeDelta::days(365 - 40)).await;
    hour_token(&app, &made).await;
    after(&app, TimeDelta::minutes(5)).await;
    assert_eq!(app.number(UNRESOLVED).await, 2, "those made by hand");
    let console = signed_in(&app).await;
    let token = |client: &ScimClient| {
        format!(
            "/idp-connections/{}/tokens/{}",
            client.connection, client.token_id
        )
    };
    let rotate = format!("{}/rotate", token(&client));
    console
        .post(&rotate, &json!({ "old_ends": "in_seven_days" }))
        .await
        .expect(201);
    app.until_number(UNRESOLVED, 1).await;
    console.delete(&token(&other)).await.expect(204);
    app.until_number(UNRESOLVED, 0).await;
    after(&app, TimeDelta::minutes(5)).await;
    assert_eq!(app.number(UNRESOLVED).await, 0);
    app.finish().await;
}

/// Carries a step out, and answers how many changes it announces.
async fn raised(app: &TestApp, step: AlertStep) -> usize {
    let ctx = app.operator();
    let stepped = app.app.state.db.write::<_, DbError, _>(&ctx, move |tx| {
        Box::pin(async move {
            let changes = tx.step_alerts(&[step]).await?;
            Ok(Written::bookkeeping(changes.len()))
        })
    });
    stepped.await.expect("a step")
}

/// Two processes may judge the same at once: the one that comes second raises nothing, and says so.
#[tokio::test]
async fn an_alert_that_is_there_is_not_announced_again() {
    let (app, client) = started().await;
    let step = AlertStep::Raise {
        kind: AlertKind::ConnectionSilent,
        connection: client.connection,
        subject: client.connection.0,
        since: app.app.state.clock.now(),
        days_left: None,
    };
    let announced = [raised(&app, step).await, raised(&app, step).await];
    assert_eq!(announced, [1, 0]);
    assert_eq!(app.number(UNRESOLVED).await, 1);
    app.finish().await;
}

/// A token that ended before anybody was told is no news, and is not looked at for ever.
#[tokio::test]
async fn of_tokens_that_have_ended_only_those_with_an_alert_are_looked_at() {
    let (app, client) = started().await;
    app.quiet().await;
    let looked_at = async || {
        let now = app.app.state.clock.now();
        let account = app.app.state.db.account(app.account.id);
        let tokens = account.expiring_tokens(now, now + TimeDelta::days(60));
        tokens.await.expect("tokens").len()
    };
    for (days, count) in [(300, 0), (50, 1), (50, 0)] {
        app.clock.advance(TimeDelta::days(days));
        assert_eq!(looked_at().await, count, "after {days} days more");
    }
    let step = AlertStep::Raise {
        kind: AlertKind::TokenExpiring,
        connection: client.connection,
        subject: client.token_id.0,
        since: app.app.state.clock.now(),
        days_left: Some(7),
    };
    assert_eq!(raised(&app, step).await, 1);
    assert_eq!(looked_at().await, 1, "its alert is not over");
    app.finish().await;
}

#[tokio::test]
async fn an_alert_reaches_an_open_console_and_an_auditor_reads_it_only() {
    let (app, client) = started().await;
    requests(&app, &client, 3).await;
    app.clock.advance(TimeDelta::hours(24));
    let console = signed_in(&app).await;
    let mut events = Events::open(&console).await;
    after(&app, TimeDelta::zero()).await;
    let raised = events.change("alert").await;
    let listed = alerts(&console).await;
    assert_eq!(raised["id"], listed[0]["id"]);
    let auditor = super::permissions::with_role(&app, "auditor").await;
    assert_eq!(alerts(&auditor).await, listed);
    acknowledge(&auditor, &listed[0])
        .await
        .expect_problem(403, "forbidden");
    let path = format!("/idp-connections/{}", client.connection);
    let hours = json!({ "silence_hours": 1 });
    let refused = auditor.call("PATCH", &path).json(&hours).send().await;
    refused.expect_problem(403, "forbidden");
    acknowledge(&console, &listed[0]).await.expect(204);
    assert_eq!(events.change("alert").await["id"], listed[0]["id"]);
    app.finish().await;
}
