//! Conflicts between connections and people who are here, verified domains, and links that wait for
//! their provider (domain.md section 2).

use sea_orm_migration::prelude::*;

use crate::columns::{
    drop_tables, id, id_null, index, instant, instant_null, key_text, key_text_null, primary_key,
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
        create_domains(manager).await?;
        create_conflicts(manager).await?;
        // A link that an administrator made is one that its provider does not know of yet.
        let prepared = ColumnDef::new("prepared")
            .boolean()
            .not_null()
            .default(false)
            .take();
        let alter = Table::alter()
            .table("scim_links")
            .add_column(prepared)
            .to_owned();
        manager.alter_table(alter).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let alter = Table::alter()
            .table("scim_links")
            .drop_column("prepared")
            .to_owned();
        manager.alter_table(alter).await?;
        drop_tables(manager, &["conflicts", "verified_domains"]).await
    }
}

async fn create_domains(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("verified_domains")
                .col(id("account_id"))
                .col(id("id"))
                .col(id("organisation_id"))
                .col(key_text(manager, "domain"))
                .col(key_text(manager, "method"))
                .col(instant("verified_at"))
                .primary_key(&mut primary_key(&["id"]))
                .foreign_key(&mut within_account(
                    "verified_domains",
                    "organisation_id",
                    "organisations",
                    "id",
                ))
                .to_owned(),
        )
        .await?;
    manager
        .create_index(
            index(
                "verified_domains",
                "ux_verified_domains_domain",
                &["domain"],
            )
            .unique()
            .to_owned(),
        )
        .await
}

async fn create_conflicts(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("conflicts")
                .col(id("account_id"))
                .col(id("id"))
                .col(id("connection_id"))
                .col(id("candidate_id"))
                .col(ColumnDef::new("candidates").text().not_null())
                .col(key_text(manager, "kind"))
                .col(key_text(manager, "cause"))
                .col(key_text(manager, "state"))
                .col(ColumnDef::new("sent_user_name").text().not_null())
                .col(ColumnDef::new("sent").text())
                .col(id_null("request_id"))
                .col(ColumnDef::new("seen").big_integer().not_null())
                .col(instant("first_seen_at"))
                .col(instant("last_seen_at"))
                .col(key_text_null(manager, "ended_how"))
                .col(instant_null("ended_at"))
                .col(key_text_null(manager, "ended_by_kind"))
                .col(id_null("ended_by_id"))
                .col(ColumnDef::new("ended_by_name").text())
                .col(ColumnDef::new("reason").text())
                .col(ColumnDef::new("version").big_integer().not_null())
                .primary_key(&mut primary_key(&["id"]))
                .foreign_key(&mut within_account(
                    "conflicts",
                    "connection_id",
                    "idp_connections",
                    "id",
                ))
                .foreign_key(
                    within_account("conflicts", "candidate_id", "users", "id")
                        .on_delete(ForeignKeyAction::Cascade),
                )
                .to_owned(),
        )
        .await?;
    for (name, columns) in [
        ("ix_conflicts_state", ["state", "id"].as_slice()),
        (
            "ix_conflicts_connection",
            ["connection_id", "state", "id"].as_slice(),
        ),
    ] {
        manager
            .create_index(index("conflicts", name, columns))
            .await?;
    }
    // Last: of indexes that cost the same, PostgreSQL takes the newest.
    manager
        .create_index(
            index(
                "conflicts",
                "ux_conflicts_unresolved",
                &["candidate_id", "connection_id", "kind"],
            )
            .unique()
            .and_where(Expr::col("state").ne("resolved"))
            .to_owned(),
        )
        .await
}
