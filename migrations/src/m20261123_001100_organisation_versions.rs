//! Versions of organisations, so that nobody changes what somebody else has changed meanwhile.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const TABLE: &str = "organisations";
const VERSION: &str = "version";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let version = ColumnDef::new(VERSION)
            .big_integer()
            .not_null()
            .default(1)
            .take();
        manager
            .alter_table(Table::alter().table(TABLE).add_column(version).take())
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .alter_table(Table::alter().table(TABLE).drop_column(VERSION).take())
            .await
    }
}
