//! Conflicts and *Move to this connection* (domain.md sections 1 and 2, scim.md 1.3 and 5 item 12).

use scim_schema::dialect::ConnectionKind;
use serde_json::{Value, json};

use crate::{
    scim::adoption::{local, mailed, verify},
    support::{Answer, Console, PASSWORD, ScimClient, TestApp, user_body},
};

const NAME: &str = "ada@example.org";

/// Two connections of which the first has somebody whom the second sends.
struct Change {
    app: TestApp,
    console: Console,
    old: ScimClient,
    new: ScimClient,
    /// The SCIM id at the first.
    id: String,
}

async fn change_of_provider() -> Change {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let old = app.connection(ConnectionKind::Okta).await;
    let new = app.connection(ConnectionKind::Entra).await;
    let id = old.user(NAME).await;
    Change {
        app,
        console,
        old,
        new,
        id,
    }
}

/// What the second connection sends.
fn sent() -> Value {
    let mut body = mailed(NAME, NAME);
    body["externalId"] = "entra-1".into();
    body["title"] = "Head".into();
    body
}

async fn first(console: &Console) -> Answer {
    console.get("/conflicts").await.expect(200)
}

async fn resolve(console: &Console, id: &str, body: &Value) -> Answer {
    console
        .post(&format!("/conflicts/{id}/resolve"), body)
        .await
}

#[tokio::test]
async fn a_name_that_another_connection_has_is_one_item_however_often_it_is_sent() {
    let it = change_of_provider().await;
    for _ in 0..3 {
        let refused = it.new.post("/Users", &sent()).await.expect(409);
        assert_eq!(refused.json["scimType"], "uniqueness");
    }
    let listed = first(&it.console).await;
    assert_eq!(listed.json["total"], 1);
    let row = &listed.json["items"][0];
    assert_eq!(row["kind"], "user_name");
    assert_eq!(row["cause"], "linked");
    assert_eq!(row["seen"], 3);
    assert_eq!(row["movable"], true);
    assert_eq!(row["person"]["source"]["kind"], "connection");
    let counts = it.console.get("/conflicts/counts").await.expect(200);
    assert_eq!(counts.json["open"], 1);
    let id = listed.string("/items/0/id");
    let detail = it
        .console
        .get(&format!("/conflicts/{id}"))
        .await
        .expect(200);
    assert_eq!(detail.json["sent"]["title"], "Head");
    assert_eq!(detail.json["here"]["userName"], NAME);
    let differs = detail.json["differences"].to_string();
    for name in ["externalId", "title", "emails"] {
        assert!(differs.contains(name), "{differs}");
    }
    assert!(!differs.contains("userName"), "{differs}");
    it.app.finish().await;
}

#[tokio::test]
async fn the_name_of_a_connections_own_user_is_no_conflict() {
    let it = change_of_provider().await;
    it.old.post("/Users", &user_body(NAME)).await.expect(409);
    assert_eq!(first(&it.console).await.json["total"], 0);
    it.app.finish().await;
}

#[tokio::test]
async fn moving_gives_the_person_a_link_of_the_new_connection_and_ends_the_old_one() {
    let it = change_of_provider().await;
    let boss = it.id.clone();
    let mut report = user_body("report@example.org");
    report["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"] =
        json!({ "manager": { "value": boss } });
    let report = it.old.post("/Users", &report).await.expect(201).id();
    let group = it.old.group("Old group", &[&it.id, &report]).await;
    let off = json!([{ "op": "replace", "path": "active", "value": false }]);
    it.old
        .patch(&format!("/Users/{}", it.id), off)
        .await
        .expect(200);
    it.new.post("/Users", &sent()).await.expect(409);
    let id = first(&it.console).await.string("/items/0/id");
    let user = it.app.user_of(&it.id).await;
    resolve(&it.console, &id, &json!({ "act": "move" }))
        .await
        .expect(204);

    // The old connection: its id is gone for ever, and with it everything that was its own.
    it.old.get(&format!("/Users/{}", it.id)).await.expect(404);
    let group = it.old.get(&format!("/Groups/{group}")).await.expect(200);
    assert_eq!(group.json["members"].as_array().unwrap().len(), 1);
    let report = it.old.get(&format!("/Users/{report}")).await.expect(200);
    assert!(!report.text.contains("manager"), "{}", report.text);
    // The new one: it is found by its name, and is who it was.
    let found = it
        .new
        .filter("/Users", &format!("userName eq \"{NAME}\""))
        .await;
    assert_eq!(found.json["totalResults"], 1);
    let scim_id = found.string("/Resources/0/id");
    assert_ne!(scim_id, it.id);
    assert_eq!(found.json["Resources"][0]["title"], "Head");
    assert_eq!(found.json["Resources"][0]["active"], true);
    assert_eq!(it.app.user_of(&scim_id).await, user);
    let shown = it.console.get(&format!("/users/{user}")).await.expect(200);
    assert_eq!(shown.json["status"], "active");
    assert_eq!(shown.json["source"]["id"], it.new.connection.to_string());
    assert_eq!(first(&it.console).await.json["total"], 0);
    let ended = it.console.get("/conflicts?state=resolved").await;
    let end = &ended.expect(200).json["items"][0]["end"];
    assert_eq!(
        (&end["how"], &end["by"]["kind"]),
        (&json!("moved"), &json!("user"))
    );
    assert!(end["at"].is_string(), "{end}");
    let audited =
        "SELECT COUNT(*) FROM audit_events WHERE action IN ('user.move', 'conflict.move')";
    assert_eq!(it.app.number(audited).await, 2);
    let kept = "SELECT COUNT(*) FROM conflicts WHERE sent IS NOT NULL";
    assert_eq!(it.app.number(kept).await, 0);
    it.app.finish().await;
}

