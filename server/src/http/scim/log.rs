//! The queue of the provisioning log: requests put their entry in and go on; one task writes them
//! in batches. When the queue is full the entry waits, never the request.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::body::Bytes;
use chrono::{DateTime, Utc};
use scim_schema::{
    api::{events::ChangeKind, provisioning_log::LogNote},
    dialect::Notes,
    id::{AccountId, ConnectionId, ProvisioningRequestId, RequestId, ScimTokenId, UserId},
};
use tokio::{
    sync::{Mutex, mpsc},
    task::JoinHandle,
    time::{Instant, timeout_at},
};
use tokio_util::sync::CancellationToken;

use super::body;
use crate::{
    clock::Clock,
    ctx::Ctx,
    db::{Change, Db, DbError, NewLogRow, Written},
    ids::Ids,
};

/// Entries that wait before new ones have to (performance.md, *Outside the request*).
const QUEUE: usize = 4_096;
/// Rows of one transaction, and how long the first of them waits for the others.
const BATCH: usize = 200;
const BATCH_WAITS: Duration = Duration::from_millis(250);
/// Bytes of bodies in the queue beyond which bodies are left out: a burst of large groups must not
/// use up the memory.
const BODY_BYTES: usize = 64 * 1024 * 1024;
/// Users of one request that are noted.
const USERS: usize = 200;
/// Tries of a batch that the database could not take.
const TRIES: u32 = 5;

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
    /// Path below the base URL, without query: queries carry personal data.
    pub path: String,
    /// HTTP status of the answer.
    pub status: u16,
    /// SCIM error keyword, if any.
    pub scim_type: Option<String>,
    /// What was decided, in a sentence; the error's `detail` when it was one.
    pub decision: String,
    /// How long it took, in microseconds.
    pub duration_us: u64,
    /// Rewrites that were applied.
    pub notes: Notes,
    /// The request's body as it came.
    pub request_body: Option<Bytes>,
    /// The answer's body.
    pub response_body: Option<Bytes>,
    /// Users whom it touched.
    pub users: Vec<UserId>,
}

/// Takes entries. Clones share the queue.
#[derive(Clone)]
pub struct ScimLog(Arc<Inner>);

struct Inner {
    sender: mpsc::Sender<Queued>,
    body_bytes: Arc<AtomicUsize>,
    keeps_bodies: bool,
    clock: Clock,
    ids: Ids,
    stop: CancellationToken,
    task: Mutex<Option<JoinHandle<()>>>,
}

struct Queued {
    id: ProvisioningRequestId,
    entry: ScimLogEntry,
    body_bytes: usize,
    dropped_bodies: bool,
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
            Err(mpsc::error::TrySendError::Full(queued)) => {
                let sender = self.0.sender.clone();
                tokio::spawn(async move { drop(sender.send(queued).await) });
            }
            Err(mpsc::error::TrySendError::Closed(_)) => {
                tracing::warn!("a SCIM request arrived after its log was closed");
            }
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

struct Writer {
    db: Db,
    clock: Clock,
    ids: Ids,
    body_bytes: Arc<AtomicUsize>,
}

impl Writer {
    async fn run(self, mut queue: mpsc::Receiver<Queued>, stop: CancellationToken) {
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
            self.write(batch).await;
        }
        queue.close();
        while let Some(first) = queue.recv().await {
            let batch = fill(first, &mut queue, &stop).await;
            self.write(batch).await;
        }
    }

    async fn write(&self, batch: Vec<Queued>) {
        let mut accounts: HashMap<AccountId, Vec<NewLogRow>> = HashMap::new();
        for queued in batch {
            self.body_bytes
                .fetch_sub(queued.body_bytes, Ordering::Relaxed);
            let account = queued.entry.account;
            accounts.entry(account).or_default().push(row_of(queued));
        }
        for (account, rows) in accounts {
            let rows = Arc::new(rows);
            if let Err(error) = self.store(account, &rows).await {
                let lost = rows.len();
                tracing::error!(%account, lost, %error, "rows of the provisioning log were lost");
            }
        }
    }

    async fn store(&self, account: AccountId, rows: &Arc<Vec<NewLogRow>>) -> Result<(), DbError> {
        let mut attempt = 0;
        loop {
            attempt += 1;
            let now = self.clock.now();
            let request = RequestId(self.ids.uuid_v7(now));
            let ctx = Arc::new(Ctx::system(account, "provisioning_log", request, now));
            let batch = Arc::clone(rows);
            let stored = self
                .db
                .write::<_, DbError, _>(&ctx, move |tx| {
                    let batch = Arc::clone(&batch);
                    Box::pin(async move {
                        tx.insert_log_rows(&batch).await?;
                        let mut written = Written::bookkeeping(());
                        written.changes = changes_of(&batch);
                        Ok(written)
                    })
                })
                .await;
            match stored {
                Err(error) if error.is_unavailable() && attempt < TRIES => {
                    tokio::time::sleep(Duration::from_millis(100 << attempt)).await;
                }
                other => return other,
            }
        }
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

fn row_of(queued: Queued) -> NewLogRow {
    let Queued { id, entry, .. } = queued;
    let mut notes: Vec<LogNote> = entry
        .notes
        .into_vec()
        .into_iter()
        .map(|note| LogNote {
            rule: note.rule.to_owned(),
            detail: note.detail,
        })
        .collect();
    if queued.dropped_bodies {
        notes.push(LogNote {
            rule: "body_left_out".to_owned(),
            detail: "Too many large requests at once: the bodies were not kept".to_owned(),
        });
    }
    let mut kept =
        |body: Option<Bytes>, which| body.and_then(|body| body::stored(&body, which, &mut notes));
    let request_body = kept(entry.request_body, "request");
    let response_body = kept(entry.response_body, "answer");
    NewLogRow {
        id,
        connection: entry.connection,
        token: entry.token,
        at: entry.at,
        method: entry.method,
        path: entry.path,
        status: entry.status,
        scim_type: entry.scim_type,
        decision: entry.decision,
        duration_us: entry.duration_us,
        notes,
        request_body,
        response_body,
        users: entry.users,
    }
}
