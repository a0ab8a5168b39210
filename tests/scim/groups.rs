//! Groups and their members.

use std::collections::BTreeSet;

use scim_schema::dialect::ConnectionKind;
use serde_json::{Value, json};

use super::{generic, refused};
use crate::support::{ScimClient, TestApp, group_body, patch_body};

/// The values of a group's members.
async fn members(client: &ScimClient, group: &str) -> BTreeSet<String> {
    let read = client.get(&format!("/Groups/{group}")).await.expect(200);
    read.strings("/members", "/value").into_iter().collect()
}

fn set(ids: &[&String]) -> BTreeSet<String> {
    ids.iter().map(|id| (*id).clone()).collect()
}

fn add(ids: &[&str]) -> Value {
    let values: Vec<Value> = ids.iter().map(|id| json!({ "value": id })).collect();
    json!([{ "op": "add", "path": "members", "value": values }])
}

#[tokio::test]
async fn a_group_holds_users_and_groups_and_says_which_is_which() {
    let (app, client) = generic().await;
    let ada = client.user("ada").await;
    let inner = client.group("Inner", &[&ada]).await;
    let outer = client.group("Outer", &[&ada, &inner]).await;
    let path = format!("/Groups/{outer}");
    let plain = client.get(&path).await.expect(200);
    assert_eq!(plain.json.pointer("/members/0/display"), None, "on request");
    let all = "attributes=members.value,members.$ref,members.type,members.display";
    let read = client.get(&format!("{path}?{all}")).await.expect(200);
    for (id, kind, display, path) in [
        (&ada, "User", "ada", "Users"),
        (&inner, "Group", "Inner", "Groups"),
    ] {
        let all = read.json["members"].as_array().unwrap();
        let member = all.iter().find(|member| member["value"] == **id).unwrap();
        assert_eq!(member["type"], kind);
        assert_eq!(member["display"], display);
        let location = format!("https://people.example.org/scim/v2/{path}/{id}");
        assert_eq!(member["$ref"], location);
    }
    let user = client.get(&format!("/Users/{ada}")).await.expect(200);
    let groups: BTreeSet<String> = user.strings("/groups", "/display").into_iter().collect();
    assert_eq!(
        groups,
        BTreeSet::from(["Inner".to_owned(), "Outer".to_owned()])
    );
    client.delete(&format!("/Groups/{inner}")).await.expect(204);
    assert_eq!(members(&client, &outer).await, set(&[&ada]));
    app.finish().await;
}

#[tokio::test]
async fn a_group_that_would_contain_itself_is_refused() {
    let (app, client) = generic().await;
    let a = client.group("A", &[]).await;
    let b = client.group("B", &[&a]).await;
    let c = client.group("C", &[&b]).await;
    for (group, member) in [(&a, &a), (&a, &b), (&a, &c), (&b, &c)] {
        let path = format!("/Groups/{group}");
        for (method, body) in [
            ("PATCH", patch_body(add(&[member]))),
            ("PUT", group_body("A", &[member])),
        ] {
            let answer = refused(&app, client.call_with(method, &path, &body)).await;
            answer.expect_scim_error(400, Some("invalidValue"), "members");
        }
    }
    client
        .patch(&format!("/Groups/{c}"), add(&[&a]))
        .await
        .expect(204);
    app.finish().await;
}

#[tokio::test]
async fn two_requests_that_would_close_a_cycle_together_do_not() {
    let (app, client) = generic().await;
    for round in 0..8 {
        let a = client.group(&format!("A{round}"), &[]).await;
        let b = client.group(&format!("B{round}"), &[]).await;
        let paths = [(a.clone(), b.clone()), (b, a)];
        let tasks = paths.map(|(group, member)| {
            let client = client.clone();
            tokio::spawn(async move {
                client
                    .patch(&format!("/Groups/{group}"), add(&[&member]))
                    .await
                    .status
            })
        });
        let mut statuses = Vec::new();
        for task in tasks {
            statuses.push(task.await.unwrap());
        }
        statuses.sort_unstable();
        assert_eq!(statuses, [204, 400], "round {round}");
    }
    app.finish().await;
}

