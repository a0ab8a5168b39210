//! What organisations decide (features.md section A12), one row for each version.

use sea_orm_migration::prelude::*;

use crate::columns::{
    id, id_null, index, instant, instant_null, key_text, primary_key, within_account,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const TABLE: &str = "policies";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let create = Table::create()
            .table(TABLE)
            .col(id("account_id"))
            .col(id("organisation_id"))
            .col(ColumnDef::new("version").big_integer().not_null())
            .col(ColumnDef::new("settings").text().not_null())
            .col(ColumnDef::new("floors").text().not_null())
            .col(instant("changed_at"))
            .col(key_text(manager, "changed_by_kind"))
            .col(id_null("changed_by_id"))
            .col(ColumnDef::new("changed_by_name").text().not_null())
            .col(instant_null("superseded_at"))
            .primary_key(&mut primary_key(&["organisation_id", "version"]))
            .foreign_key(&mut within_account(
                TABLE,
                "organisation_id",
                "organisations",
                "id",
            ))
            .to_owned();
        manager.create_table(create).await?;
        manager
            .create_index(
                index(TABLE, "ux_policies_current", &["organisation_id"])
                    .unique()
                    .and_where(Expr::col("superseded_at").is_null())
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
