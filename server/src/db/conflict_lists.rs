//! Conflicts as the console sees them.

use chrono::{DateTime, Utc};
use scim_schema::{
    api::{
        conflicts::{
            ConflictEnding, ConflictKind, ConflictPerson, ConflictRow, ConflictSelection,
            ConflictState, SELECTED_AT_MOST,
        },
        users::Source,
    },
    id::{ConflictId, ConnectionId, RequestId, UserId},
};
use sea_orm::{
    ColumnTrait, EntityTrait, FromQueryResult, JoinType, Order, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect,
    sea_query::{Alias, Expr, ExprTrait, IntoColumnRef, Query, SelectStatement},
};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{
    conflicts::{SentUser, parse_sent},
    entity::{conflict, idp_connection as connection, scim_link as link, user},
    error::DbError,
    fetch::{self, unsigned},
    scim_user_writes::Profile,
    scim_users::is_live,
    scope::AccountScope,
};
use crate::ctx::actor_from_columns;

/// Which conflicts are wanted; newest first.
#[derive(Clone, Debug, Default)]
pub struct ConflictFilter {
    /// Only what this connection asked for.
    pub connection: Option<ConnectionId>,
    /// Only this kind.
    pub kind: Option<ConflictKind>,
    /// Only in this state.
    pub state: Option<ConflictState>,
    /// Only older ones than this.
    pub before: Option<ConflictId>,
    /// Rows at most.
    pub limit: u64,
}

/// A conflict with both of its sides.
#[derive(Clone, Debug)]
pub struct ConflictSides {
    /// The row of the list.
    pub row: ConflictRow,
    /// Everybody here who could be meant, the one of the row first.
    pub people: Vec<ConflictPerson>,
    /// What is known here of the person of the row, in the words of SCIM.
    pub here: Map<String, Value>,
    /// What was sent.
    pub sent: Option<SentUser>,
    /// The request.
    pub request: Option<RequestId>,
}

#[derive(FromQueryResult)]
struct Row {
    conflict_id: Uuid,
    candidates: String,
    kind: String,
    cause: String,
    state: String,
    sent_user_name: String,
    sent: Option<String>,
    request_id: Option<Uuid>,
    seen: i64,
    first_seen_at: DateTime<Utc>,
    last_seen_at: DateTime<Utc>,
    ended_how: Option<String>,
    ended_at: Option<DateTime<Utc>>,
    ended_by_kind: Option<String>,
    ended_by_id: Option<Uuid>,
    ended_by_name: Option<String>,
    reason: Option<String>,
    connection_id: Uuid,
    connection_name: String,
}

#[derive(FromQueryResult)]
struct PersonRow {
    id: Uuid,
    user_name: String,
    email: Option<String>,
    given_name: Option<String>,
    family_name: Option<String>,
    display_name: Option<String>,
    locale: Option<String>,
    time_zone: Option<String>,
    status: String,
    idp_active: Option<bool>,
    document: Option<String>,
    source_id: Option<Uuid>,
    source_name: Option<String>,
}

