//! What waits for a second person (domain.md section 4, *Two persons*).

use sea_orm_migration::prelude::*;

use crate::columns::{id, id_null, index, instant, instant_null, key_text, primary_key};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const TABLE: &str = "approvals";

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
            .col(key_text(manager, "kind"))
            .col(id("subject_id"))
            .col(ColumnDef::new("payload").text().not_null())
            .col(ColumnDef::new("payload_hash").text().not_null())
            .col(ColumnDef::new("reason").text())
            .col(id("requested_by_id"))
            .col(instant("requested_at"))
            .col(instant("expires_at"))
            .col(instant_null("alone_at"))
            .col(key_text(manager, "state"))
            .col(id_null("decided_by_id"))
            .col(instant_null("decided_at"))
            .primary_key(&mut primary_key(&["id"]))
            .to_owned();
        manager.create_table(create).await?;
        manager
            .create_index(index(TABLE, "ix_approvals_state", &["state", "id"]))
            .await?;
        manager
            .create_index(
                index(TABLE, "ux_approvals_open", &["kind", "subject_id"])
                    .unique()
                    .and_where(Expr::col("state").eq("open"))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table(TABLE).to_owned())
            .await
    }
}
