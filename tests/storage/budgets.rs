//! Statements that a request may cost, BEGIN and COMMIT left out: a number that repeats exactly,
//! unlike time. Writes that are sent together are one message, and have a budget of their own.

use rollcall_server::db::Db;
use scim_schema::dialect::ConnectionKind;
use serde_json::json;

use crate::support::{Call, ScimClient, Statements, TestApp, group_body, patch_body, user_body};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// What a call may cost: messages to the database, and statements in them.
struct Budget {
    messages: usize,
    statements: usize,
}

/// Statements of a message: SQLite gets several in one text, PostgreSQL as parts of one.
fn statements_in(message: &str) -> usize {
    message.split("; ").count() + message.matches("\"write_").count()
}

/// Runs the call and fails when it cost more than `most` messages, with the statements.
async fn assert_costs(heard: &Statements, db: &Db, most: usize, call: Call, status: u16) {
    let budget = Budget {
        messages: most,
        statements: most,
    };
    assert_keeps(heard, db, &budget, call, status).await;
}

/// The same with a budget for each.
async fn assert_keeps(heard: &Statements, db: &Db, budget: &Budget, call: Call, status: u16) {
    heard.take();
    let before = db.statement_count();
    call.send().await.expect(status);
    let counted = db.statement_count() - before;
    let statements = heard.take();
    let all: usize = statements.iter().map(|text| statements_in(text)).sum();
    assert!(
        all <= budget.statements,
        "{all} statements, {} are allowed:\n{}",
        budget.statements,
        statements.join("\n")
    );
    assert!(
        counted >= statements.len() as u64,
        "not every statement is counted"
    );
    assert!(!statements.is_empty(), "nothing was heard");
    assert!(
        statements.len() <= budget.messages,
        "{} messages, {} are allowed:\n{}",
        statements.len(),
        budget.messages,
        statements.join("\n")
    );
}

const CREATION: Budget = Budget {
    messages: 2,
    statements: 7,
};
const CHANGE: Budget = Budget {
    messages: 3,
    statements: 7,
};
const ADDRESS: Budget = Budget {
    messages: CHANGE.messages,
    statements: CHANGE.statements + 3,
};
const MEMBER: Budget = Budget {
    messages: 4,
    statements: 6,
};

/// A quiet server with a population, so that plans and pages are not those of an empty one.
async fn quiet() -> (TestApp, ScimClient, Statements, Vec<String>) {
    let app = TestApp::new().await;
    let client = app.connection(ConnectionKind::Generic).await;
    let mut ids = Vec::new();
    for number in 0..12 {
        ids.push(client.user(&format!("user{number}")).await);
    }
    let members: Vec<&str> = ids.iter().map(String::as_str).collect();
    client.group("Crowd", &members[..10]).await;
    app.quiet().await;
    (app, client, Statements::listen(), ids)
}

fn whole_user(name: &str) -> serde_json::Value {
    let mut body = user_body(name);
    body["externalId"] = format!("e-{name}").into();
    body["name"] =
        json!({ "givenName": "Ada", "familyName": "Lovelace", "formatted": "Ada Lovelace" });
    body["title"] = "Countess".into();
    body["emails"] = json!([{ "value": "ada@example.org", "type": "work", "primary": true }]);
    body["phoneNumbers"] = json!([{ "value": "+1 555", "type": "mobile" }]);
    body[ENTERPRISE] = json!({ "department": "Engines", "employeeNumber": "1" });
    body
}

#[tokio::test]
async fn a_read_costs_1() {
    let (app, client, heard, ids) = quiet().await;
    let db = &app.app.state.db;
    let user = client.call("GET", &format!("/Users/{}", ids[0]));
    assert_costs(&heard, db, 1, user, 200).await;
    let found = client.filter("/Groups", "displayName pr").await;
    let group = found.string("/Resources/0/id");
    assert_costs(
        &heard,
        db,
        1,
        client.call("GET", &format!("/Groups/{group}")),
        200,
    )
    .await;
    app.finish().await;
}

