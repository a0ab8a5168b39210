//! The way of mails to the mail server, and what becomes of those that are not taken.

use std::sync::Arc;

use chrono::TimeDelta;
use rollcall_server::{
    config::{SmtpConfig, SmtpTls},
    ctx::Ctx,
    jobs::{self, JobCtx},
    mail::{Envelope, Mailer},
    ops::mails,
};
use scim_schema::id::{MailId, RequestId};
use serde_json::json;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::mails::{KIM, ROBIN, newest, two, until_state, until_tried};
use crate::support::{At, Console, PASSWORD, Setup, SmtpServer, TestApp};

async fn test_mail(dana: &Console) {
    let queued = dana.post("/mails/test", &json!({})).await.expect(202);
    assert_eq!(queued.json, json!({ "has_server": true }));
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
    until_tried(&app).await;
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
    until_tried(&app).await;
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
    until_tried(&app).await;
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
    let Some(begun) = begun.unwrap() else {
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
async fn a_connection_is_checked_without_a_mail() {
    let server = SmtpServer::start(Setup {
        tls: SmtpTls::StartTls,
        login: Some(("rollcall", "an SMTP password")),
        ..Setup::default()
    })
    .await;
    let right = Mailer::new(&server.config()).unwrap();
    assert_eq!(right.check().await, Ok(()));
    let wrong = server.config().signing_in("rollcall", "another one");
    let refused = Mailer::new(&wrong).unwrap().check().await.unwrap_err();
    assert!(refused.contains("535"), "{refused}");
    assert_eq!(server.received().len(), 0);
}
