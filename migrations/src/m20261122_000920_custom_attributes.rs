//! Attributes that an account defines, and which of them its connections expose.

use sea_orm_migration::prelude::*;

use crate::columns::{
    drop_tables, id, index, instant, instant_null, key_text, of_account, primary_key,
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
        create_definitions(manager).await?;
        create_exposures(manager).await?;
        // What nobody defined is looked through by connection, and most people have none of it.
        manager
            .create_index(
                index(
                    "scim_links",
                    "ix_scim_links_unmapped",
                    &["connection_id", "scim_id"],
                )
                .and_where(Expr::cust("state = 'live' AND unmapped <> '{}'"))
                .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_index(
                Index::drop()
                    .name("ix_scim_links_unmapped")
                    .table("scim_links")
                    .to_owned(),
            )
            .await?;
        drop_tables(manager, &["connection_attributes", "attribute_definitions"]).await
    }
}

/// `number` is the `attribute_id` of the values; one that is being deleted keeps it until they are
/// gone.
async fn create_definitions(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    const TABLE: &str = "attribute_definitions";
    manager
        .create_table(
            Table::create()
                .table(TABLE)
                .col(id("account_id"))
                .col(id("id"))
                .col(ColumnDef::new("number").small_integer().not_null())
                .col(ColumnDef::new("name").text().not_null())
                .col(key_text(manager, "name_folded"))
                .col(key_text(manager, "value_type"))
                .col(ColumnDef::new("multi_valued").boolean().not_null())
                .col(ColumnDef::new("case_exact").boolean().not_null())
                .col(key_text(manager, "returned"))
                .col(ColumnDef::new("description").text().not_null())
                .col(instant("created_at"))
                .col(instant_null("deleted_at"))
                .primary_key(&mut primary_key(&["id"]))
                .foreign_key(&mut of_account(TABLE))
                .to_owned(),
        )
        .await?;
    manager
        .create_index(
            index(TABLE, "ux_attribute_definitions_number", &["number"])
                .unique()
                .to_owned(),
        )
        .await?;
    manager
        .create_index(
            index(TABLE, "ux_attribute_definitions_name", &["name_folded"])
                .unique()
                .and_where(Expr::col("deleted_at").is_null())
                .to_owned(),
        )
        .await
}

/// Where a connection exposes an attribute: under which URN and which name.
async fn create_exposures(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    const TABLE: &str = "connection_attributes";
    manager
        .create_table(
            Table::create()
                .table(TABLE)
                .col(id("account_id"))
                .col(id("connection_id"))
                .col(id("definition_id"))
                .col(ColumnDef::new("urn").text().not_null())
                .col(ColumnDef::new("name").text().not_null())
                .primary_key(&mut primary_key(&["connection_id", "definition_id"]))
                .foreign_key(&mut within_account(
                    TABLE,
                    "connection_id",
                    "idp_connections",
                    "id",
                ))
                .foreign_key(&mut within_account(
                    TABLE,
                    "definition_id",
                    "attribute_definitions",
                    "id",
                ))
                .to_owned(),
        )
        .await?;
    manager
        .create_index(index(
            TABLE,
            "ix_connection_attributes_definition",
            &["definition_id"],
        ))
        .await
}
