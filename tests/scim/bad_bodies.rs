//! Bodies that cannot be taken: each has its status, its `scimType` and a sentence with the path,
//! and leaves nothing behind.

use serde_json::{Value, json};

use super::{generic, refused};
use crate::support::{patch_body, user_body};

const SYNTAX: Option<&str> = Some("invalidSyntax");
const VALUE: Option<&str> = Some("invalidValue");

/// A user with one more member.
fn with(name: &str, value: Value) -> Value {
    let mut body = user_body("ada");
    body[name] = value;
    body
}

#[tokio::test]
async fn malformed_json_is_invalid_syntax() {
    let (app, client) = generic().await;
    let id = client.user("grace").await;
    for body in [
        "{",
        "",
        "   ",
        "nonsense",
        "{\"userName\": \"a\",}",
        "{} {}",
        "[1,2",
        "{'userName':'a'}",
        "\u{feff}",
        "\u{feff}\u{feff}{}",
        "{\"userName\": 01}",
        "{\"userName\": \"a\u{1}\"}",
    ] {
        for (method, path) in [
            ("POST", "/Users".to_owned()),
            ("PUT", format!("/Users/{id}")),
            ("PATCH", format!("/Users/{id}")),
            ("POST", "/Groups".to_owned()),
        ] {
            let call = client.call_with(method, &path, &json!({})).bytes(body);
            refused(&app, call)
                .await
                .expect_scim_error(400, SYNTAX, "The body is");
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn a_body_that_is_no_object_is_invalid_syntax() {
    let (app, client) = generic().await;
    for (body, kind) in [
        ("null", "not null"),
        ("[]", "not a list"),
        ("\"x\"", "not a string"),
        ("5", "not a number"),
        ("true", "not a boolean"),
    ] {
        let call = client.call_with("POST", "/Users", &json!({})).bytes(body);
        refused(&app, call)
            .await
            .expect_scim_error(400, SYNTAX, kind);
    }
    app.finish().await;
}

#[tokio::test]
async fn a_body_that_is_not_utf_8_is_invalid_syntax() {
    let (app, client) = generic().await;
    let body =
        b"{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:User\"],\"userName\":\"a\xff\"}";
    let call = client.call_with("POST", "/Users", &json!({})).bytes(*body);
    refused(&app, call)
        .await
        .expect_scim_error(400, SYNTAX, "not valid UTF-8 at byte 71");
    app.finish().await;
}

#[tokio::test]
async fn a_character_that_no_database_can_store_is_invalid_syntax() {
    let (app, client) = generic().await;
    let call = client.call_with("POST", "/Users", &user_body("a\0b"));
    refused(&app, call)
        .await
        .expect_scim_error(400, SYNTAX, "U+0000");
    app.finish().await;
}

#[tokio::test]
async fn a_member_that_is_there_twice_is_invalid_syntax() {
    let (app, client) = generic().await;
    for (first, second) in [("userName", "userName"), ("userName", "USERNAME")] {
        let body = format!(
            r#"{{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"{first}":"a","{second}":"b"}}"#
        );
        let call = client.call_with("POST", "/Users", &json!({})).bytes(body);
        refused(&app, call)
            .await
            .expect_scim_error(400, SYNTAX, second);
    }
    app.finish().await;
}

#[tokio::test]
async fn nesting_without_end_is_invalid_syntax() {
    let (app, client) = generic().await;
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let value = format!("{}1{}", open.repeat(100_000), close.repeat(100_000));
        let body = format!(r#"{{"userName":"a","deep":{value}}}"#);
        let call = client.call_with("POST", "/Users", &json!({})).bytes(body);
        refused(&app, call)
            .await
            .expect_scim_error(400, SYNTAX, "32");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_body_over_the_limit_is_413_and_one_at_the_limit_is_read() {
    const LIMIT: usize = 64 * 1024;
    let app = crate::support::TestApp::with(|config| config.limits.body = LIMIT).await;
    let client = app
        .connection(scim_schema::dialect::ConnectionKind::Generic)
        .await;
    let padded = |length: usize| {
        let body = user_body("ada").to_string();
        let spaces = length - body.len();
        format!("{body}{}", " ".repeat(spaces))
    };
    let call = client
        .call_with("POST", "/Users", &json!({}))
        .bytes(padded(LIMIT + 1));
    refused(&app, call)
        .await
        .expect_scim_error(413, None, "65536 bytes");
    let call = client
        .call_with("POST", "/Users", &json!({}))
        .bytes(padded(LIMIT));
    call.send().await.expect(201);
    app.finish().await;
}

#[tokio::test]
async fn a_body_that_is_not_json_by_its_type_is_415() {
    let (app, client) = generic().await;
    for content_type in ["text/plain", "application/xml", "application/jsonx", ""] {
        let call = client
            .call_with("POST", "/Users", &user_body("ada"))
            .header("content-type", content_type);
        refused(&app, call).await.expect_scim_error(
            415,
            None,
            "Content-Type must be application/scim+json",
        );
    }
    let call = client
        .call_with("POST", "/Users", &user_body("ada"))
        .without_header("content-type");
    refused(&app, call)
        .await
        .expect_scim_error(415, None, "Content-Type");
    for content_type in ["application/json; charset=utf-8", "Application/SCIM+JSON"] {
        let call = client
            .call_with("POST", "/Users", &user_body(content_type))
            .header("content-type", content_type);
        call.send().await.expect(201);
    }
    app.finish().await;
}

#[tokio::test]
async fn an_unknown_schema_is_invalid_value_and_named() {
    let (app, client) = generic().await;
    let urn = "urn:example:2.0:Badge";
    let in_schemas = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", urn],
        "userName": "ada",
    });
    for body in [in_schemas, with(urn, json!({ "color": "red" }))] {
        let call = client.call_with("POST", "/Users", &body);
        refused(&app, call).await.expect_scim_error(400, VALUE, urn);
    }
    for body in [
        json!({ "userName": "ada" }),
        json!({ "schemas": [], "userName": "ada" }),
        json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "userName": "ada" }),
    ] {
        let call = client.call_with("POST", "/Users", &body);
        refused(&app, call)
            .await
            .expect_scim_error(400, VALUE, "schemas");
    }
    app.finish().await;
}

#[tokio::test]
async fn values_of_the_wrong_type_are_invalid_value_and_the_path_is_named() {
    let (app, client) = generic().await;
    let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    for (body, path) in [
        (with("userName", json!(7)), "userName"),
        (with("userName", json!("")), "userName"),
        (with("userName", json!("  ")), "userName"),
        (with("userName", Value::Null), "userName"),
        (with("displayName", json!(["x"])), "displayName"),
        (with("name", json!("Ada Lovelace")), "name"),
        (with("name", json!({ "givenName": 5 })), "name.givenName"),
        (with("emails", json!("a@example.org")), "emails"),
        (with("emails", json!(["a@example.org"])), "emails[0]"),
        (with("emails", json!([{ "value": 1 }])), "emails[0].value"),
        (
            with("emails", json!([{ "value": "a@b" }, { "primary": "yes" }])),
            "emails[1].primary",
        ),
        (with("active", json!("true")), "active"),
        (with("active", json!(1)), "active"),
        (with("externalId", json!(17)), "externalId"),
        (
            with("x509Certificates", json!([{ "value": "§" }])),
            "x509Certificates[0].value",
        ),
        (with(enterprise, json!([])), ""),
        (with(enterprise, json!({ "manager": "x" })), "manager"),
        (
            with(enterprise, json!({ "employeeNumber": 1 })),
            "employeeNumber",
        ),
    ] {
        if path.is_empty() {
            continue;
        }
        let call = client.call_with("POST", "/Users", &body);
        refused(&app, call)
            .await
            .expect_scim_error(400, VALUE, path);
    }
    app.finish().await;
}

#[tokio::test]
async fn two_primary_values_are_invalid_value() {
    let (app, client) = generic().await;
    let both = json!([{ "value": "a@b", "primary": true }, { "value": "c@d", "primary": true }]);
    let call = client.call_with("POST", "/Users", &with("emails", both));
    refused(&app, call).await.expect_scim_error(
        400,
        VALUE,
        "emails must have 'primary' true in one value",
    );
    app.finish().await;
}

#[tokio::test]
async fn values_that_are_too_long_or_too_many_are_invalid_value() {
    let (app, client) = generic().await;
    let many: Vec<Value> = (0..501)
        .map(|n| json!({ "value": format!("u{n}@example.org") }))
        .collect();
    for (body, path) in [
        (
            user_body(&"x".repeat(256)),
            "userName must have at most 255",
        ),
        (with("externalId", json!("x".repeat(256))), "externalId"),
        (
            with("emails", json!([{ "value": "x".repeat(321) }])),
            "emails[0].value",
        ),
        (
            with("displayName", json!("x".repeat(100_000))),
            "displayName",
        ),
        (with("emails", json!(many)), "emails must have at most 500"),
    ] {
        let call = client.call_with("POST", "/Users", &body);
        refused(&app, call)
            .await
            .expect_scim_error(400, VALUE, path);
    }
    let longest = "ü".repeat(255);
    client
        .post("/Users", &user_body(&longest))
        .await
        .expect(201);
    app.finish().await;
}

#[tokio::test]
async fn unknown_attributes_are_ignored_and_never_returned() {
    let (app, client) = generic().await;
    let body = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": "ada",
        "shoeSize": 39,
        "name": { "givenName": "Ada", "nick": "A" },
        "password": "correct horse",
        "id": "mine",
        "meta": { "version": "W/\"99\"" },
        "groups": [{ "value": "11111111-1111-1111-1111-111111111111" }],
    });
    let created = client.post("/Users", &body).await.expect(201);
    let read = client
        .get(&format!("/Users/{}", created.id()))
        .await
        .expect(200);
    for answer in [created, read] {
        for absent in ["/shoeSize", "/password", "/name/nick", "/groups"] {
            assert_eq!(answer.json.pointer(absent), None, "{absent}");
        }
        assert_eq!(answer.json["meta"]["version"], "W/\"1\"");
        assert!(!answer.text.contains("correct horse"));
    }
    assert_eq!(app.number("SELECT COUNT(*) FROM scim_links WHERE document LIKE '%correct horse%' OR unmapped LIKE '%correct horse%'").await, 0);
    app.finish().await;
}