#[tokio::test]
async fn a_provider_that_posts_again_after_a_move_is_synced() {
    let it = change_of_provider().await;
    it.new.post("/Users", &sent()).await.expect(409);
    let id = first(&it.console).await.string("/items/0/id");
    resolve(&it.console, &id, &json!({ "act": "move" }))
        .await
        .expect(204);
    let mut again = sent();
    again["title"] = "Principal".into();
    let made = it.new.post("/Users", &again).await.expect(201);
    assert_eq!(made.json["title"], "Principal");
    assert!(made.header("location").unwrap().ends_with(&made.id()));
    let read = it
        .new
        .get(&format!("/Users/{}", made.id()))
        .await
        .expect(200);
    assert_eq!(read.json["title"], "Principal");
    // Only once: the provider knows the id from now on.
    it.new.post("/Users", &again).await.expect(409);
    // The old provider is told that somebody else has the name now.
    it.old.post("/Users", &user_body(NAME)).await.expect(409);
    assert_eq!(first(&it.console).await.json["total"], 1);
    it.app.finish().await;
}

#[tokio::test]
async fn a_provider_that_sends_the_same_again_after_a_move_is_synced() {
    let it = change_of_provider().await;
    it.new.post("/Users", &sent()).await.expect(409);
    let id = first(&it.console).await.string("/items/0/id");
    resolve(&it.console, &id, &json!({ "act": "move" }))
        .await
        .expect(204);
    it.new.post("/Users", &sent()).await.expect(201);
    it.new.post("/Users", &sent()).await.expect(409);
    it.app.finish().await;
}

#[tokio::test]
async fn a_rename_to_a_taken_name_is_told_and_cannot_be_moved() {
    let it = change_of_provider().await;
    let other = it.new.user("other@example.org").await;
    let path = format!("/Users/{other}");
    let rename = json!([{ "op": "replace", "path": "userName", "value": NAME }]);
    it.new.patch(&path, rename).await.expect(409);
    it.new.put(&path, &user_body(NAME)).await.expect(409);
    let listed = first(&it.console).await;
    assert_eq!(listed.json["total"], 1);
    assert_eq!(listed.json["items"][0]["cause"], "rename");
    assert_eq!(listed.json["items"][0]["seen"], 2);
    assert_eq!(listed.json["items"][0]["movable"], false);
    let id = listed.string("/items/0/id");
    let refused = resolve(&it.console, &id, &json!({ "act": "move" })).await;
    refused.expect_problem(409, "conflict");
    let detail = it
        .console
        .get(&format!("/conflicts/{id}"))
        .await
        .expect(200);
    assert_eq!(detail.json["move_refused"], refused.json["detail"]);
    it.old.get(&format!("/Users/{}", it.id)).await.expect(200);
    it.app.finish().await;
}

#[tokio::test]
async fn who_is_kept_apart_stays_so_however_often_they_are_sent() {
    let it = change_of_provider().await;
    it.new.post("/Users", &sent()).await.expect(409);
    let id = first(&it.console).await.string("/items/0/id");
    let missing = resolve(&it.console, &id, &json!({ "act": "dismiss" })).await;
    missing.expect_problem(400, "invalid");
    assert_eq!(missing.json["errors"][0]["path"], "reason");
    let reason = json!({ "act": "dismiss", "reason": "Two people of one name" });
    resolve(&it.console, &id, &reason).await.expect(204);
    it.new.post("/Users", &sent()).await.expect(409);
    assert_eq!(first(&it.console).await.json["total"], 0);
    let dismissed = it
        .console
        .get("/conflicts?state=dismissed")
        .await
        .expect(200);
    assert_eq!(dismissed.json["items"][0]["seen"], 2);
    let detail = it
        .console
        .get(&format!("/conflicts/{id}"))
        .await
        .expect(200);
    assert_eq!(detail.json["end"]["reason"], "Two people of one name");
    // It may still be thought better of.
    resolve(&it.console, &id, &json!({ "act": "move" }))
        .await
        .expect(204);
    resolve(&it.console, &id, &json!({ "act": "move" }))
        .await
        .expect_problem(409, "conflict");
    it.app.finish().await;
}

