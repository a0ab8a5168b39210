//! Brings the schema up to date, once, under a lock; refuses a schema newer than this binary.

use rollcall_migrations::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DatabaseBackend, DatabaseConnection, Statement, TransactionTrait};

use super::{Db, error::DbError};

/// Where the schema stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SchemaStatus {
    /// Everything this binary knows is applied.
    Current,
    /// So many migrations are waiting.
    Behind(usize),
    /// The database has a migration that this binary does not know.
    Newer {
        /// The last one in the database.
        found: String,
        /// The last one this binary knows.
        known: String,
    },
}

/// A failed migration.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// See [`SchemaStatus::Newer`].
    #[error(
        "the database was last changed by a newer Rollcall (its schema is at {found}, this binary knows {known}): start that newer version, or restore a backup from before the upgrade"
    )]
    Newer {
        /// The last migration in the database.
        found: String,
        /// The last one this binary knows.
        known: String,
    },
    /// The database refused.
    #[error("the schema could not be brought up to date")]
    Database(#[from] DbError),
}

/// Applies what is missing and answers how many migrations that were. Processes that start
/// together wait for each other.
///
/// # Errors
/// When the schema is newer than this binary or the database refuses.
pub async fn up(db: &Db) -> Result<usize, MigrateError> {
    let connection = db.schema_connection().await?;
    let result = apply_alone(&connection).await;
    db.close_schema_connection(&connection).await;
    result
}

async fn apply_alone(connection: &DatabaseConnection) -> Result<usize, MigrateError> {
    let lock = Lock::take(connection).await?;
    let result = apply(connection).await;
    lock.release().await?;
    result
}

async fn apply(connection: &DatabaseConnection) -> Result<usize, MigrateError> {
    let waiting = match read_status(connection).await? {
        SchemaStatus::Current => return Ok(0),
        SchemaStatus::Behind(waiting) => waiting,
        SchemaStatus::Newer { found, known } => return Err(MigrateError::Newer { found, known }),
    };
    Migrator::up(connection, None)
        .await
        .map_err(DbError::from)?;
    Ok(waiting)
}

/// Where the schema stands, without changing it.
///
/// # Errors
/// When the database cannot be read.
pub async fn status(db: &Db) -> Result<SchemaStatus, DbError> {
    read_status(db.reader()).await
}

async fn read_status(connection: &DatabaseConnection) -> Result<SchemaStatus, DbError> {
    let known: Vec<String> = Migrator::migrations()
        .iter()
        .map(|migration| migration.name().to_owned())
        .collect();
    let applied = applied(connection).await?;
    if let Some(found) = applied.iter().filter(|name| !known.contains(name)).max() {
        return Ok(SchemaStatus::Newer {
            found: found.clone(),
            known: known.last().cloned().unwrap_or_default(),
        });
    }
    match known.len() - applied.len() {
        0 => Ok(SchemaStatus::Current),
        waiting => Ok(SchemaStatus::Behind(waiting)),
    }
}

async fn applied(connection: &DatabaseConnection) -> Result<Vec<String>, DbError> {
    let backend = connection.get_database_backend();
    let exists = match backend {
        DatabaseBackend::Sqlite => {
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'seaql_migrations'"
        }
        _ => {
            "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = 'seaql_migrations'"
        }
    };
    let table = connection
        .query_one_raw(Statement::from_string(backend, exists))
        .await?;
    if table.is_none() {
        return Ok(Vec::new());
    }
    let rows = connection
        .query_all_raw(Statement::from_string(
            backend,
            "SELECT version FROM seaql_migrations ORDER BY version",
        ))
        .await?;
    rows.iter()
        .map(|row| row.try_get("", "version").map_err(DbError::from))
        .collect()
}

/// One migrating process at a time: on PostgreSQL a locked row, on SQLite the server's lock file
/// and the single writer connection do it, and every migration is a transaction.
enum Lock {
    Row(sea_orm::DatabaseTransaction),
    None,
}

impl Lock {
    async fn take(connection: &DatabaseConnection) -> Result<Self, DbError> {
        if connection.get_database_backend() == DatabaseBackend::Sqlite {
            return Ok(Self::None);
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
        Ok(Self::Row(transaction))
    }

    async fn release(self) -> Result<(), DbError> {
        match self {
            Self::Row(transaction) => Ok(transaction.commit().await?),
            Self::None => Ok(()),
        }
    }
}
