//! Acts on one person (features.md A87 to A93 and A117, transitions T3 to T8, T11 and T12).

use chrono::TimeDelta;
use scim_schema::{dialect::ConnectionKind, id::UserId};
use serde_json::{Value, json};

use super::permissions::with_role;
use crate::scim::adoption::verify;
use crate::support::{Answer, Console, PASSWORD, TestApp};

const ROBIN: &str = "robin@example.org";
const ADA: &str = "ada@example.org";
const KIM: &str = "kim@example.org";

/// Dana, an administrator, and Robin, another one, signed in.
async fn two() -> (TestApp, Console, UserId, Console) {
    let app = TestApp::new().await;
    let dana = app.administrator().await;
    let id = app.further_administrator(&app.account, ROBIN).await;
    let mut robin = app.browser();
    robin.sign_in(ROBIN, PASSWORD).await.expect(200);
    (app, dana, id, robin)
}

async fn act(console: &Console, user: UserId, act: &str, asked: Value) -> Answer {
    console.post(&format!("/users/{user}/{act}"), &asked).await
}

async fn seen(console: &Console, user: UserId) -> Value {
    let user = console.get(&format!("/users/{user}")).await;
    user.expect(200).json
}

async fn audited(app: &TestApp, action: &str, outcome: &str) -> i64 {
    let count = format!(
        "SELECT COUNT(*) FROM audit_events WHERE action = '{action}' AND outcome = '{outcome}'"
    );
    app.number(&count).await
}

/// What somebody is told who signs in with the right password.
async fn at_the_door(app: &TestApp) -> Answer {
    app.browser().sign_in(ROBIN, PASSWORD).await
}

#[tokio::test]
async fn a092_whoever_is_suspended_is_out_at_once_and_keeps_everything() {
    let (app, dana, id, robin) = two().await;
    let before = seen(&dana, id).await;
    assert_eq!(
        before["acts"],
        json!(["suspend", "ban", "archive", "delete", "purge"])
    );
    let asked = json!({ "reason": "On leave" });
    let now = act(&dana, id, "suspend", asked).await.expect(200).json;
    assert_eq!(now["status"], "suspended");
    assert_eq!(now["open_holds"][0]["reason"], "On leave");
    assert_eq!(now["open_holds"][0]["placed_by"]["kind"], "user");
    assert_eq!(now["memberships"], before["memberships"]);
    assert_eq!(
        now["acts"],
        json!(["unsuspend", "ban", "archive", "delete", "purge"])
    );
    robin.get("/me").await.expect_problem(401, "unauthorized");
    let refused = at_the_door(&app).await;
    refused.expect_problem(403, "sign_in_refused");
    assert!(refused.string("/detail").contains("suspended"));

    let again = act(&dana, id, "suspend", json!({})).await;
    again.expect_problem(409, "already_in_state");
    let now = act(&dana, id, "unsuspend", json!({})).await.expect(200);
    assert_eq!(now.json["status"], "active");
    assert_eq!(now.json["lifted_holds"][0]["reason"], "On leave");
    robin.get("/me").await.expect_problem(401, "unauthorized");
    at_the_door(&app).await.expect(200);
    assert_eq!(audited(&app, "user.suspend", "success").await, 1);
    assert_eq!(audited(&app, "user.unsuspend", "success").await, 1);
    app.finish().await;
}

#[tokio::test]
async fn a092_a_suspension_ends_when_it_was_to_end() {
    let (app, dana, id, _) = two().await;
    app.further_administrator(&app.account, KIM).await;
    let until = app.app.state.clock.now() + TimeDelta::days(2);
    let asked = json!({ "until": until });
    act(&dana, id, "suspend", asked).await.expect(200);
    app.clock
        .advance(TimeDelta::days(2) - TimeDelta::seconds(1));
    app.until_idle().await;
    // Her session is over by now.
    let mut kim = app.browser();
    kim.sign_in(KIM, PASSWORD).await.expect(200);
    assert_eq!(seen(&kim, id).await["status"], "suspended");
    app.clock.advance(TimeDelta::seconds(2));
    let open = "SELECT COUNT(*) FROM holds WHERE lifted_at IS NULL";
    app.until_number(open, 0).await;
    let now = seen(&kim, id).await;
    assert_eq!(now["status"], "active");
    assert_eq!(now["lifted_holds"][0]["lifted_by"]["name"], "end_holds");
    at_the_door(&app).await.expect(200);
    app.finish().await;
}

