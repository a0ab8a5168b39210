//! What users of other servers complain about, and must not find here. Each test cites them.

use std::collections::BTreeSet;

use scim_schema::dialect::ConnectionKind;
use serde_json::{Value, json};

use super::{dialects::crowd, generic};
use crate::support::{Answer, ScimClient, Statements, TestApp, group_body};

fn refs(ids: &[String]) -> Vec<&str> {
    ids.iter().map(String::as_str).collect()
}

fn add(id: &str) -> Value {
    json!([{ "op": "add", "path": "members", "value": [{ "value": id }] }])
}

fn remove(id: &str) -> Value {
    json!([{ "op": "remove", "path": format!("members[value eq \"{id}\"]") }])
}

/// A change of one member takes minutes, because the whole group is loaded for it.
/// Source: gh:wso2-extensions/identity-inbound-provisioning-scim2#178, gh:wso2/product-is#6918,
/// #5881, #8876, #9120, #11824, #15154, #15986, gh:simpleidserver/SimpleIdServer#570,
/// gh:scim-for-keycloak#134.
#[tokio::test]
async fn a_change_of_one_member_is_the_same_work_in_a_large_group() {
    let (app, client) = generic().await;
    let ids = crowd(&client, 501).await;
    let (last, others) = ids.split_last().unwrap();
    let small = client.group("Small", &refs(&others[..1])).await;
    let large = client.group("Large", &refs(others)).await;
    app.quiet().await;
    let heard = Statements::listen();
    for change in [add(last), remove(last)] {
        let mut statements = Vec::new();
        for group in [&small, &large] {
            heard.take();
            let answer = client
                .patch(&format!("/Groups/{group}"), change.clone())
                .await;
            assert_eq!(answer.expect(204).text, "");
            statements.push(heard.take());
        }
        assert!(!statements[0].is_empty());
        assert_eq!(statements[0], statements[1]);
    }
    app.finish().await;
}

/// Members beyond the hundredth are cut off, or go with the next update.
/// Source: gh:FusionAuth/fusionauth-issues#2784; README of Jans.
#[tokio::test]
async fn no_member_is_cut_off() {
    let (app, client) = generic().await;
    let ids = crowd(&client, 151).await;
    let (last, others) = ids.split_last().unwrap();
    let group = client.group("Everybody", &refs(others)).await;
    let path = format!("/Groups/{group}");
    let members = async |path: &str| -> BTreeSet<String> {
        let read = client.get(path).await.expect(200);
        read.strings("/members", "/value").into_iter().collect()
    };
    let some: BTreeSet<String> = others.iter().cloned().collect();
    let all: BTreeSet<String> = ids.iter().cloned().collect();
    assert_eq!(members(&path).await, some);
    client.patch(&path, add(last)).await.expect(204);
    assert_eq!(members(&path).await, all);
    let rename = json!([{ "op": "replace", "path": "displayName", "value": "All" }]);
    client.patch(&path, rename).await.expect(204);
    assert_eq!(members(&path).await, all);
    let put = client.put(&path, &group_body("All", &refs(&ids))).await;
    assert_eq!(put.expect(200).strings("/members", "/value").len(), 151);
    let listed = client.get("/Groups").await.expect(200);
    assert_eq!(listed.strings("/Resources/0/members", "/value").len(), 151);
    app.finish().await;
}

/// An update of the provider wipes what was assigned locally. Source: FusionAuth#3273.
#[tokio::test]
async fn an_update_leaves_local_roles_and_memberships_alone() {
    let (app, client) = generic().await;
    let id = client.user("robin").await;
    let user = app.user_of(&id).await;
    let donor = app
        .further_administrator(&app.account, "donor@example.org")
        .await;
    let give = "UPDATE account_roles SET user_id = $1 WHERE user_id = $2";
    assert_eq!(app.execute(give, [user.0.into(), donor.0.into()]).await, 1);
    let roles = "SELECT COUNT(*) FROM account_roles r JOIN users u ON u.id = r.user_id WHERE u.user_name_folded = 'robin'";
    let memberships = "SELECT COUNT(*) FROM memberships m JOIN users u ON u.id = m.user_id WHERE u.user_name_folded = 'robin'";
    let before = (app.number(roles).await, app.number(memberships).await);
    assert!(before.0 == 1 && before.1 > 0, "{before:?}");
    let path = format!("/Users/{id}");
    let whole = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": "robin",
        "title": "Head",
        "roles": [],
        "groups": [],
    });
    client.put(&path, &whole).await.expect(200);
    let clear = json!([
        { "op": "remove", "path": "roles" },
        { "op": "replace", "path": "title", "value": "Head of IT" },
    ]);
    client.patch(&path, clear).await.expect(200);
    for active in [false, true] {
        let switch = json!([{ "op": "replace", "path": "active", "value": active }]);
        client.patch(&path, switch).await.expect(200);
    }
    let after = (app.number(roles).await, app.number(memberships).await);
    assert_eq!(after, before);
    app.finish().await;
}

