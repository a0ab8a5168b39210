//! Brings the schema up to date, once, under a lock; refuses a schema newer than this binary.

mod lock;

use std::{io, path::PathBuf};

use rollcall_migrations::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DatabaseBackend, DatabaseConnection, Statement};

use super::{DatabaseSettings, Db, error::DbError, options};
use crate::ids::Ids;
use lock::{FileLock, RowLock};

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

/// What opening a database may do to its schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changes {
    /// Whatever is missing.
    All,
    /// Make it in an empty database; one that is there already has to be that of this binary.
    OnlyFirst,
    /// Nothing: it has to be that of this binary.
    None,
}

/// A database whose schema is the one of this binary.
pub struct Opened {
    /// The database.
    pub db: Db,
    /// How many migrations were applied on the way.
    pub applied: usize,
}

/// A failed migration.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// See [`SchemaStatus::Newer`].
    #[error(
        "The database was last changed by a newer Rollcall (its schema is at {found}, this binary knows {known}): start that newer version, or restore a backup from before the upgrade"
    )]
    Newer {
        /// The last migration in the database.
        found: String,
        /// The last one this binary knows.
        known: String,
    },
    /// The schema is older, and was not to be changed.
    #[error(
        "The database was last changed by an older Rollcall, and its schema is to be brought up to date first (migrations that wait: {0}). Run `rollcall migrate`, or start the server of this version"
    )]
    Behind(usize),
    /// There is no schema yet, and none was to be made.
    #[error("The database is empty")]
    Empty,
    /// The file that processes which migrate wait for cannot be locked.
    #[error(
        "The file {} cannot be locked: {reason}. Check that its folder exists, belongs to this user and is on a local disk",
        path.display()
    )]
    Lock {
        /// The file.
        path: PathBuf,
        /// The system's explanation.
        reason: io::Error,
    },
    /// The database cannot be reached.
    #[error("The database cannot be opened")]
    Connect(#[source] DbError),
    /// The database refused.
    #[error("The schema of the database could not be read or brought up to date")]
    Database(#[from] DbError),
}

/// Opens the database and sees to its schema. Processes that do so together wait for each other:
/// even to open a SQLite file that is new changes it.
///
/// # Errors
/// When the schema is another one than `changes` allows, or the database refuses.
pub async fn open(
    settings: &DatabaseSettings,
    ids: Ids,
    changes: Changes,
) -> Result<Opened, MigrateError> {
    let _alone = FileLock::take(settings).await?;
    let db = Db::connect(settings, ids)
        .await
        .map_err(MigrateError::Connect)?;
    match see_to(&db, changes).await {
        Ok(applied) => Ok(Opened { db, applied }),
        Err(error) => {
            db.close().await;
            Err(error)
        }
    }
}

/// Applies what is missing and answers how many migrations that were. Processes that start
/// together wait for each other.
///
/// # Errors
/// When the schema is newer than this binary or the database refuses.
pub async fn up(db: &Db) -> Result<usize, MigrateError> {
    let _alone = FileLock::take(&db.inner.settings).await?;
    apply_all(db).await
}

async fn see_to(db: &Db, changes: Changes) -> Result<usize, MigrateError> {
    if changes == Changes::All {
        return apply_all(db).await;
    }
    match status(db).await? {
        SchemaStatus::Current => Ok(0),
        SchemaStatus::Newer { found, known } => Err(MigrateError::Newer { found, known }),
        SchemaStatus::Behind(waiting) if waiting < Migrator::migrations().len() => {
            Err(MigrateError::Behind(waiting))
        }
        SchemaStatus::Behind(_) if changes == Changes::OnlyFirst => apply_all(db).await,
        SchemaStatus::Behind(_) => Err(MigrateError::Empty),
    }
}

async fn apply_all(db: &Db) -> Result<usize, MigrateError> {
    let connection = db.schema_connection().await?;
    let result = apply_alone(&connection).await;
    options::close(&connection).await;
    result
}

async fn apply_alone(connection: &DatabaseConnection) -> Result<usize, MigrateError> {
    let lock = RowLock::take(connection).await?;
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

async fn read_status<C: ConnectionTrait>(connection: &C) -> Result<SchemaStatus, DbError> {
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

async fn applied<C: ConnectionTrait>(connection: &C) -> Result<Vec<String>, DbError> {
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

#[cfg(test)]
mod tests {
    use scim_schema::attr::AttrId;

    use crate::db::attribute_values::is_looked_up;

    /// Migrations name no attribute: this one wrote their numbers down, and an index of theirs is
    /// what the server believes it writes. Whoever changes `is_looked_up` adds a migration.
    #[test]
    fn the_index_that_a_migration_leaves_holds_what_people_are_looked_up_by() {
        let migration =
            include_str!("../../../migrations/src/m20261122_000955_index_looked_up_values.rs");
        let (_, numbers) = migration.split_once("NOT IN (").expect("a list");
        let (numbers, _) = numbers.split_once(')').expect("its end");
        let numbers = numbers
            .split(", ")
            .map(|number| number.parse().expect("a number"));
        let looked_up = (0..AttrId::FIRST_CUSTOM)
            .filter(|code| AttrId::from_code(*code).is_some_and(is_looked_up));
        assert_eq!(numbers.collect::<Vec<i16>>(), looked_up.collect::<Vec<_>>());
    }
}