#[tokio::test]
async fn a087_whoever_is_banned_is_out_until_that_is_taken_back_and_the_reason_is_kept() {
    let (app, dana, id, robin) = two().await;
    let without = act(&dana, id, "ban", json!({ "reason": " " })).await;
    without.expect_problem(400, "invalid");
    assert_eq!(without.string("/errors/0/path"), "reason");
    let asked = json!({ "reason": "Gave the password away" });
    let now = act(&dana, id, "ban", asked).await.expect(200).json;
    assert_eq!(now["status"], "banned");
    robin.get("/me").await.expect_problem(401, "unauthorized");
    let refused = at_the_door(&app).await;
    refused.expect_problem(403, "sign_in_refused");
    assert!(!refused.text.contains("ban"), "a neutral message");

    let now = act(&dana, id, "unban", json!({})).await.expect(200).json;
    assert_eq!(now["status"], "active");
    at_the_door(&app).await.expect(200);
    app.finish().await;
}

#[tokio::test]
async fn a088_a_ban_deletes_nothing() {
    let (app, dana, id, _) = two().await;
    let rows = app.footprint().await;
    let asked = json!({ "reason": "Gave the password away" });
    act(&dana, id, "ban", asked).await.expect(200);
    app.until_idle().await;
    let kept = app.footprint().await;
    for ((table, before), (_, after)) in rows.iter().zip(&kept) {
        assert!(after >= before, "{table}: {before}, then {after}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a089_an_administrator_lets_somebody_in_again_who_was_locked_out() {
    let (app, dana, id, robin) = two().await;
    for _ in 0..10 {
        app.browser().sign_in(ROBIN, "wrong horse").await;
    }
    assert_eq!(seen(&dana, id).await["status"], "denied");
    robin.get("/me").await.expect(200);
    let now = act(&dana, id, "validate", json!({})).await.expect(200);
    assert_eq!(now.json["status"], "active");
    at_the_door(&app).await.expect(200);
    let again = act(&dana, id, "validate", json!({})).await;
    again.expect_problem(409, "already_in_state");
    app.finish().await;
}

#[tokio::test]
async fn a093_the_archive_and_the_suspension_are_set_in_one() {
    let (app, dana, id, robin) = two().await;
    let asked = json!({ "suspended": true, "reason": "Left in June" });
    let now = act(&dana, id, "archive", asked).await.expect(200).json;
    assert_eq!(
        (&now["status"], &now["lifecycle"]),
        (&json!("archived"), &json!("archived"))
    );
    assert_eq!(now["holds"], json!(["suspended"]));
    robin.get("/me").await.expect_problem(401, "unauthorized");
    let listed = dana.get("/users?q=robin&status=active").await.expect(200);
    assert_eq!(listed.json["items"], json!([]), "out of the active list");
    let listed = dana.get("/users?q=robin&status=archived").await.expect(200);
    assert_eq!(listed.string("/items/0/id"), id.to_string());
    app.finish().await;
}

#[tokio::test]
async fn a117_all_four_combinations_are_reached_from_each_other() {
    let (app, dana, id, _) = two().await;
    let steps = [
        ("archive", json!({}), "archived", json!([])),
        (
            "archive",
            json!({ "suspended": true }),
            "archived",
            json!(["suspended"]),
        ),
        ("unarchive", json!({}), "suspended", json!(["suspended"])),
        (
            "archive",
            json!({ "suspended": false }),
            "archived",
            json!([]),
        ),
        (
            "unarchive",
            json!({ "suspended": true }),
            "suspended",
            json!(["suspended"]),
        ),
        (
            "unarchive",
            json!({ "suspended": false }),
            "active",
            json!([]),
        ),
    ];
    for (word, asked, status, holds) in steps {
        let now = act(&dana, id, word, asked.clone()).await.expect(200).json;
        assert_eq!(
            (&now["status"], &now["holds"]),
            (&json!(status), &holds),
            "{word} {asked}"
        );
    }
    at_the_door(&app).await.expect(200);
    app.finish().await;
}

#[tokio::test]
async fn a_hold_of_the_provider_stays_whatever_an_administrator_lifts() {
    let app = TestApp::new().await;
    let dana = app.administrator().await;
    let client = app.connection(ConnectionKind::Generic).await;
    let link = client.user("ada").await;
    let id = app.user_of(&link).await;
    let off = json!([{ "op": "replace", "path": "active", "value": false }]);
    client
        .patch(&format!("/Users/{link}"), off)
        .await
        .expect(200);
    act(&dana, id, "suspend", json!({})).await.expect(200);
    let now = act(&dana, id, "unsuspend", json!({})).await.expect(200);
    assert_eq!(now.json["status"], "idp_disabled");
    act(&dana, id, "suspend", json!({})).await.expect(200);
    let on = json!([{ "op": "replace", "path": "active", "value": true }]);
    let answered = client
        .patch(&format!("/Users/{link}"), on)
        .await
        .expect(200);
    assert_eq!(
        answered.json["active"], true,
        "the connection's own hold alone"
    );
    assert_eq!(seen(&dana, id).await["status"], "suspended");
    app.finish().await;
}

#[tokio::test]
async fn guards_refuse_and_are_audited() {
    let (app, dana, robin_id, robin) = two().await;
    let dana_id: UserId = dana
        .get("/me")
        .await
        .expect(200)
        .string("/user_id")
        .parse()
        .unwrap();
    assert!(seen(&dana, dana_id).await.get("acts").is_none());
    let own = act(&dana, dana_id, "suspend", json!({})).await;
    own.expect_problem(403, "self_action");
    assert_eq!(audited(&app, "user.suspend", "refused").await, 1);
    let it = with_role(&app, "it_administrator").await;
    assert!(seen(&it, robin_id).await.get("acts").is_none());
    let higher = act(&it, robin_id, "suspend", json!({})).await;
    higher.expect_problem(403, "higher_role");
    act(&it, robin_id, "ban", json!({ "reason": "x" }))
        .await
        .expect_problem(403, "forbidden");

    // Each could leave the other as the last one; one of them does.
    let (first, second) = tokio::join!(
        act(&dana, robin_id, "suspend", json!({})),
        act(&robin, dana_id, "suspend", json!({})),
    );
    let done = [&first, &second]
        .iter()
        .filter(|answer| answer.status == 200)
        .count();
    assert_eq!(done, 1, "{} {}", first.text, second.text);
    app.finish().await;
}

#[tokio::test]
async fn what_is_wrong_with_an_act_is_named() {
    let (app, dana, id, _) = two().await;
    let now = app.app.state.clock.now();
    for (word, asked, path) in [
        (
            "suspend",
            json!({ "until": now - TimeDelta::days(1) }),
            "until",
        ),
        (
            "suspend",
            json!({ "until": now + TimeDelta::days(2_000) }),
            "until",
        ),
        (
            "ban",
            json!({ "reason": "x", "until": now + TimeDelta::days(1) }),
            "until",
        ),
        ("suspend", json!({ "suspended": true }), "suspended"),
        ("suspend", json!({ "reason": "x".repeat(501) }), "reason"),
        ("suspend", json!({ "reason": "a\u{7}b" }), "reason"),
    ] {
        let refused = act(&dana, id, word, asked).await;
        refused.expect_problem(400, "invalid");
        assert_eq!(refused.string("/errors/0/path"), path);
    }
    let path = format!("/users/{id}/suspend");
    let stale = dana
        .call("POST", &path)
        .header("if-match", "W/\"999\"")
        .json(&json!({}));
    stale
        .send()
        .await
        .expect_problem(412, "precondition_failed");
    let nobody = UserId(uuid::Uuid::from_u128(7));
    act(&dana, nobody, "suspend", json!({}))
        .await
        .expect_problem(404, "not_found");
    act(&dana, id, "inactivate", json!({}))
        .await
        .expect_problem(404, "not_found");
    assert_eq!(seen(&dana, id).await["status"], "active");
    app.finish().await;
}

#[tokio::test]
async fn t13b_whoever_is_deleted_is_out_of_everything_and_t14_comes_back_as_they_were() {
    let app = TestApp::new().await;
    let dana = app.administrator().await;
    let client = app.connection(ConnectionKind::Generic).await;
    let (boss, report) = (client.user("ada").await, client.user("ben").await);
    let group = client.group("Crowd", &[&boss, &report]).await;
    let manager = json!([{ "op": "add", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value", "value": boss }]);
    client
        .patch(&format!("/Users/{report}"), manager)
        .await
        .expect(200);
    let id = app.user_of(&boss).await;
    act(&dana, id, "archive", json!({})).await.expect(200);
    let asked = json!({ "reason": "Created twice" });
    let gone = act(&dana, id, "delete", asked).await.expect(200).json;
    assert_eq!(gone["status"], "deleted");
    assert_eq!(gone["deletion"]["by"]["kind"], "user");
    assert!(gone["deletion"]["purge_at"].is_string());
    assert_eq!(gone["group_count"], 0);
    assert_eq!(gone["acts"], json!(["restore", "purge"]));
    client
        .get(&format!("/Users/{boss}"))
        .await
        .expect_scim_error(404, None, "");
    let read = client.get(&format!("/Groups/{group}")).await.expect(200);
    assert_eq!(read.json["members"].as_array().unwrap().len(), 1);
    let read = client.get(&format!("/Users/{report}")).await.expect(200);
    assert!(!read.text.contains("manager"), "{}", read.text);
    let again = act(&dana, id, "delete", json!({})).await;
    again.expect_problem(409, "already_in_state");
    let other = act(&dana, id, "suspend", json!({})).await;
    other.expect_problem(409, "conflict");

    // Somebody else has the name by now.
    client.user("ada").await;
    let taken = act(&dana, id, "restore", json!({})).await;
    taken.expect_problem(409, "user_name_taken");
    assert_eq!(seen(&dana, id).await["status"], "deleted");
    let named = json!({ "user_name": "ada.old" });
    let back = act(&dana, id, "restore", named).await.expect(200).json;
    assert_eq!(back["status"], "archived", "where they were");
    assert_eq!(back["user_name"], "ada.old");
    assert_eq!(back["group_count"], 1);
    assert!(back["deletion"].is_null() && back["link"].is_null());
    client
        .get(&format!("/Users/{boss}"))
        .await
        .expect_scim_error(404, None, "");
    assert_eq!(app.number("SELECT COUNT(*) FROM deletions").await, 0);
    assert_eq!(audited(&app, "user.delete", "success").await, 1);
    assert_eq!(audited(&app, "user.restore", "success").await, 1);
    app.finish().await;
}

#[tokio::test]
async fn t14_somebody_whom_the_provider_disabled_and_deleted_can_be_restored() {
    let app = TestApp::new().await;
    let dana = app.administrator().await;
    let client = app.connection(ConnectionKind::Generic).await;
    let link = client.user(ADA).await;
    let crowd = client.group("Crowd", &[&link]).await;
    client.group("Gone", &[&link]).await;
    let id = app.user_of(&link).await;
    let off = json!([{ "op": "replace", "path": "active", "value": false }]);
    client
        .patch(&format!("/Users/{link}"), off)
        .await
        .expect(200);
    client.delete(&format!("/Users/{link}")).await.expect(204);
    let found = client.filter("/Groups", "displayName eq \"Gone\"").await;
    let other = found.expect(200).string("/Resources/0/id");
    client.delete(&format!("/Groups/{other}")).await.expect(204);
    let back = act(&dana, id, "restore", json!({})).await.expect(200).json;
    assert_eq!(
        back["status"], "active",
        "nobody could lift the provider's hold"
    );
    assert_eq!(back["groups"][0]["id"], json!(crowd));
    assert_eq!(back["group_count"], 1);
    // The provider is not told; it meets them when it creates them again.
    let body = crate::support::user_body(ADA);
    client.post("/Users", &body).await.expect(409);
    verify(&app, "example.org").await;
    let again = client.post("/Users", &body).await.expect(201);
    assert_ne!(again.id(), link);
    assert_eq!(app.user_of(&again.id()).await, id, "adopted");
    app.finish().await;
}
