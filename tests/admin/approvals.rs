//! What needs two persons (domain.md section 4): erasure before its time and on request, and lowering
//! what is the least when people are removed.

use chrono::TimeDelta;
use scim_schema::{dialect::ConnectionKind, id::UserId};
use serde_json::{Value, json};

use super::permissions::with_role;
use crate::support::{Answer, Console, PASSWORD, TestApp};

const ROBIN: &str = "robin@example.org";

/// Dana and Robin, who are System Administrators, and Ada, whom a connection brought.
async fn three() -> (TestApp, Console, Console, UserId) {
    let app = TestApp::new().await;
    let dana = app.administrator().await;
    app.further_administrator(&app.account, ROBIN).await;
    let mut robin = app.browser();
    robin.sign_in(ROBIN, PASSWORD).await.expect(200);
    let client = app.connection(ConnectionKind::Generic).await;
    let ada = app.user_of(&client.user("ada").await).await;
    (app, dana, robin, ada)
}

async fn approve(console: &Console, approval: &Value) -> Answer {
    let path = format!("/approvals/{}/approve", approval["id"].as_str().unwrap());
    let body = json!({ "payload_hash": approval["payload_hash"] });
    console.post(&path, &body).await
}

async fn until_purged(app: &TestApp) {
    let purged = "SELECT COUNT(*) FROM users WHERE lifecycle = 'purged'";
    app.until_number(purged, 1).await;
    app.until_idle().await;
}

#[tokio::test]
async fn t15_an_erasure_on_request_waits_for_somebody_else_and_is_done_then() {
    let (app, dana, robin, ada) = three().await;
    let asked = json!({ "reason": "Asked for in writing" });
    let asked = dana.post(&format!("/users/{ada}/erase"), &asked).await;
    let asked = asked.expect(202).json;
    assert_eq!(asked["state"], "open");
    assert_eq!(asked["subject"], "ada");
    assert_eq!(asked["may_approve"], false);
    assert!(asked.get("alone_at").is_none());
    let again = dana.post(&format!("/users/{ada}/erase"), &json!({})).await;
    again.expect_problem(409, "conflict");
    approve(&dana, &asked)
        .await
        .expect_problem(403, "self_action");

    let seen = robin.get("/approvals").await.expect(200);
    assert_eq!(seen.json["items"][0]["may_approve"], true);
    let mut other = asked.clone();
    other["payload_hash"] = "0".into();
    approve(&robin, &other)
        .await
        .expect_problem(409, "plan_stale");
    let done = approve(&robin, &asked).await.expect(200).json;
    assert_eq!(done["state"], "approved");
    assert_eq!(done["decided_by_name"], "Robin Castellanos");
    assert!(done.get("reason").is_none(), "it goes with the person");
    until_purged(&app).await;
    approve(&robin, &asked)
        .await
        .expect_problem(409, "conflict");
    let gone = dana.get(&format!("/users/{ada}")).await.expect(200);
    assert_eq!(gone.json["status"], "purged");
    let again = dana.post(&format!("/users/{ada}/erase"), &json!({})).await;
    again.expect_problem(409, "already_in_state");
    app.finish().await;
}

#[tokio::test]
async fn t15_only_somebody_who_is_deleted_is_erased_before_the_time() {
    let (app, dana, robin, ada) = three().await;
    let living = dana.post(&format!("/users/{ada}/purge"), &json!({})).await;
    living.expect_problem(409, "conflict");
    dana.post(&format!("/users/{ada}/delete"), &json!({}))
        .await
        .expect(200);
    let asked = dana.post(&format!("/users/{ada}/purge"), &json!({})).await;
    let asked = asked.expect(202).json;
    let cancel = format!("/approvals/{}/cancel", asked["id"].as_str().unwrap());
    assert_eq!(
        robin.post(&cancel, &json!({})).await.expect(200).json["state"],
        "cancelled"
    );
    approve(&robin, &asked)
        .await
        .expect_problem(409, "conflict");

    let asked = dana.post(&format!("/users/{ada}/purge"), &json!({})).await;
    approve(&robin, &asked.expect(202).json).await.expect(200);
    until_purged(&app).await;
    app.finish().await;
}

