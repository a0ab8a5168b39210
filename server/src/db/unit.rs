//! The unit of work: a re-runnable closure that ends with its audit entries. Nothing is committed
//! unaudited, and change feed and jobs are written in the same transaction.

use std::{
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures_util::{FutureExt, future::BoxFuture};
use scim_schema::{filter::Effort, id::AccountId};
use sea_orm::{ActiveModelTrait, ConnectionTrait, DatabaseBackend};
use tokio::sync::oneshot;

use super::{
    audit::{self, AuditEntry},
    connect::{Db, Engine},
    error::DbError,
    feed::{self, Change},
    jobs::NewJob,
    lanes::Lanes,
    mails::NewMail,
    pipeline::Pipeline,
    session::Session,
    statements::{self, StatementCount},
    writer::Unit,
};
use crate::{ctx::Ctx, ids::Ids};

/// Longest time one unit may hold the database.
const UNIT_SECONDS: u64 = 5;
/// Longest time to wait for PostgreSQL's answer to a commit.
const COMMIT_TIMEOUT: Duration = Duration::from_secs(15);
/// Tries of a unit that PostgreSQL asks to run again.
const TRIES: u32 = 6;

/// What becomes of what a unit of work did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// It is stored.
    Store,
    /// Only its answer is wanted: it is undone whatever it did. It holds the database as long as a
    /// write does.
    Rehearse,
}

/// What a unit of work leaves behind.
#[derive(Debug)]
pub struct Written<T> {
    /// The answer for the caller.
    pub value: T,
    /// Acts to record; without any, nothing is stored at all.
    pub audit: Vec<AuditEntry>,
    /// Changes to announce.
    pub changes: Vec<Change>,
    /// Follow-up work.
    pub jobs: Vec<NewJob>,
    /// Mails to send.
    pub mails: Vec<NewMail>,
    /// Stored without an audit entry; see [`Written::bookkeeping`].
    bookkeeping: bool,
}

impl<T> Written<T> {
    /// Nothing changed: the transaction is rolled back and leaves no trace.
    #[must_use]
    pub const fn unchanged(value: T) -> Self {
        Self {
            value,
            audit: Vec::new(),
            changes: Vec::new(),
            jobs: Vec::new(),
            mails: Vec::new(),
            bookkeeping: false,
        }
    }

    /// Stored without an audit entry, because nobody did anything: leases of jobs, the
    /// provisioning log, when a token or a session was last seen.
    #[must_use]
    pub const fn bookkeeping(value: T) -> Self {
        Self {
            bookkeeping: true,
            value,
            audit: Vec::new(),
            changes: Vec::new(),
            jobs: Vec::new(),
            mails: Vec::new(),
        }
    }

    fn is_stored(&self) -> bool {
        self.bookkeeping || !self.audit.is_empty()
    }

    fn trace(&self, purpose: Purpose) -> Trace {
        let stored = self.is_stored() && purpose == Purpose::Store;
        Trace {
            stored,
            queued: stored && !self.jobs.is_empty(),
            mailed: stored && !self.mails.is_empty(),
        }
    }

    /// One act.
    #[must_use]
    pub fn audited(value: T, entry: AuditEntry) -> Self {
        Self {
            audit: vec![entry],
            ..Self::unchanged(value)
        }
    }

    /// Announces a change as well.
    #[must_use]
    pub fn announcing(mut self, change: Change) -> Self {
        self.changes.push(change);
        self
    }

    /// Queues follow-up work as well.
    #[must_use]
    pub fn queueing(mut self, job: NewJob) -> Self {
        self.jobs.push(job);
        self
    }

    /// Puts mails into the outbox as well.
    #[must_use]
    pub fn mailing(mut self, mails: impl IntoIterator<Item = NewMail>) -> Self {
        self.mails.extend(mails);
        self
    }

    /// The same trace with another answer.
    #[must_use]
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Written<U> {
        Written {
            value: change(self.value),
            audit: self.audit,
            changes: self.changes,
            jobs: self.jobs,
            mails: self.mails,
            bookkeeping: self.bookkeeping,
        }
    }

    /// Adds what a part of the unit leaves behind and answers its value.
    pub fn absorb<P>(&mut self, part: Written<P>) -> P {
        self.audit.extend(part.audit);
        self.changes.extend(part.changes);
        self.jobs.extend(part.jobs);
        self.mails.extend(part.mails);
        self.bookkeeping |= part.bookkeeping;
        part.value
    }
}

/// What listeners are told after the commit.
#[derive(Clone, Copy, Debug, Default)]
struct Trace {
    stored: bool,
    queued: bool,
    mailed: bool,
}

/// Errors that a unit of work may end with.
pub trait UnitError: From<DbError> + Send + 'static {
    /// The database's part in it, to decide about another try.
    fn database(&self) -> Option<&DbError>;
}

impl UnitError for DbError {
    fn database(&self) -> Option<&DbError> {
        Some(self)
    }
}

/// An open unit of work, bound to one account.
pub struct AccountTx {
    pub(super) connection: Pipeline,
    ctx: Arc<Ctx>,
    ids: Ids,
    effort: Arc<Mutex<Effort>>,
}

