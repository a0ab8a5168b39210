//! DELETE of a user (T13b): gone for its connection at once and for ever.

use scim_schema::dialect::ConnectionKind;
use serde_json::json;

use super::{generic, refused};
use crate::support::{patch_body, user_body};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

#[tokio::test]
async fn a_deleted_user_is_404_for_every_operation_and_in_no_list() {
    let (app, client) = generic().await;
    let id = client.user("ada").await;
    let path = format!("/Users/{id}");
    let gone = client.delete(&path).await.expect(204);
    assert_eq!(gone.text, "");
    let title = json!([{ "op": "add", "path": "title", "value": "x" }]);
    for (method, body) in [
        ("GET", json!({})),
        ("PUT", user_body("ada")),
        ("PATCH", patch_body(title)),
        ("DELETE", json!({})),
    ] {
        let answer = refused(&app, client.call_with(method, &path, &body)).await;
        answer.expect_scim_error(404, None, "");
    }
    for filter in ["userName eq \"ada\"", "id pr", &format!("id eq \"{id}\"")] {
        let found = client.filter("/Users", filter).await.expect(200);
        assert_eq!(found.json["totalResults"], 0, "{filter}");
    }
    app.finish().await;
}

#[tokio::test]
async fn its_user_name_and_external_id_are_free_at_once_and_the_next_one_has_a_new_id() {
    let (app, client) = generic().await;
    let mut body = user_body("ada");
    body["externalId"] = "e-1".into();
    let mut seen = std::collections::HashSet::new();
    for _ in 0..3 {
        let id = client.post("/Users", &body).await.expect(201).id();
        assert!(seen.insert(id.clone()), "{id} came back");
        client.delete(&format!("/Users/{id}")).await.expect(204);
    }
    let other = app.connection(ConnectionKind::Generic).await;
    other.user("ADA").await;
    // Refused, and noted as a conflict.
    client
        .post("/Users", &body)
        .await
        .expect_scim_error(409, Some("uniqueness"), "userName");
    app.finish().await;
}

#[tokio::test]
async fn a_deleted_manager_is_nobodys_manager() {
    let (app, client) = generic().await;
    let boss = client.user("boss").await;
    let mut body = user_body("ada");
    body[ENTERPRISE] = json!({ "department": "Engines", "manager": { "value": boss } });
    let ada = client.post("/Users", &body).await.expect(201).id();
    let mut body = user_body("grace");
    body[ENTERPRISE] = json!({ "manager": { "value": boss } });
    let grace = client.post("/Users", &body).await.expect(201).id();
    client.delete(&format!("/Users/{boss}")).await.expect(204);
    let read = client.get(&format!("/Users/{ada}")).await.expect(200);
    assert_eq!(read.json[ENTERPRISE], json!({ "department": "Engines" }));
    assert_eq!(read.json["meta"]["version"], "W/\"2\"");
    let read = client.get(&format!("/Users/{grace}")).await.expect(200);
    assert_eq!(read.json.get(ENTERPRISE), None);
    assert_eq!(
        read.json["schemas"],
        json!(["urn:ietf:params:scim:schemas:core:2.0:User"])
    );
    let filter = format!("{ENTERPRISE}:manager.value eq \"{boss}\"");
    let found = client.filter("/Users", &filter).await.expect(200);
    assert_eq!(found.json["totalResults"], 0);
    app.finish().await;
}

#[tokio::test]
async fn the_user_is_kept_for_30_days_as_deleted() {
    let (app, client) = generic().await;
    let console = app.administrator().await;
    let id = client.user("ada").await;
    let user = app.user_of(&id).await;
    client.delete(&format!("/Users/{id}")).await.expect(204);
    let kept = console.get(&format!("/users/{user}")).await.expect(200);
    assert_eq!(kept.json["status"], "deleted");
    assert_eq!(kept.json["lifecycle"], "deleted");
    assert_eq!(kept.json["link"], serde_json::Value::Null);
    let listed = console.get("/users?q=ada").await.expect(200);
    assert_eq!(listed.json["total"], 0);
    let listed = console.get("/users?q=ada&status=deleted").await.expect(200);
    assert_eq!(listed.json["total"], 1);
    app.finish().await;
}
