//! What a person had who is deleted, for whoever restores them.

use sea_orm_migration::prelude::*;

use crate::columns::{id, primary_key, within_account};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const TABLE: &str = "deletions";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let create = Table::create()
            .table(TABLE)
            .col(id("account_id"))
            .col(id("user_id"))
            .col(ColumnDef::new("lifecycle").text().not_null())
            .col(ColumnDef::new("groups").text().not_null())
            .primary_key(&mut primary_key(&["user_id"]))
            .foreign_key(&mut within_account(TABLE, "user_id", "users", "id"))
            .to_owned();
        manager.create_table(create).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table(TABLE).to_owned())
            .await
    }
}
