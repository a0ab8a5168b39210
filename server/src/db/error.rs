//! What can go wrong in the database, as the layers above need to tell it apart.

use scim_schema::attr::AttrId;
use sea_orm::{ConnAcquireErr, DbErr, SqlErr};

use super::{
    cause::{self, Cause},
    dialect,
};

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
    /// Names of the attributes that an account defined.
    AttributeName,
    /// Slugs of accounts.
    AccountSlug,
    /// Verified domains of an account.
    Domain,
    /// User names, or display names of groups, of the shadow of a connection.
    ShadowName,
    /// `externalId` of the users, or of the groups, of the shadow of a connection.
    ShadowExternalId,
    /// One open hold per user, kind, scope and source.
    OpenHold,
    /// Any other.
    Other,
}

/// A failed statement, transaction or connection.
#[derive(Clone, Debug, thiserror::Error)]
pub enum DbError {
    /// A unique rule refused the row.
    #[error("a unique rule refused the row: {0:?}")]
    Unique(UniqueKey),
    /// A row that the statement refers to is gone, deleted by somebody else meanwhile.
    #[error("a row that is referred to is gone: {0}")]
    Reference(Cause),
    /// The database asks to run the transaction again (40001, 40P01, busy).
    #[error("the database asked to run the transaction again: {0}")]
    Conflict(Cause),
    /// A unit of work took longer than it may.
    #[error("the unit of work took longer than {0} s and was rolled back")]
    Timeout(u64),
    /// A statement took longer than it may and was stopped; it changed nothing.
    #[error("a statement took longer than it may and was stopped")]
    TooSlow,
    /// A filter that no index serves has more candidates than it may be compared with.
    #[error("a filter on {} has {candidates} candidates, and {most} are allowed", attribute.path().unwrap_or("a custom attribute"))]
    TooMany {
        /// The attribute that is in no index.
        attribute: AttrId,
        /// What the filter would be compared with.
        candidates: u64,
        /// Allowed at most.
        most: u64,
    },
    /// The commit failed: nothing of the unit is stored.
    #[error("the commit failed: {0}")]
    Commit(Cause),
    /// No answer came to the commit: the unit is stored as a whole or not at all, and nobody knows
    /// which.
    #[error("no answer came to a commit: {0}")]
    OutcomeUnknown(Cause),
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
    #[error("database error: {0}")]
    Driver(Cause),
}

impl DbError {
    /// Whether the caller may try again later with hope: not a fault of the request.
    #[must_use]
    pub const fn is_unavailable(&self) -> bool {
        match self {
            Self::Conflict(_)
            | Self::Timeout(_)
            | Self::TooSlow
            | Self::Commit(_)
            | Self::OutcomeUnknown(_)
            | Self::Closed => true,
            Self::Driver(cause) => cause.passes(),
            Self::Unique(_)
            | Self::Reference(_)
            | Self::TooMany { .. }
            | Self::Panic
            | Self::Corrupt(_) => false,
        }
    }

    /// Whether the same unit of work may end otherwise at once: it reads what others have changed.
    pub(crate) const fn asks_for_retry(&self) -> bool {
        matches!(self, Self::Conflict(_) | Self::Reference(_))
    }

    /// What a failed COMMIT of PostgreSQL means: a refusal of the server is one, silence is not.
    pub(super) fn of_commit(error: &DbErr) -> Self {
        match cause::code(error) {
            Some(state) if !leaves_open(&state) => Self::of(error),
            _ => Self::OutcomeUnknown(Cause::of(error)),
        }
    }

    /// The same for a SQLite commit, which fails as a whole.
    pub(super) fn of_failed_commit(error: &DbErr) -> Self {
        Self::Commit(Cause::of(error))
    }

    fn of(error: &DbErr) -> Self {
        match error.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(message)) => {
                return Self::Unique(dialect::unique_key(&message));
            }
            Some(SqlErr::ForeignKeyConstraintViolation(_)) => {
                return Self::Reference(Cause::of(error));
            }
            _ => {}
        }
        if let DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed) = error {
            return Self::Closed;
        }
        match cause::code(error).as_deref() {
            // Serialization failure, deadlock; `SQLITE_BUSY` and its relatives.
            Some("40001" | "40P01" | "5" | "261" | "517") => Self::Conflict(Cause::of(error)),
            // Statement timeout; `SQLITE_INTERRUPT`.
            Some("57014" | "9") => Self::TooSlow,
            _ => Self::Driver(Cause::of(error)),
        }
    }
}

impl From<DbErr> for DbError {
    fn from(error: DbErr) -> Self {
        Self::of(&error)
    }
}

/// SQLSTATEs after which a transaction may be stored or not: of the connection, of an operator who
/// ended it (a commit that waits for a copy is stored already), and the one that says just that.
fn leaves_open(state: &str) -> bool {
    state.starts_with("08") || state.starts_with("57") || state == "40003"
}

#[cfg(test)]
mod tests {
    use std::{io, sync::Arc};

    use sea_orm::{RuntimeErr, sqlx};

    use super::*;

    #[test]
    fn a_commit_without_an_answer_may_have_happened() {
        let lost = sqlx::Error::Io(io::ErrorKind::UnexpectedEof.into());
        let lost = DbErr::Query(RuntimeErr::SqlxError(Arc::new(lost)));
        assert!(matches!(
            DbError::of_commit(&lost),
            DbError::OutcomeUnknown(_)
        ));
        // The same before the commit: nothing was stored.
        let before = DbError::from(lost);
        assert!(matches!(before, DbError::Driver(_)) && before.is_unavailable());
        for state in ["57P01", "57014", "08006", "40003"] {
            assert!(leaves_open(state), "{state}");
        }
        for state in ["40001", "23505", "53100"] {
            assert!(!leaves_open(state), "{state}");
        }
    }

    #[test]
    fn connections_that_were_closed_are_an_end_and_not_a_fault() {
        let closed = DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed);
        assert!(matches!(DbError::from(closed), DbError::Closed));
    }
}