impl AccountScope<'_> {
    /// Conflicts that the filter selects, and how many there are in all.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn conflicts(
        &self,
        filter: &ConflictFilter,
    ) -> Result<(Vec<ConflictRow>, u64), DbError> {
        use conflict::Column as C;
        let mut select = select_rows();
        select
            .and_where(Expr::col((conflict::Entity, C::AccountId)).eq(self.account.0))
            .order_by((conflict::Entity, C::Id), Order::Desc)
            .limit(filter.limit);
        if let Some(connection) = filter.connection {
            select.and_where(Expr::col((conflict::Entity, C::ConnectionId)).eq(connection.0));
        }
        if let Some(kind) = filter.kind {
            select.and_where(Expr::col((conflict::Entity, C::Kind)).eq(kind.as_str()));
        }
        if let Some(state) = filter.state {
            select.and_where(Expr::col((conflict::Entity, C::State)).eq(state.as_str()));
        }
        if let Some(before) = filter.before {
            select.and_where(Expr::col((conflict::Entity, C::Id)).lt(before.0));
        }
        let rows: Vec<(Row, PersonRow)> = self.pairs(&select).await?;
        let total = self.matching(filter).count(self.connection).await?;
        let rows = rows
            .into_iter()
            .map(|(row, person)| conflict_row(&row, &person));
        Ok((rows.collect::<Result<_, _>>()?, total))
    }

    /// Conflicts that nobody has decided.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn open_conflict_count(&self) -> Result<u64, DbError> {
        let open = ConflictFilter {
            state: Some(ConflictState::Open),
            ..ConflictFilter::default()
        };
        Ok(self.matching(&open).count(self.connection).await?)
    }

    /// Open conflicts that a person can be moved by, oldest first, and how many match in all.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn movable_conflicts(
        &self,
        filter: &ConflictFilter,
    ) -> Result<ConflictSelection, DbError> {
        use conflict::Column as C;
        let open = ConflictFilter {
            state: Some(ConflictState::Open),
            ..filter.clone()
        };
        let total = self.matching(&open).count(self.connection).await?;
        let ids: Vec<Uuid> = self
            .matching(&open)
            .filter(C::Kind.is_in([
                ConflictKind::UserName.as_str(),
                ConflictKind::Adoption.as_str(),
            ]))
            .filter(C::Cause.is_not_in(UNMOVABLE))
            .filter(C::Sent.is_not_null())
            .select_only()
            .column(C::Id)
            .order_by_asc(C::Id)
            .limit(SELECTED_AT_MOST)
            .into_tuple()
            .all(self.connection)
            .await?;
        Ok(ConflictSelection {
            ids: ids.into_iter().map(ConflictId).collect(),
            total,
        })
    }

    /// One conflict with both of its sides; `None` when the account has none of this id.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn conflict(&self, id: ConflictId) -> Result<Option<ConflictSides>, DbError> {
        let mut select = select_rows();
        select
            .and_where(
                Expr::col((conflict::Entity, conflict::Column::AccountId)).eq(self.account.0),
            )
            .and_where(Expr::col((conflict::Entity, conflict::Column::Id)).eq(id.0));
        let Some((row, person)) = self.pairs(&select).await?.into_iter().next() else {
            return Ok(None);
        };
        let people = self.people(&row.candidates, person.id).await?;
        let mut everybody = vec![person_view(&person)?];
        everybody.extend(people);
        Ok(Some(ConflictSides {
            row: conflict_row(&row, &person)?,
            people: everybody,
            here: known_of(&person)?,
            sent: row.sent.as_deref().map(parse_sent).transpose()?,
            request: row.request_id.map(RequestId),
        }))
    }

    /// The other candidates of a conflict.
    async fn people(&self, candidates: &str, but: Uuid) -> Result<Vec<ConflictPerson>, DbError> {
        let ids: Vec<Uuid> = candidates
            .split(' ')
            .filter_map(|id| id.parse::<UserId>().ok())
            .map(|id| id.0)
            .filter(|id| *id != but)
            .collect();
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut select = Query::select();
        select.from(user::Entity);
        with_person(&mut select);
        select
            .and_where(Expr::col((user::Entity, user::Column::AccountId)).eq(self.account.0))
            .and_where(Expr::col((user::Entity, user::Column::Id)).is_in(ids))
            .order_by((user::Entity, user::Column::Id), Order::Asc);
        let rows: Vec<PersonRow> = fetch::all(self.connection, &select).await?;
        rows.iter().map(person_view).collect()
    }

    async fn pairs(&self, select: &SelectStatement) -> Result<Vec<(Row, PersonRow)>, DbError> {
        let rows = sea_orm::ConnectionTrait::query_all(self.connection, select).await?;
        rows.iter()
            .map(|row| {
                Ok((
                    Row::from_query_result(row, "")?,
                    PersonRow::from_query_result(row, "")?,
                ))
            })
            .collect()
    }

    /// The same without what they are joined with, and without a place to begin.
    fn matching(&self, filter: &ConflictFilter) -> sea_orm::Select<conflict::Entity> {
        use conflict::Column as C;
        let mut select = conflict::Entity::find().filter(C::AccountId.eq(self.account.0));
        if let Some(connection) = filter.connection {
            select = select.filter(C::ConnectionId.eq(connection.0));
        }
        if let Some(kind) = filter.kind {
            select = select.filter(C::Kind.eq(kind.as_str()));
        }
        if let Some(state) = filter.state {
            select = select.filter(C::State.eq(state.as_str()));
        }
        select
    }
}

