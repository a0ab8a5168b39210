//! Shadow mode (domain.md section 11, 2): what a provider sends is answered as if it were done and
//! is not; *Go live* does it and keeps the ids. `fixtures::in_shadow` replays every recorded
//! provider against it.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use rollcall_server::ops::shadow::{going_live, throw_away};
use scim_schema::dialect::ConnectionKind;
use sea_orm::DatabaseBackend;
use serde_json::{Value, json};

use super::adoption::{local, mailed, verify};
use crate::support::{Answer, Console, ScimClient, TestApp, percent_encoded, user_body};

pub(super) fn path(client: &ScimClient, below: &str) -> String {
    format!("/idp-connections/{}/shadow{below}", client.connection)
}

pub(super) async fn summary(console: &Console, client: &ScimClient) -> Answer {
    console.get(&path(client, "")).await.expect(200)
}

/// Waits until the connection is live.
pub(super) async fn until_live(app: &TestApp) {
    let going = "SELECT COUNT(*) FROM idp_connections WHERE mode = 'going_live'";
    app.until_number(going, 0).await;
    // The caches of tokens know of it by then.
    app.app.state.tokens.forget();
}

pub(super) async fn go_live(app: &TestApp, console: &Console, client: &ScimClient) {
    let begun = console.post(&path(client, "/go-live"), &json!({})).await;
    begun.expect(202);
    until_live(app).await;
}

/// People and links that exist.
pub(super) async fn people(app: &TestApp) -> i64 {
    app.number("SELECT COUNT(*) FROM users").await
}

#[tokio::test]
async fn a_connection_in_shadow_is_answered_as_if_and_nobody_is_created() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let client = app.shadow_connection(ConnectionKind::Generic).await;
    let before = people(&app).await;
    let ada = client.user("ada").await;
    let team = client.group("Analysts", &[&ada]).await;
    let read = client.get(&format!("/Users/{ada}")).await.expect(200);
    assert_eq!(read.string("/groups/0/value"), team);
    assert_eq!(read.string("/groups/0/display"), "Analysts");
    client
        .post("/Users", &user_body("ADA"))
        .await
        .expect_scim_error(409, Some("uniqueness"), "userName");
    assert_eq!(people(&app).await, before);

    let told = summary(&console, &client).await.json;
    assert_eq!(told["mode"], "shadow");
    assert_eq!((&told["users"], &told["groups"]), (&json!(1), &json!(1)));
    assert_eq!((&told["members"], &told["met"]), (&json!(1), &json!(0)));
    let listed = console.get("/idp-connections").await.expect(200);
    assert_eq!(listed.json["items"][0]["mode"], "shadow");
    assert_eq!(listed.json["items"][0]["shadow_count"], 2);
    assert_eq!(listed.json["items"][0]["user_count"], 0);

    app.flush_log().await;
    let log = console.get("/provisioning-log").await.expect(200);
    let decisions = log.strings("/items", "/decision");
    assert!(
        decisions
            .iter()
            .any(|one| one == "Created the user, in shadow alone"),
        "{decisions:?}"
    );
    let audited = "SELECT COUNT(*) FROM audit_events WHERE action IN ('shadow.create_user', 'shadow.create_group')";
    assert_eq!(app.number(audited).await, 2);
    app.finish().await;
}