/// `remove` with a value sets the value. Source: gh:AzureAD/SCIMReferenceCode#87.
#[tokio::test]
async fn remove_removes_whatever_value_comes_with_it() {
    let app = TestApp::new().await;
    for kind in [
        ConnectionKind::Entra,
        ConnectionKind::EntraLegacy,
        ConnectionKind::Generic,
    ] {
        let client = app.connection(kind).await;
        let body = json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "userName": format!("ada-{}", kind.as_str()),
            "title": "Countess",
            "name": { "givenName": "Ada", "familyName": "Lovelace" },
            "emails": [{ "value": "ada@work.example", "type": "work", "display": "Work" }],
        });
        let id = client.post("/Users", &body).await.expect(201).id();
        let operations = json!([
            { "op": "Remove", "path": "title", "value": "Boss" },
            { "op": "Remove", "path": "name.givenName", "value": "Grace" },
            { "op": "Remove", "path": "emails[type eq \"work\"].display", "value": "Home" },
        ]);
        let path = format!("/Users/{id}");
        client.patch(&path, operations).await.expect(200);
        let read = client.get(&path).await.expect(200);
        assert_eq!(read.json.get("title"), None);
        assert_eq!(read.json["name"], json!({ "familyName": "Lovelace" }));
        assert_eq!(
            read.json["emails"],
            json!([{ "value": "ada@work.example", "type": "work" }])
        );
        let whole = json!([{ "op": "Remove", "path": "emails[type eq \"work\"]", "value": "x" }]);
        let left = client.patch(&path, whole).await.expect(200);
        assert_eq!(left.json.get("emails"), None);
    }
    app.finish().await;
}

/// Nothing but `active` can be patched. Source: gh:getsentry/sentry-docs#16258,
/// gh:goauthentik/authentik#11249, #20764.
#[tokio::test]
async fn every_attribute_of_text_can_be_patched() {
    let (app, client) = generic().await;
    let id = client.user("ada").await;
    let path = format!("/Users/{id}");
    let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    let mut attributes: Vec<(String, String)> = [
        ("displayName", "/displayName"),
        ("nickName", "/nickName"),
        ("title", "/title"),
        ("userType", "/userType"),
        ("externalId", "/externalId"),
        ("name.formatted", "/name/formatted"),
        ("name.familyName", "/name/familyName"),
        ("name.givenName", "/name/givenName"),
        ("name.middleName", "/name/middleName"),
        ("name.honorificPrefix", "/name/honorificPrefix"),
        ("name.honorificSuffix", "/name/honorificSuffix"),
    ]
    .map(|(path, pointer)| (path.to_owned(), pointer.to_owned()))
    .to_vec();
    for name in [
        "employeeNumber",
        "costCenter",
        "organization",
        "division",
        "department",
    ] {
        attributes.push((
            format!("{enterprise}:{name}"),
            format!("/{enterprise}/{name}"),
        ));
    }
    for (attribute, pointer) in &attributes {
        for (op, value) in [("add", Some("a")), ("replace", Some("b")), ("remove", None)] {
            let mut operation = json!({ "op": op, "path": attribute });
            if let Some(value) = value {
                operation["value"] = json!(value);
            }
            let answer = client.patch(&path, json!([operation])).await.expect(200);
            let read = client.get(&path).await.expect(200);
            assert_eq!(read.json, answer.json);
            let found = read.json.pointer(pointer).and_then(Value::as_str);
            assert_eq!(found, value, "{op} {attribute}");
        }
    }
    app.finish().await;
}

