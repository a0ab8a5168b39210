//! The size of a resource is bounded, and so is what a page of large ones has.

use scim_schema::dialect::ConnectionKind;
use serde_json::{Value, json};

use super::generic;
use crate::support::{TestApp, user_body};

/// Roles of so many KiB together.
fn roles(kib: usize) -> Value {
    let role = |number: usize| json!({"value": format!("{number:04}{}", "x".repeat(1016))});
    (0..kib).map(role).collect()
}

/// A Bulk that gives somebody one title after the other.
fn titles(path: &str, operations: usize) -> Value {
    let patch = |number: usize| {
        let replace = json!([{"op": "replace", "path": "title", "value": format!("T{number}")}]);
        let schemas = ["urn:ietf:params:scim:api:messages:2.0:PatchOp"];
        json!({
            "method": "PATCH",
            "path": path,
            "data": { "schemas": schemas, "Operations": replace },
        })
    };
    let operations: Vec<Value> = (0..operations).map(patch).collect();
    let schemas = ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"];
    json!({ "schemas": schemas, "Operations": operations })
}

#[tokio::test]
async fn nobody_becomes_larger_than_a_resource_may_be() {
    let app = TestApp::new().await;
    let live = app.connection(ConnectionKind::Generic).await;
    let shadow = app.shadow_connection(ConnectionKind::Generic).await;
    for client in [live, shadow] {
        let mut body = user_body("ada");
        body["roles"] = roles(300);
        body["entitlements"] = roles(300);
        let refused = client.post("/Users", &body).await;
        refused.expect_scim_error(400, Some("invalidValue"), "more than 512 KiB");
        body["entitlements"] = json!([]);
        let id = client.post("/Users", &body).await.expect(201).id();
        let path = format!("/Users/{id}");
        let more = json!([{"op": "add", "path": "entitlements", "value": roles(300)}]);
        let refused = client.patch(&path, more).await;
        refused.expect_scim_error(400, Some("invalidValue"), "more than 512 KiB");
        body["entitlements"] = roles(300);
        let refused = client.put(&path, &body).await;
        refused.expect_scim_error(400, Some("invalidValue"), "more than 512 KiB");
        let read = client.get(&path).await.expect(200);
        assert_eq!(
            read.json["entitlements"],
            Value::Null,
            "nothing was changed"
        );
    }
    app.finish().await;
}

#[tokio::test]
async fn a_page_of_large_people_ends_before_it_is_too_large_and_paging_goes_on() {
    let (app, client) = generic().await;
    for number in 0..110 {
        let mut body = user_body(&format!("user{number:03}"));
        if number < 102 {
            body["roles"] = roles(200);
        }
        client.post("/Users", &body).await.expect(201);
    }
    for query in ["", "attributes=userName&", "filter=userName%20pr&"] {
        let first = client
            .get(&format!("/Users?{query}count=1000"))
            .await
            .expect(200);
        assert_eq!(first.json["totalResults"], 110, "{query}");
        assert_eq!(first.json["itemsPerPage"], 100, "{query}");
        let rest = client
            .get(&format!("/Users?{query}count=1000&startIndex=101"))
            .await;
        assert_eq!(rest.expect(200).json["itemsPerPage"], 10, "{query}");
        let first = client
            .get(&format!("/Users?{query}count=1000&cursor"))
            .await
            .expect(200);
        assert_eq!(first.json["itemsPerPage"], 100, "{query}");
        let next = first.string("/nextCursor");
        let rest = client
            .get(&format!("/Users?{query}count=1000&cursor={next}"))
            .await;
        assert_eq!(rest.expect(200).json["itemsPerPage"], 10, "{query}");
    }
    app.finish().await;
}

#[tokio::test]
async fn no_more_large_answers_are_on_their_way_than_a_connection_may_have() {
    let (app, client) = generic().await;
    let mut body = user_body("ada");
    body["roles"] = roles(400);
    let path = format!(
        "/Users/{}",
        client.post("/Users", &body).await.expect(201).id()
    );
    let mut taken = Vec::new();
    let refused = loop {
        let answer = client.call("GET", &path).open().await;
        if answer.status() != 200 {
            break client.get(&path).await;
        }
        taken.push(answer);
    };
    refused.expect_scim_error(429, None, "large answers");
    // A sixteenth of 512 MB, and some 430 kB each.
    assert!((70..100).contains(&taken.len()), "{}", taken.len());
    // What is small is answered, and what is changed is changed.
    client
        .get(&format!("{path}?attributes=userName"))
        .await
        .expect(200);
    let title = json!([{"op": "replace", "path": "title", "value": "Analyst"}]);
    let changed = client.patch(&path, title).await;
    assert_eq!((changed.status, changed.text.as_str()), (204, ""));
    let told = client.post("/Bulk", &titles(&path, 3)).await.expect(200);
    for number in 0..3 {
        let result = &told.json["Operations"][number];
        assert_eq!(
            (result["status"].as_str(), &result["response"]),
            (Some("200"), &Value::Null)
        );
    }
    let other = app.connection(ConnectionKind::Generic).await;
    body["userName"] = "bob".into();
    let sent = other.post("/Users", &body).await.expect(201);
    assert!(sent.text.len() > 400_000, "nobody else waits");
    drop(taken);
    let read = client.get(&path).await.expect(200);
    assert_eq!(read.json["title"], "T2");
    app.finish().await;
}

#[tokio::test]
async fn a_bulk_is_answered_with_resources_until_they_are_too_many() {
    let (app, client) = generic().await;
    let mut body = user_body("ada");
    body["roles"] = roles(400);
    let id = client.post("/Users", &body).await.expect(201).id();
    let path = format!("/Users/{id}");
    let answer = client.post("/Bulk", &titles(&path, 10)).await;
    let answer = answer.expect(200);
    assert!(answer.text.len() < 2_000_000, "{}", answer.text.len());
    for (number, result) in answer.json["Operations"]
        .as_array()
        .unwrap()
        .iter()
        .enumerate()
    {
        assert_eq!(result["status"], "200", "{number}");
        assert!(result["version"].is_string() && result["location"].is_string());
        let title = &result["response"]["title"];
        let expected = (number < 3).then(|| format!("T{number}"));
        assert_eq!(title.as_str(), expected.as_deref(), "{number}");
    }
    let read = client.get(&path).await.expect(200);
    assert_eq!(read.json["title"], "T9");
    app.finish().await;
}
