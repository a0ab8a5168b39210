//! The outbox: mails written with their cause, and what became of each.

use sea_orm_migration::{prelude::*, sea_orm::DatabaseBackend};

use crate::columns::{
    id, index, instant, instant_null, key_text, key_text_null, primary_key, within_account,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const TABLE: &str = "mails";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let create = Table::create()
            .table(TABLE)
            .col(id("account_id"))
            .col(id("id"))
            .col(id("user_id"))
            .col(key_text(manager, "kind"))
            .col(key_text(manager, "state"))
            .col(ColumnDef::new("address").text().not_null())
            // Ids and numbers that the text is made of: no name, no secret.
            .col(ColumnDef::new("about").text().not_null())
            .col(key_text_null(manager, "dedup_key"))
            .col(ColumnDef::new("attempts").integer().not_null())
            .col(instant_null("next_attempt_at"))
            .col(ColumnDef::new("message_id").text())
            .col(ColumnDef::new("last_error").text())
            .col(instant("created_at"))
            .col(instant_null("sent_at"))
            .primary_key(&mut primary_key(&["id"]))
            .foreign_key(&mut within_account(TABLE, "user_id", "users", "id"))
            .to_owned();
        manager.create_table(create).await?;
        for (name, column) in [
            ("ix_mails_user", "user_id"),
            ("ix_mails_state", "state"),
            ("ix_mails_kind", "kind"),
        ] {
            let index = index(TABLE, name, &[column, "id"]);
            manager.create_index(index).await?;
        }
        let once = index(TABLE, "ux_mails_dedup_key", &["dedup_key"])
            .unique()
            .and_where(Expr::col("dedup_key").is_not_null())
            .to_owned();
        manager.create_index(once).await?;
        assume(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table(TABLE).to_owned())
            .await
    }
}

/// What SQLite assumes of the outbox, as of other tables: that of ten districts, where a person has few
/// mails and a kind has many. Dropping the table takes it along.
async fn assume(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    const INDEXES: [(&str, &str); 5] = [
        ("sqlite_autoindex_mails_1", "200000 20000 1"),
        ("ix_mails_user", "200000 20000 4 1"),
        ("ix_mails_state", "200000 20000 5000 1"),
        ("ix_mails_kind", "200000 20000 2000 1"),
        ("ux_mails_dedup_key", "1000 100 1"),
    ];
    if manager.get_database_backend() != DatabaseBackend::Sqlite {
        return Ok(());
    }
    for (index, numbers) in INDEXES {
        let row = format!("INSERT INTO sqlite_stat1 VALUES ('{TABLE}', '{index}', '{numbers}')");
        manager.get_connection().execute_unprepared(&row).await?;
    }
    Ok(())
}