#[tokio::test]
async fn an_unknown_attribute_in_a_patch_path_is_invalid_path() {
    let (app, client) = generic().await;
    let id = client.user("ada").await;
    for (operation, scim_type, part) in [
        (
            json!({ "op": "replace", "path": "shoeSize", "value": 1 }),
            "invalidPath",
            "shoeSize",
        ),
        (
            json!({ "op": "remove", "path": "emails[" }),
            "invalidPath",
            "emails[",
        ),
        (json!({ "op": "remove" }), "noTarget", "Operations[0].path"),
        (
            json!({ "op": "frobnicate", "path": "title" }),
            "invalidSyntax",
            "Operations[0].op",
        ),
        (
            json!({ "op": "add", "path": "title" }),
            "invalidValue",
            "Operations[0].value",
        ),
        (
            json!({ "op": "replace", "path": "title", "value": 5 }),
            "invalidValue",
            "title",
        ),
        (
            json!({ "op": "remove", "path": "userName" }),
            "mutability",
            "userName",
        ),
        (
            json!({ "op": "replace", "path": "id", "value": "x" }),
            "mutability",
            "id",
        ),
        (
            json!({ "op": "replace", "path": "emails[type eq \"home\"].value", "value": "x" }),
            "noTarget",
            "emails[type eq",
        ),
    ] {
        let body = patch_body(json!([operation]));
        let call = client.call_with("PATCH", &format!("/Users/{id}"), &body);
        refused(&app, call)
            .await
            .expect_scim_error(400, Some(scim_type), part);
    }
    for body in [
        json!({ "Operations": [] }),
        json!({}),
        patch_body(json!([])),
    ] {
        let call = client.call_with("PATCH", &format!("/Users/{id}"), &body);
        let answer = refused(&app, call).await;
        assert_eq!(answer.status, 400, "{}", answer.text);
    }
    app.finish().await;
}
