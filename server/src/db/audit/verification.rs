//! The chain as it is stored, to be verified and exported link by link.

use chrono::{DateTime, Utc};
use sea_orm::{
    ConnectionTrait, FromQueryResult, Order, QueryResult,
    sea_query::{Expr, ExprTrait, Query},
};
use uuid::Uuid;

use super::chain::{COLUMNS, ChainedEvent, number};
use crate::db::{
    DbError,
    entity::{
        audit_anchor as anchor, audit_detail as detail, audit_event as event, audit_link as link,
    },
    fetch::unsigned,
    scope::AccountScope,
};

/// A link with all that it stands for, as far as that is there.
#[derive(Clone, Debug)]
pub struct ChainLink {
    /// Its number.
    pub seq: u64,
    /// Its event.
    pub event_id: Uuid,
    /// Hash of the link before.
    pub prev_hash: Vec<u8>,
    /// Its hash.
    pub hash: Vec<u8>,
    /// The event; `None` when it is gone.
    pub event: Option<ChainedEvent>,
    /// The details; `None` once erased.
    pub details: Option<StoredDetails>,
    /// The hash that was noted under this number.
    pub anchor: Option<Vec<u8>>,
}

/// The erasable part of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredDetails {
    /// JSON.
    pub details: String,
    /// Where from.
    pub source_ip: Option<String>,
    /// What the client called itself.
    pub user_agent: Option<String>,
    /// Random.
    pub salt: Vec<u8>,
}

#[derive(FromQueryResult)]
struct Row {
    seq: i64,
    event_id: Uuid,
    prev_hash: Vec<u8>,
    hash: Vec<u8>,
    found: Option<DateTime<Utc>>,
    details: Option<String>,
    source_ip: Option<String>,
    user_agent: Option<String>,
    salt: Option<Vec<u8>>,
    anchor: Option<Vec<u8>>,
}

impl AccountScope<'_> {
    /// Links after a number, in their order.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn links_after(&self, seq: u64, limit: u64) -> Result<Vec<ChainLink>, DbError> {
        use anchor::Column as A;
        use detail::Column as D;
        use event::Column as E;
        use link::Column as L;
        let same_account = |of: Expr| of.equals((link::Entity, L::AccountId));
        let of_event = Expr::col((event::Entity, E::Id)).equals((link::Entity, L::EventId));
        let of_detail = Expr::col((detail::Entity, D::EventId)).equals((link::Entity, L::EventId));
        let of_anchor = Expr::col((anchor::Entity, A::Seq)).equals((link::Entity, L::Seq));
        let select = Query::select()
            .columns([L::Seq, L::EventId, L::PrevHash, L::Hash].map(|one| (link::Entity, one)))
            .expr_as(Expr::col((event::Entity, E::OccurredAt)), "found")
            .expr_as(Expr::col((event::Entity, E::Id)), "id")
            .columns(COLUMNS.map(|column| (event::Entity, column)))
            .columns(
                [D::Details, D::SourceIp, D::UserAgent, D::Salt].map(|one| (detail::Entity, one)),
            )
            .expr_as(Expr::col((anchor::Entity, A::Hash)), "anchor")
            .from(link::Entity)
            .left_join(
                event::Entity,
                same_account(Expr::col((event::Entity, E::AccountId))).and(of_event),
            )
            .left_join(
                detail::Entity,
                same_account(Expr::col((detail::Entity, D::AccountId))).and(of_detail),
            )
            .left_join(
                anchor::Entity,
                same_account(Expr::col((anchor::Entity, A::AccountId))).and(of_anchor),
            )
            .and_where(Expr::col((link::Entity, L::AccountId)).eq(self.account.0))
            .and_where(Expr::col((link::Entity, L::Seq)).gt(number(seq)))
            .order_by((link::Entity, L::Seq), Order::Asc)
            .limit(limit)
            .to_owned();
        let rows = self.connection.query_all(&select).await?;
        rows.iter().map(stored).collect()
    }
}

fn stored(result: &QueryResult) -> Result<ChainLink, DbError> {
    let row = Row::from_query_result(result, "")?;
    let event = match row.found {
        Some(_) => Some(ChainedEvent::from_query_result(result, "")?),
        None => None,
    };
    let details = match (row.details, row.salt) {
        (Some(details), Some(salt)) => Some(StoredDetails {
            details,
            source_ip: row.source_ip,
            user_agent: row.user_agent,
            salt,
        }),
        _ => None,
    };
    Ok(ChainLink {
        seq: unsigned(row.seq),
        event_id: row.event_id,
        prev_hash: row.prev_hash,
        hash: row.hash,
        event,
        details,
        anchor: row.anchor,
    })
}
