//! Reads that end although the database is silent. Its own limits are no help then, since nobody
//! brings their answer: a switch-over or a firewall may swallow what was sent and say nothing.

use std::{future::Future, time::Duration};

use sea_orm::{
    AccessMode, ConnectionTrait, DatabaseBackend, DatabaseConnection, DatabaseTransaction, DbErr,
    ExecResult, IsolationLevel, QueryResult, RuntimeErr, Statement, TransactionTrait,
};

use super::{connect::DatabaseSettings, error::DbError, options::close};

/// The connections that reads come from.
#[derive(Clone)]
pub(crate) struct Reader {
    pool: DatabaseConnection,
    patience: Duration,
    most_candidates: u64,
}

/// A state of the database that several reads agree on.
pub(crate) struct Snapshot {
    transaction: DatabaseTransaction,
    patience: Duration,
}

impl Reader {
    pub(super) fn new(pool: DatabaseConnection, settings: &DatabaseSettings) -> Self {
        Self {
            pool,
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
        let begin = async {
            match self.pool.get_database_backend() {
                DatabaseBackend::Sqlite => self.pool.begin().await,
                _ => {
                    let isolation = Some(IsolationLevel::RepeatableRead);
                    let access = Some(AccessMode::ReadOnly);
                    self.pool.begin_with_config(isolation, access).await
                }
            }
        };
        Ok(Snapshot {
            transaction: answer_within(self.limit(), begin).await?,
            patience: self.patience,
        })
    }

    /// Whether the database answers within a second.
    pub(super) async fn ping(&self) -> Result<(), DbError> {
        Ok(answer_within(Duration::from_secs(1), self.pool.ping()).await?)
    }

    pub(super) async fn close(&self) {
        close(&self.pool).await;
    }

    /// A read waits for a connection first.
    fn limit(&self) -> Duration {
        self.patience * 2
    }
}

impl Snapshot {
    /// Ends it. Nothing was changed, so there is nothing that could get lost.
    pub(super) async fn commit(self) -> Result<(), DbError> {
        Ok(answer_within(self.patience, self.transaction.commit()).await?)
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for Reader {
    fn get_database_backend(&self) -> DatabaseBackend {
        self.pool.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        answer_within(self.limit(), self.pool.execute_raw(statement)).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        answer_within(self.limit(), self.pool.execute_unprepared(sql)).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        answer_within(self.limit(), self.pool.query_one_raw(statement)).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        answer_within(self.limit(), self.pool.query_all_raw(statement)).await
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
