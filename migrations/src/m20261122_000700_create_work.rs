//! Background jobs and the change feed.

use sea_orm_migration::prelude::*;

use crate::columns::{
    drop_tables, id, index, instant, instant_null, key_text, key_text_null, of_account, primary_key,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_jobs(manager).await?;
        create_change_feed(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["change_feed", "jobs"]).await
    }
}

async fn create_jobs(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("jobs")
                .col(id("account_id"))
                .col(id("id"))
                .col(key_text(manager, "queue"))
                .col(ColumnDef::new("payload").text().not_null())
                .col(key_text(manager, "status"))
                .col(instant("run_at"))
                .col(ColumnDef::new("attempt").integer().not_null())
                .col(ColumnDef::new("max_attempts").integer().not_null())
                .col(instant_null("locked_until"))
                .col(ColumnDef::new("locked_by").text())
                .col(key_text_null(manager, "dedup_key"))
                .col(ColumnDef::new("last_error").text())
                .col(instant("created_at"))
                .col(instant_null("finished_at"))
                .primary_key(&mut primary_key(&["id"]))
                .foreign_key(&mut of_account("jobs"))
                .to_owned(),
        )
        .await?;
    manager
        .create_index(
            index("jobs", "ux_jobs_dedup_key", &["queue", "dedup_key"])
                .unique()
                .and_where(Expr::col("status").is_in(["available", "running"]))
                .to_owned(),
        )
        .await?;
    manager
        .create_index(
            Index::create()
                .name("ix_jobs_due")
                .table("jobs")
                .col("status")
                .col("run_at")
                .to_owned(),
        )
        .await
}

async fn create_change_feed(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("change_feed")
                .col(id("account_id"))
                .col(id("id"))
                .col(key_text(manager, "kind"))
                .col(id("entity_id"))
                .col(ColumnDef::new("version").big_integer().not_null())
                .col(ColumnDef::new("delta").small_integer().not_null())
                .col(instant("occurred_at"))
                .primary_key(&mut primary_key(&["id"]))
                .foreign_key(&mut of_account("change_feed"))
                .to_owned(),
        )
        .await?;
    manager
        .create_index(
            Index::create()
                .name("ix_change_feed_occurred_at")
                .table("change_feed")
                .col("occurred_at")
                .to_owned(),
        )
        .await
}
