//! Where reads come from: one statement at a time, or a snapshot for several.

use std::{sync::Arc, time::Duration};

use sea_orm::{ConnectionTrait, DatabaseBackend, DbErr, ExecResult, QueryResult, Statement};

use super::{
    error::DbError,
    lanes::Lanes,
    lease::{Lease, answer_within},
    session::Session,
};

/// The connections that reads come from. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Reader(Arc<Lanes>);

/// A state of the database that several reads agree on. One that is dropped ends.
pub(crate) struct Snapshot {
    lease: Lease,
    backend: DatabaseBackend,
    patience: Duration,
}

impl Reader {
    pub(super) const fn new(lanes: Arc<Lanes>) -> Self {
        Self(lanes)
    }

    /// Resources that a filter without an index may be compared with.
    pub(super) fn most_candidates(&self) -> u64 {
        self.0.settings().most_candidates
    }

    /// Begins a snapshot; dropping it ends it.
    pub(super) async fn snapshot(&self) -> Result<Snapshot, DbError> {
        let snapshot = Snapshot {
            lease: self.0.lease().await?,
            backend: self.get_database_backend(),
            patience: self.patience(),
        };
        let begin = match snapshot.backend {
            DatabaseBackend::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
            _ => "BEGIN",
        };
        snapshot
            .answer(snapshot.lease.session().begin(begin))
            .await?;
        Ok(snapshot)
    }

    fn patience(&self) -> Duration {
        self.0.settings().patience()
    }

    /// Whether the database answers within a second.
    pub(super) async fn ping(&self) -> Result<(), DbError> {
        let ping = self.execute_unprepared("SELECT 1");
        answer_within(Duration::from_secs(1), ping).await?;
        Ok(())
    }

    pub(super) async fn close(&self) {
        self.0.close().await;
    }

    /// Runs one statement. A connection that has its answer goes back at once; one that is given up
    /// on, or failed, when it has shown a sign of life.
    async fn read<T>(
        &self,
        statement: impl AsyncFnOnce(&Session) -> Result<T, DbErr>,
    ) -> Result<T, DbErr> {
        let lease = self.0.lease().await?;
        let work = statement(lease.session());
        let answer = lease.answer(self.patience(), work).await?;
        lease.give_back();
        Ok(answer)
    }
}

impl Snapshot {
    /// Ends it. Nothing was changed, so there is nothing that could get lost.
    pub(super) async fn commit(self) -> Result<(), DbError> {
        self.answer(self.lease.session().commit()).await?;
        self.lease.give_back();
        Ok(())
    }

    async fn answer<T>(&self, work: impl Future<Output = Result<T, DbErr>>) -> Result<T, DbErr> {
        self.lease.answer(self.patience, work).await
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for Reader {
    fn get_database_backend(&self) -> DatabaseBackend {
        self.0.settings().backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.read(async |session| session.execute_raw(statement).await)
            .await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.read(async |session| session.execute_unprepared(sql).await)
            .await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.read(async |session| session.query_one_raw(statement).await)
            .await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.read(async |session| session.query_all_raw(statement).await)
            .await
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for Snapshot {
    fn get_database_backend(&self) -> DatabaseBackend {
        self.backend
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.answer(self.lease.session().execute_raw(statement))
            .await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.answer(self.lease.session().execute_unprepared(sql))
            .await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.answer(self.lease.session().query_one_raw(statement))
            .await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.answer(self.lease.session().query_all_raw(statement))
            .await
    }
}
