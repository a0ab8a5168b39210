//! What a request may take of the server before it is looked at: memory for its body, and a reader
//! of the database when it searches.

use std::time::Duration;

use axum::{
    body::{Body, BodyDataStream, Bytes, HttpBody},
    http::Method,
};
use futures_util::StreamExt;
use scim_schema::{
    id::{AccountId, ConnectionId},
    resource::{ScimError, ScimType},
};
use tokio::runtime::Handle;

use super::BASE_PATH;
use crate::{
    app_state::AppState,
    http::{extract::scim_caller::ScimCaller, shares::Share},
};

/// Bytes of a body that count as one unit of the budget.
const UNIT: usize = 1024;
/// Bytes of a body that memory is set aside for at a time.
const STEP: usize = 256 * UNIT;
/// How much of a body that is refused is read and forgotten, in largest bodies, and for how long. A
/// client that is still sending when the connection ends sees that end, and not the answer.
const FORGOTTEN: usize = 4;
const FORGETTING_TAKES: Duration = Duration::from_secs(10);
/// How long a search waits for others of its connection.
const SEARCH_WAITS: Duration = Duration::from_secs(2);

/// A body and the memory that is set aside for it, until the request is answered.
#[derive(Default)]
pub(super) struct Intake {
    pub(super) body: Bytes,
    _memory: Option<Share>,
}

/// Why a body was not read.
pub(super) enum Unread {
    /// An answer of its own.
    Refused(ScimError),
    /// The body is larger than the limit.
    TooLarge,
    /// The body broke off.
    Broken,
}

/// Reads a body within its limit, as the process has room for it. Memory is set aside for what has
/// come and a step more: who announces much and sends little holds up nobody.
pub(super) async fn read(
    caller: &ScimCaller,
    state: &AppState,
    body: Body,
) -> Result<Intake, Unread> {
    let limit = state.config.limits.body;
    let patience = state.config.limits.request_timeout;
    let step = STEP.min(limit / 16).max(UNIT);
    // Without a length the body may become as large as any.
    let announced = body.size_hint().upper();
    let length = announced.and_then(|length| usize::try_from(length).ok());
    let length = length.unwrap_or(limit);
    if length > limit {
        forget(body.into_data_stream(), limit).await;
        return Err(Unread::TooLarge);
    }
    if length == 0 {
        return Ok(Intake::default());
    }
    let (account, connection) = (caller.account, caller.connection.id);
    let first = units(length.min(step));
    let share = state
        .bodies
        .take(account, connection, first, patience)
        .await;
    let mut upload = Upload {
        received: Vec::with_capacity(length.min(step)),
        room: length.min(step),
        share: share.ok_or_else(|| Unread::Refused(crowded()))?,
        step,
        limit,
        // It has to be answered before its own time is over.
        waits: patience / 2,
    };
    tokio::time::timeout(patience, upload.receive(body))
        .await
        .map_err(|_| Unread::Refused(too_slow(patience)))??;
    upload.share.keep(units(upload.received.len()));
    Ok(Intake {
        body: upload.received.into(),
        _memory: Some(upload.share),
    })
}

/// A body that is being read.
struct Upload {
    received: Vec<u8>,
    /// Bytes that memory is set aside for.
    room: usize,
    share: Share,
    step: usize,
    limit: usize,
    waits: Duration,
}

impl Upload {
    async fn receive(&mut self, body: Body) -> Result<(), Unread> {
        let mut frames = body.into_data_stream();
        while let Some(frame) = frames.next().await {
            let frame = frame.map_err(|_| Unread::Broken)?;
            let length = self.received.len() + frame.len();
            if length > self.limit {
                self.received = Vec::new();
                self.share.keep(0);
                forget(frames, self.limit).await;
                return Err(Unread::TooLarge);
            }
            if length > self.room {
                let more = (length - self.room).next_multiple_of(self.step);
                if !self.share.grow(units(more), self.waits).await {
                    return Err(Unread::Refused(crowded()));
                }
                self.room += more;
            }
            self.received.extend_from_slice(&frame);
        }
        Ok(())
    }
}

/// Reads the rest of a body that is refused, as far as a client can be expected to send it.
async fn forget(mut frames: BodyDataStream, limit: usize) {
    let mut left = limit.saturating_mul(FORGOTTEN);
    let reading = async {
        while let Some(Ok(frame)) = frames.next().await {
            match left.checked_sub(frame.len()) {
                Some(rest) => left = rest,
                None => return,
            }
        }
    };
    let ended = tokio::time::timeout(FORGETTING_TAKES, reading).await;
    if ended.is_err() {
        tracing::debug!("a body that was refused did not end");
    }
}

pub(super) fn units(bytes: usize) -> u32 {
    u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX)
}

fn crowded() -> ScimError {
    ScimError::status(
        503,
        "The server has no room for a body of this size right now; nothing was changed; try again in a moment",
    )
}

fn too_slow(patience: Duration) -> ScimError {
    let seconds = patience.as_secs();
    ScimError::status(408, format!("The body did not arrive within {seconds} s"))
}

