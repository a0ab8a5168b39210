//! Bearer tokens of SCIM: looked up through a cache that lives for a second.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use moka::future::Cache;
use scim_schema::id::{RequestId, ScimTokenId};

use super::{error::OpError, secrets::SecretHash};
use crate::{
    ctx::Ctx,
    db::{Db, DbError, StoredToken, Written},
    ids::Ids,
};

/// What a bearer token of SCIM begins with: scanners for leaked secrets recognise it.
pub const SCIM_TOKEN_PREFIX: &str = "rollcall_scim_";

/// Longest time that a revoked token still works in another process (domain.md section 2,
/// *Lifetimes*).
const ENTRY_LIVES: Duration = Duration::from_secs(1);
const ENTRIES: u64 = 10_000;
/// Longer than any look-up that may have read the token before it was revoked.
const REVOCATION_REMEMBERED: Duration = Duration::from_secs(60);
/// How long a token that opened its connection is looked up whoever else guesses from its address.
const GOOD_IS_REMEMBERED: Duration = Duration::from_secs(24 * 60 * 60);
const USE_IS_NOTED_EVERY: TimeDelta = TimeDelta::minutes(1);

/// Why a bearer token opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenRefusal {
    /// Nobody has this token.
    Unknown,
    /// Its time is over.
    Expired,
    /// It was revoked.
    Revoked,
}

/// A token that opens nothing, with its connection where somebody has it.
#[derive(Clone, Debug)]
pub struct RefusedToken {
    /// Why it opens nothing.
    pub why: TokenRefusal,
    /// The token; `None` when nobody has it.
    pub token: Option<Arc<StoredToken>>,
}

/// Tokens seen within the last second: at most one statement per token and second. Clones share
/// the entries.
#[derive(Clone)]
pub struct TokenCache {
    entries: Cache<SecretHash, Option<Arc<StoredToken>>>,
    revoked: Cache<SecretHash, ()>,
    good: Cache<SecretHash, ()>,
    noted: Cache<ScimTokenId, DateTime<Utc>>,
}

impl Default for TokenCache {
    fn default() -> Self {
        Self::new()
    }
}

impl TokenCache {
    /// An empty cache.
    #[must_use]
    pub fn new() -> Self {
        Self {
            entries: Cache::builder()
                .max_capacity(ENTRIES)
                .time_to_live(ENTRY_LIVES)
                .build(),
            revoked: Cache::builder()
                .max_capacity(ENTRIES)
                .time_to_live(REVOCATION_REMEMBERED)
                .build(),
            good: Cache::builder()
                .max_capacity(ENTRIES)
                .time_to_live(GOOD_IS_REMEMBERED)
                .build(),
            noted: Cache::builder().max_capacity(ENTRIES).build(),
        }
    }

    /// Whether [`Self::find`] answers without a statement, or for a token that was good before.
    #[must_use]
    pub fn knows(&self, hash: &SecretHash) -> bool {
        self.entries.contains_key(hash) || self.good.contains_key(hash)
    }

    /// The token of this hash if it opens its connection at `now`.
    ///
    /// # Errors
    /// Those of the database; a refusal is the inner error.
    pub async fn find(
        &self,
        db: &Db,
        hash: SecretHash,
        now: DateTime<Utc>,
    ) -> Result<Result<Arc<StoredToken>, RefusedToken>, OpError> {
        let found = self
            .entries
            .try_get_with(hash, async {
                let token = db.platform().scim_token(&hash).await?;
                Ok::<_, DbError>(token.map(Arc::new))
            })
            .await
            .map_err(|error| look_up_failed(&error))?;
        let refused = |why, token| Ok(Err(RefusedToken { why, token }));
        let Some(token) = found else {
            return refused(TokenRefusal::Unknown, None);
        };
        if token.revoked_at.is_some() || self.revoked.contains_key(&hash) {
            return refused(TokenRefusal::Revoked, Some(token));
        }
        if token.expires_at <= now {
            return refused(TokenRefusal::Expired, Some(token));
        }
        if !self.good.contains_key(&hash) {
            self.good.insert(hash, ()).await;
        }
        Ok(Ok(token))
    }

    /// Looks every token up again, with its connection as it is now.
    pub fn forget(&self) {
        self.entries.invalidate_all();
    }

    /// Refuses a token from now on in this process, even where a look-up of before is under way.
    pub async fn revoke(&self, hash: SecretHash) {
        self.revoked.insert(hash, ()).await;
        self.entries.invalidate(&hash).await;
    }

    /// Notes in the background that a token is in use, at most once a minute.
    pub async fn note_use(&self, db: &Db, ids: &Ids, token: &StoredToken, now: DateTime<Utc>) {
        let noted = self.noted.get(&token.id).await.or(token.last_used_at);
        if noted.is_some_and(|noted| now - noted < USE_IS_NOTED_EVERY) {
            return;
        }
        self.noted.insert(token.id, now).await;
        let ctx = Arc::new(Ctx::system(
            token.account,
            "token_use",
            RequestId(ids.uuid_v7(now)),
            now,
        ));
        let (db, id) = (db.clone(), token.id);
        tokio::spawn(async move {
            let noted = db
                .write::<_, DbError, _>(&ctx, move |tx| {
                    Box::pin(async move {
                        Ok(match tx.touch_scim_token(id).await? {
                            true => Written::bookkeeping(()),
                            false => Written::unchanged(()),
                        })
                    })
                })
                .await;
            if let Err(error) = noted {
                tracing::warn!(%error, "the use of a SCIM token was not noted");
            }
        });
    }
}

/// Several requests may share one failed look-up, so its error cannot be handed on itself.
fn look_up_failed(error: &DbError) -> OpError {
    let text = format!("a SCIM token was not looked up: {error}");
    if error.is_unavailable() {
        OpError::Unavailable(text)
    } else {
        OpError::Internal(text)
    }
}
