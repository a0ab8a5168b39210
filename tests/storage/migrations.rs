//! The schema goes up and down, and a binary refuses one that is newer than itself.

use rollcall_migrations::{Migrator, MigratorTrait};
use rollcall_server::{
    db::{
        DatabaseSettings, Db, migrate,
        migrate::{Changes, MigrateError, SchemaStatus},
    },
    ids::Ids,
};
use sea_orm::{ConnectionTrait, DatabaseBackend, DatabaseConnection, Statement};

use crate::support::{TestApp, TestDatabase};

const TABLES: &[&str] = &[
    "account_roles",
    "accounts",
    "alerts",
    "approvals",
    "assigned_passwords",
    "attribute_definitions",
    "audit_anchors",
    "audit_chains",
    "audit_details",
    "audit_events",
    "audit_links",
    "challenges",
    "change_feed",
    "conflicts",
    "conformance_runs",
    "connection_attributes",
    "deletions",
    "group_members",
    "group_subgroups",
    "groups",
    "holds",
    "idp_connections",
    "jobs",
    "known_devices",
    "mails",
    "mapping_organisations",
    "mapping_runs",
    "memberships",
    "oauth_assertions",
    "oauth_clients",
    "one_time_links",
    "organisations",
    "password_history",
    "policies",
    "recovery_codes",
    "resource_totals",
    "scim_links",
    "scim_request_log",
    "scim_request_users",
    "scim_tokens",
    "second_factors",
    "sessions",
    "shadow_members",
    "shadow_objects",
    "shadow_runs",
    "user_attribute_values",
    "users",
    "verified_domains",
];

/// Names of a kind of thing in the schema, without what belongs to the tool that migrates.
async fn names(connection: &DatabaseConnection, sqlite: &str, postgres: &str) -> Vec<String> {
    let backend = connection.get_database_backend();
    let sql = match backend {
        DatabaseBackend::Sqlite => sqlite,
        _ => postgres,
    };
    let rows = connection
        .query_all_raw(Statement::from_string(backend, sql))
        .await
        .unwrap();
    rows.iter()
        .map(|row| row.try_get_by_index(0).unwrap())
        .filter(|name| name != "seaql_migrations" && name != "rollcall_migration_lock")
        .collect()
}

async fn tables(connection: &DatabaseConnection) -> Vec<String> {
    names(
        connection,
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
        "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1",
    )
    .await
}

async fn leftovers(connection: &DatabaseConnection) -> Vec<String> {
    names(
        connection,
        "SELECT name FROM sqlite_master WHERE type IN ('index', 'trigger', 'view') AND name NOT LIKE 'sqlite_%'",
        "SELECT proname::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = 'public'",
    )
    .await
}

async fn db(database: &TestDatabase) -> Db {
    let url = database.url();
    let url = url.replace("sqlite:", "sqlite://");
    let url = if url.starts_with("sqlite") {
        format!("{url}?mode=rwc")
    } else {
        url
    };
    Db::connect(&DatabaseSettings::new(url), Ids::seeded(3))
        .await
        .unwrap()
}

#[tokio::test]
async fn the_schema_goes_up_down_and_up_again_and_leaves_nothing_behind() {
    let database = TestDatabase::create().await;
    let connection = database.connect().await;
    Migrator::up(&connection, None).await.unwrap();
    assert_eq!(tables(&connection).await, TABLES);
    Migrator::down(&connection, None).await.unwrap();
    assert_eq!(tables(&connection).await, [""; 0]);
    assert_eq!(leftovers(&connection).await, [""; 0]);
    Migrator::up(&connection, None).await.unwrap();
    assert_eq!(tables(&connection).await, TABLES);
    connection.close().await.unwrap();
}

#[tokio::test]
async fn each_migration_can_be_taken_back_by_itself() {
    let database = TestDatabase::create().await;
    let connection = database.connect().await;
    for _ in Migrator::migrations() {
        Migrator::up(&connection, Some(1)).await.unwrap();
        Migrator::down(&connection, Some(1)).await.unwrap();
        Migrator::up(&connection, Some(1)).await.unwrap();
    }
    assert_eq!(tables(&connection).await, TABLES);
    connection.close().await.unwrap();
}

#[tokio::test]
async fn every_table_can_be_read() {
    let app = TestApp::new().await;
    for table in TABLES {
        app.rows(&format!("SELECT * FROM {table}")).await;
    }
    assert_eq!(tables(&app.sql).await, TABLES);
    app.finish().await;
}

#[tokio::test]
async fn processes_that_start_together_migrate_once() {
    let database = TestDatabase::create().await;
    let (one, other) = (db(&database).await, db(&database).await);
    let (first, second) = tokio::join!(migrate::up(&one), migrate::up(&other));
    let mut applied = [first.unwrap(), second.unwrap()];
    applied.sort_unstable();
    assert_eq!(applied, [0, Migrator::migrations().len()]);
    assert_eq!(migrate::status(&one).await.unwrap(), SchemaStatus::Current);
    one.close().await;
    other.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn opening_a_new_database_many_times_at_once_makes_it_once() {
    let database = TestDatabase::create().await;
    let mut settings = DatabaseSettings::new(database.url());
    settings.max_connections = 2;
    let openings: Vec<_> = (0..6)
        .map(|seed| {
            let settings = settings.clone();
            let ids = Ids::seeded(seed);
            tokio::spawn(async move { migrate::open(&settings, ids, Changes::All).await })
        })
        .collect();
    let mut applied = Vec::new();
    for opening in openings {
        let opened = opening.await.unwrap().unwrap();
        applied.push(opened.applied);
        opened.db.close().await;
    }
    applied.sort_unstable();
    let all = Migrator::migrations().len();
    assert_eq!(applied, [0, 0, 0, 0, 0, all]);
}

#[tokio::test]
async fn a_start_on_a_newer_schema_refuses_with_a_sentence_and_changes_nothing() {
    const NEWER: &str = "m29991231_000100_colonise_mars";
    let database = TestDatabase::create().await;
    let db = db(&database).await;
    migrate::up(&db).await.unwrap();
    let connection = database.connect().await;
    let insert =
        format!("INSERT INTO seaql_migrations (version, applied_at) VALUES ('{NEWER}', 1)");
    connection.execute_unprepared(&insert).await.unwrap();
    let refusal = migrate::up(&db).await.unwrap_err();
    assert!(matches!(refusal, MigrateError::Newer { .. }), "{refusal}");
    let known = Migrator::migrations().last().unwrap().name().to_owned();
    let sentence = refusal.to_string();
    assert!(
        sentence.contains(NEWER) && sentence.contains(&known),
        "{sentence}"
    );
    assert!(sentence.contains("newer Rollcall"), "{sentence}");
    assert!(matches!(
        migrate::status(&db).await.unwrap(),
        SchemaStatus::Newer { .. }
    ));
    assert_eq!(tables(&connection).await, TABLES);
    db.close().await;
    connection.close().await.unwrap();
}

#[tokio::test]
async fn a_database_that_is_behind_says_by_how_much() {
    let database = TestDatabase::create().await;
    let db = db(&database).await;
    let all = Migrator::migrations().len();
    assert_eq!(
        migrate::status(&db).await.unwrap(),
        SchemaStatus::Behind(all)
    );
    let connection = database.connect().await;
    Migrator::up(&connection, Some(2)).await.unwrap();
    assert_eq!(
        migrate::status(&db).await.unwrap(),
        SchemaStatus::Behind(all - 2)
    );
    assert_eq!(migrate::up(&db).await.unwrap(), all - 2);
    db.close().await;
    connection.close().await.unwrap();
}
