//! The outbox: what is mailed, and what becomes of it.

use std::sync::Arc;

use chrono::TimeDelta;
use rollcall_server::{
    config::{SmtpConfig, SmtpTls},
    ctx::Ctx,
    jobs::{self, JobCtx},
    mail::{Envelope, Mailer},
    ops::mails::{self, Begun},
};
use scim_schema::{
    dialect::ConnectionKind,
    id::{MailId, RequestId, UserId},
};
use serde_json::{Value, json};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::permissions::with_role;
use crate::support::{At, Console, FROM, PASSWORD, Setup, SmtpServer, TestApp, patch_body};

const ROBIN: &str = "robin@example.org";
const KIM: &str = "kim@example.org";

/// Dana and Robin, both administrators, and a mail server.
async fn two(setup: Setup) -> (SmtpServer, TestApp, Console, UserId) {
    let server = SmtpServer::start(setup).await;
    let app = TestApp::mailing(&server).await;
    let dana = app.administrator().await;
    let robin = app.further_administrator(&app.account, ROBIN).await;
    (server, app, dana, robin)
}

async fn test_mail(dana: &Console) {
    let queued = dana.post("/mails/test", &json!({})).await.expect(202);
    assert_eq!(queued.json, json!({ "has_server": true }));
}

/// The newest mail, as the console sees it.
async fn newest(console: &Console) -> Value {
    let page = console.get("/mails?limit=1").await.expect(200);
    page.json["items"][0].clone()
}

/// Waits until the newest mail is in this state.
async fn until_state(app: &TestApp, state: &str) {
    let count = format!("SELECT COUNT(*) FROM mails WHERE state = '{state}'");
    app.until_number(&count, 1).await;
}

#[tokio::test]
async fn a092_administrators_are_told_who_was_suspended_and_by_whom() {
    let (server, app, dana, robin) = two(Setup::default()).await;
    app.further_administrator(&app.account, KIM).await;
    let path = format!("/users/{robin}/suspend");
    dana.post(&path, &json!({ "reason": "On leave" }))
        .await
        .expect(200);
    // Not Dana, who did it; not Robin, who may not read what is for administrators now.
    let mail = server.until(1).await.remove(0);
    assert_eq!(mail.to, KIM);
    assert_eq!(mail.header("Subject"), "Robin Castellanos was suspended");
    assert_eq!(mail.header("From"), format!("Rollcall <{FROM}>"));
    assert_eq!(mail.header("To"), format!("\"Robin Castellanos\" <{KIM}>"));
    assert_eq!(mail.header("Auto-Submitted"), "auto-generated");
    assert_eq!(mail.header("Date"), "Sun, 22 Nov 2026 08:00:00 +0000");
    let text = mail.text();
    assert!(text.contains("Dana Whitfield suspended Robin Castellanos at Rollcall."));
    assert!(text.contains(&format!("https://people.example.org/users/{robin}")));
    assert!(!text.contains("On leave"), "{text}");
    assert!(mail.html().contains("Dana Whitfield suspended"));
    until_state(&app, "sent").await;
    let row = dana.get("/mails?state=sent").await.expect(200).json["items"][0].clone();
    assert_eq!(row["kind"], "suspended");
    assert_eq!(row["address"], KIM);
    assert_eq!(row["sent_at"], "2026-11-22T08:00:00Z");
    let seen = dana
        .get(&format!("/mails/{}", row["id"].as_str().unwrap()))
        .await
        .expect(200);
    assert_eq!(seen.string("/message_id"), mail.header("Message-ID"));
    assert_eq!(seen.string("/subject"), mail.header("Subject"));
    assert_eq!(seen.string("/text"), text);
    app.finish().await;
}

