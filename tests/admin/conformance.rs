//! The conformance checks of a connection: what they answer, and that nothing of them remains.

use std::sync::Arc;

use scim_schema::{
    api::conformance::{ConformanceRun, ConformanceView, Verdict},
    dialect::{ConnectionKind, Switch},
};
use serde_json::json;

use crate::support::{Console, PASSWORD, ScimClient, TestApp};

fn path(client: &ScimClient) -> String {
    format!("/idp-connections/{}/conformance", client.connection)
}

async fn run(console: &Console, client: &ScimClient) -> ConformanceRun {
    let answer = console.post(&path(client), &json!({})).await.expect(200);
    serde_json::from_str(&answer.text).unwrap()
}

async fn last(console: &Console, client: &ScimClient) -> ConformanceView {
    let answer = console.get(&path(client)).await.expect(200);
    serde_json::from_str(&answer.text).unwrap()
}

/// What is stored, without what tells that somebody ran the checks.
async fn stored(app: &TestApp) -> Vec<(&'static str, i64)> {
    let mut footprint = app.footprint().await;
    footprint.retain(|(name, _)| !matches!(*name, "audit" | "changes"));
    for (name, query) in [
        ("shadow", "SELECT COUNT(*) FROM shadow_objects"),
        ("shadow members", "SELECT COUNT(*) FROM shadow_members"),
        ("jobs", "SELECT COUNT(*) FROM jobs"),
        ("log", "SELECT COUNT(*) FROM scim_request_log"),
    ] {
        footprint.push((name, app.number(query).await));
    }
    footprint
}

#[tokio::test]
async fn a_connection_of_every_kind_passes_and_nothing_of_the_checks_remains() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let examined = "SELECT COUNT(*) FROM audit_events WHERE action = 'connection.examine'";
    for (place, kind) in (1_i64..).zip(ConnectionKind::ALL) {
        let client = app.connection(kind).await;
        let name = format!("ada.{}", kind.as_str());
        client.user(&name).await;
        client.group("Analysts", &[]).await;
        app.flush_log().await;
        let (before, audit) = (stored(&app).await, "SELECT COUNT(*) FROM audit_events");
        let audited = app.number(audit).await;
        let run = run(&console, &client).await;
        let failed: Vec<_> = run
            .checks
            .iter()
            .filter(|check| check.verdict == Verdict::Failed)
            .map(|check| (&check.id, &check.reason))
            .collect();
        assert!(failed.is_empty(), "{kind:?}: {failed:#?}");
        assert!(run.score.passed > 80, "{:?}", run.score);
        assert_eq!(before, stored(&app).await, "{kind:?}");
        assert_eq!(app.number(examined).await, place);
        assert_eq!(app.number(audit).await, audited + 1, "one act, one entry");
    }
    let list = console.get("/idp-connections").await.expect(200);
    let kinds = ConnectionKind::ALL.len();
    assert_eq!(list.json["items"].as_array().unwrap().len(), kinds);
    app.finish().await;
}

#[tokio::test]
async fn the_last_run_is_kept_with_who_and_when_and_its_evidence() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let switches = [Switch::GroupPatch200];
    let client = app.connection_with(ConnectionKind::Entra, &switches).await;
    let before = last(&console, &client).await;
    assert!(before.available > 80);
    assert_eq!(before.last, None);
    let export = format!("{}/export", path(&client));
    console.get(&export).await.expect_problem(404, "not_found");
    let first = run(&console, &client).await;
    assert_eq!(first.kind, ConnectionKind::Entra);
    assert_eq!(first.switches, [(Switch::GroupPatch200, true)].into());
    assert_eq!(first.at, app.app.state.clock.now());
    let by = serde_json::to_value(&first.by).unwrap();
    assert_eq!(by["name"], "Dana Whitfield", "{by}");
    assert_eq!(last(&console, &client).await.last, Some(first));

    app.clock.advance(chrono::TimeDelta::minutes(10));
    let second = run(&console, &client).await;
    assert_eq!(last(&console, &client).await.last.unwrap().at, second.at);
    let one = format!("{}/checks/groups.patch_answer", path(&client));
    let one = console.get(&one).await.expect(200);
    assert_eq!(one.json["verdict"], "passed");
    let evidence = one.json["evidence"].as_array().unwrap();
    let patch = evidence.last().unwrap();
    assert_eq!(patch["method"], "PATCH");
    assert_eq!(patch["status"], 200);
    assert_eq!(patch["expected"], "200 with the group");
    assert!(patch["request_body"].as_str().unwrap().contains("PatchOp"));
    let none = format!("{}/checks/groups.nothing", path(&client));
    console.get(&none).await.expect_problem(404, "not_found");

    let file = console.get(&export).await.expect(200);
    let name = file.header("content-disposition").unwrap();
    assert!(name.starts_with("attachment"), "{name}");
    let exported: ConformanceRun = serde_json::from_str(&file.text).unwrap();
    assert_eq!(exported.checks.len(), second.checks.len());
    let applies = |check: &&scim_schema::api::conformance::CheckResult| {
        check.verdict != Verdict::NotApplicable
    };
    let bare: Vec<_> = exported.checks.iter().filter(applies).collect();
    assert!(bare.iter().all(|check| !check.evidence.is_empty()));
    app.finish().await;
}

#[tokio::test]
async fn whoever_reads_connections_sees_the_checks_and_whoever_manages_them_runs_them() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let client = app.connection(ConnectionKind::Generic).await;
    let user = app
        .further_administrator(&app.account, "auditor@example.org")
        .await;
    let role = "UPDATE account_roles SET role = $1 WHERE user_id = $2";
    app.execute(role, ["auditor".into(), user.0.into()]).await;
    let mut auditor = app.browser();
    let signed_in = auditor.sign_in("auditor@example.org", PASSWORD).await;
    signed_in.expect(200);
    run(&console, &client).await;
    let before = app.footprint().await;
    let refused = auditor.post(&path(&client), &json!({})).await;
    refused.expect_problem(403, "forbidden");
    TestApp::assert_unchanged(&before, &app.footprint().await, &refused);
    assert!(last(&auditor, &client).await.last.is_some());
    app.finish().await;
}

#[tokio::test]
async fn no_more_runs_than_the_server_has_room_for_go_on_at_a_time() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let client = app.connection(ConnectionKind::Generic).await;
    let room = Arc::clone(&app.app.state.examinations);
    let all = u32::try_from(room.available_permits()).unwrap();
    let taken = room.acquire_many_owned(all).await.unwrap();
    let before = app.footprint().await;
    let refused = console.post(&path(&client), &json!({})).await;
    refused.expect_problem(409, "conflict");
    TestApp::assert_unchanged(&before, &app.footprint().await, &refused);
    drop(taken);
    run(&console, &client).await;
    app.finish().await;
}
