//! Groups and their members: one row per member, so a change touches one row.

use sea_orm_migration::prelude::*;

use crate::columns::{
    clustered, drop_tables, id, id_null, index, instant, key_text, key_text_null, of_account,
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
        create_groups(manager).await?;
        create_members(manager, "group_members", "user_id", "users").await?;
        create_members(manager, "group_subgroups", "member_group_id", "groups").await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["group_subgroups", "group_members", "groups"]).await
    }
}

async fn create_groups(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("groups")
                .col(id("account_id"))
                .col(id("id"))
                .col(id_null("organisation_id"))
                .col(id_null("connection_id"))
                .col(key_text_null(manager, "external_id"))
                .col(ColumnDef::new("display_name").text().not_null())
                .col(key_text(manager, "display_name_folded"))
                .col(ColumnDef::new("document").text().not_null())
                .col(ColumnDef::new("unmapped").text().not_null())
                .col(key_text(manager, "state"))
                .col(ColumnDef::new("version").big_integer().not_null())
                .col(instant("created_at"))
                .col(instant("updated_at"))
                .primary_key(&mut primary_key(&["id"]))
                .foreign_key(&mut of_account("groups"))
                .foreign_key(&mut within_account(
                    "groups",
                    "organisation_id",
                    "organisations",
                    "id",
                ))
                .foreign_key(&mut within_account(
                    "groups",
                    "connection_id",
                    "idp_connections",
                    "id",
                ))
                .to_owned(),
        )
        .await?;
    for (name, column) in [
        ("ux_groups_display_name", "display_name_folded"),
        ("ux_groups_external_id", "external_id"),
    ] {
        manager
            .create_index(
                index("groups", name, &["connection_id", column])
                    .unique()
                    .and_where(Expr::col("connection_id").is_not_null())
                    .to_owned(),
            )
            .await?;
    }
    manager
        .create_index(index(
            "groups",
            "ix_groups_connection",
            &["connection_id", "id"],
        ))
        .await
}

/// A member table: its key finds the members of a group, its index the groups of a member.
async fn create_members(
    manager: &SchemaManager<'_>,
    table: &'static str,
    member: &'static str,
    target: &'static str,
) -> Result<(), DbErr> {
    let mut create = Table::create()
        .table(table)
        .col(id("account_id"))
        .col(id("group_id"))
        .col(id(member))
        .col(key_text(manager, "source"))
        .col(instant("added_at"))
        .primary_key(&mut primary_key(&["group_id", member]))
        .foreign_key(
            within_account(table, "group_id", "groups", "id").on_delete(ForeignKeyAction::Cascade),
        )
        .foreign_key(
            within_account(table, member, target, "id").on_delete(ForeignKeyAction::Cascade),
        )
        .to_owned();
    clustered(manager, &mut create);
    manager.create_table(create).await?;
    let reverse = if member == "user_id" {
        "ix_group_members_user"
    } else {
        "ix_group_subgroups_member"
    };
    manager
        .create_index(index(table, reverse, &[member, "group_id"]))
        .await
}