#[tokio::test]
async fn a089_whoever_is_locked_out_is_told_and_administrators_once_a_day() {
    let (server, app, _, robin) = two(Setup::default()).await;
    for _ in 0..10 {
        let wrong = app.browser().sign_in(ROBIN, "wrong horse battery").await;
        wrong.expect_problem(401, "wrong_credentials");
    }
    let mail = server.until(1).await.remove(0);
    assert_eq!(mail.to, ROBIN);
    assert_eq!(mail.header("Subject"), "Your account at Rollcall is locked");
    // The next morning.
    app.clock.advance(TimeDelta::hours(19));
    let until = app.app.state.clock.now() + TimeDelta::minutes(30);
    app.clock.set(until);
    digest(&app).await;
    digest(&app).await;
    // Not Robin, who is an administrator as well and cannot come in.
    let mails = server.until(2).await;
    assert_eq!(mails[1].to, "dana@example.org");
    assert_eq!(
        mails[1].header("Subject"),
        "1 person was locked out of Rollcall"
    );
    assert!(mails[1].text().contains("- Robin Castellanos\n"));
    // Nobody who was let in again is told of.
    app.clock.advance(TimeDelta::hours(24));
    let mut dana_again = app.browser();
    dana_again
        .sign_in("dana@example.org", PASSWORD)
        .await
        .expect(200);
    dana_again
        .post(&format!("/users/{robin}/validate"), &json!({}))
        .await
        .expect(200);
    digest(&app).await;
    assert_eq!(server.received().len(), 2);
    app.finish().await;
}

/// Runs the digest of the last day.
async fn digest(app: &TestApp) {
    let state = &app.app.state;
    let now = state.clock.now();
    let by = Ctx::system(
        app.account.id,
        "outbox",
        RequestId(state.ids.uuid_v7(now)),
        now,
    );
    let day = (now - TimeDelta::days(1), now);
    mails::tell_of_denied(&state.db, &Arc::new(by), day)
        .await
        .unwrap();
    app.until_idle().await;
}

#[tokio::test]
async fn a085_whoever_is_deleted_is_told_whoever_does_it() {
    let (server, app, dana, robin) = two(Setup::default()).await;
    let path = format!("/users/{robin}/delete");
    dana.post(&path, &json!({})).await.expect(200);
    let mail = server.until(1).await.remove(0);
    assert_eq!(mail.to, ROBIN);
    assert_eq!(mail.header("Subject"), "You were removed from Rollcall");

    let client = app.connection(ConnectionKind::Generic).await;
    let body = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": "ada",
        "emails": [{ "value": "ada@example.org", "primary": true }],
    });
    let ada = client.post("/Users", &body).await.expect(201).id();
    client.delete(&format!("/Users/{ada}")).await.expect(204);
    assert_eq!(server.until(2).await[1].to, "ada@example.org");
    app.finish().await;
}

#[tokio::test]
async fn a_change_of_address_is_told_to_the_one_of_before() {
    let (server, app, _, _) = two(Setup::default()).await;
    let client = app.connection(ConnectionKind::Generic).await;
    let body = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": "ada",
        "emails": [{ "value": "ada@example.org", "primary": true }],
    });
    let ada = client.post("/Users", &body).await.expect(201).id();
    let path = format!("/Users/{ada}");
    let rename = patch_body(json!([{ "op": "replace", "path": "displayName", "value": "Ada" }]));
    client
        .call_with("PATCH", &path, &rename)
        .send()
        .await
        .expect(200);
    let operations = json!([{ "op": "replace", "path": "emails", "value": [{ "value": "ada@example.net", "primary": true }] }]);
    client.patch(&path, operations).await.expect(200);
    let mail = server.until(1).await.remove(0);
    assert_eq!(mail.to, "ada@example.org");
    let subject = "Your e-mail address at Rollcall was changed";
    assert_eq!(mail.header("Subject"), subject);
    assert!(!mail.text().contains("ada@example.net"));
    app.finish().await;
}

#[tokio::test]
async fn mails_travel_by_tls_and_are_signed_in() {
    for tls in [SmtpTls::StartTls, SmtpTls::Tls] {
        let (server, app, dana, _) = two(Setup {
            tls,
            login: Some(("rollcall", "an SMTP password")),
            ..Setup::default()
        })
        .await;
        test_mail(&dana).await;
        let mail = server.until(1).await.remove(0);
        assert!(mail.tls, "{tls:?}");
        assert_eq!(mail.login.as_deref(), Some("rollcall"));
        app.finish().await;
    }
}

#[tokio::test]
async fn a_server_whose_certificate_nobody_vouches_for_gets_nothing() {
    let server = SmtpServer::start(Setup {
        tls: SmtpTls::StartTls,
        ..Setup::default()
    })
    .await;
    let config = SmtpConfig {
        ca: None,
        ..server.config()
    };
    let app = TestApp::with(|settings| settings.smtp = Some(config)).await;
    let dana = app.administrator().await;
    test_mail(&dana).await;
    app.until_number("SELECT COUNT(*) FROM mails WHERE last_error IS NOT NULL", 1)
        .await;
    let error = newest(&dana).await["error"].as_str().unwrap().to_owned();
    assert!(error.contains("certificate"), "{error}");
    assert_eq!(server.received().len(), 0);
    app.finish().await;
}