#[tokio::test]
async fn the_summary_tells_when_a_shadow_changed_even_if_no_number_does() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let client = app.shadow_connection(ConnectionKind::Generic).await;
    let empty = summary(&console, &client).await.json;
    assert_eq!(empty["changed_at"], json!(null));

    let ada = format!("/Users/{}", client.user("ada").await);
    let before = summary(&console, &client).await.json;
    assert!(before["changed_at"].is_string(), "{before}");
    app.clock.advance(TimeDelta::seconds(1));
    client.get(&ada).await.expect(200);
    assert_eq!(summary(&console, &client).await.json, before);
    let title = json!([{ "op": "replace", "path": "title", "value": "Head" }]);
    client.patch(&ada, title).await.expect(200);
    let after = summary(&console, &client).await.json;
    assert_eq!(after["users"], before["users"]);
    assert_ne!(after["changed_at"], before["changed_at"]);
    // What somebody looked at is no more: it is not taken live.
    let go_live = |seen: &Value| {
        let seen = seen["changed_at"].as_str().expect("an instant");
        path(
            &client,
            &format!("/go-live?reviewed={}", percent_encoded(seen)),
        )
    };
    let refused = console.post(&go_live(&before), &json!({})).await;
    let refused = refused.expect(409);
    assert!(refused.text.contains("changed since"), "{refused:?}");
    console.post(&go_live(&after), &json!({})).await.expect(202);
    app.finish().await;
}

#[tokio::test]
async fn a_name_that_somebody_has_is_no_refusal_in_shadow_but_part_of_the_difference() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let live = app.connection(ConnectionKind::Generic).await;
    live.user("ada").await;
    let client = app.shadow_connection(ConnectionKind::Okta).await;
    client
        .post(
            "/Users",
            &json!({
                "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
                "userName": "Ada",
                "displayName": "Ada Lovelace",
                "active": false,
            }),
        )
        .await
        .expect(201);
    client.user("grace").await;
    let told = summary(&console, &client).await.json;
    assert_eq!((&told["met"], &told["inactive"]), (&json!(1), &json!(1)));

    let listed = console.get(&path(&client, "/users")).await.expect(200);
    let [ada, grace] = listed.json["items"].as_array().unwrap().as_slice() else {
        panic!("two, not {}", listed.text);
    };
    assert_eq!(ada["outcome"], "conflict");
    assert_eq!(ada["active"], false);
    assert_eq!(ada["person"]["name"], "ada");
    assert!(ada["person"]["connection"].is_string());
    let renamed = json!({ "path": "displayName", "before": null, "after": "Ada Lovelace" });
    assert!(
        ada["changes"].as_array().unwrap().contains(&renamed),
        "{ada}"
    );
    assert_eq!(grace["outcome"], "create");
    assert_eq!(grace["person"], Value::Null);
    app.finish().await;
}

/// What the difference shows of each user name: what would happen, and to whom.
async fn outcomes(console: &Console, client: &ScimClient) -> BTreeMap<String, (String, String)> {
    let listed = console.get(&path(client, "/users")).await.expect(200);
    let items = listed.json["items"].as_array().expect("a list");
    let word = |value: &Value| value.as_str().unwrap_or("nobody").to_owned();
    items
        .iter()
        .map(|one| {
            let outcome = word(&one["outcome"]);
            let person = word(&one["person"]["id"]);
            (word(&one["user_name"]), (outcome, person))
        })
        .collect()
}

#[tokio::test]
async fn the_difference_shows_whom_going_live_adopts_and_who_is_in_the_way() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let live = app.connection(ConnectionKind::Generic).await;
    verify(&app, "example.org").await;
    let ada = local(&app, "ada@example.org", None).await;
    let grace = local(&app, "g.hopper", Some("Grace@example.org")).await;
    let plain = local(&app, "plain", None).await;
    for name in ["one", "two"] {
        local(&app, name, Some("family@example.org")).await;
    }
    let taken = app.user_of(&live.user("taken").await).await;
    let client = app.shadow_connection(ConnectionKind::Generic).await;
    for body in [
        user_body("ADA@example.org"),
        mailed("hopper", "grace@EXAMPLE.org"),
        user_body("plain"),
        user_body("taken"),
        user_body("dana@example.org"),
        mailed("child", "family@example.org"),
        user_body("new"),
    ] {
        client.post("/Users", &body).await.expect(201);
    }
    let shown = outcomes(&console, &client).await;
    let nobody = "nobody".to_owned();
    for (name, outcome, person) in [
        ("ADA@example.org", "adopt", ada.to_string()),
        ("hopper", "adopt", grace.to_string()),
        ("plain", "conflict", plain.to_string()),
        ("taken", "conflict", taken.to_string()),
        ("child", "create", nobody.clone()),
        ("new", "create", nobody),
    ] {
        assert_eq!(shown[name], (outcome.to_owned(), person), "{name}");
    }
    assert_eq!(shown["dana@example.org"].0, "conflict", "an administrator");

    // It is what happens.
    go_live(&app, &console, &client).await;
    let left: Vec<String> = outcomes(&console, &client).await.into_keys().collect();
    assert_eq!(left, ["dana@example.org", "plain", "taken"]);
    let adopted = "SELECT COUNT(*) FROM audit_events WHERE action = 'user.adopt'";
    assert_eq!(app.number(adopted).await, 2);
    app.finish().await;
}

