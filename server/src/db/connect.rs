//! Opens the database: on SQLite one writer and some readers, on PostgreSQL some of each.
//! Readers may not write, and a statement of theirs ends when its time is over.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use sea_orm::{ConnectOptions, Database, DatabaseBackend, DatabaseConnection, DbErr};
use tokio::sync::{Notify, watch};

use super::{
    error::DbError,
    lanes::{Lanes, Traffic},
    options,
    reader::Reader,
    statements,
    writer::SqliteWriter,
};
use crate::ids::Ids;

/// Connections of each pool: enough for PostgreSQL to commit in groups.
const CONNECTIONS: u32 = 16;
/// How much longer than its own limit the database may take to say so.
const GRACE: Duration = Duration::from_secs(1);
/// Longest time of a read, unless the settings say otherwise.
const QUERY_TIMEOUT: Duration = Duration::from_secs(5);
/// Resources that a filter without an index may be compared with (scim.md section 1.4).
const MOST_CANDIDATES: u64 = 10_000;

/// Where the database is and how much of it to use.
#[derive(Clone, Debug)]
pub struct DatabaseSettings {
    /// `sqlite://PATH` or `postgres://…`.
    pub url: String,
    /// Readers of SQLite, or readers and as many writers of PostgreSQL; at least 1.
    pub max_connections: u32,
    /// Longest time that a read may take; what takes longer ends with [`DbError::TooSlow`].
    pub query_timeout: Duration,
    /// Whether SQLite leaves it to the operating system when commits reach the disk: a power failure
    /// may take the last seconds then, and nothing else does.
    pub lazy_sync: bool,
    /// Resources that a filter without an index may be compared with; with more it ends with
    /// [`DbError::TooMany`].
    pub most_candidates: u64,
}

impl DatabaseSettings {
    /// Host and port of a PostgreSQL server that listens on a network.
    #[must_use]
    pub fn network_address(&self) -> Option<(String, u16)> {
        options::network_address(&self.url)
    }

    /// Longest wait for a free connection, and for the answer on one: the database has time to say
    /// that a statement was stopped.
    pub(super) fn patience(&self) -> Duration {
        self.query_timeout + GRACE
    }

    /// Settings with the usual number of connections, 16, reads of at most 5 seconds and every commit
    /// on the disk.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            max_connections: CONNECTIONS,
            query_timeout: QUERY_TIMEOUT,
            lazy_sync: false,
            most_candidates: MOST_CANDIDATES,
        }
    }

    pub(super) fn backend(&self) -> DatabaseBackend {
        if self.is_sqlite() {
            DatabaseBackend::Sqlite
        } else {
            DatabaseBackend::Postgres
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
    readers: Reader,
    pub(super) engine: Engine,
    pub(super) ids: Ids,
    pub(super) commits: watch::Sender<u64>,
    pub(super) queued_jobs: Notify,
    pub(super) queued_mails: Notify,
    pub(super) settings: DatabaseSettings,
    opener: Opener,
}

/// Who writes.
pub(super) enum Engine {
    Sqlite(SqliteWriter),
    Postgres(Arc<Lanes>),
}

impl Db {
    /// Opens the database; `ids` gives the ids of audit and change rows.
    ///
    /// # Errors
    /// When the database cannot be reached or the address is of another kind.
    pub async fn connect(settings: &DatabaseSettings, ids: Ids) -> Result<Self, DbError> {
        let opener = Opener::default();
        let (commits, _) = watch::channel(0);
        // The writer first: it makes the file of SQLite.
        let writers = Lanes::open(Traffic::Writes, settings, opener.clone()).await?;
        let readers = Lanes::open(Traffic::Reads, settings, opener.clone()).await?;
        let engine = if settings.is_sqlite() {
            Engine::Sqlite(SqliteWriter::start(writers))
        } else {
            Engine::Postgres(writers)
        };
        Ok(Self {
            inner: Arc::new(Inner {
                readers: Reader::new(readers),
                engine,
                ids,
                commits,
                queued_jobs: Notify::new(),
                queued_mails: Notify::new(),
                settings: settings.clone(),
                opener,
            }),
        })
    }

    /// Which SQL dialect is spoken.
    #[must_use]
    pub fn backend(&self) -> DatabaseBackend {
        self.inner.settings.backend()
    }

    /// Messages with statements sent since start, BEGIN, COMMIT and SAVEPOINT left out: writes that are
    /// sent together count as one. Tests hold requests to their budgets by it.
    #[must_use]
    pub fn statement_count(&self) -> u64 {
        self.inner.opener.statements.load(Ordering::Relaxed)
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

    /// Returns once a unit of work of this process has put a mail into the outbox; for one worker.
    pub async fn mail_queued(&self) {
        self.inner.queued_mails.notified().await;
    }

    /// The connection that reads come from; on PostgreSQL the primary.
    pub(crate) fn reader(&self) -> &Reader {
        &self.inner.readers
    }

    /// Reads that can go on at the same time.
    #[must_use]
    pub fn readers(&self) -> u32 {
        self.inner.settings.max_connections
    }

    /// A connection that may change the schema, however long that takes; to be closed.
    pub(super) async fn schema_connection(&self) -> Result<DatabaseConnection, DbError> {
        let unhurried = options::migrator(&self.inner.settings);
        Ok(self.inner.opener.open(unhurried).await?)
    }

    pub(super) fn announce_commit(&self) {
        self.inner.commits.send_modify(|count| *count += 1);
    }

    /// Whether the database answers within a second.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<(), DbError> {
        self.reader().ping().await
    }

    /// Waits for what is being written, then closes every connection.
    pub async fn close(&self) {
        match &self.inner.engine {
            Engine::Sqlite(writer) => writer.close().await,
            Engine::Postgres(writers) => writers.close().await,
        }
        self.inner.readers.close().await;
    }
}

/// Opens connections whose statements are counted.
#[derive(Clone, Default)]
pub(super) struct Opener {
    statements: Arc<AtomicU64>,
}

impl Opener {
    pub(super) async fn open(&self, options: ConnectOptions) -> Result<DatabaseConnection, DbErr> {
        let mut connection = Database::connect(options).await?;
        let total = Arc::clone(&self.statements);
        connection.set_metric_callback(move |info| {
            total.fetch_add(1, Ordering::Relaxed);
            statements::note();
            // The text alone: values are personal data.
            tracing::trace!(target: "rollcall_server::sql", statement = info.statement.sql);
        });
        Ok(connection)
    }
}
