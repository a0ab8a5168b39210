//! Versions of resources (RFC 7644 section 3.14).

use scim_schema::dialect::ConnectionKind;
use serde_json::{Value, json};

use super::{generic, refused};
use crate::support::{Answer, ScimClient, TestApp, group_body, patch_body, user_body};

#[tokio::test]
async fn a_user_carries_its_version_in_header_and_meta_and_each_change_raises_it() {
    let (app, client) = generic().await;
    let created = client.post("/Users", &user_body("ada")).await.expect(201);
    assert_eq!(created.header("etag"), Some("W/\"1\""));
    assert_eq!(created.json["meta"]["version"], "W/\"1\"");
    let path = format!("/Users/{}", created.id());
    assert_eq!(
        created.string("/meta/location"),
        created.header("location").unwrap()
    );
    let rename = json!([{ "op": "replace", "path": "title", "value": "Countess" }]);
    let patched = client.patch(&path, rename).await.expect(200);
    assert_eq!(patched.header("etag"), Some("W/\"2\""));
    let replaced = client.put(&path, &user_body("ada.l")).await.expect(200);
    assert_eq!(replaced.header("etag"), Some("W/\"3\""));
    let read = client.get(&path).await.expect(200);
    assert_eq!(read.header("etag"), Some("W/\"3\""));
    assert_eq!(read.json["meta"]["version"], "W/\"3\"");
    app.finish().await;
}

