//! Live updates of open consoles: changes of every process, told to the streams of their account.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chrono::TimeDelta;
use scim_schema::{
    api::events::ChangeEvent,
    id::{AccountId, SessionId},
};
use tokio::{
    sync::broadcast,
    time::{MissedTickBehavior, interval, sleep},
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{
    clock::Clock,
    db::{CHANGES_POLL_LIMIT, Db, DbError, FeedRow},
    ops::sessions::holder,
};

/// How often the change feed is read when nothing was committed here (domain.md section 5, *Session
/// rule*).
const POLL_EVERY: Duration = Duration::from_millis(250);
/// How soon at most after the last time.
const POLL_GAP: Duration = Duration::from_millis(25);
/// How far back: a transaction may commit later than it was stamped.
const OVERLAP: TimeDelta = TimeDelta::seconds(5);
/// How often the sessions of open streams are looked at.
const CHECK_EVERY: Duration = Duration::from_millis(500);

/// Changes that a slow stream may be behind before it is told to fetch everything.
const BACKLOG: usize = 256;
const STREAMS_OF_SESSION: usize = 8;
const STREAMS_OF_PROCESS: usize = 2_000;

/// What a stream tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Live {
    /// One thing changed.
    Change(ChangeEvent),
    /// Something was missed: everything may have changed.
    Resync,
}

/// Why no further stream is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TooManyStreams {
    /// This session has enough.
    #[error("the session has too many open streams")]
    OfSession,
    /// The process has enough.
    #[error("the process has too many open streams")]
    OfProcess,
}

/// Where streams are opened. Clones share them.
#[derive(Clone)]
pub struct LiveHub(Arc<Hub>);

struct Hub {
    streams: Mutex<Streams>,
    stop: CancellationToken,
}

#[derive(Default)]
struct Streams {
    next: u64,
    open: HashMap<u64, OpenStream>,
    accounts: HashMap<AccountId, broadcast::Sender<Live>>,
}

struct OpenStream {
    account: AccountId,
    session: SessionId,
    end: CancellationToken,
}

impl LiveHub {
    /// Starts reading the change feed; `stop` ends every stream.
    #[must_use]
    pub fn start(db: Db, clock: Clock, stop: CancellationToken) -> Self {
        let hub = Self(Arc::new(Hub {
            streams: Mutex::default(),
            stop,
        }));
        tokio::spawn(hub.clone().read_feed(db.clone(), clock.clone()));
        tokio::spawn(hub.clone().check_sessions(db, clock));
        hub
    }

    /// Opens a stream of an account's changes for a session.
    ///
    /// # Errors
    /// [`TooManyStreams`].
    pub fn subscribe(
        &self,
        account: AccountId,
        session: SessionId,
    ) -> Result<Subscription, TooManyStreams> {
        let mut streams = self.streams();
        if streams.open.len() >= STREAMS_OF_PROCESS {
            return Err(TooManyStreams::OfProcess);
        }
        let same_session = streams.open.values().filter(|open| open.session == session);
        if same_session.count() >= STREAMS_OF_SESSION {
            return Err(TooManyStreams::OfSession);
        }
        let receiver = streams
            .accounts
            .entry(account)
            .or_insert_with(|| broadcast::channel(BACKLOG).0)
            .subscribe();
        let id = streams.next;
        streams.next += 1;
        let end = self.0.stop.child_token();
        streams.open.insert(
            id,
            OpenStream {
                account,
                session,
                end: end.clone(),
            },
        );
        Ok(Subscription {
            hub: self.clone(),
            id,
            receiver,
            end,
        })
    }

    async fn read_feed(self, db: Db, clock: Clock) {
        let mut commits = db.commits();
        let mut ticks = interval(POLL_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut told = HashSet::new();
        loop {
            tokio::select! {
                () = self.0.stop.cancelled() => return,
                _ = ticks.tick() => {}
                changed = commits.changed() => if changed.is_err() { return },
            }
            commits.mark_unchanged();
            if self.streams().open.is_empty() {
                told.clear();
                continue;
            }
            match db.changes_since(clock.now() - OVERLAP).await {
                Ok(rows) => self.tell(&rows, &mut told),
                Err(DbError::Closed) => return,
                Err(error) => tracing::warn!(%error, "the change feed was not read"),
            }
            sleep(POLL_GAP).await;
        }
    }

    /// Tells what was not told before. `told` becomes the rows of this reading: older ones do not
    /// come back.
    fn tell(&self, rows: &[FeedRow], told: &mut HashSet<Uuid>) {
        let streams = self.streams();
        for row in rows.iter().filter(|row| !told.contains(&row.id)) {
            if let Some(account) = streams.accounts.get(&row.account) {
                // Without a receiver there is nobody to tell.
                drop(account.send(Live::Change(row.event)));
            }
        }
        let overfull = rows.len() as u64 >= CHANGES_POLL_LIMIT;
        let new = rows.iter().any(|row| !told.contains(&row.id));
        if overfull && new {
            // The reading was cut: nobody knows what else changed.
            for account in streams.accounts.values() {
                drop(account.send(Live::Resync));
            }
        }
        told.clear();
        told.extend(rows.iter().map(|row| row.id));
    }

    async fn check_sessions(self, db: Db, clock: Clock) {
        let mut ticks = interval(CHECK_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = self.0.stop.cancelled() => return,
                _ = ticks.tick() => {}
            }
            let watched = self.sessions();
            if watched.is_empty() {
                continue;
            }
            let ids: Vec<_> = watched.iter().copied().collect();
            match db.platform().sessions(&ids).await {
                Ok(stored) => {
                    let now = clock.now();
                    let holding: HashSet<SessionId> = stored
                        .iter()
                        .filter(|session| holder(session, now).is_some())
                        .map(|session| session.id)
                        .collect();
                    self.end_all_but(&watched, &holding);
                }
                Err(DbError::Closed) => return,
                Err(error) => tracing::warn!(%error, "sessions of open streams were not checked"),
            }
        }
    }

