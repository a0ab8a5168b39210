//! Keeps the database's statistics up with a mass load; see `server/src/db/statistics.rs`.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::db::Db;

/// Between two looks while something is written.
const EVERY: Duration = Duration::from_secs(1);
/// Looks after a commit: PostgreSQL may hear of its rows ten seconds later.
const LOOKS: u32 = 12;

/// Looks after the statistics until `shutdown` is cancelled. Every process does: a second look finds
/// nothing to do.
pub(super) async fn keep(db: Db, shutdown: CancellationToken) {
    let mut commits = db.commits();
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            changed = commits.changed() => if changed.is_err() { return },
        }
        for _ in 0..LOOKS {
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = tokio::time::sleep(EVERY) => {}
            }
            let refreshed = tokio::select! {
                () = shutdown.cancelled() => return,
                refreshed = db.refresh_statistics() => refreshed,
            };
            match refreshed {
                Ok(0) => {}
                Ok(tables) => tracing::debug!(tables, "statistics were refreshed"),
                Err(error) => tracing::warn!(%error, "statistics could not be refreshed"),
            }
        }
    }
}