#[tokio::test]
async fn a_connection_that_adopts_nobody_shows_everybody_here_as_in_the_way() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    verify(&app, "example.org").await;
    let ada = local(&app, "ada@example.org", None).await;
    let client = app.shadow_connection(ConnectionKind::Generic).await;
    client.user("ada@example.org").await;
    let connection = format!("/idp-connections/{}", client.connection);
    for (on, outcome) in [(false, "conflict"), (true, "adopt")] {
        let change = json!({ "adopt_existing": on });
        let changed = console.call("PATCH", &connection).json(&change);
        changed.send().await.expect(200);
        let shown = outcomes(&console, &client).await;
        let expected = (outcome.to_owned(), ada.to_string());
        assert_eq!(shown["ada@example.org"], expected);
    }
    app.finish().await;
}

#[tokio::test]
async fn going_live_keeps_ids_memberships_and_who_may_not_sign_in() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let client = app.shadow_connection(ConnectionKind::Generic).await;
    let ada = client.user("ada").await;
    let grace = client.user("grace").await;
    let user = format!("/Users/{grace}");
    let disable = json!([{ "op": "replace", "path": "active", "value": false }]);
    client.patch(&user, disable).await.expect(200);
    let inner = client.group("Analysts", &[&ada, &grace]).await;
    let outer = client.group("Everyone", &[&inner]).await;
    let seen = client.get(&user).await.expect(200).string("/meta/version");

    go_live(&app, &console, &client).await;
    let told = summary(&console, &client).await.json;
    assert_eq!((&told["mode"], &told["users"]), (&json!("live"), &json!(0)));
    let read = client.get(&user).await.expect(200);
    assert_eq!(read.json["active"], false);
    assert_ne!(read.string("/meta/version"), seen, "no version comes twice");
    let members = client.get(&format!("/Groups/{inner}")).await.expect(200);
    let mut ids = members.strings("/members", "/value");
    ids.sort_unstable();
    let mut expected = [ada, grace];
    expected.sort_unstable();
    assert_eq!(ids, expected);
    let nested = client.get(&format!("/Groups/{outer}")).await.expect(200);
    assert_eq!(nested.strings("/members", "/value"), [inner.as_str()]);
    let held = "SELECT COUNT(*) FROM users WHERE hold_kinds = 'idp_disabled'";
    assert_eq!(app.number(held).await, 1);
    for table in ["shadow_objects", "shadow_members"] {
        let left = format!("SELECT COUNT(*) FROM {table}");
        assert_eq!(app.number(&left).await, 0, "{table}");
    }
    client.user("barbara").await;
    app.finish().await;
}

