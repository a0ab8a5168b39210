//! The task behind the provisioning log: takes what waits, stores it in batches, and waits for a
//! database that stalls.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use scim_schema::{
    api::events::ChangeKind,
    id::{AccountId, ConnectionId, RequestId},
};
use tokio::{
    sync::mpsc,
    time::{Instant, timeout_at},
};
use tokio_util::sync::CancellationToken;

use super::{log::Queued, log_row::row_of};
use crate::{
    clock::Clock,
    ctx::Ctx,
    db::{Change, Db, DbError, NewLogRow, Written},
    ids::Ids,
    metrics::count_dropped_log_rows,
};

/// Rows of one transaction, and how long the first of them waits for the others.
const BATCH: usize = 200;
const BATCH_WAITS: Duration = Duration::from_millis(250);
/// How a batch waits for the database: an outage of minutes leaves no gap.
const PATIENCE: Patience = Patience {
    whole: Duration::from_secs(600),
    at_shutdown: Duration::from_secs(3),
    first_pause: Duration::from_millis(100),
    longest_pause: Duration::from_secs(5),
};

/// How long, and at which distances, something is tried again.
#[derive(Clone, Copy)]
struct Patience {
    whole: Duration,
    /// For everything that is left when the server stops.
    at_shutdown: Duration,
    first_pause: Duration,
    longest_pause: Duration,
}

/// Stores what is in the queue.
pub(super) struct Writer {
    pub(super) db: Db,
    pub(super) clock: Clock,
    pub(super) ids: Ids,
    /// Bytes of the bodies in the queue.
    pub(super) body_bytes: Arc<AtomicUsize>,
}

impl Writer {
    /// Works until `stop`, then stores what is left.
    pub(super) async fn run(self, mut queue: mpsc::Receiver<Queued>, stop: CancellationToken) {
        let mut retry = Retry::new(PATIENCE, stop.clone());
        loop {
            let first = tokio::select! {
                biased;
                first = queue.recv() => first,
                () = stop.cancelled() => None,
            };
            let Some(first) = first else {
                break;
            };
            let batch = fill(first, &mut queue, &stop).await;
            self.write(batch, &mut retry).await;
        }
        queue.close();
        while let Some(first) = queue.recv().await {
            let batch = fill(first, &mut queue, &stop).await;
            self.write(batch, &mut retry).await;
        }
    }

    async fn write(&self, batch: Vec<Queued>, retry: &mut Retry) {
        let mut accounts: HashMap<AccountId, Vec<NewLogRow>> = HashMap::new();
        for queued in batch {
            self.body_bytes
                .fetch_sub(queued.body_bytes, Ordering::Relaxed);
            let account = queued.entry.account;
            accounts.entry(account).or_default().push(row_of(queued));
        }
        for (account, rows) in accounts {
            self.write_rows(account, rows, retry).await;
        }
    }

    /// Rows that the database refuses together are stored one by one: a bad one costs no other.
    async fn write_rows(&self, account: AccountId, rows: Vec<NewLogRow>, retry: &mut Retry) {
        let mut parts = vec![Arc::new(rows)];
        while let Some(rows) = parts.pop() {
            let stored = retry.run(|| self.store(account, &rows)).await;
            match stored {
                Ok(()) => {}
                Err(error) if rows.len() > 1 && !error.is_unavailable() => {
                    tracing::warn!(%account, %error, "rows of the provisioning log are stored one by one");
                    parts.extend(rows.iter().rev().map(|row| Arc::new(vec![row.clone()])));
                }
                Err(error) => {
                    let lost = rows.len();
                    count_dropped_log_rows("database", lost as u64);
                    tracing::error!(%account, lost, %error, "rows of the provisioning log were lost");
                }
            }
        }
    }

    async fn store(&self, account: AccountId, rows: &Arc<Vec<NewLogRow>>) -> Result<(), DbError> {
        let now = self.clock.now();
        let request = RequestId(self.ids.uuid_v7(now));
        let ctx = Arc::new(Ctx::system(account, "provisioning_log", request, now));
        let batch = Arc::clone(rows);
        self.db
            .write::<_, DbError, _>(&ctx, move |tx| {
                let batch = Arc::clone(&batch);
                Box::pin(async move {
                    tx.insert_log_rows(&batch).await?;
                    let mut written = Written::bookkeeping(());
                    written.changes = changes_of(&batch);
                    Ok(written)
                })
            })
            .await
    }
}

