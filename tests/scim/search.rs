//! Search by POST, and lists over both resource types.

use serde_json::{Value, json};

use super::{generic, refused};
use crate::support::{ScimClient, percent_encoded};

/// The message of a search with these parameters.
fn search(mut parameters: Value) -> Value {
    parameters["schemas"] = json!(["urn:ietf:params:scim:api:messages:2.0:SearchRequest"]);
    parameters
}

/// Three users and two groups, made in turns.
async fn populated(client: &ScimClient) {
    for name in ["b", "d", "a"] {
        let body = json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "userName": name,
            "displayName": name.to_uppercase(),
        });
        client.post("/Users", &body).await.expect(201);
        if name != "a" {
            let next = if name == "b" { "C" } else { "e" };
            client.group(next, &[]).await;
        }
    }
}

#[tokio::test]
async fn a_search_by_post_is_the_query_by_get() {
    let (app, client) = generic().await;
    populated(&client).await;
    let body = search(json!({
        "filter": "userName gt \"a\"",
        "sortBy": "userName",
        "sortOrder": "descending",
        "attributes": ["userName"],
        "startIndex": 1,
        "count": 1,
    }));
    let found = client.post("/Users/.search", &body).await.expect(200);
    let filter = percent_encoded("userName gt \"a\"");
    let path = format!(
        "/Users?filter={filter}&sortBy=userName&sortOrder=descending&attributes=userName&count=1"
    );
    assert_eq!(found.json, client.get(&path).await.expect(200).json);
    assert_eq!(found.strings("/Resources", "/userName"), ["d"]);
    assert_eq!(found.json["totalResults"], 2);
    let body = search(json!({"excludedAttributes": ["displayName"]}));
    let groups = client.post("/Groups/.search", &body).await.expect(200);
    assert_eq!(groups.json["totalResults"], 2);
    assert_eq!(groups.json["Resources"][0]["displayName"], Value::Null);
    app.finish().await;
}

#[tokio::test]
async fn users_and_groups_are_sorted_and_paged_as_one_list() {
    let (app, client) = generic().await;
    populated(&client).await;
    let names = |answer: &crate::support::Answer| answer.strings("/Resources", "/displayName");
    let all = client.get("/?sortBy=displayName").await.expect(200);
    assert_eq!(names(&all), ["A", "B", "C", "D", "e"]);
    let made = client.get("").await.expect(200);
    assert_eq!(names(&made), ["B", "C", "D", "e", "A"]);
    let second = client
        .get("/?sortBy=displayName&startIndex=3&count=2")
        .await;
    let second = second.expect(200);
    assert_eq!(names(&second), ["C", "D"]);
    assert_eq!(second.json["totalResults"], 5);
    assert_eq!(second.json["startIndex"], 3);
    let by_user_name = search(json!({"sortBy": "userName", "count": 4, "cursor": ""}));
    let first = client.post("/.search", &by_user_name).await.expect(200);
    assert_eq!(names(&first), ["A", "B", "D", "C"]);
    let mut rest = by_user_name;
    rest["cursor"] = first.json["nextCursor"].clone();
    let rest = client.post("/.search", &rest).await.expect(200);
    assert_eq!(names(&rest), ["e"]);
    app.finish().await;
}

#[tokio::test]
async fn an_attribute_of_one_type_is_absent_from_the_other() {
    let (app, client) = generic().await;
    populated(&client).await;
    for (filter, total) in [
        ("userName pr", 3),
        ("not (userName pr)", 2),
        ("userName eq \"a\" or displayName eq \"c\"", 2),
        ("meta.resourceType eq \"User\" and displayName ge \"b\"", 2),
        ("members pr or userName ne \"a\"", 4),
    ] {
        let found = client
            .get(&format!("/?filter={}", percent_encoded(filter)))
            .await;
        assert_eq!(found.expect(200).json["totalResults"], total, "{filter}");
    }
    let unknown = client.get("/?filter=shoeSize%20pr").await;
    unknown.expect_scim_error(400, Some("invalidFilter"), "shoeSize");
    let unknown = client.get("/?sortBy=shoeSize").await;
    unknown.expect_scim_error(400, Some("invalidValue"), "sortBy");
    app.finish().await;
}

#[tokio::test]
async fn a_search_that_is_none_is_refused() {
    let (app, client) = generic().await;
    for path in ["/.search", "/Users/.search", "/Groups/.search"] {
        let call = client.call_with("POST", path, &json!({"filter": "id pr"}));
        let answer = refused(&app, call).await;
        answer.expect_scim_error(400, Some("invalidSyntax"), "schemas");
        let call = client.call_with("POST", path, &search(json!({"count": "10"})));
        let answer = refused(&app, call).await;
        answer.expect_scim_error(400, Some("invalidCount"), "count");
        let answer = refused(&app, client.call("GET", path)).await;
        answer.expect_scim_error(405, None, "method");
        assert_eq!(answer.header("allow"), Some("POST"), "{path}");
    }
    app.finish().await;
}
