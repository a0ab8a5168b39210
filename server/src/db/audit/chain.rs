//! The chain: which events have no link yet, where it has come to, and its new links. Links are
//! written after the events' own commit, so that no write waits for another one's link.

use chrono::{DateTime, Utc};
use scim_schema::id::{AccountId, AuditEventId};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, FromQueryResult, Order, QueryFilter, QuerySelect,
    sea_query::{Expr, ExprTrait, LockBehavior, LockType, OnConflict, Query, SelectStatement},
};
use uuid::Uuid;

use crate::db::{
    DbError,
    entity::{
        account, audit_anchor as anchor, audit_chain as chain, audit_event as event,
        audit_link as link,
    },
    fetch,
    keyset::rows_of,
    scope::{AccountScope, PlatformScope},
    unit::AccountTx,
};

/// An event without a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unlinked {
    /// Whose.
    pub account: AccountId,
    /// Which.
    pub id: AuditEventId,
}

/// The last link of a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredHead {
    /// Its number; 0 before the first.
    pub seq: u64,
    /// Its hash; zeros before the first.
    pub hash: Vec<u8>,
    /// When it was added.
    pub at: DateTime<Utc>,
}

/// A link to add.
#[derive(Clone, Debug)]
pub struct NewChainLink {
    /// Its number.
    pub seq: u64,
    /// Its event.
    pub event: AuditEventId,
    /// Hash of the link before.
    pub prev_hash: Vec<u8>,
    /// Its hash.
    pub hash: Vec<u8>,
}

/// What a link stands for: every column of an event.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct ChainedEvent {
    /// The event.
    pub id: Uuid,
    /// When.
    pub occurred_at: DateTime<Utc>,
    /// Who, by kind.
    pub actor_kind: String,
    /// Who, by id.
    pub actor_id: Option<Uuid>,
    /// Which part of the product.
    pub actor_component: Option<String>,
    /// With which session or token.
    pub credential_id: Option<Uuid>,
    /// Through what.
    pub channel: String,
    /// What was done.
    pub action: String,
    /// To what, by kind.
    pub target_kind: String,
    /// To what, by id.
    pub target_id: Option<Uuid>,
    /// How it ended.
    pub outcome: String,
    /// What stands for its details.
    pub commitment: Vec<u8>,
    /// In which request.
    pub request_id: Uuid,
}

#[derive(FromQueryResult)]
struct UnlinkedRow {
    account_id: Uuid,
    id: Uuid,
}

/// The columns of [`ChainedEvent`] but for its id.
pub(super) const COLUMNS: [event::Column; 12] = [
    event::Column::OccurredAt,
    event::Column::ActorKind,
    event::Column::ActorId,
    event::Column::ActorComponent,
    event::Column::CredentialId,
    event::Column::Channel,
    event::Column::Action,
    event::Column::TargetKind,
    event::Column::TargetId,
    event::Column::Outcome,
    event::Column::Commitment,
    event::Column::RequestId,
];

impl PlatformScope<'_> {
    /// Events of every account that were made at `since` or later and have no link, at most `limit`.
    /// An id is made in the unit of work of its event, so `since` has to lie before the longest unit.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn unlinked_events(
        &self,
        since: DateTime<Utc>,
        limit: u64,
    ) -> Result<Vec<Unlinked>, DbError> {
        use event::Column as E;
        // A join would let SQLite begin with every event there is; a list of accounts is looked up.
        let accounts = Query::select()
            .column(account::Column::Id)
            .from(account::Entity)
            .to_owned();
        let select = Query::select()
            .column((event::Entity, E::AccountId))
            .column((event::Entity, E::Id))
            .from(event::Entity)
            .and_where(Expr::col((event::Entity, E::AccountId)).in_subquery(accounts))
            .and_where(Expr::col((event::Entity, E::Id)).gte(first_id(since)))
            .and_where(has_no_link())
            .limit(limit)
            .to_owned();
        let rows: Vec<UnlinkedRow> = fetch::all(self.connection, &select).await?;
        let unlinked = rows.into_iter().map(|row| Unlinked {
            account: row.account_id.into(),
            id: row.id.into(),
        });
        Ok(unlinked.collect())
    }
}