/// Tries again while the database is away.
struct Retry {
    patience: Patience,
    stop: CancellationToken,
    /// When what is left at shutdown is given up.
    last_end: Option<Instant>,
}

impl Retry {
    fn new(patience: Patience, stop: CancellationToken) -> Self {
        Self {
            patience,
            stop,
            last_end: None,
        }
    }

    async fn run<F>(&mut self, mut act: impl FnMut() -> F) -> Result<(), DbError>
    where
        F: Future<Output = Result<(), DbError>>,
    {
        let begun = Instant::now();
        let mut pause = self.patience.first_pause;
        loop {
            let error = match act().await {
                Err(error) if error.is_unavailable() && Instant::now() < self.end(begun) => error,
                other => return other,
            };
            if pause == self.patience.first_pause {
                tracing::error!(%error, "the provisioning log waits for the database");
            }
            let stopping = self.stop.is_cancelled();
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = self.stop.cancelled(), if !stopping => {}
            }
            pause = (pause * 2).min(self.patience.longest_pause);
        }
    }

    fn end(&mut self, begun: Instant) -> Instant {
        if !self.stop.is_cancelled() {
            return begun + self.patience.whole;
        }
        let end = Instant::now() + self.patience.at_shutdown;
        *self.last_end.get_or_insert(end)
    }
}

/// Waits for company until the batch is full, its first entry has waited long enough, or the
/// server stops.
async fn fill(
    first: Queued,
    queue: &mut mpsc::Receiver<Queued>,
    stop: &CancellationToken,
) -> Vec<Queued> {
    let deadline = Instant::now() + BATCH_WAITS;
    let mut batch = vec![first];
    while batch.len() < BATCH {
        let next = tokio::select! {
            biased;
            next = timeout_at(deadline, queue.recv()) => next,
            () = stop.cancelled() => Ok(queue.try_recv().ok()),
        };
        match next {
            Ok(Some(queued)) => batch.push(queued),
            Ok(None) | Err(_) => break,
        }
    }
    batch
}

/// One change for each connection in the batch.
fn changes_of(rows: &[NewLogRow]) -> Vec<Change> {
    let mut connections: Vec<ConnectionId> = rows.iter().map(|row| row.connection).collect();
    connections.sort_unstable();
    connections.dedup();
    connections
        .into_iter()
        .map(|connection| Change::updated(ChangeKind::ProvisioningLog, connection, 0))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: Patience = Patience {
        whole: Duration::from_millis(300),
        at_shutdown: Duration::from_millis(50),
        first_pause: Duration::from_millis(1),
        longest_pause: Duration::from_millis(10),
    };

    async fn tries(retry: &mut Retry, answers: impl Fn(u32) -> Result<(), DbError>) -> u32 {
        let mut tries = 0;
        let ended = retry.run(|| {
            tries += 1;
            std::future::ready(answers(tries))
        });
        drop(ended.await);
        tries
    }

    #[tokio::test]
    async fn a_stalled_database_is_waited_for() {
        let mut retry = Retry::new(SHORT, CancellationToken::new());
        let away_at_first = |number| match number {
            10 => Ok(()),
            _ => Err(DbError::Timeout(5)),
        };
        assert_eq!(tries(&mut retry, away_at_first).await, 10);
    }

    #[tokio::test]
    async fn a_database_that_stays_away_is_given_up_and_a_refusal_at_once() {
        let mut retry = Retry::new(SHORT, CancellationToken::new());
        let ended = retry.run(|| std::future::ready(Err(DbError::Closed)));
        assert!(matches!(ended.await, Err(DbError::Closed)));
        let broken = |_| Err(DbError::Corrupt("notes".to_owned()));
        assert_eq!(tries(&mut retry, broken).await, 1);
    }

    #[tokio::test]
    async fn all_that_is_left_at_shutdown_shares_one_short_wait() {
        let stop = CancellationToken::new();
        let mut retry = Retry::new(SHORT, stop.clone());
        stop.cancel();
        let away = |_| Err(DbError::Closed);
        assert!(tries(&mut retry, away).await > 1);
        assert_eq!(tries(&mut retry, away).await, 1);
    }
}
