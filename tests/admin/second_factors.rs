//! Signing in with a second factor, and enrolling one.

use chrono::TimeDelta;
use scim_schema::{id::UserId, policy::SecondFactorRule};
use serde_json::{Value, json};

use crate::support::{Answer, Console, PASSWORD, TestApp, totp};

const ROBIN: &str = "robin@example.org";

/// Where administrators need a second factor.
pub(super) async fn strict() -> TestApp {
    TestApp::with(|config| config.second_factor = Some(SecondFactorRule::AdministrativeRoles)).await
}

/// Enrols an authenticator app; its key, and what was answered.
pub(super) async fn enrol(app: &TestApp, console: &mut Console) -> (String, Answer) {
    let begun = console.post("/me/second-factors/totp", &json!({})).await;
    let begun = begun.expect(200);
    let key = begun.string("/secret");
    let body = json!({
        "challenge": begun.string("/challenge"),
        "label": " My phone ",
        "totp": totp(&key, app.app.state.clock.now()),
    });
    let answer = console.post("/me/second-factors", &body).await.expect(201);
    console.keep_cookie(&answer);
    (key, answer)
}

/// Robin, with an authenticator app and recovery codes.
pub(super) async fn with_app() -> (TestApp, UserId, String, Vec<String>) {
    let app = TestApp::new().await;
    app.administrator().await;
    let id = app.further_administrator(&app.account, ROBIN).await;
    let mut robin = app.browser();
    robin.sign_in(ROBIN, PASSWORD).await.expect(200);
    let (key, enrolled) = enrol(&app, &mut robin).await;
    let codes = enrolled.json["recovery_codes"].as_array().unwrap();
    let codes = codes.iter().map(|code| code.as_str().unwrap().to_owned());
    let codes = codes.collect();
    app.clock.advance(TimeDelta::seconds(30));
    (app, id, key, codes)
}

async fn begin(app: &TestApp) -> (Console, Answer) {
    let mut console = app.browser();
    let pending = console.sign_in(ROBIN, PASSWORD).await.expect(202);
    (console, pending)
}

async fn go_on(console: &mut Console, pending: &Answer, proof: (&str, Value)) -> Answer {
    let mut body = json!({ "challenge": pending.string("/challenge") });
    body[proof.0] = proof.1;
    let answer = console.post("/sessions/second-factor", &body).await;
    console.keep_cookie(&answer);
    answer
}

#[tokio::test]
async fn an_administrator_enrols_first_and_can_do_nothing_else_until_then() {
    let app = strict().await;
    let mut dana = app.administrator().await;
    let me = dana.get("/me").await.expect(200);
    assert_eq!(me.json["restriction"], "enrol_second_factor");
    let listed = dana.get("/me/second-factors").await.expect(200);
    assert_eq!(listed.json["required"], true);
    assert_eq!(listed.json["items"], json!([]));
    for path in ["/users", "/me/sessions", "/idp-connections", "/events"] {
        let refused = dana.get(path).await;
        refused.expect_problem(403, "second_factor_required");
    }
    let codes = dana.post("/me/recovery-codes", &json!({})).await;
    codes.expect_problem(403, "second_factor_required");
    let before = dana.clone();
    let (_, enrolled) = enrol(&app, &mut dana).await;
    assert_eq!(enrolled.json["factor"]["label"], "My phone");
    assert_eq!(
        enrolled.json["recovery_codes"].as_array().unwrap().len(),
        10
    );
    assert!(enrolled.header("set-cookie").is_some(), "another secret");
    before.get("/me").await.expect_problem(401, "unauthorized");
    let me = dana.get("/me").await.expect(200);
    assert!(me.json.get("restriction").is_none());
    dana.get("/users").await.expect(200);
    let audited = "SELECT COUNT(*) FROM audit_events WHERE action IN ('second_factor.create', 'recovery_codes.create')";
    assert_eq!(app.number(audited).await, 2);
    app.finish().await;
}

