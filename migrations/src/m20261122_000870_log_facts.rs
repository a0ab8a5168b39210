//! The provisioning log learns which request a row is, what it did and how many statements it took.

use sea_orm_migration::prelude::*;

use crate::columns::{id_null, index};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const TABLE: &str = "scim_request_log";
const INDEX: &str = "ix_scim_request_log_request";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = [
            id_null("request_id"),
            ColumnDef::new("statements").integer().null().take(),
            ColumnDef::new("facts").text().null().take(),
        ];
        for column in columns {
            let alter = Table::alter().table(TABLE).add_column(column).to_owned();
            manager.alter_table(alter).await?;
        }
        let by_request = index(TABLE, INDEX, &["request_id"])
            .and_where(Expr::col("request_id").is_not_null())
            .to_owned();
        manager.create_index(by_request).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_index(Index::drop().name(INDEX).table(TABLE).to_owned())
            .await?;
        for column in ["facts", "statements", "request_id"] {
            let alter = Table::alter().table(TABLE).drop_column(column).to_owned();
            manager.alter_table(alter).await?;
        }
        Ok(())
    }
}
