//! A connection whose transactions are begun and ended by their words.

use std::sync::atomic::{AtomicU8, Ordering};

use sea_orm::{
    ConnectionTrait, DatabaseBackend, DatabaseTransaction, DbErr, ExecResult, QueryResult,
    RuntimeErr, Statement,
};

use super::cause;

/// Primary codes of SQLite that may end a transaction: busy, out of memory, interrupted, I/O error,
/// corrupt, full. <https://www.sqlite.org/lang_transaction.html>, section 3.
const ENDING: [i32; 6] = [5, 7, 9, 10, 11, 13];

/// Each statement is a transaction of its own.
const NONE: u8 = 0;
/// A transaction has begun and has not ended.
const BEGUN: u8 = 1;
/// One has begun, and an error may have ended it.
const FAILED: u8 = 2;

/// A connection. sea-orm lends one out with a transaction only; that one was ended at once.
///
/// After an error that may have ended a transaction of SQLite it refuses everything until
/// [`Session::rollback`], as PostgreSQL does after any error: what came next would be stored at once,
/// and a savepoint would begin a transaction that nobody knows of.
pub(super) struct Session {
    connection: DatabaseTransaction,
    state: AtomicU8,
}

impl Session {
    /// A session without a transaction.
    pub(super) const fn new(connection: DatabaseTransaction) -> Self {
        Self {
            connection,
            state: AtomicU8::new(NONE),
        }
    }

    /// Begins a transaction, in the words of the database.
    ///
    /// # Errors
    /// Those of the database; there is no transaction then.
    pub(super) async fn begin(&self, words: &str) -> Result<(), DbErr> {
        // Whoever does not wait for the answer leaves one that begins later.
        self.state.store(BEGUN, Ordering::Relaxed);
        let begun = self.connection.execute_unprepared(words).await;
        if begun.is_err() {
            self.state.store(NONE, Ordering::Relaxed);
        }
        begun.map(drop)
    }

    /// Stores what was done in the transaction.
    ///
    /// # Errors
    /// Those of the database; and when an error has ended the transaction before.
    pub(super) async fn commit(&self) -> Result<(), DbErr> {
        self.execute_unprepared("COMMIT").await?;
        self.state.store(NONE, Ordering::Relaxed);
        Ok(())
    }

    /// Undoes what was done in the transaction, which there has to be.
    ///
    /// # Errors
    /// Those of the database.
    pub(super) async fn rollback(&self) -> Result<(), DbErr> {
        self.connection.execute_unprepared("ROLLBACK").await?;
        self.state.store(NONE, Ordering::Relaxed);
        Ok(())
    }

    /// Ends the transaction that was left, if there is one, once the statement that was left has
    /// ended: a sign of life.
    ///
    /// # Errors
    /// Those of the database.
    pub(super) async fn settle(&self) -> Result<(), DbErr> {
        if self.state.load(Ordering::Relaxed) == NONE {
            return self
                .connection
                .execute_unprepared("SELECT 1")
                .await
                .map(drop);
        }
        self.rollback().await
    }

    fn ready(&self) -> Result<&DatabaseTransaction, DbErr> {
        if self.state.load(Ordering::Relaxed) == FAILED {
            let ended = "an error has ended the transaction".to_owned();
            return Err(DbErr::Conn(RuntimeErr::Internal(ended)));
        }
        Ok(&self.connection)
    }

    fn note<T>(&self, answer: Result<T, DbErr>) -> Result<T, DbErr> {
        if let Err(error) = &answer
            && cause::sqlite_code(error).is_some_and(|code| ENDING.contains(&code))
        {
            let failed = |state| (state == BEGUN).then_some(FAILED);
            // Nothing has failed but the statement when there is no transaction.
            let _none = self
                .state
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, failed);
        }
        answer
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for Session {
    fn get_database_backend(&self) -> DatabaseBackend {
        self.connection.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.note(self.ready()?.execute_raw(statement).await)
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.note(self.ready()?.execute_unprepared(sql).await)
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.note(self.ready()?.query_one_raw(statement).await)
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.note(self.ready()?.query_all_raw(statement).await)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{
        connect::{DatabaseSettings, Opener},
        lanes::{Lanes, Traffic},
    };
    use super::*;

    /// More than the database may grow to below.
    const TOO_MUCH: &str = "INSERT INTO rows VALUES (randomblob(1000000))";

    #[tokio::test]
    async fn after_an_error_that_may_have_ended_a_transaction_all_is_refused_until_its_end() {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite://{}", folder.path().join("full.db").display());
        let settings = DatabaseSettings::new(url);
        let lanes = Lanes::open(Traffic::Writes, &settings, Opener::default()).await;
        let lanes = lanes.expect("opened");
        let lease = lanes.lease().await.expect("free");
        let session = lease.session();
        for words in ["CREATE TABLE rows (bytes)", "PRAGMA max_page_count = 20"] {
            session.execute_unprepared(words).await.expect(words);
        }
        assert!(session.execute_unprepared(TOO_MUCH).await.is_err());
        // Without a transaction the statement alone has failed.
        session.execute_unprepared("SELECT 1").await.expect("ready");
        session.begin("BEGIN IMMEDIATE").await.expect("begun");
        assert!(session.execute_unprepared(TOO_MUCH).await.is_err());
        for words in ["SAVEPOINT part", "INSERT INTO rows VALUES (1)", "SELECT 1"] {
            assert!(session.execute_unprepared(words).await.is_err(), "{words}");
        }
        assert!(session.commit().await.is_err());
        drop(lease);
        let lease = lanes.lease().await.expect("handed out again");
        let session = lease.session();
        session.begin("BEGIN IMMEDIATE").await.expect("begun");
        let insert = "INSERT INTO rows VALUES (1)";
        session.execute_unprepared(insert).await.expect("stored");
        session.commit().await.expect("stored");
    }
}