#[tokio::test]
async fn a_password_alone_opens_nothing_for_whoever_has_a_second_factor() {
    let (app, _, key, _) = with_app().await;
    let (mut console, pending) = begin(&app).await;
    assert_eq!(pending.json["next"], "second_factor");
    assert_eq!(pending.json["methods"], json!(["totp", "recovery_code"]));
    assert_eq!(pending.header("set-cookie"), None);
    console.get("/me").await.expect_problem(401, "unauthorized");
    // The name of what was begun is no session either.
    let cookie = format!("__Host-rollcall={}", pending.string("/challenge"));
    let forged = console.call("GET", "/me").header("cookie", &cookie);
    forged.send().await.expect_problem(401, "unauthorized");
    let code = totp(&key, app.app.state.clock.now());
    let me = go_on(&mut console, &pending, ("totp", code.into())).await;
    assert_eq!(me.expect(200).json["user_name"], ROBIN);
    console.get("/users").await.expect(200);
    let listed = console.get("/me/sessions").await.expect(200);
    assert_eq!(listed.json["items"][0]["method"], "second_factor");
    assert_eq!(listed.json["items"][0]["current"], true);
    app.finish().await;
}

#[tokio::test]
async fn a_code_works_once_and_so_does_what_was_begun() {
    let (app, _, key, _) = with_app().await;
    let code = totp(&key, app.app.state.clock.now());
    let (mut console, pending) = begin(&app).await;
    let proof = ("totp", Value::from(code));
    go_on(&mut console, &pending, proof.clone())
        .await
        .expect(200);
    let again = go_on(&mut app.browser(), &pending, proof.clone()).await;
    again.expect_problem(410, "challenge_gone");
    let (mut other, pending) = begin(&app).await;
    let replayed = go_on(&mut other, &pending, proof).await;
    replayed.expect_problem(401, "wrong_proof");
    app.clock.advance(TimeDelta::seconds(30));
    let next = totp(&key, app.app.state.clock.now());
    go_on(&mut other, &pending, ("totp", next.into()))
        .await
        .expect(200);
    app.finish().await;
}

#[tokio::test]
async fn a_sign_in_that_was_begun_ends_after_five_minutes_and_with_the_sessions() {
    let (app, id, key, _) = with_app().await;
    let (mut console, pending) = begin(&app).await;
    app.clock.advance(TimeDelta::minutes(5));
    let code = || Value::from(totp(&key, app.app.state.clock.now()));
    let late = go_on(&mut console, &pending, ("totp", code())).await;
    late.expect_problem(410, "challenge_gone");
    let (mut console, pending) = begin(&app).await;
    let cut = "UPDATE users SET access_epoch = access_epoch + 1 WHERE id = $1";
    app.execute(cut, [id.0.into()]).await;
    let gone = go_on(&mut console, &pending, ("totp", code())).await;
    gone.expect_problem(410, "challenge_gone");
    let never = json!({ "challenge": "never", "totp": "123456" });
    let never = console.post("/sessions/second-factor", &never).await;
    never.expect_problem(410, "challenge_gone");
    app.finish().await;
}

#[tokio::test]
async fn a_recovery_code_works_once_however_it_is_typed() {
    let (app, _, _, codes) = with_app().await;
    let (mut console, pending) = begin(&app).await;
    let typed = codes[0].replace('-', " ").to_uppercase();
    go_on(&mut console, &pending, ("recovery_code", typed.into()))
        .await
        .expect(200);
    let listed = console.get("/me/second-factors").await.expect(200);
    assert_eq!(listed.json["recovery_codes_left"], 9);
    let (mut other, pending) = begin(&app).await;
    let again = go_on(
        &mut other,
        &pending,
        ("recovery_code", codes[0].clone().into()),
    )
    .await;
    again.expect_problem(401, "wrong_proof");
    let renewed = console
        .post("/me/recovery-codes", &json!({}))
        .await
        .expect(200);
    let old = go_on(
        &mut other,
        &pending,
        ("recovery_code", codes[1].clone().into()),
    )
    .await;
    old.expect_problem(401, "wrong_proof");
    let new = renewed.string("/codes/0");
    go_on(&mut other, &pending, ("recovery_code", new.into()))
        .await
        .expect(200);
    let stored = format!(
        "SELECT COUNT(*) FROM recovery_codes WHERE CAST(code_hash AS text) LIKE '%{}%'",
        codes[2]
    );
    assert_eq!(app.number(&stored).await, 0);
    app.finish().await;
}

