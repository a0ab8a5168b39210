//! Going live goes on: many people in many groups, and objects that cannot go live.

use chrono::TimeDelta;
use rollcall_server::ops::shadow::going_live;
use scim_schema::dialect::ConnectionKind;
use serde_json::{Value, json};

use super::shadow::{fill, go_live, path, summary};
use crate::support::{Console, ScimClient, TestApp};

/// Breaks what is stored of the object that has this name.
async fn break_document(app: &TestApp, name: &str) {
    let sql = "UPDATE shadow_objects SET document = '{' WHERE name_folded = $1";
    assert_eq!(app.execute(sql, [name.into()]).await, 1);
}

/// What the difference shows of one user or group.
async fn shown(console: &Console, client: &ScimClient, below: &str, name: &str) -> Value {
    let listed = console.get(&path(client, below)).await.expect(200);
    let items = listed.json["items"].as_array().expect("a list");
    let found = items.iter().find(|one| one["name"] == name);
    found
        .unwrap_or_else(|| panic!("{name} is not in {items:?}"))
        .clone()
}

#[tokio::test]
async fn what_cannot_be_read_stays_behind_by_name_and_the_others_go_live() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let client = app.shadow_connection(ConnectionKind::Generic).await;
    let ada = client.user("ada").await;
    let grace = client.user("grace").await;
    let team = client.group("Analysts", &[&ada, &grace]).await;
    let broken = client.group("Engineers", &[&grace]).await;
    break_document(&app, "ada").await;
    break_document(&app, "engineers").await;

    go_live(&app, &console, &client).await;
    let told = summary(&console, &client).await.json;
    assert_eq!(told["mode"], "live");
    assert_eq!((&told["users"], &told["groups"]), (&json!(1), &json!(1)));
    assert_eq!(told["refused"], 2);
    client.get(&format!("/Users/{grace}")).await.expect(200);
    let read = client.get(&format!("/Groups/{team}")).await.expect(200);
    assert_eq!(read.strings("/members", "/value"), [grace.as_str()]);

    let left = shown(&console, &client, "/users", "ada").await;
    assert_eq!(
        (&left["id"], &left["refused"]),
        (&json!(ada), &json!("broken"))
    );
    assert_eq!(left["outcome"], "unreadable");
    let left = shown(&console, &client, "/groups", "Engineers").await;
    assert_eq!(
        (&left["id"], &left["refused"]),
        (&json!(broken), &json!("broken"))
    );
    let noted = "SELECT COUNT(*) FROM audit_events WHERE action = 'connection.leave_in_shadow'";
    assert_eq!(app.number(noted).await, 2);
    app.finish().await;
}

/// Puts users and groups into a shadow, everybody in every group.
async fn crowd(client: &ScimClient, users: usize, groups: usize) -> Vec<String> {
    let mut ids = Vec::new();
    for number in 0..users {
        ids.push(client.user(&format!("user{number}")).await);
    }
    let members: Vec<&str> = ids.iter().map(String::as_str).collect();
    let mut made = Vec::new();
    for number in 0..groups {
        made.push(client.group(&format!("Group {number}"), &members).await);
    }
    made
}