impl AccountScope<'_> {
    /// Of the next `limit` events after `after` in the order of their ids, those without a link, and
    /// the last one that was looked at; `None` at the end.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn unlinked_after(
        &self,
        after: AuditEventId,
        limit: u64,
    ) -> Result<(Vec<AuditEventId>, Option<AuditEventId>), DbError> {
        use event::Column as E;
        let select = Query::select()
            .column((event::Entity, E::Id))
            .expr_as(
                Expr::col((link::Entity, link::Column::Seq)).is_null(),
                "is_unlinked",
            )
            .from(event::Entity)
            .left_join(link::Entity, is_link_of_event())
            .and_where(Expr::col((event::Entity, E::AccountId)).eq(self.account.0))
            .and_where(Expr::col((event::Entity, E::Id)).gt(after.0))
            .order_by((event::Entity, E::Id), Order::Asc)
            .limit(limit)
            .to_owned();
        let rows: Vec<Looked> = fetch::all(self.connection, &select).await?;
        let last = rows.last().map(|row| row.id.into());
        let unlinked = rows.iter().filter(|row| row.is_unlinked);
        Ok((unlinked.map(|row| row.id.into()).collect(), last))
    }

    /// How many events since `since` have no link, counted up to `limit`, and when the oldest of them
    /// happened.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn pending_links(
        &self,
        since: DateTime<Utc>,
        limit: u64,
    ) -> Result<(u64, Option<DateTime<Utc>>), DbError> {
        use event::Column as E;
        let unlinked = Query::select()
            .column((event::Entity, E::OccurredAt))
            .from(event::Entity)
            .and_where(Expr::col((event::Entity, E::AccountId)).eq(self.account.0))
            .and_where(Expr::col((event::Entity, E::Id)).gte(first_id(since)))
            .and_where(has_no_link())
            .limit(limit)
            .to_owned();
        let mut select = rows_of(unlinked, "unlinked");
        select
            .expr_as(Expr::cust("COUNT(*)"), "count")
            .expr_as(Expr::col(("unlinked", E::OccurredAt)).min(), "oldest");
        let pending: Option<Pending> = fetch::one(self.connection, &select).await?;
        Ok(pending.map_or((0, None), |pending| {
            (fetch::unsigned(pending.count), pending.oldest)
        }))
    }

    /// Where the chain has come to; `None` before its first link.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn chain_head(&self) -> Result<Option<StoredHead>, DbError> {
        let row = chain::Entity::find_by_id(self.account.0)
            .one(self.connection)
            .await?;
        Ok(row.map(head).filter(|head| head.seq > 0))
    }

    /// The heads that were noted, newest first.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn chain_anchors(&self, limit: u64) -> Result<Vec<StoredHead>, DbError> {
        use sea_orm::QueryOrder;
        let rows = anchor::Entity::find()
            .filter(anchor::Column::AccountId.eq(self.account.0))
            .order_by_desc(anchor::Column::Seq)
            .limit(limit)
            .all(self.connection)
            .await?;
        let anchors = rows.into_iter().map(|row| StoredHead {
            seq: fetch::unsigned(row.seq),
            hash: row.hash,
            at: row.noted_at,
        });
        Ok(anchors.collect())
    }
}