/// Causes that no move can end.
const UNMOVABLE: [&str; 2] = ["rename", "service_user"];

/// Conflicts with their connection and the person they are about.
fn select_rows() -> SelectStatement {
    use conflict::Column as C;
    let mut select = Query::select();
    for column in [
        C::Candidates,
        C::Kind,
        C::Cause,
        C::State,
        C::SentUserName,
        C::Sent,
        C::RequestId,
        C::Seen,
        C::FirstSeenAt,
        C::LastSeenAt,
        C::EndedHow,
        C::EndedAt,
        C::EndedByKind,
        C::EndedById,
        C::EndedByName,
        C::Reason,
        C::ConnectionId,
    ] {
        select.column((conflict::Entity, column));
    }
    select
        .expr_as(Expr::col((conflict::Entity, C::Id)), "conflict_id")
        .expr_as(
            Expr::col((connection::Entity, connection::Column::Name)),
            "connection_name",
        )
        .from(conflict::Entity)
        .inner_join(
            connection::Entity,
            Expr::col((connection::Entity, connection::Column::AccountId))
                .equals((conflict::Entity, C::AccountId))
                .and(
                    Expr::col((connection::Entity, connection::Column::Id))
                        .equals((conflict::Entity, C::ConnectionId)),
                ),
        )
        .inner_join(
            user::Entity,
            Expr::col((user::Entity, user::Column::AccountId))
                .equals((conflict::Entity, C::AccountId))
                .and(
                    Expr::col((user::Entity, user::Column::Id))
                        .equals((conflict::Entity, C::CandidateId)),
                ),
        );
    with_person(&mut select);
    select
}

/// The columns of [`PersonRow`], with the live link and whose it is.
fn with_person(select: &mut SelectStatement) {
    use user::Column as U;
    let owner = Alias::new("owner");
    let of_owner = |column: connection::Column| (owner.clone(), column).into_column_ref();
    for column in [
        U::Id,
        U::UserName,
        U::Email,
        U::GivenName,
        U::FamilyName,
        U::DisplayName,
        U::Locale,
        U::TimeZone,
        U::Status,
        U::IdpActive,
    ] {
        select.column((user::Entity, column));
    }
    select
        .column((link::Entity, link::Column::Document))
        .expr_as(Expr::col(of_owner(connection::Column::Id)), "source_id")
        .expr_as(Expr::col(of_owner(connection::Column::Name)), "source_name")
        .join(
            JoinType::LeftJoin,
            link::Entity,
            Expr::col((link::Entity, link::Column::AccountId))
                .equals((user::Entity, U::AccountId))
                .and(Expr::col((link::Entity, link::Column::UserId)).equals((user::Entity, U::Id)))
                .and(is_live()),
        )
        .join_as(
            JoinType::LeftJoin,
            connection::Entity,
            owner.clone(),
            Expr::col(of_owner(connection::Column::AccountId))
                .equals((link::Entity, link::Column::AccountId))
                .and(
                    Expr::col(of_owner(connection::Column::Id))
                        .equals((link::Entity, link::Column::ConnectionId)),
                ),
        );
}

