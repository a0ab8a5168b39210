//! The one writer of SQLite: units of work that wait together share one commit.

use std::time::Duration;

use futures_util::future::BoxFuture;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, SqliteTransactionMode,
    TransactionOptions, TransactionTrait,
};
use tokio::sync::{Mutex, mpsc};

use super::{error::DbError, options};

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
    /// Runs the unit in the transaction of a group and keeps its result. Gives the transaction back,
    /// and whether there is something of the unit to store; otherwise it has to be undone.
    fn run(&mut self, group: DatabaseTransaction) -> BoxFuture<'_, (DatabaseTransaction, bool)>;
    /// The unit could not be run.
    fn refuse(&mut self, error: DbError);
    /// Answers the caller after the commit, or after it failed.
    fn finish(self: Box<Self>, commit: Result<(), DbError>);
}

/// Handle to the writer task.
pub(super) struct SqliteWriter {
    connection: DatabaseConnection,
    queue: Mutex<Option<mpsc::Sender<Box<dyn Unit>>>>,
    task: Mutex<Option<tokio::task::JoinHandle<()>>>,
}

impl SqliteWriter {
    /// Starts the task on the only connection that may write.
    pub(super) fn start(connection: DatabaseConnection) -> Self {
        let (sender, receiver) = mpsc::channel(QUEUE);
        let task = tokio::spawn(work(connection.clone(), receiver));
        Self {
            connection,
            queue: Mutex::new(Some(sender)),
            task: Mutex::new(Some(task)),
        }
    }

    pub(super) const fn connection(&self) -> &DatabaseConnection {
        &self.connection
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
        options::close(&self.connection).await;
    }
}

async fn work(connection: DatabaseConnection, mut queue: mpsc::Receiver<Box<dyn Unit>>) {
    while let Some(first) = queue.recv().await {
        let mut group = vec![first];
        // Wait for company only when somebody is already there: a lone request is not delayed.
        while group.len() < GROUP {
            match queue.try_recv() {
                Ok(unit) => group.push(unit),
                Err(_) => break,
            }
        }
        let outcome = run_group(&connection, &mut group, &mut queue).await;
        answer(group, &outcome);
    }
}

async fn run_group(
    connection: &DatabaseConnection,
    group: &mut Vec<Box<dyn Unit>>,
    queue: &mut mpsc::Receiver<Box<dyn Unit>>,
) -> Result<(), DbError> {
    let Some(mut transaction) = begin_with_first(connection, group).await? else {
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
        if let Err(error) = transaction.execute_unprepared(boundary).await {
            unit.refuse(error.into());
            continue;
        }
        let stored;
        (transaction, stored) = unit.run(transaction).await;
        boundary = if stored { AFTER_ONE_STORED } else { UNDO };
    }
    if boundary == UNDO {
        transaction.execute_unprepared(UNDO).await?;
    }
    transaction
        .commit()
        .await
        .map_err(|error| DbError::of_failed_commit(&error))
}

/// Begins a transaction in which the first unit has run. It needs no savepoint, which would cost as
/// much as two statements: when it leaves nothing to store, the transaction is rolled back, it is
/// answered, and the next one is the first. `None` when nobody is left.
async fn begin_with_first(
    connection: &DatabaseConnection,
    group: &mut Vec<Box<dyn Unit>>,
) -> Result<Option<DatabaseTransaction>, DbError> {
    while let Some(first) = group.first_mut() {
        let transaction = begin_immediate(connection).await?;
        let (transaction, stored) = first.run(transaction).await;
        if stored {
            return Ok(Some(transaction));
        }
        transaction.rollback().await?;
        group.remove(0).finish(Ok(()));
    }
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
async fn begin_immediate(connection: &DatabaseConnection) -> Result<DatabaseTransaction, DbError> {
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    for _ in 0..5 {
        match connection.begin_with_options(options).await {
            Ok(transaction) => return Ok(transaction),
            Err(error) => match DbError::from(error) {
                DbError::Conflict(_) => tokio::time::sleep(Duration::from_millis(50)).await,
                other => return Err(other),
            },
        }
    }
    Err(DbError::Timeout(10))
}
