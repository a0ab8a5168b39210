//! Column and key shapes that every table shares. Shapes, not names: safe to use from migrations
//! that may never change.

use sea_orm_migration::{prelude::*, sea_orm::DatabaseBackend};

/// A UUID that is always set.
pub(crate) fn id(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).uuid().not_null().take()
}

/// A UUID that may be missing.
pub(crate) fn id_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).uuid().null().take()
}

/// An instant in UTC.
pub(crate) fn instant(name: &'static str) -> ColumnDef {
    ColumnDef::new(name)
        .timestamp_with_time_zone()
        .not_null()
        .take()
}

/// An instant in UTC that may be missing.
pub(crate) fn instant_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(name)
        .timestamp_with_time_zone()
        .null()
        .take()
}

/// Text ordered by its bytes on both databases, for folded shadow columns and words: SQLite does
/// so anyway, PostgreSQL only under the "C" collation, which also lets LIKE 'x%' use an index.
pub(crate) fn key_text(manager: &SchemaManager<'_>, name: &'static str) -> ColumnDef {
    let mut column = ColumnDef::new(name).text().not_null().take();
    bytewise(manager, &mut column);
    column
}

/// As [`key_text`], may be missing.
pub(crate) fn key_text_null(manager: &SchemaManager<'_>, name: &'static str) -> ColumnDef {
    let mut column = ColumnDef::new(name).text().null().take();
    bytewise(manager, &mut column);
    column
}

fn bytewise(manager: &SchemaManager<'_>, column: &mut ColumnDef) {
    if manager.get_database_backend() == DatabaseBackend::Postgres {
        column.extra("COLLATE \"C\"");
    }
}

/// The primary key of a tenant table: `account_id` first.
pub(crate) fn primary_key(columns: &[&'static str]) -> IndexCreateStatement {
    let mut key = Index::create();
    key.col("account_id");
    for column in columns {
        key.col(*column);
    }
    key.take()
}

/// A foreign key to the account.
pub(crate) fn of_account(table: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .name(format!("fk_{table}_account"))
        .from(table, "account_id")
        .to("accounts", "id")
        .take()
}

/// A composite foreign key within the account: a link across accounts cannot be stored.
pub(crate) fn within_account(
    table: &'static str,
    column: &'static str,
    target: &'static str,
    target_column: &'static str,
) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .name(format!("fk_{table}_{column}"))
        .from(table, ("account_id", column))
        .to(target, ("account_id", target_column))
        .take()
}

/// An index that begins with `account_id`.
pub(crate) fn index(
    table: &'static str,
    name: &'static str,
    columns: &[&'static str],
) -> IndexCreateStatement {
    let mut index = Index::create();
    index.name(name).table(table).col("account_id");
    for column in columns {
        index.col(*column);
    }
    index.take()
}

/// Table options: a narrow child table lives in its key on SQLite.
pub(crate) fn clustered(manager: &SchemaManager<'_>, table: &mut TableCreateStatement) {
    if manager.get_database_backend() == DatabaseBackend::Sqlite {
        table.extra("WITHOUT ROWID");
    }
}

/// Drops tables in the order given.
pub(crate) async fn drop_tables(
    manager: &SchemaManager<'_>,
    tables: &[&'static str],
) -> Result<(), DbErr> {
    for table in tables {
        manager
            .drop_table(Table::drop().table(*table).to_owned())
            .await?;
    }
    Ok(())
}
