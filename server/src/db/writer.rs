//! The one writer of SQLite: units of work that wait together share one commit.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::future::BoxFuture;
use sea_orm::ConnectionTrait;
use tokio::sync::{Mutex, mpsc};

use super::{error::DbError, lanes::Lanes, lease::Lease, options::WRITE_TIMEOUT, session::Session};

/// Units that share a commit at most.
const GROUP: usize = 64;
/// Units that may wait before senders do.
const QUEUE: usize = 1_024;

/// Between units of a group: each after the first has a savepoint that it can be undone to. One
/// message each, whatever it says.
const AFTER_THE_FIRST: &str = "SAVEPOINT unit";
const AFTER_ONE_STORED: &str = "RELEASE unit; SAVEPOINT unit";
const UNDO: &str = "ROLLBACK TO unit";

/// A unit of work without its types: runs in the transaction of a group, then learns how the
/// group's commit ended.
pub(super) trait Unit: Send {
    /// Runs the unit in the transaction of a group and keeps its result. Answers whether there is
    /// something of the unit to store; otherwise it has to be undone.
    fn run(&mut self, session: Arc<Session>) -> BoxFuture<'_, bool>;
    /// The unit could not be run.
    fn refuse(&mut self, error: DbError);
    /// Answers the caller after the commit, or after it failed.
    fn finish(self: Box<Self>, commit: Result<(), DbError>);
}

/// Handle to the writer task.
pub(super) struct SqliteWriter {
    connections: Arc<Lanes>,
    queue: Mutex<Option<mpsc::Sender<Box<dyn Unit>>>>,
    task: Mutex<Option<tokio::task::JoinHandle<()>>>,
}

impl SqliteWriter {
    /// Starts the task with the only connection that may write.
    pub(super) fn start(connections: Arc<Lanes>) -> Self {
        let (sender, receiver) = mpsc::channel(QUEUE);
        let task = tokio::spawn(work(Arc::clone(&connections), receiver));
        Self {
            connections,
            queue: Mutex::new(Some(sender)),
            task: Mutex::new(Some(task)),
        }
    }

    /// Queues a unit; its caller is answered through the unit itself.
    pub(super) async fn submit(&self, unit: Box<dyn Unit>) -> Result<(), DbError> {
        let sender = self.queue.lock().await.clone().ok_or(DbError::Closed)?;
        sender.send(unit).await.map_err(|_| DbError::Closed)
    }

    /// Takes no more units, finishes those that wait and closes the connection.
    pub(super) async fn close(&self) {
        drop(self.queue.lock().await.take());
        let task = self.task.lock().await.take();
        if let Some(task) = task
            && let Err(error) = task.await
        {
            tracing::error!(%error, "the writer task ended badly");
        }
        self.connections.close().await;
    }
}

async fn work(connections: Arc<Lanes>, mut queue: mpsc::Receiver<Box<dyn Unit>>) {
    while let Some(first) = queue.recv().await {
        let mut group = vec![first];
        // Wait for company only when somebody is already there: a lone request is not delayed.
        while group.len() < GROUP {
            match queue.try_recv() {
                Ok(unit) => group.push(unit),
                Err(_) => break,
            }
        }
        let outcome = run_group(&connections, &mut group, &mut queue).await;
        answer(group, &outcome);
    }
}

async fn run_group(
    connections: &Arc<Lanes>,
    group: &mut Vec<Box<dyn Unit>>,
    queue: &mut mpsc::Receiver<Box<dyn Unit>>,
) -> Result<(), DbError> {
    let Some(lease) = begin_with_first(connections, group).await? else {
        return Ok(());
    };
    let mut boundary = AFTER_THE_FIRST;
    for next in 1..GROUP {
        // Whoever arrived while the others ran comes along: the sync to disk is the cost.
        if next == group.len()
            && let Ok(unit) = queue.try_recv()
        {
            group.push(unit);
        }
        let Some(unit) = group.get_mut(next) else {
            break;
        };
        if let Err(error) = lease.session().execute_unprepared(boundary).await {
            unit.refuse(error.into());
            continue;
        }
        let stored = unit.run(Arc::clone(lease.session())).await;
        boundary = if stored { AFTER_ONE_STORED } else { UNDO };
    }
    if boundary == UNDO {
        lease.session().execute_unprepared(UNDO).await?;
    }
    let commit = lease.session().commit().await;
    commit.map_err(|error| DbError::of_failed_commit(&error))?;
    lease.give_back();
    Ok(())
}

/// Begins a transaction in which the first unit has run. It needs no savepoint, which would cost as
/// much as two statements: when it leaves nothing to store, the transaction is rolled back, it is
/// answered, and the next one is the first. `None` when nobody is left.
async fn begin_with_first(
    connections: &Arc<Lanes>,
    group: &mut Vec<Box<dyn Unit>>,
) -> Result<Option<Lease>, DbError> {
    let mut lease = connections.lease().await?;
    while let Some(first) = group.first_mut() {
        begin_immediate(&lease).await?;
        if first.run(Arc::clone(lease.session())).await {
            return Ok(Some(lease));
        }
        let undone = lease.session().rollback().await;
        group.remove(0).finish(Ok(()));
        if undone.is_err() {
            // SQLite had ended the transaction itself; the connection shows whether it is whole.
            drop(lease);
            lease = connections.lease().await?;
        }
    }
    lease.give_back();
    Ok(None)
}

