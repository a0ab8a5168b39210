//! What happened to one person, and why they are in the state they are in (features.md A91, A111).

use chrono::TimeDelta;
use scim_schema::dialect::ConnectionKind;
use serde_json::{Value, json};

use crate::support::{Answer, Console, PASSWORD, TestApp, user_body};

const ROBIN: &str = "robin@example.org";

async fn timeline(console: &Console, user: impl std::fmt::Display, query: &str) -> Answer {
    let path = format!("/users/{user}/timeline{query}");
    console.get(&path).await.expect(200)
}

async fn explained(console: &Console, user: impl std::fmt::Display) -> Value {
    let path = format!("/users/{user}/status-explanation");
    console.get(&path).await.expect(200).json
}

#[tokio::test]
async fn a_person_s_story_has_acts_sign_ins_and_what_their_provider_was_refused() {
    let app = TestApp::new().await;
    let dana = app.administrator().await;
    let client = app.connection(ConnectionKind::Generic).await;
    let id = client.user("ada").await;
    app.clock.advance(TimeDelta::minutes(1));
    let broken = json!([{ "op": "replace", "path": "userName", "value": 7 }]);
    client
        .patch(&format!("/Users/{id}"), broken)
        .await
        .expect(400);
    app.clock.advance(TimeDelta::minutes(1));
    let off = json!([{ "op": "replace", "path": "active", "value": false }]);
    client.patch(&format!("/Users/{id}"), off).await.expect(200);
    app.flush_log().await;
    app.clock.advance(TimeDelta::minutes(1));
    let ada = app.user_of(&id).await;
    let asked = json!({ "reason": "Gave the password away" });
    let ban = format!("/users/{ada}/ban");
    dana.post(&ban, &asked).await.expect(200);
    let story = timeline(&dana, ada, "").await;
    assert_eq!(
        story.strings("/items", "/kind"),
        ["act", "act", "request", "act"],
        "{}",
        story.text
    );
    let act = |index: usize| story.string(&format!("/items/{index}/row/action"));
    assert_eq!(
        [act(0), act(1), act(3)],
        ["user.ban", "user.disable", "user.create"]
    );
    assert_eq!(story.json["items"][2]["row"]["status"], 400);
    assert!(story.json["items"][1]["row"]["log"].is_string());
    // Page by page it is the same story.
    let mut walked = Vec::new();
    let mut query = "?limit=1".to_owned();
    loop {
        let page = timeline(&dana, ada, &query).await;
        walked.extend(page.strings("/items", "/row/id"));
        let Some(next) = page.json["next_cursor"].as_str() else {
            break;
        };
        query = format!("?limit=1&cursor={next}");
    }
    assert_eq!(walked, story.strings("/items", "/row/id"));
    app.finish().await;
}

#[tokio::test]
async fn an_administrator_s_story_has_their_sign_ins_and_sign_outs_and_not_their_acts() {
    let app = TestApp::new().await;
    let dana = app.administrator().await;
    let robin = app.further_administrator(&app.account, ROBIN).await;
    app.clock.advance(TimeDelta::minutes(1));
    let mut console = app.browser();
    console.sign_in(ROBIN, PASSWORD).await.expect(200);
    let domain = json!({ "domain": "example.org" });
    console.post("/domains", &domain).await.expect(201);
    app.clock.advance(TimeDelta::minutes(1));
    console.delete("/sessions/current").await.expect(204);
    let story = timeline(&dana, robin, "").await;
    assert_eq!(
        story.strings("/items", "/row/action")[..2],
        ["session.end", "session.create"],
        "{}",
        story.text
    );
    assert!(!story.text.contains("domain.assert"));
    app.finish().await;
}

