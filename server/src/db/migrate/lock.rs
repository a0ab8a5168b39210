//! One migrating process at a time: on SQLite a locked file beside the database, on PostgreSQL a
//! locked row. The system releases both however the process ends.

use std::{
    fs::{File, OpenOptions},
    io,
    path::{Path, PathBuf},
    str::FromStr,
};

use sea_orm::{
    ConnectionTrait, DatabaseBackend, DatabaseConnection, DatabaseTransaction, TransactionTrait,
    sqlx::sqlite::SqliteConnectOptions,
};

use super::MigrateError;
use crate::db::{DatabaseSettings, error::DbError};

/// The lock of a SQLite database, given back when dropped; nothing on PostgreSQL. It is not the
/// one of the server, beside which commands work.
pub(super) struct FileLock {
    _file: Option<File>,
}

impl FileLock {
    /// Waits until no other process, and nobody else in this one, holds it.
    pub(super) async fn take(settings: &DatabaseSettings) -> Result<Self, MigrateError> {
        let Some(path) = path(settings) else {
            return Ok(Self { _file: None });
        };
        let failed = |reason| MigrateError::Lock {
            path: path.clone(),
            reason,
        };
        let file = open(&path).map_err(failed)?;
        let waiting = tokio::task::spawn_blocking(move || file.lock().map(|()| file));
        let taken = waiting.await.map_err(io::Error::other);
        let file = taken.and_then(|locked| locked).map_err(failed)?;
        Ok(Self { _file: Some(file) })
    }
}

/// `rollcall.schema-lock` for `rollcall.db`. An address that cannot be read is refused by the
/// driver, in better words.
fn path(settings: &DatabaseSettings) -> Option<PathBuf> {
    if !settings.is_sqlite() {
        return None;
    }
    let options = SqliteConnectOptions::from_str(&settings.url).ok()?;
    Some(options.get_filename().with_extension("schema-lock"))
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// The lock of a PostgreSQL database; nothing on SQLite.
pub(super) struct RowLock(Option<DatabaseTransaction>);

impl RowLock {
    /// Waits until no other process holds it.
    pub(super) async fn take(connection: &DatabaseConnection) -> Result<Self, DbError> {
        if connection.get_database_backend() == DatabaseBackend::Sqlite {
            return Ok(Self(None));
        }
        let create = "CREATE TABLE IF NOT EXISTS rollcall_migration_lock (id smallint PRIMARY KEY)";
        // Two processes may create the table at the same instant; the loser finds it there.
        if let Err(error) = connection.execute_unprepared(create).await {
            tracing::debug!(%error, "the migration lock was created by another process");
        }
        connection
            .execute_unprepared(
                "INSERT INTO rollcall_migration_lock (id) VALUES (1) ON CONFLICT DO NOTHING",
            )
            .await?;
        let transaction = connection.begin().await?;
        transaction
            .execute_unprepared("SELECT id FROM rollcall_migration_lock WHERE id = 1 FOR UPDATE")
            .await?;
        Ok(Self(Some(transaction)))
    }

    /// Gives it back.
    pub(super) async fn release(self) -> Result<(), DbError> {
        match self.0 {
            Some(transaction) => Ok(transaction.commit().await?),
            None => Ok(()),
        }
    }
}