#[tokio::test]
async fn a_server_without_starttls_gets_nothing() {
    let server = SmtpServer::start(Setup::default()).await;
    let config = SmtpConfig {
        tls: SmtpTls::StartTls,
        ..server.config()
    };
    let app = TestApp::with(|settings| settings.smtp = Some(config)).await;
    let dana = app.administrator().await;
    test_mail(&dana).await;
    app.until_number("SELECT COUNT(*) FROM mails WHERE last_error IS NOT NULL", 1)
        .await;
    assert_eq!(newest(&dana).await["state"], "queued");
    assert_eq!(server.received().len(), 0);
    app.finish().await;
}

#[tokio::test]
async fn a_wrong_password_of_ours_bounces_no_mail() {
    let server = SmtpServer::start(Setup {
        login: Some(("rollcall", "an SMTP password")),
        ..Setup::default()
    })
    .await;
    let wrong = server.config().signing_in("rollcall", "another one");
    let app = TestApp::with(|settings| settings.smtp = Some(wrong)).await;
    let dana = app.administrator().await;
    test_mail(&dana).await;
    app.until_number("SELECT COUNT(*) FROM mails WHERE last_error IS NOT NULL", 1)
        .await;
    let row = newest(&dana).await;
    assert_eq!(row["state"], "queued");
    assert_eq!(row["next_attempt_at"], "2026-11-22T08:01:00Z");
    let error = row["error"].as_str().unwrap();
    assert!(
        error.starts_with("The mail server answered 535: "),
        "{error}"
    );
    app.finish().await;
}

#[tokio::test]
async fn what_the_server_takes_later_is_tried_again_under_the_same_message_id() {
    let (server, app, dana, _) = two(Setup::default()).await;
    server.answer(At::Data, "451 4.3.0 come back later");
    test_mail(&dana).await;
    app.until_number(
        "SELECT COUNT(*) FROM mails WHERE attempts = 1 AND state = 'queued'",
        1,
    )
    .await;
    let row = newest(&dana).await;
    assert_eq!(
        row["error"],
        "The mail server answered 451: 4.3.0 come back later."
    );
    app.clock.advance(TimeDelta::seconds(59));
    app.until_idle().await;
    assert_eq!(server.received().len(), 0);
    app.clock.advance(TimeDelta::seconds(1));
    server.until(1).await;
    until_state(&app, "sent").await;
    let row = newest(&dana).await;
    assert_eq!((&row["attempts"], &row["error"]), (&json!(2), &json!(null)));
    app.finish().await;
}

#[tokio::test]
async fn what_the_server_refuses_bounces_with_its_words_and_can_be_sent_again() {
    let (server, app, dana, _) = two(Setup::default()).await;
    server.answer(At::Recipient, "550 5.1.1 no such mailbox");
    test_mail(&dana).await;
    until_state(&app, "bounced").await;
    let row = newest(&dana).await;
    let error = "The mail server answered 550: 5.1.1 no such mailbox.";
    assert_eq!(row["error"], error);
    assert_eq!(row["next_attempt_at"], json!(null));
    app.clock.advance(TimeDelta::hours(1));
    app.until_idle().await;
    assert_eq!(server.received().len(), 0);

    // A corrected address is enough.
    let dana_id = row["user"].as_str().unwrap().parse::<uuid::Uuid>().unwrap();
    let correct = "UPDATE users SET email = $1 WHERE id = $2";
    app.execute(correct, ["whitfield@example.org".into(), dana_id.into()])
        .await;
    let mut again = app.browser();
    again.sign_in(ROBIN, PASSWORD).await.expect(200);
    let path = format!("/mails/{}/send-again", row["id"].as_str().unwrap());
    again.post(&path, &json!({})).await.expect(202);
    assert_eq!(server.until(1).await[0].to, "whitfield@example.org");
    until_state(&app, "sent").await;
    let audited = "SELECT COUNT(*) FROM audit_events WHERE action = 'mail.send_again'";
    assert_eq!(app.number(audited).await, 1);
    app.finish().await;
}

