//! The audit log: events are never changed, details can be erased (architecture, audit log).

use sea_orm_migration::{prelude::*, sea_orm::DatabaseBackend};

use crate::columns::{
    drop_tables, id, id_null, index, instant, key_text, key_text_null, of_account, primary_key,
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
        create_tables(manager).await?;
        forbid_changes(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["audit_details", "audit_events"]).await?;
        if manager.get_database_backend() == DatabaseBackend::Postgres {
            manager
                .get_connection()
                .execute_unprepared("DROP FUNCTION refuse_audit_change()")
                .await?;
        }
        Ok(())
    }
}

async fn create_tables(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("audit_events")
                .col(id("account_id"))
                .col(id("id"))
                .col(instant("occurred_at"))
                .col(key_text(manager, "actor_kind"))
                .col(id_null("actor_id"))
                .col(key_text_null(manager, "actor_component"))
                .col(id_null("credential_id"))
                .col(key_text(manager, "channel"))
                .col(key_text(manager, "action"))
                .col(key_text(manager, "target_kind"))
                .col(id_null("target_id"))
                .col(key_text(manager, "outcome"))
                .col(ColumnDef::new("commitment").binary().not_null())
                .col(id("request_id"))
                .primary_key(&mut primary_key(&["id"]))
                .foreign_key(&mut of_account("audit_events"))
                .to_owned(),
        )
        .await?;
    manager
        .create_index(index(
            "audit_events",
            "ix_audit_events_target",
            &["target_id", "id"],
        ))
        .await?;
    manager
        .create_table(
            Table::create()
                .table("audit_details")
                .col(id("account_id"))
                .col(id("event_id"))
                .col(ColumnDef::new("details").text().not_null())
                .col(ColumnDef::new("source_ip").text())
                .col(ColumnDef::new("user_agent").text())
                .col(ColumnDef::new("salt").binary().not_null())
                .primary_key(&mut primary_key(&["event_id"]))
                .foreign_key(&mut within_account(
                    "audit_details",
                    "event_id",
                    "audit_events",
                    "id",
                ))
                .to_owned(),
        )
        .await
}

/// Append-only by trigger; details may be deleted (erasure) and never changed.
async fn forbid_changes(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    let statements: &[&str] = match manager.get_database_backend() {
        DatabaseBackend::Sqlite => &[
            "CREATE TRIGGER audit_events_no_update BEFORE UPDATE ON audit_events BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END",
            "CREATE TRIGGER audit_events_no_delete BEFORE DELETE ON audit_events BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END",
            "CREATE TRIGGER audit_details_no_update BEFORE UPDATE ON audit_details BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END",
        ],
        _ => &[
            "CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$",
            "CREATE TRIGGER audit_events_no_change BEFORE UPDATE OR DELETE ON audit_events FOR EACH ROW EXECUTE FUNCTION refuse_audit_change()",
            "CREATE TRIGGER audit_details_no_update BEFORE UPDATE ON audit_details FOR EACH ROW EXECUTE FUNCTION refuse_audit_change()",
        ],
    };
    for statement in statements {
        connection.execute_unprepared(statement).await?;
    }
    Ok(())
}
