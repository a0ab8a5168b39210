//! Passkeys: made, proven after the password, and alone.

use scim_schema::id::UserId;
use serde_json::{Value, json};

use crate::support::{Answer, Authenticator, Console, ORIGIN, PASSWORD, TestApp};

const ROBIN: &str = "robin@example.org";

/// Robin, signed in, with a passkey in hand.
async fn with_passkey() -> (TestApp, UserId, Console, Authenticator) {
    let app = TestApp::new().await;
    app.administrator().await;
    let id = app.further_administrator(&app.account, ROBIN).await;
    let mut robin = app.browser();
    robin.sign_in(ROBIN, PASSWORD).await.expect(200);
    let mut authenticator = Authenticator::new();
    enrol(&robin, &mut authenticator, ORIGIN).await.expect(201);
    (app, id, robin, authenticator)
}

async fn enrol(console: &Console, authenticator: &mut Authenticator, origin: &str) -> Answer {
    let begun = console.post("/me/second-factors/passkey", &json!({})).await;
    let begun = begun.expect(200);
    let body = json!({
        "challenge": begun.string("/challenge"),
        "label": "My laptop",
        "passkey": authenticator.create(&begun.json["passkey"], origin),
    });
    console.post("/me/second-factors", &body).await
}

async fn finish(console: &mut Console, challenge: String, passkey: Value) -> Answer {
    let body = json!({ "challenge": challenge, "passkey": passkey });
    let answer = console.post("/sessions/second-factor", &body).await;
    console.keep_cookie(&answer);
    answer
}

async fn begin_alone(app: &TestApp) -> Answer {
    let body = json!({ "account": "main" });
    app.browser().post("/sessions/passkey", &body).await
}

#[tokio::test]
async fn a_passkey_is_the_second_factor_after_the_password() {
    let (app, _, _, mut authenticator) = with_passkey().await;
    let mut console = app.browser();
    let pending = console.sign_in(ROBIN, PASSWORD).await.expect(202);
    assert_eq!(pending.json["methods"], json!(["passkey", "recovery_code"]));
    let options = &pending.json["passkey"];
    assert_eq!(options["userVerification"], "required");
    assert_eq!(options["rpId"], "people.example.org");
    let answer = authenticator.get(options, ORIGIN);
    let challenge = pending.string("/challenge");
    finish(&mut console, challenge.clone(), answer.clone())
        .await
        .expect(200);
    console.get("/users").await.expect(200);
    let again = finish(&mut app.browser(), challenge, answer.clone()).await;
    again.expect_problem(410, "challenge_gone");
    // Of another ceremony.
    let mut other = app.browser();
    let pending = other.sign_in(ROBIN, PASSWORD).await.expect(202);
    let replayed = finish(&mut other, pending.string("/challenge"), answer).await;
    replayed.expect_problem(401, "wrong_proof");
    app.finish().await;
}

#[tokio::test]
async fn a_passkey_alone_signs_in_whoever_it_belongs_to() {
    let (app, id, _, mut authenticator) = with_passkey().await;
    let begun = begin_alone(&app).await.expect(200);
    assert_eq!(begun.json["passkey"]["allowCredentials"], json!([]));
    let answer = authenticator.get(&begun.json["passkey"], ORIGIN);
    let mut console = app.browser();
    let me = finish(&mut console, begun.string("/challenge"), answer).await;
    assert_eq!(me.expect(200).string("/user_id"), id.to_string());
    let listed = console.get("/me/sessions").await.expect(200);
    assert_eq!(listed.strings("/items", "/method"), ["passkey", "password"]);
    let nowhere = json!({ "account": "nowhere" });
    app.browser()
        .post("/sessions/passkey", &nowhere)
        .await
        .expect_problem(404, "not_found");
    let code =
        json!({ "challenge": begin_alone(&app).await.string("/challenge"), "totp": "123456" });
    app.browser()
        .post("/sessions/second-factor", &code)
        .await
        .expect_problem(400, "invalid");
    app.finish().await;
}

