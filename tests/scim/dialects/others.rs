//! Ping, authentik, the strict kind, and what all kinds have in common. SailPoint and authentik have
//! exchanges of their own in `tests/fixtures`.

use std::collections::BTreeSet;

use scim_schema::dialect::ConnectionKind;
use serde_json::{Value, json};

use super::{connected, crowd};
use crate::support::{group_body, user_body};

/// Ping finds users by name and keeps groups by PUT or PATCH; attributes under a URN that
/// is not declared are refused by name, so that nobody believes they arrived.
/// Source: docs.pingidentity.com/integrations/scim.
#[tokio::test]
async fn ping_keeps_groups_by_put_or_patch() {
    let (app, client) = connected(ConnectionKind::Generic).await;
    let (ada, grace) = (client.user("ada").await, client.user("grace").await);
    let found = client.filter("/Users", "userName eq \"ada\"").await;
    let found = found.expect(200).strings("/Resources", "/id");
    assert_eq!(found, std::slice::from_ref(&ada));
    let group = client.group("Analysts", &[&ada]).await;
    let path = format!("/Groups/{group}");
    let both = group_body("Analysts", &[&ada, &grace]);
    client.put(&path, &both).await.expect(200);
    let remove = json!([{ "op": "remove", "path": format!("members[value eq \"{ada}\"]") }]);
    client.patch(&path, remove).await.expect(204);
    let read = client.get(&path).await.expect(200);
    assert_eq!(read.strings("/members", "/value"), [grace]);
    let mut custom = json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"] });
    custom["userName"] = json!("joan");
    custom["urn:pingidentity:schemas:extension:custom:1.0"] = json!({ "badge": "7" });
    let refused = client.post("/Users", &custom).await;
    refused.expect_scim_error(400, Some("invalidValue"), "urn:pingidentity");
    app.finish().await;
}

/// authentik chooses PATCH because the configuration says so, sends members in chunks of 100 and a
/// full resynchronisation as a PUT of all of them.
/// Source: gh:goauthentik/authentik#12321, #20410; docs.goauthentik.io/providers/scim.
#[tokio::test]
async fn authentik_sends_members_in_chunks_and_all_at_once() {
    let (app, client) = connected(ConnectionKind::JumpCloud).await;
    let config = client.get("/ServiceProviderConfig").await.expect(200);
    assert_eq!(config.json["patch"]["supported"], true);
    let ids = crowd(&client, 250).await;
    let group = client.group("Everybody", &[]).await;
    let path = format!("/Groups/{group}");
    let values =
        |ids: &[String]| -> Value { ids.iter().map(|id| json!({ "value": id })).collect() };
    for chunk in ids.chunks(100) {
        let add = json!([{ "op": "add", "path": "members", "value": values(chunk) }]);
        client.patch(&path, add).await.expect(204);
    }
    let all: BTreeSet<String> = ids.iter().cloned().collect();
    let members = async || -> BTreeSet<String> {
        let read = client.get(&path).await.expect(200);
        read.strings("/members", "/value").into_iter().collect()
    };
    assert_eq!(members().await, all);
    let whole: Vec<&str> = ids.iter().map(String::as_str).collect();
    client
        .put(&path, &group_body("Everybody", &whole))
        .await
        .expect(200);
    assert_eq!(members().await, all);
    for chunk in ids.chunks(100) {
        let remove = json!([{ "op": "remove", "path": "members", "value": values(chunk) }]);
        client.patch(&path, remove).await.expect(204);
    }
    assert!(members().await.is_empty());
    app.finish().await;
}

/// What the specification of an interoperable service refuses, this kind refuses.
/// Source: draft-zollner-scim-interop-profile.
#[tokio::test]
async fn interop_strict_refuses_what_its_profile_refuses() {
    let (app, client) = connected(ConnectionKind::InteropStrict).await;
    let path = format!("/Users/{}", client.user("ada").await);
    let with = |name: &str, value: Value| {
        let mut body = user_body("grace");
        body[name] = value;
        body
    };
    let config = client.get("/ServiceProviderConfig").await.expect(200);
    assert_eq!(config.json["interopProfileConformant"], true);
    let refused = client.post("/Users", &with("shoeSize", json!(39))).await;
    refused.expect_scim_error(400, Some("invalidSyntax"), "shoeSize");
    let undeclared = with("urn:example:2.0:User", json!({ "a": "b" }));
    let refused = client.post("/Users", &undeclared).await;
    refused.expect_scim_error(400, Some("invalidValue"), "urn:example:2.0:User");
    let pathless = json!([{ "op": "replace", "value": { "active": false } }]);
    let refused = client.patch(&path, pathless).await;
    refused.expect_scim_error(400, Some("invalidPath"), "path");
    let named = json!([{ "op": "replace", "path": "active", "value": false }]);
    let answer = client.patch(&path, named).await.expect(200);
    assert_eq!(answer.json["active"], false);
    assert_eq!(client.get("/Users").await.json["totalResults"], 1);
    app.finish().await;
}

/// What every provider may do, whatever its kind: names, operators and `op` in any case, null for
/// nothing, what the server sets sent back, stray parameters, plain JSON, PUT without `active`.
#[tokio::test]
async fn what_is_common_usage_is_taken_by_every_kind() {
    for kind in ConnectionKind::ALL {
        let (app, client) = connected(kind).await;
        let config = client.get("/ServiceProviderConfig").await.expect(200);
        let claim = config.json.get("interopProfileConformant");
        assert_eq!(claim.is_some(), kind == ConnectionKind::InteropStrict);
        let body = json!({
            "Schemas": ["URN:ietf:params:scim:schemas:core:2.0:user"],
            "USERNAME": "ada",
            "DisplayName": "Ada",
            "nickName": null,
            "emails": [],
            "active": false,
        });
        let created = client
            .call_with("POST", "/Users?", &body)
            .header("content-type", "application/json")
            .send()
            .await
            .expect(201);
        let path = format!("/Users/{}", created.id());
        let operations = json!([
            { "OP": "ADD", "Path": "TITLE", "Value": "Countess" },
            { "op": "Replace", "path": "Emails", "value": null },
        ]);
        let patched = client.patch(&path, operations).await.expect(200);
        assert_eq!(patched.json["title"], "Countess");
        let mut whole = patched.json.clone();
        whole.as_object_mut().unwrap().remove("active");
        let put = client.put(&format!("{path}?x=1"), &whole).await.expect(200);
        assert_eq!(put.json, patched.json, "{kind:?}");
        assert_eq!(put.json["active"], false);
        let found = client
            .filter("/Users", "USERNAME Eq \"ADA\" AND TITLE PR")
            .await
            .expect(200);
        assert_eq!(found.json["totalResults"], 1, "{kind:?}");
        app.finish().await;
    }
}
