//! Totals are kept, not counted, and are exact all the same: the counters agree with the rows,
//! whoever wrote them.

use std::sync::Arc;

use scim_schema::dialect::ConnectionKind;
use serde_json::{Value, json};
use tokio::sync::Barrier;

use super::{generic, population::Population};
use crate::support::{ScimClient, Statements, TestApp, user_body};

/// Connections whose counters are not their rows, of both types.
const WRONG: &str = "SELECT COUNT(*) FROM (SELECT connection_id, resource, SUM(n) AS n FROM (SELECT connection_id, 'User' AS resource, 1 AS n FROM scim_links WHERE state = 'live' UNION ALL SELECT connection_id, 'Group', 1 FROM groups WHERE connection_id IS NOT NULL UNION ALL SELECT connection_id, resource, -total FROM resource_totals) parts GROUP BY connection_id, resource) sums WHERE n <> 0";

async fn totals(client: &ScimClient) -> [Value; 3] {
    let mut totals = [Value::Null, Value::Null, Value::Null];
    for (total, endpoint) in totals.iter_mut().zip(["/Users", "/Groups", "/"]) {
        let page = client.get(&format!("{endpoint}?count=1")).await.expect(200);
        *total = page.json["totalResults"].clone();
    }
    totals
}

#[tokio::test]
async fn totals_are_the_rows_whatever_comes_and_goes() {
    let (app, client) = generic().await;
    assert_eq!(totals(&client).await, [0, 0, 0]);
    let mut population = Population::of(client.clone(), &app).await;
    for _ in 0..60 {
        population.churn().await;
        assert_eq!(app.number(WRONG).await, 0);
        let [users, groups, all] =
            ["/Users", "/Groups", "/"].map(|endpoint| population.ids_of(endpoint).len());
        assert_eq!(totals(&client).await, [users, groups, all]);
    }
    app.finish().await;
}