#[tokio::test]
async fn a_move_that_no_longer_fits_changes_nothing_and_says_why() {
    let it = change_of_provider().await;
    it.new.post("/Users", &user_body(NAME)).await.expect(409);
    let id = first(&it.console).await.string("/items/0/id");
    let rename = json!([{ "op": "replace", "path": "userName", "value": "countess" }]);
    it.old
        .patch(&format!("/Users/{}", it.id), rename)
        .await
        .expect(200);
    let before = it.app.footprint().await;
    let refused = resolve(&it.console, &id, &json!({ "act": "move" })).await;
    refused.expect_problem(409, "conflict");
    assert!(
        refused
            .string("/detail")
            .contains("not certain who is meant")
    );
    TestApp::assert_unchanged(&before, &it.app.footprint().await, &refused);
    it.app.finish().await;
}

#[tokio::test]
async fn a_change_of_provider_moves_everybody_in_chunks_with_a_result_each() {
    let it = change_of_provider().await;
    it.new.post("/Users", &sent()).await.expect(409);
    for number in 0..6 {
        let name = format!("user{number}@example.org");
        it.old.user(&name).await;
        it.new.post("/Users", &user_body(&name)).await.expect(409);
    }
    let path = format!(
        "/conflicts/selection?kind=user_name&connection={}",
        it.new.connection
    );
    let chosen = it.console.get(&path).await.expect(200);
    assert_eq!(chosen.json["total"], 7);
    let mut ids: Vec<Value> = chosen.json["ids"].as_array().unwrap().clone();
    assert_eq!(ids.len(), 7);
    ids.push(json!("01936b2e-0000-7000-8000-000000000000"));
    let body = json!({ "act": "move", "ids": ids });
    let done = it
        .console
        .post("/conflicts/resolve", &body)
        .await
        .expect(200);
    let results = done.json["items"].as_array().unwrap();
    let moved = results.iter().filter(|one| one["done"] == true).count();
    assert_eq!((results.len(), moved), (8, 7));
    assert_eq!(results[7]["message"], "There is no such conflict.");
    let live = it.new.get("/Users?count=0").await.expect(200);
    assert_eq!(live.json["totalResults"], 7);
    let left = it.old.get("/Users?count=0").await.expect(200);
    assert_eq!(left.json["totalResults"], 0);
    for body in [
        json!({ "act": "move", "ids": [] }),
        json!({ "act": "move", "ids": vec![ids[7].clone(); 51] }),
    ] {
        let refused = it.console.post("/conflicts/resolve", &body).await;
        refused.expect_problem(400, "invalid");
        assert_eq!(refused.json["errors"][0]["path"], "ids");
    }
    it.app.finish().await;
}

#[tokio::test]
async fn a_local_user_who_may_not_be_adopted_can_be_moved() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let client = app.connection(ConnectionKind::Generic).await;
    let ada = local(&app, "plain", None).await;
    client.post("/Users", &user_body("plain")).await.expect(409);
    let id = first(&console).await.string("/items/0/id");
    let detail = console.get(&format!("/conflicts/{id}")).await.expect(200);
    assert_eq!(detail.json["here"]["name"]["givenName"], "Local");
    resolve(&console, &id, &json!({ "act": "move" }))
        .await
        .expect(204);
    let made = client.post("/Users", &user_body("plain")).await.expect(201);
    assert_eq!(app.user_of(&made.id()).await, ada);
    app.finish().await;
}

#[tokio::test]
async fn only_a_system_administrator_resolves_and_everybody_else_reads() {
    let it = change_of_provider().await;
    it.new.post("/Users", &sent()).await.expect(409);
    let id = first(&it.console).await.string("/items/0/id");
    for role in ["it_administrator", "auditor"] {
        let email = format!("{role}@example.org");
        let user = it.app.further_administrator(&it.app.account, &email).await;
        let change = "UPDATE account_roles SET role = $1 WHERE user_id = $2";
        it.app.execute(change, [role.into(), user.0.into()]).await;
        let mut console = it.app.browser();
        console.sign_in(&email, PASSWORD).await.expect(200);
        console.get(&format!("/conflicts/{id}")).await.expect(200);
        let refused = resolve(&console, &id, &json!({ "act": "move" })).await;
        refused.expect_problem(403, "forbidden");
        let body = json!({ "act": "move", "ids": [id] });
        let refused = console.post("/conflicts/resolve", &body).await;
        refused.expect_problem(403, "forbidden");
        let refused = console
            .post("/domains", &json!({ "domain": "example.org" }))
            .await;
        refused.expect_problem(403, "forbidden");
    }
    it.old.get(&format!("/Users/{}", it.id)).await.expect(200);
    it.app.finish().await;
}

