//! Rows made from rows that are there: a test names only the columns that it is about.

use sea_orm::{ConnectionTrait, DatabaseBackend, DbErr};

use crate::support::TestApp;

/// A fresh id as an SQL expression.
pub(super) fn new_id(app: &TestApp) -> &'static str {
    match app.backend() {
        DatabaseBackend::Sqlite => "randomblob(16)",
        _ => "gen_random_uuid()",
    }
}

async fn columns(app: &TestApp, table: &str) -> Vec<String> {
    let sql = match app.backend() {
        DatabaseBackend::Sqlite => format!("SELECT name FROM pragma_table_info('{table}')"),
        _ => format!(
            "SELECT column_name::text FROM information_schema.columns WHERE table_name = '{table}' ORDER BY ordinal_position"
        ),
    };
    let rows = app.rows(&sql).await;
    rows.iter()
        .map(|row| row.try_get_by_index(0).unwrap())
        .collect()
}

/// Copies the rows of `table` that `which` selects, with other values in some columns.
pub(super) async fn copy(
    app: &TestApp,
    table: &str,
    which: &str,
    changes: &[(&str, &str)],
) -> Result<u64, DbErr> {
    let columns = columns(app, table).await;
    for (name, _) in changes {
        assert!(
            columns.iter().any(|column| column == name),
            "{table}.{name}"
        );
    }
    let values: Vec<&str> = columns
        .iter()
        .map(|column| {
            let change = changes.iter().find(|(name, _)| name == column);
            change.map_or(column.as_str(), |(_, value)| value)
        })
        .collect();
    let sql = format!(
        "INSERT INTO {table} ({}) SELECT {} FROM {table} {which}",
        columns.join(", "),
        values.join(", ")
    );
    Ok(app.sql.execute_unprepared(&sql).await?.rows_affected())
}
