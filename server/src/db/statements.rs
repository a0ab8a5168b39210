//! Counts the statements of one request, also where another task runs them for it.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

tokio::task_local! {
    static COUNT: StatementCount;
}

/// How many statements something has run, BEGIN, COMMIT and SAVEPOINT left out. Clones share the
/// number.
#[derive(Clone, Debug, Default)]
pub struct StatementCount(Arc<AtomicU32>);

impl StatementCount {
    /// Counts what `work` runs, units of work included.
    pub async fn of<F: Future>(&self, work: F) -> F::Output {
        COUNT.scope(self.clone(), work).await
    }

    /// The number so far.
    #[must_use]
    pub fn get(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }
}

/// The counter of whoever asks, for the task that works for them.
pub(super) fn present() -> Option<StatementCount> {
    COUNT.try_with(StatementCount::clone).ok()
}

/// Runs `work` under the counter of the one it works for.
pub(super) async fn counted<F: Future>(count: Option<StatementCount>, work: F) -> F::Output {
    match count {
        Some(count) => count.of(work).await,
        None => work.await,
    }
}

/// One statement was run.
pub(super) fn note() {
    // Nobody counts the statements of jobs and schedules.
    let _nobody = COUNT.try_with(|count| count.0.fetch_add(1, Ordering::Relaxed));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn statements_are_counted_for_the_one_who_asked_wherever_they_run() {
        let (mine, other) = (StatementCount::default(), StatementCount::default());
        mine.of(async {
            note();
            let asks = present();
            let task = tokio::spawn(counted(asks, async { note() }));
            task.await.unwrap();
            other.of(async { note() }).await;
        })
        .await;
        note();
        assert_eq!((mine.get(), other.get()), (2, 1));
    }
}
