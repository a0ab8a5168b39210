//! `manager.value`: who it may name, and what becomes of it when that person is gone.

use serde_json::{Value, json};

use super::generic;
use crate::support::{Statements, user_body};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

fn reporting_to(name: &str, manager: &str) -> Value {
    let mut body = user_body(name);
    body[ENTERPRISE] = json!({ "department": "Engines", "manager": { "value": manager } });
    body
}

/// RFC 7643 section 4.3 recommends the id of a user and requires none: a provider may send people
/// before their manager, and names the manager as it knows them.
#[tokio::test]
async fn a_manager_may_be_somebody_who_is_not_here() {
    let (app, client) = generic().await;
    for nobody in ["0197a1f2-0000-7000-8000-000000000000", "external-17"] {
        let created = client
            .post("/Users", &reporting_to(nobody, nobody))
            .await
            .expect(201);
        assert_eq!(created.json[ENTERPRISE]["manager"]["value"], nobody);
        let filter = format!("{ENTERPRISE}:manager.value eq \"{nobody}\"");
        let found = client.filter("/Users", &filter).await.expect(200);
        assert_eq!(found.json["totalResults"], 1, "{nobody}");
    }
    let boss = client.user("boss").await;
    let ada = client
        .post("/Users", &reporting_to("ada", "later"))
        .await
        .expect(201)
        .id();
    let path = format!("/Users/{ada}");
    let known = json!([{
        "op": "replace", "path": format!("{ENTERPRISE}:manager.value"), "value": boss,
    }]);
    client.patch(&path, known).await.expect(200);
    let read = client.get(&path).await.expect(200);
    assert_eq!(read.json[ENTERPRISE]["manager"]["value"], boss);
    app.finish().await;
}

#[tokio::test]
async fn deleting_a_manager_costs_the_same_statements_for_many_as_for_few() {
    let (app, client) = generic().await;
    let mut costs = Vec::new();
    for reports in [2, 30] {
        let boss = client.user(&format!("boss of {reports}")).await;
        let mut ids = Vec::new();
        for number in 0..reports {
            let body = reporting_to(&format!("user{reports}.{number}"), &boss);
            ids.push(client.post("/Users", &body).await.expect(201).id());
        }
        app.flush_log().await;
        let heard = Statements::listen();
        client.delete(&format!("/Users/{boss}")).await.expect(204);
        costs.push(heard.take().len());
        for id in ids {
            let read = client.get(&format!("/Users/{id}")).await.expect(200);
            assert_eq!(read.json[ENTERPRISE], json!({ "department": "Engines" }));
            assert_eq!(read.json["meta"]["version"], "W/\"2\"");
        }
        let filter = format!("{ENTERPRISE}:manager.value eq \"{boss}\"");
        let found = client.filter("/Users", &filter).await.expect(200);
        assert_eq!(found.json["totalResults"], 0);
    }
    assert_eq!(costs[0], costs[1], "{costs:?}");
    app.finish().await;
}

#[tokio::test]
async fn a_manager_of_very_many_is_deleted_at_once_and_leaves_their_documents_soon() {
    let (app, client) = generic().await;
    let boss = client.user("boss").await;
    let mut operations = Vec::new();
    for number in 0..250 {
        let body = reporting_to(&format!("user{number}"), &boss);
        operations.push(json!({ "method": "POST", "path": "/Users", "bulkId": number.to_string(), "data": body }));
    }
    let bulk = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": operations });
    client.post("/Bulk", &bulk).await.expect(200);
    client.delete(&format!("/Users/{boss}")).await.expect(204);
    app.until_idle().await;
    let filter = format!("{ENTERPRISE}:manager.value eq \"{boss}\"");
    let found = client.filter("/Users", &filter).await.expect(200);
    assert_eq!(found.json["totalResults"], 0);
    let named = format!("SELECT COUNT(*) FROM scim_links WHERE document LIKE '%{boss}%'");
    assert_eq!(app.number(&named).await, 0);
    let raised = "SELECT COUNT(*) FROM users WHERE version = 2 AND user_name_folded LIKE 'user%'";
    assert_eq!(app.number(raised).await, 250);
    app.finish().await;
}
