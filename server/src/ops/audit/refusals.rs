//! What was refused for want of a permission, in the audit log. The answer waits for nothing, and a
//! session that asks again and again leaves one entry for each route and minute, so that nobody fills
//! the disk by asking.

use std::{
    collections::HashSet,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use scim_schema::permission::Permission;
use serde_json::json;
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use crate::{
    ctx::Ctx,
    db::{AuditEntry, Db, DbError, Target, Written},
};

/// Entries that are written at the same time; more are dropped, with a word in the log.
const AT_ONCE: usize = 32;
/// Entries of one minute, of all sessions of the process.
const OF_A_MINUTE: usize = 1_000;

/// Records refusals. Clones share what they have recorded.
#[derive(Clone)]
pub struct Refusals(Arc<Shared>);

struct Shared {
    db: Db,
    minute: Mutex<Minute>,
    writes: TaskTracker,
    places: Arc<Semaphore>,
}

/// What was refused within one minute.
#[derive(Default)]
struct Minute {
    /// Minutes since 1970.
    number: i64,
    refused: HashSet<(Option<Uuid>, String, Permission)>,
}

impl Minute {
    /// Whether this is to be recorded: it is the first of its kind in its minute, and those were not
    /// too many.
    fn is_new(&mut self, ctx: &Ctx, route: &str, permission: Permission) -> bool {
        let number = ctx.now.timestamp().div_euclid(60);
        if number != self.number {
            *self = Self {
                number,
                refused: HashSet::new(),
            };
        }
        self.refused.len() < OF_A_MINUTE
            && self
                .refused
                .insert((ctx.credential, route.to_owned(), permission))
    }
}

impl fmt::Debug for Refusals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Refusals")
    }
}

impl Refusals {
    /// Records nothing yet.
    #[must_use]
    pub fn new(db: Db) -> Self {
        Self(Arc::new(Shared {
            db,
            minute: Mutex::default(),
            writes: TaskTracker::new(),
            places: Arc::new(Semaphore::new(AT_ONCE)),
        }))
    }

    /// Records in the background that whoever asks with `ctx` was refused a route, given as method and
    /// template, for want of a permission.
    pub fn note(&self, ctx: &Arc<Ctx>, route: &str, permission: Permission) {
        let Shared { db, writes, .. } = &*self.0;
        if writes.is_closed() || !self.minute().is_new(ctx, route, permission) {
            return;
        }
        let Ok(place) = Arc::clone(&self.0.places).try_acquire_owned() else {
            tracing::warn!(route, "a refusal was not recorded: too many at once");
            return;
        };
        let (db, ctx, route) = (db.clone(), Arc::clone(ctx), route.to_owned());
        writes.spawn(async move {
            if let Err(error) = record(&db, &ctx, &route, permission).await {
                tracing::warn!(route, %error, "a refusal was not recorded");
            }
            drop(place);
        });
    }

    /// Waits until everything is recorded; nothing more is afterwards.
    pub async fn close(&self) {
        self.0.writes.close();
        self.0.writes.wait().await;
    }

    fn minute(&self) -> MutexGuard<'_, Minute> {
        // It is whole after every statement, so a panic elsewhere cannot have broken it.
        self.0.minute.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn record(
    db: &Db,
    ctx: &Arc<Ctx>,
    route: &str,
    permission: Permission,
) -> Result<(), DbError> {
    let details = json!({ "route": route, "permission": permission });
    db.write(ctx, move |_| {
        let entry = AuditEntry {
            action: "access.refuse",
            target: Target {
                kind: "route",
                id: None,
            },
            outcome: scim_schema::api::audit::AuditOutcome::Refused,
            details: details.clone(),
        };
        Box::pin(async move { Ok(Written::audited((), entry)) })
    })
    .await
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta, Utc};
    use scim_schema::id::{AccountId, RequestId};

    use super::*;

    fn ctx(session: u128, now: DateTime<Utc>) -> Ctx {
        let (account, request) = (AccountId(Uuid::nil()), RequestId(Uuid::nil()));
        Ctx {
            credential: Some(Uuid::from_u128(session)),
            ..Ctx::system(account, "test", request, now)
        }
    }

    #[test]
    fn a_session_leaves_one_entry_for_each_route_and_minute() {
        let mut minute = Minute::default();
        let now: DateTime<Utc> = "2026-11-22T08:00:10Z".parse().unwrap();
        let mut is_new = |session, seconds, route| {
            let ctx = ctx(session, now + TimeDelta::seconds(seconds));
            minute.is_new(&ctx, route, Permission::BanUsers)
        };
        assert!(is_new(1, 0, "POST /users/{id}/ban"));
        assert!(!is_new(1, 1, "POST /users/{id}/ban"));
        assert!(is_new(1, 2, "POST /domains"));
        assert!(is_new(2, 3, "POST /users/{id}/ban"));
        assert!(!is_new(1, 49, "POST /users/{id}/ban"));
        assert!(is_new(1, 50, "POST /users/{id}/ban"));
    }

    #[test]
    fn a_minute_has_a_bound() {
        let mut minute = Minute::default();
        let now = DateTime::UNIX_EPOCH;
        let mut recorded = 0;
        for session in 0..2 * OF_A_MINUTE as u128 {
            recorded +=
                usize::from(minute.is_new(&ctx(session, now), "GET /audit", Permission::ReadAudit));
        }
        assert_eq!(recorded, OF_A_MINUTE);
    }
}
