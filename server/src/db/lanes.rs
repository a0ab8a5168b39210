//! The connections of the server, each kept for good and handed out to one caller at a time.
//!
//! A pool asks each connection that comes back for a sign of life, which costs as much as a look-up;
//! an answer is one. Nor does it tell which of its connections a statement gets, and SQLite's come
//! with a clock of their own.

use std::{
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use sea_orm::{
    ConnAcquireErr, ConnectOptions, ConnectionTrait, DatabaseConnection, DbErr, TransactionTrait,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{
    connect::{DatabaseSettings, Opener},
    deadline::Deadline,
    lease::{Lease, answer_within},
    options,
    session::Session,
};

/// A connection to PostgreSQL that was used this lately is not asked again whether it lives.
const FRESH: Duration = Duration::from_secs(1);
/// Longest wait for a sign of life.
pub(super) const PING_TIMEOUT: Duration = Duration::from_secs(1);
/// A connection to PostgreSQL that nobody needed for this long is closed.
const IDLE: Duration = Duration::from_secs(10 * 60);
/// A connection to PostgreSQL is replaced after this time: its name may stand for another server now.
const LIFETIME: Duration = Duration::from_secs(30 * 60);

/// Longest wait for connections in use at the end.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(15);

/// What connections are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Traffic {
    /// The database refuses writes, and ends a statement when its time is over.
    Reads,
    /// Units of work; SQLite has one connection for them.
    Writes,
}

/// A connection and what is known of it.
pub(super) struct Lane {
    pub(super) session: Arc<Session>,
    pool: DatabaseConnection,
    deadline: Option<Deadline>,
    opened: Instant,
    used: Instant,
}

/// All connections for one kind of traffic; they are opened when they are first needed.
pub(super) struct Lanes {
    traffic: Traffic,
    settings: DatabaseSettings,
    opener: Opener,
    /// How many may be handed out at a time.
    places: u32,
    free: Arc<Semaphore>,
    /// The last one given back is the next one handed out: its cache is warm.
    idle: Mutex<Vec<Lane>>,
}

impl Lanes {
    /// Connections for these settings; the first one is opened to see that it can be.
    ///
    /// # Errors
    /// Those of the database.
    pub(super) async fn open(
        traffic: Traffic,
        settings: &DatabaseSettings,
        opener: Opener,
    ) -> Result<Arc<Self>, DbErr> {
        let places = match traffic {
            Traffic::Writes if settings.is_sqlite() => 1,
            _ => settings.max_connections.max(1),
        };
        let lanes = Arc::new(Self {
            traffic,
            settings: settings.clone(),
            opener,
            places,
            free: Arc::new(Semaphore::new(usize::try_from(places).unwrap_or(1))),
            idle: Mutex::default(),
        });
        lanes.lease().await?.give_back();
        Ok(lanes)
    }

    pub(super) const fn settings(&self) -> &DatabaseSettings {
        &self.settings
    }

    /// A connection with all its time ahead.
    ///
    /// # Errors
    /// When none is free within the patience of the settings, and those of opening one.
    pub(super) async fn lease(self: &Arc<Self>) -> Result<Lease, DbErr> {
        let place = Arc::clone(&self.free).acquire_owned();
        let place = tokio::time::timeout(self.settings.patience(), place)
            .await
            .map_err(|_| DbErr::ConnectionAcquire(ConnAcquireErr::Timeout))?
            .map_err(|_| DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed))?;
        let lane = match self.living().await {
            Some(lane) => lane,
            None => answer_within(self.settings.patience(), self.another()).await?,
        };
        if let Some(deadline) = &lane.deadline {
            deadline.set(self.settings.query_timeout);
        }
        Ok(Lease::new(lane, place, Arc::clone(self)))
    }

    /// Waits for the connections that are in use, though not for ever, hands out no more, and closes
    /// them all.
    pub(super) async fn close(&self) {
        let back = self.free.acquire_many(self.places);
        if tokio::time::timeout(CLOSE_TIMEOUT, back).await.is_err() {
            tracing::warn!(traffic = ?self.traffic, "a database connection is still in use");
        }
        self.free.close();
        let idle = mem::take(&mut *self.idle());
        for lane in idle {
            lane.close().await;
        }
    }

    /// How long a statement that nobody waits for any more may go on.
    pub(super) fn patience(&self) -> Duration {
        match self.traffic {
            Traffic::Reads => self.settings.patience(),
            Traffic::Writes => options::WRITE_TIMEOUT + PING_TIMEOUT,
        }
    }

    /// Takes a connection back. The place is free only when it is there.
    pub(super) fn put_back(&self, mut lane: Lane, place: OwnedSemaphorePermit) {
        let unwanted = self.free.is_closed() || self.has_outlived(&lane);
        lane.used = Instant::now();
        let mut idle = self.idle();
        idle.push(lane);
        let superfluous = if unwanted {
            idle.pop()
        } else {
            // The first one has waited longest.
            let spare = self.has_network() && idle[0].used.elapsed() > IDLE;
            spare.then(|| idle.remove(0))
        };
        drop(idle);
        drop(place);
        if let Some(lane) = superfluous {
            tokio::spawn(lane.close());
        }
    }

    /// Closes a connection that is broken, and those to PostgreSQL that nobody uses: theirs broke
    /// with it, or are soon replaced.
    pub(super) fn forsake(&self, lane: Lane) {
        let others = if self.has_network() {
            mem::take(&mut *self.idle())
        } else {
            Vec::new()
        };
        for lane in others.into_iter().chain([lane]) {
            tokio::spawn(lane.close());
        }
    }

    /// An idle connection that is alive as far as one can know.
    async fn living(&self) -> Option<Lane> {
        let lane = self.idle().pop()?;
        let in_doubt = self.has_network() && lane.used.elapsed() > FRESH;
        if in_doubt
            && answer_within(PING_TIMEOUT, lane.session.settle())
                .await
                .is_err()
        {
            self.forsake(lane);
            return None;
        }
        Some(lane)
    }

    async fn another(&self) -> Result<Lane, DbErr> {
        let (options, deadline) = self.options();
        let pool = self.opener.open(options).await?;
        let session = pool.begin().await?;
        session.execute_unprepared("ROLLBACK").await?;
        Ok(Lane {
            session: Arc::new(Session::new(session)),
            pool,
            deadline,
            opened: Instant::now(),
            used: Instant::now(),
        })
    }

    fn options(&self) -> (ConnectOptions, Option<Deadline>) {
        let settings = &self.settings;
        match self.traffic {
            Traffic::Reads if settings.is_sqlite() => {
                let deadline = Deadline::new();
                let options = options::sqlite_reader(settings, deadline.clone());
                (options, Some(deadline))
            }
            Traffic::Writes if settings.is_sqlite() => (options::sqlite_writer(settings), None),
            Traffic::Reads => (options::postgres_reader(settings), None),
            Traffic::Writes => (options::postgres_writer(settings), None),
        }
    }

    fn has_network(&self) -> bool {
        !self.settings.is_sqlite()
    }

    fn has_outlived(&self, lane: &Lane) -> bool {
        self.has_network() && lane.opened.elapsed() > LIFETIME
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Lane>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lane {
    async fn close(self) {
        let Self { session, pool, .. } = self;
        // sea-orm will end a transaction, so there is one; a broken connection need not answer.
        let begin = session.begin("BEGIN");
        drop(answer_within(PING_TIMEOUT, begin).await);
        // The pool knows before its connection comes back that it need not ask it anything.
        tokio::join!(options::close(&pool), async move { drop(session) });
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
        lease.session().query_one_raw(statement).await.map(drop)
    }

    async fn one_lane(query_timeout: Duration) -> (tempfile::TempDir, Arc<Lanes>) {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite://{}", folder.path().join("lanes.db").display());
        let settings = DatabaseSettings {
            max_connections: 1,
            query_timeout,
            ..DatabaseSettings::new(url)
        };
        let lanes = Lanes::open(Traffic::Reads, &settings, Opener::default()).await;
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

    #[tokio::test]
    async fn a_transaction_that_is_given_up_has_ended_when_its_connection_is_handed_out() {
        let (_folder, lanes) = one_lane(Duration::from_secs(5)).await;
        let lease = lanes.lease().await.expect("free");
        lease.session().begin("BEGIN").await.expect("begun");
        run(&lease, "SELECT 1").await.expect("read");
        drop(lease);
        let lease = lanes.lease().await.expect("free again");
        lease
            .session()
            .begin("BEGIN")
            .await
            .expect("no other was left");
        lease.session().commit().await.expect("ended");
    }

    #[tokio::test]
    async fn nothing_is_closed_while_somebody_is_at_work() {
        let (_folder, lanes) = one_lane(Duration::from_secs(5)).await;
        let lease = lanes.lease().await.expect("free");
        let at_work = async {
            tokio::time::sleep(Duration::from_millis(100)).await;
            let answer = run(&lease, "SELECT 1").await;
            lease.give_back();
            answer
        };
        let (answer, ()) = tokio::join!(at_work, lanes.close());
        answer.expect("its connection was open");
        assert!(lanes.lease().await.is_err(), "none is handed out any more");
    }
}
