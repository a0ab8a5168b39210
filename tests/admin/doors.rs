//! What administrators do at the door of other people (features.md A89, A91 and A97).

use scim_schema::id::UserId;
use serde_json::json;

use super::{permissions::with_role, second_factors::with_app};
use crate::support::{Answer, Console, PASSWORD, TestApp};

const ROBIN: &str = "robin@example.org";
const ASSIGNED: &str = "tulip gravel orbit 44";
const OWN: &str = "walnut drizzle lantern 9";

/// Dana, an administrator, and Robin, another one, signed in.
async fn two() -> (TestApp, Console, UserId, Console) {
    let app = TestApp::new().await;
    let dana = app.administrator().await;
    let id = app.further_administrator(&app.account, ROBIN).await;
    let mut robin = app.browser();
    robin.sign_in(ROBIN, PASSWORD).await.expect(200);
    (app, dana, id, robin)
}

async fn assign(console: &Console, user: UserId, password: &str) -> Answer {
    let body = json!({ "password": password });
    console.put(&format!("/users/{user}/password"), &body).await
}

async fn audited(app: &TestApp, action: &str, outcome: &str) -> i64 {
    let count = format!(
        "SELECT COUNT(*) FROM audit_events WHERE action = '{action}' AND outcome = '{outcome}'"
    );
    app.number(&count).await
}

#[tokio::test]
async fn a097_an_assigned_password_ends_all_sessions_and_is_changed_at_the_next_sign_in() {
    let (app, dana, id, robin) = two().await;
    let weak = assign(&dana, id, "robin castellanos").await;
    weak.expect_problem(400, "invalid");
    assert_eq!(weak.string("/errors/0/path"), "password");
    assign(&dana, id, ASSIGNED).await.expect(204);
    robin.get("/me").await.expect_problem(401, "unauthorized");
    app.browser()
        .sign_in(ROBIN, PASSWORD)
        .await
        .expect_problem(401, "wrong_credentials");
    let listed = dana.get(&format!("/users/{id}/sessions")).await.expect(200);
    assert_eq!(listed.json["password_assigned"], true);
    assert_eq!(listed.json["items"], json!([]));

    let mut robin = app.browser();
    let me = robin.sign_in(ROBIN, ASSIGNED).await.expect(200);
    assert_eq!(me.json["restriction"], "change_password");
    let refused = robin.get("/users").await;
    refused.expect_problem(403, "password_change_required");
    let same = json!({ "current": ASSIGNED, "new": ASSIGNED });
    robin
        .post("/me/password", &same)
        .await
        .expect_problem(400, "invalid");
    let own = json!({ "current": ASSIGNED, "new": OWN });
    let changed = robin.post("/me/password", &own).await.expect(204);
    robin.keep_cookie(&changed);
    robin.get("/users").await.expect(200);
    let me = app.browser().sign_in(ROBIN, OWN).await.expect(200);
    assert!(me.json.get("restriction").is_none());
    assert_eq!(audited(&app, "user.assign_password", "success").await, 1);
    let typed = "SELECT COUNT(*) FROM audit_details WHERE details LIKE '%tulip%' OR details LIKE '%walnut%'";
    assert_eq!(app.number(typed).await, 0);
    app.finish().await;
}

#[tokio::test]
async fn a089_whoever_is_locked_out_is_let_in_with_an_assigned_password_in_one() {
    let (app, dana, id, robin) = two().await;
    for _ in 0..10 {
        app.browser().sign_in(ROBIN, "wrong horse").await;
    }
    robin.get("/me").await.expect(200);
    let path = format!("/users/{id}/password");
    let body = json!({ "password": ASSIGNED, "validate": true });
    dana.put(&path, &body).await.expect(204);
    let seen = dana.get(&format!("/users/{id}")).await.expect(200);
    assert_eq!(seen.json["status"], "active");
    robin.get("/me").await.expect_problem(401, "unauthorized");
    app.browser().sign_in(ROBIN, ASSIGNED).await.expect(200);
    app.finish().await;
}

