//! Alerts about connections (scim.md sections 1.2 and 5, 9), and how long a connection may be silent
//! before there is one.

use sea_orm_migration::prelude::*;

use crate::columns::{
    drop_tables, id, id_null, index, instant, instant_null, key_text, key_text_null, primary_key,
    within_account,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let hours = ColumnDef::new("silence_hours")
            .integer()
            .not_null()
            .default(24)
            .take();
        let alter = Table::alter()
            .table("idp_connections")
            .add_column(hours)
            .to_owned();
        manager.alter_table(alter).await?;
        create_alerts(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["alerts"]).await?;
        let alter = Table::alter()
            .table("idp_connections")
            .drop_column("silence_hours")
            .to_owned();
        manager.alter_table(alter).await
    }
}

/// `subject_id` is the token of an alert about a token, and else the connection.
async fn create_alerts(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("alerts")
                .col(id("account_id"))
                .col(id("id"))
                .col(id("connection_id"))
                .col(id("subject_id"))
                .col(key_text(manager, "kind"))
                .col(instant("since"))
                .col(ColumnDef::new("days_left").small_integer().null())
                .col(instant("raised_at"))
                .col(instant_null("acknowledged_at"))
                .col(key_text_null(manager, "acknowledged_by_kind"))
                .col(id_null("acknowledged_by_id"))
                .col(ColumnDef::new("acknowledged_by_name").text())
                .col(instant_null("resolved_at"))
                .col(ColumnDef::new("version").big_integer().not_null())
                .primary_key(&mut primary_key(&["id"]))
                .foreign_key(&mut within_account(
                    "alerts",
                    "connection_id",
                    "idp_connections",
                    "id",
                ))
                .to_owned(),
        )
        .await?;
    manager
        .create_index(
            index("alerts", "ux_alerts_unresolved", &["subject_id", "kind"])
                .unique()
                .and_where(Expr::col("resolved_at").is_null())
                .to_owned(),
        )
        .await?;
    manager
        .create_index(index("alerts", "ix_alerts_resolved", &["resolved_at"]))
        .await
}
