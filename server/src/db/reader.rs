//! Reads that end although the database is silent. Its own limits are no help then, since nobody
//! brings their answer: a switch-over or a firewall may swallow what was sent and say nothing.

use std::{future::Future, sync::Arc, time::Duration};

use sea_orm::{
    AccessMode, ConnectionTrait, DatabaseBackend, DatabaseConnection, DatabaseTransaction, DbErr,
    ExecResult, IsolationLevel, QueryResult, RuntimeErr, Statement, TransactionTrait,
};

use super::{
    connect::DatabaseSettings,
    error::DbError,
    given_up::{GivenUp, Watch},
    lanes::{Lanes, Lease},
    options::close,
};

/// The connections that reads come from.
#[derive(Clone)]
pub(crate) struct Reader {
    source: Source,
    patience: Duration,
    most_candidates: u64,
}

#[derive(Clone)]
enum Source {
    Sqlite(Arc<Lanes>),
    Postgres {
        pool: DatabaseConnection,
        given_up: GivenUp,
    },
}

/// A state of the database that several reads agree on.
pub(crate) struct Snapshot {
    /// Notes on PostgreSQL that the transaction below is given up before its end.
    watch: Option<Watch<()>>,
    transaction: DatabaseTransaction,
    /// SQLite's connection below the transaction.
    lease: Option<Lease>,
    patience: Duration,
}

impl Reader {
    pub(super) fn of_sqlite(lanes: Arc<Lanes>, settings: &DatabaseSettings) -> Self {
        Self::new(Source::Sqlite(lanes), settings)
    }

    pub(super) fn of_postgres(
        pool: DatabaseConnection,
        given_up: GivenUp,
        settings: &DatabaseSettings,
    ) -> Self {
        Self::new(Source::Postgres { pool, given_up }, settings)
    }

    fn new(source: Source, settings: &DatabaseSettings) -> Self {
        Self {
            source,
            patience: settings.patience(),
            most_candidates: settings.most_candidates,
        }
    }

    /// Resources that a filter without an index may be compared with.
    pub(super) const fn most_candidates(&self) -> u64 {
        self.most_candidates
    }

    /// Begins a snapshot; dropping it ends it.
    pub(super) async fn snapshot(&self) -> Result<Snapshot, DbError> {
        let (watch, transaction, lease) = match &self.source {
            Source::Sqlite(lanes) => {
                let lease = lanes.lease().await?;
                let begin = lease.connection().begin();
                let transaction = answer_within(self.limit(), begin).await?;
                (None, transaction, Some(lease))
            }
            Source::Postgres { pool, given_up } => {
                let isolation = Some(IsolationLevel::RepeatableRead);
                let begin = pool.begin_with_config(isolation, Some(AccessMode::ReadOnly));
                let begin = given_up.watch(Box::pin(begin));
                let transaction = answer_within(self.limit(), begin).await?;
                (Some(given_up.watch(())), transaction, None)
            }
        };
        Ok(Snapshot {
            watch,
            transaction,
            lease,
            patience: self.patience,
        })
    }

    /// Whether the database answers within a second.
    pub(super) async fn ping(&self) -> Result<(), DbError> {
        let ping = self.read(async |connection| connection.ping().await);
        Ok(answer_within(Duration::from_secs(1), ping).await?)
    }

    pub(super) async fn close(&self) {
        match &self.source {
            Source::Sqlite(lanes) => lanes.close().await,
            Source::Postgres { pool, .. } => close(pool).await,
        }
    }

    /// A read waits for a connection first.
    fn limit(&self) -> Duration {
        self.patience * 2
    }

    /// Runs one statement; a connection that is given up on in the middle of it comes back when it has ended.
    async fn read<T>(
        &self,
        statement: impl AsyncFnOnce(&DatabaseConnection) -> Result<T, DbErr>,
    ) -> Result<T, DbErr> {
        match &self.source {
            Source::Sqlite(lanes) => {
                let lease = lanes.lease().await?;
                let work = async move {
                    let answer = statement(lease.connection()).await;
                    lease.give_back();
                    answer
                };
                answer_within(self.patience, work).await
            }
            Source::Postgres { pool, given_up } => {
                let work = given_up.watch(Box::pin(statement(pool)));
                answer_within(self.limit(), work).await
            }
        }
    }
}

impl Snapshot {
    /// Ends it. Nothing was changed, so there is nothing that could get lost.
    pub(super) async fn commit(self) -> Result<(), DbError> {
        let commit = self.transaction.commit();
        match self.watch {
            None => answer_within(self.patience, commit).await?,
            Some(watch) => {
                answer_within(self.patience, watch.over(Box::pin(commit))).await?;
            }
        }
        if let Some(lease) = self.lease {
            lease.give_back();
        }
        Ok(())
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for Reader {
    fn get_database_backend(&self) -> DatabaseBackend {
        match self.source {
            Source::Sqlite(_) => DatabaseBackend::Sqlite,
            Source::Postgres { .. } => DatabaseBackend::Postgres,
        }
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.read(async |connection| connection.execute_raw(statement).await)
            .await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.read(async |connection| connection.execute_unprepared(sql).await)
            .await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.read(async |connection| connection.query_one_raw(statement).await)
            .await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.read(async |connection| connection.query_all_raw(statement).await)
            .await
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for Snapshot {
    fn get_database_backend(&self) -> DatabaseBackend {
        self.transaction.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        answer_within(self.patience, self.transaction.execute_raw(statement)).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        answer_within(self.patience, self.transaction.execute_unprepared(sql)).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        answer_within(self.patience, self.transaction.query_one_raw(statement)).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        answer_within(self.patience, self.transaction.query_all_raw(statement)).await
    }
}

/// Gives up on a silent database. The connection is closed when it comes back to its pool, see
/// `options.rs`.
pub(super) async fn answer_within<T>(
    patience: Duration,
    work: impl Future<Output = Result<T, DbErr>>,
) -> Result<T, DbErr> {
    let Ok(answer) = tokio::time::timeout(patience, work).await else {
        let silence = format!("the database was silent for {} s", patience.as_secs());
        return Err(DbErr::Conn(RuntimeErr::Internal(silence)));
    };
    answer
}
