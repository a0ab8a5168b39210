//! An address that several people have is accepted and flagged (scim.md 1.3, *Identity of a
//! resource*), whichever request gives it to somebody.

use scim_schema::dialect::ConnectionKind;
use serde_json::{Value, json};

use super::adoption::{local, mailed, verify};
use crate::support::{Console, ScimClient, TestApp, user_body};

const SHARED: &str = "family@example.net";

struct Family {
    app: TestApp,
    console: Console,
    client: ScimClient,
    /// Path of the resource without an address.
    child: String,
}

/// Somebody has the address, and another person of the connection has none yet.
async fn family() -> Family {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let client = app.connection(ConnectionKind::Generic).await;
    client
        .post("/Users", &mailed("parent", SHARED))
        .await
        .expect(201);
    let child = format!("/Users/{}", client.user("child").await);
    Family {
        app,
        console,
        client,
        child,
    }
}

/// The flags that are open.
async fn flagged(console: &Console) -> Vec<Value> {
    let listed = console.get("/conflicts?kind=email_shared").await;
    let items = &listed.expect(200).json["items"];
    items.as_array().expect("a list").clone()
}

fn set(address: &str) -> Value {
    json!([{ "op": "replace", "path": "emails", "value": [{ "value": address, "primary": true }] }])
}

/// Fails unless the child alone is flagged, so many times.
async fn assert_flagged(it: &Family, times: u64) {
    let flags = flagged(&it.console).await;
    assert_eq!(flags.len(), 1, "{flags:?}");
    assert_eq!(flags[0]["cause"], "shared");
    assert_eq!(flags[0]["seen"], times);
    let id = it.child.rsplit('/').next().unwrap();
    let child = it.app.user_of(id).await.to_string();
    assert_eq!(flags[0]["person"]["id"], child);
}

#[tokio::test]
async fn a_patch_that_gives_an_address_of_somebody_else_is_accepted_and_flagged() {
    let it = family().await;
    let patched = it.client.patch(&it.child, set("Family@EXAMPLE.net")).await;
    let patched = patched.expect(200);
    assert_eq!(patched.string("/emails/0/value"), "Family@EXAMPLE.net");
    assert_flagged(&it, 1).await;
    // Neither the same address again nor anything else is another flag.
    it.client.patch(&it.child, set(SHARED)).await.expect(200);
    let title = json!([{ "op": "replace", "path": "title", "value": "Pupil" }]);
    it.client.patch(&it.child, title).await.expect(200);
    assert_flagged(&it, 1).await;
    for address in ["own@example.net", SHARED] {
        it.client.patch(&it.child, set(address)).await.expect(200);
    }
    assert_flagged(&it, 2).await;
    it.app.finish().await;
}

#[tokio::test]
async fn a_put_that_gives_an_address_of_somebody_else_is_accepted_and_flagged() {
    let it = family().await;
    let body = mailed("child", SHARED);
    it.client.put(&it.child, &body).await.expect(200);
    assert_flagged(&it, 1).await;
    it.client.put(&it.child, &body).await.expect(200);
    assert_flagged(&it, 1).await;
    it.app.finish().await;
}

#[tokio::test]
async fn an_address_of_nobody_else_is_not_flagged() {
    let it = family().await;
    let parent = it.client.filter("/Users", "userName eq \"parent\"").await;
    let parent = format!("/Users/{}", parent.string("/Resources/0/id"));
    it.client
        .patch(&it.child, set("own@example.net"))
        .await
        .expect(200);
    let upper = mailed("parent", &SHARED.to_uppercase());
    it.client.put(&parent, &upper).await.expect(200);
    it.client.delete(&parent).await.expect(204);
    it.client.patch(&it.child, set(SHARED)).await.expect(200);
    assert_eq!(flagged(&it.console).await, Vec::<Value>::new());
    it.app.finish().await;
}

#[tokio::test]
async fn whoever_is_adopted_or_moved_to_an_address_of_somebody_else_is_flagged() {
    let it = family().await;
    verify(&it.app, "example.org").await;
    local(&it.app, "ada@example.org", None).await;
    it.client
        .post("/Users", &mailed("ada@example.org", SHARED))
        .await
        .expect(201);
    assert_eq!(flagged(&it.console).await.len(), 1);

    local(&it.app, "plain", None).await;
    it.client
        .post("/Users", &mailed("plain", SHARED))
        .await
        .expect(409);
    let listed = it.console.get("/conflicts?kind=adoption").await.expect(200);
    let path = format!("/conflicts/{}/resolve", listed.string("/items/0/id"));
    it.console
        .post(&path, &json!({ "act": "move" }))
        .await
        .expect(204);
    assert_eq!(flagged(&it.console).await.len(), 2);
    it.app.finish().await;
}

#[tokio::test]
async fn an_address_in_shadow_is_shared_with_nobody() {
    let it = family().await;
    let shadow = it.app.shadow_connection(ConnectionKind::Generic).await;
    let path = format!("/Users/{}", shadow.user("other").await);
    shadow.patch(&path, set(SHARED)).await.expect(200);
    shadow.put(&path, &user_body("other")).await.expect(200);
    assert_eq!(flagged(&it.console).await, Vec::<Value>::new());
    it.app.finish().await;
}
