//! Bulk requests (RFC 7644 section 3.7).

use scim_schema::dialect::ConnectionKind;
use serde_json::{Value, json};

use super::{generic, refused};
use crate::support::{Answer, ScimClient, TestApp, group_body, patch_body, user_body};

pub(super) fn bulk_body(operations: &[Value]) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
        "Operations": operations,
    })
}

pub(super) fn post(path: &str, bulk_id: &str, data: Value) -> Value {
    let mut operation = with_method("POST", path, data);
    operation["bulkId"] = json!(bulk_id);
    operation
}

fn with_method(method: &str, path: &str, data: Value) -> Value {
    let mut operation = json!({ "method": method, "path": path });
    operation["data"] = data;
    operation
}

pub(super) async fn bulk(client: &ScimClient, operations: &[Value]) -> Answer {
    client
        .post("/Bulk", &bulk_body(operations))
        .await
        .expect(200)
}

pub(super) fn statuses(answer: &Answer) -> Vec<String> {
    answer.strings("/Operations", "/status")
}

/// The id in the location of an operation's result.
pub(super) fn id_of(answer: &Answer, index: usize) -> String {
    let location = answer.string(&format!("/Operations/{index}/location"));
    location.rsplit('/').next().unwrap().to_owned()
}

fn add_members(ids: &[&str]) -> Value {
    let members: Vec<Value> = ids.iter().map(|id| json!({ "value": id })).collect();
    patch_body(json!([{ "op": "add", "path": "members", "value": members }]))
}

#[tokio::test]
async fn references_are_resolved_wherever_they_stand_and_in_any_order() {
    let (app, client) = generic().await;
    let old = client.user("old").await;
    let answer = bulk(
        &client,
        &[
            with_method(
                "PATCH",
                "/Groups/bulkId:g",
                add_members(&[&old, "bulkId:late"]),
            ),
            post("/Groups", "g", group_body("G", &["bulkId:ada"])),
            post("/Users", "ada", user_body("ada")),
            post("/Users", "late", user_body("late")),
            with_method(
                "PATCH",
                "/Groups/bulkId:g",
                patch_body(json!([
                    { "op": "remove", "path": "members[value eq \"bulkId:ada\"]" },
                ])),
            ),
        ],
    )
    .await;
    assert_eq!(statuses(&answer), ["204", "201", "201", "201", "204"]);
    let group = client.get(&format!("/Groups/{}", id_of(&answer, 1))).await;
    let mut members = group.expect(200).strings("/members", "/value");
    members.sort_unstable();
    let mut wanted = [old, id_of(&answer, 3)];
    wanted.sort_unstable();
    assert_eq!(members, wanted);
    assert_eq!(
        answer.json["Operations"][0]["location"],
        answer.json["Operations"][1]["location"]
    );
    app.finish().await;
}

#[tokio::test]
async fn each_result_is_that_of_a_request_of_its_own() {
    let (app, client) = generic().await;
    let (ada, bob) = (client.user("ada").await, client.user("bob").await);
    let group = client.group("G", &[]).await;
    let mut stale = with_method("PUT", &format!("/Users/{ada}"), user_body("ada"));
    stale["version"] = json!("W/\"7\"");
    let mut fresh = json!({ "method": "DELETE", "path": format!("/Users/{bob}") });
    fresh["version"] = json!("W/\"1\"");
    let title = patch_body(json!([{ "op": "replace", "path": "title", "value": "Head" }]));
    let answer = bulk(
        &client,
        &[
            stale,
            with_method("PATCH", &format!("/Users/{ada}"), title),
            fresh,
            with_method("PATCH", &format!("/Groups/{group}"), add_members(&[&bob])),
            with_method("PUT", &format!("/Groups/{group}"), group_body("H", &[&ada])),
            post("/Users", "dup", user_body("ADA")),
            json!({ "method": "GET", "path": "/Users" }),
        ],
    )
    .await;
    assert_eq!(
        statuses(&answer),
        ["412", "200", "204", "400", "200", "409", "400"]
    );
    let results = answer.json["Operations"].as_array().unwrap();
    assert_eq!(results[0]["response"]["status"], "412");
    assert_eq!(results[1]["response"]["title"], "Head");
    assert_eq!(results[1]["version"], "W/\"2\"");
    assert_eq!(
        results[2]["location"],
        format!("https://people.example.org/scim/v2/Users/{bob}")
    );
    assert_eq!(results[3]["response"]["scimType"], "invalidValue");
    assert_eq!(results[4]["version"], "W/\"2\"");
    assert_eq!(results[5]["response"]["scimType"], "uniqueness");
    assert_eq!(results[5]["location"], Value::Null);
    assert_eq!(results[6]["method"], "GET");
    let read = client.get(&format!("/Groups/{group}")).await.expect(200);
    assert_eq!(read.strings("/members", "/value"), [ada]);
    app.finish().await;
}

#[tokio::test]
async fn a_reference_to_nothing_is_an_error_of_its_operation_alone() {
    let (app, client) = generic().await;
    let answer = bulk(
        &client,
        &[
            post("/Users", "broken", json!({})),
            post("/Groups", "a", group_body("A", &["bulkId:broken"])),
            post("/Groups", "b", group_body("B", &["bulkId:nobody"])),
            json!({ "method": "DELETE", "path": "/Groups/bulkId:a" }),
            post("/Users", "ada", user_body("ada")),
        ],
    )
    .await;
    assert_eq!(statuses(&answer), ["400", "409", "400", "409", "201"]);
    let detail = answer.string("/Operations/2/response/detail");
    assert!(detail.contains("bulkId:nobody"), "{detail}");
    assert_eq!(app.number("SELECT COUNT(*) FROM groups").await, 0);
    app.finish().await;
}