#[tokio::test]
async fn a_client_that_has_the_version_gets_304_without_a_body() {
    let (app, client) = generic().await;
    let user = format!("/Users/{}", client.user("ada").await);
    let group = format!("/Groups/{}", client.group("Analysts", &[]).await);
    for path in [user, group] {
        for tags in ["W/\"1\"", "\"1\"", "W/\"7\", W/\"1\"", "*"] {
            let call = client.call("GET", &path).header("if-none-match", tags);
            let answer = call.send().await.expect(304);
            assert_eq!(answer.text, "", "{tags}");
            assert_eq!(answer.header("etag"), Some("W/\"1\""));
        }
        for tags in ["W/\"2\"", "W/\"x\"", "1"] {
            let call = client.call("GET", &path).header("if-none-match", tags);
            call.send().await.expect(200);
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn a_change_of_another_version_is_412_and_changes_nothing() {
    let (app, client) = generic().await;
    let user = client.user("ada").await;
    let group = client.group("Analysts", &[]).await;
    let member = json!([{ "op": "add", "path": "members", "value": [{ "value": user }] }]);
    let title = json!([{ "op": "replace", "path": "title", "value": "x" }]);
    let (user, group) = (format!("/Users/{user}"), format!("/Groups/{group}"));
    for (method, path, body) in [
        ("PUT", &user, user_body("other")),
        ("PATCH", &user, patch_body(title)),
        ("DELETE", &user, json!({})),
        ("PUT", &group, group_body("Other", &[])),
        ("PATCH", &group, patch_body(member)),
        ("DELETE", &group, json!({})),
    ] {
        for tags in ["W/\"2\"", "\"0\"", "W/\"nonsense\"", ""] {
            let call = client
                .call_with(method, path, &body)
                .header("if-match", tags);
            let answer = refused(&app, call).await;
            answer.expect_scim_error(412, None, "If-Match: W/\"3\"");
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn a_change_unless_the_version_is_this_one_is_412_when_it_is() {
    let (app, client) = generic().await;
    let user = format!("/Users/{}", client.user("ada").await);
    let group = format!("/Groups/{}", client.group("Analysts", &[]).await);
    for (method, path, body) in [
        ("PUT", &user, user_body("other")),
        ("DELETE", &user, json!({})),
        ("PUT", &group, group_body("Other", &[])),
    ] {
        for tags in ["*", "W/\"1\"", "\"7\", \"1\""] {
            let call = client
                .call_with(method, path, &body)
                .header("if-none-match", tags);
            let answer = refused(&app, call).await;
            answer.expect_scim_error(412, None, "If-None-Match");
        }
    }
    let call = client
        .call_with("PUT", &user, &user_body("other"))
        .header("if-none-match", "W/\"2\"");
    call.send().await.expect(200);
    app.finish().await;
}

#[tokio::test]
async fn a_change_of_the_version_that_was_seen_is_made() {
    let (app, client) = generic().await;
    let id = client.user("ada").await;
    let path = format!("/Users/{id}");
    for (tag, title) in [
        ("W/\"1\"", "a"),
        ("\"2\"", "b"),
        ("W/\"9\", W/\"3\"", "c"),
        ("*", "d"),
    ] {
        let body = patch_body(json!([{ "op": "replace", "path": "title", "value": title }]));
        let call = client
            .call_with("PATCH", &path, &body)
            .header("if-match", tag);
        call.send().await.expect(200);
    }
    let call = client.call("DELETE", &path).header("if-match", "W/\"5\"");
    call.send().await.expect(204);
    app.finish().await;
}

#[tokio::test]
async fn a_missing_resource_is_404_whatever_if_match_says() {
    let (app, client) = generic().await;
    let path = "/Users/01936b2e-0000-7000-8000-000000000000";
    for tag in ["*", "W/\"1\""] {
        let call = client.call("DELETE", path).header("if-match", tag);
        refused(&app, call).await.expect_scim_error(404, None, "");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_group_has_a_new_version_when_a_member_comes_or_goes_and_not_otherwise() {
    let (app, client) = generic().await;
    let (ada, grace) = (client.user("ada").await, client.user("grace").await);
    let group = format!("/Groups/{}", client.group("Analysts", &[&ada]).await);
    let version = async || client.get(&group).await.expect(200).string("/meta/version");
    assert_eq!(version().await, "W/\"1\"");
    let add = json!([{ "op": "add", "path": "members", "value": [{ "value": grace }] }]);
    let answer = client.patch(&group, add.clone()).await.expect(204);
    assert_eq!(answer.header("etag"), Some("W/\"2\""));
    client.patch(&group, add).await.expect(204);
    assert_eq!(version().await, "W/\"2\"", "she was a member already");
    let path = format!("members[value eq \"{ada}\"]");
    let remove = json!([{ "op": "remove", "path": path }]);
    client.patch(&group, remove.clone()).await.expect(204);
    assert_eq!(version().await, "W/\"3\"");
    client.delete(&format!("/Users/{grace}")).await.expect(204);
    assert_eq!(
        version().await,
        "W/\"4\"",
        "a deleted user is no member any more"
    );
    app.finish().await;
}

/// A connection that is live, and one in shadow.
async fn live_and_in_shadow() -> (TestApp, [ScimClient; 2]) {
    let (app, live) = generic().await;
    let shadow = app.shadow_connection(ConnectionKind::Generic).await;
    (app, [live, shadow])
}

/// What a client has of a resource that it reads again whenever it may have changed.
struct Reader<'c> {
    client: &'c ScimClient,
    path: String,
    tag: String,
}

impl<'c> Reader<'c> {
    async fn new(client: &'c ScimClient, path: String) -> Self {
        let read = client.get(&path).await.expect(200);
        let tag = tag_of(&read);
        Self { client, path, tag }
    }

    /// Reads on the condition that something is new.
    async fn again(&self) -> Answer {
        let call = self.client.call("GET", &self.path);
        call.header("if-none-match", &self.tag).send().await
    }

    async fn sees_nothing_new(&self) {
        let answer = self.again().await.expect(304);
        assert_eq!(answer.header("etag"), Some(&*self.tag));
    }

    /// What it reads is new, and known from then on.
    async fn sees(&mut self, pointer: &str, wanted: Value) {
        let read = self.again().await.expect(200);
        assert_eq!(read.json.pointer(pointer), Some(&wanted), "{read:?}");
        self.tag = tag_of(&read);
        self.sees_nothing_new().await;
    }
}

fn tag_of(read: &Answer) -> String {
    let tag = read.string("/meta/version");
    assert_eq!(read.header("etag"), Some(&*tag));
    tag
}

#[tokio::test]
async fn a_user_whose_groups_changed_is_sent_again_and_keeps_its_version() {
    let (app, clients) = live_and_in_shadow().await;
    for client in &clients {
        let id = client.user("ada").await;
        let mut all = Reader::new(client, format!("/Users/{id}")).await;
        let without = format!("/Users/{id}?excludedAttributes=groups");
        let without = Reader::new(client, without).await;
        let none_yet = all.tag.clone();
        let group = client.group("Analysts", &[&id]).await;
        all.sees("/groups/0/display", json!("Analysts")).await;
        let other = client.group("Readers", &[&id]).await;
        let of_two = Reader::new(client, format!("/Users/{id}")).await;
        assert_ne!(of_two.tag, all.tag);
        let gone = client.delete(&format!("/Groups/{other}")).await;
        gone.expect(204);
        all.sees_nothing_new().await;
        let rename = json!([{ "op": "replace", "path": "displayName", "value": "Staff" }]);
        let group = format!("/Groups/{group}");
        client.patch(&group, rename).await.expect(204);
        all.sees("/groups/0/display", json!("Staff")).await;
        without.sees_nothing_new().await;

        // Whoever has seen this version may change it, whatever became of the groups since.
        let title = patch_body(json!([{ "op": "add", "path": "title", "value": "Countess" }]));
        for (tag, status) in [(&none_yet, 200), (&of_two.tag, 412)] {
            let call = client.call_with("PATCH", &format!("/Users/{id}"), &title);
            call.header("if-match", tag).send().await.expect(status);
        }
        all.sees("/title", json!("Countess")).await;
        client.delete(&group).await.expect(204);
        let read = all.again().await.expect(200);
        assert_eq!(read.json.get("groups"), None);
        assert_eq!(tag_of(&read), "W/\"2\"");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_group_whose_members_are_called_otherwise_is_sent_again_where_it_shows_their_names() {
    let (app, clients) = live_and_in_shadow().await;
    for client in &clients {
        let (ada, team) = (client.user("ada").await, client.group("Readers", &[]).await);
        let group = client.group("Analysts", &[&ada, &team]).await;
        let plain = Reader::new(client, format!("/Groups/{group}")).await;
        let named = format!("/Groups/{group}?attributes=members.display,meta");
        let mut named = Reader::new(client, named).await;
        let rename = json!([{ "op": "replace", "path": "displayName", "value": "Ada L." }]);
        let user = format!("/Users/{ada}");
        client.patch(&user, rename).await.expect(200);
        named.sees("/members/0/display", json!("Ada L.")).await;
        let rename = json!([{ "op": "replace", "path": "displayName", "value": "Writers" }]);
        let team = format!("/Groups/{team}");
        client.patch(&team, rename).await.expect(204);
        named.sees("/members/1/display", json!("Writers")).await;
        plain.sees_nothing_new().await;
        assert_eq!(plain.tag, "W/\"1\"");
    }
    app.finish().await;
}
