//! The readers of SQLite: one connection each, whose time is set when it is handed out.
//!
//! SQLite goes on when the caller has long gone, so it has to look at the clock itself. A pool does
//! not tell which of its connections a statement gets, and asking a connection costs as much as a
//! look-up; here each connection comes with the clock that it looks at.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use sea_orm::{
    ConnAcquireErr, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbErr,
    TransactionTrait,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{
    connect::{DatabaseSettings, Opener},
    options,
    reader::answer_within,
};

/// When the statement on a connection has to end, in microseconds of a clock of its own.
#[derive(Clone, Debug)]
pub(super) struct Deadline {
    clock: Instant,
    end: Arc<AtomicU64>,
}

impl Deadline {
    fn new() -> Self {
        Self {
            clock: Instant::now(),
            end: Arc::new(AtomicU64::new(u64::MAX)),
        }
    }

    /// Whether there is time left.
    pub(super) fn has_time(&self) -> bool {
        self.now() < self.end.load(Ordering::Relaxed)
    }

    fn set(&self, budget: Duration) {
        let budget = u64::try_from(budget.as_micros()).unwrap_or(u64::MAX);
        let end = self.now().saturating_add(budget);
        self.end.store(end, Ordering::Relaxed);
    }

    fn now(&self) -> u64 {
        u64::try_from(self.clock.elapsed().as_micros()).unwrap_or(u64::MAX)
    }
}

/// A connection that is kept for good. sea-orm lends one out with a transaction only, and this one
/// is ended at once: each statement has its own again. A connection that went back to its pool would
/// be asked for a sign of life each time, which costs as much as a look-up.
struct Lane {
    session: DatabaseTransaction,
    pool: DatabaseConnection,
    deadline: Deadline,
    /// A snapshot of somebody has begun.
    in_snapshot: bool,
}

/// All readers; they are opened when they are first needed.
pub(super) struct Lanes {
    settings: DatabaseSettings,
    opener: Opener,
    free: Arc<Semaphore>,
    /// The last one given back is the next one handed out: its cache is warm.
    idle: Mutex<Vec<Lane>>,
}

/// A reader that somebody has, and its place among those that may be handed out. It goes back by
/// [`Lease::give_back`]; one that is dropped may still be at work, and goes back when it has ended.
pub(super) struct Lease {
    /// `None` once it was given back.
    held: Option<(Lane, OwnedSemaphorePermit)>,
    lanes: Arc<Lanes>,
}

impl Lanes {
    /// Readers for these settings; the first one is opened to see that it can be.
    ///
    /// # Errors
    /// Those of the database.
    pub(super) async fn open(
        settings: &DatabaseSettings,
        opener: Opener,
    ) -> Result<Arc<Self>, DbErr> {
        let places = usize::try_from(settings.max_connections).unwrap_or(usize::MAX);
        let lanes = Arc::new(Self {
            settings: settings.clone(),
            opener,
            free: Arc::new(Semaphore::new(places.clamp(1, Semaphore::MAX_PERMITS))),
            idle: Mutex::default(),
        });
        lanes.lease().await?.give_back();
        Ok(lanes)
    }

