//! How many live resources each connection has, kept by triggers within the transaction of each
//! change, and the index that finds what changed lately.
//!
//! SQLite has one writer and so one counter. On PostgreSQL a transaction takes the first counter
//! that no other is changing, or adds one: nobody waits for somebody else's commit, and there are as
//! many parts as there were writers at a time.

use sea_orm_migration::{prelude::*, sea_orm::DatabaseBackend};

use crate::columns::{
    clustered, drop_tables, id, index, key_text, of_account, primary_key, within_account,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Table, type of its resources, and which of its rows `r` count.
const COUNTED: [(&str, &str, &str); 2] = [
    ("scim_links", "User", "r.state = 'live'"),
    ("groups", "Group", "r.connection_id IS NOT NULL"),
];

const EVENTS: [&str; 3] = ["insert", "update", "delete"];

const CHANGED: [(&str, &str, &[&str]); 2] = [
    ("users", "ix_users_updated", &["updated_at", "id"]),
    (
        "groups",
        "ix_groups_updated",
        &["connection_id", "updated_at", "id"],
    ),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_table(manager).await?;
        let statements = match manager.get_database_backend() {
            DatabaseBackend::Sqlite => sqlite(),
            _ => postgres(),
        };
        for statement in statements {
            manager
                .get_connection()
                .execute_unprepared(&statement)
                .await?;
        }
        count_what_is_there(manager).await?;
        for (table, name, columns) in CHANGED {
            manager.create_index(index(table, name, columns)).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let is_sqlite = manager.get_database_backend() == DatabaseBackend::Sqlite;
        let connection = manager.get_connection();
        for (table, ..) in COUNTED {
            for event in EVENTS {
                let of = if is_sqlite {
                    String::new()
                } else {
                    format!(" ON {table}")
                };
                connection
                    .execute_unprepared(&format!("DROP TRIGGER {table}_counted_{event}{of}"))
                    .await?;
            }
        }
        if !is_sqlite {
            for (table, ..) in COUNTED {
                for event in EVENTS {
                    connection
                        .execute_unprepared(&format!("DROP FUNCTION {table}_counted_{event}()"))
                        .await?;
                }
            }
            connection
                .execute_unprepared("DROP FUNCTION count_resources(uuid, uuid, text, bigint)")
                .await?;
        }
        for (table, name, _) in CHANGED {
            manager
                .drop_index(Index::drop().name(name).table(table).to_owned())
                .await?;
        }
        drop_tables(manager, &["resource_totals"]).await
    }
}

async fn create_table(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = Table::create()
        .table("resource_totals")
        .col(id("account_id"))
        .col(id("connection_id"))
        .col(key_text(manager, "resource"))
        .col(ColumnDef::new("slot").integer().not_null())
        .col(ColumnDef::new("total").big_integer().not_null())
        .primary_key(&mut primary_key(&["connection_id", "resource", "slot"]))
        .foreign_key(&mut of_account("resource_totals"))
        .foreign_key(
            within_account("resource_totals", "connection_id", "idp_connections", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .to_owned();
    clustered(manager, &mut table);
    manager.create_table(table).await?;
    if manager.get_database_backend() == DatabaseBackend::Postgres {
        // Room for the next versions of a counter on its own page.
        manager
            .get_connection()
            .execute_unprepared("ALTER TABLE resource_totals SET (fillfactor = 50)")
            .await?;
    }
    Ok(())
}

async fn count_what_is_there(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    for (table, resource, counts) in COUNTED {
        manager
            .get_connection()
            .execute_unprepared(&format!(
                "INSERT INTO resource_totals (account_id, connection_id, resource, slot, total) SELECT account_id, connection_id, '{resource}', 0, COUNT(*) FROM {table} AS r WHERE {counts} GROUP BY account_id, connection_id"
            ))
            .await?;
    }
    Ok(())
}

fn sqlite() -> Vec<String> {
    let mut statements = Vec::new();
    for (table, resource, counts) in COUNTED {
        let counts = |row: &str| counts.replace("r.", &format!("{row}."));
        let change = |row: &str, by: &str| {
            format!(
                "INSERT INTO resource_totals (account_id, connection_id, resource, slot, total) SELECT {row}.account_id, {row}.connection_id, '{resource}', 0, {by} WHERE {} ON CONFLICT (account_id, connection_id, resource, slot) DO UPDATE SET total = total + excluded.total;",
                counts(row)
            )
        };
        let (added, removed) = (change("NEW", "1"), change("OLD", "-1"));
        for (event, on, body) in [
            ("insert", "INSERT".to_owned(), added.clone()),
            ("delete", "DELETE".to_owned(), removed.clone()),
            (
                "update",
                "UPDATE OF connection_id, state".to_owned(),
                format!("{removed} {added}"),
            ),
        ] {
            statements.push(format!(
                "CREATE TRIGGER {table}_counted_{event} AFTER {on} ON {table} FOR EACH ROW BEGIN {body} END"
            ));
        }
    }
    statements
}

/// Rows that come or go together are counted as a whole. Updates are looked at one by one: nearly
/// all of them change nothing that counts, and those do not call a function.
fn postgres() -> Vec<String> {
    let mut statements = vec![
        "CREATE FUNCTION count_resources(account uuid, connection uuid, kind text, change bigint) RETURNS void LANGUAGE plpgsql AS $$ BEGIN UPDATE resource_totals SET total = total + change WHERE account_id = account AND connection_id = connection AND resource = kind AND slot = (SELECT slot FROM resource_totals WHERE account_id = account AND connection_id = connection AND resource = kind ORDER BY slot LIMIT 1 FOR UPDATE SKIP LOCKED); IF NOT FOUND THEN INSERT INTO resource_totals (account_id, connection_id, resource, slot, total) VALUES (account, connection, kind, pg_backend_pid(), change) ON CONFLICT (account_id, connection_id, resource, slot) DO UPDATE SET total = resource_totals.total + excluded.total; END IF; END $$".to_owned(),
    ];
    for (table, resource, counts) in COUNTED {
        for (event, rows, sign) in [("insert", "NEW", ""), ("delete", "OLD", "-")] {
            statements.push(format!(
                "CREATE FUNCTION {table}_counted_{event}() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE part record; BEGIN FOR part IN SELECT account_id, connection_id, COUNT(*) AS change FROM changed AS r WHERE {counts} GROUP BY account_id, connection_id ORDER BY account_id, connection_id LOOP PERFORM count_resources(part.account_id, part.connection_id, '{resource}', {sign}part.change); END LOOP; RETURN NULL; END $$"
            ));
            statements.push(format!(
                "CREATE TRIGGER {table}_counted_{event} AFTER {} ON {table} REFERENCING {rows} TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION {table}_counted_{event}()",
                event.to_uppercase()
            ));
        }
        let change = |row: &str, by: &str| {
            let counts = counts.replace("r.", &format!("{row}."));
            format!(
                "IF {counts} THEN PERFORM count_resources({row}.account_id, {row}.connection_id, '{resource}', {by}); END IF;"
            )
        };
        statements.push(format!(
            "CREATE FUNCTION {table}_counted_update() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {} {} RETURN NULL; END $$",
            change("OLD", "-1"),
            change("NEW", "1")
        ));
        statements.push(format!(
            "CREATE TRIGGER {table}_counted_update AFTER UPDATE OF connection_id, state ON {table} FOR EACH ROW WHEN (OLD.connection_id IS DISTINCT FROM NEW.connection_id OR OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION {table}_counted_update()"
        ));
    }
    statements
}
