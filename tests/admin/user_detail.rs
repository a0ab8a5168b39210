//! One person's page.

use scim_schema::dialect::ConnectionKind;
use serde_json::json;

use crate::support::{TestApp, user_body};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

#[tokio::test]
async fn a_provisioned_person_is_shown_with_link_groups_holds_and_what_was_sent_beside() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let client = app.connection(ConnectionKind::Okta).await;
    let mut body = user_body("ada");
    body["externalId"] = "00u1".into();
    body["name"] = json!({ "givenName": "Ada", "familyName": "Lovelace" });
    body["timezone"] = "Europe/London".into();
    body["locale"] = "en-GB".into();
    body["emails"] = json!([{ "value": "ada@example.org", "type": "work", "primary": true }]);
    body["shoeSize"] = 39.into();
    body["password"] = "correct horse".into();
    body[ENTERPRISE] = json!({ "department": "Engines" });
    let id = client.post("/Users", &body).await.expect(201).id();
    let poets = client.group("Poets", &[&id]).await;
    client.group("Analysts", &[&id]).await;
    let off = json!([{ "op": "replace", "path": "active", "value": false }]);
    client.patch(&format!("/Users/{id}"), off).await.expect(200);

    let user = app.user_of(&id).await;
    let detail = console.get(&format!("/users/{user}")).await.expect(200);
    let json = &detail.json;
    assert_eq!(json["id"], user.to_string());
    assert_eq!(json["given_name"], "Ada");
    assert_eq!(json["family_name"], "Lovelace");
    assert_eq!(json["time_zone"], "Europe/London");
    assert_eq!(json["locale"], "en-GB");
    assert_eq!(json["roles"], json!([]));
    assert_eq!(json["break_glass"], false);
    assert_eq!(json["group_count"], 2);
    assert_eq!(
        detail.strings("/groups", "/display_name"),
        ["Analysts", "Poets"]
    );
    assert_eq!(json["groups"][1]["id"], *poets);
    assert_eq!(json["memberships"][0]["name"], "Rollcall");
    assert_eq!(json["memberships"][0]["home"], true);
    assert_eq!(json["open_holds"][0]["kind"], "idp_disabled");
    assert_eq!(json["open_holds"][0]["since"], "2026-11-22T08:00:00Z");
    let link = &json["link"];
    assert_eq!(link["scim_id"], *id);
    assert_eq!(link["connection"], client.connection.to_string());
    assert_eq!(link["external_id"], "00u1");
    assert_eq!(link["attributes"][ENTERPRISE]["department"], "Engines");
    assert_eq!(link["unmapped"]["shoeSize"], 39);
    assert!(!detail.text.contains("correct horse"), "{}", detail.text);
    app.finish().await;
}

#[tokio::test]
async fn a_deleted_person_is_shown_with_who_deleted_them_when_and_until_when_they_are_kept() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let client = app.connection(ConnectionKind::Okta).await;
    let id = client
        .post("/Users", &user_body("ada"))
        .await
        .expect(201)
        .id();
    let user = app.user_of(&id).await;
    let living = console.get(&format!("/users/{user}")).await.expect(200);
    assert_eq!(living.json["deletion"], json!(null));

    client.delete(&format!("/Users/{id}")).await.expect(204);
    let deleted = console.get(&format!("/users/{user}")).await.expect(200);
    assert_eq!(deleted.json["status"], "deleted");
    let deletion = &deleted.json["deletion"];
    assert_eq!(deletion["by"]["kind"], "connection");
    assert_eq!(deletion["by"]["id"], client.connection.to_string());
    assert_ne!(deletion["by"]["name"], "");
    assert_eq!(deletion["at"], "2026-11-22T08:00:00Z");
    assert_eq!(deletion["purge_at"], "2026-12-22T08:00:00Z");
    app.finish().await;
}

#[tokio::test]
async fn a_deleted_person_still_comes_from_the_provider_that_last_had_them() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let okta = app.connection(ConnectionKind::Okta).await;
    let entra = app.connection(ConnectionKind::Entra).await;
    let id = okta
        .post("/Users", &user_body("ada"))
        .await
        .expect(201)
        .id();
    okta.post("/Users", &user_body("ben")).await.expect(201);
    let user = app.user_of(&id).await;
    okta.delete(&format!("/Users/{id}")).await.expect(204);

    let detail = console.get(&format!("/users/{user}")).await.expect(200);
    assert_eq!(detail.json["source"]["id"], okta.connection.to_string());
    assert_eq!(detail.json["link"], json!(null));
    let users = async |query: String| {
        let listed = console.get(&format!("/users?{query}")).await.expect(200);
        listed.strings("/items", "/user_name")
    };
    let (of_okta, of_entra) = (okta.connection, entra.connection);
    for (query, expected) in [
        (format!("source={of_okta}&status=deleted"), &["ada"][..]),
        (format!("source={of_okta}"), &["ben"]),
        (
            format!("source={of_okta}&status=active,deleted"),
            &["ada", "ben"],
        ),
        (format!("source={of_entra}&status=deleted"), &[]),
        ("source=local&status=deleted".to_owned(), &[]),
    ] {
        assert_eq!(users(query.clone()).await, expected, "{query}");
    }
    let listed = console.get("/users?status=deleted").await.expect(200);
    let source = &listed.json["items"][0]["source"];
    assert_eq!(source["id"], of_okta.to_string(), "{}", listed.text);
    app.finish().await;
}

#[tokio::test]
async fn a_local_person_has_no_link_and_a_role() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let me = console.get("/me").await.expect(200);
    let detail = console
        .get(&format!("/users/{}", me.string("/user_id")))
        .await
        .expect(200);
    assert_eq!(detail.json["link"], json!(null));
    assert_eq!(detail.json["roles"], json!(["system_administrator"]));
    assert_eq!(detail.json["last_login_at"], "2026-11-22T08:00:00Z");
    assert!(!detail.text.contains("argon2"), "{}", detail.text);
    app.finish().await;
}

#[tokio::test]
async fn an_unknown_person_is_404() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    for id in [
        "01936b2e-0000-7000-8000-000000000000",
        "nobody",
        "%00",
        "%FF",
    ] {
        let answer = console.get(&format!("/users/{id}")).await;
        answer.expect_problem(404, "not_found");
    }
    app.finish().await;
}