#[tokio::test]
async fn a_server_that_takes_nobodys_mail_bounces_none() {
    let (server, app, dana, _) = two(Setup::default()).await;
    server.answer(At::Greeting, "554 5.7.1 not now");
    server.answer(At::Greeting, "554 5.7.1 not now");
    test_mail(&dana).await;
    app.until_number(
        "SELECT COUNT(*) FROM mails WHERE attempts = 1 AND state = 'queued'",
        1,
    )
    .await;
    app.clock.advance(TimeDelta::minutes(1));
    server.until(1).await;
    until_state(&app, "sent").await;
    app.finish().await;
}

#[tokio::test]
async fn a_mail_that_never_gets_through_is_given_up_after_a_day() {
    let (server, app, dana, _) = two(Setup::default()).await;
    for _ in 0..9 {
        server.answer(At::Recipient, "450 4.2.0 try again");
    }
    test_mail(&dana).await;
    for tries in 1..9 {
        let tried =
            format!("SELECT COUNT(*) FROM mails WHERE attempts = {tries} AND state = 'queued'");
        app.until_number(&tried, 1).await;
        app.clock.advance(TimeDelta::hours(9));
    }
    until_state(&app, "dead").await;
    assert_eq!(server.received().len(), 0);
    app.finish().await;
}

#[tokio::test]
async fn a_lost_answer_repeats_the_mail_under_the_same_message_id() {
    let (server, app, dana, _) = two(Setup::default()).await;
    server.answer(At::Gone, "");
    test_mail(&dana).await;
    server.until(1).await;
    app.until_number(
        "SELECT COUNT(*) FROM mails WHERE attempts = 1 AND state = 'queued'",
        1,
    )
    .await;
    app.clock.advance(TimeDelta::minutes(1));
    let mails = server.until(2).await;
    assert_eq!(mails[0].header("Message-ID"), mails[1].header("Message-ID"));
    app.finish().await;
}

/// Somebody else takes over the background work.
fn start_jobs(app: &TestApp, server: &SmtpServer) -> CancellationToken {
    let state = &app.app.state;
    let ctx = JobCtx {
        db: state.db.clone(),
        clock: state.clock.clone(),
        ids: state.ids.clone(),
        retention: state.config.retention.clone(),
        mailer: Some(Mailer::new(&server.config()).expect("a way")),
        public_url: state.config.public_url.to_string(),
    };
    let stop = CancellationToken::new();
    jobs::start(ctx, &TaskTracker::new(), stop.clone());
    stop
}

#[tokio::test]
async fn a_crash_between_the_servers_answer_and_our_record_repeats_the_mail_and_loses_none() {
    let (server, app, dana, _) = two(Setup::default()).await;
    app.quiet().await;
    test_mail(&dana).await;
    let id = newest(&dana).await["id"].as_str().unwrap().parse().unwrap();
    let state = &app.app.state;
    let (db, ids, now) = (&state.db, &state.ids, state.clock.now());
    let by = Ctx::system(app.account.id, "mail", RequestId(ids.uuid_v7(now)), now);
    let mailer = Mailer::new(&server.config()).unwrap();
    let id = MailId(id);
    let message_id = mailer.message_id(id.0);
    let begun = mails::begin(db, &Arc::new(by), ids, id, message_id.clone()).await;
    let Begun::Try(begun) = begun.unwrap() else {
        panic!("it was due");
    };
    let written = mails::letter_of(db, app.account.id, &begun.mail, "https://x", None).await;
    let written = written.unwrap();
    let envelope = Envelope {
        from: written.account,
        name: written.name,
        address: begun.mail.address.clone(),
        message_id,
        date: now,
    };
    mailer.send(&envelope, &written.letter).await.unwrap();
    server.until(1).await;
    // The process ends here, and another one comes.
    assert_eq!(newest(&dana).await["state"], "sending");
    let stop = start_jobs(&app, &server);
    app.until_number(
        "SELECT COUNT(*) FROM jobs WHERE queue = 'send_mail' AND status = 'done'",
        1,
    )
    .await;
    assert_eq!(server.received().len(), 1, "somebody may still be at it");
    app.clock.advance(TimeDelta::minutes(5));
    let mails = server.until(2).await;
    assert_eq!(mails[0].header("Message-ID"), mails[1].header("Message-ID"));
    until_state(&app, "sent").await;
    stop.cancel();
    app.finish().await;
}

