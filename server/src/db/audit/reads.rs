//! Looking through the audit log, newest first. A page is walked along the index of one filter and
//! costs four statements at most, however large the log is: rows, names of people, names of things,
//! rows of the provisioning log.

use std::collections::{HashMap, HashSet};

use chrono::TimeDelta;
use scim_schema::{
    api::{
        audit::{AuditChannel, AuditDetail, AuditLink, AuditRow, AuditTarget, DETAILS_IN_LISTS},
        users::Actor,
    },
    id::{AuditEventId, ProvisioningRequestId, RequestId},
};
use sea_orm::{
    FromQueryResult, JoinType, Order,
    sea_query::{
        CaseStatement, Cond, Expr, ExprTrait, Func, Query, SelectStatement, SimpleExpr, UnionType,
    },
};
use uuid::Uuid;

use super::{
    chain::{COLUMNS, ChainedEvent},
    filter::{AuditFilter, AuditPlace},
    names::{Names, names_of},
};
use crate::{
    ctx::actor_from_columns,
    db::{
        DbError,
        entity::{
            audit_detail as detail, audit_event as event, audit_link as link,
            scim_request_log as log,
        },
        fetch::{self, unsigned},
        keyset::rows_of,
        scope::AccountScope,
    },
};

/// Longest time between the id of a request and those of what it leaves in the audit log.
const REQUEST_TAKES: TimeDelta = TimeDelta::minutes(2);

/// A row with its details.
struct Found {
    event: ChainedEvent,
    details: Option<String>,
    kept: bool,
}

#[derive(FromQueryResult)]
struct DetailsRow {
    shown: Option<String>,
    kept: Option<Uuid>,
}

#[derive(FromQueryResult)]
struct Beside {
    source_ip: Option<String>,
    user_agent: Option<String>,
    seq: Option<i64>,
    prev_hash: Option<Vec<u8>>,
    hash: Option<Vec<u8>>,
}

#[derive(FromQueryResult)]
struct Logged {
    request_id: Uuid,
    id: Uuid,
}

