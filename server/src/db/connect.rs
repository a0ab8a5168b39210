//! Opens the database: on SQLite one writer and a pool of readers, on PostgreSQL one pool.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use sea_orm::{ConnectOptions, Database, DatabaseBackend, DatabaseConnection};
use tokio::sync::{Notify, watch};

use super::{error::DbError, writer::SqliteWriter};
use crate::ids::Ids;

/// Where the database is and how much of it to use.
#[derive(Clone, Debug)]
pub struct DatabaseSettings {
    /// `sqlite://PATH` or `postgres://…`.
    pub url: String,
    /// Connections of the PostgreSQL pool, or readers of SQLite; at least 1.
    pub max_connections: u32,
}

impl DatabaseSettings {
    /// Settings with the usual number of connections: 16, enough for PostgreSQL to commit in groups.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            max_connections: 16,
        }
    }

    /// Whether the address names SQLite.
    #[must_use]
    pub fn is_sqlite(&self) -> bool {
        self.url.starts_with("sqlite:")
    }
}

/// The database. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub(super) engine: Engine,
    pub(super) ids: Ids,
    pub(super) commits: watch::Sender<u64>,
    pub(super) queued_jobs: Notify,
    statements: Arc<AtomicU64>,
}

pub(super) enum Engine {
    Sqlite {
        readers: DatabaseConnection,
        writer: SqliteWriter,
    },
    Postgres(DatabaseConnection),
}

impl Db {
    /// Opens the database; `ids` gives the ids of audit and change rows.
    ///
    /// # Errors
    /// When the database cannot be reached or the address is of another kind.
    pub async fn connect(settings: &DatabaseSettings, ids: Ids) -> Result<Self, DbError> {
        let statements = Arc::new(AtomicU64::new(0));
        let (commits, _) = watch::channel(0);
        let engine = if settings.is_sqlite() {
            let writer = open(sqlite_options(settings, false), &statements).await?;
            let readers = open(sqlite_options(settings, true), &statements).await?;
            Engine::Sqlite {
                readers,
                writer: SqliteWriter::start(writer),
            }
        } else {
            Engine::Postgres(open(postgres_options(settings), &statements).await?)
        };
        Ok(Self {
            inner: Arc::new(Inner {
                engine,
                ids,
                commits,
                queued_jobs: Notify::new(),
                statements,
            }),
        })
    }

    /// Which SQL dialect is spoken.
    #[must_use]
    pub fn backend(&self) -> DatabaseBackend {
        self.reader().get_database_backend()
    }

    /// Statements executed since start, BEGIN, COMMIT and SAVEPOINT left out. Tests hold requests
    /// to their budgets by it.
    #[must_use]
    pub fn statement_count(&self) -> u64 {
        self.inner.statements.load(Ordering::Relaxed)
    }

    /// Changes each time a unit of work of this process has been committed.
    #[must_use]
    pub fn commits(&self) -> watch::Receiver<u64> {
        self.inner.commits.subscribe()
    }

    /// Returns once a unit of work of this process has queued a job; for one worker.
    pub async fn job_queued(&self) {
        self.inner.queued_jobs.notified().await;
    }

    /// The connection that reads come from; on PostgreSQL the primary.
    pub(crate) fn reader(&self) -> &DatabaseConnection {
        match &self.inner.engine {
            Engine::Sqlite { readers, .. } => readers,
            Engine::Postgres(pool) => pool,
        }
    }

    /// The connection that may change the schema.
    pub(super) fn schema_connection(&self) -> &DatabaseConnection {
        match &self.inner.engine {
            Engine::Sqlite { writer, .. } => writer.connection(),
            Engine::Postgres(pool) => pool,
        }
    }

    pub(super) fn announce_commit(&self) {
        self.inner.commits.send_modify(|count| *count += 1);
    }

    /// Whether the database answers within a second.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<(), DbError> {
        tokio::time::timeout(Duration::from_secs(1), self.reader().ping())
            .await
            .map_err(|_| DbError::Timeout(1))?
            .map_err(DbError::from)
    }

    /// Waits for what is being written, then closes every connection.
    pub async fn close(&self) {
        match &self.inner.engine {
            Engine::Sqlite { readers, writer } => {
                writer.close().await;
                close(readers).await;
            }
            Engine::Postgres(pool) => close(pool).await,
        }
    }
}

pub(super) async fn close(connection: &DatabaseConnection) {
    if let Err(error) = connection.close_by_ref().await {
        tracing::warn!(%error, "a database connection did not close cleanly");
    }
}

async fn open(
    options: ConnectOptions,
    statements: &Arc<AtomicU64>,
) -> Result<DatabaseConnection, DbError> {
    let mut connection = Database::connect(options).await?;
    let statements = Arc::clone(statements);
    connection.set_metric_callback(move |info| {
        statements.fetch_add(1, Ordering::Relaxed);
        // The text alone: values are personal data.
        tracing::trace!(target: "rollcall_server::sql", statement = info.statement.sql);
    });
    Ok(connection)
}

/// Pragmas belong to a connection, so they are part of the options and not a statement at start.
fn sqlite_options(settings: &DatabaseSettings, read_only: bool) -> ConnectOptions {
    let mut options = ConnectOptions::new(settings.url.clone());
    let size = if read_only {
        settings.max_connections
    } else {
        1
    };
    options
        .max_connections(size)
        .min_connections(1)
        .acquire_timeout(Duration::from_secs(10))
        .sqlx_logging(false)
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None)
        .map_sqlx_sqlite_opts(move |sqlite| {
            sqlite
                .create_if_missing(true)
                .busy_timeout(Duration::from_secs(10))
                .foreign_keys(true)
                .statement_cache_capacity(256)
                .pragma("journal_mode", "WAL")
                .pragma("synchronous", "FULL")
                .pragma("cache_size", if read_only { "-4096" } else { "-32768" })
                .pragma("temp_store", "MEMORY")
                .pragma("query_only", if read_only { "ON" } else { "OFF" })
        });
    options
}

fn postgres_options(settings: &DatabaseSettings) -> ConnectOptions {
    let mut options = ConnectOptions::new(settings.url.clone());
    options
        .max_connections(settings.max_connections)
        .min_connections(1)
        .acquire_timeout(Duration::from_secs(10))
        .sqlx_logging(false)
        .set_application_name("rollcall");
    options
}
