//! What alerts are judged by, and what is shown of them.

use chrono::{DateTime, Utc};
use scim_schema::api::{
    alerts::{AlertKind, AlertView, ExpiringToken},
    connections::ConnectionMode,
};
use sea_orm::{
    ColumnTrait, EntityTrait, FromQueryResult, Order, QueryFilter,
    sea_query::{Alias, Expr, ExprTrait, Query, SelectStatement},
};
use uuid::Uuid;

use super::{ExpiringScimToken, HeardConnection, OpenAlert, parse_kind};
use crate::db::{
    entity::{alert, idp_connection as connection, scim_request_log as log, scim_token as token},
    error::DbError,
    fetch,
    scope::AccountScope,
};

/// A connection is in use from this many requests on: a first try is no silence.
const REQUESTS_IN_USE: u64 = 3;
/// Alerts that are shown; more say nothing new.
const SHOWN: u64 = 100;

#[derive(FromQueryResult)]
struct HeardRow {
    id: Uuid,
    silence_hours: i32,
    last_at: Option<DateTime<Utc>>,
    in_use: bool,
}

#[derive(FromQueryResult)]
struct TokenRow {
    id: Uuid,
    connection_id: Uuid,
    expires_at: DateTime<Utc>,
}

#[derive(FromQueryResult)]
struct ViewRow {
    id: Uuid,
    kind: String,
    connection_id: Uuid,
    connection_name: String,
    since: DateTime<Utc>,
    raised_at: DateTime<Utc>,
    token_id: Option<Uuid>,
    hint: Option<String>,
    expires_at: Option<DateTime<Utc>>,
}

impl AccountScope<'_> {
    /// Every live connection whose silence is watched.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn heard_connections(&self) -> Result<Vec<HeardConnection>, DbError> {
        use connection::Column as C;
        let in_use = Expr::exists(nth_request(log::Column::Id, REQUESTS_IN_USE));
        let select = Query::select()
            .columns([C::Id, C::SilenceHours])
            .expr_as(Expr::from(nth_request(log::Column::At, 1)), "last_at")
            .expr_as(in_use, "in_use")
            .from(connection::Entity)
            .and_where(C::AccountId.eq(self.account.0))
            .and_where(C::Mode.eq(ConnectionMode::Live.as_str()))
            .and_where(C::SilenceHours.gt(0))
            .to_owned();
        let rows: Vec<HeardRow> = fetch::all(self.connection, &select).await?;
        let heard = |row: HeardRow| HeardConnection {
            id: row.id.into(),
            hours: u16::try_from(row.silence_hours).unwrap_or(u16::MAX),
            last: row.last_at,
            in_use: row.in_use,
        };
        Ok(rows.into_iter().map(heard).collect())
    }

    /// Tokens made by hand that end between `now` and `until`, or have ended and have an alert that
    /// is not over, and have no successor: none of the same connection that may do the same, was
    /// made later and ends later.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn expiring_tokens(
        &self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Vec<ExpiringScimToken>, DbError> {
        use token::Column as T;
        let column = |column: T| Expr::col((token::Entity, column));
        let select = Query::select()
            .column((token::Entity, T::Id))
            .column((token::Entity, T::ConnectionId))
            .column((token::Entity, T::ExpiresAt))
            .from(token::Entity)
            .inner_join(
                connection::Entity,
                Expr::col((connection::Entity, connection::Column::AccountId))
                    .equals((token::Entity, T::AccountId))
                    .and(
                        Expr::col((connection::Entity, connection::Column::Id))
                            .equals((token::Entity, T::ConnectionId)),
                    ),
            )
            .and_where(column(T::AccountId).eq(self.account.0))
            .and_where(column(T::ClientId).is_null())
            .and_where(column(T::RevokedAt).is_null())
            .and_where(column(T::ExpiresAt).lte(until))
            .and_where(
                column(T::ExpiresAt)
                    .gt(now)
                    .or(Expr::exists(unresolved_of_token())),
            )
            .and_where(
                Expr::col((connection::Entity, connection::Column::Mode))
                    .ne(ConnectionMode::ThrowAway.as_str()),
            )
            .and_where(Expr::exists(successor()).not())
            .to_owned();
        let rows: Vec<TokenRow> = fetch::all(self.connection, &select).await?;
        let expiring = |row: TokenRow| ExpiringScimToken {
            id: row.id.into(),
            connection: row.connection_id.into(),
            expires_at: row.expires_at,
        };
        Ok(rows.into_iter().map(expiring).collect())
    }

    /// Every alert that is not over, acknowledged or not.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn open_alerts(&self) -> Result<Vec<OpenAlert>, DbError> {
        let rows = alert::Entity::find()
            .filter(alert::Column::AccountId.eq(self.account.0))
            .filter(alert::Column::ResolvedAt.is_null())
            .all(self.connection)
            .await?;
        let open = |row: alert::Model| {
            Ok(OpenAlert {
                id: row.id.into(),
                kind: parse_kind(&row.kind)?,
                subject: row.subject_id,
                since: row.since,
                days_left: row.days_left,
            })
        };
        rows.into_iter().map(open).collect()
    }

    /// What nobody has acknowledged and is not over, the newest first.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn alerts(&self) -> Result<Vec<AlertView>, DbError> {
        let rows: Vec<ViewRow> = fetch::all(self.connection, &self.alert_rows()).await?;
        rows.into_iter().map(view_of).collect()
    }

    fn alert_rows(&self) -> SelectStatement {
        use alert::Column as A;
        use connection::Column as C;
        use token::Column as T;
        let same = |account: Expr, id: Expr, own: A| {
            account
                .equals((alert::Entity, A::AccountId))
                .and(id.equals((alert::Entity, own)))
        };
        let mut select = Query::select();
        for column in [A::Id, A::Kind, A::ConnectionId, A::Since, A::RaisedAt] {
            select.column((alert::Entity, column));
        }
        select
            .expr_as(Expr::col((connection::Entity, C::Name)), "connection_name")
            .expr_as(Expr::col((token::Entity, T::Id)), "token_id")
            .column((token::Entity, T::Hint))
            .column((token::Entity, T::ExpiresAt))
            .from(alert::Entity)
            .inner_join(
                connection::Entity,
                same(
                    Expr::col((connection::Entity, C::AccountId)),
                    Expr::col((connection::Entity, C::Id)),
                    A::ConnectionId,
                ),
            )
            .left_join(
                token::Entity,
                same(
                    Expr::col((token::Entity, T::AccountId)),
                    Expr::col((token::Entity, T::Id)),
                    A::SubjectId,
                ),
            )
            .and_where(Expr::col((alert::Entity, A::AccountId)).eq(self.account.0))
            .and_where(Expr::col((alert::Entity, A::ResolvedAt)).is_null())
            .and_where(Expr::col((alert::Entity, A::AcknowledgedAt)).is_null())
            .order_by((alert::Entity, A::RaisedAt), Order::Desc)
            .order_by((alert::Entity, A::Id), Order::Desc)
            .limit(SHOWN)
            .to_owned()
    }
}

