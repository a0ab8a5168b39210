//! Users, their searchable attribute values, holds, memberships and roles (domain.md section 2).

use sea_orm_migration::prelude::*;

use crate::columns::{
    drop_tables, id, id_null, index, instant, instant_null, key_text, key_text_null, of_account,
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
        create_users(manager).await?;
        create_attribute_values(manager).await?;
        create_holds(manager).await?;
        create_memberships(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(
            manager,
            &[
                "account_roles",
                "memberships",
                "holds",
                "user_attribute_values",
                "users",
            ],
        )
        .await
    }
}

async fn create_users(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("users")
                .col(id("account_id"))
                .col(id("id"))
                .col(key_text(manager, "kind"))
                .col(ColumnDef::new("user_name").text().not_null())
                .col(key_text(manager, "user_name_folded"))
                .col(ColumnDef::new("email").text())
                .col(key_text_null(manager, "email_folded"))
                .col(ColumnDef::new("given_name").text())
                .col(key_text_null(manager, "given_name_folded"))
                .col(ColumnDef::new("family_name").text())
                .col(key_text_null(manager, "family_name_folded"))
                .col(ColumnDef::new("display_name").text())
                .col(key_text_null(manager, "display_name_folded"))
                .col(key_text(manager, "name_folded"))
                .col(key_text(manager, "search_text"))
                .col(id("home_organisation_id"))
                .col(ColumnDef::new("time_zone").text())
                .col(ColumnDef::new("locale").text())
                .col(key_text(manager, "lifecycle"))
                .col(key_text(manager, "invitation"))
                .col(key_text(manager, "status"))
                .col(ColumnDef::new("status_rank").small_integer().not_null())
                .col(key_text(manager, "hold_kinds"))
                .col(ColumnDef::new("idp_active").boolean().not_null())
                .col(ColumnDef::new("break_glass").boolean().not_null())
                .col(ColumnDef::new("password_hash").text())
                .col(ColumnDef::new("failed_password_count").integer().not_null())
                .col(instant_null("failed_password_at"))
                .col(instant_null("last_login_at"))
                .col(instant_null("last_active_at"))
                .col(ColumnDef::new("access_epoch").big_integer().not_null())
                .col(instant_null("purge_at"))
                .col(ColumnDef::new("version").big_integer().not_null())
                .col(instant("created_at"))
                .col(instant("updated_at"))
                .primary_key(&mut primary_key(&["id"]))
                .foreign_key(&mut of_account("users"))
                .foreign_key(&mut within_account(
                    "users",
                    "home_organisation_id",
                    "organisations",
                    "id",
                ))
                .to_owned(),
        )
        .await?;
    manager
        .create_index(
            index("users", "ux_users_user_name", &["user_name_folded"])
                .unique()
                .and_where(Expr::col("lifecycle").is_not_in(["deleted", "purged"]))
                .to_owned(),
        )
        .await?;
    for (name, columns) in [
        ("ix_users_email", ["email_folded", "id"]),
        ("ix_users_name", ["name_folded", "id"]),
        ("ix_users_last_login", ["last_login_at", "id"]),
        ("ix_users_status", ["status", "name_folded"]),
    ] {
        manager.create_index(index("users", name, &columns)).await?;
    }
    Ok(())
}

/// One row per element of a multi-valued attribute and per rarely searched single value; `text`
/// is the form compared (folded unless the attribute is case-exact).
async fn create_attribute_values(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("user_attribute_values")
                .col(id("account_id"))
                .col(id("user_id"))
                .col(ColumnDef::new("attribute_id").small_integer().not_null())
                .col(ColumnDef::new("ordinal").small_integer().not_null())
                .col(ColumnDef::new("present").boolean().not_null())
                .col(key_text_null(manager, "text"))
                .col(key_text_null(manager, "text_key"))
                .col(key_text_null(manager, "element_type"))
                .col(ColumnDef::new("is_primary").boolean())
                .col(ColumnDef::new("number").double())
                .col(instant_null("instant"))
                .primary_key(&mut primary_key(&["user_id", "attribute_id", "ordinal"]))
                .foreign_key(
                    within_account("user_attribute_values", "user_id", "users", "id")
                        .on_delete(ForeignKeyAction::Cascade),
                )
                .to_owned(),
        )
        .await?;
    manager
        .create_index(index(
            "user_attribute_values",
            "ix_user_attribute_values_text",
            &["attribute_id", "text_key", "user_id"],
        ))
        .await
}

async fn create_holds(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("holds")
                .col(id("account_id"))
                .col(id("id"))
                .col(id("user_id"))
                .col(key_text(manager, "kind"))
                .col(key_text(manager, "scope"))
                .col(id_null("organisation_id"))
                .col(key_text(manager, "source_kind"))
                .col(id("source_id"))
                .col(ColumnDef::new("source_name").text().not_null())
                .col(ColumnDef::new("reason").text())
                .col(instant("since"))
                .col(instant_null("until"))
                .col(instant_null("lifted_at"))
                .col(key_text_null(manager, "lifted_by_kind"))
                .col(id_null("lifted_by_id"))
                .col(ColumnDef::new("lifted_by_name").text())
                .primary_key(&mut primary_key(&["id"]))
                .foreign_key(
                    within_account("holds", "user_id", "users", "id")
                        .on_delete(ForeignKeyAction::Cascade),
                )
                .to_owned(),
        )
        .await?;
    manager
        .create_index(
            index(
                "holds",
                "ux_holds_open",
                &["user_id", "kind", "scope", "source_kind", "source_id"],
            )
            .unique()
            .and_where(Expr::col("lifted_at").is_null())
            .to_owned(),
        )
        .await?;
    manager
        .create_index(index("holds", "ix_holds_user", &["user_id", "since"]))
        .await
}

async fn create_memberships(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("memberships")
                .col(id("account_id"))
                .col(id("user_id"))
                .col(id("organisation_id"))
                .col(ColumnDef::new("roles").text().not_null())
                .col(ColumnDef::new("parked_roles").text().not_null())
                .col(key_text(manager, "source"))
                .col(instant("joined_at"))
                .primary_key(&mut primary_key(&["user_id", "organisation_id"]))
                .foreign_key(
                    within_account("memberships", "user_id", "users", "id")
                        .on_delete(ForeignKeyAction::Cascade),
                )
                .foreign_key(&mut within_account(
                    "memberships",
                    "organisation_id",
                    "organisations",
                    "id",
                ))
                .to_owned(),
        )
        .await?;
    manager
        .create_index(index(
            "memberships",
            "ix_memberships_organisation",
            &["organisation_id", "user_id"],
        ))
        .await?;
    manager
        .create_table(
            Table::create()
                .table("account_roles")
                .col(id("account_id"))
                .col(id("user_id"))
                .col(key_text(manager, "role"))
                .col(instant_null("parked_at"))
                .primary_key(&mut primary_key(&["user_id", "role"]))
                .foreign_key(
                    within_account("account_roles", "user_id", "users", "id")
                        .on_delete(ForeignKeyAction::Cascade),
                )
                .to_owned(),
        )
        .await
}
