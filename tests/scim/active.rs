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
async fn an_active_that_is_taken_back_is_the_default() {
    let (app, client) = generic().await;
    let console = app.administrator().await;
    let id = client.user("ada").await;
    let path = format!("/Users/{id}");
    for taken_back in [
        json!([{ "op": "remove", "path": "active" }]),
        json!([{ "op": "replace", "path": "active", "value": null }]),
    ] {
        client.patch(&path, switch(false)).await.expect(200);
        let answer = client.patch(&path, taken_back).await.expect(200);
        assert_eq!(answer.json["active"], true, "{}", answer.text);
        assert_eq!(detail(&app, &console, &id).await["holds"], json!([]));
    }
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