#[tokio::test]
async fn a_look_up_costs_1() {
    let (app, client, heard, ids) = quiet().await;
    let db = &app.app.state.db;
    for path in [
        "/Users?filter=userName%20eq%20%22user3%22&startIndex=1&count=100".to_owned(),
        "/Users?filter=userName%20eq%20%22nobody%22".to_owned(),
        "/Users?filter=externalId%20eq%20%22x%22".to_owned(),
        format!("/Users?filter=id%20eq%20%22{}%22", ids[0]),
        "/Groups?filter=displayName%20eq%20%22crowd%22&excludedAttributes=members".to_owned(),
    ] {
        assert_costs(&heard, db, 1, client.call("GET", &path), 200).await;
    }
    app.finish().await;
}

#[tokio::test]
async fn a_list_costs_2() {
    let (app, client, heard, _) = quiet().await;
    let db = &app.app.state.db;
    for path in [
        "/Users?count=5",
        "/Users?startIndex=6&count=5",
        "/Users?count=5&sortBy=emails&sortOrder=descending",
        "/Users?count=5&filter=userName%20co%20%22user%22",
        "/Users?count=5&filter=userName%20sw%20%22user%22",
        "/Users?count=5&cursor",
        "/Users?count=0",
        "/Users?startIndex=500",
        "/Groups?count=5",
        "/Groups?startIndex=2&count=5",
    ] {
        assert_costs(&heard, db, 2, client.call("GET", path), 200).await;
    }
    app.finish().await;
}

/// The cache of tokens lives for a second of the host's clock, so that more seconds may pass than
/// looks are taken, and not the other way round.
#[tokio::test]
async fn a_token_is_looked_up_once_a_second() {
    let (app, client, heard, ids) = quiet().await;
    let path = format!("/Users/{}", ids[0]);
    let started = std::time::Instant::now();
    let mut look_ups = 0;
    for _ in 0..50 {
        client.get(&path).await.expect(200);
        let statements = heard.take_all();
        look_ups += statements
            .iter()
            .filter(|statement| statement.contains("scim_tokens"))
            .count() as u64;
    }
    let seconds = started.elapsed().as_secs() + 1;
    assert!(look_ups <= seconds, "{look_ups} look-ups in {seconds} s");
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    client.get(&path).await.expect(200);
    let again = heard.take_all();
    let is_look_up = |statement: &&String| statement.contains("FROM \"scim_tokens\"");
    assert_eq!(again.iter().filter(is_look_up).count(), 1, "{again:#?}");
    app.finish().await;
}