#[tokio::test]
async fn fail_on_errors_ends_the_request_after_so_many() {
    let (app, client) = generic().await;
    let wrong = |bulk_id| post("/Users", bulk_id, json!({}));
    let mut body = bulk_body(&[
        wrong("x"),
        post("/Users", "a", user_body("a")),
        wrong("y"),
        post("/Users", "b", user_body("b")),
    ]);
    body["failOnErrors"] = json!(2);
    let answer = client.post("/Bulk", &body).await.expect(200);
    assert_eq!(statuses(&answer), ["400", "201", "400"]);
    assert_eq!(
        client.get("/Users").await.expect(200).json["totalResults"],
        1
    );
    app.finish().await;
}

#[tokio::test]
async fn too_large_a_request_learns_the_limit_and_leaves_nothing() {
    let app = TestApp::with(|config| config.limits.body = 128 * 1024).await;
    let client = app.connection(ConnectionKind::Generic).await;
    let many: Vec<Value> = (0..1_001)
        .map(|_| json!({ "method": "DELETE", "path": "/Users/1" }))
        .collect();
    let call = client.call_with("POST", "/Bulk", &bulk_body(&many));
    refused(&app, call)
        .await
        .expect_scim_error(413, None, "maxOperations is 1000");
    let large = post("/Users", "a", user_body(&"x".repeat(128 * 1024)));
    let call = client.call_with("POST", "/Bulk", &bulk_body(&[large]));
    refused(&app, call)
        .await
        .expect_scim_error(413, None, "maxPayloadSize (131072 bytes)");
    let config = client.get("/ServiceProviderConfig").await.expect(200);
    let bulk = json!({"supported": true, "maxOperations": 1000, "maxPayloadSize": 131_072});
    assert_eq!(config.json["bulk"], bulk);
    app.finish().await;
}

#[tokio::test]
async fn a_request_that_is_no_bulk_is_refused() {
    let (app, client) = generic().await;
    let user = post("/Users", "a", user_body("a"));
    let mut without_schemas = bulk_body(std::slice::from_ref(&user));
    without_schemas["schemas"] = json!([]);
    let mut no_number = bulk_body(std::slice::from_ref(&user));
    no_number["failOnErrors"] = json!("1");
    for (body, scim_type, part) in [
        (json!({}), "invalidSyntax", "schemas"),
        (without_schemas, "invalidSyntax", "schemas"),
        (bulk_body(&[]), "invalidSyntax", "Operations"),
        (bulk_body(&[json!(7)]), "invalidSyntax", "Operations[0]"),
        (
            bulk_body(&[user.clone(), user]),
            "invalidValue",
            "Operations[1].bulkId",
        ),
        (no_number, "invalidValue", "failOnErrors"),
    ] {
        let call = client.call_with("POST", "/Bulk", &body);
        let answer = refused(&app, call).await;
        answer.expect_scim_error(400, Some(scim_type), part);
    }
    let answer = refused(&app, client.call("GET", "/Bulk")).await;
    answer.expect_scim_error(405, None, "method");
    app.finish().await;
}

#[tokio::test]
async fn resources_of_others_are_not_found() {
    let (app, client) = generic().await;
    let other = app.connection(ConnectionKind::Generic).await;
    let (user, group) = (other.user("ada").await, other.group("G", &[]).await);
    let answer = bulk(
        &client,
        &[
            json!({ "method": "DELETE", "path": format!("/Users/{user}") }),
            with_method("PUT", &format!("/Groups/{group}"), group_body("Mine", &[])),
            post("/Groups", "g", group_body("Mine", &[&user])),
        ],
    )
    .await;
    assert_eq!(statuses(&answer), ["404", "404", "400"]);
    other.get(&format!("/Users/{user}")).await.expect(200);
    app.finish().await;
}

#[tokio::test]
async fn the_provisioning_log_has_one_row_with_everybody_touched() {
    let (app, client) = generic().await;
    let mut secret = user_body("bob");
    secret["password"] = json!("t0p-s3cret");
    let answer = bulk(
        &client,
        &[
            post("/Users", "a", user_body("ada")),
            post("/Users", "b", secret),
            post("/Users", "c", json!({})),
        ],
    )
    .await;
    let users = [
        app.user_of(&id_of(&answer, 0)).await,
        app.user_of(&id_of(&answer, 1)).await,
    ];
    app.flush_log().await;
    let rows = app
        .rows("SELECT path, status, decision, request_body FROM scim_request_log")
        .await;
    assert_eq!(rows.len(), 1);
    let text = |index| rows[0].try_get_by_index::<String>(index).unwrap();
    assert_eq!(text(0), "/Bulk");
    assert_eq!(rows[0].try_get_by_index::<i16>(1).unwrap(), 200);
    assert_eq!(text(2), "Carried out 3 of 3 operations, of which 1 failed");
    assert!(!text(3).contains("s3cret"), "{}", text(3));
    let touched = app.number("SELECT COUNT(*) FROM scim_request_users").await;
    assert_eq!(usize::try_from(touched).unwrap(), users.len());
    app.finish().await;
}