    /// A reader with all its time ahead.
    ///
    /// # Errors
    /// When none is free within the patience of the settings, and those of opening one.
    pub(super) async fn lease(self: &Arc<Self>) -> Result<Lease, DbErr> {
        let place = Arc::clone(&self.free).acquire_owned();
        let place = tokio::time::timeout(self.settings.patience(), place)
            .await
            .map_err(|_| DbErr::ConnectionAcquire(ConnAcquireErr::Timeout))?
            .map_err(|_| DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed))?;
        let idle = self.idle().pop();
        let lane = match idle {
            Some(lane) => lane,
            None => self.another().await?,
        };
        lane.deadline.set(self.settings.query_timeout);
        Ok(Lease {
            held: Some((lane, place)),
            lanes: Arc::clone(self),
        })
    }

    /// Hands out no more readers and closes those that are not in use.
    pub(super) async fn close(&self) {
        self.free.close();
        let idle = std::mem::take(&mut *self.idle());
        for lane in idle {
            lane.close().await;
        }
    }

    /// The place is free only when the reader is there.
    fn put_back(&self, lane: Lane, place: OwnedSemaphorePermit) {
        self.idle().push(lane);
        drop(place);
    }

    async fn another(&self) -> Result<Lane, DbErr> {
        let deadline = Deadline::new();
        let options = options::sqlite_reader(&self.settings, deadline.clone());
        let pool = self.opener.open(options).await?;
        let session = pool.begin().await?;
        session.execute_unprepared("COMMIT").await?;
        Ok(Lane {
            session,
            pool,
            deadline,
            in_snapshot: false,
        })
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Lane>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lane {
    /// Ends the snapshot that was given up, if there is one, once the statement that was given up has
    /// ended.
    async fn settle(&mut self) -> Result<(), DbErr> {
        let last = if self.in_snapshot {
            "ROLLBACK"
        } else {
            "SELECT 1"
        };
        self.session.execute_unprepared(last).await?;
        self.in_snapshot = false;
        Ok(())
    }

    async fn close(self) {
        drop(self.session);
        options::close(&self.pool).await;
    }
}

impl Lease {
    /// The connection.
    ///
    /// # Errors
    /// When it was given back.
    pub(super) fn session(&self) -> Result<&DatabaseTransaction, DbErr> {
        let held = self.held.as_ref().map(|(lane, _)| &lane.session);
        held.ok_or(DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed))
    }

    /// Begins a snapshot: what is read from now on is of one state.
    pub(super) async fn begin(&mut self) -> Result<(), DbErr> {
        if let Some((lane, _)) = &mut self.held {
            lane.in_snapshot = true;
        }
        self.session()?.execute_unprepared("BEGIN").await.map(drop)
    }

    /// Ends the snapshot.
    pub(super) async fn commit(&mut self) -> Result<(), DbErr> {
        self.session()?.execute_unprepared("COMMIT").await?;
        if let Some((lane, _)) = &mut self.held {
            lane.in_snapshot = false;
        }
        Ok(())
    }

    /// Its statement has ended: the next one may have it.
    pub(super) fn give_back(mut self) {
        if let Some((lane, place)) = self.held.take() {
            self.lanes.put_back(lane, place);
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let Some((mut lane, place)) = self.held.take() else {
            return;
        };
        let lanes = Arc::clone(&self.lanes);
        tokio::spawn(async move {
            // The connection answers once its statement has ended, by its deadline at the latest.
            let settled = answer_within(lanes.settings.patience(), lane.settle()).await;
            if settled.is_ok() {
                lanes.put_back(lane, place);
            } else {
                lane.close().await;
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use sea_orm::{DbBackend, Statement};

    use super::*;

    /// Goes on for ever.
    const ENDLESS: &str =
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT COUNT(*) FROM n";

    async fn run(lease: &Lease, sql: &str) -> Result<(), DbErr> {
        let statement = Statement::from_string(DbBackend::Sqlite, sql);
        lease.session()?.query_one_raw(statement).await.map(drop)
    }

    async fn one_lane(query_timeout: Duration) -> (tempfile::TempDir, Arc<Lanes>) {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite://{}", folder.path().join("lanes.db").display());
        let settings = DatabaseSettings {
            max_connections: 1,
            query_timeout,
            ..DatabaseSettings::new(url)
        };
        let lanes = Lanes::open(&settings, Opener::default()).await;
        (folder, lanes.expect("opened"))
    }

    #[tokio::test]
    async fn a_statement_ends_at_the_deadline_of_its_lease_and_the_next_one_has_time() {
        let (_folder, lanes) = one_lane(Duration::from_millis(100)).await;
        let lease = lanes.lease().await.expect("free");
        assert!(run(&lease, ENDLESS).await.is_err());
        lease.give_back();
        let lease = lanes.lease().await.expect("free again");
        assert!(run(&lease, "SELECT 1").await.is_ok());
    }

    #[tokio::test]
    async fn a_reader_that_is_dropped_at_work_is_handed_out_when_its_statement_has_ended() {
        let (_folder, lanes) = one_lane(Duration::from_millis(500)).await;
        let lease = lanes.lease().await.expect("free");
        let work = run(&lease, ENDLESS);
        let given_up = tokio::time::timeout(Duration::from_millis(50), work).await;
        assert!(given_up.is_err());
        drop(lease);
        let begun = Instant::now();
        let lease = lanes.lease().await.expect("free again");
        assert!(
            begun.elapsed() > Duration::from_millis(200),
            "it was still at work"
        );
        assert!(run(&lease, "SELECT 1").await.is_ok());
    }
}
