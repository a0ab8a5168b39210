//! What the server makes itself, when a client sends it: a whole resource may carry it back and it
//! is ignored (RFC 7644 sections 3.3 and 3.5.1); an operation that names it is refused
//! (section 3.5.2).

use serde_json::json;

use super::{exposing_status, generic, refused};
use crate::support::{group_body, patch_body, user_body};

#[tokio::test]
async fn the_status_of_a_user_is_ignored_in_a_resource_and_refused_in_an_operation() {
    let (app, client) = exposing_status().await;
    let urn = scim_schema::schema::urn::USER_STATUS;
    let mut body = user_body("ada");
    body["schemas"] = json!([scim_schema::schema::urn::USER, urn]);
    body[urn] = json!({ "status": "Banned", "lifecycle": "archived", "holds": [] });
    let created = client.post("/Users", &body).await.expect(201);
    let path = format!("/Users/{}", created.id());
    client.put(&path, &body).await.expect(200);
    let read = client.get(&format!("{path}?attributes={urn}")).await;
    assert_eq!(read.expect(200).json[urn]["lifecycle"], "active");
    for operation in [
        json!({ "op": "add", "path": format!("{urn}:status"), "value": "Banned" }),
        json!({ "op": "replace", "path": format!("{urn}:lifecycle"), "value": "archived" }),
        json!({ "op": "replace", "path": urn, "value": { "status": "Banned" } }),
        json!({ "op": "add", "value": { urn: { "status": "Banned" } } }),
        json!({ "op": "remove", "path": urn }),
        json!({ "op": "remove", "path": format!("{urn}:holds") }),
    ] {
        let call = client.call_with("PATCH", &path, &patch_body(json!([operation])));
        let answer = refused(&app, call).await;
        answer.expect_scim_error(400, Some("mutability"), "Operations[0]");
    }
    app.finish().await;
}

#[tokio::test]
async fn the_display_of_a_member_is_the_servers_own() {
    let (app, client) = generic().await;
    let ada = client.user("ada").await;
    let member = json!([{ "value": ada, "display": "Somebody else" }]);
    let mut body = group_body("Analysts", &[]);
    body["members"] = member.clone();
    let created = client.post("/Groups", &body).await.expect(201);
    let path = format!("/Groups/{}", created.id());
    client.put(&path, &body).await.expect(200);
    for op in ["add", "replace"] {
        let operation = json!([{ "op": op, "path": "members", "value": member }]);
        client.patch(&path, operation).await.expect(204);
    }
    let path = format!("{path}?attributes=members.value,members.display");
    let read = client.get(&path).await.expect(200);
    assert_eq!(read.strings("/members", "/value"), [ada]);
    assert_ne!(read.json["members"][0]["display"], "Somebody else");
    app.finish().await;
}

#[tokio::test]
async fn a_refused_operation_on_members_is_named_by_its_place() {
    let (app, client) = generic().await;
    let path = format!("/Groups/{}", client.group("Analysts", &[]).await);
    let rename = json!({ "op": "replace", "path": "displayName", "value": "Other" });
    for value in [
        json!("nobody"),
        json!("01936b2e-0000-7000-8000-000000000000"),
    ] {
        let add = json!({ "op": "add", "path": "members", "value": [{ "value": value }] });
        let body = patch_body(json!([rename, add]));
        let answer = refused(&app, client.call_with("PATCH", &path, &body)).await;
        answer.expect_scim_error(400, Some("invalidValue"), "Operations[1]: members");
    }
    app.finish().await;
}
