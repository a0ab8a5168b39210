//! Addresses and methods that lead nowhere, and ids that are somebody else's.

use scim_schema::dialect::ConnectionKind;
use serde_json::json;

use super::{generic, refused};
use crate::support::{ScimClient, TestApp, patch_body, user_body};

#[tokio::test]
async fn an_unknown_path_is_404_in_scim() {
    let (app, client) = generic().await;
    for path in [
        "/Nope",
        "/Users/x/y",
        "/users/",
        "/Schemas/urn:nope",
        "/ResourceTypes/Device",
    ] {
        let answer = refused(&app, client.call("GET", path)).await;
        assert_eq!(answer.status, 404, "{path}: {}", answer.text);
        assert_eq!(
            answer.header("content-type"),
            Some("application/scim+json"),
            "{path}"
        );
        assert_eq!(answer.json["status"], "404", "{path}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_method_that_an_endpoint_does_not_have_is_405_with_allow() {
    let (app, client) = generic().await;
    let id = client.user("ada").await;
    let user = format!("/Users/{id}");
    for (method, path, allow) in [
        ("DELETE", "/Users", &["GET", "POST"][..]),
        ("PUT", "/Users", &["GET", "POST"]),
        ("PATCH", "/Users", &["GET", "POST"]),
        ("POST", &user, &["GET", "PUT", "PATCH", "DELETE"]),
        ("PUT", "/Groups", &["GET", "POST"]),
        ("POST", "/Schemas", &["GET"]),
        ("DELETE", "/ServiceProviderConfig", &["GET"]),
        ("PATCH", "/ResourceTypes/User", &["GET"]),
    ] {
        let call = client.call_with(method, path, &json!({}));
        let answer = refused(&app, call).await;
        answer.expect_scim_error(405, None, "method");
        let header = answer.header("allow").unwrap_or_default().to_owned();
        for method in allow {
            let found = header.split(',').any(|word| word.trim() == *method);
            assert!(found, "{method} is not in Allow of {path}: {header}");
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn no_token_no_word_about_what_is_there() {
    let (app, client) = generic().await;
    let id = client.user("ada").await;
    for (method, path) in [
        ("GET", "/Users".to_owned()),
        ("GET", format!("/Users/{id}")),
        ("DELETE", format!("/Users/{id}")),
        ("GET", "/ServiceProviderConfig".to_owned()),
        ("GET", "/Me".to_owned()),
        ("GET", "/Users/%FF".to_owned()),
    ] {
        let call = client.call(method, &path).without_header("authorization");
        let answer = refused(&app, call).await;
        answer.expect_scim_error(401, None, "token");
        assert_eq!(
            answer.header("www-authenticate"),
            Some("Bearer realm=\"scim\"")
        );
    }
    app.finish().await;
}

#[tokio::test]
async fn a_path_that_is_not_utf_8_is_refused_in_scim() {
    let (app, client) = generic().await;
    for (method, path) in [
        ("GET", "/Users/%FF"),
        ("PUT", "/Users/%FF"),
        ("PATCH", "/Groups/%C3%28"),
        ("DELETE", "/Groups/%FF"),
        ("GET", "/Schemas/%FF"),
        ("GET", "/ResourceTypes/%FF"),
    ] {
        let call = client.call_with(method, path, &user_body("ada"));
        let answer = refused(&app, call).await;
        assert!(
            matches!(answer.status, 400 | 404),
            "{path}: {}",
            answer.status
        );
        assert_eq!(
            answer.header("content-type"),
            Some("application/scim+json"),
            "{path}"
        );
        assert_eq!(answer.json["status"], answer.status.to_string(), "{path}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_query_that_is_not_utf_8_is_refused_and_never_guessed() {
    let (app, client) = generic().await;
    // U+FFFD is what a lenient decoder would make of the byte.
    client.user("a\u{fffd}").await;
    for (path, scim_type) in [
        ("/Users?filter=userName%20eq%20%22a%FF%22", "invalidFilter"),
        ("/Users?attributes=%FF", "invalidSyntax"),
        (
            "/Groups?count=1&filter=displayName%20eq%20%22%C3%28%22",
            "invalidFilter",
        ),
    ] {
        refused(&app, client.call("GET", path))
            .await
            .expect_scim_error(400, Some(scim_type), "UTF-8");
    }
    app.finish().await;
}

#[tokio::test]
async fn an_id_that_is_none_is_404() {
    let (app, client) = generic().await;
    let id = client.user("ada").await;
    let unknown = "01936b2e-0000-7000-8000-000000000000".to_owned();
    for wrong in [
        unknown,
        "1".to_owned(),
        id.to_uppercase(),
        id.replace('-', ""),
        format!("%7B{id}%7D"),
    ] {
        for (method, body) in methods() {
            let call = client.call_with(method, &format!("/Users/{wrong}"), &body);
            let answer = refused(&app, call).await;
            answer.expect_scim_error(404, None, "");
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn what_a_client_made_up_is_repeated_in_part_only() {
    let (app, client) = generic().await;
    let long = "x".repeat(5_000);
    for (method, path) in [
        ("GET", format!("/Users/{long}")),
        ("DELETE", format!("/Groups/{long}")),
        ("GET", format!("/Schemas/{long}")),
        ("GET", format!("/{long}")),
    ] {
        let answer = refused(&app, client.call(method, &path)).await;
        answer.expect_scim_error(404, None, "xxx…");
        assert!(answer.text.len() < 400, "{}", answer.text);
    }
    app.finish().await;
}

fn methods() -> [(&'static str, serde_json::Value); 4] {
    let rename = json!([{ "op": "replace", "path": "displayName", "value": "Mine" }]);
    [
        ("GET", json!({})),
        ("PUT", user_body("mine")),
        ("PATCH", patch_body(rename)),
        ("DELETE", json!({})),
    ]
}

/// Whatever `stranger` does with the resources of `owner`, it finds nothing and changes nothing.
async fn assert_strangers(app: &TestApp, owner: &ScimClient, stranger: &ScimClient) {
    let user = owner.user("ada").await;
    let group = owner.group("Analysts", &[&user]).await;
    for path in [format!("/Users/{user}"), format!("/Groups/{group}")] {
        for (method, mut body) in methods() {
            if path.starts_with("/Groups") && method == "PUT" {
                body = crate::support::group_body("Mine", &[]);
            }
            let call = stranger.call_with(method, &path, &body);
            refused(app, call).await.expect_scim_error(404, None, "");
        }
    }
    for (endpoint, filter) in [
        ("/Users", "userName eq \"ada\"".to_owned()),
        ("/Users", format!("id eq \"{user}\"")),
        ("/Users", "id pr".to_owned()),
        ("/Users", format!("groups.value eq \"{group}\"")),
        ("/Groups", format!("id eq \"{group}\"")),
        ("/Groups", format!("members.value eq \"{user}\"")),
        ("/Groups", "displayName pr".to_owned()),
    ] {
        let found = stranger.filter(endpoint, &filter).await.expect(200);
        assert_eq!(found.json["totalResults"], 0, "{filter}: {}", found.text);
    }
    let body = crate::support::group_body("Borrowed", &[&user]);
    let call = stranger.call_with("POST", "/Groups", &body);
    refused(app, call)
        .await
        .expect_scim_error(400, Some("invalidValue"), "members");
    let mine = stranger.group("Mine", &[]).await;
    let add = json!([{ "op": "add", "path": "members", "value": [{ "value": user }] }]);
    let call = stranger.call_with("PATCH", &format!("/Groups/{mine}"), &patch_body(add));
    refused(app, call)
        .await
        .expect_scim_error(400, Some("invalidValue"), "members");
    let nest = json!([{ "op": "add", "path": "members", "value": [{ "value": group }] }]);
    let call = stranger.call_with("PATCH", &format!("/Groups/{mine}"), &patch_body(nest));
    refused(app, call)
        .await
        .expect_scim_error(400, Some("invalidValue"), "members");
}

#[tokio::test]
async fn another_connection_of_the_account_finds_and_changes_nothing() {
    let (app, owner) = generic().await;
    let stranger = app.connection(ConnectionKind::Generic).await;
    assert_strangers(&app, &owner, &stranger).await;
    app.finish().await;
}

#[tokio::test]
async fn a_connection_of_another_account_finds_and_changes_nothing() {
    let (app, owner) = generic().await;
    let other = app.other_account().await;
    let stranger = app.connection_of(&other, ConnectionKind::Generic).await;
    assert_strangers(&app, &owner, &stranger).await;
    // Names are a matter of one account.
    stranger.user("ada").await;
    app.finish().await;
}

#[tokio::test]
async fn a_user_name_belongs_to_one_living_user_of_the_account_whatever_the_connection() {
    let (app, owner) = generic().await;
    let stranger = app.connection(ConnectionKind::Generic).await;
    owner.user("Ada@example.org").await;
    for name in ["Ada@example.org", "ADA@EXAMPLE.ORG", "ａｄａ@example.org"] {
        // Nobody is created; what is left behind is the conflict, for an administrator to decide.
        let before = app.footprint().await;
        let call = stranger.call_with("POST", "/Users", &user_body(name));
        let answer = call.send().await;
        answer.expect_scim_error(409, Some("uniqueness"), "userName");
        let after = app.footprint().await;
        let people = |rows: &[(&'static str, i64)]| {
            let kept = |(table, _): &&(&str, i64)| !matches!(*table, "audit" | "changes");
            rows.iter().filter(kept).copied().collect::<Vec<_>>()
        };
        assert_eq!(people(&before), people(&after), "{}", answer.text);
    }
    app.finish().await;
}

#[tokio::test]
async fn discovery_cannot_be_filtered_and_nobody_is_me() {
    let (app, client) = generic().await;
    for path in [
        "/Schemas",
        "/ResourceTypes",
        "/ServiceProviderConfig",
        "/Schemas/x",
    ] {
        let call = client.call("GET", &format!("{path}?filter=id%20pr"));
        refused(&app, call)
            .await
            .expect_scim_error(403, None, "filter");
    }
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
        let call = client.call(method, "/Me");
        refused(&app, call)
            .await
            .expect_scim_error(501, None, "/Me");
    }
    app.finish().await;
}
