//! What PATCH of a user promises beyond what the recorded exchanges show (RFC 7644 section 3.5.2).

use chrono::TimeDelta;
use serde_json::json;

use super::{generic, refused};
use crate::support::{TestApp, patch_body, user_body};

#[tokio::test]
async fn a_patch_or_put_that_changes_nothing_leaves_version_and_last_modified() {
    let (app, client) = generic().await;
    let mut body = user_body("ada");
    body["title"] = "Countess".into();
    body["emails"] = json!([{ "value": "ada@example.org", "type": "work" }]);
    let created = client.post("/Users", &body).await.expect(201);
    let path = format!("/Users/{}", created.id());
    app.clock.advance(TimeDelta::hours(1));
    let before = app.footprint().await;
    for operations in [
        json!([{ "op": "replace", "path": "title", "value": "Countess" }]),
        json!([{ "op": "Add", "value": { "title": "Countess", "active": true } }]),
        json!([{ "op": "remove", "path": "nickName" }]),
        json!([{ "op": "add", "path": "emails", "value": [{ "value": "ada@example.org", "type": "work" }] }]),
        json!([
            { "op": "replace", "path": "title", "value": "Lady" },
            { "op": "replace", "path": "title", "value": "Countess" },
        ]),
    ] {
        let answer = client.patch(&path, operations).await.expect(200);
        assert_eq!(answer.json["meta"], created.json["meta"], "{}", answer.text);
    }
    let answer = client.put(&path, &body).await.expect(200);
    assert_eq!(answer.json["meta"], created.json["meta"]);
    TestApp::assert_unchanged(&before, &app.footprint().await, &answer);
    let answer = client
        .patch(
            &path,
            json!([{ "op": "replace", "path": "title", "value": "Lady" }]),
        )
        .await
        .expect(200);
    assert_eq!(answer.json["meta"]["version"], "W/\"2\"");
    assert_ne!(
        answer.json["meta"]["lastModified"],
        created.json["meta"]["lastModified"]
    );
    assert_eq!(
        answer.json["meta"]["created"],
        created.json["meta"]["created"]
    );
    app.finish().await;
}

#[tokio::test]
async fn a_new_primary_value_takes_the_flag_from_the_old_one() {
    let (app, client) = generic().await;
    let mut body = user_body("ada");
    body["emails"] = json!([
        { "value": "work@example.org", "type": "work", "primary": true },
        { "value": "home@example.org", "type": "home" },
    ]);
    let id = client.post("/Users", &body).await.expect(201).id();
    let path = format!("/Users/{id}");
    let primaries = |answer: &crate::support::Answer| -> Vec<String> {
        let emails = answer.json["emails"].as_array().unwrap();
        emails
            .iter()
            .filter(|email| email["primary"] == true)
            .map(|email| email["value"].as_str().unwrap().to_owned())
            .collect()
    };
    let flip =
        json!([{ "op": "replace", "path": "emails[type eq \"home\"].primary", "value": true }]);
    let answer = client.patch(&path, flip).await.expect(200);
    assert_eq!(primaries(&answer), ["home@example.org"]);
    let add = json!([{ "op": "add", "path": "emails", "value": [{ "value": "new@example.org", "primary": true }] }]);
    let answer = client.patch(&path, add).await.expect(200);
    assert_eq!(primaries(&answer), ["new@example.org"]);
    let found = client
        .filter("/Users", "emails[primary eq true and value co \"home\"]")
        .await;
    assert_eq!(
        found.expect(200).json["totalResults"],
        0,
        "the search knows of it too"
    );
    let console = app.administrator().await;
    let listed = console.get("/users?q=new@example.org").await.expect(200);
    assert_eq!(
        listed.json["total"], 1,
        "the primary address is the user's own"
    );
    app.finish().await;
}

#[tokio::test]
async fn one_bad_operation_undoes_the_good_ones_before_it() {
    let (app, client) = generic().await;
    client.user("grace").await;
    let id = client.user("ada").await;
    let path = format!("/Users/{id}");
    let good = json!({ "op": "replace", "path": "title", "value": "Countess" });
    let inactive = json!({ "op": "replace", "path": "active", "value": false });
    for (bad, status, scim_type) in [
        (
            json!({ "op": "replace", "path": "nope", "value": 1 }),
            400,
            "invalidPath",
        ),
        (
            json!({ "op": "replace", "path": "userName", "value": "GRACE" }),
            409,
            "uniqueness",
        ),
        (
            json!({ "op": "remove", "path": "userName" }),
            400,
            "mutability",
        ),
    ] {
        let body = patch_body(json!([good, inactive, bad]));
        let answer = refused(&app, client.call_with("PATCH", &path, &body)).await;
        answer.expect_scim_error(status, Some(scim_type), "");
    }
    let read = client.get(&path).await.expect(200);
    assert_eq!(read.json.get("title"), None);
    assert_eq!(read.json["active"], true);
    app.finish().await;
}

#[tokio::test]
async fn an_external_id_is_unique_within_its_connection_and_may_move() {
    let (app, client) = generic().await;
    let mut body = user_body("ada");
    body["externalId"] = "e-1".into();
    let ada = client.post("/Users", &body).await.expect(201).id();
    body["userName"] = "grace".into();
    let call = client.call_with("POST", "/Users", &body);
    refused(&app, call)
        .await
        .expect_scim_error(409, Some("uniqueness"), "externalId");
    let grace = client.user("grace").await;
    let take = json!([{ "op": "add", "path": "externalId", "value": "e-1" }]);
    let call = client.call_with(
        "PATCH",
        &format!("/Users/{grace}"),
        &patch_body(take.clone()),
    );
    refused(&app, call)
        .await
        .expect_scim_error(409, Some("uniqueness"), "externalId");
    let give = json!([{ "op": "remove", "path": "externalId" }]);
    client
        .patch(&format!("/Users/{ada}"), give)
        .await
        .expect(200);
    client
        .patch(&format!("/Users/{grace}"), take)
        .await
        .expect(200);
    let other = app
        .connection(scim_schema::dialect::ConnectionKind::Generic)
        .await;
    body["userName"] = "joan".into();
    other.post("/Users", &body).await.expect(201);
    app.finish().await;
}
