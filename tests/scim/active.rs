//! `active` (T2, T9, T10): the connection's own switch, one hold among others.

use rollcall_server::db::{AuditEntry, DbError, NewHold, Written};
use scim_schema::{
    api::users::Actor,
    lifecycle::{HoldKind, HoldScope},
};
use serde_json::{Value, json};

use super::generic;
use crate::support::{Console, TestApp, user_body};

/// What the console knows of the user behind a SCIM id.
async fn detail(app: &TestApp, console: &Console, scim_id: &str) -> Value {
    let user = app.user_of(scim_id).await;
    let answer = console.get(&format!("/users/{user}")).await.expect(200);
    answer.json
}

async fn epoch(app: &TestApp) -> i64 {
    app.number("SELECT access_epoch FROM users WHERE user_name_folded = 'ada'")
        .await
}

fn switch(active: bool) -> Value {
    json!([{ "op": "replace", "path": "active", "value": active }])
}

#[tokio::test]
async fn switching_off_places_the_connections_hold_and_cuts_access() {
    let (app, client) = generic().await;
    let console = app.administrator().await;
    let id = client.user("ada").await;
    let path = format!("/Users/{id}");
    let before = epoch(&app).await;
    let answer = client.patch(&path, switch(false)).await.expect(200);
    assert_eq!(answer.json["active"], false);
    let user = detail(&app, &console, &id).await;
    assert_eq!(user["holds"], json!(["idp_disabled"]));
    let hold = &user["open_holds"][0];
    assert_eq!(hold["placed_by"]["kind"], "connection");
    assert_eq!(hold["placed_by"]["id"], client.connection.to_string());
    assert!(epoch(&app).await > before, "sessions of before must end");

    let answer = client.patch(&path, switch(true)).await.expect(200);
    assert_eq!(answer.json["active"], true);
    let user = detail(&app, &console, &id).await;
    assert_eq!(user["open_holds"], json!([]));
    assert_eq!(user["lifted_holds"][0]["kind"], "idp_disabled");
    assert_eq!(user["lifted_holds"][0]["lifted_by"]["kind"], "connection");
    app.finish().await;
}

