//! The queue of the provisioning log: requests put their entry in and go on; one task writes them
//! in batches. While the database stalls the entries wait, never the requests.

use std::sync::{
    Arc,
    atomic::{AtomicU64, AtomicUsize, Ordering},
};

use axum::body::Bytes;
use chrono::{DateTime, Utc};
use scim_schema::{
    api::provisioning_log::LogFacts,
    dialect::Notes,
    id::{AccountId, ConnectionId, ProvisioningRequestId, RequestId, ScimTokenId, UserId},
};
use tokio::{
    sync::{Mutex, mpsc},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;

use super::log_writer::Writer;
use crate::{
    clock::Clock,
    db::{Db, LogSubject},
    ids::Ids,
    metrics::count_dropped_log_rows,
};

/// Entries that wait; more are dropped and counted. They are some kilobytes each without bodies,
/// and last through minutes of a stalled database.
const QUEUE: usize = 32_768;
/// Dropped entries between two lines in the log.
const TOLD_EVERY: u64 = 1_000;
/// Bytes of bodies in the queue beyond which bodies are left out: a burst of large groups must not
/// use up the memory.
const BODY_BYTES: usize = 64 * 1024 * 1024;
/// Users of one request that are noted.
const USERS: usize = 200;

/// One request of an identity provider, answered.
#[derive(Clone, Debug)]
pub struct ScimLogEntry {
    /// The tenant.
    pub account: AccountId,
    /// Whose request.
    pub connection: ConnectionId,
    /// With which token.
    pub token: ScimTokenId,
    /// When it arrived.
    pub at: DateTime<Utc>,
    /// HTTP method.
    pub method: String,
    /// Path below the base URL, without query; that of a look-up is kept, and erased, as a body is.
    pub path: String,
    /// HTTP status of the answer.
    pub status: u16,
    /// SCIM error keyword, if any.
    pub scim_type: Option<String>,
    /// What was decided, in a sentence; the error's `detail` when it was one.
    pub decision: String,
    /// How long it took, in microseconds.
    pub duration_us: u64,
    /// The request's own id.
    pub request: RequestId,
    /// SQL statements that it took.
    pub statements: u32,
    /// What it did.
    pub facts: LogFacts,
    /// Rewrites that were applied.
    pub notes: Notes,
    /// The request's body as it came.
    pub request_body: Option<Bytes>,
    /// The answer's body.
    pub response_body: Option<Bytes>,
    /// Users whom it touched.
    pub users: Vec<UserId>,
    /// Whom it was about where it failed, as far as it said.
    pub subjects: Vec<LogSubject>,
}

/// Takes entries. Clones share the queue.
#[derive(Clone)]
pub struct ScimLog(Arc<Inner>);

struct Inner {
    sender: mpsc::Sender<Queued>,
    body_bytes: Arc<AtomicUsize>,
    dropped: AtomicU64,
    keeps_bodies: bool,
    clock: Clock,
    ids: Ids,
    stop: CancellationToken,
    task: Mutex<Option<JoinHandle<()>>>,
}

/// An entry that waits to be stored.
pub(super) struct Queued {
    pub(super) id: ProvisioningRequestId,
    pub(super) entry: ScimLogEntry,
    pub(super) body_bytes: usize,
    pub(super) dropped_bodies: bool,
}

impl ScimLog {
    /// Starts the task that writes. Bodies are not kept at all when their retention is zero days.
    #[must_use]
    pub fn start(db: Db, clock: Clock, ids: Ids, keeps_bodies: bool) -> Self {
        let (sender, receiver) = mpsc::channel(QUEUE);
        let body_bytes = Arc::new(AtomicUsize::new(0));
        let stop = CancellationToken::new();
        let writer = Writer {
            db,
            clock: clock.clone(),
            ids: ids.clone(),
            body_bytes: Arc::clone(&body_bytes),
        };
        let task = tokio::spawn(writer.run(receiver, stop.clone()));
        Self(Arc::new(Inner {
            sender,
            body_bytes,
            dropped: AtomicU64::new(0),
            keeps_bodies,
            clock,
            ids,
            stop,
            task: Mutex::new(Some(task)),
        }))
    }

    /// Puts an entry into the queue; never waits.
    pub fn record(&self, mut entry: ScimLogEntry) {
        entry.users.truncate(USERS);
        entry.subjects.truncate(USERS);
        if !self.0.keeps_bodies {
            entry.request_body = None;
            entry.response_body = None;
        }
        let size = |body: &Option<Bytes>| body.as_ref().map_or(0, Bytes::len);
        let mut body_bytes = size(&entry.request_body) + size(&entry.response_body);
        let before = self.0.body_bytes.fetch_add(body_bytes, Ordering::Relaxed);
        let dropped_bodies = body_bytes > 0 && before + body_bytes > BODY_BYTES;
        if dropped_bodies {
            self.0.body_bytes.fetch_sub(body_bytes, Ordering::Relaxed);
            entry.request_body = None;
            entry.response_body = None;
            body_bytes = 0;
        }
        let queued = Queued {
            id: ProvisioningRequestId(self.0.ids.uuid_v7(self.0.clock.now())),
            entry,
            body_bytes,
            dropped_bodies,
        };
        match self.0.sender.try_send(queued) {
            Ok(()) => {}
            Err(mpsc::error::TrySendError::Full(queued)) => self.drop_entry(&queued),
            Err(mpsc::error::TrySendError::Closed(_)) => {
                tracing::warn!("a SCIM request arrived after its log was closed");
            }
        }
    }

    fn drop_entry(&self, queued: &Queued) {
        self.0
            .body_bytes
            .fetch_sub(queued.body_bytes, Ordering::Relaxed);
        count_dropped_log_rows("queue_full", 1);
        let before = self.0.dropped.fetch_add(1, Ordering::Relaxed);
        if before.is_multiple_of(TOLD_EVERY) {
            let lost = before + 1;
            tracing::error!(
                lost,
                "rows of the provisioning log are lost: the database has not taken any for too long"
            );
        }
    }

    /// Writes everything that was recorded so far and stops.
    pub async fn close(&self) {
        self.0.stop.cancel();
        let task = self.0.task.lock().await.take();
        if let Some(task) = task
            && let Err(error) = task.await
        {
            tracing::error!(%error, "the provisioning log ended badly");
        }
    }
}