/// A user's groups, and the groups whose members have the user.
async fn both_sides(client: &ScimClient, user: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let set = |strings: Vec<String>| strings.into_iter().collect::<BTreeSet<_>>();
    let read = client.get(&format!("/Users/{user}")).await.expect(200);
    let of_user = set(read.strings("/groups", "/value"));
    let mut of_groups = BTreeSet::new();
    for group in client
        .get("/Groups")
        .await
        .expect(200)
        .strings("/Resources", "/id")
    {
        let read = client.get(&format!("/Groups/{group}")).await.expect(200);
        if read
            .strings("/members", "/value")
            .iter()
            .any(|id| id == user)
        {
            of_groups.insert(group);
        }
    }
    let filter = format!("members.value eq \"{user}\"");
    let found = client.filter("/Groups", &filter).await.expect(200);
    assert_eq!(set(found.strings("/Resources", "/id")), of_groups);
    (of_user, of_groups)
}

/// Users and groups disagree on who is a member. Source: ory docs pull request 2592 (v26.2.14).
#[tokio::test]
async fn users_and_groups_agree_on_membership_after_every_change() {
    let (app, client) = generic().await;
    let (ada, grace) = (client.user("ada").await, client.user("grace").await);
    let first = client.group("First", &[&ada]).await;
    let second = client.group("Second", &[]).await;
    let (one, two) = (format!("/Groups/{first}"), format!("/Groups/{second}"));
    let unknown = "11111111-1111-1111-1111-111111111111";
    let half = json!([add(&ada)[0], add(unknown)[0]]);
    let agree = async |answer: Answer, status: u16, groups: &[&String]| {
        let answer = answer.expect(status);
        let wanted: BTreeSet<String> = groups.iter().map(|id| (*id).clone()).collect();
        let (of_user, of_groups) = both_sides(&client, &ada).await;
        assert_eq!(of_user, wanted, "{}", answer.text);
        assert_eq!(of_groups, wanted, "{}", answer.text);
    };
    agree(client.get(&one).await, 200, &[&first]).await;
    let answer = client.patch(&two, half).await;
    agree(answer, 400, &[&first]).await;
    let answer = client.patch(&two, add(&ada)).await;
    agree(answer, 204, &[&first, &second]).await;
    let answer = client.put(&one, &group_body("First", &[&grace])).await;
    agree(answer, 200, &[&second]).await;
    let answer = client
        .put(&one, &group_body("First", &[&ada, unknown]))
        .await;
    agree(answer, 400, &[&second]).await;
    let answer = client.patch(&one, add(&ada)).await;
    agree(answer, 204, &[&first, &second]).await;
    let answer = client.patch(&two, remove(&ada)).await;
    agree(answer, 204, &[&first]).await;
    let answer = client.delete(&one).await;
    agree(answer, 204, &[]).await;
    app.finish().await;
}

/// A walk through 20,252 users misses 50 of them, because 50 others are deleted meanwhile. Source:
/// phasetwo.io (Keycloak).
#[tokio::test]
async fn a_walk_by_index_misses_nobody_while_others_are_deleted() {
    let (app, client) = generic().await;
    let ids = crowd(&client, 120).await;
    let (mut shown, mut start) = (Vec::new(), 1);
    loop {
        let path = format!("/Users?startIndex={start}&count=10");
        let page = client.get(&path).await.expect(200);
        let on_page = page.strings("/Resources", "/id");
        for id in &on_page[..on_page.len().min(5)] {
            client.delete(&format!("/Users/{id}")).await.expect(204);
        }
        start += on_page.len();
        shown.extend(on_page);
        if start as u64 > page.json["totalResults"].as_u64().unwrap() {
            break;
        }
    }
    assert_eq!(shown, ids);
    app.finish().await;
}

/// A request with a base URL or token that is not right is refused without a word of use.
/// Source: phasetwo.io, getting started with SCIM (Keycloak 26.7).
#[tokio::test]
async fn whoever_sets_a_connection_up_is_told_what_is_wrong() {
    let (app, client) = generic().await;
    for (header, part) in [
        (None, "token"),
        (Some("Bearer"), "token"),
        (Some("Bearer rc_scim_nonsense"), "token"),
        (Some("Basic YWRhOnNlY3JldA=="), "Bearer"),
    ] {
        let call = client.call("GET", "/Users").without_header("authorization");
        let call = match header {
            Some(header) => call.header("authorization", header),
            None => call,
        };
        let answer = call.send().await;
        answer.expect_scim_error(401, None, part);
        let challenge = answer.header("www-authenticate").unwrap_or_default();
        assert!(challenge.starts_with("Bearer"), "{challenge}");
    }
    let right = "https://people.example.org/scim/v2";
    let answer = client.get("/users").await;
    answer.expect_scim_error(404, None, right);
    app.finish().await;
}