#[tokio::test]
async fn switching_on_lifts_no_other_hold() {
    let (app, client) = generic().await;
    let console = app.administrator().await;
    let id = client.user("ada").await;
    let user = app.user_of(&id).await;
    for kind in [
        HoldKind::Suspended,
        HoldKind::Banned,
        HoldKind::Denied,
        HoldKind::Inactive,
        HoldKind::Security,
    ] {
        let hold = NewHold {
            kind,
            scope: HoldScope::Account,
            source: Actor::System {
                name: "test".to_owned(),
            },
            reason: None,
            until: None,
        };
        let ctx = app.operator();
        let placed = app.app.state.db.write::<_, DbError, _>(&ctx, move |tx| {
            let hold = hold.clone();
            Box::pin(async move {
                let placed = tx.place_hold(user, hold).await?;
                let entry = AuditEntry::done("user.hold", "user", user, json!({}));
                Ok(Written::audited(placed, entry))
            })
        });
        assert!(placed.await.unwrap(), "{kind}");
    }
    let path = format!("/Users/{id}");
    for active in [false, true, true] {
        let answer = client.patch(&path, switch(active)).await.expect(200);
        assert_eq!(
            answer.json["active"], active,
            "it mirrors what the connection said"
        );
        let held = detail(&app, &console, &id).await;
        let kinds: Vec<&str> = held["open_holds"]
            .as_array()
            .unwrap()
            .iter()
            .map(|hold| hold["kind"].as_str().unwrap())
            .collect();
        assert_eq!(kinds.len(), if active { 5 } else { 6 }, "{kinds:?}");
        assert_eq!(kinds.contains(&"idp_disabled"), !active);
        assert_eq!(held["status"], "banned");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_user_created_inactive_is_staged_and_held() {
    let (app, client) = generic().await;
    let console = app.administrator().await;
    let mut body = user_body("ada");
    body["active"] = false.into();
    let created = client.post("/Users", &body).await.expect(201);
    assert_eq!(created.json["active"], false);
    let id = created.id();
    let user = detail(&app, &console, &id).await;
    assert_eq!(user["lifecycle"], "staged");
    assert_eq!(user["holds"], json!(["idp_disabled"]));
    client
        .patch(&format!("/Users/{id}"), switch(true))
        .await
        .expect(200);
    let user = detail(&app, &console, &id).await;
    assert_eq!(user["lifecycle"], "active");
    assert_eq!(user["holds"], json!([]));
    app.finish().await;
}

#[tokio::test]
async fn an_active_that_is_taken_back_is_unassigned_and_lets_nobody_in_again() {
    let (app, client) = generic().await;
    let console = app.administrator().await;
    let id = client.user("ada").await;
    let path = format!("/Users/{id}");
    for (before, taken_back) in [
        (false, json!([{ "op": "remove", "path": "active" }])),
        (
            false,
            json!([{ "op": "replace", "value": { "active": null } }]),
        ),
        (
            true,
            json!([{ "op": "replace", "path": "active", "value": null }]),
        ),
    ] {
        client.patch(&path, switch(before)).await.expect(200);
        let answer = client.patch(&path, taken_back.clone()).await.expect(200);
        assert_eq!(answer.json.get("active"), None, "{}", answer.text);
        let read = client.get(&path).await.expect(200);
        assert_eq!(read.json, answer.json);
        let holds = if before {
            json!([])
        } else {
            json!(["idp_disabled"])
        };
        let user = detail(&app, &console, &id).await;
        assert_eq!(user["holds"], holds);
        assert_eq!(user["lifecycle"], "active");
        for (filter, found) in [
            ("active eq true", 0),
            ("active eq false", 0),
            ("active pr", 0),
            ("active ne true", 1),
            ("not (active pr)", 1),
        ] {
            let listed = client.filter("/Users", filter).await.expect(200);
            assert_eq!(listed.json["totalResults"], found, "{filter}");
        }
        let footprint = app.footprint().await;
        let again = client.patch(&path, taken_back).await.expect(200);
        TestApp::assert_unchanged(&footprint, &app.footprint().await, &again);
        let replaced = client.put(&path, &user_body("ada")).await.expect(200);
        assert_eq!(replaced.json.get("active"), None, "D9");
        let user = detail(&app, &console, &id).await;
        assert_eq!(user["holds"], holds);
        let changed = client.patch(&path, switch(true)).await.expect(200);
        assert_eq!(changed.json["active"], true);
        let user = detail(&app, &console, &id).await;
        assert_eq!(user["holds"], json!([]));
    }
    let changed = client.patch(&path, switch(false)).await.expect(200);
    assert_eq!(changed.json["active"], false);
    let user = detail(&app, &console, &id).await;
    assert_eq!(user["holds"], json!(["idp_disabled"]));
    app.finish().await;
}

#[tokio::test]
async fn taking_back_an_active_that_was_true_ends_no_session_and_is_audited() {
    let (app, client) = generic().await;
    let id = client.user("ada").await;
    let before = epoch(&app).await;
    let audited = "SELECT COUNT(*) FROM audit_events WHERE action = 'user.update'";
    let remove = json!([{ "op": "remove", "path": "active" }]);
    let path = format!("/Users/{id}");
    client.patch(&path, remove).await.expect(200);
    assert_eq!(epoch(&app).await, before);
    assert_eq!(app.number(audited).await, 1);
    client.patch(&path, switch(true)).await.expect(200);
    assert_eq!(app.number(audited).await, 2);
    app.finish().await;
}

#[tokio::test]
async fn whose_active_is_unassigned_comes_last_in_order_of_active() {
    let (app, client) = generic().await;
    let mut ids = Vec::new();
    for (name, active) in [("a", Some(true)), ("b", Some(false)), ("c", None)] {
        let id = client.user(name).await;
        let operation = match active {
            Some(active) => switch(active),
            None => json!([{ "op": "remove", "path": "active" }]),
        };
        client
            .patch(&format!("/Users/{id}"), operation)
            .await
            .expect(200);
        ids.push(id);
    }
    let mut walked = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = client
            .get(&format!("/Users?sortBy=active&count=1&cursor={cursor}"))
            .await
            .expect(200);
        walked.extend(page.strings("/Resources", "/id"));
        match page.json["nextCursor"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(walked, [ids[1].as_str(), &ids[0], &ids[2]]);
    app.finish().await;
}

#[tokio::test]
async fn a_put_without_active_leaves_it() {
    let (app, client) = generic().await;
    let id = client.user("ada").await;
    let path = format!("/Users/{id}");
    client.patch(&path, switch(false)).await.expect(200);
    let replaced = client.put(&path, &user_body("ada")).await.expect(200);
    assert_eq!(replaced.json["active"], false, "D9");
    let found = client.filter("/Users", "active eq false").await.expect(200);
    assert_eq!(found.json["totalResults"], 1);
    app.finish().await;
}

#[tokio::test]
async fn only_the_second_of_two_equal_switches_does_nothing() {
    let (app, client) = generic().await;
    let id = client.user("ada").await;
    let path = format!("/Users/{id}");
    let first = client.patch(&path, switch(false)).await.expect(200);
    let before = app.footprint().await;
    let second = client.patch(&path, switch(false)).await.expect(200);
    TestApp::assert_unchanged(&before, &app.footprint().await, &second);
    assert_eq!(first.json["meta"], second.json["meta"]);
    app.finish().await;
}
