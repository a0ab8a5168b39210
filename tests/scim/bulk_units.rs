//! Operations of a Bulk share units of work, and none of them notices (RFC 7644 section 3.7).

use serde_json::{Value, json};

use super::{
    bulk::{bulk, bulk_body, id_of, post, statuses},
    generic,
};
use crate::support::{group_body, patch_body, user_body};

/// Creates of people with these numbers.
fn creates(numbers: std::ops::Range<usize>) -> Vec<Value> {
    numbers
        .map(|number| {
            let name = format!("user{number}");
            post("/Users", &name, user_body(&name))
        })
        .collect()
}

#[tokio::test]
async fn many_creates_cost_little_more_than_their_rows() {
    let (app, client) = generic().await;
    app.quiet().await;
    let db = &app.app.state.db;
    let before = db.statement_count();
    let answer = bulk(&client, &creates(0..200)).await;
    let counted = db.statement_count() - before;
    assert!(statuses(&answer).iter().all(|status| status == "201"));
    // User, link, values and membership of each; audit, details and feed of all that share a unit.
    assert!(counted <= 200 * 4 + 20, "{counted} statements");
    let audited = "SELECT COUNT(*) FROM audit_events WHERE action = 'user.create'";
    assert_eq!(app.number(audited).await, 200);
    app.finish().await;
}

#[tokio::test]
async fn a_failure_in_the_middle_undoes_itself_alone() {
    let (app, client) = generic().await;
    let mut operations = creates(0..40);
    // The name is taken by the third operation, which shares the unit.
    operations.insert(20, post("/Users", "double", user_body("USER2")));
    operations.push(post(
        "/Groups",
        "g",
        group_body("G", &["bulkId:user39", "bulkId:user0"]),
    ));
    operations.push(post("/Groups", "h", group_body("H", &["bulkId:double"])));
    let answer = bulk(&client, &operations).await;
    let mut wanted = vec!["201"; 43];
    wanted[20] = "409";
    wanted[42] = "409";
    assert_eq!(statuses(&answer), wanted);
    assert_eq!(
        answer.json["Operations"][20]["response"]["scimType"],
        "uniqueness"
    );
    assert_eq!(app.number("SELECT COUNT(*) FROM scim_links").await, 40);
    assert_eq!(app.number("SELECT COUNT(*) FROM groups").await, 1);
    assert_eq!(app.number("SELECT COUNT(*) FROM group_members").await, 2);
    let audited =
        "SELECT COUNT(*) FROM audit_events WHERE action IN ('user.create', 'group.create')";
    assert_eq!(app.number(audited).await, 41);
    app.finish().await;
}

#[tokio::test]
async fn an_operation_sees_what_those_before_it_did() {
    let (app, client) = generic().await;
    let rename = |title: &str| {
        json!({
            "method": "PATCH",
            "path": "/Users/bulkId:user0",
            "data": patch_body(json!([{ "op": "replace", "path": "title", "value": title }])),
        })
    };
    let mut operations = creates(0..1);
    operations.extend([rename("Head"), rename("Dean")]);
    let answer = bulk(&client, &operations).await;
    assert_eq!(statuses(&answer), ["201", "200", "200"]);
    let results = &answer.json["Operations"];
    assert_eq!(results[1]["response"]["title"], "Head");
    assert_eq!(results[1]["version"], "W/\"2\"");
    assert_eq!(results[2]["response"]["title"], "Dean");
    assert_eq!(results[2]["version"], "W/\"3\"");
    let id = id_of(&answer, 0);
    let user = client.get(&format!("/Users/{id}")).await.expect(200);
    assert_eq!(user.json["title"], "Dean");
    app.finish().await;
}

#[tokio::test]
async fn fail_on_errors_counts_across_units_and_keeps_what_was_done() {
    let (app, client) = generic().await;
    let mut operations = creates(0..150);
    for (number, at) in [10, 120, 130].into_iter().enumerate() {
        let bulk_id = format!("double{number}");
        operations[at] = post("/Users", &bulk_id, user_body("user0"));
    }
    let mut body = bulk_body(&operations);
    body["failOnErrors"] = json!(2);
    let answer = client.post("/Bulk", &body).await.expect(200);
    let statuses = statuses(&answer);
    assert_eq!(statuses.len(), 121);
    assert_eq!(statuses.iter().filter(|status| *status == "409").count(), 2);
    assert_eq!(
        client.get("/Users?count=0").await.expect(200).json["totalResults"],
        119
    );
    app.finish().await;
}
