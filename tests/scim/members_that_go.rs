//! What the deletion of a member leaves behind in the groups that lose it, live and in shadow, and in
//! what was reviewed of a shadow.

use chrono::TimeDelta;
use scim_schema::dialect::ConnectionKind;
use serde_json::json;

use super::shadow::{path, summary};
use crate::support::{Answer, ScimClient, TestApp, percent_encoded};

/// Deletes a member of a group and holds that nobody takes the group of before for that of now.
async fn assert_noticed(app: &TestApp, client: &ScimClient, group: &str, member: &str) {
    let group = format!("/Groups/{group}");
    let before = client.get(&group).await.expect(200);
    app.clock.advance(TimeDelta::seconds(1));
    client.delete(member).await.expect(204);

    let unchanged = client.call("GET", &group);
    let version = before.string("/meta/version");
    let now = unchanged.header("If-None-Match", &version).send().await;
    let now = now.expect(200);
    let count = |answer: &Answer| answer.strings("/members", "/value").len();
    assert_eq!(count(&now) + 1, count(&before), "{member}");
    let modified = |answer: &Answer| answer.string("/meta/lastModified");
    assert!(modified(&now) > modified(&before), "{member}");
}

#[tokio::test]
async fn a_group_that_loses_a_member_by_its_deletion_has_a_new_version() {
    let app = TestApp::new().await;
    let live = app.connection(ConnectionKind::Generic).await;
    let shadow = app.shadow_connection(ConnectionKind::Generic).await;
    for client in [&live, &shadow] {
        let ada = client.user("ada").await;
        let grace = client.user("grace").await;
        let inner = client.group("Analysts", &[&ada, &grace]).await;
        let outer = client.group("Everyone", &[&inner, &grace]).await;
        assert_noticed(&app, client, &inner, &format!("/Users/{ada}")).await;
        assert_noticed(&app, client, &outer, &format!("/Groups/{inner}")).await;
    }
    app.finish().await;
}

#[tokio::test]
async fn a_shadow_from_which_somebody_was_deleted_is_not_what_was_reviewed() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let client = app.shadow_connection(ConnectionKind::Generic).await;
    let ada = client.user("ada").await;
    app.clock.advance(TimeDelta::seconds(1));
    client.user("grace").await;
    let reviewed = summary(&console, &client).await.json;
    app.clock.advance(TimeDelta::seconds(1));
    client.delete(&format!("/Users/{ada}")).await.expect(204);

    let now = summary(&console, &client).await.json;
    assert_ne!(now["changed_at"], reviewed["changed_at"]);
    let seen = reviewed["changed_at"].as_str().expect("an instant");
    let go_live = format!("/go-live?reviewed={}", percent_encoded(seen));
    let refused = console.post(&path(&client, &go_live), &json!({})).await;
    refused.expect_problem(409, "conflict");
    app.finish().await;
}
