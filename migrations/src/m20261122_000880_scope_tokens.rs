//! Scopes of tokens, and OAuth clients that are given tokens for an hour (RFC 6749 section 4.4).

use sea_orm_migration::prelude::*;

use crate::columns::{
    drop_tables, id, index, instant, instant_null, key_text, primary_key, within_account,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_clients(manager).await?;
        create_assertions(manager).await?;
        // A token of before may do what it could before.
        let mut scopes = key_text(manager, "scopes");
        scopes.default("read users groups");
        let mut client = ColumnDef::new("client_id");
        client.uuid().null();
        for column in [scopes, client] {
            let alter = Table::alter()
                .table("scim_tokens")
                .add_column(column)
                .to_owned();
            manager.alter_table(alter).await?;
        }
        manager
            .create_index(
                index("scim_tokens", "ix_scim_tokens_client", &["client_id"])
                    .and_where(Expr::col("client_id").is_not_null())
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_index(
                Index::drop()
                    .name("ix_scim_tokens_client")
                    .table("scim_tokens")
                    .to_owned(),
            )
            .await?;
        for column in ["client_id", "scopes"] {
            let alter = Table::alter()
                .table("scim_tokens")
                .drop_column(column)
                .to_owned();
            manager.alter_table(alter).await?;
        }
        drop_tables(manager, &["oauth_assertions", "oauth_clients"]).await
    }
}

async fn create_clients(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("oauth_clients")
                .col(id("account_id"))
                .col(id("id").unique_key().take())
                .col(id("connection_id"))
                .col(key_text(manager, "method"))
                .col(ColumnDef::new("secret_hash").binary())
                .col(ColumnDef::new("jwks").text())
                .col(ColumnDef::new("hint").text().not_null())
                .col(key_text(manager, "scopes"))
                .col(instant("created_at"))
                .col(instant_null("last_used_at"))
                .col(instant_null("revoked_at"))
                .primary_key(&mut primary_key(&["id"]))
                .foreign_key(&mut within_account(
                    "oauth_clients",
                    "connection_id",
                    "idp_connections",
                    "id",
                ))
                .to_owned(),
        )
        .await?;
    manager
        .create_index(index(
            "oauth_clients",
            "ix_oauth_clients_connection",
            &["connection_id"],
        ))
        .await
}

async fn create_assertions(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("oauth_assertions")
                .col(id("account_id"))
                .col(id("client_id"))
                .col(ColumnDef::new("jti_hash").binary().not_null())
                .col(instant("expires_at"))
                .primary_key(&mut primary_key(&["client_id", "jti_hash"]))
                .foreign_key(&mut within_account(
                    "oauth_assertions",
                    "client_id",
                    "oauth_clients",
                    "id",
                ))
                .to_owned(),
        )
        .await
}
