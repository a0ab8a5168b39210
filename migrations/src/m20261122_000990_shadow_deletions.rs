//! When something was deleted from the shadow of a connection last: what is gone has no row that
//! could tell.

use sea_orm_migration::prelude::*;

use crate::columns::instant_null;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const TABLE: &str = "idp_connections";
const COLUMN: &str = "shadow_deleted_at";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let alter = Table::alter()
            .table(TABLE)
            .add_column(instant_null(COLUMN))
            .to_owned();
        manager.alter_table(alter).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let alter = Table::alter().table(TABLE).drop_column(COLUMN).to_owned();
        manager.alter_table(alter).await
    }
}
