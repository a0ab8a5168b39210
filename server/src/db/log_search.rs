//! Looking through the provisioning log, newest first.

use chrono::{DateTime, Utc};
use scim_schema::{
    api::provisioning_log::{LogFacts, LogOutcome, LogPerson, LogRow},
    id::{ConnectionId, ProvisioningRequestId, RequestId, UserId},
};
use sea_orm::{
    ColumnTrait, FromQueryResult, JoinType, Order,
    sea_query::{Cond, Expr, ExprTrait, LikeExpr, Query, SelectStatement},
};
use uuid::Uuid;

use super::{
    dialect::escape_like,
    entity::{
        idp_connection as connection, scim_request_log as log, scim_request_user as touched, user,
    },
    error::DbError,
    fetch::{self, unsigned},
    scim_user_writes::Profile,
    scope::AccountScope,
};

/// Which rows of the log are wanted; newest first.
#[derive(Clone, Debug, Default)]
pub struct LogFilter {
    /// Only requests that touched this user.
    pub user: Option<UserId>,
    /// Only requests of this connection.
    pub connection: Option<ConnectionId>,
    /// Only answers with status 400 or more.
    pub errors_only: bool,
    /// Folded words, each of which is in a name of one person whom the request touched.
    pub words: Vec<String>,
    /// Only the request with this id, its own or that of its row.
    pub request: Option<Uuid>,
    /// Only requests with this method.
    pub method: Option<String>,
    /// Only requests that were answered so.
    pub outcome: Option<LogOutcome>,
    /// Only requests that arrived at this time or later.
    pub since: Option<DateTime<Utc>>,
    /// Only requests that arrived before this time.
    pub until: Option<DateTime<Utc>>,
    /// Only rows older than this one.
    pub before: Option<ProvisioningRequestId>,
    /// Rows at most.
    pub limit: u64,
}

/// A row without bodies.
#[derive(FromQueryResult)]
pub(super) struct Row {
    id: Uuid,
    at: DateTime<Utc>,
    connection_id: Uuid,
    name: String,
    method: String,
    path: String,
    status: i16,
    scim_type: Option<String>,
    decision: String,
    duration_us: i64,
    notes: String,
    request_id: Option<Uuid>,
    statements: Option<i32>,
    facts: Option<String>,
    people: i64,
    person_id: Option<Uuid>,
    user_name: Option<String>,
    given_name: Option<String>,
    family_name: Option<String>,
    display_name: Option<String>,
}