#[tokio::test]
async fn a091_an_it_administrator_helps_whoever_forgot_their_password_but_nobody_higher() {
    let (app, dana, id, _) = two().await;
    let it = with_role(&app, "it_administrator").await;
    let higher = assign(&it, id, ASSIGNED).await;
    higher.expect_problem(403, "higher_role");
    assert_eq!(audited(&app, "user.assign_password", "refused").await, 1);
    let client = app
        .connection(scim_schema::dialect::ConnectionKind::Generic)
        .await;
    let ada = app.user_of(&client.user("ada").await).await;
    assign(&it, ada, ASSIGNED).await.expect(204);
    let me = app.browser().sign_in("ada", ASSIGNED).await.expect(200);
    assert_eq!(me.json["restriction"], "change_password");
    it.post(&format!("/users/{ada}/revoke-sessions"), &json!({}))
        .await
        .expect(200);

    let own = dana.get("/me").await.expect(200).string("/user_id");
    let own = own.parse().unwrap();
    assign(&dana, own, ASSIGNED)
        .await
        .expect_problem(403, "self_action");
    let auditor = with_role(&app, "auditor").await;
    for (method, path) in [
        ("PUT", format!("/users/{ada}/password")),
        ("POST", format!("/users/{ada}/revoke-sessions")),
        ("DELETE", format!("/users/{ada}/second-factors")),
        ("DELETE", format!("/users/{ada}/sessions/{ada}")),
    ] {
        let body = json!({ "password": ASSIGNED });
        let refused = auditor.call(method, &path).json(&body).send().await;
        refused.expect_problem(403, "forbidden");
    }
    auditor
        .get(&format!("/users/{ada}/sessions"))
        .await
        .expect(200);
    dana.post(&format!("/users/{ada}/delete"), &json!({}))
        .await
        .expect(200);
    assign(&dana, ada, ASSIGNED)
        .await
        .expect_problem(409, "conflict");
    let nobody = UserId(uuid::Uuid::from_u128(7));
    assign(&dana, nobody, ASSIGNED)
        .await
        .expect_problem(404, "not_found");
    let stale = dana.call("PUT", &format!("/users/{ada}/password"));
    let stale = stale.header("if-match", "W/\"999\"");
    let body = json!({ "password": OWN });
    stale
        .json(&body)
        .send()
        .await
        .expect_problem(412, "precondition_failed");
    app.finish().await;
}

#[tokio::test]
async fn sessions_of_others_are_read_with_a_trace_and_ended() {
    let (app, dana, id, robin) = two().await;
    let mut there = app.browser();
    there.sign_in(ROBIN, PASSWORD).await.expect(200);
    let path = format!("/users/{id}/sessions");
    let listed = dana.get(&path).await.expect(200);
    let ids = listed.strings("/items", "/id");
    assert_eq!(ids.len(), 2);
    assert_eq!(listed.json["items"][0]["current"], false);
    dana.get(&format!("/users/{id}/sign-ins")).await.expect(200);
    assert_eq!(audited(&app, "session.read", "success").await, 1);
    assert_eq!(audited(&app, "sign_ins.read", "success").await, 1);
    let one = format!("{path}/{}", ids[0]);
    dana.delete(&one).await.expect(204);
    dana.delete(&one).await.expect_problem(404, "not_found");
    let open = [robin.get("/me").await.status, there.get("/me").await.status];
    assert_eq!(open.iter().filter(|status| **status == 200).count(), 1);
    let ended = dana
        .post(&format!("/users/{id}/revoke-sessions"), &json!({}))
        .await
        .expect(200);
    assert_eq!(ended.json["ended"], 1);
    robin.get("/me").await.expect_problem(401, "unauthorized");
    there.get("/me").await.expect_problem(401, "unauthorized");
    let seen = dana.get(&format!("/users/{id}")).await.expect(200);
    assert_eq!(seen.json["holds"], json!([]), "no hold");
    app.browser().sign_in(ROBIN, PASSWORD).await.expect(200);
    app.finish().await;
}

#[tokio::test]
async fn second_factors_that_were_lost_are_taken_away() {
    let (app, id, _, _) = with_app().await;
    let dana = app.administrator_again().await;
    let listed = dana.get(&format!("/users/{id}/sessions")).await.expect(200);
    assert_eq!(listed.strings("/second_factors", "/kind"), ["totp"]);
    assert!(!listed.text.contains("secret"));
    let path = format!("/users/{id}/second-factors");
    dana.delete(&path).await.expect(204);
    dana.delete(&path)
        .await
        .expect_problem(409, "already_in_state");
    app.browser().sign_in(ROBIN, PASSWORD).await.expect(200);
    assert_eq!(app.number("SELECT COUNT(*) FROM recovery_codes").await, 0);
    assert_eq!(audited(&app, "second_factor.reset", "success").await, 1);
    app.finish().await;
}