fn answer(group: Vec<Box<dyn Unit>>, outcome: &Result<(), DbError>) {
    if let Err(error) = outcome {
        tracing::error!(units = group.len(), %error, "a group of writes was not stored");
    }
    for unit in group {
        unit.finish(outcome.clone());
    }
}

/// A deferred transaction that turns into a writer gets `SQLITE_BUSY` at once; an immediate one
/// waits, as the busy timeout says, for another process such as the command line.
async fn begin_immediate(lease: &Lease) -> Result<(), DbError> {
    let begun = Instant::now();
    loop {
        match lease
            .session()
            .begin("BEGIN IMMEDIATE")
            .await
            .map_err(DbError::from)
        {
            Err(DbError::Conflict(_)) if begun.elapsed() < WRITE_TIMEOUT => {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            Err(DbError::Conflict(_)) => return Err(DbError::Timeout(WRITE_TIMEOUT.as_secs())),
            answer => return answer,
        }
    }
}

#[cfg(test)]
mod tests {
    use sea_orm::{DbBackend, DbErr, Statement};
    use tokio::sync::oneshot;

    use super::*;
    use crate::db::{
        connect::{DatabaseSettings, Opener},
        lanes::Traffic,
    };

    const TABLES: &str = "CREATE TABLE parents (id INTEGER PRIMARY KEY);
        CREATE TABLE rows (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES parents (id)
            DEFERRABLE INITIALLY DEFERRED);";
    const INSERT: &str = "INSERT INTO rows (parent) VALUES (NULL)";
    /// Fails at the commit, which leaves the transaction open.
    const REFUSED: &str = "INSERT INTO rows (parent) VALUES (7)";
    /// What SQLite does by itself when the disk is full.
    const ENDED: &str = "INSERT INTO rows (parent) VALUES (NULL); ROLLBACK";

    /// Runs its words, stored when they succeed.
    struct Words {
        words: &'static str,
        ran: Result<(), DbErr>,
        sender: oneshot::Sender<Result<(), DbError>>,
    }

    impl Unit for Words {
        fn run(&mut self, session: Arc<Session>) -> BoxFuture<'_, bool> {
            Box::pin(async move {
                self.ran = session.execute_unprepared(self.words).await.map(drop);
                self.ran.is_ok()
            })
        }

        fn refuse(&mut self, error: DbError) {
            panic!("refused: {error}");
        }

        fn finish(self: Box<Self>, commit: Result<(), DbError>) {
            let ran = self.ran.map_err(DbError::from);
            drop(self.sender.send(commit.and(ran)));
        }
    }

    struct Site {
        _folder: tempfile::TempDir,
        connections: Arc<Lanes>,
        writer: SqliteWriter,
    }

    impl Site {
        async fn new() -> Self {
            let folder = tempfile::tempdir().expect("a folder");
            let url = format!("sqlite://{}", folder.path().join("writer.db").display());
            let settings = DatabaseSettings::new(url);
            let open = |traffic| Lanes::open(traffic, &settings, Opener::default());
            let connections = open(Traffic::Writes).await.expect("opened");
            let lease = connections.lease().await.expect("free");
            lease
                .session()
                .execute_unprepared(TABLES)
                .await
                .expect("tables");
            lease.give_back();
            Self {
                _folder: folder,
                writer: SqliteWriter::start(open(Traffic::Writes).await.expect("opened")),
                connections: open(Traffic::Reads).await.expect("opened"),
            }
        }

        async fn write(&self, words: &'static str) -> Result<(), DbError> {
            let (sender, receiver) = oneshot::channel();
            let ran = Ok(());
            let unit = Box::new(Words { words, ran, sender });
            self.writer.submit(unit).await.expect("open");
            receiver.await.expect("an answer")
        }

        /// Rows that somebody else sees.
        async fn rows(&self) -> i64 {
            let lease = self.connections.lease().await.expect("free");
            let count = Statement::from_string(DbBackend::Sqlite, "SELECT COUNT(*) FROM rows");
            let row = lease.session().query_one_raw(count).await.expect("counted");
            lease.give_back();
            row.expect("a row").try_get_by_index(0).expect("a number")
        }
    }

    #[tokio::test]
    async fn what_is_told_to_be_stored_is_stored_after_commits_that_failed() {
        let site = Site::new().await;
        for failing in [REFUSED, ENDED, ENDED, REFUSED] {
            assert!(site.write(failing).await.is_err());
            let before = site.rows().await;
            for added in 1..=2 {
                site.write(INSERT).await.expect("stored");
                assert_eq!(site.rows().await, before + added);
            }
        }
    }
}