    fn sessions(&self) -> HashSet<(AccountId, SessionId)> {
        let streams = self.streams();
        let open = streams.open.values();
        open.map(|open| (open.account, open.session)).collect()
    }

    fn end_all_but(&self, watched: &HashSet<(AccountId, SessionId)>, holding: &HashSet<SessionId>) {
        for open in self.streams().open.values() {
            let was_watched = watched.contains(&(open.account, open.session));
            if was_watched && !holding.contains(&open.session) {
                open.end.cancel();
            }
        }
    }

    fn close(&self, id: u64) {
        let mut streams = self.streams();
        let Some(closed) = streams.open.remove(&id) else {
            return;
        };
        let heard = |open: &OpenStream| open.account == closed.account;
        if !streams.open.values().any(heard) {
            streams.accounts.remove(&closed.account);
        }
    }

    // Every change of the maps is whole, so a panic elsewhere cannot have broken them.
    fn streams(&self) -> MutexGuard<'_, Streams> {
        self.0
            .streams
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// An open stream; dropping it closes it.
pub struct Subscription {
    hub: LiveHub,
    id: u64,
    receiver: broadcast::Receiver<Live>,
    end: CancellationToken,
}

impl Subscription {
    /// What to tell next; `None` when the stream is over.
    pub async fn next(&mut self) -> Option<Live> {
        tokio::select! {
            biased;
            () = self.end.cancelled() => None,
            received = self.receiver.recv() => match received {
                Ok(live) => Some(live),
                Err(broadcast::error::RecvError::Lagged(_)) => {
                    self.receiver = self.receiver.resubscribe();
                    Some(Live::Resync)
                }
                Err(broadcast::error::RecvError::Closed) => None,
            },
        }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.hub.close(self.id);
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use scim_schema::api::events::ChangeKind;

    use super::*;

    const NORTH: AccountId = AccountId(Uuid::from_u128(1));
    const SOUTH: AccountId = AccountId(Uuid::from_u128(2));
    const SESSION: SessionId = SessionId(Uuid::from_u128(3));

    fn hub() -> LiveHub {
        LiveHub(Arc::new(Hub {
            streams: Mutex::default(),
            stop: CancellationToken::new(),
        }))
    }

    fn row(account: AccountId, number: u128) -> FeedRow {
        FeedRow {
            account,
            id: Uuid::from_u128(number),
            event: ChangeEvent {
                kind: ChangeKind::User,
                id: Uuid::from_u128(number),
                version: 1,
            },
        }
    }

    #[tokio::test]
    async fn a_stream_hears_each_change_of_its_own_account_once() {
        let (hub, mut told) = (hub(), HashSet::new());
        let mut stream = hub.subscribe(NORTH, SESSION).unwrap();
        let rows = [row(NORTH, 10), row(SOUTH, 11)];
        hub.tell(&rows, &mut told);
        hub.tell(&[row(NORTH, 10), row(NORTH, 12)], &mut told);
        assert_eq!(
            stream.next().await,
            Some(Live::Change(row(NORTH, 10).event))
        );
        assert_eq!(
            stream.next().await,
            Some(Live::Change(row(NORTH, 12).event))
        );
        assert_eq!(stream.next().now_or_never(), None);
    }

    #[tokio::test]
    async fn a_stream_that_falls_behind_is_told_to_fetch_everything() {
        let hub = hub();
        let mut stream = hub.subscribe(NORTH, SESSION).unwrap();
        let rows: Vec<FeedRow> = (0..=BACKLOG as u128).map(|n| row(NORTH, n)).collect();
        hub.tell(&rows, &mut HashSet::new());
        assert_eq!(stream.next().await, Some(Live::Resync));
        assert_eq!(stream.next().now_or_never(), None);
    }

    #[tokio::test]
    async fn a_stream_ends_with_its_session_and_others_go_on() {
        let hub = hub();
        let other = SessionId(Uuid::from_u128(4));
        let mut ended = hub.subscribe(NORTH, SESSION).unwrap();
        let mut kept = hub.subscribe(NORTH, other).unwrap();
        hub.end_all_but(&hub.sessions(), &HashSet::from([other]));
        assert_eq!(ended.next().await, None);
        assert_eq!(kept.next().now_or_never(), None);
        hub.0.stop.cancel();
        assert_eq!(kept.next().await, None);
    }

    #[tokio::test]
    async fn a_session_opens_a_few_streams_and_closing_makes_room() {
        let hub = hub();
        let mut streams: Vec<_> = (0..STREAMS_OF_SESSION)
            .map(|_| hub.subscribe(NORTH, SESSION).unwrap())
            .collect();
        let refused = hub.subscribe(NORTH, SESSION).err();
        assert_eq!(refused, Some(TooManyStreams::OfSession));
        streams.pop();
        assert!(hub.subscribe(NORTH, SESSION).is_ok());
        drop(streams);
        assert!(hub.streams().open.is_empty() && hub.streams().accounts.is_empty());
    }
}