fn conflict_row(row: &Row, person: &PersonRow) -> Result<ConflictRow, DbError> {
    let corrupt = |column| DbError::Corrupt(format!("conflicts.{column}"));
    let kind: ConflictKind = row.kind.parse().map_err(|_| corrupt("kind"))?;
    let state: ConflictState = row.state.parse().map_err(|_| corrupt("state"))?;
    let can_be = matches!(kind, ConflictKind::UserName | ConflictKind::Adoption);
    let movable = can_be
        && state != ConflictState::Resolved
        && row.sent.is_some()
        && !UNMOVABLE.contains(&row.cause.as_str());
    Ok(ConflictRow {
        id: row.conflict_id.into(),
        kind,
        cause: row.cause.parse().map_err(|_| corrupt("cause"))?,
        state,
        connection: row.connection_id.into(),
        connection_name: row.connection_name.clone(),
        sent_user_name: row.sent_user_name.clone(),
        person: person_view(person)?,
        seen: unsigned(row.seen),
        first_seen_at: row.first_seen_at,
        last_seen_at: row.last_seen_at,
        movable,
        end: ending(row)?,
    })
}

fn profile(row: &PersonRow) -> Profile {
    Profile {
        user_name: row.user_name.clone(),
        email: row.email.clone(),
        given_name: row.given_name.clone(),
        family_name: row.family_name.clone(),
        display_name: row.display_name.clone(),
        locale: row.locale.clone(),
        time_zone: row.time_zone.clone(),
    }
}

fn person_view(row: &PersonRow) -> Result<ConflictPerson, DbError> {
    let source = match (row.source_id, &row.source_name) {
        (Some(id), Some(name)) => Source::Connection {
            id: id.into(),
            name: name.clone(),
        },
        _ => Source::Local,
    };
    let status = row.status.parse();
    Ok(ConflictPerson {
        id: row.id.into(),
        name: profile(row).name(),
        user_name: row.user_name.clone(),
        email: row.email.clone(),
        status: status.map_err(|error| DbError::Corrupt(format!("users.status: {error}")))?,
        source,
    })
}

/// What the live link knows; of a person without one, what the columns say.
fn known_of(row: &PersonRow) -> Result<Map<String, Value>, DbError> {
    let mut known: Map<String, Value> = match &row.document {
        Some(text) => serde_json::from_str(text)
            .map_err(|error| DbError::Corrupt(format!("scim_links.document: {error}")))?,
        None => of_columns(row),
    };
    if let Some(active) = row.idp_active.filter(|_| row.document.is_some()) {
        known.insert("active".to_owned(), active.into());
    }
    Ok(known)
}

fn of_columns(row: &PersonRow) -> Map<String, Value> {
    let mut known = Map::new();
    let mut add = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            known.insert(name.to_owned(), value);
        }
    };
    let text = |text: &Option<String>| text.clone().map(Value::from);
    let parts = [
        ("familyName", &row.family_name),
        ("givenName", &row.given_name),
    ];
    let name: Map<String, Value> = parts
        .into_iter()
        .filter_map(|(part, said)| Some((part.to_owned(), text(said)?)))
        .collect();
    add("userName", Some(row.user_name.clone().into()));
    add("name", (!name.is_empty()).then(|| name.into()));
    add("displayName", text(&row.display_name));
    add("locale", text(&row.locale));
    add("timezone", text(&row.time_zone));
    let email = row.email.as_ref();
    add(
        "emails",
        email.map(|email| json!([{ "value": email, "primary": true }])),
    );
    known
}

fn ending(row: &Row) -> Result<Option<ConflictEnding>, DbError> {
    let (Some(how), Some(at), Some(kind)) = (&row.ended_how, row.ended_at, &row.ended_by_kind)
    else {
        return Ok(None);
    };
    let how = how
        .parse()
        .map_err(|error| DbError::Corrupt(format!("conflicts.ended_how: {error}")))?;
    let name = row.ended_by_name.clone().unwrap_or_default();
    Ok(Some(ConflictEnding {
        how,
        by: actor_from_columns(kind, row.ended_by_id, name),
        at,
        reason: row.reason.clone(),
    }))
}
