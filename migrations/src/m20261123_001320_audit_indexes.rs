//! How the audit log is looked through, newest first: as a whole, by who acted, by what was done, by
//! what it was done to; what was refused, and what came through anything but SCIM, which is most of
//! it.

use sea_orm_migration::{prelude::*, sea_orm::DatabaseBackend};

use crate::columns::index;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const TABLE: &str = "audit_events";
const BY_TARGET: &str = "ix_audit_events_target";
/// Index, and its columns before time and id.
const INDEXES: [(&str, &[&str]); 4] = [
    ("ix_audit_events_at", &[]),
    ("ix_audit_events_actor", &["actor_id"]),
    ("ix_audit_events_action", &["action"]),
    (BY_TARGET, &["target_id"]),
];
const REFUSED: &str = "ix_audit_events_refused";
const BY_CHANNEL: &str = "ix_audit_events_channel";

/// What SQLite is to assume (see the migration of its statistics): ten accounts that have each done
/// half a million things.
const STATISTICS: [(&str, &str); 9] = [
    ("sqlite_autoindex_audit_events_1", "5000000 500000 1"),
    ("ix_audit_events_at", "5000000 500000 5 1"),
    ("ix_audit_events_actor", "5000000 500000 5000 2 1"),
    ("ix_audit_events_action", "5000000 500000 10000 2 1"),
    (BY_TARGET, "5000000 500000 20 2 1"),
    (REFUSED, "50000 5000 2 1"),
    (BY_CHANNEL, "500000 50000 20000 2 1"),
    ("audit_links", "5000000 500000 1"),
    ("ux_audit_links_event", "5000000 500000 1"),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_index(manager, BY_TARGET).await?;
        for (name, columns) in INDEXES {
            manager.create_index(newest_first(name, columns)).await?;
        }
        let refused = newest_first(REFUSED, &[])
            .and_where(Expr::col("outcome").eq("refused"))
            .to_owned();
        manager.create_index(refused).await?;
        let by_channel = newest_first(BY_CHANNEL, &["channel"])
            .and_where(Expr::col("channel").ne("scim"))
            .to_owned();
        manager.create_index(by_channel).await?;
        assume(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let names = INDEXES.map(|(name, _)| name);
        for name in names.into_iter().chain([REFUSED, BY_CHANNEL]) {
            drop_index(manager, name).await?;
        }
        let by_target = index(TABLE, BY_TARGET, &["target_id", "id"]);
        manager.create_index(by_target).await?;
        forget(manager).await
    }
}

fn newest_first(name: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let order = ["occurred_at", "id"];
    let columns: Vec<&str> = columns.iter().copied().chain(order).collect();
    index(TABLE, name, &columns)
}

async fn drop_index(manager: &SchemaManager<'_>, name: &'static str) -> Result<(), DbErr> {
    manager
        .drop_index(Index::drop().name(name).table(TABLE).to_owned())
        .await
}

async fn assume(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    if manager.get_database_backend() != DatabaseBackend::Sqlite {
        return Ok(());
    }
    let connection = manager.get_connection();
    for (index, numbers) in STATISTICS {
        let table = match index.contains("links") {
            true => "audit_links",
            false => TABLE,
        };
        let row = format!("INSERT INTO sqlite_stat1 VALUES ('{table}', '{index}', '{numbers}')");
        connection.execute_unprepared(&row).await?;
    }
    Ok(())
}

async fn forget(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    if manager.get_database_backend() != DatabaseBackend::Sqlite {
        return Ok(());
    }
    manager
        .get_connection()
        .execute_unprepared("DELETE FROM sqlite_stat1 WHERE tbl IN ('audit_events', 'audit_links')")
        .await?;
    Ok(())
}
