//! What a connection in shadow mode was sent (domain.md section 11, 2): objects and members of its
//! own, apart from everything that is live, and how a going live goes on.

use sea_orm_migration::prelude::*;

use crate::columns::{
    clustered, drop_tables, id, index, instant, instant_null, key_text, key_text_null, of_account,
    primary_key, within_account,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_objects(manager).await?;
        create_members(manager).await?;
        create_runs(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(
            manager,
            &["shadow_runs", "shadow_members", "shadow_objects"],
        )
        .await
    }
}

async fn create_objects(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("shadow_objects")
                .col(id("account_id"))
                .col(id("id"))
                .col(id("connection_id"))
                .col(key_text(manager, "kind"))
                .col(key_text(manager, "name_folded"))
                .col(key_text_null(manager, "external_id"))
                .col(ColumnDef::new("label").text().not_null())
                .col(ColumnDef::new("active").boolean().null())
                .col(key_text(manager, "lifecycle"))
                .col(ColumnDef::new("document").text().not_null())
                .col(ColumnDef::new("unmapped").text().not_null())
                .col(key_text_null(manager, "refused"))
                .col(ColumnDef::new("version").big_integer().not_null())
                .col(instant("created_at"))
                .col(instant("updated_at"))
                .primary_key(&mut primary_key(&["id"]))
                .foreign_key(&mut within_account(
                    "shadow_objects",
                    "connection_id",
                    "idp_connections",
                    "id",
                ))
                .to_owned(),
        )
        .await?;
    for (name, column) in [
        ("ux_shadow_objects_name", "name_folded"),
        ("ux_shadow_objects_external_id", "external_id"),
    ] {
        let columns = ["connection_id", "kind", column];
        let unique = index("shadow_objects", name, &columns).unique().to_owned();
        manager.create_index(unique).await?;
    }
    manager
        .create_index(index(
            "shadow_objects",
            "ix_shadow_objects_connection",
            &["connection_id", "kind", "id"],
        ))
        .await
}

/// Without foreign keys: a membership waits here until both sides have gone live.
async fn create_members(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut create = Table::create()
        .table("shadow_members")
        .col(id("account_id"))
        .col(id("group_id"))
        .col(id("member_id"))
        .primary_key(&mut primary_key(&["group_id", "member_id"]))
        .foreign_key(&mut of_account("shadow_members"))
        .to_owned();
    clustered(manager, &mut create);
    manager.create_table(create).await?;
    manager
        .create_index(index(
            "shadow_members",
            "ix_shadow_members_member",
            &["member_id", "group_id"],
        ))
        .await
}

async fn create_runs(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("shadow_runs")
                .col(id("account_id"))
                .col(id("connection_id"))
                .col(ColumnDef::new("total").big_integer().not_null())
                .col(ColumnDef::new("step").big_integer().not_null())
                .col(instant("started_at"))
                .col(instant_null("finished_at"))
                .primary_key(&mut primary_key(&["connection_id"]))
                .foreign_key(&mut within_account(
                    "shadow_runs",
                    "connection_id",
                    "idp_connections",
                    "id",
                ))
                .to_owned(),
        )
        .await
}
