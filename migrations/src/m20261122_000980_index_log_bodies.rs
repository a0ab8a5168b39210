//! Rows of the provisioning log are found by their time within their account, and those that still
//! have a body apart from them, however many have lost theirs.

use sea_orm_migration::prelude::*;

use crate::columns::index;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const TABLE: &str = "scim_request_log";
const ROWS: &str = "ix_scim_request_log_at";
const BODIES: &str = "ix_scim_request_log_bodies";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_index(manager, ROWS).await?;
        manager.create_index(index(TABLE, ROWS, &["at"])).await?;
        let has_body = Expr::col("request_body")
            .is_not_null()
            .or(Expr::col("response_body").is_not_null());
        let bodies = index(TABLE, BODIES, &["at"]).and_where(has_body).to_owned();
        manager.create_index(bodies).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_index(manager, BODIES).await?;
        drop_index(manager, ROWS).await?;
        let by_time = Index::create().name(ROWS).table(TABLE).col("at").to_owned();
        manager.create_index(by_time).await
    }
}

async fn drop_index(manager: &SchemaManager<'_>, name: &'static str) -> Result<(), DbErr> {
    manager
        .drop_index(Index::drop().name(name).table(TABLE).to_owned())
        .await
}
