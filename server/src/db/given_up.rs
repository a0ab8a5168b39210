//! Reads that nobody waited for the end of. Their connection may be one that says nothing any more,
//! and is asked, with a limit of time, before its pool takes it back and asks it without one; to ask
//! twice after each read would cost as much again as the read.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::{Duration, Instant},
};

/// How long connections are asked after a read was given up: its own comes back at once, on a busy
/// machine somewhat later.
const LATELY: Duration = Duration::from_secs(5);
/// No read was given up yet.
const NEVER: u64 = u64::MAX;

/// When a read was last given up, in milliseconds of a clock of its own. Clones share it.
#[derive(Clone, Debug)]
pub(super) struct GivenUp {
    clock: Instant,
    last: Arc<AtomicU64>,
}

/// Something that notes when it is dropped before its end. It does so before what it holds is
/// dropped, and a connection with it.
pub(super) struct Watch<T> {
    /// `None` once it has ended.
    given_up: Option<GivenUp>,
    held: T,
}

impl GivenUp {
    pub(super) fn new() -> Self {
        Self {
            clock: Instant::now(),
            last: Arc::new(AtomicU64::new(NEVER)),
        }
    }

    /// Whether a read was given up so lately that its connection may still come back.
    pub(super) fn lately(&self) -> bool {
        match self.last.load(Ordering::SeqCst) {
            NEVER => false,
            last => self.now().saturating_sub(last) <= milliseconds(LATELY),
        }
    }

    pub(super) fn watch<T>(&self, held: T) -> Watch<T> {
        Watch {
            given_up: Some(self.clone()),
            held,
        }
    }

    fn now(&self) -> u64 {
        milliseconds(self.clock.elapsed())
    }
}

impl<T> Watch<T> {
    /// Watches something else instead.
    pub(super) fn over<U>(mut self, held: U) -> Watch<U> {
        Watch {
            given_up: self.given_up.take(),
            held,
        }
    }
}

impl<F: Future> Future for Watch<Pin<Box<F>>> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let answer = self.held.as_mut().poll(context);
        if answer.is_ready() {
            self.given_up = None;
        }
        answer
    }
}

impl<T> Drop for Watch<T> {
    fn drop(&mut self) {
        if let Some(given_up) = &self.given_up {
            given_up.last.store(given_up.now(), Ordering::SeqCst);
        }
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Says when it is dropped what was known by then.
    struct Held(GivenUp, Arc<AtomicU64>);

    impl Drop for Held {
        fn drop(&mut self) {
            self.1.store(u64::from(self.0.lately()), Ordering::SeqCst);
        }
    }

    #[tokio::test]
    async fn what_ends_is_not_given_up() {
        let given_up = GivenUp::new();
        assert_eq!(given_up.watch(Box::pin(async { 7 })).await, 7);
        let transaction = given_up.watch(());
        transaction.over(Box::pin(async {})).await;
        assert!(!given_up.lately());
    }

    #[tokio::test]
    async fn a_read_that_is_dropped_is_given_up_before_its_connection_goes() {
        let (given_up, known) = (GivenUp::new(), Arc::new(AtomicU64::new(0)));
        let held = Held(given_up.clone(), Arc::clone(&known));
        let endless = async move {
            let _held = &held;
            std::future::pending::<()>().await;
        };
        let read = given_up.watch(Box::pin(endless));
        let ended = tokio::time::timeout(Duration::from_millis(5), read).await;
        assert!(ended.is_err());
        assert_eq!(known.load(Ordering::SeqCst), 1);
        assert!(given_up.lately());
    }
}