#[tokio::test]
async fn what_is_refused_or_only_changed_is_not_counted() {
    let (app, client) = generic().await;
    let other = app.connection(ConnectionKind::Okta).await;
    let ada = client.user("ada").await;
    let group = client.group("Crowd", &[&ada]).await;
    let before = totals(&client).await;
    client.post("/Users", &user_body("ADA")).await.expect(409);
    other.post("/Users", &user_body("ada")).await.expect(409);
    client.post("/Users", &json!({})).await.expect(400);
    let path = format!("/Users/{ada}");
    client.put(&path, &user_body("ada.l")).await.expect(200);
    let off = json!([{ "op": "replace", "path": "active", "value": false }]);
    client.patch(&path, off).await.expect(200);
    let rename = json!([{ "op": "replace", "path": "displayName", "value": "All" }]);
    client
        .patch(&format!("/Groups/{group}"), rename)
        .await
        .expect(204);
    assert_eq!(totals(&client).await, before);
    assert_eq!(totals(&other).await, [0, 0, 0]);
    client.delete(&path).await.expect(204);
    client.delete(&path).await.expect(404);
    assert_eq!(totals(&client).await, [0, 1, 1]);
    client.user("ada").await;
    assert_eq!(totals(&client).await, [1, 1, 2]);
    assert_eq!(app.number(WRONG).await, 0);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn totals_are_exact_after_many_writers_at_once() {
    const CLIENTS: usize = 32;
    let (app, client) = generic().await;
    let start = Arc::new(Barrier::new(CLIENTS));
    let tasks: Vec<_> = (0..CLIENTS)
        .map(|number| {
            let (client, start) = (client.clone(), Arc::clone(&start));
            tokio::spawn(async move {
                start.wait().await;
                for round in 0..3 {
                    let id = client.user(&format!("user{number}-{round}")).await;
                    client.group(&format!("Group {number}-{round}"), &[]).await;
                    if round > 0 {
                        client.delete(&format!("/Users/{id}")).await.expect(204);
                    }
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(totals(&client).await, [CLIENTS, CLIENTS * 3, CLIENTS * 4]);
    assert_eq!(app.number(WRONG).await, 0);
    app.finish().await;
}

#[tokio::test]
async fn rows_that_others_write_are_counted_too() {
    let (app, client) = generic().await;
    let other = app.connection(ConnectionKind::Generic).await;
    for number in 0..5 {
        client.user(&format!("user{number}")).await;
        client.group(&format!("Group {number}"), &[]).await;
    }
    let one = "UPDATE scim_links SET state = 'ended' WHERE user_name_folded = 'user0'";
    assert_eq!(app.execute(one, []).await, 1);
    assert_eq!(totals(&client).await, [4, 5, 9]);
    let moved =
        "UPDATE scim_links SET connection_id = $1 WHERE user_name_folded IN ('user1', 'user2')";
    assert_eq!(app.execute(moved, [other.connection.0.into()]).await, 2);
    assert_eq!(totals(&client).await, [2, 5, 7]);
    assert_eq!(totals(&other).await, [2, 0, 2]);
    let many = "DELETE FROM groups WHERE display_name <> 'Group 3'";
    assert_eq!(app.execute(many, []).await, 4);
    assert_eq!(totals(&client).await, [2, 1, 3]);
    assert_eq!(app.number(WRONG).await, 0);
    app.finish().await;
}

#[tokio::test]
async fn the_total_of_a_whole_list_counts_no_row() {
    let (app, client) = generic().await;
    for number in 0..4 {
        client.user(&format!("user{number}")).await;
        client.group(&format!("Group {number}"), &[]).await;
    }
    app.quiet().await;
    let everybody = "filter=meta.resourceType%20eq%20%22User%22";
    for path in [
        "/Users?excludedAttributes=groups&count=2".to_owned(),
        "/Users?count=0".to_owned(),
        "/Users?excludedAttributes=groups&count=2&startIndex=4".to_owned(),
        "/Users?excludedAttributes=groups&count=2&cursor".to_owned(),
        "/Groups?count=2&excludedAttributes=members".to_owned(),
        "/?count=2&excludedAttributes=members,groups".to_owned(),
        format!("/Users?count=2&excludedAttributes=groups&{everybody}"),
        format!("/?count=2&excludedAttributes=members,groups&{everybody}"),
    ] {
        let heard = Statements::listen();
        client.get(&path).await.expect(200);
        let statements = heard.take();
        let kept = |statement: &String| statement.contains("resource_totals");
        assert!(statements.iter().any(kept), "{path}: {statements:#?}");
        let counts = |statement: &String| statement.contains("COUNT(");
        assert!(!statements.iter().any(counts), "{path}: {statements:#?}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_counter_is_kept_for_each_writer_and_no_more() {
    let (app, client) = generic().await;
    for number in 0..12 {
        client.user(&format!("user{number}")).await;
    }
    // One writer after the other: PostgreSQL has no need of a second counter, SQLite never.
    let counters = "SELECT COUNT(*) FROM resource_totals WHERE resource = 'User'";
    assert_eq!(app.number(counters).await, 1);
    app.finish().await;
}

#[tokio::test]
async fn a_bulk_that_stops_counts_what_it_made() {
    let app = TestApp::new().await;
    let client = app.connection(ConnectionKind::Entra).await;
    client.user("ada").await;
    let bulk = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
        "failOnErrors": 1,
        "Operations": [
            { "method": "POST", "path": "/Users", "bulkId": "a", "data": user_body("grace") },
            { "method": "POST", "path": "/Users", "bulkId": "b", "data": user_body("ada") },
            { "method": "POST", "path": "/Users", "bulkId": "c", "data": user_body("edsger") },
        ],
    });
    client.post("/Bulk", &bulk).await.expect(200);
    assert_eq!(totals(&client).await, [2, 0, 2]);
    assert_eq!(app.number(WRONG).await, 0);
    app.finish().await;
}
