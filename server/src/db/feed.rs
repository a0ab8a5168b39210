//! The change feed: one row per change, read by live updates of every process.

use chrono::{DateTime, Utc};
use scim_schema::{
    api::events::{ChangeEvent, ChangeKind},
    id::AccountId,
};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{Db, entity::change, error::DbError, unit::AccountTx};

/// Rows read at most in one poll; more than that and listeners fetch everything again.
pub(crate) const POLL_LIMIT: u64 = 2_000;

/// A change to announce.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// What kind of thing.
    pub kind: ChangeKind,
    /// Which one.
    pub id: Uuid,
    /// Its version after the change.
    pub version: i64,
    /// What it does to the number of such things: +1, 0 or -1.
    pub delta: i16,
}

impl Change {
    /// A change of something that was there before.
    #[must_use]
    pub fn updated(kind: ChangeKind, id: impl Into<Uuid>, version: i64) -> Self {
        Self {
            kind,
            id: id.into(),
            version,
            delta: 0,
        }
    }

    /// Something new.
    #[must_use]
    pub fn created(kind: ChangeKind, id: impl Into<Uuid>) -> Self {
        Self {
            delta: 1,
            ..Self::updated(kind, id, 1)
        }
    }

    /// Something gone.
    #[must_use]
    pub fn deleted(kind: ChangeKind, id: impl Into<Uuid>, version: i64) -> Self {
        Self {
            delta: -1,
            ..Self::updated(kind, id, version)
        }
    }
}

/// A change as read back.
#[derive(Clone, Copy, Debug)]
pub struct FeedRow {
    /// Whose.
    pub account: AccountId,
    /// Id of the row, to drop repeats.
    pub id: Uuid,
    /// What the listener is told.
    pub event: ChangeEvent,
}

pub(super) async fn insert(tx: &AccountTx, changes: &[Change]) -> Result<(), DbError> {
    let rows = changes.iter().map(|change| change::ActiveModel {
        account_id: Set(tx.account().0),
        id: Set(tx.new_id()),
        kind: Set(change.kind.as_str().to_owned()),
        entity_id: Set(change.id),
        version: Set(change.version),
        delta: Set(change.delta),
        occurred_at: Set(tx.ctx().now),
    });
    tx.insert_rows(rows.collect()).await
}

impl Db {
    /// Changes of every account since `since`, oldest first, at most [`POLL_LIMIT`]. Callers read
    /// some seconds back and drop repeats by id, because a transaction may commit late.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn changes_since(&self, since: DateTime<Utc>) -> Result<Vec<FeedRow>, DbError> {
        let rows = change::Entity::find()
            .filter(change::Column::OccurredAt.gte(since))
            .order_by_asc(change::Column::OccurredAt)
            .order_by_asc(change::Column::Id)
            .limit(POLL_LIMIT)
            .all(self.reader())
            .await?;
        rows.iter().map(feed_row).collect()
    }
}

fn feed_row(row: &change::Model) -> Result<FeedRow, DbError> {
    let kind = row
        .kind
        .parse()
        .map_err(|error| DbError::Corrupt(format!("change_feed.kind: {error}")))?;
    Ok(FeedRow {
        account: row.account_id.into(),
        id: row.id,
        event: ChangeEvent {
            kind,
            id: row.entity_id,
            version: row.version,
        },
    })
}
