//! The last run of the conformance checks of each connection.

use sea_orm_migration::prelude::*;

use crate::columns::{drop_tables, id, id_null, instant, key_text, primary_key, within_account};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("conformance_runs")
                    .col(id("account_id"))
                    .col(id("connection_id"))
                    .col(instant("at"))
                    .col(key_text(manager, "actor_kind"))
                    .col(id_null("actor_id"))
                    .col(ColumnDef::new("actor_name").text().not_null())
                    .col(ColumnDef::new("duration_ms").big_integer().not_null())
                    .col(key_text(manager, "kind"))
                    .col(ColumnDef::new("switches").text().not_null())
                    .col(ColumnDef::new("checks").text().not_null())
                    .col(ColumnDef::new("evidence").text().not_null())
                    .primary_key(&mut primary_key(&["connection_id"]))
                    .foreign_key(&mut within_account(
                        "conformance_runs",
                        "connection_id",
                        "idp_connections",
                        "id",
                    ))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["conformance_runs"]).await
    }
}