#[tokio::test]
async fn whoever_stays_behind_is_a_conflict_and_keeps_the_id_when_they_are_moved() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let other = app.connection(ConnectionKind::Generic).await;
    let person = app.user_of(&other.user("ada").await).await;
    let client = app.shadow_connection(ConnectionKind::Generic).await;
    let mut body = user_body("ADA");
    body["title"] = "Countess".into();
    body["active"] = false.into();
    let ada = client.post("/Users", &body).await.expect(201).id();
    let team = client.group("Analysts", &[&ada]).await;

    for seen in 1..=2 {
        go_live(&app, &console, &client).await;
        let listed = console.get("/conflicts").await.expect(200);
        assert_eq!(listed.json["total"], 1);
        let conflict = &listed.json["items"][0];
        assert_eq!(conflict["kind"], "user_name");
        assert_eq!(conflict["cause"], "linked");
        assert_eq!(conflict["seen"], seen);
        assert_eq!(conflict["person"]["id"], person.to_string());
    }
    let id = console.get("/conflicts").await.string("/items/0/id");
    let detail = console.get(&format!("/conflicts/{id}")).await.expect(200);
    assert_eq!(detail.json["sent"]["title"], "Countess");
    assert_eq!(detail.json["sent"]["active"], false);
    let moved = console
        .post(
            &format!("/conflicts/{id}/resolve"),
            &json!({ "act": "move" }),
        )
        .await;
    moved.expect(204);

    // The rest of the shadow goes live under the id that the provider was told.
    go_live(&app, &console, &client).await;
    assert_eq!(summary(&console, &client).await.json["users"], 0);
    assert_eq!(app.user_of(&ada).await, person);
    let read = client.get(&format!("/Users/{ada}")).await.expect(200);
    assert_eq!(read.json["active"], false);
    assert_eq!(read.string("/groups/0/value"), team);
    app.finish().await;
}

#[tokio::test]
async fn whoever_is_in_the_way_stays_behind_until_that_is_solved() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let other = app.connection(ConnectionKind::Generic).await;
    let theirs = other.user("ada").await;
    let client = app.shadow_connection(ConnectionKind::Generic).await;
    let ada = client.user("ada").await;
    let grace = client.user("grace").await;
    let team = client.group("Analysts", &[&ada, &grace]).await;

    go_live(&app, &console, &client).await;
    let told = summary(&console, &client).await.json;
    assert_eq!((&told["users"], &told["refused"]), (&json!(1), &json!(1)));
    let read = client.get(&format!("/Groups/{team}")).await.expect(200);
    assert_eq!(read.strings("/members", "/value"), [grace.as_str()]);
    client.get(&format!("/Users/{ada}")).await.expect(404);

    other.delete(&format!("/Users/{theirs}")).await.expect(204);
    go_live(&app, &console, &client).await;
    assert_eq!(summary(&console, &client).await.json["users"], 0);
    client.get(&format!("/Users/{ada}")).await.expect(200);
    let read = client.get(&format!("/Groups/{team}")).await.expect(200);
    assert_eq!(read.strings("/members", "/value").len(), 2);
    app.finish().await;
}

/// Puts users into a shadow behind the server's back.
pub(super) async fn fill(app: &TestApp, client: &ScimClient, count: u32) {
    let (id, now) = match app.backend() {
        DatabaseBackend::Sqlite => ("randomblob(16)", "'2026-11-22T08:00:00+00:00'"),
        _ => ("gen_random_uuid()", "TIMESTAMPTZ '2026-11-22T08:00:00Z'"),
    };
    let sql = format!(
        "INSERT INTO shadow_objects (account_id, id, connection_id, kind, name_folded, label, active, lifecycle, document, unmapped, version, created_at, updated_at) \
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) \
         SELECT $1, {id}, $2, 'User', 'user' || i, 'user' || i, TRUE, 'active', '{{\"userName\":\"user' || i || '\"}}', '{{}}', 1, {now}, {now} FROM n"
    );
    let values = [app.account.id.0.into(), client.connection.0.into()];
    assert_eq!(app.execute(&sql, values).await, u64::from(count));
}

