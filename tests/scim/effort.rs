//! One request holds neither the database nor a thread: what it may have compared is counted.

use scim_schema::dialect::ConnectionKind;
use serde_json::{Value, json};

use super::{
    bulk::{bulk, statuses},
    generic,
};
use crate::support::{ScimClient, TestApp, patch_body, rule, user_body};

/// A user with as many roles as one may have, of this many characters.
async fn with_roles(client: &ScimClient, name: &str, characters: usize) -> String {
    let role =
        |number: usize| json!({"value": format!("{}{number:04}", "é".repeat(characters - 4))});
    let mut body = user_body(name);
    body["roles"] = (0..500).map(role).collect();
    client.post("/Users", &body).await.expect(201).id()
}

/// So many terms, none of which holds.
fn terms(attribute: &str, count: usize) -> String {
    let terms: Vec<_> = (0..count)
        .map(|number| format!("{attribute} co \"ü{number}\""))
        .collect();
    terms.join(" or ")
}

fn removing(count: usize) -> Value {
    json!([{"op": "remove", "path": format!("roles[{}]", terms("value", count))}])
}

fn patching(user: &str, operations: Value) -> Value {
    json!({"method": "PATCH", "path": format!("/Users/{user}"), "data": patch_body(operations)})
}

#[tokio::test]
async fn a_patch_that_compares_too_much_is_refused_and_changes_nothing() {
    let (app, client) = generic().await;
    let user = with_roles(&client, "ada", 500).await;
    let path = format!("/Users/{user}");
    let before = client.get(&path).await.expect(200).json;
    let mut operations = removing(250);
    let title = json!({"op": "replace", "path": "title", "value": "Analyst"});
    operations
        .as_array_mut()
        .expect("operations")
        .insert(0, title);
    let refused = client.patch(&path, operations).await;
    refused.expect_scim_error(400, Some("tooMany"), "Operations[1]: This takes more");
    assert_eq!(client.get(&path).await.expect(200).json, before);
    // What a provider sends is far from that.
    client.patch(&path, removing(5)).await.expect(200);
    app.finish().await;
}

#[tokio::test]
async fn operations_of_a_bulk_that_compare_too_much_together_get_a_unit_each() {
    let (app, client) = generic().await;
    let user = with_roles(&client, "ada", 500).await;
    let mut operations = vec![patching(&user, removing(60)); 4];
    let active = json!([{"op": "replace", "path": "active", "value": false}]);
    operations.push(patching(&user, removing(250)));
    operations.push(patching(&user, active));
    let answer = bulk(&client, &operations).await;
    assert_eq!(
        statuses(&answer),
        ["200", "200", "200", "200", "400", "200"]
    );
    let refused = &answer.json["Operations"][4]["response"];
    assert_eq!(refused["scimType"], "tooMany", "{refused}");
    app.finish().await;
}

#[tokio::test]
async fn a_search_of_a_shadow_that_compares_too_much_is_refused() {
    let app = TestApp::new().await;
    let client = app.shadow_connection(ConnectionKind::Generic).await;
    with_roles(&client, "ada", 500).await;
    let refused = client.filter("/Users", &terms("roles.value", 250)).await;
    refused.expect_scim_error(400, Some("tooMany"), "use fewer terms");
    let found = client.filter("/Users", &terms("roles.value", 5)).await;
    assert_eq!(found.expect(200).json["totalResults"], 0);
    let found = client.filter("/Users", "roles.value co \"É0\"").await;
    assert_eq!(found.expect(200).json["totalResults"], 1);
    app.finish().await;
}

#[tokio::test]
async fn rules_that_compare_too_much_refuse_what_is_sent_and_let_nobody_in() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let client = app.connection(ConnectionKind::Generic).await;
    let path = format!("/Users/{}", with_roles(&client, "ada", 500).await);
    let north = app.organisation("North").await;
    let condition = format!("active eq false or {}", terms("roles.value", 60));
    let rules: Vec<_> = (0..5).map(|_| rule(&condition, &[&north], &[])).collect();
    app.map(&console, &client, None, json!(rules)).await;

    let mut body = user_body("bob");
    body["roles"] = client.get(&path).await.expect(200).json["roles"].clone();
    let refused = client.post("/Users", &body).await;
    refused.expect_scim_error(400, Some("tooMany"), "mapping rules");
    let role = json!([{"op": "add", "path": "roles", "value": [{"value": body["roles"][0]["value"], "display": "One"}]}]);
    let refused = client.patch(&path, role).await;
    refused.expect_scim_error(400, Some("tooMany"), "mapping rules");
    // Whatever the rules ask for, somebody can be shut out.
    let active = json!([{"op": "replace", "path": "active", "value": false}]);
    let shut_out = client.patch(&path, active).await.expect(200);
    assert_eq!(shut_out.json["active"], false);
    app.finish().await;
}

#[tokio::test]
async fn filters_on_the_members_of_a_group_are_counted_by_the_members_it_has_by_then() {
    let (app, client) = generic().await;
    let mut ids = Vec::new();
    for number in 0..100 {
        ids.push(client.user(&format!("user{number}")).await);
    }
    let group = client.group("Analysts", &[]).await;
    let path = format!("/Groups/{group}");
    let filter = json!({"op": "remove", "path": format!("members[{}]", terms("display", 20))});
    let members: Vec<Value> = ids.iter().map(|id| json!({"value": id})).collect();
    let mut operations = vec![
        filter.clone(),
        json!({"op": "add", "path": "members", "value": members}),
    ];
    operations.extend(vec![filter.clone(); 300]);
    let refused = client.patch(&path, Value::Array(operations)).await;
    refused.expect_scim_error(400, Some("tooMany"), "This takes more");
    let read = client.get(&path).await.expect(200);
    assert_eq!(read.json["members"], Value::Null, "nothing was changed");
    // What a provider sends is far from that.
    let few = json!([{"op": "add", "path": "members", "value": members}, filter]);
    client.patch(&path, few).await.expect(204);
    app.finish().await;
}

#[tokio::test]
async fn so_are_those_in_a_shadow_that_are_read_for_each() {
    let app = TestApp::new().await;
    let client = app.shadow_connection(ConnectionKind::Generic).await;
    let mut ids = Vec::new();
    for number in 0..100 {
        ids.push(client.user(&format!("user{number}")).await);
    }
    let members: Vec<&str> = ids.iter().map(String::as_str).collect();
    let group = client.group("Analysts", &members).await;
    let filter = json!({"op": "remove", "path": "members[display co \"zz\"]"});
    let path = format!("/Groups/{group}");
    let many = Value::Array(vec![filter.clone(); 500]);
    let refused = client.patch(&path, many).await;
    refused.expect_scim_error(400, Some("tooMany"), "This takes more");
    client.patch(&path, json!([filter])).await.expect(204);
    app.finish().await;
}
