//! What organisations decide (features.md section A12): values, floors, inheritance, history, and
//! what they make of the same request.

use chrono::TimeDelta;
use scim_schema::{dialect::ConnectionKind, id::UserId};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};

use super::permissions::with_role;
use crate::support::{Answer, Console, TestApp, user_body};

/// The root organisation, as its administrator belongs to it.
async fn root(console: &Console) -> String {
    let me = console.get("/me").await.expect(200).string("/user_id");
    let user = console.get(&format!("/users/{me}")).await.expect(200);
    user.string("/memberships/0/organisation")
}

async fn policy(console: &Console, organisation: &str) -> Answer {
    console.get(&format!("/policies/{organisation}")).await
}

/// One setting of an organisation.
async fn setting(console: &Console, organisation: &str, word: &str) -> Value {
    let policy = policy(console, organisation).await.expect(200);
    let settings = policy.json["settings"].as_array().unwrap();
    let found = settings.iter().find(|setting| setting["setting"] == word);
    found.unwrap().clone()
}

async fn change(console: &Console, organisation: &str, body: Value) -> Answer {
    let path = format!("/policies/{organisation}");
    console.call("PATCH", &path).json(&body).send().await
}

#[tokio::test]
async fn a014_a_value_is_inherited_until_somebody_decides_and_says_where_it_comes_from() {
    let app = TestApp::new().await;
    let dana = app.administrator().await;
    let (root, school) = (root(&dana).await, app.organisation("Northfield").await);
    let before = setting(&dana, &school, "grace_days").await;
    assert_eq!(before["value"], 30);
    assert_eq!(before["origin"], json!({ "kind": "default" }));
    let body = json!({ "values": { "grace_days": 90 } });
    change(&dana, &root, body).await.expect(200);
    let inherited = setting(&dana, &school, "grace_days").await;
    assert_eq!(inherited["value"], 90);
    assert_eq!(
        inherited["origin"],
        json!({ "kind": "set", "organisation": root })
    );
    assert!(inherited.get("own").is_none());

    let own = change(&dana, &school, json!({ "values": { "grace_days": 10 } })).await;
    assert_eq!(own.expect(200).json["version"], 1);
    let own = setting(&dana, &school, "grace_days").await;
    assert_eq!((&own["value"], &own["inherited"]), (&json!(10), &json!(90)));
    let body = json!({ "values": { "grace_days": null } });
    change(&dana, &school, body).await.expect(200);
    assert_eq!(setting(&dana, &school, "grace_days").await["value"], 90);
    let line = policy(&dana, &school).await.expect(200);
    assert_eq!(line.strings("/line", "/name"), ["Rollcall", "Northfield"]);
    let overview = dana.get("/policies").await.expect(200).json;
    assert_eq!(overview, json!({ "root": root, "deciders": [] }));
    let body = json!({ "floors": { "undo_minutes": 5 } });
    change(&dana, &school, body).await.expect(200);
    let overview = dana.get("/policies").await.expect(200);
    assert_eq!(overview.strings("/deciders", "/name"), ["Northfield"]);
    app.finish().await;
}

#[tokio::test]
async fn a014_a_floor_holds_below_and_what_is_freer_is_refused_by_name() {
    let app = TestApp::new().await;
    let dana = app.administrator().await;
    let (root, school) = (root(&dana).await, app.organisation("Northfield").await);
    let free = json!({ "values": { "removal_mode": "purge_now" } });
    change(&dana, &school, free.clone()).await.expect(200);
    let floor = json!({ "floors": { "removal_mode": "tombstone" } });
    change(&dana, &root, floor).await.expect(200);
    let lifted = setting(&dana, &school, "removal_mode").await;
    assert_eq!(lifted["value"], "tombstone");
    assert_eq!(lifted["own"], "purge_now");
    assert_eq!(
        lifted["origin"],
        json!({ "kind": "floor", "organisation": root })
    );
    let refused = change(&dana, &school, free).await;
    refused.expect_problem(400, "invalid");
    assert_eq!(refused.string("/errors/0/path"), "values.removal_mode");
    assert_eq!(
        refused.string("/errors/0/message"),
        "Rollcall does not allow less than tombstone here. Choose that or something stricter."
    );
    let stricter = json!({ "values": { "removal_mode": "never_delete" } });
    change(&dana, &school, stricter).await.expect(200);
    app.finish().await;
}