impl AccountTx {
    /// What the unit may still have compared: the database waits for what is computed in it.
    pub fn effort(&self) -> MutexGuard<'_, Effort> {
        // It is whole after every statement, so a panic elsewhere cannot have broken it.
        self.effort.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Who asks, and when.
    #[must_use]
    pub fn ctx(&self) -> &Ctx {
        &self.ctx
    }

    /// The tenant of every statement.
    #[must_use]
    pub fn account(&self) -> AccountId {
        self.ctx.account
    }

    /// A new id, ordered by time.
    #[must_use]
    pub fn new_id(&self) -> uuid::Uuid {
        self.ids.uuid_v7(self.ctx.now)
    }

    /// Inserts rows, however many, with others or at the end of the unit.
    pub(super) async fn insert_rows<A: ActiveModelTrait>(
        &self,
        rows: Vec<A>,
    ) -> Result<(), DbError> {
        Ok(self.connection.insert_all(rows).await?)
    }

    /// Sends the writes that wait for others, so that what the database refuses of them is known as
    /// the error of what was done so far.
    ///
    /// # Errors
    /// Those of the writes.
    pub async fn settle(&self) -> Result<(), DbError> {
        Ok(self.connection.send().await?)
    }

    /// Runs a part of the unit: when it fails, or leaves nothing to store, it is undone alone.
    ///
    /// # Errors
    /// Those of `work`, and those of the database.
    pub async fn part<T, E, F>(&self, work: F) -> Result<Written<T>, E>
    where
        E: UnitError,
        F: for<'t> FnOnce(&'t Self) -> BoxFuture<'t, Result<Written<T>, E>>,
    {
        let part = Self {
            connection: self.connection.begin_part().await.map_err(DbError::from)?,
            ctx: Arc::clone(&self.ctx),
            ids: self.ids.clone(),
            effort: Arc::clone(&self.effort),
        };
        let outcome = async {
            let written = work(&part).await?;
            if written.is_stored() {
                part.settle().await?;
            }
            Ok::<_, E>(written)
        };
        let outcome = outcome.await;
        let end = if outcome.as_ref().is_ok_and(Written::is_stored) {
            part.connection.keep_part().await
        } else {
            part.connection.undo_part().await
        };
        let written = outcome?;
        end.map_err(DbError::from)?;
        Ok(written)
    }

    pub(super) fn ids(&self) -> &Ids {
        &self.ids
    }

    pub(super) fn backend(&self) -> DatabaseBackend {
        self.connection.get_database_backend()
    }
}

type Work<T, E> =
    dyn for<'t> Fn(&'t AccountTx) -> BoxFuture<'t, Result<Written<T>, E>> + Send + Sync;

impl Db {
    /// Runs `work` in one transaction of the account of `ctx` and commits it with its audit
    /// entries, change feed and jobs. `work` may run more than once and does nothing but use the
    /// database. The unit completes even when the caller goes away.
    ///
    /// # Errors
    /// Those of `work`, and those of the database.
    pub async fn write<T, E, F>(&self, ctx: &Arc<Ctx>, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: UnitError,
        F: for<'t> Fn(&'t AccountTx) -> BoxFuture<'t, Result<Written<T>, E>>
            + Send
            + Sync
            + 'static,
    {
        self.carry_out(ctx, Purpose::Store, work).await
    }

    /// Runs `work` as [`Db::write`] does; in a rehearsal it is rolled back and announced to nobody.
    ///
    /// # Errors
    /// Those of `work`, and those of the database.
    pub async fn carry_out<T, E, F>(
        &self,
        ctx: &Arc<Ctx>,
        purpose: Purpose,
        work: F,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: UnitError,
        F: for<'t> Fn(&'t AccountTx) -> BoxFuture<'t, Result<Written<T>, E>>
            + Send
            + Sync
            + 'static,
    {
        let work: Arc<Work<T, E>> = Arc::new(work);
        let count = statements::present();
        let answer = match &self.inner.engine {
            Engine::Sqlite(writer) => {
                let (sender, receiver) = oneshot::channel();
                writer
                    .submit(Box::new(Queued {
                        work,
                        purpose,
                        count,
                        ctx: Arc::clone(ctx),
                        ids: self.inner.ids.clone(),
                        result: None,
                        sender,
                    }))
                    .await?;
                receiver.await.map_err(|_| DbError::Closed)?
            }
            Engine::Postgres(writers) => {
                let (db, writers, ctx) = (self.clone(), writers.clone(), Arc::clone(ctx));
                let unit = async move { db.write_postgres(&writers, &ctx, purpose, &*work).await };
                tokio::spawn(statements::counted(count, unit))
                    .await
                    .map_err(|_| DbError::Panic)?
            }
        };
        let (value, trace) = answer?;
        if trace.stored {
            self.announce_commit();
        }
        if trace.queued {
            self.inner.queued_jobs.notify_one();
        }
        if trace.mailed {
            self.inner.queued_mails.notify_one();
        }
        Ok(value)
    }

