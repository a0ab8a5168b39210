//! How long a session holds.

use chrono::TimeDelta;
use scim_schema::dialect::ConnectionKind;
use serde_json::json;

use crate::support::{PASSWORD, TestApp, user_body};

#[tokio::test]
async fn an_administrators_session_ends_after_30_idle_minutes() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    for _ in 0..3 {
        app.clock.advance(TimeDelta::minutes(29));
        console.get("/me").await.expect(200);
        wait_until_seen(&app).await;
    }
    app.clock.advance(TimeDelta::minutes(30));
    console.get("/me").await.expect_problem(401, "unauthorized");
    console
        .get("/users")
        .await
        .expect_problem(401, "unauthorized");
    app.finish().await;
}

/// Waits until the last use of every session is noted.
async fn wait_until_seen(app: &TestApp) {
    let now = app.app.state.clock.now();
    for _ in 0..500 {
        let rows = app.rows("SELECT last_seen_at FROM sessions").await;
        let seen: Vec<chrono::DateTime<chrono::Utc>> = rows
            .iter()
            .map(|row| row.try_get_by_index(0).unwrap())
            .collect();
        if seen.iter().all(|at| *at == now) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("the use of a session was not noted");
}

#[tokio::test]
async fn however_busy_it_ends_after_12_hours() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    for _ in 0..35 {
        app.clock.advance(TimeDelta::minutes(20));
        console.get("/me").await.expect(200);
        wait_until_seen(&app).await;
    }
    app.clock.advance(TimeDelta::minutes(20));
    console.get("/me").await.expect_problem(401, "unauthorized");
    app.finish().await;
}

#[tokio::test]
async fn use_is_noted_once_a_minute() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let start = app.app.state.clock.now();
    app.clock.advance(TimeDelta::seconds(59));
    console.get("/me").await.expect(200);
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    let rows = app.rows("SELECT last_seen_at FROM sessions").await;
    let seen: chrono::DateTime<chrono::Utc> = rows[0].try_get_by_index(0).unwrap();
    assert_eq!(seen, start);
    app.clock.advance(TimeDelta::seconds(1));
    console.get("/me").await.expect(200);
    wait_until_seen(&app).await;
    app.finish().await;
}

#[tokio::test]
async fn signing_out_ends_this_session_and_no_other() {
    let app = TestApp::new().await;
    let mut here = app.administrator().await;
    let mut there = app.browser();
    there
        .sign_in("dana@example.org", PASSWORD)
        .await
        .expect(200);
    let stolen = here.clone();
    let answer = here.delete("/sessions/current").await.expect(204);
    let cookie = answer.header("set-cookie").unwrap();
    assert!(cookie.contains("Max-Age=0"), "{cookie}");
    here.keep_cookie(&answer);
    here.get("/me").await.expect_problem(401, "unauthorized");
    stolen.get("/me").await.expect_problem(401, "unauthorized");
    stolen
        .delete("/sessions/current")
        .await
        .expect_problem(401, "unauthorized");
    there.get("/me").await.expect(200);
    let audited = "SELECT COUNT(*) FROM audit_events WHERE action = 'session.end'";
    assert_eq!(app.number(audited).await, 1);
    app.finish().await;
}

#[tokio::test]
async fn access_that_is_cut_ends_every_session_at_once() {
    let app = TestApp::new().await;
    let client = app.connection(ConnectionKind::Generic).await;
    app.administrator().await;
    // A provisioned person with an administrative role and a password.
    let id = client
        .post("/Users", &user_body("robin"))
        .await
        .expect(201)
        .id();
    let user = app.user_of(&id).await;
    let donor = app
        .further_administrator(&app.account, "donor@example.org")
        .await;
    let hash = "UPDATE users SET password_hash = (SELECT password_hash FROM users d WHERE d.id = $1) WHERE id = $2";
    app.execute(hash, [donor.0.into(), user.0.into()]).await;
    app.execute(
        "UPDATE account_roles SET user_id = $1 WHERE user_id = $2",
        [user.0.into(), donor.0.into()],
    )
    .await;
    let mut console = app.browser();
    console.sign_in("robin", PASSWORD).await.expect(200);
    let path = format!("/Users/{id}");
    let switch = |active: bool| json!([{ "op": "replace", "path": "active", "value": active }]);
    client.patch(&path, switch(false)).await.expect(200);
    console.get("/me").await.expect_problem(401, "unauthorized");
    let refused = app.browser().sign_in("robin", PASSWORD).await;
    refused.expect_problem(403, "sign_in_refused");
    assert!(refused.string("/detail").contains("identity provider"));
    client.patch(&path, switch(true)).await.expect(200);
    console.get("/me").await.expect_problem(401, "unauthorized");
    app.until_number(
        "SELECT COUNT(*) FROM sessions WHERE ended_by = 'access_cut'",
        1,
    )
    .await;
    console.sign_in("robin", PASSWORD).await.expect(200);
    client.delete(&path).await.expect(204);
    console.get("/me").await.expect_problem(401, "unauthorized");
    app.finish().await;
}

#[tokio::test]
async fn a_made_up_cookie_opens_nothing() {
    let app = TestApp::new().await;
    app.administrator().await;
    for cookie in [
        "__Host-rollcall=",
        "__Host-rollcall=abc",
        "rollcall=abc",
        "a=b; =; __Host-rollcall",
    ] {
        let call = app.browser().call("GET", "/me").header("cookie", cookie);
        call.send().await.expect_problem(401, "unauthorized");
    }
    app.finish().await;
}
