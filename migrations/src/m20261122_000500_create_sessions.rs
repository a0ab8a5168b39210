//! Sessions and one-time links: bearer secrets, stored as SHA-256.

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
        manager
            .create_table(
                Table::create()
                    .table("sessions")
                    .col(id("account_id"))
                    .col(id("id"))
                    .col(id("user_id"))
                    .col(
                        ColumnDef::new("token_hash")
                            .binary()
                            .not_null()
                            .unique_key(),
                    )
                    .col(ColumnDef::new("epoch").big_integer().not_null())
                    .col(ColumnDef::new("idle_seconds").integer().not_null())
                    .col(ColumnDef::new("ip").text())
                    .col(ColumnDef::new("user_agent").text())
                    .col(instant("auth_time"))
                    .col(instant("created_at"))
                    .col(instant("last_seen_at"))
                    .col(instant("expires_at"))
                    .col(instant_null("ended_at"))
                    .col(key_text_null(manager, "ended_by"))
                    .primary_key(&mut primary_key(&["id"]))
                    .foreign_key(
                        within_account("sessions", "user_id", "users", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(index(
                "sessions",
                "ix_sessions_user",
                &["user_id", "ended_at"],
            ))
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("one_time_links")
                    .col(id("account_id"))
                    .col(id("id"))
                    .col(id_null("user_id"))
                    .col(key_text(manager, "purpose"))
                    .col(
                        ColumnDef::new("token_hash")
                            .binary()
                            .not_null()
                            .unique_key(),
                    )
                    .col(instant("created_at"))
                    .col(instant("expires_at"))
                    .col(instant_null("used_at"))
                    .primary_key(&mut primary_key(&["id"]))
                    .foreign_key(&mut of_account("one_time_links"))
                    .foreign_key(
                        within_account("one_time_links", "user_id", "users", "id")
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(index(
                "one_time_links",
                "ix_one_time_links_user",
                &["user_id"],
            ))
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["one_time_links", "sessions"]).await
    }
}