#[tokio::test]
async fn without_a_mail_server_mails_wait_and_go_when_there_is_one() {
    let app = TestApp::new().await;
    let dana = app.administrator().await;
    let queued = dana.post("/mails/test", &json!({})).await.expect(202);
    assert_eq!(queued.json, json!({ "has_server": false }));
    app.until_idle().await;
    let page = dana.get("/mails").await.expect(200);
    assert_eq!(page.json["has_server"], false);
    assert_eq!(page.json["items"][0]["state"], "queued");
    assert_eq!(page.json["items"][0]["attempts"], 0);

    app.clock.advance(TimeDelta::days(8));
    let mut dana = app.browser();
    dana.sign_in("dana@example.org", PASSWORD).await.expect(200);
    dana.post("/mails/test", &json!({})).await.expect(202);
    app.clock.advance(TimeDelta::minutes(2));
    app.quiet().await;
    let server = SmtpServer::start(Setup::default()).await;
    let stop = start_jobs(&app, &server);
    server.until(1).await;
    until_state(&app, "sent").await;
    // What says nothing new after so long is only sent when somebody wants it.
    until_state(&app, "dead").await;
    let page = dana.get("/mails?state=dead").await.expect(200);
    let error = page.string("/items/0/error");
    assert!(error.contains("more than a week"), "{error}");
    let path = format!("/mails/{}/send-again", page.string("/items/0/id"));
    dana.post(&path, &json!({})).await.expect(202);
    server.until(2).await;
    stop.cancel();
    app.finish().await;
}

#[tokio::test]
async fn no_name_reaches_a_header_or_is_markup() {
    let (server, app, dana, robin) = two(Setup::default()).await;
    let evil = "Robin\r\nBcc: all@example.org\r\n\r\n<b>Free</b>";
    let rename = "UPDATE users SET display_name = $1 WHERE id = $2";
    app.execute(rename, [evil.into(), robin.0.into()]).await;
    app.execute("UPDATE accounts SET name = $1", [evil.into()])
        .await;
    app.further_administrator(&app.account, KIM).await;
    let path = format!("/users/{robin}/suspend");
    dana.post(&path, &json!({})).await.expect(200);
    let mail = server.until(1).await.remove(0);
    assert_eq!(
        mail.headers(),
        [
            "From",
            "To",
            "Subject",
            "Message-ID",
            "Date",
            "Auto-Submitted",
            "MIME-Version",
            "Content-Type"
        ]
    );
    assert!(
        mail.header("Subject")
            .starts_with("Robin Bcc: all@example.org <b>Free</b>")
    );
    assert!(!mail.html().contains("<b>"));
    app.finish().await;
}

#[tokio::test]
async fn names_and_addresses_beyond_ascii_arrive() {
    let (server, app, dana, robin) = two(Setup::default()).await;
    let rename = "UPDATE users SET display_name = $1, email = $2 WHERE id = $3";
    let values = [
        "Zoë Müller, M.Ed.".into(),
        "zoë@exämple.org".into(),
        robin.0.into(),
    ];
    app.execute(rename, values).await;
    dana.post(&format!("/users/{robin}/delete"), &json!({}))
        .await
        .expect(200);
    let mail = server.until(1).await.remove(0);
    assert_eq!(mail.to, "zoë@xn--exmple-cua.org");
    assert!(
        mail.header("To").contains("Zoë Müller, M.Ed."),
        "{}",
        mail.header("To")
    );
    assert!(mail.text().starts_with("Hello Zoë Müller, M.Ed.,\n"));
    app.finish().await;
}

#[tokio::test]
async fn an_address_that_the_server_cannot_take_bounces_with_a_reason() {
    let (server, app, dana, robin) = two(Setup {
        utf8: false,
        ..Setup::default()
    })
    .await;
    let change = "UPDATE users SET email = $1 WHERE id = $2";
    app.execute(change, ["zoë@example.org".into(), robin.0.into()])
        .await;
    dana.post(&format!("/users/{robin}/delete"), &json!({}))
        .await
        .expect(200);
    until_state(&app, "bounced").await;
    let error = newest(&dana).await["error"].as_str().unwrap().to_owned();
    assert!(error.contains("SMTPUTF8"), "{error}");
    assert_eq!(server.received().len(), 0);
    app.finish().await;
}

