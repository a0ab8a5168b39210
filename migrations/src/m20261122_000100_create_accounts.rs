//! Accounts and their organisation trees (domain.md section 2).

use sea_orm_migration::prelude::*;

use crate::columns::{
    drop_tables, id, id_null, index, instant, instant_null, key_text, of_account, primary_key,
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
        manager
            .create_table(
                Table::create()
                    .table("accounts")
                    .col(id("id").primary_key())
                    .col(key_text(manager, "slug").unique_key())
                    .col(ColumnDef::new("name").text().not_null())
                    .col(instant("created_at"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("organisations")
                    .col(id("account_id"))
                    .col(id("id"))
                    .col(id_null("parent_id"))
                    .col(ColumnDef::new("name").text().not_null())
                    .col(ColumnDef::new("time_zone").text().not_null())
                    .col(instant("created_at"))
                    .col(instant_null("archived_at"))
                    .primary_key(&mut primary_key(&["id"]))
                    .foreign_key(&mut of_account("organisations"))
                    .foreign_key(&mut within_account(
                        "organisations",
                        "parent_id",
                        "organisations",
                        "id",
                    ))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(index(
                "organisations",
                "ix_organisations_parent",
                &["parent_id"],
            ))
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["organisations", "accounts"]).await
    }
}
