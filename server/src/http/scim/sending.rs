//! Large answers on their way: how much of them there is in memory, and how long a client may leave
//! them lying.

use std::{
    io,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    task::{Context, Poll},
    time::Duration,
};

use axum::body::{Body, Bytes};
use http_body::{Frame, SizeHint};
use scim_schema::resource::ScimError;
use tokio::task::AbortHandle;

use super::{exchange::Exchange, intake::units};
use crate::http::shares::Share;

/// Bytes of an answer beyond which memory is set aside for it until it has been sent. So many are
/// handed over at a time, and most answers are smaller.
const PIECE: usize = 16 * 1024;
/// How long a larger answer waits for memory, in memory.
const WAITS: Duration = Duration::from_millis(200);
/// A client takes one of so many parts of a large answer, and a piece, in the time that it has.
const PARTS: usize = 8;

/// Memory for a large answer on its way; `None` for one that is not large.
///
/// # Errors
/// 429 when as much of the connection is on its way as may be: it has to take that first.
pub(super) async fn memory(exchange: &Exchange, body: &Bytes) -> Result<Option<Share>, ScimError> {
    if body.len() <= PIECE {
        return Ok(None);
    }
    let (account, connection) = (exchange.ctx.account, exchange.by.id);
    let answers = &exchange.state.answers;
    let share = answers.take(account, connection, units(body.len()), WAITS);
    match share.await {
        Some(share) => Ok(Some(share)),
        None => Err(ScimError::status(
            429,
            "This connection has as many large answers on their way as it may have at a time: take those first, or ask for less with count, attributes or excludedAttributes",
        )),
    }
}

/// The body of an answer. What is left of a larger one is given up, and its memory with it, when the
/// client has taken next to nothing of it for as long as `patience`.
pub(super) fn body(bytes: Bytes, share: Option<Share>, patience: Duration) -> Body {
    if bytes.len() <= PIECE {
        return Body::from(bytes);
    }
    Body::new(InPieces::new(bytes, share, patience))
}

/// A body that is handed over piece by piece, as the client takes them.
struct InPieces {
    rest: Arc<Mutex<Rest>>,
    watch: AbortHandle,
}

/// What is still to be handed over.
struct Rest {
    bytes: Bytes,
    _share: Option<Share>,
    is_given_up: bool,
}

impl InPieces {
    fn new(bytes: Bytes, share: Option<Share>, patience: Duration) -> Self {
        let rest = Arc::new(Mutex::new(Rest {
            bytes,
            _share: share,
            is_given_up: false,
        }));
        let watch = tokio::spawn(watch(Arc::downgrade(&rest), patience));
        Self {
            rest,
            watch: watch.abort_handle(),
        }
    }
}

/// Gives a body up that is not taken.
async fn watch(rest: Weak<Mutex<Rest>>, patience: Duration) {
    let Some(mut left) = rest.upgrade().map(|rest| locked(&rest).bytes.len()) else {
        return;
    };
    let part = left.div_ceil(PARTS);
    loop {
        tokio::time::sleep(patience).await;
        let Some(rest) = rest.upgrade() else { return };
        let mut rest = locked(&rest);
        if rest.bytes.len() > left.saturating_sub(part) {
            *rest = Rest {
                bytes: Bytes::new(),
                _share: None,
                is_given_up: true,
            };
            return;
        }
        left = rest.bytes.len();
    }
}

fn locked(rest: &Mutex<Rest>) -> MutexGuard<'_, Rest> {
    rest.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Drop for InPieces {
    fn drop(&mut self) {
        self.watch.abort();
    }
}

impl http_body::Body for InPieces {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let mut rest = locked(&self.rest);
        if rest.is_given_up {
            return Poll::Ready(Some(Err(io::ErrorKind::TimedOut.into())));
        }
        if rest.bytes.is_empty() {
            return Poll::Ready(None);
        }
        let length = rest.bytes.len().min(PIECE);
        // A copy: a part of the whole would keep all of it in memory.
        let piece = Bytes::copy_from_slice(&rest.bytes.split_to(length));
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        let rest = locked(&self.rest);
        rest.bytes.is_empty() && !rest.is_given_up
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(u64::try_from(locked(&self.rest).bytes.len()).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use axum::body::BodyDataStream;
    use futures_util::StreamExt;
    use uuid::Uuid;

    use super::*;
    use crate::http::shares::Shares;

    const PATIENCE: Duration = Duration::from_millis(100);

    async fn share(shares: &Shares) -> Option<Share> {
        let (account, connection) = (Uuid::nil().into(), Uuid::nil().into());
        shares.take(account, connection, 1, Duration::ZERO).await
    }

    fn sent(length: usize, share: Option<Share>) -> BodyDataStream {
        body(vec![7; length].into(), share, PATIENCE).into_data_stream()
    }

    #[tokio::test]
    async fn what_is_taken_comes_whole_if_slowly() {
        let mut stream = sent(8 * PIECE + 1, None);
        let mut received = 0;
        while let Some(piece) = stream.next().await {
            received += piece.unwrap().len();
            tokio::time::sleep(PATIENCE / 4).await;
        }
        assert_eq!(received, 8 * PIECE + 1);
    }

    #[tokio::test]
    async fn what_is_not_taken_is_given_up_with_its_memory() {
        let shares = Shares::new(4);
        let held = share(&shares).await;
        let mut stream = sent(3 * PIECE, held);
        assert_eq!(stream.next().await.unwrap().unwrap().len(), PIECE);
        assert!(share(&shares).await.is_none());
        tokio::time::sleep(PATIENCE * 5).await;
        assert!(share(&shares).await.is_some());
        let ended = stream.next().await.unwrap();
        assert!(ended.is_err(), "it is no whole answer");
    }

    #[tokio::test]
    async fn who_takes_a_crumb_now_and_then_does_not_hold_the_rest() {
        let mut stream = sent(64 * PIECE, None);
        let mut received = 0;
        let ended = loop {
            tokio::time::sleep(PATIENCE / 2).await;
            match stream.next().await.unwrap() {
                Ok(piece) => received += piece.len(),
                Err(error) => break error,
            }
        };
        assert!(received < 8 * PIECE, "{received}: {ended}");
    }

    #[tokio::test]
    async fn what_was_sent_or_left_gives_its_memory_back_at_once() {
        let shares = Shares::new(4);
        let mut stream = sent(PIECE + 1, share(&shares).await);
        while stream.next().await.is_some() {}
        drop(stream);
        let left = sent(9 * PIECE, share(&shares).await);
        drop(left);
        tokio::task::yield_now().await;
        assert!(share(&shares).await.is_some());
    }
}