#[tokio::test]
async fn many_people_in_many_groups_cost_statements_for_each_and_not_for_each_pair() {
    const USERS: usize = 30;
    const GROUPS: usize = 30;
    let app = TestApp::new().await;
    let client = app.shadow_connection(ConnectionKind::Generic).await;
    let groups = crowd(&client, USERS, GROUPS).await;
    let first = format!("/Groups/{}", groups[0]);
    let seen = client.get(&first).await.expect(200).string("/meta/version");
    app.quiet().await;
    let (db, ctx) = (&app.app.state.db, app.operator());
    going_live::start(db, &ctx, client.connection, None)
        .await
        .unwrap();

    let before = db.statement_count();
    going_live::go_on(db, &ctx, client.connection)
        .await
        .unwrap();
    let cost = db.statement_count() - before;
    let most = 10 * (USERS + GROUPS) as u64;
    assert!(cost <= most, "{cost} statements, {most} are allowed");

    app.app.state.tokens.forget();
    for group in &groups {
        let read = client.get(&format!("/Groups/{group}")).await.expect(200);
        assert_eq!(read.strings("/members", "/value").len(), USERS);
    }
    let read = client.get(&first).await.expect(200);
    assert_ne!(read.string("/meta/version"), seen, "no version comes twice");
    // A group is made, and changes once, as by one PATCH with everybody.
    for action in ["group.create", "group.update"] {
        let entries = format!("SELECT COUNT(*) FROM audit_events WHERE action = '{action}'");
        assert_eq!(app.number(&entries).await, GROUPS as i64, "{action}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_going_live_that_fails_says_why_and_when_it_goes_on_and_can_be_stopped() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let client = app.shadow_connection(ConnectionKind::Generic).await;
    fill(&app, &client, 1_030).await;
    // Nobody works: each try is one of this test.
    app.quiet().await;
    let (db, ctx) = (&app.app.state.db, app.operator());
    let id = client.connection;
    let stop = path(&client, "/go-live");
    console.delete(&stop).await.expect_problem(409, "conflict");
    going_live::start(db, &ctx, id, None).await.unwrap();
    app.app.state.tokens.forget();
    assert_eq!(
        summary(&console, &client).await.json["failure"],
        json!(null)
    );

    let failed = "UPDATE jobs SET last_error = 'the database is closed', run_at = $1 WHERE queue = 'go_live'";
    let next = app.app.state.clock.now() + TimeDelta::seconds(40);
    assert_eq!(app.execute(failed, [next.into()]).await, 1);
    let told = summary(&console, &client).await.json;
    assert_eq!(told["failure"]["reason"], "the database is closed");
    assert!(told["failure"]["next_try_at"].is_string(), "{told}");
    let wait = client.get("/Users").await.expect(503);
    let seconds: u64 = wait.header("retry-after").expect("a time").parse().unwrap();
    assert!((30..=40).contains(&seconds), "{seconds}");

    // Nobody is live yet: it is a shadow as before.
    console.delete(&stop).await.expect(204);
    let told = summary(&console, &client).await.json;
    assert_eq!(
        (&told["mode"], &told["users"]),
        (&json!("shadow"), &json!(1_030))
    );
    going_live::go_on(db, &ctx, id).await.unwrap();
    let listed = client.get("/Users?count=1").await.expect(200);
    assert_eq!(listed.json["totalResults"], 1_030);

    // Somebody is: they stay, and the rest is tried again when somebody says so.
    going_live::start(db, &ctx, id, None).await.unwrap();
    going_live::go_on(db, &ctx, id).await.unwrap();
    console.delete(&stop).await.expect(204);
    let told = summary(&console, &client).await.json;
    assert_eq!(
        (&told["mode"], &told["users"]),
        (&json!("live"), &json!(30))
    );
    going_live::go_on(db, &ctx, id).await.unwrap();
    let listed = client.get("/Users?count=1").await.expect(200);
    assert_eq!(listed.json["totalResults"], 1_000);
    going_live::start(db, &ctx, id, None).await.unwrap();
    going_live::go_on(db, &ctx, id).await.unwrap();
    assert_eq!(summary(&console, &client).await.json["mode"], "live");
    assert_eq!(summary(&console, &client).await.json["users"], 0);
    app.execute("DELETE FROM jobs WHERE queue = 'go_live'", [])
        .await;
    app.finish().await;
}

#[tokio::test]
async fn a_live_connection_whose_other_try_is_stopped_stays_live() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let client = app.shadow_connection(ConnectionKind::Generic).await;
    client.user("ada").await;
    break_document(&app, "ada").await;
    go_live(&app, &console, &client).await;
    app.quiet().await;

    let again = path(&client, "/go-live");
    console.post(&again, &json!({})).await.expect(202);
    console.delete(&again).await.expect(204);
    assert_eq!(summary(&console, &client).await.json["mode"], "live");
    app.app.state.tokens.forget();
    let grace = client.user("grace").await;
    client.get(&format!("/Users/{grace}")).await.expect(200);
    assert_eq!(app.number("SELECT COUNT(*) FROM scim_links").await, 1);
    app.finish().await;
}
