//! The dialect of a connection, switch by switch.

use scim_schema::dialect::{ConnectionKind, Switch};
use serde_json::{Value, json};

use crate::support::{Answer, Console, TestApp};

async fn change(console: &Console, path: &str, switches: Value) -> Answer {
    let body = json!({ "switches": switches });
    console.call("PATCH", path).json(&body).send().await
}

/// One switch of an answer.
fn switch<'a>(answer: &'a Answer, name: &str) -> &'a Value {
    let mut switches = answer.json["switches"].as_array().unwrap().iter();
    switches.find(|switch| switch["name"] == name).unwrap()
}

#[tokio::test]
async fn each_function_is_told_with_its_default() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    for kind in [ConnectionKind::Generic, ConnectionKind::Entra] {
        let id = app.connection(kind).await.connection;
        let path = format!("/idp-connections/{id}/dialect");
        let dialect = console.get(&path).await.expect(200);
        assert_eq!(dialect.json["kind"], kind.as_str());
        let names: Vec<&str> = Switch::ALL.iter().map(|switch| switch.as_str()).collect();
        assert_eq!(dialect.strings("/switches", "/name"), names);
        let on = kind == ConnectionKind::Entra;
        let expected = json!({ "name": "dotted_keys", "on": on, "default": on });
        assert_eq!(switch(&dialect, "dotted_keys"), &expected);
    }
    app.finish().await;
}

#[tokio::test]
async fn a_switch_works_from_the_next_request_on_and_back_again() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let client = app.connection(ConnectionKind::Generic).await;
    let path = format!("/idp-connections/{}/dialect", client.connection);
    let group = format!("/Groups/{}", client.group("Analysts", &[]).await);
    let rename = |name: &str| json!([{ "op": "replace", "path": "displayName", "value": name }]);
    client.patch(&group, rename("A")).await.expect(204);

    let changed = change(&console, &path, json!({ "group_patch_200": true })).await;
    let changed = changed.expect(200);
    let expected = json!({ "name": "group_patch_200", "on": true, "default": false });
    assert_eq!(switch(&changed, "group_patch_200"), &expected);
    let patched = client.patch(&group, rename("B")).await.expect(200);
    assert_eq!(patched.json["displayName"], "B");
    let stored =
        "SELECT COUNT(*) FROM idp_connections WHERE switches = '{\"group_patch_200\":true}'";
    assert_eq!(app.number(stored).await, 1);

    change(&console, &path, json!({ "group_patch_200": null }))
        .await
        .expect(200);
    client.patch(&group, rename("C")).await.expect(204);
    let stored = "SELECT COUNT(*) FROM idp_connections WHERE switches = '{}'";
    assert_eq!(app.number(stored).await, 1);
    let audited = "SELECT COUNT(*) FROM audit_events WHERE action = 'connection.dialect'";
    assert_eq!(app.number(audited).await, 2);
    app.finish().await;
}

#[tokio::test]
async fn what_changes_nothing_leaves_nothing_behind() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let client = app.connection(ConnectionKind::Okta).await;
    let path = format!("/idp-connections/{}/dialect", client.connection);
    let before = app.footprint().await;
    for switches in [
        json!({}),
        json!({ "ignore_undeclared_urn": true, "scim1_urns": null }),
    ] {
        let answer = change(&console, &path, switches).await.expect(200);
        TestApp::assert_unchanged(&before, &app.footprint().await, &answer);
    }
    let unknown = change(&console, &path, json!({ "fly": true })).await;
    unknown.expect_problem(400, "invalid");
    TestApp::assert_unchanged(&before, &app.footprint().await, &unknown);
    app.finish().await;
}

#[tokio::test]
async fn two_who_change_other_switches_at_once_both_have_their_way() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let client = app.connection(ConnectionKind::Generic).await;
    let path = format!("/idp-connections/{}/dialect", client.connection);
    let one = change(&console, &path, json!({ "user_patch_204": true }));
    let other = change(&console, &path, json!({ "scim1_urns": true }));
    let (one, other) = tokio::join!(one, other);
    one.expect(200);
    other.expect(200);
    let dialect = console.get(&path).await.expect(200);
    for name in ["user_patch_204", "scim1_urns"] {
        assert_eq!(switch(&dialect, name)["on"], true, "{name}");
    }
    app.finish().await;
}