#[tokio::test]
async fn every_field_that_is_wrong_is_named_and_nothing_is_changed() {
    let app = TestApp::new().await;
    let dana = app.administrator().await;
    let root = root(&dana).await;
    let before = app.footprint().await;
    let refused = change(
        &dana,
        &root,
        json!({
            "values": { "grace_days": 0, "removal_mode": "burn", "colour": "red" },
            "floors": { "dormancy_months": 3 },
        }),
    )
    .await;
    refused.expect_problem(400, "invalid");
    assert_eq!(
        refused.strings("/errors", "/path"),
        ["values.colour", "values.grace_days", "values.removal_mode"]
    );
    TestApp::assert_unchanged(&before, &app.footprint().await, &refused);
    let orderless = change(&dana, &root, json!({ "floors": { "dormancy_months": 3 } })).await;
    assert_eq!(orderless.string("/errors/0/path"), "floors.dormancy_months");
    let nobody = change(&dana, &uuid::Uuid::from_u128(7).to_string(), json!({})).await;
    nobody.expect_problem(404, "not_found");
    app.finish().await;
}

#[tokio::test]
async fn a_version_that_is_out_of_date_changes_nothing_and_each_version_says_what_it_changed() {
    let app = TestApp::new().await;
    let dana = app.administrator().await;
    let root = root(&dana).await;
    let seen = policy(&dana, &root).await.expect(200);
    let tag = seen.header("etag").unwrap().to_owned();
    change(&dana, &root, json!({ "values": { "undo_minutes": 20 } }))
        .await
        .expect(200);
    let path = format!("/policies/{root}");
    let stale = dana.call("PATCH", &path).header("if-match", &tag);
    let stale = stale.json(&json!({ "values": { "undo_minutes": 5 } }));
    stale
        .send()
        .await
        .expect_problem(412, "precondition_failed");
    // What it is already leaves no version.
    change(&dana, &root, json!({ "values": { "undo_minutes": 20 } }))
        .await
        .expect(200);
    let body = json!({ "values": { "undo_minutes": null }, "floors": { "second_factor": "all" } });
    change(&dana, &root, body).await.expect(200);
    let versions = dana.get(&format!("{path}/versions")).await.expect(200);
    let items = versions.json["items"].as_array().unwrap();
    assert_eq!(items.len(), 2);
    assert_eq!(items[0]["changed_by"]["name"], "Dana Whitfield");
    assert_eq!(
        items[0]["differences"],
        json!([
            { "setting": "undo_minutes", "is_floor": false, "before": 20 },
            { "setting": "second_factor", "is_floor": true, "after": "all" },
        ])
    );
    assert_eq!(
        app.number("SELECT COUNT(*) FROM audit_events WHERE action = 'policy.change'")
            .await,
        2
    );
    app.finish().await;
}

#[tokio::test]
async fn whoever_may_not_decide_reads_only() {
    let app = TestApp::new().await;
    let dana = app.administrator().await;
    let root = root(&dana).await;
    let it = with_role(&app, "it_administrator").await;
    let seen = policy(&it, &root).await.expect(200);
    assert_eq!(seen.json["may_decide"], false);
    change(&it, &root, json!({ "values": { "undo_minutes": 20 } }))
        .await
        .expect_problem(403, "forbidden");
    app.finish().await;
}

/// Ada, whom a connection brought, and her id there.
async fn ada(app: &TestApp) -> (crate::support::ScimClient, String, UserId) {
    let client = app.connection(ConnectionKind::Generic).await;
    let link = client.user("ada").await;
    let id = app.user_of(&link).await;
    (client, link, id)
}

#[tokio::test]
async fn a086_under_never_delete_nobody_is_deleted_here_and_a_provider_is_answered_as_always() {
    let app = TestApp::new().await;
    let dana = app.administrator().await;
    let root = root(&dana).await;
    let (client, link, id) = ada(&app).await;
    let mode = json!({ "values": { "removal_mode": "never_delete" } });
    change(&dana, &root, mode).await.expect(200);
    let seen = dana.get(&format!("/users/{id}")).await.expect(200);
    assert_eq!(
        seen.json["acts"],
        json!(["suspend", "ban", "archive", "purge"])
    );
    let refused = dana.post(&format!("/users/{id}/delete"), &json!({})).await;
    refused.expect_problem(409, "policy_never_delete");

    client.delete(&format!("/Users/{link}")).await.expect(204);
    client.get(&format!("/Users/{link}")).await.expect(404);
    let kept = dana.get(&format!("/users/{id}")).await.expect(200);
    assert_eq!(kept.json["status"], "archived");
    assert_eq!(kept.json["open_holds"][0]["kind"], "idp_disabled");
    assert_eq!(kept.json["link"], Value::Null);
    // No provider knows of them any more, so nobody else could lift its hold.
    let back = dana
        .post(&format!("/users/{id}/unarchive"), &json!({}))
        .await;
    assert_eq!(back.expect(200).json["status"], "active");
    app.finish().await;
}

