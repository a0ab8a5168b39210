//! The outbox: what is mailed to whom, and who may look.

use chrono::TimeDelta;
use rollcall_server::db::{DbError, NewJob, Written};
use scim_schema::{dialect::ConnectionKind, id::UserId};
use serde_json::{Value, json};

use super::permissions::with_role;
use crate::support::{At, Console, FROM, PASSWORD, Setup, SmtpServer, TestApp, patch_body};

pub(super) const ROBIN: &str = "robin@example.org";
pub(super) const KIM: &str = "kim@example.org";

/// The routes of mails, for the matrix.
pub(super) fn routes(mail: &str, user: &str) -> [(&'static str, String); 5] {
    [
        ("GET", "/mails".to_owned()),
        ("POST", "/mails/test".to_owned()),
        ("GET", format!("/mails/{mail}")),
        ("POST", format!("/mails/{mail}/send-again")),
        ("POST", format!("/users/{user}/reset-password")),
    ]
}

/// Puts a mail into the outbox and answers its id.
pub(super) async fn put_one(console: &Console) -> String {
    console.post("/mails/test", &json!({})).await.expect(202);
    newest(console).await["id"].as_str().unwrap().to_owned()
}

/// Dana and Robin, both administrators, and a mail server.
pub(super) async fn two(setup: Setup) -> (SmtpServer, TestApp, Console, UserId) {
    let server = SmtpServer::start(setup).await;
    let app = TestApp::mailing(&server).await;
    let dana = app.administrator().await;
    let robin = app.further_administrator(&app.account, ROBIN).await;
    (server, app, dana, robin)
}

/// The newest mail, as the console sees it.
pub(super) async fn newest(console: &Console) -> Value {
    let page = console.get("/mails?limit=1").await.expect(200);
    page.json["items"][0].clone()
}

/// Waits until one mail is in this state.
pub(super) async fn until_state(app: &TestApp, state: &str) {
    let count = format!("SELECT COUNT(*) FROM mails WHERE state = '{state}'");
    app.until_number(&count, 1).await;
}

/// Waits until a mail waits for another try.
pub(super) async fn until_tried(app: &TestApp) {
    let tried = "SELECT COUNT(*) FROM mails WHERE attempts = 1 AND state = 'queued'";
    app.until_number(tried, 1).await;
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
    digest(&app).await;
    // Not Robin, who is an administrator as well and cannot come in.
    let mails = server.until(2).await;
    assert_eq!(mails[1].to, "dana@example.org");
    assert_eq!(
        mails[1].header("Subject"),
        "1 person was locked out of Rollcall"
    );
    assert!(mails[1].text().contains("- Robin Castellanos\n"));
    // It is told once, however often it is asked for.
    digest(&app).await;
    assert_eq!(server.received().len(), 2);
    // Nobody who was let in again is told of.
    let mut dana = app.browser();
    dana.sign_in("dana@example.org", PASSWORD).await.expect(200);
    dana.post(&format!("/users/{robin}/validate"), &json!({}))
        .await
        .expect(200);
    app.execute("DELETE FROM mails WHERE kind = 'denied_digest'", [])
        .await;
    digest(&app).await;
    assert_eq!(server.received().len(), 2);
    app.finish().await;
}

/// Runs the job of this morning as the schedule queues it.
async fn digest(app: &TestApp) {
    let by = app.operator();
    let queued = app.app.state.db.write::<_, DbError, _>(&by, move |tx| {
        let job = NewJob {
            queue: "denied_digest",
            payload: json!({ "at": tx.ctx().now }),
            run_at: tx.ctx().now,
            dedup_key: None,
            max_attempts: 1,
        };
        Box::pin(async move { Ok(Written::bookkeeping(()).queueing(job)) })
    });
    queued.await.unwrap();
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
async fn whoever_may_not_be_mailed_any_more_is_not() {
    let (server, app, dana, robin) = two(Setup::default()).await;
    server.answer(At::Data, "451 4.3.0 come back later");
    let path = format!("/users/{robin}/reset-password");
    dana.post(&path, &json!({})).await.expect(202);
    until_tried(&app).await;
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
