//! Links that are mailed: another password, asked for by an administrator or by whoever forgot.

use chrono::TimeDelta;
use scim_schema::{dialect::ConnectionKind, id::UserId};
use serde_json::{Value, json};

use super::{mails::until_tried, permissions::with_role};
use crate::support::{Answer, At, Console, PASSWORD, Received, Setup, SmtpServer, TestApp};

const ROBIN: &str = "robin@example.org";
const ANOTHER: &str = "another horse, another battery";

/// Dana and Robin, both administrators, and a mail server.
async fn two() -> (SmtpServer, TestApp, Console, UserId) {
    let server = SmtpServer::start(Setup::default()).await;
    let app = TestApp::mailing(&server).await;
    let dana = app.administrator().await;
    let robin = app.further_administrator(&app.account, ROBIN).await;
    (server, app, dana, robin)
}

async fn send(console: &Console, user: UserId) -> Answer {
    let path = format!("/users/{user}/reset-password");
    console.post(&path, &json!({})).await
}

async fn forgot(app: &TestApp, login: &str) -> Answer {
    let body = json!({ "account": "main", "login": login });
    app.browser().post("/password-resets", &body).await
}

fn redemption(mail: &Received) -> Value {
    json!({ "token": mail.secret(), "profile": null, "password": ANOTHER })
}

#[tokio::test]
async fn a089_an_administrator_sends_a_link_that_sets_another_password_once() {
    let (server, app, dana, robin) = two().await;
    let mut elsewhere = app.browser();
    elsewhere.sign_in(ROBIN, PASSWORD).await.expect(200);
    let queued = send(&dana, robin).await.expect(202);
    assert_eq!(queued.json, json!({ "has_server": true }));
    let mail = server.until(1).await.remove(0);
    assert_eq!(mail.to, ROBIN);
    assert_eq!(
        mail.header("Subject"),
        "Choose another password for Rollcall"
    );
    assert!(mail.html().contains(&mail.secret()));

    let look = json!({ "token": mail.secret() });
    let view = app.browser().post("/one-time-links/inspect", &look).await;
    let view = view.expect(200);
    assert_eq!(view.json["purpose"], "reset");
    assert_eq!(view.json["user_name"], ROBIN);
    assert_eq!(view.string("/expires_at"), "2026-11-22T09:00:00Z");
    elsewhere.get("/me").await.expect(200);

    let mut here = app.browser();
    here.redeem(&redemption(&mail)).await.expect(200);
    here.get("/me").await.expect(200);
    elsewhere
        .get("/me")
        .await
        .expect_problem(401, "unauthorized");
    app.browser().sign_in(ROBIN, ANOTHER).await.expect(200);
    let old = app.browser().sign_in(ROBIN, PASSWORD).await;
    old.expect_problem(401, "wrong_credentials");
    let again = app.browser().redeem(&redemption(&mail)).await;
    again.expect_problem(410, "link_unusable");
    app.until_idle().await;
    let closed = "SELECT COUNT(*) FROM sessions WHERE ended_by = 'access_cut'";
    assert_eq!(app.number(closed).await, 1);
    app.finish().await;
}