impl AccountScope<'_> {
    /// Acts, newest first.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn audit_rows(&self, filter: &AuditFilter) -> Result<Vec<AuditRow>, DbError> {
        self.audit_page(self.page_of(filter)).await
    }

    /// The acts of a page of their keys, newest first.
    pub(super) async fn audit_page(&self, page: SelectStatement) -> Result<Vec<AuditRow>, DbError> {
        let select = self.rows_of_page(page, shortened_details());
        let rows = sea_orm::ConnectionTrait::query_all(self.connection, &select).await?;
        let found = rows.iter().map(found).collect::<Result<Vec<_>, _>>()?;
        self.told(found).await
    }

    /// One act with everything that is known of it; `None` when the account has none of this id.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn audit_event(&self, id: AuditEventId) -> Result<Option<AuditDetail>, DbError> {
        use detail::Column as D;
        use link::Column as L;
        let page = self.keys(|select| {
            select.and_where(column(event::Column::Id).eq(id.0));
        });
        let whole = Expr::col((detail::Entity, D::Details));
        let mut select = self.rows_of_page(page, whole);
        let of_link = Expr::col((link::Entity, L::AccountId))
            .equals((event::Entity, event::Column::AccountId))
            .and(Expr::col((link::Entity, L::EventId)).equals((event::Entity, event::Column::Id)));
        select
            .columns([D::SourceIp, D::UserAgent].map(|one| (detail::Entity, one)))
            .columns([L::Seq, L::PrevHash, L::Hash].map(|one| (link::Entity, one)))
            .left_join(link::Entity, of_link);
        let row = sea_orm::ConnectionTrait::query_one(self.connection, &select).await?;
        let Some(result) = row else {
            return Ok(None);
        };
        let beside = Beside::from_query_result(&result, "")?;
        let found = found(&result)?;
        let credential = found.event.credential_id;
        let row = self.told(vec![found]).await?.pop();
        Ok(row.map(|row| AuditDetail {
            row,
            credential,
            link: link_of(&beside),
            source_ip: beside.source_ip,
            user_agent: beside.user_agent,
        }))
    }

    /// Of the next links of the chain, the acts that pass a filter, and the number of the last link that
    /// was looked at; `None` at the end. What passes is decided here: a filter that few pass would let
    /// one statement read the whole chain.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn exported(
        &self,
        after: u64,
        limit: u64,
        filter: &AuditFilter,
    ) -> Result<(Vec<AuditDetail>, Option<u64>), DbError> {
        let links = self.links_after(after, limit).await?;
        let last = links.last().map(|link| link.seq);
        let (mut found, mut beside) = (Vec::new(), Vec::new());
        for link in links {
            let Some(event) = link.event.clone().filter(|event| filter.takes(event)) else {
                continue;
            };
            found.push(Found {
                details: link.details.as_ref().map(|kept| kept.details.clone()),
                kept: link.details.is_some(),
                event,
            });
            beside.push(link);
        }
        let rows = self.told(found).await?;
        let details = rows.into_iter().zip(beside).map(|(row, link)| AuditDetail {
            credential: link.event.and_then(|event| event.credential_id),
            source_ip: link
                .details
                .as_ref()
                .and_then(|kept| kept.source_ip.clone()),
            user_agent: link.details.and_then(|kept| kept.user_agent),
            link: Some(AuditLink {
                seq: link.seq,
                prev_hash: hexadecimal(&link.prev_hash),
                hash: hexadecimal(&link.hash),
            }),
            row,
        });
        Ok((details.collect(), last))
    }

    /// The keys of a page. Acts of an area are walked one by one, each along its index: together they
    /// would be a range, whose rows have to be put into order.
    fn page_of(&self, filter: &AuditFilter) -> SelectStatement {
        let walk = |action: Option<&'static str>| {
            let mut keys = self.keys(|select| {
                self.narrow_acts(select, filter);
                if let Some(action) = action {
                    select.and_where(column(event::Column::Action).eq(action));
                }
            });
            newest_first(&mut keys, event::Entity, filter.limit);
            keys
        };
        match filter.actions.as_slice() {
            [] => walk(None),
            [action] => walk(Some(action)),
            [first, others @ ..] => {
                let mut all = rows_of(walk(Some(first)), "walk");
                all.columns([event::Column::OccurredAt, event::Column::Id]);
                for action in others {
                    let mut other = rows_of(walk(Some(action)), "walk");
                    other.columns([event::Column::OccurredAt, event::Column::Id]);
                    all.union(UnionType::All, other);
                }
                let mut together = rows_of(all, "walks");
                together.columns([event::Column::OccurredAt, event::Column::Id]);
                newest_first(&mut together, "walks", filter.limit);
                together
            }
        }
    }

    /// The time and id of events of the account.
    pub(super) fn keys(&self, narrow: impl FnOnce(&mut SelectStatement)) -> SelectStatement {
        use event::Column as E;
        let mut select = Query::select();
        select
            .columns([E::OccurredAt, E::Id].map(|one| (event::Entity, one)))
            .from(event::Entity)
            .and_where(column(E::AccountId).eq(self.account.0));
        narrow(&mut select);
        select
    }

    /// Everything of a filter but its acts and its limit.
    fn narrow_acts(&self, select: &mut SelectStatement, filter: &AuditFilter) {
        use event::Column as E;
        if let Some(since) = filter.since {
            select.and_where(column(E::OccurredAt).gte(since));
        }
        if let Some(until) = filter.until {
            select.and_where(column(E::OccurredAt).lt(until));
        }
        if let Some(place) = filter.before {
            beyond(select, place);
        }
        if let Some(actor) = filter.actor {
            select.and_where(column(E::ActorId).eq(actor));
        }
        if let Some(kind) = &filter.target_kind {
            select.and_where(column(E::TargetKind).eq(kind.as_str()));
        }
        if let Some(target) = filter.target {
            select.and_where(column(E::TargetId).eq(target));
        }
        // Literals, not parameters: the indexes of these two are partial.
        let literal = |word: &str| Expr::Constant(word.to_owned().into());
        if let Some(outcome) = filter.outcome {
            select.and_where(column(E::Outcome).eq(literal(outcome.as_str())));
        }
        if let Some(channel) = filter.channel {
            select.and_where(column(E::Channel).eq(literal(channel.as_str())));
            if channel != AuditChannel::Scim {
                select.and_where(column(E::Channel).ne(literal(AuditChannel::Scim.as_str())));
            }
        }
        if let Some(id) = filter.any_id {
            select.and_where(column(E::Id).in_subquery(self.with_id(id)));
        }
    }

    /// Ids of the events that an id leads to.
    fn with_id(&self, id: Uuid) -> SelectStatement {
        use event::Column as E;
        let ids = |condition: Expr| {
            Query::select()
                .column(E::Id)
                .from(event::Entity)
                .and_where(Expr::col(E::AccountId).eq(self.account.0))
                .and_where(condition)
                .to_owned()
        };
        // What a request does has ids that were made soon after its own.
        let of_request = Expr::col(E::Id)
            .gte(id)
            .and(Expr::col(E::Id).lt(later(id, REQUEST_TAKES)))
            .and(Expr::col(E::RequestId).eq(id));
        let mut all = ids(Expr::col(E::Id).eq(id));
        for condition in [
            of_request,
            Expr::col(E::TargetId).eq(id),
            Expr::col(E::ActorId).eq(id),
        ] {
            all.union(UnionType::All, ids(condition));
        }
        all
    }

    /// The rows of a page of keys, newest first.
    fn rows_of_page(&self, page: SelectStatement, details: Expr) -> SelectStatement {
        use detail::Column as D;
        use event::Column as E;
        let of_page = column(E::AccountId)
            .eq(self.account.0)
            .and(column(E::Id).equals(("page", E::Id)));
        let of_event = Expr::col((detail::Entity, D::AccountId))
            .equals((event::Entity, E::AccountId))
            .and(Expr::col((detail::Entity, D::EventId)).equals((event::Entity, E::Id)));
        let mut select = rows_of(page, "page");
        select
            .column((event::Entity, E::Id))
            .columns(COLUMNS.map(|one| (event::Entity, one)))
            .expr_as(details, "shown")
            .expr_as(Expr::col((detail::Entity, D::EventId)), "kept")
            .inner_join(event::Entity, of_page)
            .join(JoinType::LeftJoin, detail::Entity, of_event)
            .order_by((event::Entity, E::OccurredAt), Order::Desc)
            .order_by((event::Entity, E::Id), Order::Desc);
        select
    }

    /// Rows in the words of the API, with the names of today.
    async fn told(&self, found: Vec<Found>) -> Result<Vec<AuditRow>, DbError> {
        let names = self.names_in(&found).await?;
        let logged = self.logged(&found).await?;
        found
            .into_iter()
            .map(|found| row(found, &names, &logged))
            .collect()
    }

    async fn names_in(&self, found: &[Found]) -> Result<Names, DbError> {
        let (mut people, mut things) = (HashSet::new(), HashSet::new());
        for Found { event, .. } in found {
            for (kind, id) in [
                (&event.actor_kind, event.actor_id),
                (&event.target_kind, event.target_id),
            ] {
                match (kind.as_str(), id) {
                    ("user", Some(id)) => people.insert(id),
                    (
                        "connection" | "group" | "organisation" | "domain" | "attribute_definition",
                        Some(id),
                    ) => things.insert(id),
                    _ => false,
                };
            }
        }
        names_of(self.connection, self.account.0, &people, &things).await
    }

    /// Rows of the provisioning log by request, of what came through SCIM.
    async fn logged(&self, found: &[Found]) -> Result<HashMap<Uuid, Uuid>, DbError> {
        let scim = AuditChannel::Scim.as_str();
        let through_scim = found.iter().filter(|found| found.event.channel == scim);
        let requests: HashSet<Uuid> = through_scim.map(|found| found.event.request_id).collect();
        self.logged_requests(&requests).await
    }

    /// Rows of the provisioning log by request.
    async fn logged_requests(
        &self,
        requests: &HashSet<Uuid>,
    ) -> Result<HashMap<Uuid, Uuid>, DbError> {
        if requests.is_empty() {
            return Ok(HashMap::new());
        }
        let select = Query::select()
            .columns([log::Column::RequestId, log::Column::Id])
            .from(log::Entity)
            .and_where(Expr::col(log::Column::AccountId).eq(self.account.0))
            .and_where(Expr::col(log::Column::RequestId).is_in(requests.iter().copied()))
            .and_where(Expr::col(log::Column::RequestId).is_not_null())
            .to_owned();
        let rows: Vec<Logged> = fetch::all(self.connection, &select).await?;
        Ok(rows
            .into_iter()
            .map(|row| (row.request_id, row.id))
            .collect())
    }
}

