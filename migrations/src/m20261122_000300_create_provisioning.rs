//! Connections, their tokens, links and the provisioning log (domain.md section 2).

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
        create_connections(manager).await?;
        create_tokens(manager).await?;
        create_links(manager).await?;
        create_log(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(
            manager,
            &[
                "scim_request_users",
                "scim_request_log",
                "scim_links",
                "scim_tokens",
                "idp_connections",
            ],
        )
        .await
    }
}

async fn create_connections(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("idp_connections")
                .col(id("account_id"))
                .col(id("id"))
                .col(ColumnDef::new("name").text().not_null())
                .col(key_text(manager, "name_folded"))
                .col(key_text(manager, "kind"))
                .col(key_text(manager, "mode"))
                .col(id("default_organisation_id"))
                .col(ColumnDef::new("adopt_existing").boolean().not_null())
                .col(ColumnDef::new("accept_password").boolean().not_null())
                .col(ColumnDef::new("user_patch_204").boolean().not_null())
                .col(ColumnDef::new("group_patch_200").boolean().not_null())
                .col(ColumnDef::new("version").big_integer().not_null())
                .col(instant("created_at"))
                .primary_key(&mut primary_key(&["id"]))
                .foreign_key(&mut of_account("idp_connections"))
                .foreign_key(&mut within_account(
                    "idp_connections",
                    "default_organisation_id",
                    "organisations",
                    "id",
                ))
                .to_owned(),
        )
        .await?;
    manager
        .create_index(
            index(
                "idp_connections",
                "ux_idp_connections_name",
                &["name_folded"],
            )
            .unique()
            .to_owned(),
        )
        .await
}

async fn create_tokens(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("scim_tokens")
                .col(id("account_id"))
                .col(id("id"))
                .col(id("connection_id"))
                .col(
                    ColumnDef::new("token_hash")
                        .binary()
                        .not_null()
                        .unique_key(),
                )
                .col(ColumnDef::new("hint").text().not_null())
                .col(instant("created_at"))
                .col(instant("expires_at"))
                .col(instant_null("last_used_at"))
                .col(instant_null("revoked_at"))
                .primary_key(&mut primary_key(&["id"]))
                .foreign_key(&mut within_account(
                    "scim_tokens",
                    "connection_id",
                    "idp_connections",
                    "id",
                ))
                .to_owned(),
        )
        .await?;
    manager
        .create_index(index(
            "scim_tokens",
            "ix_scim_tokens_connection",
            &["connection_id"],
        ))
        .await
}

async fn create_links(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("scim_links")
                .col(id("account_id"))
                .col(id("scim_id"))
                .col(id("connection_id"))
                .col(id_null("user_id"))
                .col(key_text(manager, "user_name_folded"))
                .col(key_text_null(manager, "external_id"))
                .col(ColumnDef::new("document").text().not_null())
                .col(ColumnDef::new("unmapped").text().not_null())
                .col(key_text(manager, "state"))
                .col(instant("linked_at"))
                .col(instant_null("ended_at"))
                .col(instant_null("last_idp_request_at"))
                .primary_key(&mut primary_key(&["scim_id"]))
                .foreign_key(&mut within_account(
                    "scim_links",
                    "connection_id",
                    "idp_connections",
                    "id",
                ))
                .foreign_key(&mut within_account("scim_links", "user_id", "users", "id"))
                .to_owned(),
        )
        .await?;
    manager
        .create_index(
            index("scim_links", "ux_scim_links_live_user", &["user_id"])
                .unique()
                .and_where(Expr::col("state").eq("live"))
                .to_owned(),
        )
        .await?;
    manager
        .create_index(
            index(
                "scim_links",
                "ux_scim_links_external_id",
                &["connection_id", "external_id"],
            )
            .unique()
            .and_where(Expr::col("state").ne("ended"))
            .and_where(Expr::col("external_id").is_not_null())
            .to_owned(),
        )
        .await?;
    manager
        .create_index(
            index(
                "scim_links",
                "ix_scim_links_ended_user",
                &["user_id", "ended_at"],
            )
            .and_where(Expr::col("state").eq("ended"))
            .to_owned(),
        )
        .await?;
    for (name, column) in [
        ("ix_scim_links_live", "scim_id"),
        ("ix_scim_links_user_name", "user_name_folded"),
        ("ix_scim_links_external_id", "external_id"),
    ] {
        manager
            .create_index(
                index("scim_links", name, &["connection_id", column])
                    .and_where(Expr::col("state").eq("live"))
                    .to_owned(),
            )
            .await?;
    }
    Ok(())
}

async fn create_log(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("scim_request_log")
                .col(id("account_id"))
                .col(id("id"))
                .col(id("connection_id"))
                .col(id_null("token_id"))
                .col(instant("at"))
                .col(ColumnDef::new("method").text().not_null())
                .col(ColumnDef::new("path").text().not_null())
                .col(ColumnDef::new("status").small_integer().not_null())
                .col(ColumnDef::new("scim_type").text())
                .col(ColumnDef::new("decision").text().not_null())
                .col(ColumnDef::new("duration_us").big_integer().not_null())
                .col(ColumnDef::new("notes").text().not_null())
                .col(ColumnDef::new("request_body").text())
                .col(ColumnDef::new("response_body").text())
                .primary_key(&mut primary_key(&["id"]))
                .foreign_key(&mut within_account(
                    "scim_request_log",
                    "connection_id",
                    "idp_connections",
                    "id",
                ))
                .to_owned(),
        )
        .await?;
    manager
        .create_index(index(
            "scim_request_log",
            "ix_scim_request_log_connection",
            &["connection_id", "id"],
        ))
        .await?;
    manager
        .create_index(
            index(
                "scim_request_log",
                "ix_scim_request_log_errors",
                &["connection_id", "id"],
            )
            .and_where(Expr::col("status").gte(400))
            .to_owned(),
        )
        .await?;
    manager
        .create_index(
            Index::create()
                .name("ix_scim_request_log_at")
                .table("scim_request_log")
                .col("at")
                .to_owned(),
        )
        .await?;
    manager
        .create_table(
            Table::create()
                .table("scim_request_users")
                .col(id("account_id"))
                .col(id("user_id"))
                .col(id("request_id"))
                .primary_key(&mut primary_key(&["user_id", "request_id"]))
                .foreign_key(
                    within_account("scim_request_users", "request_id", "scim_request_log", "id")
                        .on_delete(ForeignKeyAction::Cascade),
                )
                .foreign_key(
                    within_account("scim_request_users", "user_id", "users", "id")
                        .on_delete(ForeignKeyAction::Cascade),
                )
                .to_owned(),
        )
        .await?;
    manager
        .create_index(index(
            "scim_request_users",
            "ix_scim_request_users_request",
            &["request_id"],
        ))
        .await
}
