//! A connection while somebody has it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use sea_orm::{DbErr, RuntimeErr};
use tokio::sync::OwnedSemaphorePermit;

use super::{
    lanes::{Lane, Lanes, PING_TIMEOUT},
    session::Session,
};

/// A connection that somebody has, and its place among those that may be handed out. It goes back by
/// [`Lease::give_back`]; one that is dropped may still be at work or broken, and goes back when it
/// has shown that it is neither.
pub(super) struct Lease {
    /// `None` once it was given back.
    held: Option<(Lane, OwnedSemaphorePermit)>,
    session: Arc<Session>,
    lanes: Arc<Lanes>,
    /// No answer came although its time was over.
    silent: AtomicBool,
}

impl Lease {
    pub(super) fn new(lane: Lane, place: OwnedSemaphorePermit, lanes: Arc<Lanes>) -> Self {
        Self {
            session: Arc::clone(&lane.session),
            held: Some((lane, place)),
            lanes,
            silent: AtomicBool::new(false),
        }
    }

    /// What statements are sent to, each in a transaction of its own unless one was begun.
    pub(super) const fn session(&self) -> &Arc<Session> {
        &self.session
    }

    /// Waits for the answer to something that was sent on this connection, and gives up on a database
    /// that is silent.
    ///
    /// # Errors
    /// Those of `work`, and when there is no answer in time.
    pub(super) async fn answer<T>(
        &self,
        patience: Duration,
        work: impl Future<Output = Result<T, DbErr>>,
    ) -> Result<T, DbErr> {
        let answer = answer_within(patience, work).await;
        if let Err(DbErr::Conn(_)) = answer {
            self.silent.store(true, Ordering::Relaxed);
        }
        answer
    }

    /// Its statement has been answered: the next one may have it.
    pub(super) fn give_back(mut self) {
        if let Some((lane, place)) = self.held.take() {
            self.lanes.put_back(lane, place);
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let Some((lane, place)) = self.held.take() else {
            return;
        };
        let lanes = Arc::clone(&self.lanes);
        // The connection answers once its statement has ended, by its own limit at the latest.
        let patience = if self.silent.load(Ordering::Relaxed) {
            PING_TIMEOUT
        } else {
            lanes.patience()
        };
        tokio::spawn(async move {
            if answer_within(patience, lane.session.settle()).await.is_ok() {
                lanes.put_back(lane, place);
            } else {
                lanes.forsake(lane);
            }
        });
    }
}

/// Gives up on a silent database: its own limits are no help then, since nobody brings their answer.
/// A switch-over or a firewall may swallow what was sent and say nothing.
///
/// # Errors
/// Those of `work`, and when there is no answer in time.
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