impl AccountScope<'_> {
    /// Rows of the log, newest first, without bodies.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn log_rows(&self, filter: &LogFilter) -> Result<Vec<LogRow>, DbError> {
        use log::Column as L;
        let mut select = rows_of(self.account.0, filter.user);
        let mut key = Expr::col((log::Entity, L::Id));
        if let Some(user) = filter.user {
            key = Expr::col((touched::Entity, touched::Column::RequestId));
            let of_row = Expr::col((touched::Entity, touched::Column::AccountId))
                .equals((log::Entity, L::AccountId))
                .and(key.clone().equals((log::Entity, L::Id)));
            select
                .inner_join(touched::Entity, of_row)
                .and_where(Expr::col((touched::Entity, touched::Column::UserId)).eq(user.0));
        }
        self.narrow(&mut select, filter);
        if let Some(since) = filter.since {
            // A row's id is made after its request has arrived.
            select.and_where(key.clone().gte(first_id(since)));
        }
        if let Some(before) = filter.before {
            select.and_where(key.clone().lt(before.0));
        }
        select.order_by_expr(key, Order::Desc).limit(filter.limit);
        let rows: Vec<Row> = fetch::all(self.connection, &select).await?;
        rows.into_iter().map(from_row).collect()
    }

    /// How somebody is called, as the log names them; `None` when the account has no such user.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn log_person(&self, id: UserId) -> Result<Option<LogPerson>, DbError> {
        let mut select = Query::select();
        person_columns(&mut select, user::Entity);
        select
            .from(user::Entity)
            .and_where(user::Column::AccountId.eq(self.account.0))
            .and_where(user::Column::Id.eq(id.0));
        let found: Option<Person> = fetch::one(self.connection, &select).await?;
        Ok(found.and_then(Person::named))
    }

    fn narrow(&self, select: &mut SelectStatement, filter: &LogFilter) {
        use log::Column as L;
        let column = |column| Expr::col((log::Entity, column));
        if let Some(id) = filter.connection {
            select.and_where(column(L::ConnectionId).eq(id.0));
        }
        // Literals, not parameters: the index of errors is partial.
        let status = |bound: i32| Expr::Constant(bound.into());
        if filter.errors_only {
            select.and_where(column(L::Status).gte(status(400)));
        }
        match filter.outcome {
            None => {}
            Some(LogOutcome::Answered) => {
                select.and_where(column(L::Status).lt(status(400)));
            }
            Some(LogOutcome::Refused) => {
                select
                    .and_where(column(L::Status).gte(status(400)))
                    .and_where(column(L::Status).lt(status(500)));
            }
            Some(LogOutcome::Failed) => {
                select.and_where(column(L::Status).gte(status(500)));
            }
        }
        if let Some(method) = &filter.method {
            select.and_where(column(L::Method).eq(method.as_str()));
        }
        if let Some(since) = filter.since {
            select.and_where(column(L::At).gte(since));
        }
        if let Some(until) = filter.until {
            select.and_where(column(L::At).lt(until));
        }
        if let Some(id) = filter.request {
            let of_request = column(L::RequestId).eq(id);
            select.cond_where(Cond::any().add(column(L::Id).eq(id)).add(of_request));
        }
        if !filter.words.is_empty() {
            select.and_where(column(L::Id).in_subquery(self.requests_about(&filter.words)));
        }
    }

    /// Requests that touched somebody in whose names all these words are.
    fn requests_about(&self, words: &[String]) -> SelectStatement {
        let of_user = Expr::col((user::Entity, user::Column::AccountId))
            .equals((touched::Entity, touched::Column::AccountId))
            .and(
                Expr::col((user::Entity, user::Column::Id))
                    .equals((touched::Entity, touched::Column::UserId)),
            );
        let mut select = Query::select();
        select
            .column((touched::Entity, touched::Column::RequestId))
            .from(touched::Entity)
            .inner_join(user::Entity, of_user)
            .and_where(Expr::col((touched::Entity, touched::Column::AccountId)).eq(self.account.0));
        for word in words {
            let like = LikeExpr::new(format!("%{}%", escape_like(word))).escape('\\');
            let searched = Expr::col((user::Entity, user::Column::SearchText));
            select.and_where(searched.like(like));
        }
        select
    }
}

/// Rows of an account without bodies, each with one of those whom it touched: `about`, or the
/// first.
pub(super) fn rows_of(account: Uuid, about: Option<UserId>) -> SelectStatement {
    use connection::Column as C;
    use log::Column as L;
    let mut select = Query::select();
    for column in [
        L::Id,
        L::At,
        L::ConnectionId,
        L::Method,
        L::Path,
        L::Status,
        L::ScimType,
        L::Decision,
        L::DurationUs,
        L::Notes,
        L::RequestId,
        L::Statements,
        L::Facts,
    ] {
        select.column((log::Entity, column));
    }
    let mut one = touched_by_row();
    one.column(touched::Column::UserId)
        .order_by(touched::Column::UserId, Order::Asc)
        .limit(1);
    if let Some(user) = about {
        one.and_where(Expr::col(("t", touched::Column::UserId)).eq(user.0));
    }
    let mut people = touched_by_row();
    people.expr(Expr::cust("COUNT(*)"));
    person_columns(&mut select, user::Entity);
    select
        .column((connection::Entity, C::Name))
        .expr_as(people, "people")
        .from(log::Entity)
        .inner_join(
            connection::Entity,
            Expr::col((connection::Entity, C::AccountId))
                .equals((log::Entity, L::AccountId))
                .and(Expr::col((connection::Entity, C::Id)).equals((log::Entity, L::ConnectionId))),
        )
        .join(
            JoinType::LeftJoin,
            user::Entity,
            Expr::col((user::Entity, user::Column::AccountId))
                .equals((log::Entity, L::AccountId))
                .and(Expr::col((user::Entity, user::Column::Id)).eq(one)),
        )
        .and_where(Expr::col((log::Entity, L::AccountId)).eq(account))
        .to_owned()
}

