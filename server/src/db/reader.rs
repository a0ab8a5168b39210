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

/// A state of the database that several reads agree on. One that is dropped ends.
pub(crate) struct Snapshot {
    of: State,
    patience: Duration,
}

enum State {
    Sqlite(Lease),
    Postgres {
        /// Notes that the transaction below is given up before its end.
        watch: Watch<()>,
        transaction: DatabaseTransaction,
    },
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
        let of = match &self.source {
            Source::Sqlite(lanes) => {
                let mut lease = lanes.lease().await?;
                answer_within(self.limit(), lease.begin()).await?;
                State::Sqlite(lease)
            }
            Source::Postgres { pool, given_up } => {
                let isolation = Some(IsolationLevel::RepeatableRead);
                let begin = pool.begin_with_config(isolation, Some(AccessMode::ReadOnly));
                let begin = given_up.watch(Box::pin(begin));
                let transaction = answer_within(self.limit(), begin).await?;
                State::Postgres {
                    watch: given_up.watch(()),
                    transaction,
                }
            }
        };
        Ok(Snapshot {
            of,
            patience: self.patience,
        })
    }

    /// Whether the database answers within a second.
    pub(super) async fn ping(&self) -> Result<(), DbError> {
        let ping = async {
            match &self.source {
                Source::Sqlite(_) => self.execute_unprepared("SELECT 1").await.map(drop),
                Source::Postgres { pool, given_up } => given_up.watch(Box::pin(pool.ping())).await,
            }
        };
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
        statement: impl AsyncFnOnce(Link<'_>) -> Result<T, DbErr>,
    ) -> Result<T, DbErr> {
        match &self.source {
            Source::Sqlite(lanes) => {
                let lease = lanes.lease().await?;
                let work = async move {
                    let answer = statement(Link::Session(lease.session()?)).await;
                    // One that is broken is found out, and closed, when it is dropped.
                    if !matches!(answer, Err(DbErr::Conn(_))) {
                        lease.give_back();
                    }
                    answer
                };
                answer_within(self.patience, work).await
            }
            Source::Postgres { pool, given_up } => {
                let work = given_up.watch(Box::pin(statement(Link::Pool(pool))));
                answer_within(self.limit(), work).await
            }
        }
    }
}

/// What one statement is sent to.
enum Link<'a> {
    Session(&'a DatabaseTransaction),
    Pool(&'a DatabaseConnection),
}

impl Link<'_> {
    async fn execute(self, statement: Statement) -> Result<ExecResult, DbErr> {
        match self {
            Self::Session(session) => session.execute_raw(statement).await,
            Self::Pool(pool) => pool.execute_raw(statement).await,
        }
    }

    async fn execute_unprepared(self, sql: &str) -> Result<ExecResult, DbErr> {
        match self {
            Self::Session(session) => session.execute_unprepared(sql).await,
            Self::Pool(pool) => pool.execute_unprepared(sql).await,
        }
    }

    async fn one(self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        match self {
            Self::Session(session) => session.query_one_raw(statement).await,
            Self::Pool(pool) => pool.query_one_raw(statement).await,
        }
    }

    async fn all(self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        match self {
            Self::Session(session) => session.query_all_raw(statement).await,
            Self::Pool(pool) => pool.query_all_raw(statement).await,
        }
    }
}

impl Snapshot {
    /// Ends it. Nothing was changed, so there is nothing that could get lost.
    pub(super) async fn commit(self) -> Result<(), DbError> {
        match self.of {
            State::Sqlite(mut lease) => {
                answer_within(self.patience, lease.commit()).await?;
                lease.give_back();
            }
            State::Postgres { watch, transaction } => {
                let commit = watch.over(Box::pin(transaction.commit()));
                answer_within(self.patience, commit).await?;
            }
        }
        Ok(())
    }

    fn transaction(&self) -> Result<&DatabaseTransaction, DbErr> {
        match &self.of {
            State::Sqlite(lease) => lease.session(),
            State::Postgres { transaction, .. } => Ok(transaction),
        }
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
        self.read(async |link| link.execute(statement).await).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.read(async |link| link.execute_unprepared(sql).await)
            .await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.read(async |link| link.one(statement).await).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.read(async |link| link.all(statement).await).await
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for Snapshot {
    fn get_database_backend(&self) -> DatabaseBackend {
        match self.of {
            State::Sqlite(_) => DatabaseBackend::Sqlite,
            State::Postgres { .. } => DatabaseBackend::Postgres,
        }
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        answer_within(self.patience, self.transaction()?.execute_raw(statement)).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        answer_within(self.patience, self.transaction()?.execute_unprepared(sql)).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        answer_within(self.patience, self.transaction()?.query_one_raw(statement)).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        answer_within(self.patience, self.transaction()?.query_all_raw(statement)).await
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
