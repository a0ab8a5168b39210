//! `attributes` and `excludedAttributes` (RFC 7644 section 3.9).

use serde_json::{Value, json};

use super::{exposing_status, generic};
use crate::support::{ScimClient, user_body};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const STATUS: &str = "urn:ietf:params:scim:schemas:extension:rollcall:2.0:UserStatus";

async fn ada(client: &ScimClient) -> String {
    let mut body = user_body("ada");
    body["name"] = json!({ "givenName": "Ada", "familyName": "Lovelace" });
    body["title"] = "Countess".into();
    body["emails"] = json!([{ "value": "ada@example.org", "type": "work", "primary": true }]);
    body[ENTERPRISE] = json!({ "department": "Engines", "costCenter": "4130" });
    let id = client.post("/Users", &body).await.expect(201).id();
    client.group("Analysts", &[&id]).await;
    id
}

fn names(resource: &Value) -> Vec<&str> {
    resource
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

#[tokio::test]
async fn only_what_was_named_and_what_is_always_returned() {
    let (app, client) = generic().await;
    let id = ada(&client).await;
    for (attributes, expected) in [
        ("userName", json!({ "userName": "ada" })),
        (
            "USERNAME, title",
            json!({ "userName": "ada", "title": "Countess" }),
        ),
        ("name.givenName", json!({ "name": { "givenName": "Ada" } })),
        (
            "emails.value",
            json!({ "emails": [{ "value": "ada@example.org" }] }),
        ),
        (
            "urn:ietf:params:scim:schemas:core:2.0:User:title",
            json!({ "title": "Countess" }),
        ),
        ("nonsense", json!({})),
        ("password", json!({})),
    ] {
        let path = format!("/Users/{id}?attributes={}", attributes.replace(' ', "%20"));
        let read = client.get(&path).await.expect(200);
        let mut resource = read.json.clone();
        let members = resource.as_object_mut().unwrap();
        assert_eq!(
            members.remove("id"),
            Some(id.clone().into()),
            "{attributes}"
        );
        assert!(members.remove("schemas").is_some(), "{attributes}");
        assert_eq!(resource, expected, "{attributes}");
    }
    app.finish().await;
}

#[tokio::test]
async fn an_extension_is_named_by_its_urn_or_by_an_attribute_of_it() {
    let (app, client) = generic().await;
    let id = ada(&client).await;
    let whole = json!({ "department": "Engines", "costCenter": "4130" });
    for (attributes, expected) in [
        (ENTERPRISE.to_owned(), whole),
        (
            format!("{ENTERPRISE}:department"),
            json!({ "department": "Engines" }),
        ),
    ] {
        let read = client
            .get(&format!("/Users/{id}?attributes={attributes}"))
            .await
            .expect(200);
        assert_eq!(names(&read.json), ["schemas", "id", ENTERPRISE]);
        assert_eq!(read.json[ENTERPRISE], expected);
        assert!(
            read.json["schemas"]
                .as_array()
                .unwrap()
                .contains(&ENTERPRISE.into())
        );
    }
    let read = client
        .get(&format!("/Users/{id}?attributes=userName"))
        .await
        .expect(200);
    assert_eq!(
        read.json["schemas"],
        json!(["urn:ietf:params:scim:schemas:core:2.0:User"]),
        "schemas names what is there"
    );
    app.finish().await;
}

#[tokio::test]
async fn everything_but_what_was_excluded_and_what_is_always_returned_stays() {
    let (app, client) = generic().await;
    let id = ada(&client).await;
    let path = format!(
        "/Users/{id}?excludedAttributes=emails.type,name,id,schemas,groups,meta,{ENTERPRISE}"
    );
    let read = client.get(&path).await.expect(200);
    assert_eq!(read.json["id"], *id);
    assert_eq!(
        read.json["emails"],
        json!([{ "value": "ada@example.org", "primary": true }])
    );
    for absent in ["name", "groups", "meta", ENTERPRISE] {
        assert_eq!(read.json.get(absent), None, "{absent}");
    }
    for present in ["schemas", "userName", "title", "active"] {
        assert!(read.json.get(present).is_some(), "{present}");
    }
    app.finish().await;
}

#[tokio::test]
async fn both_lists_at_once_are_refused() {
    let (app, client) = generic().await;
    for path in ["/Users", "/Groups"] {
        let answer = client
            .get(&format!("{path}?attributes=id&excludedAttributes=meta"))
            .await;
        answer.expect_scim_error(400, Some("invalidValue"), "excludedAttributes");
    }
    app.finish().await;
}

#[tokio::test]
async fn our_status_is_returned_on_request_only() {
    let (app, client) = exposing_status().await;
    let id = ada(&client).await;
    let plain = client.get(&format!("/Users/{id}")).await.expect(200);
    assert_eq!(plain.json.get(STATUS), None);
    assert!(
        !plain.json["schemas"]
            .as_array()
            .unwrap()
            .contains(&STATUS.into())
    );
    for attributes in [STATUS.to_owned(), format!("{STATUS}:status")] {
        let asked = client
            .get(&format!("/Users/{id}?attributes={attributes}"))
            .await
            .expect(200);
        assert!(asked.json[STATUS]["status"].is_string(), "{}", asked.text);
        assert!(
            asked.json["schemas"]
                .as_array()
                .unwrap()
                .contains(&STATUS.into())
        );
    }
    app.finish().await;
}

#[tokio::test]
async fn projections_hold_for_every_answer_with_a_resource() {
    let (app, client) = generic().await;
    let created = client
        .post("/Users?attributes=userName", &user_body("ada"))
        .await
        .expect(201);
    assert_eq!(names(&created.json), ["schemas", "id", "userName"]);
    assert!(created.header("location").is_some());
    let path = format!("/Users/{}?excludedAttributes=meta", created.id());
    let replaced = client.put(&path, &user_body("ada.l")).await.expect(200);
    assert_eq!(replaced.json.get("meta"), None);
    let title = json!([{ "op": "add", "path": "title", "value": "x" }]);
    let path = format!("/Users/{}?attributes=title", created.id());
    let patched = client.patch(&path, title).await.expect(200);
    assert_eq!(names(&patched.json), ["schemas", "id", "title"]);
    let listed = client.get("/Users?attributes=title").await.expect(200);
    assert_eq!(
        names(&listed.json["Resources"][0]),
        ["schemas", "id", "title"]
    );
    app.finish().await;
}

#[tokio::test]
async fn a_group_patch_answers_with_a_body_only_when_attributes_are_named() {
    let (app, client) = generic().await;
    let ada = client.user("ada").await;
    let group = client.group("Analysts", &[]).await;
    let add = json!([{ "op": "add", "path": "members", "value": [{ "value": ada }] }]);
    let plain = client
        .patch(&format!("/Groups/{group}"), add.clone())
        .await
        .expect(204);
    assert_eq!(plain.text, "");
    let path = format!("/Groups/{group}?attributes=members");
    let asked = client.patch(&path, add).await.expect(200);
    assert_eq!(asked.json["members"][0]["value"], *ada);
    assert_eq!(asked.json.get("displayName"), None);
    let path = format!("/Groups/{group}?excludedAttributes=members");
    let read = client.get(&path).await.expect(200);
    assert_eq!(read.json.get("members"), None);
    app.finish().await;
}