#[tokio::test]
async fn a111_why_somebody_is_kept_out_is_told_for_each_hold() {
    let app = TestApp::new().await;
    let dana = app.administrator().await;
    let client = app.connection(ConnectionKind::Generic).await;
    let id = client.user("ada").await;
    app.clock.advance(TimeDelta::minutes(1));
    let off = json!([{ "op": "replace", "path": "active", "value": false }]);
    client.patch(&format!("/Users/{id}"), off).await.expect(200);
    app.flush_log().await;
    app.clock.advance(TimeDelta::minutes(1));
    let ada = app.user_of(&id).await;
    let until = app.app.state.clock.now() + TimeDelta::days(2);
    let asked = json!({ "reason": "On leave", "until": until });
    let suspend = format!("/users/{ada}/suspend");
    dana.post(&suspend, &asked).await.expect(200);

    let told = explained(&dana, ada).await;
    assert_eq!(told["status"], "suspended");
    let [disabled, suspended] = told["causes"].as_array().unwrap().as_slice() else {
        panic!("{told}");
    };
    assert_eq!(disabled["what"]["hold"], "idp_disabled");
    assert_eq!(disabled["by"]["kind"], "connection");
    assert_eq!(disabled["channel"], "scim");
    assert!(disabled["log"].is_string(), "{told}");
    assert_eq!(disabled["remedy"]["act"], Value::Null);
    assert_eq!(
        disabled["remedy"]["connection"],
        client.connection.to_string()
    );
    assert_eq!(suspended["what"]["hold"], "suspended");
    assert_eq!(suspended["by"]["name"], "Dana Whitfield");
    assert_eq!(suspended["channel"], "ui");
    assert_eq!(suspended["reason"], "On leave");
    assert!(suspended["until"].is_string());
    assert_eq!(suspended["remedy"]["act"], "unsuspend");
    assert_eq!(
        suspended["remedy"]["roles"],
        json!(["system_administrator", "it_administrator"])
    );
    assert_eq!(suspended["remedy"]["time"], true);
    let event = suspended["event"].as_str().unwrap();
    let act = dana.get(&format!("/audit/{event}")).await.expect(200);
    assert_eq!(act.json["action"], "user.suspend");
    app.finish().await;
}

#[tokio::test]
async fn a091_why_somebody_cannot_sign_in_is_told_for_every_lifecycle() {
    let app = TestApp::new().await;
    let dana = app.administrator().await;
    let robin = app.further_administrator(&app.account, ROBIN).await;
    let told = explained(&dana, robin).await;
    assert_eq!(
        (&told["status"], &told["causes"]),
        (&json!("active"), &json!([]))
    );
    let archive = format!("/users/{robin}/archive");
    let asked = json!({ "reason": "Left the district" });
    dana.post(&archive, &asked).await.expect(200);
    let told = explained(&dana, robin).await;
    let cause = &told["causes"][0];
    assert_eq!(cause["what"]["lifecycle"], "archived");
    assert_eq!(cause["by"]["name"], "Dana Whitfield");
    assert_eq!(cause["reason"], "Left the district");
    assert_eq!(cause["remedy"]["act"], "unarchive");

    let client = app.connection(ConnectionKind::Generic).await;
    let mut body = user_body("staged");
    body["active"] = false.into();
    let id = client.post("/Users", &body).await.expect(201).id();
    let staged = app.user_of(&id).await;
    let told = explained(&dana, staged).await;
    let causes: Vec<&Value> = told["causes"].as_array().unwrap().iter().collect();
    assert_eq!(causes[0]["what"]["lifecycle"], "staged", "{told}");
    assert_eq!(
        causes[0]["remedy"]["connection"],
        client.connection.to_string()
    );
    assert_eq!(causes[1]["what"]["hold"], "idp_disabled");
    assert!(causes[1]["event"].is_string(), "{told}");
    client.delete(&format!("/Users/{id}")).await.expect(204);
    let told = explained(&dana, staged).await;
    assert_eq!(told["causes"][0]["what"]["lifecycle"], "deleted");
    assert_eq!(told["causes"][0]["by"]["kind"], "connection");
    assert_eq!(told["causes"][0]["remedy"]["act"], "restore");
    app.finish().await;
}

#[tokio::test]
async fn a_lock_out_is_explained_by_the_wrong_passwords() {
    let app = TestApp::new().await;
    let dana = app.administrator().await;
    let robin = app.further_administrator(&app.account, ROBIN).await;
    for _ in 0..10 {
        app.browser().sign_in(ROBIN, "wrong horse").await;
    }
    let told = explained(&dana, robin).await;
    assert_eq!(told["causes"][0]["what"]["hold"], "denied");
    assert_eq!(told["causes"][0]["by"]["name"], "lock_out");
    assert_eq!(told["causes"][0]["remedy"]["act"], "validate");
    let story = timeline(&dana, robin, "").await;
    assert!(story.text.contains("user.hold"), "{}", story.text);
    app.finish().await;
}