#[tokio::test]
async fn the_secret_of_a_link_is_in_the_mail_and_nowhere_else() {
    let (server, app, dana, robin) = two().await;
    send(&dana, robin).await.expect(202);
    let secret = server.until(1).await[0].secret();
    app.until_number("SELECT COUNT(*) FROM mails WHERE state = 'sent'", 1)
        .await;
    let page = dana.get("/mails").await.expect(200);
    let seen = dana
        .get(&format!("/mails/{}", page.string("/items/0/id")))
        .await
        .expect(200);
    assert!(
        seen.string("/text")
            .contains("Choose another password:\n(link)\n")
    );
    assert!(!seen.text.contains(&secret));
    for (table, column) in [
        ("mails", "about"),
        ("mails", "address"),
        ("jobs", "payload"),
        ("audit_details", "details"),
    ] {
        let found = format!("SELECT COUNT(*) FROM {table} WHERE {column} LIKE '%{secret}%'");
        assert_eq!(app.number(&found).await, 0, "{table}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_link_runs_out_after_an_hour_and_with_the_next_one() {
    let (server, app, dana, robin) = two().await;
    send(&dana, robin).await.expect(202);
    server.until(1).await;
    send(&dana, robin).await.expect(202);
    let mails = server.until(2).await;
    let before = app.browser().redeem(&redemption(&mails[0])).await;
    before.expect_problem(410, "link_unusable");
    app.clock.advance(TimeDelta::hours(1));
    let late = app.browser().redeem(&redemption(&mails[1])).await;
    late.expect_problem(410, "link_unusable");
    app.finish().await;
}

#[tokio::test]
async fn each_try_has_a_link_that_works_until_one_of_them_is_used() {
    let (server, app, dana, robin) = two().await;
    server.answer(At::Gone, "");
    send(&dana, robin).await.expect(202);
    server.until(1).await;
    until_tried(&app).await;
    app.clock.advance(TimeDelta::minutes(1));
    let mails = server.until(2).await;
    assert_ne!(mails[0].secret(), mails[1].secret());
    assert_eq!(mails[0].header("Message-ID"), mails[1].header("Message-ID"));
    // A mailbox that drops what it has already keeps the first one.
    app.browser()
        .redeem(&redemption(&mails[0]))
        .await
        .expect(200);
    let second = app.browser().redeem(&redemption(&mails[1])).await;
    second.expect_problem(410, "link_unusable");
    app.finish().await;
}

#[tokio::test]
async fn nobody_without_an_address_or_a_way_in_is_sent_a_link() {
    let (_, app, dana, robin) = two().await;
    let before = app.footprint().await;
    app.execute(
        "UPDATE users SET email = NULL WHERE id = $1",
        [robin.0.into()],
    )
    .await;
    let refused = send(&dana, robin).await;
    refused.expect_problem(409, "missing_field:email");
    TestApp::assert_unchanged(&before, &app.footprint().await, &refused);
    let suspend = format!("/users/{robin}/suspend");
    dana.post(&suspend, &json!({})).await.expect(200);
    let refused = send(&dana, robin).await;
    refused.expect_problem(409, "conflict");
    assert!(refused.string("/detail").contains("may not sign in"));
    let nobody = UserId(uuid::Uuid::from_u128(7));
    send(&dana, nobody).await.expect_problem(404, "not_found");
    app.finish().await;
}

#[tokio::test]
async fn who_may_send_a_link_and_to_whom() {
    let (server, app, dana, robin) = two().await;
    let it = with_role(&app, "it_administrator").await;
    let higher = send(&it, robin).await;
    higher.expect_problem(403, "higher_role");
    let refused = "SELECT COUNT(*) FROM audit_events WHERE action = 'user.reset_password' AND outcome = 'refused'";
    assert_eq!(app.number(refused).await, 1);
    app.execute(
        "UPDATE account_roles SET role = 'auditor' WHERE user_id = $1",
        [robin.0.into()],
    )
    .await;
    send(&it, robin).await.expect(202);
    server.until(1).await;
    let mut auditor = app.browser();
    auditor.sign_in(ROBIN, PASSWORD).await.expect(200);
    let refused = send(&auditor, robin).await;
    refused.expect_problem(403, "forbidden");
    let other = app.other_account().await;
    app.further_administrator(&other, "sam@example.org").await;
    let mut sam = app.browser();
    sam.sign_in_to("other", "sam@example.org", PASSWORD)
        .await
        .expect(200);
    send(&sam, robin).await.expect_problem(404, "not_found");
    drop(dana);
    app.finish().await;
}

#[tokio::test]
async fn a026_whoever_has_no_password_yet_is_sent_a_link_to_set_the_first() {
    let (server, app, dana, _) = two().await;
    let client = app.connection(ConnectionKind::Generic).await;
    let body = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": "ada",
        "emails": [{ "value": "ada@example.org", "primary": true }],
    });
    let ada = client.post("/Users", &body).await.expect(201).id();
    let ada = app.user_of(&ada).await;
    send(&dana, ada).await.expect(202);
    let mail = server.until(1).await.remove(0);
    let subject = "Welcome to Rollcall: choose your password";
    assert_eq!(mail.header("Subject"), subject);
    let look = json!({ "token": mail.secret() });
    let view = app.browser().post("/one-time-links/inspect", &look).await;
    let view = view.expect(200);
    assert_eq!(view.json["purpose"], "setup");
    assert_eq!(view.string("/expires_at"), "2026-11-23T08:00:00Z");
    let mut her = app.browser();
    let set = her.redeem(&redemption(&mail)).await.expect(200);
    assert_eq!(set.json["permissions"], json!([]));
    // Nothing in the console is for her but her own account.
    her.get("/users").await.expect_problem(403, "forbidden");
    let has_one =
        "SELECT COUNT(*) FROM users WHERE user_name = 'ada' AND password_hash IS NOT NULL";
    assert_eq!(app.number(has_one).await, 1);
    let again = app.browser().redeem(&redemption(&mail)).await;
    again.expect_problem(410, "link_unusable");
    app.finish().await;
}

