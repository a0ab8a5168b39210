//! What names people and groups: which characters it may have, and when it is no name at all.

use serde_json::{Value, json};

use super::{bulk::bulk_body, generic, refused};
use crate::support::{group_body, patch_body, user_body};

fn with_external_id(user_name: &str, external_id: &str) -> Value {
    let mut body = user_body(user_name);
    body["externalId"] = external_id.into();
    body
}

#[tokio::test]
async fn an_empty_external_id_is_none() {
    let (app, client) = generic().await;
    let mut paths = Vec::new();
    for name in ["ada", "grace"] {
        let created = client.post("/Users", &with_external_id(name, "")).await;
        let created = created.expect(201);
        assert_eq!(created.json.get("externalId"), None, "{}", created.text);
        paths.push(format!("/Users/{}", created.id()));
    }
    for (path, id) in paths.iter().zip(["1", "2"]) {
        client
            .put(path, &with_external_id(id, id))
            .await
            .expect(200);
    }
    let empty = json!([{ "op": "replace", "path": "externalId", "value": "" }]);
    for path in &paths {
        let answer = client.patch(path, empty.clone()).await.expect(200);
        assert_eq!(answer.json.get("externalId"), None, "{}", answer.text);
    }
    let group = |name: &str| {
        let mut body = group_body(name, &[]);
        body["externalId"] = "".into();
        json!({ "method": "POST", "path": "/Groups", "bulkId": name, "data": body })
    };
    let bulk = bulk_body(&[group("a"), group("b")]);
    let answer = client.post("/Bulk", &bulk).await.expect(200);
    assert_eq!(answer.strings("/Operations", "/status"), ["201"; 2]);
    let stored = "SELECT (SELECT COUNT(*) FROM scim_links WHERE external_id IS NOT NULL) + (SELECT COUNT(*) FROM groups WHERE external_id IS NOT NULL)";
    assert_eq!(app.number(stored).await, 0);
    app.finish().await;
}

#[tokio::test]
async fn a_user_name_that_looks_like_another_is_refused_by_name() {
    let (app, client) = generic().await;
    let path = format!("/Users/{}", client.user("ada").await);
    for (name, part) in [
        (
            "ada\u{200b}",
            "userName must not contain the character U+200B",
        ),
        ("\u{202e}ada", "U+202E"),
        ("a\tda", "U+0009"),
        ("ada ", "userName must not begin or end with white space"),
        (" ada", "white space"),
    ] {
        let replace = json!([{ "op": "replace", "path": "userName", "value": name }]);
        for call in [
            client.call_with("POST", "/Users", &user_body(name)),
            client.call_with("PUT", &path, &user_body(name)),
            client.call_with("PATCH", &path, &patch_body(replace)),
        ] {
            let answer = refused(&app, call).await;
            answer.expect_scim_error(400, Some("invalidValue"), part);
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn user_names_that_providers_send_are_taken_as_they_are() {
    let (app, client) = generic().await;
    for name in [
        "Babs Jensen",
        "b+test'o@example.com",
        "EXAMPLE\\bjensen",
        "Zoë Müller",
        "山田太郎",
        "محمد",
    ] {
        let created = client.post("/Users", &user_body(name)).await.expect(201);
        assert_eq!(created.json["userName"], name);
        let escaped = name.replace('\\', "\\\\");
        let found = client
            .filter("/Users", &format!("userName eq \"{escaped}\""))
            .await
            .expect(200);
        assert_eq!(found.json["totalResults"], 1, "{name}");
    }
    // The same to the eye: a space is a space.
    let call = client.call_with("POST", "/Users", &user_body("babs\u{a0}jensen"));
    let answer = refused(&app, call).await;
    answer.expect_scim_error(409, Some("uniqueness"), "userName");
    app.finish().await;
}

#[tokio::test]
async fn a_group_name_may_have_emoji_and_may_not_turn_the_text_around() {
    let (app, client) = generic().await;
    client.group("👩\u{200d}🏫 Teachers", &[]).await;
    let call = client.call_with("POST", "/Groups", &group_body("a\u{202e}b", &[]));
    let answer = refused(&app, call).await;
    answer.expect_scim_error(400, Some("invalidValue"), "displayName must not contain");
    app.finish().await;
}

#[tokio::test]
async fn the_name_of_a_connection_has_nothing_invisible() {
    let (app, _client) = generic().await;
    let console = app.administrator().await;
    for name in ["Okta\u{200b}", "Ok\u{202e}ta", "Ok\nta"] {
        let body = json!({ "name": name, "kind": "okta" });
        let answer = console.post("/idp-connections", &body).await;
        answer.expect_problem(400, "invalid");
    }
    app.finish().await;
}
