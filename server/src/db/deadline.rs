//! The time of a statement on SQLite, which goes on when its caller has long gone: it has to look at
//! the clock itself.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

/// When the statement on a connection has to end, in microseconds of a clock of its own.
#[derive(Clone, Debug)]
pub(super) struct Deadline {
    clock: Instant,
    end: Arc<AtomicU64>,
}

impl Deadline {
    pub(super) fn new() -> Self {
        Self {
            clock: Instant::now(),
            end: Arc::new(AtomicU64::new(u64::MAX)),
        }
    }

    /// Whether there is time left.
    pub(super) fn has_time(&self) -> bool {
        self.now() < self.end.load(Ordering::Relaxed)
    }

    /// The next statement has this long.
    pub(super) fn set(&self, budget: Duration) {
        let budget = u64::try_from(budget.as_micros()).unwrap_or(u64::MAX);
        let end = self.now().saturating_add(budget);
        self.end.store(end, Ordering::Relaxed);
    }

    fn now(&self) -> u64 {
        u64::try_from(self.clock.elapsed().as_micros()).unwrap_or(u64::MAX)
    }
}