#[tokio::test]
async fn whoever_forgot_is_answered_the_same_whoever_exists() {
    let (server, app, _, _) = two().await;
    let found = forgot(&app, " Robin@Example.org ").await.expect(202);
    let mail = server.until(1).await.remove(0);
    assert_eq!(mail.to, ROBIN);
    for login in ["nobody@example.org", "\0", "robin"] {
        let answer = forgot(&app, login).await.expect(202);
        assert_eq!(answer.text, found.text);
    }
    let elsewhere = json!({ "account": "nowhere", "login": ROBIN });
    let answer = app.browser().post("/password-resets", &elsewhere).await;
    assert_eq!(answer.expect(202).text, found.text);
    app.until_idle().await;
    assert_eq!(server.received().len(), 1);
    app.browser().redeem(&redemption(&mail)).await.expect(200);
    for (login, sentence) in [
        (" ".to_owned(), "Enter your user name or e-mail address."),
        ("x".repeat(1_025), "A name has at most 1024 bytes."),
    ] {
        let answer = forgot(&app, &login).await;
        answer.expect_problem(400, "invalid");
        assert_eq!(answer.string("/errors/0/path"), "login");
        assert_eq!(answer.string("/errors/0/message"), sentence);
    }
    app.finish().await;
}

#[tokio::test]
async fn nobody_is_mailed_who_signs_in_elsewhere_is_locked_out_or_shares_the_address() {
    let (server, app, dana, robin) = two().await;
    let client = app.connection(ConnectionKind::Generic).await;
    let body = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": "ada",
        "emails": [{ "value": "ada@example.org", "primary": true }],
    });
    client.post("/Users", &body).await.expect(201);
    forgot(&app, "ada@example.org").await.expect(202);
    let suspend = format!("/users/{robin}/suspend");
    dana.post(&suspend, &json!({})).await.expect(200);
    forgot(&app, ROBIN).await.expect(202);
    let unsuspend = format!("/users/{robin}/unsuspend");
    dana.post(&unsuspend, &json!({})).await.expect(200);
    let kim = app
        .further_administrator(&app.account, "kim@example.org")
        .await;
    let share = "UPDATE users SET email_folded = $1 WHERE id = $2 OR id = $3";
    let values = ["both@example.org".into(), kim.0.into(), robin.0.into()];
    app.execute(share, values).await;
    forgot(&app, "both@example.org").await.expect(202);
    app.until_idle().await;
    assert_eq!(server.received().len(), 0);
    let refused = "SELECT COUNT(*) FROM audit_events WHERE action = 'password_reset.request' AND outcome = 'refused'";
    assert_eq!(app.number(refused).await, 3);
    app.finish().await;
}

#[tokio::test]
async fn nobodys_mailbox_is_filled() {
    let (server, app, _, _) = two().await;
    for _ in 0..5 {
        forgot(&app, ROBIN).await.expect(202);
    }
    app.until_idle().await;
    server.until(3).await;
    app.clock.advance(TimeDelta::hours(1));
    forgot(&app, ROBIN).await.expect(202);
    server.until(4).await;
    app.finish().await;
}