#[tokio::test]
async fn a_passkey_that_asked_nobody_or_was_copied_proves_nothing() {
    let (app, _, _, mut authenticator) = with_passkey().await;
    let try_with = async |authenticator: &mut Authenticator, origin: &str| {
        let begun = begin_alone(&app).await.expect(200);
        let answer = authenticator.get(&begun.json["passkey"], origin);
        finish(&mut app.browser(), begun.string("/challenge"), answer).await
    };
    let elsewhere = try_with(
        &mut authenticator,
        "https://people.example.org.evil.example",
    )
    .await;
    elsewhere.expect_problem(401, "wrong_proof");
    authenticator.verifies = false;
    let unverified = try_with(&mut authenticator, ORIGIN).await;
    unverified.expect_problem(401, "wrong_proof");
    authenticator.verifies = true;
    // A copy that has not seen the last uses.
    authenticator.counter = 5;
    try_with(&mut authenticator, ORIGIN).await.expect(200);
    authenticator.counter = 2;
    let copied = try_with(&mut authenticator, ORIGIN).await;
    copied.expect_problem(401, "wrong_proof");

    app.finish().await;
}

#[tokio::test]
async fn a_passkey_on_another_page_or_with_another_key_proves_nothing() {
    let (app, _, robin, mut authenticator) = with_passkey().await;
    let try_with = async |authenticator: &mut Authenticator, origin: &str| {
        let begun = begin_alone(&app).await.expect(200);
        let answer = authenticator.get(&begun.json["passkey"], origin);
        finish(&mut app.browser(), begun.string("/challenge"), answer).await
    };
    let elsewhere = try_with(
        &mut authenticator,
        "https://people.example.org.evil.example",
    )
    .await;
    elsewhere.expect_problem(401, "wrong_proof");
    let mut stranger = Authenticator::new();
    let begun = robin.post("/me/second-factors/passkey", &json!({})).await;
    stranger.create(&begun.json["passkey"], ORIGIN);
    let unknown = try_with(&mut stranger, ORIGIN).await;
    unknown.expect_problem(401, "wrong_proof");
    app.finish().await;
}

#[tokio::test]
async fn a_passkey_that_was_not_made_here_is_not_enrolled() {
    let (app, _, robin, mut authenticator) = with_passkey().await;
    let foreign = enrol(&robin, &mut Authenticator::new(), "https://evil.example").await;
    foreign.expect_problem(401, "wrong_proof");
    let begun = robin.post("/me/second-factors/passkey", &json!({})).await;
    let excluded = begun.json["passkey"]["excludeCredentials"]
        .as_array()
        .unwrap();
    assert_eq!(
        excluded.len(),
        1,
        "an authenticator has one passkey of a person"
    );
    let unreadable = json!({
        "challenge": begun.string("/challenge"), "label": "A", "passkey": { "id": 5 },
    });
    let unreadable = robin.post("/me/second-factors", &unreadable).await;
    unreadable.expect_problem(400, "invalid");
    assert_eq!(unreadable.string("/errors/0/path"), "passkey");
    // Somebody else with the same one.
    let dana = app.administrator_again().await;
    let taken = enrol(&dana, &mut authenticator, ORIGIN).await;
    taken.expect_problem(409, "conflict");
    app.finish().await;
}

#[tokio::test]
async fn a_hold_refuses_a_passkey_as_well() {
    let (app, id, _, mut authenticator) = with_passkey().await;
    let dana = app.administrator_again().await;
    dana.post(&format!("/users/{id}/suspend"), &json!({}))
        .await
        .expect(200);
    let begun = begin_alone(&app).await.expect(200);
    let answer = authenticator.get(&begun.json["passkey"], ORIGIN);
    let refused = finish(&mut app.browser(), begun.string("/challenge"), answer).await;
    refused.expect_problem(403, "sign_in_refused");
    app.finish().await;
}
