//! The doors to reading: one account, or the whole installation for its operator.

use scim_schema::id::AccountId;
use sea_orm::{ConnectionTrait, DatabaseBackend};

use super::{
    Db,
    error::DbError,
    reader::{Reader, Snapshot},
};

/// Reads of one account: every query behind it is filtered by that account.
#[derive(Clone, Copy)]
pub struct AccountScope<'d> {
    pub(super) connection: &'d Reader,
    pub(super) account: AccountId,
}

/// Reads that no account owns: signing in, token look-ups, the operator's commands, jobs.
#[derive(Clone, Copy)]
pub struct PlatformScope<'d> {
    pub(super) connection: &'d Reader,
}

impl Db {
    /// The door to an account's data.
    #[must_use]
    pub fn account(&self, account: AccountId) -> AccountScope<'_> {
        AccountScope {
            connection: self.reader(),
            account,
        }
    }

    /// The operator's door.
    #[must_use]
    pub fn platform(&self) -> PlatformScope<'_> {
        PlatformScope {
            connection: self.reader(),
        }
    }
}

impl AccountScope<'_> {
    pub(super) fn backend(&self) -> DatabaseBackend {
        self.connection.get_database_backend()
    }

    /// One snapshot for statements that must agree, such as a page and its total.
    pub(super) async fn snapshot(&self) -> Result<Snapshot, DbError> {
        self.connection.snapshot().await
    }
}