/// The users whom the row of the outer select touched.
fn touched_by_row() -> SelectStatement {
    let of_row = |column, of_log| Expr::col(("t", column)).equals((log::Entity, of_log));
    Query::select()
        .from_as(touched::Entity, "t")
        .and_where(of_row(touched::Column::AccountId, log::Column::AccountId))
        .and_where(of_row(touched::Column::RequestId, log::Column::Id))
        .to_owned()
}

fn person_columns(select: &mut SelectStatement, of: user::Entity) {
    use user::Column as U;
    select.expr_as(Expr::col((of, U::Id)), "person_id");
    for column in [U::UserName, U::GivenName, U::FamilyName, U::DisplayName] {
        select.column((of, column));
    }
}

#[derive(FromQueryResult)]
struct Person {
    person_id: Option<Uuid>,
    user_name: Option<String>,
    given_name: Option<String>,
    family_name: Option<String>,
    display_name: Option<String>,
}

impl Person {
    fn named(self) -> Option<LogPerson> {
        let profile = Profile {
            user_name: self.user_name?,
            given_name: self.given_name,
            family_name: self.family_name,
            display_name: self.display_name,
            ..Profile::default()
        };
        Some(LogPerson {
            id: self.person_id?.into(),
            name: profile.name(),
        })
    }
}

/// The smallest id that can be made at an instant (RFC 9562 section 5.7).
fn first_id(at: DateTime<Utc>) -> Uuid {
    let millis = u64::try_from(at.timestamp_millis()).unwrap_or(0);
    Uuid::from_u128(u128::from(millis) << 80)
}

/// A row as the API tells it.
pub(super) fn from_row(row: Row) -> Result<LogRow, DbError> {
    let corrupt = |column: &str, error: serde_json::Error| {
        DbError::Corrupt(format!("scim_request_log.{column}: {error}"))
    };
    let notes = serde_json::from_str(&row.notes).map_err(|error| corrupt("notes", error))?;
    let facts: Option<LogFacts> = row
        .facts
        .as_deref()
        .map(serde_json::from_str)
        .transpose()
        .map_err(|error| corrupt("facts", error))?;
    let person = Person {
        person_id: row.person_id,
        user_name: row.user_name,
        given_name: row.given_name,
        family_name: row.family_name,
        display_name: row.display_name,
    };
    Ok(LogRow {
        id: row.id.into(),
        at: row.at,
        connection: row.connection_id.into(),
        connection_name: row.name,
        method: row.method,
        path: row.path,
        status: u16::try_from(row.status).unwrap_or(0),
        scim_type: row.scim_type,
        decision: row.decision,
        duration_us: unsigned(row.duration_us),
        notes,
        request: row.request_id.map(RequestId),
        statements: row.statements.and_then(|count| u32::try_from(count).ok()),
        facts: facts.unwrap_or_default(),
        person: person.named(),
        people: unsigned(row.people),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_of_an_instant_is_at_least_its_first_one() {
        let at: DateTime<Utc> = "2026-11-22T08:00:00Z".parse().unwrap();
        let made = crate::ids::Ids::seeded(1).uuid_v7(at);
        assert!(first_id(at) <= made);
        assert!(first_id(at + chrono::TimeDelta::milliseconds(1)) > made);
    }
}
