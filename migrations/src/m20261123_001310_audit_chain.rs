//! The chain of the audit log: one link for each event, written after its commit, and the heads that
//! were noted from day to day. Links and noted heads are never changed.

use sea_orm_migration::{prelude::*, sea_orm::DatabaseBackend};

use crate::columns::{
    clustered, drop_tables, id, index, instant, of_account, primary_key, within_account,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// What is never changed, and what never loses a row at once.
const APPEND_ONLY: [&str; 2] = ["audit_links", "audit_anchors"];
const NEVER_EMPTIED: [&str; 3] = ["audit_events", "audit_links", "audit_anchors"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_chains(manager).await?;
        create_links(manager).await?;
        create_anchors(manager).await?;
        forbid_changes(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() == DatabaseBackend::Postgres {
            let drop = "DROP TRIGGER audit_events_no_truncate ON audit_events";
            manager.get_connection().execute_unprepared(drop).await?;
        }
        drop_tables(manager, &["audit_anchors", "audit_links", "audit_chains"]).await
    }
}

/// Where each chain has come to; held while links are added, so that only one process adds some.
async fn create_chains(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let create = Table::create()
        .table("audit_chains")
        .col(id("account_id"))
        .col(number("seq"))
        .col(digest("hash"))
        .col(instant("linked_at"))
        .primary_key(&mut primary_key(&[]))
        .foreign_key(&mut of_account("audit_chains"))
        .to_owned();
    manager.create_table(create).await
}

async fn create_links(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    const TABLE: &str = "audit_links";
    let mut create = Table::create()
        .table(TABLE)
        .col(id("account_id"))
        .col(number("seq"))
        .col(id("event_id"))
        .col(digest("prev_hash"))
        .col(digest("hash"))
        .primary_key(&mut primary_key(&["seq"]))
        .foreign_key(&mut within_account(TABLE, "event_id", "audit_events", "id"))
        .to_owned();
    clustered(manager, &mut create);
    manager.create_table(create).await?;
    let by_event = index(TABLE, "ux_audit_links_event", &["event_id"])
        .unique()
        .to_owned();
    manager.create_index(by_event).await
}

async fn create_anchors(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let create = Table::create()
        .table("audit_anchors")
        .col(id("account_id"))
        .col(number("seq"))
        .col(digest("hash"))
        .col(instant("noted_at"))
        .primary_key(&mut primary_key(&["seq"]))
        .foreign_key(&mut of_account("audit_anchors"))
        .to_owned();
    manager.create_table(create).await
}

fn number(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).big_integer().not_null().take()
}

fn digest(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).binary().not_null().take()
}

async fn forbid_changes(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    let is_sqlite = manager.get_database_backend() == DatabaseBackend::Sqlite;
    for table in APPEND_ONLY {
        let statements = if is_sqlite {
            ["update", "delete"]
                .map(|verb| format!("CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table} BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"))
                .to_vec()
        } else {
            vec![format!(
                "CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_audit_change()"
            )]
        };
        for statement in statements {
            connection.execute_unprepared(&statement).await?;
        }
    }
    // SQLite deletes row by row.
    for table in NEVER_EMPTIED.iter().filter(|_| !is_sqlite) {
        let refuse = format!(
            "CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()"
        );
        connection.execute_unprepared(&refuse).await?;
    }
    Ok(())
}