/// The share of the database's readers of a search, or of another read that may take long.
pub(super) struct SearchShare {
    share: Option<Share>,
    limit: Duration,
}

impl SearchShare {
    /// The share of a request that looks for resources, or reads a group; `None` for any other.
    ///
    /// # Errors
    /// 429 when the connection searches as much as it may already.
    pub(super) async fn take(
        caller: &ScimCaller,
        state: &AppState,
        method: &Method,
        path: &str,
    ) -> Result<Option<Self>, ScimError> {
        if !searches(method, path) && !reads_group(method, path) {
            return Ok(None);
        }
        let share = Self::of(state, caller.account, caller.connection.id).await;
        share.map(Some).ok_or_else(|| {
            ScimError::status(
                429,
                "This connection searches more than the server takes on at once: wait for the answers of some searches, or narrow their filters; ask for groups with excludedAttributes=members",
            )
        })
    }

    /// A share of a connection; `None` when it searches as much as it may already.
    pub(super) async fn of(
        state: &AppState,
        account: AccountId,
        connection: ConnectionId,
    ) -> Option<Self> {
        let taken = state.searches.take(account, connection, 1, SEARCH_WAITS);
        Some(Self {
            share: Some(taken.await?),
            limit: state.config.limits.query_timeout,
        })
    }

    /// The answer to a search that the database stopped (RFC 7644 table 9).
    pub(super) fn stopped(&self) -> ScimError {
        let detail = format!(
            "The search took longer than {} s and was stopped; narrow the filter, or compare userName, externalId, id or emails.value with eq, which an index finds",
            self.limit.as_secs_f32()
        );
        ScimError::of(ScimType::TooMany, detail)
    }

    /// Gives the reader back: the search has ended.
    pub(super) fn end(mut self) {
        self.share = None;
    }
}

impl Drop for SearchShare {
    /// A search whose client has gone keeps the database busy until its time is over, so that its
    /// share is not free before.
    fn drop(&mut self) {
        let Some(share) = self.share.take() else {
            return;
        };
        let limit = self.limit;
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(async move {
                tokio::time::sleep(limit).await;
                drop(share);
            });
        }
    }
}

/// Whether a method reads: a HEAD costs what a GET does.
pub(super) fn reads(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}

/// Whether a request looks for resources instead of naming one.
pub(super) fn searches(method: &Method, path: &str) -> bool {
    let path = path.strip_prefix(BASE_PATH).unwrap_or(path);
    let path = path.trim_end_matches('/');
    path.ends_with("/.search") || (reads(method) && matches!(path, "" | "/Users" | "/Groups"))
}

/// Whether a request reads one group, which may have any number of members.
fn reads_group(method: &Method, path: &str) -> bool {
    let path = path.strip_prefix(BASE_PATH).unwrap_or(path);
    reads(method) && path.starts_with("/Groups/")
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::http::shares::Shares;

    #[test]
    fn lists_and_searches_take_a_share_and_look_ups_and_writes_do_not() {
        for (method, path) in [
            (Method::GET, "/scim/v2/Users"),
            (Method::GET, "/Groups"),
            (Method::HEAD, "/Users"),
            (Method::GET, "/scim/v2/"),
            (Method::POST, "/scim/v2/.search"),
            (Method::POST, "/Users/.search"),
        ] {
            assert!(searches(&method, path), "{method} {path}");
        }
        for (method, path) in [
            (Method::GET, "/scim/v2/Users/1"),
            (Method::GET, "/Schemas"),
            (Method::POST, "/scim/v2/Users"),
            (Method::POST, "/Bulk"),
            (Method::PATCH, "/Groups/1"),
        ] {
            assert!(!searches(&method, path), "{method} {path}");
        }
    }

    #[test]
    fn a_group_is_read_with_a_share_as_well() {
        assert!(reads_group(&Method::GET, "/scim/v2/Groups/1"));
        assert!(reads_group(&Method::HEAD, "/Groups/1"));
        assert!(!reads_group(&Method::PATCH, "/Groups/1"));
        assert!(!reads_group(&Method::GET, "/Users/1"));
    }

    #[tokio::test]
    async fn a_search_that_was_left_gives_its_share_back_when_the_database_has_ended_it() {
        let shares = Shares::new(4);
        let (account, connection) = (Uuid::nil().into(), Uuid::nil().into());
        let take = async |patience| shares.take(account, connection, 1, patience).await;
        let search = SearchShare {
            share: take(Duration::ZERO).await,
            limit: Duration::from_millis(200),
        };
        drop(search);
        assert!(take(Duration::ZERO).await.is_none());
        let share = take(Duration::from_secs(60)).await;
        assert!(share.is_some());
        let answered = SearchShare {
            share,
            limit: Duration::from_secs(60),
        };
        answered.end();
        assert!(take(Duration::ZERO).await.is_some());
    }

    #[test]
    fn a_unit_of_memory_is_a_kibibyte_begun() {
        assert_eq!([1, 1024, 1025].map(units), [1, 1, 2]);
    }
}
