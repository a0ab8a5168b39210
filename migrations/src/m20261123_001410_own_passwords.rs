//! Passwords of before, which nobody chooses again; those that an administrator assigned; and browsers
//! that somebody has signed in with, whose wrong passwords are counted apart.

use sea_orm_migration::prelude::*;

use crate::columns::{drop_tables, id, index, instant, instant_null, primary_key, within_account};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let history = Table::create()
            .table("password_history")
            .col(id("account_id"))
            .col(id("user_id"))
            .col(id("id"))
            .col(ColumnDef::new("hash").text().not_null())
            .primary_key(&mut primary_key(&["user_id", "id"]))
            .foreign_key(&mut of_user("password_history"))
            .to_owned();
        manager.create_table(history).await?;
        let assigned = Table::create()
            .table("assigned_passwords")
            .col(id("account_id"))
            .col(id("user_id"))
            .col(id("assigned_by"))
            .col(instant("assigned_at"))
            .primary_key(&mut primary_key(&["user_id"]))
            .foreign_key(&mut of_user("assigned_passwords"))
            .to_owned();
        manager.create_table(assigned).await?;
        let devices = Table::create()
            .table("known_devices")
            .col(id("account_id"))
            .col(id("id"))
            .col(id("user_id"))
            .col(
                ColumnDef::new("token_hash")
                    .binary()
                    .not_null()
                    .unique_key(),
            )
            .col(ColumnDef::new("failed_count").integer().not_null())
            .col(instant_null("failed_at"))
            .col(instant("last_used_at"))
            .primary_key(&mut primary_key(&["id"]))
            .foreign_key(&mut of_user("known_devices"))
            .to_owned();
        manager.create_table(devices).await?;
        manager
            .create_index(index(
                "known_devices",
                "ix_known_devices_user",
                &["user_id"],
            ))
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(
            manager,
            &["known_devices", "assigned_passwords", "password_history"],
        )
        .await
    }
}

fn of_user(table: &'static str) -> ForeignKeyCreateStatement {
    within_account(table, "user_id", "users", "id")
        .on_delete(ForeignKeyAction::Cascade)
        .to_owned()
}