impl AccountTx {
    /// Takes the account's chain until the unit ends; `None` while somebody else has it.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn take_chain(&self) -> Result<Option<StoredHead>, DbError> {
        if let Some(head) = self.locked_chain().await? {
            return Ok(Some(head));
        }
        let first = chain::ActiveModel {
            account_id: Set(self.account().0),
            seq: Set(0),
            hash: Set(vec![0; 32]),
            linked_at: Set(self.ctx().now),
        };
        let there = OnConflict::new().do_nothing().to_owned();
        self.connection.upsert_all(vec![first], &there).await?;
        self.settle().await?;
        self.locked_chain().await
    }

    async fn locked_chain(&self) -> Result<Option<StoredHead>, DbError> {
        let row = chain::Entity::find_by_id(self.account().0)
            .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
            .one(&self.connection)
            .await?;
        Ok(row.map(head))
    }

    /// Those of `events` that have no link, in the order of their ids.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn events_to_link(
        &self,
        events: &[AuditEventId],
    ) -> Result<Vec<ChainedEvent>, DbError> {
        use event::Column as E;
        let select = Query::select()
            .column((event::Entity, E::Id))
            .columns(COLUMNS.map(|column| (event::Entity, column)))
            .from(event::Entity)
            .and_where(Expr::col((event::Entity, E::AccountId)).eq(self.account().0))
            .and_where(Expr::col((event::Entity, E::Id)).is_in(events.iter().map(|id| id.0)))
            .and_where(has_no_link())
            .order_by((event::Entity, E::Id), Order::Asc)
            .to_owned();
        fetch::all(&self.connection, &select).await
    }

    /// Adds links, in their order, and moves the chain on.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn append_links(&self, links: &[NewChainLink]) -> Result<(), DbError> {
        let Some(last) = links.last() else {
            return Ok(());
        };
        let rows = links.iter().map(|new| link::ActiveModel {
            account_id: Set(self.account().0),
            seq: Set(number(new.seq)),
            event_id: Set(new.event.0),
            prev_hash: Set(new.prev_hash.clone()),
            hash: Set(new.hash.clone()),
        });
        self.insert_rows(rows.collect()).await?;
        let update = chain::Entity::update_many()
            .filter(chain::Column::AccountId.eq(self.account().0))
            .col_expr(chain::Column::Seq, Expr::val(number(last.seq)))
            .col_expr(chain::Column::Hash, Expr::val(last.hash.clone()))
            .col_expr(chain::Column::LinkedAt, Expr::val(self.ctx().now));
        Ok(self.connection.update(update).await?)
    }

    /// Notes where the chain stands, unless that was noted already; `None` before its first link.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn note_chain_head(&self) -> Result<Option<StoredHead>, DbError> {
        let row = chain::Entity::find_by_id(self.account().0)
            .one(&self.connection)
            .await?;
        let Some(head) = row.map(head).filter(|head| head.seq > 0) else {
            return Ok(None);
        };
        let noted = anchor::ActiveModel {
            account_id: Set(self.account().0),
            seq: Set(number(head.seq)),
            hash: Set(head.hash.clone()),
            noted_at: Set(self.ctx().now),
        };
        let there = OnConflict::new().do_nothing().to_owned();
        self.connection.upsert_all(vec![noted], &there).await?;
        Ok(Some(head))
    }
}

#[derive(FromQueryResult)]
struct Looked {
    id: Uuid,
    is_unlinked: bool,
}

#[derive(FromQueryResult)]
struct Pending {
    count: i64,
    oldest: Option<DateTime<Utc>>,
}

fn head(row: chain::Model) -> StoredHead {
    StoredHead {
        seq: fetch::unsigned(row.seq),
        hash: row.hash,
        at: row.linked_at,
    }
}

/// A number of a link as it is stored.
pub(super) fn number(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}

/// Whether a row of the links is that of the event of the outer select.
fn is_link_of_event() -> Expr {
    use link::Column as L;
    Expr::col((link::Entity, L::AccountId))
        .equals((event::Entity, event::Column::AccountId))
        .and(Expr::col((link::Entity, L::EventId)).equals((event::Entity, event::Column::Id)))
}

/// Whether the event of the outer select has no link: whatever was committed late is found by what it
/// lacks, wherever its time would place it.
fn has_no_link() -> Expr {
    let link_of_event: SelectStatement = Query::select()
        .expr(Expr::val(1))
        .from(link::Entity)
        .and_where(is_link_of_event())
        .to_owned();
    Expr::exists(link_of_event).not()
}

/// The smallest id that can be made at an instant (RFC 9562 section 5.7).
pub(super) fn first_id(at: DateTime<Utc>) -> Uuid {
    let millis = u64::try_from(at.timestamp_millis()).unwrap_or(0);
    Uuid::from_u128(u128::from(millis) << 80)
}