#[tokio::test]
async fn a_going_live_that_broke_off_is_completed_and_requests_wait_meanwhile() {
    let app = TestApp::new().await;
    let client = app.shadow_connection(ConnectionKind::Generic).await;
    fill(&app, &client, 1_030).await;
    let before = people(&app).await;
    // Nobody works: the process has died, as far as the job knows.
    app.quiet().await;
    let (db, ctx) = (&app.app.state.db, app.operator());
    let id = client.connection;
    going_live::start(db, &ctx, id, None).await.unwrap();
    app.app.state.tokens.forget();
    going_live::go_on(db, &ctx, id).await.unwrap();
    assert_eq!(people(&app).await - before, 1_000);
    let wait = client.get("/Users").await;
    assert_eq!(wait.status, 503, "{}", wait.text);
    assert!(wait.header("retry-after").is_some());
    going_live::start(db, &ctx, id, None).await.unwrap_err();

    going_live::go_on(db, &ctx, id).await.unwrap();
    going_live::go_on(db, &ctx, id).await.unwrap();
    assert_eq!(people(&app).await - before, 1_030);
    app.app.state.tokens.forget();
    let listed = client.get("/Users?count=1").await.expect(200);
    assert_eq!(listed.json["totalResults"], 1_030);
    app.finish().await;
}

#[tokio::test]
async fn a_shadow_holds_fifty_thousand_and_says_so() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let client = app.shadow_connection(ConnectionKind::Generic).await;
    fill(&app, &client, 49_999).await;
    client.user("the-last").await;
    for (endpoint, body) in [
        ("/Users", user_body("one-more")),
        (
            "/Groups",
            json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "One more" }),
        ),
    ] {
        let refused = client.post(endpoint, &body).await;
        refused.expect_scim_error(400, Some("tooMany"), "50000");
    }
    let found = client.filter("/Users", "userName eq \"USER49999\"").await;
    assert_eq!(found.expect(200).json["totalResults"], 1);
    let page = client
        .get("/Users?startIndex=49991&count=20")
        .await
        .expect(200);
    assert_eq!(page.json["totalResults"], 50_000);
    assert_eq!(page.json["itemsPerPage"], 10);

    let gone = console.delete(&path(&client, "")).await.expect(200);
    assert_eq!(gone.json["objects"], 50_000);
    client.user("one-more").await;
    app.finish().await;
}

#[tokio::test]
async fn only_a_connection_without_people_is_put_into_shadow() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let client = app.connection(ConnectionKind::Generic).await;
    let nothing = json!({});
    let enter = path(&client, "");
    console.post(&enter, &nothing).await.expect(204);
    client.user("ada").await;
    assert_eq!(app.number("SELECT COUNT(*) FROM scim_links").await, 0);
    let again = console.post(&enter, &nothing).await;
    again.expect_problem(409, "conflict");

    go_live(&app, &console, &client).await;
    assert_eq!(app.number("SELECT COUNT(*) FROM scim_links").await, 1);
    for below in ["", "/go-live"] {
        let refused = console.post(&path(&client, below), &nothing).await;
        refused.expect_problem(409, "conflict");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_throw_away_shadow_is_in_no_list_and_leaves_nothing() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let client = app.connection(ConnectionKind::Entra).await;
    let (db, ctx) = (&app.app.state.db, app.operator());
    let before = app.footprint().await;
    let made = throw_away::make(db, &ctx, client.connection).await.unwrap();
    assert_eq!(made.dialect.kind, ConnectionKind::Entra);
    let listed = console.get("/idp-connections").await.expect(200);
    assert_eq!(listed.json["items"].as_array().unwrap().len(), 1);
    for below in ["", "/shadow", "/shadow/users"] {
        let hidden = format!("/idp-connections/{}{below}", made.id);
        console.get(&hidden).await.expect_problem(404, "not_found");
    }
    throw_away::remove(db, &ctx, client.connection)
        .await
        .expect_err("a connection that is no throw-away");
    throw_away::remove(db, &ctx, made.id).await.unwrap();
    assert_eq!(app.footprint().await, before);
    app.finish().await;
}
