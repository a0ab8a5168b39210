//! Mapping rules of a connection: what they are, which organisations they name, how far applying
//! them to everyone has come, and which roles a membership has from them.

use sea_orm_migration::prelude::*;

use crate::columns::{
    clustered, drop_tables, id, id_null, index, instant, instant_null, primary_key, within_account,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let rules = json_list("mapping_rules");
        let version = ColumnDef::new("mapping_version")
            .big_integer()
            .not_null()
            .default(1)
            .take();
        add(manager, "idp_connections", rules).await?;
        add(manager, "idp_connections", version).await?;
        add(manager, "memberships", json_list("rule_roles")).await?;
        create_organisations(manager).await?;
        create_runs(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["mapping_runs", "mapping_organisations"]).await?;
        drop(manager, "memberships", "rule_roles").await?;
        drop(manager, "idp_connections", "mapping_version").await?;
        drop(manager, "idp_connections", "mapping_rules").await
    }
}

/// Organisations that rules name: none of them can be deleted meanwhile.
async fn create_organisations(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut table = Table::create()
        .table("mapping_organisations")
        .col(id("account_id"))
        .col(id("connection_id"))
        .col(id("organisation_id"))
        .primary_key(&mut primary_key(&["connection_id", "organisation_id"]))
        .foreign_key(
            within_account(
                "mapping_organisations",
                "connection_id",
                "idp_connections",
                "id",
            )
            .on_delete(ForeignKeyAction::Cascade),
        )
        .foreign_key(&mut within_account(
            "mapping_organisations",
            "organisation_id",
            "organisations",
            "id",
        ))
        .take();
    clustered(manager, &mut table);
    manager.create_table(table).await?;
    manager
        .create_index(index(
            "mapping_organisations",
            "ix_mapping_organisations_organisation",
            &["organisation_id"],
        ))
        .await
}

async fn create_runs(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("mapping_runs")
                .col(id("account_id"))
                .col(id("connection_id"))
                .col(ColumnDef::new("version").big_integer().not_null())
                .col(ColumnDef::new("total").big_integer().not_null())
                .col(ColumnDef::new("done").big_integer().not_null())
                .col(ColumnDef::new("changed").big_integer().not_null())
                .col(id_null("after_link"))
                .col(instant("started_at"))
                .col(instant_null("finished_at"))
                .primary_key(&mut primary_key(&["connection_id"]))
                .foreign_key(
                    within_account("mapping_runs", "connection_id", "idp_connections", "id")
                        .on_delete(ForeignKeyAction::Cascade),
                )
                .to_owned(),
        )
        .await
}

/// A list in JSON, empty at first.
fn json_list(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).text().not_null().default("[]").take()
}

async fn add(
    manager: &SchemaManager<'_>,
    table: &'static str,
    mut column: ColumnDef,
) -> Result<(), DbErr> {
    let mut table = Table::alter().table(table).take();
    manager
        .alter_table(table.add_column(&mut column).take())
        .await
}

async fn drop(
    manager: &SchemaManager<'_>,
    table: &'static str,
    name: &'static str,
) -> Result<(), DbErr> {
    let mut table = Table::alter().table(table).take();
    manager.alter_table(table.drop_column(name).take()).await
}