#[tokio::test]
async fn what_nobody_approves_in_time_is_over() {
    let (app, dana, robin, ada) = three().await;
    let asked = dana.post(&format!("/users/{ada}/erase"), &json!({})).await;
    let asked = asked.expect(202).json;
    app.clock.advance(TimeDelta::hours(72));
    app.run_scheduled("expire_approvals").await;
    let expired = "SELECT COUNT(*) FROM approvals WHERE state = 'expired'";
    app.until_number(expired, 1).await;
    let mut back = app.browser();
    back.sign_in(ROBIN, PASSWORD).await.expect(200);
    approve(&back, &asked).await.expect_problem(409, "conflict");
    drop(robin);
    app.finish().await;
}

#[tokio::test]
async fn where_there_is_no_second_person_a_day_stands_in_for_them() {
    let app = TestApp::new().await;
    let dana = app.administrator().await;
    let client = app.connection(ConnectionKind::Generic).await;
    let ada = app.user_of(&client.user("ada").await).await;
    let asked = dana.post(&format!("/users/{ada}/erase"), &json!({})).await;
    let asked = asked.expect(202).json;
    let due = app.app.state.clock.now() + TimeDelta::hours(24);
    assert_eq!(
        asked["alone_at"],
        json!(due.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true))
    );
    app.clock.advance(TimeDelta::hours(23));
    app.until_idle().await;
    assert_eq!(app.number("SELECT COUNT(*) FROM deletions").await, 0);
    app.clock.advance(TimeDelta::hours(2));
    until_purged(&app).await;
    let approved = "SELECT COUNT(*) FROM audit_events WHERE action = 'approval.approve' AND actor_kind = 'system'";
    assert_eq!(app.number(approved).await, 1);
    app.finish().await;
}

#[tokio::test]
async fn the_floor_of_removal_is_raised_at_once_and_lowered_by_two() {
    let (app, dana, robin, _) = three().await;
    let root = dana.get("/policies").await.expect(200).string("/root");
    let path = format!("/policies/{root}");
    let floor = |mode: Option<&str>| json!({ "floors": { "removal_mode": mode } });
    let raise = dana.call("PATCH", &path).json(&floor(Some("tombstone")));
    raise.send().await.expect(200);
    let lower = dana.call("PATCH", &path).json(&floor(None));
    let waits = lower.send().await.expect(202).json;
    assert_eq!(waits["version"], 1);
    let approval = dana.get("/approvals").await.expect(200).json["items"][0].clone();
    assert_eq!(waits["waiting"], approval["id"]);
    assert_eq!(approval["subject"], "Rollcall");
    approve(&robin, &approval).await.expect(200);
    let now = dana.get(&path).await.expect(200).json;
    assert_eq!(now["version"], 2);
    assert!(now.get("waiting").is_none());

    // Another change in between makes it something that nobody looked at.
    let raise = dana.call("PATCH", &path).json(&floor(Some("tombstone")));
    raise.send().await.expect(200);
    let lower = dana.call("PATCH", &path).json(&floor(None));
    lower.send().await.expect(202);
    let body = json!({ "values": { "undo_minutes": 5 } });
    dana.call("PATCH", &path)
        .json(&body)
        .send()
        .await
        .expect(200);
    let approval = dana.get("/approvals").await.expect(200).json["items"][0].clone();
    approve(&robin, &approval)
        .await
        .expect_problem(409, "plan_stale");
    app.finish().await;
}

#[tokio::test]
async fn only_system_administrators_ask_and_approve() {
    let (app, _dana, _robin, ada) = three().await;
    for role in ["it_administrator", "auditor"] {
        let other = with_role(&app, role).await;
        other
            .get("/approvals")
            .await
            .expect_problem(403, "forbidden");
        let asked = other.post(&format!("/users/{ada}/erase"), &json!({})).await;
        asked.expect_problem(403, "forbidden");
    }
    app.finish().await;
}