#[tokio::test]
async fn a077_a078_whoever_is_deleted_is_erased_when_the_policy_says() {
    let app = TestApp::new().await;
    let dana = app.administrator().await;
    let root = root(&dana).await;
    let (client, _, id) = ada(&app).await;
    let other = app.user_of(&client.user("grace").await).await;
    let now = json!({ "values": { "removal_mode": "purge_now", "undo_minutes": 20 } });
    change(&dana, &root, now).await.expect(200);
    let asked = json!({ "reason": "Ada asked for it" });
    let deleted = dana.post(&format!("/users/{id}/delete"), &asked).await;
    let due = app.app.state.clock.now() + TimeDelta::minutes(20);
    assert_eq!(
        deleted.expect(200).json["deletion"]["purge_at"],
        json!(due.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true))
    );
    app.clock.advance(TimeDelta::minutes(19));
    app.until_idle().await;
    assert_eq!(app.number("SELECT COUNT(*) FROM deletions").await, 1);
    app.clock.advance(TimeDelta::minutes(2));
    let purged = "SELECT COUNT(*) FROM users WHERE lifecycle = 'purged'";
    app.until_number(purged, 1).await;
    app.until_idle().await;
    assert_nothing_left(&app, id, &["ada", "asked"]).await;
    assert_eq!(
        dana.get(&format!("/users/{other}")).await.expect(200).json["user_name"],
        "grace"
    );
    let gone = dana.get(&format!("/users/{id}")).await.expect(200);
    assert_eq!(gone.json["status"], "purged");
    assert!(gone.string("/name").starts_with("Deleted user #"));
    client.post("/Users", &user_body("ada")).await.expect(201);
    app.finish().await;
}

/// The one number that a query about a person answers; `$1` is their id.
async fn number_about(app: &TestApp, id: UserId, sql: &str) -> i64 {
    let statement = Statement::from_sql_and_values(app.backend(), sql, [id.0.into()]);
    let row = app.sql.query_one_raw(statement).await.unwrap();
    row.unwrap().try_get_by_index(0).unwrap()
}

/// No table has one of these words about a person any more.
async fn assert_nothing_left(app: &TestApp, id: UserId, words: &[&str]) {
    for (table, columns, key) in [
        ("users", "user_name || search_text || name_folded", "id"),
        (
            "scim_links",
            "user_name_folded || document || unmapped",
            "user_id",
        ),
    ] {
        for word in words {
            let count = format!(
                "SELECT COUNT(*) FROM {table} WHERE {key} = $1 AND LOWER({columns}) LIKE '%{word}%'"
            );
            assert_eq!(number_about(app, id, &count).await, 0, "{table} {word}");
        }
    }
    for table in [
        "user_attribute_values",
        "holds",
        "memberships",
        "sessions",
        "scim_request_users",
    ] {
        let count = format!("SELECT COUNT(*) FROM {table} WHERE user_id = $1");
        assert_eq!(number_about(app, id, &count).await, 0, "{table}");
    }
    let details = "SELECT COUNT(*) FROM audit_details d JOIN audit_events e ON e.id = d.event_id WHERE e.target_id = $1";
    assert_eq!(number_about(app, id, details).await, 0);
}

#[tokio::test]
async fn t14_whoever_is_restored_is_not_erased_by_the_job_of_before() {
    let app = TestApp::new().await;
    let mut dana = app.administrator().await;
    let (_, _, id) = ada(&app).await;
    let path = format!("/users/{id}");
    dana.post(&format!("{path}/delete"), &json!({}))
        .await
        .expect(200);
    dana.post(&format!("{path}/restore"), &json!({}))
        .await
        .expect(200);
    app.clock.advance(TimeDelta::days(31));
    app.until_idle().await;
    dana.sign_in("dana@example.org", crate::support::PASSWORD)
        .await
        .expect(200);
    let back = dana.get(&path).await.expect(200);
    assert_eq!(back.json["user_name"], "ada");
    assert_eq!(back.json["status"], "active");
    app.finish().await;
}
