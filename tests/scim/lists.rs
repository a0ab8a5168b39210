//! Lists: order, paging by index, totals (RFC 7644 sections 3.4.2.3 and 3.4.2.4).

use serde_json::json;

use super::generic;
use crate::support::{Answer, ScimClient, user_body};

fn user_names(answer: &Answer) -> Vec<String> {
    answer.strings("/Resources", "/userName")
}

/// Five users, two of them without a title.
async fn populate(client: &ScimClient) {
    for (name, title) in [
        ("dora", "b"),
        ("Bela", ""),
        ("anna", "C"),
        ("emil", ""),
        ("Carl", "a"),
    ] {
        let mut body = user_body(name);
        if !title.is_empty() {
            body["title"] = title.into();
        }
        client.post("/Users", &body).await.expect(201);
    }
}

#[tokio::test]
async fn pages_show_every_resource_once_in_a_stable_order() {
    let (app, client) = generic().await;
    populate(&client).await;
    let mut seen = Vec::new();
    for start in [1, 3, 5] {
        let page = client
            .get(&format!("/Users?startIndex={start}&count=2"))
            .await
            .expect(200);
        assert_eq!(page.json["totalResults"], 5);
        assert_eq!(page.json["startIndex"], start);
        let found = user_names(&page);
        assert_eq!(page.json["itemsPerPage"], found.len());
        seen.extend(found);
    }
    assert_eq!(seen, ["dora", "Bela", "anna", "emil", "Carl"]);
    app.finish().await;
}

#[tokio::test]
async fn odd_windows_are_what_the_rfc_says() {
    let (app, client) = generic().await;
    populate(&client).await;
    for (query, start, length) in [
        ("startIndex=0", 1, 5),
        ("startIndex=-3&count=2", 1, 2),
        ("count=0", 1, 0),
        ("count=-1", 1, 0),
        ("startIndex=6", 6, 0),
        ("startIndex=99999999999999999999", 0, 0),
        ("count=100000", 1, 5),
        ("STARTINDEX=2&Count=1", 2, 1),
        ("startIndex=&count=&nonsense=1", 1, 5),
    ] {
        let page = client.get(&format!("/Users?{query}")).await.expect(200);
        assert_eq!(page.json["totalResults"], 5, "{query}");
        assert_eq!(user_names(&page).len(), length, "{query}");
        if start > 0 {
            assert_eq!(page.json["startIndex"], start, "{query}");
        }
    }
    for (query, scim_type) in [
        ("startIndex=x", "invalidValue"),
        ("count=x", "invalidCount"),
    ] {
        let answer = client.get(&format!("/Users?{query}")).await;
        let name = query.split('=').next().unwrap();
        answer.expect_scim_error(400, Some(scim_type), name);
    }
    app.finish().await;
}

#[tokio::test]
async fn an_empty_list_is_200_and_an_empty_account_too() {
    let (app, client) = generic().await;
    for path in [
        "/Users",
        "/Groups",
        "/Users?filter=userName%20eq%20%22x%22",
        "/Users?count=0",
    ] {
        let page = client.get(path).await.expect(200);
        assert_eq!(page.json["totalResults"], 0, "{path}");
        let schemas = json!(["urn:ietf:params:scim:api:messages:2.0:ListResponse"]);
        assert_eq!(page.json["schemas"], schemas);
    }
    app.finish().await;
}

#[tokio::test]
async fn sorting_ignores_case_where_the_attribute_does_and_puts_missing_values_last() {
    let (app, client) = generic().await;
    populate(&client).await;
    for (query, expected) in [
        ("sortBy=userName", ["anna", "Bela", "Carl", "dora", "emil"]),
        (
            "sortBy=userName&sortOrder=descending",
            ["emil", "dora", "Carl", "Bela", "anna"],
        ),
        ("sortBy=title", ["Carl", "dora", "anna", "Bela", "emil"]),
        (
            "sortBy=title&sortOrder=Descending",
            ["Bela", "emil", "anna", "dora", "Carl"],
        ),
        (
            "sortBy=meta.created&sortOrder=ascending",
            ["dora", "Bela", "anna", "emil", "Carl"],
        ),
        (
            "sortby=ID&sortorder=ascending",
            ["dora", "Bela", "anna", "emil", "Carl"],
        ),
    ] {
        let page = client.get(&format!("/Users?{query}")).await.expect(200);
        assert_eq!(user_names(&page), expected, "{query}");
    }
    for query in [
        "sortBy=shoeSize",
        "sortBy=name",
        "sortBy=password",
        "sortBy=userName&sortOrder=up",
    ] {
        let answer = client.get(&format!("/Users?{query}")).await;
        answer.expect_scim_error(400, Some("invalidValue"), "sort");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_multi_valued_attribute_sorts_by_its_primary_value_or_else_the_first() {
    let (app, client) = generic().await;
    for (name, emails) in [
        (
            "one",
            json!([{ "value": "z@x" }, { "value": "b@x", "primary": true }]),
        ),
        ("two", json!([{ "value": "a@x" }, { "value": "y@x" }])),
        ("three", json!([])),
        ("four", json!([{ "value": "C@x", "primary": false }])),
    ] {
        let mut body = user_body(name);
        body["emails"] = emails;
        client.post("/Users", &body).await.expect(201);
    }
    for sort_by in ["emails", "emails.value"] {
        let page = client
            .get(&format!("/Users?sortBy={sort_by}"))
            .await
            .expect(200);
        assert_eq!(
            user_names(&page),
            ["two", "one", "four", "three"],
            "{sort_by}"
        );
    }
    app.finish().await;
}

#[tokio::test]
async fn a_page_has_100_resources_unless_asked_and_1000_at_most() {
    let (app, client) = generic().await;
    for number in 0..101 {
        client.user(&format!("user{number:03}")).await;
    }
    let page = client.get("/Users").await.expect(200);
    assert_eq!(user_names(&page).len(), 100);
    assert_eq!(page.json["totalResults"], 101);
    assert_eq!(page.json["itemsPerPage"], 100);
    let all = client.get("/Users?count=5000").await.expect(200);
    assert_eq!(user_names(&all).len(), 101);
    app.finish().await;
}