/// The `n`-th newest request of a connection, from 1. Ids of the log rise with time.
fn nth_request(column: log::Column, n: u64) -> SelectStatement {
    use connection::Column as C;
    use log::Column as L;
    let mut select = Query::select();
    select
        .column((log::Entity, column))
        .from(log::Entity)
        .and_where(
            Expr::col((log::Entity, L::AccountId)).equals((connection::Entity, C::AccountId)),
        )
        .and_where(Expr::col((log::Entity, L::ConnectionId)).equals((connection::Entity, C::Id)))
        .order_by((log::Entity, L::Id), Order::Desc)
        .limit(1);
    if n > 1 {
        select.offset(n - 1);
    }
    select.to_owned()
}

/// An alert about a token that is not over.
fn unresolved_of_token() -> SelectStatement {
    use alert::Column as A;
    use token::Column as T;
    let of_token = |own: A, of: T| Expr::col((alert::Entity, own)).equals((token::Entity, of));
    Query::select()
        .expr(Expr::val(1))
        .from(alert::Entity)
        .and_where(of_token(A::AccountId, T::AccountId))
        .and_where(of_token(A::SubjectId, T::Id))
        .and_where(Expr::col((alert::Entity, A::Kind)).eq(AlertKind::TokenExpiring.as_str()))
        .and_where(Expr::col((alert::Entity, A::ResolvedAt)).is_null())
        .to_owned()
}

/// A token that takes the place of another one.
fn successor() -> SelectStatement {
    use token::Column as T;
    let next = Alias::new("next");
    let later =
        |column: T| Expr::col((next.clone(), column)).gt(Expr::col((token::Entity, column)));
    let same = |column: T| Expr::col((next.clone(), column)).equals((token::Entity, column));
    Query::select()
        .expr(Expr::val(1))
        .from_as(token::Entity, next.clone())
        .and_where(same(T::AccountId))
        .and_where(same(T::ConnectionId))
        .and_where(same(T::Scopes))
        .and_where(Expr::col((next.clone(), T::ClientId)).is_null())
        .and_where(Expr::col((next.clone(), T::RevokedAt)).is_null())
        .and_where(later(T::Id))
        .and_where(later(T::ExpiresAt))
        .to_owned()
}

fn view_of(row: ViewRow) -> Result<AlertView, DbError> {
    let kind = parse_kind(&row.kind)?;
    let token = match (row.token_id, row.hint, row.expires_at) {
        (Some(id), Some(hint), Some(ends_at)) => Some(ExpiringToken {
            id: id.into(),
            hint,
            ends_at,
        }),
        _ => None,
    };
    Ok(AlertView {
        id: row.id.into(),
        kind,
        connection: row.connection_id.into(),
        connection_name: row.connection_name,
        since: row.since,
        token,
        raised_at: row.raised_at,
    })
}
