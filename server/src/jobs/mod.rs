//! Background work: a worker that takes jobs by lease, the schedules that queue them, and live
//! updates. Every job reads the state anew and may run twice.

mod alerts;
mod approvals;
mod attributes;
mod audit_anchor;
mod chainer;
mod close_sessions;
mod end_holds;
mod go_live;
pub mod live;
mod mapping;
mod outbox;
mod purge;
mod reports;
mod retention;
mod schedule;
mod send_mail;
mod statistics;
mod worker;

use chrono::TimeDelta;
use futures_util::future::BoxFuture;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    clock::Clock,
    config::Retention,
    db::{ClaimedJob, Db, SEND_MAIL},
    ids::Ids,
    mail::Mailer,
    ops::OpError,
};

/// What jobs work with.
#[derive(Clone)]
pub struct JobCtx {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// Ids and secrets.
    pub ids: Ids,
    /// How long things are kept.
    pub retention: Retention,
    /// The way to the mail server; without one mails wait.
    pub mailer: Option<Mailer>,
    /// Where links in mails lead, without a slash at its end.
    pub public_url: String,
}

/// How a job can fail: every failure decides about another try.
#[derive(Debug)]
pub(crate) enum JobError {
    /// It may work later.
    Retry(String),
    /// It will never work.
    Fail(String),
}

impl From<OpError> for JobError {
    fn from(error: OpError) -> Self {
        Self::Retry(error.to_string())
    }
}

type Handler = for<'j> fn(&'j JobCtx, &'j ClaimedJob) -> BoxFuture<'j, Result<(), JobError>>;

/// A kind of jobs.
struct Queue {
    name: &'static str,
    handler: Handler,
    /// Between two tries of one that failed or panicked.
    longest_pause: TimeDelta,
}

const fn queue(name: &'static str, handler: Handler) -> Queue {
    Queue {
        name,
        handler,
        longest_pause: TimeDelta::hours(6),
    }
}

/// A provider is answered 503 while a connection goes live.
const GO_LIVE: Queue = Queue {
    longest_pause: TimeDelta::minutes(1),
    ..queue(crate::ops::shadow::going_live::GO_LIVE, go_live::run)
};

const QUEUES: &[Queue] = &[
    queue(crate::ops::users::RELEASE_REPORTS, reports::run),
    queue(crate::ops::sessions::CLOSE_SESSIONS, close_sessions::run),
    queue(crate::ops::user_acts::END_HOLDS, end_holds::run),
    queue(crate::ops::mapping::APPLY, mapping::apply),
    queue(crate::ops::mapping::REGROUP, mapping::regroup),
    GO_LIVE,
    queue(crate::ops::alerts::LOOK, alerts::run),
    queue(crate::ops::user_acts::deletion::PURGE, purge::run),
    queue(purge::SWEEP, purge::sweep),
    queue(crate::ops::approvals::ALONE, approvals::alone),
    queue(approvals::EXPIRE, approvals::expire),
    queue(retention::QUEUE, retention::run),
    queue(audit_anchor::QUEUE, audit_anchor::run),
    queue(crate::ops::attribute_reading::REREAD, attributes::reread),
    queue(crate::ops::attribute_reading::PURGE, attributes::purge),
    queue(outbox::OUTBOX, outbox::run),
    queue(outbox::DENIED_DIGEST, outbox::digest),
    queue(SEND_MAIL, send_mail::run),
];

/// Whose jobs a worker takes: a mail server that does not answer must not keep sessions open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lane {
    /// Everything but mails.
    Database,
    /// Mails.
    Mail,
}

/// Starts the worker and the schedules; they end when `shutdown` is cancelled.
pub fn start(ctx: JobCtx, background: &TaskTracker, shutdown: CancellationToken) {
    background.spawn(schedule::keep(ctx.clone(), shutdown.clone()));
    background.spawn(chainer::keep(ctx.clone(), shutdown.clone()));
    background.spawn(statistics::keep(ctx.db.clone(), shutdown.clone()));
    background.spawn(worker::work(ctx.clone(), Lane::Mail, shutdown.clone()));
    background.spawn(worker::work(ctx, Lane::Database, shutdown));
}
