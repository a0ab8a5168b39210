//! What is looked up in a large account goes by an index: the plans of the very statements that
//! requests run.

mod audit;
mod crowd;
mod lists;
mod mails;
mod reach;
mod retention;
mod search;
mod statistics;

use std::sync::atomic::{AtomicU32, Ordering};

use scim_schema::dialect::ConnectionKind;
use sea_orm::{ConnectionTrait, DatabaseBackend};
use serde_json::json;

use crate::support::{Call, ScimClient, Statements, TestApp, patch_body, user_body};

/// Where a row must be found: one of these indexes, and the columns that are compared in it.
/// A range says which side of its bound it is on.
#[derive(Clone, Copy, Debug)]
struct Path(&'static [Index], &'static [&'static str]);

#[derive(Clone, Copy, Debug)]
enum Index {
    Named(&'static str),
    /// Each database has a name of its own for it.
    PrimaryKey(&'static str),
}

const BY_USER_NAME: Path = Path(
    &[Index::Named("ix_scim_links_user_name")],
    &["account_id", "connection_id", "user_name_folded"],
);
const BY_EXTERNAL_ID: Path = Path(
    &[Index::Named("ix_scim_links_external_id")],
    &["account_id", "connection_id", "external_id"],
);
/// Live links have the id in an index of their own too.
const BY_SCIM_ID: Path = Path(
    &[
        Index::PrimaryKey("scim_links"),
        Index::Named("ix_scim_links_live"),
    ],
    &["account_id", "scim_id"],
);
const BY_VALUE: Path = Path(
    &[Index::Named("ix_user_attribute_values_text")],
    &["account_id", "attribute_id", "text_key"],
);
const BY_GROUP_ID: Path = Path(
    &[
        Index::PrimaryKey("groups"),
        Index::Named("ix_groups_connection"),
    ],
    &["account_id", "id"],
);
const BY_GROUP_NAME: Path = Path(
    &[Index::Named("ux_groups_display_name")],
    &["account_id", "connection_id", "display_name_folded"],
);
const BY_MEMBER: Path = Path(
    &[
        Index::PrimaryKey("group_members"),
        Index::Named("ix_group_members_user"),
    ],
    &["account_id", "group_id", "user_id"],
);
const BY_USER: Path = Path(&[Index::PrimaryKey("users")], &["account_id", "id"]);

impl Index {
    fn is_in_sqlite(self, line: &str) -> bool {
        match self {
            Self::Named(name) => line.contains(&format!("INDEX {name} (")),
            // A table without row ids is its key.
            Self::PrimaryKey(table) => {
                line.contains(&format!("INDEX sqlite_autoindex_{table}_1 ("))
                    || line.contains(&format!("SEARCH {table} USING PRIMARY KEY ("))
            }
        }
    }

    fn is_in_postgres(self, line: &str) -> bool {
        match self {
            Self::Named(name) => line.contains(&format!(" using {name} on ")),
            Self::PrimaryKey(table) => line.contains(&format!(" using {table}_pkey on ")),
        }
    }
}

impl Path {
    /// Whether a plan goes this way.
    fn is_taken(self, backend: DatabaseBackend, plan: &str) -> bool {
        let Self(indexes, columns) = self;
        let lines: Vec<&str> = plan.lines().collect();
        let compared = |condition: &str| {
            let word = |column: &&str| {
                let (column, operator) = column.split_once(' ').unwrap_or((column, "="));
                match backend {
                    DatabaseBackend::Sqlite => condition.contains(&format!("{column}{operator}?")),
                    // A bound may be part of the range or not.
                    _ => {
                        let exact = if operator == "=" { " " } else { "" };
                        condition.contains(&format!("({column} {operator}{exact}"))
                    }
                }
            };
            columns.iter().all(word)
        };
        match backend {
            DatabaseBackend::Sqlite => lines
                .iter()
                .any(|line| compared(line) && indexes.iter().any(|index| index.is_in_sqlite(line))),
            _ => lines.windows(2).any(|lines| {
                let condition = lines[1].trim();
                condition.starts_with("Index Cond: ")
                    && compared(condition)
                    && indexes.iter().any(|index| index.is_in_postgres(lines[0]))
            }),
        }
    }

    async fn assert_taken(self, app: &TestApp, statements: &[String]) {
        let mut plans = Vec::new();
        for statement in statements {
            plans.push(plan(app, statement).await);
        }
        let taken = plans.iter().any(|plan| self.is_taken(app.backend(), plan));
        let plans = plans.join("\n--\n");
        assert!(taken, "nothing goes by {self:?}:\n{plans}");
    }
}

/// Enough rows that a planner prefers an index.
const USERS: usize = 150;
const GROUPS: usize = 60;

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
    for number in 0..GROUPS {
        client.group(&format!("Class {number}"), &[]).await;
        app.organisation(&format!("School {number}")).await;
    }
    app.quiet().await;
    app.count_rows("").await;
    (app, client, ids)
}

/// The statements of one request.
async fn statements_of(call: Call, status: u16) -> Vec<String> {
    let heard = Statements::listen();
    call.send().await.expect(status);
    let messages = heard.take();
    // SQLite gets several in one text.
    let statements = messages.iter().flat_map(|text| text.split("; "));
    statements.map(str::to_owned).collect()
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

/// Fails when a plan reads a whole table, or everything that the account has in it.
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
    // Of a few dozen organisations PostgreSQL may read all for one; it asks by id where there are more.
    let is_small = |line: &str| line.contains(" on organisations") || line.contains(" on policies");
    let lines: Vec<&str> = plan.lines().collect();
    let alone = lines.iter().enumerate().any(|(index, line)| {
        let before = index.checked_sub(1).and_then(|index| lines.get(index));
        is_of_account_alone(line) && !before.is_some_and(|before| is_small(before))
    });
    assert!(
        !alone,
        "everything of the account is read:\n{statement}\n{plan}"
    );
    plan
}

/// Whether a step narrows an index by the account and by nothing else.
fn is_of_account_alone(line: &str) -> bool {
    let condition = line.trim().strip_prefix("Index Cond: ");
    line.contains("(account_id=?)")
        || condition.is_some_and(|condition| {
            condition.starts_with("(account_id = ") && !condition.contains(" AND ")
        })
}

#[test]
fn a_way_is_known_by_its_index_and_its_columns() {
    let sqlite = |plan: &str| BY_USER_NAME.is_taken(DatabaseBackend::Sqlite, plan);
    let line = "SEARCH scim_links USING INDEX ix_scim_links_user_name";
    let all = format!("{line} (account_id=? AND connection_id=? AND user_name_folded=?)");
    assert!(sqlite(&all));
    // The index alone is not enough: this reads every link of the connection.
    assert!(!sqlite(&format!(
        "{line} (account_id=? AND connection_id=?)"
    )));
    assert!(!sqlite(&all.replace("user_name (", "user_names (")));

    let postgres = |plan: &str| BY_USER_NAME.is_taken(DatabaseBackend::Postgres, plan);
    let line = "  ->  Index Scan using ix_scim_links_user_name on scim_links  (cost=0.1)";
    let all = "((account_id = $1) AND (connection_id = $2) AND (user_name_folded = $3))";
    assert!(postgres(&format!("{line}\n   Index Cond: {all}")));
    assert!(!postgres(&format!("{line}\n   Filter: {all}")));

    assert!(is_of_account_alone(
        "SEARCH users USING INDEX ix_users_name (account_id=?)"
    ));
    assert!(is_of_account_alone("   Index Cond: (account_id = $1)"));
    assert!(!is_of_account_alone(
        "   Index Cond: ((account_id = $1) AND (id = $2))"
    ));
}

#[tokio::test]
async fn look_ups_of_users_go_by_an_index() {
    let (app, client, ids) = populated().await;
    // Sorted by id, or by nothing where one user at most can match: a walk along the order of the
    // list would read every link of the connection.
    let walk = "ix_scim_links_live (account_id=? AND connection_id=?)";
    let email = "user7@example.org";
    for (filter, path) in [
        ("userName eq \"user7\"".to_owned(), BY_USER_NAME),
        ("externalId eq \"e-7\"".to_owned(), BY_EXTERNAL_ID),
        (format!("id eq \"{}\"", ids[7]), BY_SCIM_ID),
        (format!("emails.value eq \"{email}\""), BY_VALUE),
        (format!("emails eq \"{email}\""), BY_VALUE),
        (
            format!("emails[type eq \"work\" and value eq \"{email}\"]"),
            BY_VALUE,
        ),
        (
            "userName eq \"user7\" and active eq true".to_owned(),
            BY_USER_NAME,
        ),
    ] {
        let address = format!("/Users?filter={}", crate::support::percent_encoded(&filter));
        let statements = statements_of(client.call("GET", &address), 200).await;
        assert_eq!(statements.len(), 1, "{filter}");
        let plan = assert_indexed(&app, &statements[0]).await;
        assert!(!plan.contains(walk), "{filter} reads every link:\n{plan}");
        path.assert_taken(&app, &statements).await;
    }
    app.finish().await;
}

#[tokio::test]
async fn reading_one_resource_goes_by_its_key() {
    let (app, client, ids) = populated().await;
    let group = client.filter("/Groups", "displayName eq \"crowd\"").await;
    let group = group.string("/Resources/0/id");
    for (address, path) in [
        (format!("/Users/{}", ids[0]), BY_SCIM_ID),
        (
            format!("/Groups/{group}?excludedAttributes=members"),
            BY_GROUP_ID,
        ),
        (
            "/Groups?filter=displayName%20eq%20%22crowd%22&excludedAttributes=members".to_owned(),
            BY_GROUP_NAME,
        ),
    ] {
        let statements = statements_of(client.call("GET", &address), 200).await;
        for statement in &statements {
            assert_indexed(&app, statement).await;
        }
        path.assert_taken(&app, &statements).await;
    }
    app.finish().await;
}

#[tokio::test]
async fn changes_of_members_go_by_an_index() {
    let (app, client, ids) = populated().await;
    let group = client.filter("/Groups", "displayName eq \"crowd\"").await;
    let address = format!("/Groups/{}", group.string("/Resources/0/id"));
    let last = &ids[USERS - 1];
    let add = json!([{ "op": "add", "path": "members", "value": [{ "value": last }] }]);
    let remove = json!([{ "op": "remove", "path": format!("members[value eq \"{last}\"]") }]);
    for (operations, paths) in [
        (add, &[BY_GROUP_ID, BY_SCIM_ID][..]),
        (remove, &[BY_GROUP_ID, BY_SCIM_ID, BY_MEMBER][..]),
    ] {
        let call = client.call_with("PATCH", &address, &patch_body(operations));
        let statements = statements_of(call, 204).await;
        assert!(statements.len() > 3, "{statements:?}");
        for statement in &statements {
            assert_indexed(&app, statement).await;
        }
        for path in paths {
            path.assert_taken(&app, &statements).await;
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn changes_of_a_user_go_by_an_index() {
    let (app, client, ids) = populated().await;
    let address = format!("/Users/{}", ids[3]);
    let operations = json!([
        { "op": "replace", "path": "userName", "value": "renamed" },
        { "op": "replace", "path": "active", "value": false },
    ]);
    let patch = client.call_with("PATCH", &address, &patch_body(operations));
    let patch = statements_of(patch, 200).await;
    let delete = statements_of(client.call("DELETE", &address), 204).await;
    for statements in [patch, delete] {
        for statement in &statements {
            assert_indexed(&app, statement).await;
        }
        for path in [BY_SCIM_ID, BY_USER] {
            path.assert_taken(&app, &statements).await;
        }
    }
    app.finish().await;
}
