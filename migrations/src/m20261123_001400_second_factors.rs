//! Second factors, recovery codes, and what somebody has begun to prove.

use sea_orm_migration::prelude::*;

use crate::columns::{
    clustered, drop_tables, id, id_null, index, instant, instant_null, key_text, key_text_null,
    of_account, primary_key, within_account,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_factors(manager).await?;
        create_codes(manager).await?;
        create_challenges(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["challenges", "recovery_codes", "second_factors"]).await
    }
}

async fn create_factors(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let create = Table::create()
        .table("second_factors")
        .col(id("account_id"))
        .col(id("id"))
        .col(id("user_id"))
        .col(key_text(manager, "kind"))
        .col(ColumnDef::new("label").text().not_null())
        .col(key_text_null(manager, "key_id"))
        .col(ColumnDef::new("secret").binary())
        .col(ColumnDef::new("credential").text())
        .col(ColumnDef::new("credential_id").binary())
        .col(ColumnDef::new("last_step").big_integer())
        .col(instant("created_at"))
        .col(instant_null("last_used_at"))
        .primary_key(&mut primary_key(&["id"]))
        .foreign_key(
            within_account("second_factors", "user_id", "users", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .to_owned();
    manager.create_table(create).await?;
    manager
        .create_index(index(
            "second_factors",
            "ix_second_factors_user",
            &["user_id"],
        ))
        .await?;
    let mut unique = index(
        "second_factors",
        "ux_second_factors_credential",
        &["credential_id"],
    );
    manager.create_index(unique.unique().to_owned()).await
}

async fn create_codes(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut create = Table::create()
        .table("recovery_codes")
        .col(id("account_id"))
        .col(id("user_id"))
        .col(ColumnDef::new("code_hash").binary().not_null())
        .col(instant("created_at"))
        .col(instant_null("used_at"))
        .primary_key(&mut primary_key(&["user_id", "code_hash"]))
        .foreign_key(
            within_account("recovery_codes", "user_id", "users", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .to_owned();
    clustered(manager, &mut create);
    manager.create_table(create).await
}

async fn create_challenges(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let create = Table::create()
        .table("challenges")
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
        .col(ColumnDef::new("epoch").big_integer().not_null())
        .col(ColumnDef::new("state").text())
        .col(instant("expires_at"))
        .col(instant_null("used_at"))
        .primary_key(&mut primary_key(&["id"]))
        .foreign_key(&mut of_account("challenges"))
        .foreign_key(
            within_account("challenges", "user_id", "users", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .to_owned();
    manager.create_table(create).await?;
    manager
        .create_index(index("challenges", "ix_challenges_user", &["user_id"]))
        .await?;
    manager
        .create_index(index(
            "challenges",
            "ix_challenges_expires",
            &["expires_at"],
        ))
        .await
}
