//! What is looked up in a large account goes by an index: the plans of the very statements that
//! requests run.

use std::sync::atomic::{AtomicU32, Ordering};

use scim_schema::dialect::ConnectionKind;
use sea_orm::{ConnectionTrait, DatabaseBackend};
use serde_json::json;

use crate::support::{Call, ScimClient, Statements, TestApp, patch_body, user_body};

/// Enough rows that a planner prefers an index.
const USERS: usize = 150;

async fn populated() -> (TestApp, ScimClient, Vec<String>) {
    let app = TestApp::new().await;
    let client = app.connection(ConnectionKind::Generic).await;
    let mut ids = Vec::new();
    for number in 0..USERS {
        let mut body = user_body(&format!("user{number}"));
        body["externalId"] = format!("e-{number}").into();
        body["emails"] = json!([{ "value": format!("user{number}@example.org"), "type": "work" }]);
        body["title"] = "Student".into();
        ids.push(client.post("/Users", &body).await.expect(201).id());
    }
    let members: Vec<&str> = ids.iter().map(String::as_str).collect();
    client.group("Crowd", &members[..USERS - 1]).await;
    app.quiet().await;
    app.sql.execute_unprepared("ANALYZE").await.unwrap();
    (app, client, ids)
}

/// The statements of one request.
async fn statements_of(call: Call, status: u16) -> Vec<String> {
    let heard = Statements::listen();
    call.send().await.expect(status);
    heard.take()
}

/// How the database would run a statement, whatever its parameters.
async fn plan(app: &TestApp, statement: &str) -> String {
    let explain = match app.backend() {
        DatabaseBackend::Sqlite => format!("EXPLAIN QUERY PLAN {statement}"),
        _ => prepared(app, statement).await,
    };
    let column = match app.backend() {
        DatabaseBackend::Sqlite => 3,
        _ => 0,
    };
    let rows = app.rows(&explain).await;
    let lines: Vec<String> = rows
        .iter()
        .map(|row| row.try_get_by_index(column).unwrap())
        .collect();
    lines.join("\n")
}

/// PostgreSQL plans a statement without values only when it is prepared. A few hundred rows are
/// read faster without an index, so reading whole tables is made dear.
async fn prepared(app: &TestApp, statement: &str) -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let name = format!("planned{}", NUMBER.fetch_add(1, Ordering::Relaxed));
    let mut count = 0;
    while statement.contains(&format!("${}", count + 1)) {
        count += 1;
    }
    for command in [
        "SET plan_cache_mode = force_generic_plan",
        "SET enable_seqscan = off",
        "SET enable_bitmapscan = off",
        &format!("PREPARE {name} AS {statement}"),
    ] {
        let done = app.sql.execute_unprepared(command).await;
        done.unwrap_or_else(|error| panic!("{command}: {error}"));
    }
    if count == 0 {
        return format!("EXPLAIN EXECUTE {name}");
    }
    let nothing = vec!["NULL"; count].join(", ");
    format!("EXPLAIN EXECUTE {name}({nothing})")
}

/// Fails when a plan reads a whole table.
async fn assert_indexed(app: &TestApp, statement: &str) -> String {
    const TABLES: &[&str] = &[
        "users",
        "scim_links",
        "groups",
        "group_members",
        "group_subgroups",
        "user_attribute_values",
        "l",
        "g",
        "u",
        "m",
        "member_group",
        "sibling",
    ];
    let plan = plan(app, statement).await;
    for table in TABLES {
        let whole = match app.backend() {
            DatabaseBackend::Sqlite => format!("SCAN {table}"),
            _ => format!("Seq Scan on {table}"),
        };
        let found = plan.lines().any(|line| {
            line.trim_start_matches(['-', '>', ' '])
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ")
                .starts_with(&format!("{whole} "))
                || line.trim() == whole
        });
        assert!(!found, "{table} is read whole:\n{statement}\n{plan}");
    }
    plan
}

#[tokio::test]
async fn look_ups_of_users_go_by_an_index() {
    let (app, client, ids) = populated().await;
    // Sorted by id, or by nothing where one user at most can match: a walk along the order of the
    // list would read every link of the connection.
    let walk = "ix_scim_links_live (account_id=? AND connection_id=?)";
    for (filter, index) in [
        (
            "userName eq \"user7\"".to_owned(),
            "ix_scim_links_user_name",
        ),
        (
            "externalId eq \"e-7\"".to_owned(),
            "ix_scim_links_external_id",
        ),
        (format!("id eq \"{}\"", ids[7]), "scim_links"),
        (
            "emails.value eq \"user7@example.org\"".to_owned(),
            "ix_user_attribute_values_text",
        ),
        (
            "emails eq \"user7@example.org\"".to_owned(),
            "ix_user_attribute_values_text",
        ),
        (
            "emails[type eq \"work\" and value eq \"user7@example.org\"]".to_owned(),
            "ix_user_attribute_values_text",
        ),
        (
            "userName eq \"user7\" and active eq true".to_owned(),
            "ix_scim_links_user_name",
        ),
    ] {
        let path = format!("/Users?filter={}", crate::support::percent_encoded(&filter));
        let statements = statements_of(client.call("GET", &path), 200).await;
        assert_eq!(statements.len(), 1, "{filter}");
        let plan = assert_indexed(&app, &statements[0]).await;
        assert!(!plan.contains(walk), "{filter} reads every link:\n{plan}");
        assert!(
            plan.contains(index),
            "{filter} does not go by {index}:\n{plan}"
        );
    }
    app.finish().await;
}

#[tokio::test]
async fn reading_one_resource_goes_by_its_key() {
    let (app, client, ids) = populated().await;
    let group = client.filter("/Groups", "displayName eq \"crowd\"").await;
    let group = group.string("/Resources/0/id");
    for path in [
        format!("/Users/{}", ids[0]),
        format!("/Groups/{group}?excludedAttributes=members"),
        "/Groups?filter=displayName%20eq%20%22crowd%22&excludedAttributes=members".to_owned(),
    ] {
        let statements = statements_of(client.call("GET", &path), 200).await;
        for statement in statements {
            assert_indexed(&app, &statement).await;
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn changes_of_members_go_by_an_index() {
    let (app, client, ids) = populated().await;
    let group = client.filter("/Groups", "displayName eq \"crowd\"").await;
    let path = format!("/Groups/{}", group.string("/Resources/0/id"));
    let last = &ids[USERS - 1];
    let add = json!([{ "op": "add", "path": "members", "value": [{ "value": last }] }]);
    let remove = json!([{ "op": "remove", "path": format!("members[value eq \"{last}\"]") }]);
    for operations in [add, remove] {
        let call = client.call_with("PATCH", &path, &patch_body(operations));
        let statements = statements_of(call, 204).await;
        assert!(statements.len() > 3, "{statements:?}");
        for statement in statements {
            assert_indexed(&app, &statement).await;
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn changes_of_a_user_go_by_an_index() {
    let (app, client, ids) = populated().await;
    let path = format!("/Users/{}", ids[3]);
    let operations = json!([
        { "op": "replace", "path": "userName", "value": "renamed" },
        { "op": "replace", "path": "active", "value": false },
    ]);
    let patch = client.call_with("PATCH", &path, &patch_body(operations));
    let mut statements = statements_of(patch, 200).await;
    statements.append(&mut statements_of(client.call("DELETE", &path), 204).await);
    for statement in statements {
        assert_indexed(&app, &statement).await;
    }
    app.finish().await;
}