    async fn write_postgres<T, E: UnitError>(
        &self,
        writers: &Arc<Lanes>,
        ctx: &Arc<Ctx>,
        purpose: Purpose,
        work: &Work<T, E>,
    ) -> Result<(T, Trace), E> {
        let mut attempt = 0;
        loop {
            attempt += 1;
            match self.try_postgres(writers, ctx, purpose, work).await {
                Err(error)
                    if attempt < TRIES && error.database().is_some_and(DbError::asks_for_retry) =>
                {
                    tokio::time::sleep(Duration::from_millis(5 << attempt)).await;
                }
                result => return result,
            }
        }
    }

    async fn try_postgres<T, E: UnitError>(
        &self,
        writers: &Arc<Lanes>,
        ctx: &Arc<Ctx>,
        purpose: Purpose,
        work: &Work<T, E>,
    ) -> Result<(T, Trace), E> {
        let lease = writers.lease().await.map_err(DbError::from)?;
        let patience = self.inner.settings.patience();
        let begin = lease.answer(patience, lease.session().begin("BEGIN"));
        begin.await.map_err(DbError::from)?;
        let tx = AccountTx {
            connection: Pipeline::new(Arc::clone(lease.session())),
            ctx: Arc::clone(ctx),
            ids: self.inner.ids.clone(),
            effort: Arc::default(),
        };
        let written = run_bounded(&tx, purpose, work).await?;
        let trace = written.trace(purpose);
        if trace.stored {
            let commit = lease.answer(COMMIT_TIMEOUT, lease.session().commit());
            commit.await.map_err(|error| DbError::of_commit(&error))?;
        } else {
            let rollback = lease.answer(patience, lease.session().rollback());
            rollback.await.map_err(DbError::from)?;
        }
        lease.give_back();
        Ok((written.value, trace))
    }
}

/// A unit that waits for the SQLite writer.
struct Queued<T, E> {
    work: Arc<Work<T, E>>,
    purpose: Purpose,
    count: Option<StatementCount>,
    ctx: Arc<Ctx>,
    ids: Ids,
    result: Option<Result<(T, Trace), E>>,
    sender: oneshot::Sender<Result<(T, Trace), E>>,
}

impl<T: Send + 'static, E: UnitError> Unit for Queued<T, E> {
    fn run(&mut self, session: Arc<Session>) -> BoxFuture<'_, bool> {
        Box::pin(async move {
            let tx = AccountTx {
                connection: Pipeline::new(session),
                ctx: Arc::clone(&self.ctx),
                ids: self.ids.clone(),
                effort: Arc::default(),
            };
            let unit = run_bounded(&tx, self.purpose, &*self.work);
            let result = statements::counted(self.count.take(), unit).await;
            let result = result.map(|written| {
                let trace = written.trace(self.purpose);
                (written.value, trace)
            });
            let stored = result.as_ref().is_ok_and(|(_, trace)| trace.stored);
            self.result = Some(result);
            stored
        })
    }

    fn refuse(&mut self, error: DbError) {
        self.result = Some(Err(error.into()));
    }

    fn finish(self: Box<Self>, commit: Result<(), DbError>) {
        let result = match commit {
            Ok(()) => self.result.unwrap_or_else(|| Err(DbError::Closed.into())),
            Err(error) => Err(error.into()),
        };
        // The caller may have gone; the unit is stored all the same.
        drop(self.sender.send(result));
    }
}

/// Runs the closure and writes what it leaves behind; a panic or too long a run is an error.
async fn run_bounded<T, E: UnitError>(
    tx: &AccountTx,
    purpose: Purpose,
    work: &Work<T, E>,
) -> Result<Written<T>, E> {
    let run = AssertUnwindSafe(async {
        let written = work(tx).await?;
        if written.trace(purpose).stored {
            let entries = (written.audit.as_slice(), written.mails.as_slice());
            record(tx, entries, &written.changes, &written.jobs).await?;
        }
        if written.is_stored() {
            // In a rehearsal as well: a unique rule may refuse what waits.
            tx.settle().await?;
        }
        Ok(written)
    })
    .catch_unwind();
    match tokio::time::timeout(Duration::from_secs(UNIT_SECONDS), run).await {
        Err(_) => Err(DbError::Timeout(UNIT_SECONDS).into()),
        Ok(Err(_)) => Err(DbError::Panic.into()),
        Ok(Ok(result)) => result,
    }
}

async fn record(
    tx: &AccountTx,
    (audit, mails): (&[AuditEntry], &[NewMail]),
    changes: &[Change],
    jobs: &[NewJob],
) -> Result<(), DbError> {
    audit::insert(tx, audit).await?;
    if mails.is_empty() {
        feed::insert(tx, changes).await?;
        return tx.insert_jobs(jobs).await;
    }
    let (mut changes, mut jobs) = (changes.to_vec(), jobs.to_vec());
    for (job, change) in tx.insert_mails(mails).await? {
        jobs.push(job);
        changes.push(change);
    }
    feed::insert(tx, &changes).await?;
    tx.insert_jobs(&jobs).await
}