#[tokio::test]
async fn whoever_may_not_be_mailed_any_more_is_not() {
    let (server, app, dana, robin) = two(Setup::default()).await;
    server.answer(At::Data, "451 4.3.0 come back later");
    let path = format!("/users/{robin}/reset-password");
    dana.post(&path, &json!({})).await.expect(202);
    app.until_number(
        "SELECT COUNT(*) FROM mails WHERE attempts = 1 AND state = 'queued'",
        1,
    )
    .await;
    let ban = format!("/users/{robin}/ban");
    dana.post(&ban, &json!({ "reason": "Left" }))
        .await
        .expect(200);
    app.clock.advance(TimeDelta::minutes(1));
    until_state(&app, "dead").await;
    let error = newest(&dana).await["error"].as_str().unwrap().to_owned();
    assert!(error.contains("status changed"), "{error}");
    assert_eq!(server.received().len(), 0);
    app.finish().await;
}

#[tokio::test]
async fn the_list_filters_and_pages_and_shows_nobody_elses() {
    let app = TestApp::new().await;
    let dana = app.administrator().await;
    let robin = app.further_administrator(&app.account, ROBIN).await;
    for _ in 0..3 {
        dana.post("/mails/test", &json!({})).await.expect(202);
    }
    dana.post(&format!("/users/{robin}/delete"), &json!({}))
        .await
        .expect(200);
    let all = dana.get("/mails").await.expect(200);
    assert_eq!(all.json["total"], 4);
    assert_eq!(
        all.strings("/items", "/kind"),
        ["removed", "test", "test", "test"]
    );
    let page = dana.get("/mails?kind=test&limit=2").await.expect(200);
    assert_eq!(page.json["total"], 3);
    let rest = format!(
        "/mails?kind=test&limit=2&cursor={}",
        page.string("/next_cursor")
    );
    let rest = dana.get(&rest).await.expect(200);
    assert_eq!(rest.json["items"].as_array().unwrap().len(), 1);
    assert_eq!(rest.json["next_cursor"], json!(null));
    let his = dana.get(&format!("/mails?user={robin}")).await.expect(200);
    assert_eq!(his.strings("/items", "/name"), ["Robin Castellanos"]);
    let none = dana.get("/mails?state=bounced").await.expect(200);
    assert_eq!(none.json["items"], json!([]));
    for (query, code) in [
        ("cursor=x", "invalid_cursor"),
        ("limit=0", "invalid"),
        ("limit=101", "invalid"),
        ("state=lost", "invalid"),
        ("colour=red", "invalid"),
    ] {
        let refused = dana.get(&format!("/mails?{query}")).await;
        refused.expect_problem(400, code);
    }

    let other = app.other_account().await;
    app.further_administrator(&other, "sam@example.org").await;
    let mut sam = app.browser();
    sam.sign_in_to("other", "sam@example.org", PASSWORD)
        .await
        .expect(200);
    assert_eq!(sam.get("/mails").await.expect(200).json["total"], 0);
    let id = all.string("/items/0/id");
    sam.get(&format!("/mails/{id}"))
        .await
        .expect_problem(404, "not_found");
    let again = sam
        .post(&format!("/mails/{id}/send-again"), &json!({}))
        .await;
    again.expect_problem(404, "not_found");
    app.finish().await;
}

#[tokio::test]
async fn an_auditor_reads_mails_and_sends_none() {
    let app = TestApp::new().await;
    let dana = app.administrator().await;
    dana.post("/mails/test", &json!({})).await.expect(202);
    let auditor = with_role(&app, "auditor").await;
    let page = auditor.get("/mails").await.expect(200);
    let id = page.string("/items/0/id");
    auditor.get(&format!("/mails/{id}")).await.expect(200);
    for path in ["/mails/test".to_owned(), format!("/mails/{id}/send-again")] {
        let refused = auditor.post(&path, &json!({})).await;
        refused.expect_problem(403, "forbidden");
    }
    app.finish().await;
}

#[tokio::test]
async fn test_mails_have_a_limit_and_need_an_address() {
    let app = TestApp::new().await;
    let dana = app.administrator().await;
    for _ in 0..10 {
        dana.post("/mails/test", &json!({})).await.expect(202);
    }
    let refused = dana.post("/mails/test", &json!({})).await;
    refused.expect_problem(409, "conflict");
    app.execute("UPDATE users SET email = NULL", []).await;
    let refused = dana.post("/mails/test", &json!({})).await;
    refused.expect_problem(409, "missing_field:email");
    app.finish().await;
}
