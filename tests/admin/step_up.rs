//! What is dangerous asks for a proof of the last ten minutes.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::second_factors::with_app;
use crate::support::{Answer, Console, PASSWORD, TestApp, totp};

const ROBIN: &str = "robin@example.org";

async fn challenge(console: &Console) -> Answer {
    let path = "/sessions/current/step-up/challenge";
    console.post(path, &json!({})).await.expect(200)
}

async fn prove(console: &Console, kind: &str, proof: impl Into<Value>) -> Answer {
    let mut body = json!({ "challenge": challenge(console).await.string("/challenge") });
    body[kind] = proof.into();
    console.post("/sessions/current/step-up", &body).await
}

async fn new_connection(console: &Console) -> Answer {
    let body = json!({ "name": "Okta", "kind": "okta" });
    console.post("/idp-connections", &body).await
}

#[tokio::test]
async fn after_ten_minutes_the_password_is_asked_for_once_more() {
    let app = TestApp::new().await;
    let dana = app.administrator().await;
    app.clock.advance(TimeDelta::minutes(10));
    new_connection(&dana).await.expect(201);
    app.clock.advance(TimeDelta::seconds(1));
    let before = app.footprint().await;
    let refused = new_connection(&dana).await;
    refused.expect_problem(403, "step_up_required");
    TestApp::assert_unchanged(&before, &app.footprint().await, &refused);
    dana.get("/idp-connections").await.expect(200);

    assert_eq!(challenge(&dana).await.json["methods"], json!(["password"]));
    let wrong = prove(&dana, "password", "wrong horse battery staple").await;
    wrong.expect_problem(401, "wrong_proof");
    new_connection(&dana)
        .await
        .expect_problem(403, "step_up_required");
    prove(&dana, "password", PASSWORD).await.expect(204);
    let body = json!({ "name": "Entra", "kind": "entra" });
    dana.post("/idp-connections", &body).await.expect(201);
    for (outcome, count) in [("refused", 1), ("success", 1)] {
        let sql = format!(
            "SELECT COUNT(*) FROM audit_events WHERE action = 'session.step_up' AND outcome = '{outcome}'"
        );
        assert_eq!(app.number(&sql).await, count, "{outcome}");
    }
    app.finish().await;
}

#[tokio::test]
async fn whoever_has_a_second_factor_proves_that_and_not_the_password() {
    let (app, _, key, codes) = with_app().await;
    let mut robin = app.browser();
    let pending = robin.sign_in(ROBIN, PASSWORD).await.expect(202);
    let code = totp(&key, app.app.state.clock.now());
    let body = json!({ "challenge": pending.string("/challenge"), "totp": code });
    let answer = robin
        .post("/sessions/second-factor", &body)
        .await
        .expect(200);
    robin.keep_cookie(&answer);
    app.clock.advance(TimeDelta::minutes(11));
    prove(&robin, "password", PASSWORD)
        .await
        .expect_problem(401, "wrong_proof");
    let code = totp(&key, app.app.state.clock.now());
    prove(&robin, "totp", code).await.expect(204);
    prove(&robin, "recovery_code", codes[0].clone())
        .await
        .expect(204);
    new_connection(&robin).await.expect(201);
    app.finish().await;
}

#[tokio::test]
async fn a_challenge_is_of_one_person_for_one_purpose_and_works_once() {
    let app = TestApp::new().await;
    let dana = app.administrator().await;
    app.further_administrator(&app.account, ROBIN).await;
    let mut robin = app.browser();
    robin.sign_in(ROBIN, PASSWORD).await.expect(200);
    let begun = challenge(&dana).await.string("/challenge");
    let body = json!({ "challenge": begun, "password": PASSWORD });
    let path = "/sessions/current/step-up";
    robin
        .post(path, &body)
        .await
        .expect_problem(410, "challenge_gone");
    dana.post(path, &body).await.expect(204);
    dana.post(path, &body)
        .await
        .expect_problem(410, "challenge_gone");
    let enrolment = dana.post("/me/second-factors/totp", &json!({})).await;
    let body = json!({ "challenge": enrolment.string("/challenge"), "password": PASSWORD });
    dana.post(path, &body)
        .await
        .expect_problem(410, "challenge_gone");
    let two = json!({ "challenge": begun, "password": PASSWORD, "totp": "123456" });
    dana.post(path, &two).await.expect_problem(400, "invalid");
    app.finish().await;
}

#[tokio::test]
async fn everything_dangerous_asks_and_the_rest_does_not() {
    let app = TestApp::new().await;
    let dana = app.administrator().await;
    let id = app.further_administrator(&app.account, ROBIN).await;
    let client = app
        .connection(scim_schema::dialect::ConnectionKind::Generic)
        .await;
    let person = app.user_of(&client.user("ada").await).await;
    app.clock.advance(TimeDelta::minutes(11));
    let connection = format!("/idp-connections/{}", client.connection);
    let token = format!("{connection}/tokens/{}", client.token_id);
    let reason = json!({ "reason": "x" });
    for (method, path, body) in [
        ("POST", format!("/users/{id}/delete"), json!({})),
        ("POST", format!("/users/{id}/ban"), reason.clone()),
        (
            "PUT",
            format!("/users/{person}/password"),
            json!({ "password": "tulip gravel orbit" }),
        ),
        (
            "DELETE",
            format!("/users/{person}/second-factors"),
            json!({}),
        ),
        ("PATCH", connection.clone(), json!({})),
        ("PATCH", format!("{connection}/dialect"), json!({})),
        ("POST", format!("{connection}/tokens"), json!({})),
        ("DELETE", token.clone(), json!({})),
        (
            "POST",
            format!("{token}/rotate"),
            json!({ "old_ends": "now" }),
        ),
        (
            "POST",
            format!("{connection}/oauth-clients"),
            json!({ "method": "client_secret" }),
        ),
        ("POST", "/me/second-factors/totp".to_owned(), json!({})),
        ("POST", "/me/second-factors/passkey".to_owned(), json!({})),
        ("POST", "/me/recovery-codes".to_owned(), json!({})),
    ] {
        let answer = dana.call(method, &path).json(&body).send().await;
        assert_eq!(
            answer.json["code"], "step_up_required",
            "{method} {path}: {}",
            answer.text
        );
    }
    let suspended = dana.post(&format!("/users/{id}/suspend"), &reason).await;
    suspended.expect(200);
    dana.post(&format!("/users/{person}/ban"), &reason)
        .await
        .expect(200);
    app.finish().await;
}
