//! Looking through the provisioning log: each filter by itself and with others, and what a row
//! tells of its request.

use chrono::TimeDelta;
use scim_schema::dialect::ConnectionKind;
use serde_json::json;

use crate::support::{Answer, Console, TestApp, percent_encoded, user_body};

async fn search(console: &Console, query: &str) -> Vec<String> {
    let found = console.get(&format!("/provisioning-log?{query}")).await;
    lines(&found.expect(200))
}

fn lines(answer: &Answer) -> Vec<String> {
    let rows = answer.json["items"].as_array().expect("rows").iter();
    rows.map(|row| format!("{} {}", row["method"].as_str().unwrap(), row["status"]))
        .collect()
}

#[tokio::test]
async fn the_log_is_searched_by_person_request_method_answer_and_time() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let okta = app.connection(ConnectionKind::Okta).await;
    let other = app.connection(ConnectionKind::Generic).await;
    let mut ada = user_body("ada@example.org");
    ada["name"] = json!({ "givenName": "Ada", "familyName": "Lovelace" });
    let ada = okta.post("/Users", &ada).await.expect(201).id();
    okta.user("grace").await;
    app.clock.advance(TimeDelta::minutes(10));
    let refused = okta.post("/Users", &user_body("grace")).await.expect(409);
    let request = refused.header("x-request-id").map(str::to_owned);
    okta.delete(&format!("/Users/{ada}")).await.expect(204);
    app.clock.advance(TimeDelta::minutes(10));
    other.get("/Users").await.expect(200);
    app.flush_log().await;

    let of = async |query: &str| search(&console, query).await;
    assert_eq!(of("q=lovelace%20ADA").await, ["DELETE 204", "POST 201"]);
    assert_eq!(of("q=grace").await, ["POST 409", "POST 201"]);
    assert_eq!(of("q=nobody").await, [""; 0]);
    assert_eq!(of("q=%25").await, [""; 0], "a wildcard is a character");
    assert_eq!(of("method=delete").await, ["DELETE 204"]);
    assert_eq!(of("outcome=refused").await, ["POST 409"]);
    assert_eq!(of("outcome=failed").await, [""; 0]);
    assert_eq!(of("outcome=answered&method=POST").await.len(), 2);
    let id = other.connection;
    assert_eq!(of(&format!("connection={id}")).await, ["GET 200"]);
    let since = percent_encoded("2026-11-22T08:05:00Z");
    let until = percent_encoded("2026-11-22T08:15:00Z");
    assert_eq!(of(&format!("since={since}")).await.len(), 3);
    assert_eq!(
        of(&format!("until={since}")).await,
        ["POST 201", "POST 201"]
    );
    assert_eq!(
        of(&format!("since={since}&until={until}&q=grace")).await,
        ["POST 409"]
    );
    if let Some(request) = request {
        assert_eq!(of(&format!("q={request}")).await, ["POST 409"]);
    }
    let all = console.get("/provisioning-log").await.expect(200);
    let row = all.string("/items/0/id");
    assert_eq!(of(&format!("q={row}")).await, ["GET 200"]);
    let request = all.string("/items/1/request");
    assert_eq!(of(&format!("q={request}")).await, ["DELETE 204"]);
    for query in ["outcome=odd", "since=yesterday", "until=1"] {
        let answer = console.get(&format!("/provisioning-log?{query}")).await;
        answer.expect_problem(400, "invalid");
    }
    let long = "a".repeat(201);
    let answer = console.get(&format!("/provisioning-log?q={long}")).await;
    answer.expect_problem(400, "invalid");
    app.finish().await;
}

#[tokio::test]
async fn a_row_tells_what_its_request_did_in_facts() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let client = app.connection(ConnectionKind::Entra).await;
    let ada = client.user("ada").await;
    let change = json!([
        { "op": "replace", "path": "title", "value": "Countess" },
        { "op": "replace", "path": "active", "value": "False" },
    ]);
    client
        .patch(&format!("/Users/{ada}"), change.clone())
        .await
        .expect(200);
    client
        .patch(&format!("/Users/{ada}"), change)
        .await
        .expect(200);
    client.group("Analysts", &[&ada]).await;
    client
        .filter("/Users", "userName eq \"nobody\"")
        .await
        .expect(200);
    let bulk = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
        "Operations": [
            { "method": "POST", "path": "/Users", "bulkId": "a", "data": user_body("grace") },
            { "method": "POST", "path": "/Users", "bulkId": "b", "data": user_body("mary") },
        ],
    });
    client.post("/Bulk", &bulk).await.expect(200);
    app.flush_log().await;
    let log = console.get("/provisioning-log").await.expect(200);
    let facts = |row: usize| &log.json["items"][row]["facts"];
    assert_eq!(facts(0)["effects"].as_array().unwrap().len(), 2);
    assert_eq!(facts(1)["found"], 0);
    assert_eq!(facts(2)["effects"][0]["act"], "create_group");
    assert_eq!(facts(2)["effects"][0]["name"], "Analysts");
    assert_eq!(facts(2)["effects"][0]["members"], 1);
    assert_eq!(*facts(3), json!({}), "the second time nothing changed");
    assert_eq!(facts(4)["effects"][0]["attributes"], json!(["title"]));
    assert_eq!(facts(4)["effects"][1]["act"], "disable_user");
    let row = &log.json["items"][4];
    assert_eq!(row["person"]["name"], "ada");
    assert_eq!(row["people"], 1);
    assert_eq!(row["notes"][0]["rule"], "boolean_as_string");
    assert!(row["statements"].as_u64() > Some(2), "{row}");
    assert_eq!(log.json["items"][0]["people"], 2);
    let kept = "SELECT COUNT(*) FROM scim_request_log WHERE facts LIKE '%Countess%' OR facts LIKE '%grace%'";
    assert_eq!(
        app.number(kept).await,
        0,
        "no values and no names of people"
    );
    app.finish().await;
}
