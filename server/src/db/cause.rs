//! Why the driver failed, in words that may be logged: codes, kinds and names of the schema, never
//! a value. Messages of PostgreSQL quote what was sent, so most of them stay out.

use std::fmt;

use sea_orm::{
    ConnAcquireErr, DbErr, RuntimeErr,
    sqlx::{self, error::DatabaseError, postgres::PgDatabaseError, sqlite::SqliteError},
};

/// Classes of SQLSTATE whose messages speak of the server and its operation alone: connection,
/// sign-in, missing database, resources, operator's intervention, system error.
const ABOUT_THE_SERVER: [&str; 6] = ["08", "28", "3D", "53", "57", "58"];
/// Classes that pass: the connection, the resources or the operator were in the way.
const PASSING: [&str; 4] = ["08", "53", "57", "58"];
/// A server that takes no writes for now, as after a switch-over.
const READ_ONLY: &str = "25006";
/// Primary codes of SQLite that pass: busy, locked, I/O error, disk full.
const PASSING_SQLITE: [i32; 4] = [5, 6, 10, 13];

/// What is behind a [`DbError`](super::DbError).
#[derive(Clone, Debug)]
pub struct Cause {
    text: String,
    passes: bool,
}

impl Cause {
    /// The cause behind a driver's error.
    pub(super) fn of(error: &DbErr) -> Self {
        let (text, passes) = match error {
            DbErr::ConnectionAcquire(ConnAcquireErr::Timeout) => {
                ("no connection became free in time".to_owned(), true)
            }
            DbErr::ConnectionAcquire(_) => ("the connections are closed".to_owned(), true),
            DbErr::Conn(RuntimeErr::SqlxError(error)) => (of_driver(error), true),
            DbErr::Conn(RuntimeErr::Internal(text)) => (text.clone(), true),
            DbErr::Exec(RuntimeErr::SqlxError(error))
            | DbErr::Query(RuntimeErr::SqlxError(error)) => (of_driver(error), passes(error)),
            // The text of these may hold a value.
            DbErr::Type(_) | DbErr::Json(_) | DbErr::TryIntoErr { .. } => {
                ("a column has another type than it should".to_owned(), false)
            }
            other => (other.to_string(), false),
        };
        Self { text, passes }
    }

    /// Whether the same statement may well succeed later.
    pub(super) const fn passes(&self) -> bool {
        self.passes
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The driver's error behind a statement.
pub(super) fn driver(error: &DbErr) -> Option<&sqlx::Error> {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(error))
        | DbErr::Exec(RuntimeErr::SqlxError(error))
        | DbErr::Query(RuntimeErr::SqlxError(error)) => Some(error),
        _ => None,
    }
}

/// The database's own code: a SQLSTATE, or the extended result code of SQLite.
pub(super) fn code(error: &DbErr) -> Option<String> {
    let error = driver(error)?.as_database_error()?;
    error.code().map(|code| code.into_owned())
}

/// The primary result code of SQLite.
pub(super) fn sqlite_code(error: &DbErr) -> Option<i32> {
    let error = driver(error)?.as_database_error()?;
    error.try_downcast_ref::<SqliteError>()?;
    let code: i32 = error.code()?.parse().ok()?;
    Some(code & 0xff)
}

fn of_driver(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Database(error) => of_database(error.as_ref()),
        sqlx::Error::ColumnDecode { index, .. } => format!("column {index} cannot be read"),
        sqlx::Error::Decode(_) | sqlx::Error::Encode(_) => {
            "a value could not be read or written".to_owned()
        }
        other => other.to_string(),
    }
}

fn of_database(error: &dyn DatabaseError) -> String {
    let kind = error.kind();
    if error.try_downcast_ref::<SqliteError>().is_some() {
        // These messages name tables and columns, never values.
        let code = error.code().unwrap_or_default();
        return format!("SQLite {code} ({kind:?}): {}", error.message());
    }
    let Some(error) = error.try_downcast_ref::<PgDatabaseError>() else {
        return format!("{kind:?}");
    };
    let state = error.code();
    let mut text = format!("SQLSTATE {state} ({kind:?})");
    if ABOUT_THE_SERVER
        .iter()
        .any(|class| state.starts_with(class))
    {
        text = format!("{text}: {}", error.message());
    }
    let names = [
        ("table", error.table()),
        ("column", error.column()),
        ("constraint", error.constraint()),
        ("routine", error.routine()),
    ];
    for (what, name) in names {
        if let Some(name) = name {
            text = format!("{text}, {what} {name}");
        }
    }
    text
}

fn passes(error: &sqlx::Error) -> bool {
    let sqlx::Error::Database(error) = error else {
        return is_lost(error);
    };
    let code = error.code().unwrap_or_default();
    if error.try_downcast_ref::<SqliteError>().is_some() {
        let primary = code.parse().map(|code: i32| code & 0xff);
        return primary.is_ok_and(|code| PASSING_SQLITE.contains(&code));
    }
    code == READ_ONLY || PASSING.iter().any(|class| code.starts_with(class))
}

/// Whether the connection is gone, or never came to be.
fn is_lost(error: &sqlx::Error) -> bool {
    matches!(
        error,
        sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::Protocol(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
    )
}

#[cfg(test)]
mod tests {
    use std::{io, sync::Arc};

    use super::*;

    fn query_failed(error: sqlx::Error) -> DbErr {
        DbErr::Query(RuntimeErr::SqlxError(Arc::new(error)))
    }

    #[test]
    fn a_lost_connection_passes_and_says_what_happened() {
        let lost = io::Error::from(io::ErrorKind::ConnectionReset);
        let cause = Cause::of(&query_failed(sqlx::Error::Io(lost)));
        assert!(cause.passes());
        assert!(cause.to_string().contains("connection reset"), "{cause}");
    }

    #[test]
    fn a_value_that_cannot_be_read_is_not_told() {
        let source = "ada@example.org is no number".into();
        let index = "\"version\"".to_owned();
        let cause = Cause::of(&query_failed(sqlx::Error::ColumnDecode { index, source }));
        assert_eq!(cause.to_string(), "column \"version\" cannot be read");
        assert!(!cause.passes());
        let cause = Cause::of(&DbErr::Json("ada@example.org".to_owned()));
        assert!(!cause.to_string().contains("ada"), "{cause}");
    }
}
