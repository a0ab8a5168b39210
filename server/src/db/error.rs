//! What can go wrong in the database, as the layers above need to tell it apart.

use sea_orm::{DbErr, RuntimeErr, SqlErr};

use super::dialect;

/// A unique rule of the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UniqueKey {
    /// User names of living users of an account.
    UserName,
    /// `externalId` of the links of a connection.
    LinkExternalId,
    /// One live link per user.
    LiveLink,
    /// Display names of the groups of a connection.
    GroupDisplayName,
    /// `externalId` of the groups of a connection.
    GroupExternalId,
    /// Names of the connections of an account.
    ConnectionName,
    /// Slugs of accounts.
    AccountSlug,
    /// One open hold per user, kind, scope and source.
    OpenHold,
    /// Any other.
    Other,
}

/// A failed statement, transaction or connection.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// A unique rule refused the row.
    #[error("a unique rule refused the row: {0:?}")]
    Unique(UniqueKey),
    /// The database asks to run the transaction again (40001, 40P01, busy).
    #[error("the database asked to run the transaction again")]
    Conflict(#[source] DbErr),
    /// A unit of work took longer than it may.
    #[error("the unit of work took longer than {0} s and was rolled back")]
    Timeout(u64),
    /// The commit failed: nothing of the unit is stored.
    #[error("the commit failed")]
    Commit(#[source] DbErr),
    /// The server is shutting down.
    #[error("the database is closed")]
    Closed,
    /// A unit of work panicked and was rolled back.
    #[error("the unit of work panicked and was rolled back")]
    Panic,
    /// A stored value is not what its column promises.
    #[error("stored data is broken: {0}")]
    Corrupt(String),
    /// Anything else the driver reports.
    #[error("database error")]
    Driver(#[source] DbErr),
}

impl DbError {
    /// Whether the caller may try again later with hope: not a fault of the request.
    #[must_use]
    pub fn is_unavailable(&self) -> bool {
        match self {
            Self::Conflict(_) | Self::Timeout(_) | Self::Commit(_) | Self::Closed => true,
            Self::Driver(error) => matches!(error, DbErr::ConnectionAcquire(_) | DbErr::Conn(_)),
            _ => false,
        }
    }
}

impl From<DbErr> for DbError {
    fn from(error: DbErr) -> Self {
        if let Some(SqlErr::UniqueConstraintViolation(message)) = error.sql_err() {
            return Self::Unique(dialect::unique_key(&message));
        }
        if asks_for_retry(&error) {
            return Self::Conflict(error);
        }
        Self::Driver(error)
    }
}

/// Serialization failure and deadlock of PostgreSQL; `SQLITE_BUSY` and its relatives (5, 517, 261).
fn asks_for_retry(error: &DbErr) -> bool {
    let (DbErr::Exec(RuntimeErr::SqlxError(source)) | DbErr::Query(RuntimeErr::SqlxError(source))) =
        error
    else {
        return false;
    };
    let sea_orm::sqlx::Error::Database(database) = source.as_ref() else {
        return false;
    };
    matches!(
        database.code().as_deref(),
        Some("40001" | "40P01" | "5" | "261" | "517")
    )
}