#[tokio::test]
async fn wrong_codes_count_like_wrong_passwords_five_a_minute_and_no_more() {
    let (app, id, key, _) = with_app().await;
    let (mut console, pending) = begin(&app).await;
    // The enrolment was the first.
    for _ in 0..4 {
        let wrong = go_on(&mut console, &pending, ("totp", "000000".into())).await;
        wrong.expect_problem(401, "wrong_proof");
    }
    let sixth = totp(&key, app.app.state.clock.now());
    let sixth = go_on(&mut console, &pending, ("totp", sixth.into())).await;
    sixth.expect_problem(429, "too_many_requests");
    assert!(sixth.header("retry-after").is_some());
    let reasons = "SELECT COUNT(*) FROM audit_details WHERE details LIKE '%wrong_totp%'";
    assert_eq!(app.number(reasons).await, 4);
    let typed = "SELECT COUNT(*) FROM audit_details WHERE details LIKE '%000000%'";
    assert_eq!(app.number(typed).await, 0);
    // A right password does not forget them.
    begin(&app).await;
    let count = "UPDATE users SET failed_password_count = failed_password_count + 5 WHERE id = $1 AND failed_password_count = 4";
    assert_eq!(app.execute(count, [id.0.into()]).await, 1);
    app.finish().await;
}

#[tokio::test]
async fn the_tenth_wrong_code_denies_sign_in() {
    let (app, id, _, _) = with_app().await;
    let (mut console, pending) = begin(&app).await;
    let count = "UPDATE users SET failed_password_count = 9 WHERE id = $1";
    app.execute(count, [id.0.into()]).await;
    let tenth = go_on(&mut console, &pending, ("recovery_code", "nonsense".into())).await;
    tenth.expect_problem(401, "wrong_proof");
    let denied = "SELECT COUNT(*) FROM holds WHERE kind = 'denied' AND lifted_at IS NULL";
    assert_eq!(app.number(denied).await, 1);
    let refused = app.browser().sign_in(ROBIN, PASSWORD).await;
    refused.expect_problem(403, "sign_in_refused");
    app.finish().await;
}

#[tokio::test]
async fn what_is_wrong_with_an_enrolment_is_told() {
    let (app, _, _, _) = with_app().await;
    let dana = app.administrator_again().await;
    let begun = dana
        .post("/me/second-factors/totp", &json!({}))
        .await
        .expect(200);
    assert!(
        begun
            .string("/uri")
            .starts_with("otpauth://totp/Rollcall:dana%40example%2Eorg?secret=")
    );
    assert!(begun.json["qr"]["size"].as_u64().unwrap() > 30);
    let challenge = begun.string("/challenge");
    let now = app.app.state.clock.now();
    let code = totp(&begun.string("/secret"), now);
    let send = async |body: Value| dana.post("/me/second-factors", &body).await;
    let nameless = send(json!({ "challenge": challenge, "label": " ", "totp": code })).await;
    nameless.expect_problem(400, "invalid");
    assert_eq!(nameless.string("/errors/0/path"), "label");
    send(json!({ "challenge": challenge, "label": "A" }))
        .await
        .expect_problem(400, "invalid");
    send(json!({ "challenge": challenge, "label": "A", "totp": "000000" }))
        .await
        .expect_problem(401, "wrong_proof");
    send(json!({ "challenge": "never", "label": "A", "totp": code }))
        .await
        .expect_problem(410, "challenge_gone");
    send(json!({ "challenge": challenge, "label": "A", "totp": code }))
        .await
        .expect(201);
    let sealed = "SELECT COUNT(*) FROM second_factors WHERE key_id IS NULL OR secret IS NULL";
    assert_eq!(app.number(sealed).await, 0);
    app.finish().await;
}

#[tokio::test]
async fn the_last_factor_of_a_role_that_needs_one_stays() {
    let app = strict().await;
    let mut dana = app.administrator().await;
    let (_, first) = enrol(&app, &mut dana).await;
    let first = first.string("/factor/id");
    let refused = dana.delete(&format!("/me/second-factors/{first}")).await;
    refused.expect_problem(409, "conflict");
    app.clock.advance(TimeDelta::seconds(30));
    let (_, second) = enrol(&app, &mut dana).await;
    assert!(
        second.json.get("recovery_codes").is_none(),
        "those of before hold"
    );
    dana.delete(&format!("/me/second-factors/{first}"))
        .await
        .expect(204);
    dana.delete(&format!("/me/second-factors/{first}"))
        .await
        .expect_problem(404, "not_found");
    app.finish().await;
}