/// A column of the events.
pub(super) fn column(column: event::Column) -> Expr {
    Expr::col((event::Entity, column))
}

/// Rows beyond a place. The bound on the time alone is one that an index finds.
pub(super) fn beyond(select: &mut SelectStatement, place: AuditPlace) {
    use event::Column as E;
    let earlier = column(E::OccurredAt).lt(place.at);
    let tie = Cond::any().add(earlier).add(column(E::Id).lt(place.id));
    select
        .and_where(column(E::OccurredAt).lte(place.at))
        .cond_where(tie);
}

/// Sorts keys from the newest on.
pub(super) fn newest_first(
    keys: &mut SelectStatement,
    table: impl sea_orm::sea_query::IntoIden,
    limit: u64,
) {
    let table = table.into_iden();
    keys.order_by((table.clone(), event::Column::OccurredAt), Order::Desc)
        .order_by((table, event::Column::Id), Order::Desc)
        .limit(limit);
}

/// The details of a list: what is too long is shown of one event alone.
fn shortened_details() -> Expr {
    let details = || Expr::col((detail::Entity, detail::Column::Details));
    let length: SimpleExpr = Func::char_length(details()).into();
    let fits = CaseStatement::new().case(length.lte(DETAILS_IN_LISTS), details());
    fits.into()
}