#[tokio::test]
async fn a_group_without_its_members_reads_no_row_of_a_member() {
    let (app, client, heard, _) = quiet().await;
    let found = client.filter("/Groups", "displayName eq \"crowd\"").await;
    let id = found.string("/Resources/0/id");
    for path in [
        "/Groups?excludedAttributes=members".to_owned(),
        "/Groups?attributes=displayName&sortBy=displayName".to_owned(),
        "/Groups?excludedAttributes=members&filter=displayName%20eq%20%22crowd%22".to_owned(),
        "/Groups?excludedAttributes=members&count=1&cursor".to_owned(),
        format!("/Groups/{id}?excludedAttributes=members"),
        "/?excludedAttributes=members,groups".to_owned(),
    ] {
        heard.take();
        client.get(&path).await.expect(200);
        let statements = heard.take();
        assert!(!statements.is_empty());
        for statement in statements {
            let reads = ["group_members", "group_subgroups"]
                .iter()
                .any(|table| statement.contains(table));
            assert!(!reads, "{path}: {statement}");
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn a_creation_costs_7() {
    let (app, client, heard, _) = quiet().await;
    let db = &app.app.state.db;
    let call = client.call_with("POST", "/Users", &whole_user("ada"));
    assert_keeps(&heard, db, &CREATION, call, 201).await;
    let call = client.call_with("POST", "/Users", &user_body("grace"));
    assert_keeps(&heard, db, &CREATION, call, 201).await;
    app.finish().await;
}

#[tokio::test]
async fn a_change_of_address_costs_3_more_that_end_links_and_tell_the_old_one() {
    let (app, client, heard, ids) = quiet().await;
    let db = &app.app.state.db;
    let path = format!("/Users/{}?excludedAttributes=groups", ids[0]);
    let set = |address: &str| json!([{ "op": "replace", "path": "emails", "value": [{ "value": address, "primary": true }] }]);
    // Nobody is told where there was none.
    for (operations, budget) in [
        (set("a@example.org"), &CHANGE),
        (set("b@example.org"), &ADDRESS),
        (json!([{ "op": "remove", "path": "emails" }]), &ADDRESS),
        (set("a@example.org"), &CHANGE),
    ] {
        let call = client.call_with("PATCH", &path, &patch_body(operations));
        assert_keeps(&heard, db, budget, call, 200).await;
    }
    app.finish().await;
}

#[tokio::test]
async fn a_change_of_a_user_costs_7() {
    let (app, client, heard, ids) = quiet().await;
    let db = &app.app.state.db;
    let path = format!("/Users/{}", ids[0]);
    for operations in [
        json!([{ "op": "replace", "path": "title", "value": "Countess" }]),
        json!([{ "op": "replace", "value": whole_user("ada") }]),
    ] {
        let call = client.call_with(
            "PATCH",
            &format!("{path}?excludedAttributes=groups"),
            &patch_body(operations),
        );
        assert_keeps(&heard, db, &CHANGE, call, 200).await;
    }
    let operations = json!([{ "op": "replace", "path": "nickName", "value": "A" }]);
    let call = client.call_with("PATCH", &path, &patch_body(operations));
    assert_keeps(&heard, db, &CHANGE, call, 200).await;
    let call = client.call_with("PUT", &path, &whole_user("ada.l"));
    assert_keeps(&heard, db, &CHANGE, call, 200).await;
    app.finish().await;
}

#[tokio::test]
async fn a_change_of_active_costs_7() {
    let (app, client, heard, ids) = quiet().await;
    let db = &app.app.state.db;
    let path = format!("/Users/{}", ids[0]);
    for active in [false, true, false] {
        let operations = json!([{ "op": "replace", "path": "active", "value": active }]);
        let call = client.call_with("PATCH", &path, &patch_body(operations));
        assert_keeps(&heard, db, &CHANGE, call, 200).await;
    }
    app.finish().await;
}

#[tokio::test]
async fn a_change_of_one_member_costs_6() {
    let (app, client, heard, ids) = quiet().await;
    let db = &app.app.state.db;
    let found = client.filter("/Groups", "displayName eq \"crowd\"").await;
    let path = format!("/Groups/{}", found.string("/Resources/0/id"));
    let add = json!([{ "op": "add", "path": "members", "value": [{ "value": ids[10] }] }]);
    let remove = json!([{ "op": "remove", "path": format!("members[value eq \"{}\"]", ids[0]) }]);
    for operations in [add, remove] {
        let call = client.call_with("PATCH", &path, &patch_body(operations));
        assert_keeps(&heard, db, &MEMBER, call, 204).await;
    }
    app.finish().await;
}

#[tokio::test]
async fn a_change_of_nothing_costs_the_look_and_no_write() {
    let (app, client, heard, ids) = quiet().await;
    let path = format!("/Users/{}?excludedAttributes=groups", ids[0]);
    heard.take();
    let same = json!([{ "op": "replace", "path": "userName", "value": "user0" }]);
    client.patch(&path, same).await.expect(200);
    let statements = heard.take();
    assert_eq!(statements.len(), 1, "{}", statements.join("\n"));
    assert!(statements[0].starts_with("SELECT"));
    app.finish().await;
}

#[tokio::test]
async fn a_group_costs_the_same_whatever_its_size() {
    let (app, client, heard, ids) = quiet().await;
    let members: Vec<&str> = ids.iter().map(String::as_str).collect();
    let mut costs = Vec::new();
    for (name, count) in [("few", 2), ("more", 12)] {
        heard.take();
        client
            .post(
                "/Groups?excludedAttributes=members",
                &group_body(name, &members[..count]),
            )
            .await
            .expect(201);
        costs.push(heard.take().len());
    }
    assert_eq!(costs[0], costs[1]);
    app.finish().await;
}