#[tokio::test]
async fn an_unknown_member_is_refused_and_nothing_is_kept_of_the_request() {
    let (app, client) = generic().await;
    let ada = client.user("ada").await;
    let group = client.group("Analysts", &[]).await;
    let unknown = "01936b2e-0000-7000-8000-000000000000";
    for wrong in [unknown, "nobody", "", &ada.to_uppercase()] {
        for (method, path, body) in [
            (
                "PATCH",
                format!("/Groups/{group}"),
                patch_body(add(&[&ada, wrong])),
            ),
            (
                "PUT",
                format!("/Groups/{group}"),
                group_body("New name", &[&ada, wrong]),
            ),
            (
                "POST",
                "/Groups".to_owned(),
                group_body("Another", &[&ada, wrong]),
            ),
        ] {
            let answer = refused(&app, client.call_with(method, &path, &body)).await;
            answer.expect_scim_error(400, Some("invalidValue"), "members");
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn entra_skips_unknown_members_and_leaves_a_note() {
    let app = TestApp::new().await;
    let client = app.connection(ConnectionKind::Entra).await;
    let ada = client.user("ada").await;
    let unknown = "01936b2e-0000-7000-8000-000000000000";
    let group = client.group("Analysts", &[&ada, unknown]).await;
    assert_eq!(members(&client, &group).await, set(&[&ada]));
    client
        .patch(&format!("/Groups/{group}"), add(&[unknown]))
        .await
        .expect(204);
    app.flush_log().await;
    let noted = "SELECT COUNT(*) FROM scim_request_log WHERE notes LIKE '%accept_unknown_member%' AND notes LIKE '%01936b2e-0000%'";
    assert_eq!(app.number(noted).await, 2);
    app.finish().await;
}

#[tokio::test]
async fn a_deleted_user_leaves_its_groups() {
    let (app, client) = generic().await;
    let (ada, grace) = (client.user("ada").await, client.user("grace").await);
    let group = client.group("Analysts", &[&ada, &grace]).await;
    client.delete(&format!("/Users/{ada}")).await.expect(204);
    assert_eq!(members(&client, &group).await, set(&[&grace]));
    let found = client
        .filter("/Groups", &format!("members.value eq \"{ada}\""))
        .await;
    assert_eq!(found.expect(200).json["totalResults"], 0);
    let path = format!("/Groups/{group}");
    let answer = refused(
        &app,
        client.call_with("PATCH", &path, &patch_body(add(&[&ada]))),
    )
    .await;
    answer.expect_scim_error(400, Some("invalidValue"), "members");
    app.finish().await;
}

#[tokio::test]
async fn a_display_name_is_taken_once_in_a_connection_whatever_its_case() {
    let (app, client) = generic().await;
    client.group("Analysts", &[]).await;
    let other = client.group("Poets", &[]).await;
    let rename = json!([{ "op": "replace", "path": "displayName", "value": "analysts" }]);
    for (method, path, body) in [
        ("POST", "/Groups".to_owned(), group_body("ANALYSTS", &[])),
        (
            "PUT",
            format!("/Groups/{other}"),
            group_body("ANALYSTS", &[]),
        ),
        ("PATCH", format!("/Groups/{other}"), patch_body(rename)),
    ] {
        let answer = refused(&app, client.call_with(method, &path, &body)).await;
        answer.expect_scim_error(409, Some("uniqueness"), "displayName");
    }
    let second = app.connection(ConnectionKind::Generic).await;
    second.group("Analysts", &[]).await;
    client.delete(&format!("/Groups/{other}")).await.expect(204);
    client.group("Poets", &[]).await;
    app.finish().await;
}

#[tokio::test]
async fn members_are_replaced_by_their_difference() {
    let (app, client) = generic().await;
    let mut ids = Vec::new();
    for name in ["ada", "grace", "joan", "mary"] {
        ids.push(client.user(name).await);
    }
    let [ada, grace, joan, mary] = &ids[..] else {
        unreachable!()
    };
    let group = client.group("Analysts", &[ada, grace]).await;
    let path = format!("/Groups/{group}");
    let body = group_body("Analysts", &[grace, joan, joan]);
    client.put(&path, &body).await.expect(200);
    assert_eq!(members(&client, &group).await, set(&[grace, joan]));
    let before = app.footprint().await;
    let same = client.put(&path, &body).await.expect(200);
    TestApp::assert_unchanged(&before, &app.footprint().await, &same);
    let operations = json!([
        { "op": "remove", "path": format!("members[value eq \"{joan}\"]") },
        { "op": "add", "path": "members", "value": [{ "value": mary }, { "value": ada }] },
        { "op": "remove", "path": "members[display eq \"GRACE\"]" },
    ]);
    client.patch(&path, operations).await.expect(204);
    assert_eq!(members(&client, &group).await, set(&[ada, mary]));
    let replace = json!([{ "op": "replace", "path": "members", "value": [{ "value": joan }] }]);
    client.patch(&path, replace).await.expect(204);
    assert_eq!(members(&client, &group).await, set(&[joan]));
    client
        .patch(&path, json!([{ "op": "remove", "path": "members" }]))
        .await
        .expect(204);
    assert_eq!(members(&client, &group).await, set(&[]));
    app.finish().await;
}

#[tokio::test]
async fn removing_one_member_by_value_never_empties_the_group() {
    let (app, client) = generic().await;
    let (ada, grace) = (client.user("ada").await, client.user("grace").await);
    let group = client.group("Analysts", &[&ada, &grace]).await;
    let body =
        patch_body(json!([{ "op": "remove", "path": "members", "value": [{ "value": ada }] }]));
    let path = format!("/Groups/{group}");
    let null = patch_body(json!([{ "op": "remove", "path": "members", "value": null }]));
    for body in [body, null] {
        let answer = refused(&app, client.call_with("PATCH", &path, &body)).await;
        assert_eq!(answer.status, 400, "{}", answer.text);
    }
    for kind in [
        ConnectionKind::Entra,
        ConnectionKind::EntraLegacy,
        ConnectionKind::JumpCloud,
    ] {
        let client = app.connection(kind).await;
        let one = client.user(&format!("one-{}", kind.as_str())).await;
        let two = client.user(&format!("two-{}", kind.as_str())).await;
        let group = client.group("Analysts", &[&one, &two]).await;
        let remove = json!([{ "op": "Remove", "path": "members", "value": [{ "value": one }] }]);
        client
            .patch(&format!("/Groups/{group}"), remove)
            .await
            .expect(204);
        assert_eq!(members(&client, &group).await, set(&[&two]), "{kind:?}");
        // What a client makes of an empty list may be null.
        let nobody = json!([{ "op": "Remove", "path": "members", "value": null }]);
        client
            .patch(&format!("/Groups/{group}"), nobody)
            .await
            .expect(204);
        assert_eq!(members(&client, &group).await, set(&[&two]), "{kind:?}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_member_without_a_name_is_shown_and_found_by_its_user_name() {
    let (app, client) = generic().await;
    for (number, nameless) in [
        json!({ "name": { "givenName": "" } }),
        json!({ "name": { "givenName": "", "familyName": "" } }),
        json!({ "displayName": "" }),
    ]
    .into_iter()
    .enumerate()
    {
        let user_name = format!("nameless{number}");
        let mut user = nameless.clone();
        user["schemas"] = json!(["urn:ietf:params:scim:schemas:core:2.0:User"]);
        user["userName"] = user_name.as_str().into();
        let user = client.post("/Users", &user).await.expect(201).id();
        let group = client.group(&format!("Group {number}"), &[&user]).await;
        let path = format!("/Groups/{group}?attributes=members.display");
        let answer = client.get(&path).await.expect(200);
        assert_eq!(
            answer.json["members"][0]["display"],
            user_name.as_str(),
            "{nameless}"
        );
        let filter = format!("members[display eq \"{user_name}\"]");
        let found = client.filter("/Groups", &filter).await.expect(200);
        assert_eq!(found.strings("/Resources", "/id"), [group], "{nameless}");
    }
    app.finish().await;
}