/// An id as it would be made so much later.
fn later(id: Uuid, by: TimeDelta) -> Uuid {
    let millis = u128::try_from(by.num_milliseconds()).unwrap_or(0);
    Uuid::from_u128(id.as_u128().saturating_add(millis << 80))
}

fn found(result: &sea_orm::QueryResult) -> Result<Found, DbError> {
    let details = DetailsRow::from_query_result(result, "")?;
    Ok(Found {
        event: ChainedEvent::from_query_result(result, "")?,
        details: details.shown,
        kept: details.kept.is_some(),
    })
}

fn link_of(row: &Beside) -> Option<AuditLink> {
    Some(AuditLink {
        seq: unsigned(row.seq?),
        prev_hash: hexadecimal(row.prev_hash.as_deref()?),
        hash: hexadecimal(row.hash.as_deref()?),
    })
}

fn row(found: Found, names: &Names, logged: &HashMap<Uuid, Uuid>) -> Result<AuditRow, DbError> {
    let Found {
        event,
        details,
        kept,
    } = found;
    let corrupt = |column: &str| DbError::Corrupt(format!("audit_events.{column}"));
    let details = details.map(|text| {
        serde_json::from_str(&text)
            .map_err(|error| DbError::Corrupt(format!("audit_details.details: {error}")))
    });
    Ok(AuditRow {
        id: AuditEventId(event.id),
        at: event.occurred_at,
        actor: actor(&event, names),
        channel: event.channel.parse().map_err(|_| corrupt("channel"))?,
        outcome: event.outcome.parse().map_err(|_| corrupt("outcome"))?,
        action: event.action,
        target: AuditTarget {
            name: names.of(event.target_id),
            kind: event.target_kind,
            id: event.target_id,
        },
        request: RequestId(event.request_id),
        log: logged
            .get(&event.request_id)
            .map(|id| ProvisioningRequestId(*id)),
        details: details.transpose()?,
        erased: !kept,
    })
}

fn actor(event: &ChainedEvent, names: &Names) -> Actor {
    let component = event.actor_component.clone();
    let name = component.or_else(|| names.of(event.actor_id));
    actor_from_columns(&event.actor_kind, event.actor_id, name.unwrap_or_default())
}

/// Bytes as people compare them.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _written = write!(text, "{byte:02x}");
        text
    })
}
