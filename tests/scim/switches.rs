//! What a connection answers with switches that no kind has on (scim.md section 2.4).

use scim_schema::{
    dialect::{ConnectionKind, Dialect, Switch},
    schema::urn::USER_STATUS,
};
use serde_json::json;

use crate::support::{ScimClient, TestApp, user_body};

async fn with(switch: Switch) -> (TestApp, ScimClient) {
    let app = TestApp::new().await;
    let client = app
        .connection_with(ConnectionKind::Generic, &[switch])
        .await;
    (app, client)
}

#[tokio::test]
async fn a_changed_user_is_answered_with_204() {
    let (app, client) = with(Switch::UserPatch204).await;
    let path = format!("/Users/{}", client.user("ada").await);
    let title = json!([{ "op": "add", "path": "title", "value": "Countess" }]);
    let patched = client.patch(&path, title.clone()).await.expect(204);
    assert_eq!(patched.text, "");
    let read = client.get(&path).await.expect(200);
    assert_eq!(patched.header("etag"), read.header("etag"));
    let asked = client
        .patch(&format!("{path}?attributes=title"), title)
        .await;
    assert_eq!(asked.expect(200).json["title"], "Countess");
    app.finish().await;
}

#[tokio::test]
async fn a_changed_group_is_answered_with_200_and_the_group() {
    let (app, client) = with(Switch::GroupPatch200).await;
    let ada = client.user("ada").await;
    let path = format!("/Groups/{}", client.group("Analysts", &[]).await);
    let add = json!([{ "op": "add", "path": "members", "value": [{ "value": ada }] }]);
    let patched = client.patch(&path, add).await.expect(200);
    assert_eq!(patched.json["displayName"], "Analysts");
    assert_eq!(patched.strings("/members", "/value"), [ada]);
    app.finish().await;
}

#[tokio::test]
async fn the_status_of_a_user_is_unknown_unless_it_is_exposed() {
    let app = TestApp::new().await;
    let hidden = app.connection(ConnectionKind::Generic).await;
    let exposed = app
        .connection_with(ConnectionKind::Generic, &[Switch::ExposeUserStatus])
        .await;
    for (client, shown, name) in [(&hidden, false, "ada"), (&exposed, true, "grace")] {
        let id = client.user(name).await;
        let status = |expected: u16| if shown { 200 } else { expected };
        let schema = client.get(&format!("/Schemas/{USER_STATUS}")).await;
        schema.expect(status(404));
        for path in ["/Schemas", "/ResourceTypes", "/ResourceTypes/User"] {
            let document = client.get(path).await.expect(200);
            assert_eq!(document.text.contains(USER_STATUS), shown, "{path}");
        }
        let filter = format!("{USER_STATUS}:status eq \"Active\"");
        let found = client.filter("/Users", &filter).await;
        if shown {
            assert_eq!(
                found.expect(200).strings("/Resources", "/id"),
                [id.as_str()]
            );
        } else {
            found.expect_scim_error(400, Some("invalidFilter"), "a schema that is not declared");
        }
        let read = client
            .get(&format!("/Users/{id}?attributes={USER_STATUS}"))
            .await;
        assert_eq!(read.expect(200).json.get(USER_STATUS).is_some(), shown);
        let mut body = user_body(name);
        body[USER_STATUS] = json!({ "status": "Banned" });
        client
            .put(&format!("/Users/{id}"), &body)
            .await
            .expect(status(400));
    }
    app.finish().await;
}

#[tokio::test]
async fn a_dialect_is_its_kind_and_what_differs() {
    let app = TestApp::new().await;
    let mut dialect = Dialect::of(ConnectionKind::Entra);
    dialect.set(Switch::BooleanAsString, Some(false));
    let client = app.connection_of(&app.account, dialect).await;
    let mut body = user_body("ada");
    body["active"] = "False".into();
    let refused = client.post("/Users", &body).await;
    refused.expect_scim_error(400, Some("invalidValue"), "active");
    body["active"] = false.into();
    body["urn:example:unknown"] = json!({ "a": 1 });
    client.post("/Users", &body).await.expect(201);
    app.finish().await;
}