#[tokio::test]
async fn conflicts_are_paged_newest_first_and_filtered() {
    let it = change_of_provider().await;
    for number in 0..3 {
        let name = format!("user{number}@example.org");
        it.old.user(&name).await;
        it.new.post("/Users", &user_body(&name)).await.expect(409);
    }
    let page = it.console.get("/conflicts?limit=2").await.expect(200);
    assert_eq!(page.json["total"], 3);
    assert_eq!(page.json["items"][0]["sent_user_name"], "user2@example.org");
    let cursor = page.string("/next_cursor");
    let rest = it
        .console
        .get(&format!("/conflicts?limit=2&cursor={cursor}"))
        .await
        .expect(200);
    assert_eq!(rest.json["items"].as_array().unwrap().len(), 1);
    assert_eq!(rest.json["next_cursor"], Value::Null);
    for (query, total) in [
        (format!("connection={}", it.new.connection), 3),
        (format!("connection={}", it.old.connection), 0),
        ("kind=user_name".to_owned(), 3),
        ("kind=email_shared".to_owned(), 0),
        ("state=resolved".to_owned(), 0),
    ] {
        let found = it
            .console
            .get(&format!("/conflicts?{query}"))
            .await
            .expect(200);
        assert_eq!(found.json["total"], total, "{query}");
    }
    for query in ["limit=0", "limit=101", "kind=odd"] {
        let refused = it.console.get(&format!("/conflicts?{query}")).await;
        refused.expect_problem(400, "invalid");
    }
    let refused = it.console.get("/conflicts?cursor=x").await;
    refused.expect_problem(400, "invalid_cursor");
    it.app.finish().await;
}

#[tokio::test]
async fn a_domain_is_taken_at_an_administrators_word_where_there_is_one_account() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let body = json!({ "domain": " Example.ORG " });
    let made = console.post("/domains", &body).await.expect(201);
    assert_eq!(made.json["domain"], "example.org");
    assert_eq!(made.json["method"], "asserted");
    let again = console.post("/domains", &body).await;
    again.expect_problem(409, "conflict");
    let odd = console.post("/domains", &json!({ "domain": "@x" })).await;
    odd.expect_problem(400, "invalid");
    let listed = console.get("/domains").await.expect(200);
    assert_eq!(listed.json["items"].as_array().unwrap().len(), 1);
    let path = format!("/domains/{}", made.string("/id"));
    console.delete(&path).await.expect(204);
    console.delete(&path).await.expect_problem(404, "not_found");
    app.other_account().await;
    let refused = console.post("/domains", &body).await;
    refused.expect_problem(409, "conflict");
    assert!(refused.string("/detail").contains("several accounts"));
    app.finish().await;
}

#[tokio::test]
async fn a_domain_that_is_verified_later_lets_the_next_request_adopt() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let client = app.connection(ConnectionKind::Generic).await;
    local(&app, NAME, None).await;
    client.post("/Users", &user_body(NAME)).await.expect(409);
    assert_eq!(first(&console).await.json["total"], 1);
    verify(&app, "example.org").await;
    client.post("/Users", &user_body(NAME)).await.expect(201);
    assert_eq!(first(&console).await.json["total"], 0);
    let ended = console.get("/conflicts?state=resolved").await.expect(200);
    assert_eq!(ended.json["total"], 1);
    assert_eq!(ended.string("/items/0/end/how"), "settled");
    app.finish().await;
}

#[tokio::test]
async fn a_bulk_leaves_the_conflicts_of_its_operations_whether_one_or_several() {
    let it = change_of_provider().await;
    it.old.user("ben@example.org").await;
    let post = |name: &str| json!({ "method": "POST", "path": "/Users", "bulkId": name, "data": user_body(name) });
    let bulk = |operations: Vec<Value>| {
        json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
            "Operations": operations,
        })
    };
    for operations in [
        vec![post(NAME)],
        vec![post("new@example.org"), post("ben@example.org")],
    ] {
        let answer = it.new.post("/Bulk", &bulk(operations)).await.expect(200);
        assert!(answer.text.contains("uniqueness"), "{}", answer.text);
    }
    assert_eq!(first(&it.console).await.json["total"], 2);
    let live = it.new.get("/Users?count=0").await.expect(200);
    assert_eq!(live.json["totalResults"], 1);
    it.app.finish().await;
}
