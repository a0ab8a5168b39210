//! A row of the users table: its columns, where they come from, what becomes of them.

use chrono::{DateTime, Utc};
use scim_schema::{
    api::users::{Source, UserRow},
    id::UserId,
    lifecycle::{HoldKind, Lifecycle, Status},
};
use sea_orm::{
    FromQueryResult, JoinType, Order,
    sea_query::{Alias, Expr, ExprTrait, Func, Query, SelectStatement},
};
use uuid::Uuid;

use crate::db::{
    DbError, Profile,
    entity::{idp_connection as connection, scim_link as link, user},
    holds,
};

/// Organisations named in a row; its `organisation_count` has the number.
const ORGANISATIONS_NAMED: usize = 20;

/// The columns of a row and of its place in the order.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Row {
    pub(super) id: Uuid,
    pub(super) user_name: String,
    pub(super) email: Option<String>,
    pub(super) email_folded: Option<String>,
    pub(super) given_name: Option<String>,
    pub(super) family_name: Option<String>,
    pub(super) display_name: Option<String>,
    pub(super) name_folded: String,
    pub(super) lifecycle: String,
    pub(super) invitation: String,
    pub(super) status: String,
    pub(super) status_rank: i16,
    pub(super) hold_kinds: String,
    pub(super) last_login_at: Option<DateTime<Utc>>,
    pub(super) created_at: DateTime<Utc>,
    pub(super) version: i64,
    pub(super) home_organisation_id: Uuid,
    pub(super) connection_id: Option<Uuid>,
    pub(super) connection_name: Option<String>,
}

/// Whose connection a row names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Provenance {
    /// That of the live link: enough where nobody is deleted, and answered by its index.
    Living,
    /// For the deleted, whose link has ended, that of the last link as well.
    WithDeleted,
}

impl Provenance {
    /// The id of the connection; null for people of this account's own.
    pub(super) fn connection(self) -> Expr {
        let live = Expr::col((link::Entity, link::Column::ConnectionId));
        match self {
            Self::Living => live,
            Self::WithDeleted => Func::coalesce([live, ended_connection()]).into(),
        }
    }
}

/// The connection of a deleted user's last link; null for everybody else.
fn ended_connection() -> Expr {
    let ended = Alias::new("ended_link");
    let of_ended = |column: link::Column| Expr::col((ended.clone(), column));
    // A literal, not a parameter: the index of ended links is partial.
    let is_ended = of_ended(link::Column::State).eq(Expr::Constant("ended".into()));
    let last = Query::select()
        .column((ended.clone(), link::Column::ConnectionId))
        .from_as(link::Entity, ended.clone())
        .and_where(
            of_ended(link::Column::AccountId).equals((user::Entity, user::Column::AccountId)),
        )
        .and_where(of_ended(link::Column::UserId).equals((user::Entity, user::Column::Id)))
        .and_where(is_ended)
        .order_by((ended.clone(), link::Column::EndedAt), Order::Desc)
        .limit(1)
        .to_owned();
    let deleted =
        Expr::col((user::Entity, user::Column::Lifecycle)).eq(Lifecycle::Deleted.as_str());
    Expr::case(deleted, Expr::from(last)).into()
}

/// Users with their live link and the connection they come from.
pub(super) fn select_rows(provenance: Provenance) -> SelectStatement {
    use user::Column as U;
    let mut select = Query::select();
    for column in [
        U::Id,
        U::UserName,
        U::Email,
        U::EmailFolded,
        U::GivenName,
        U::FamilyName,
        U::DisplayName,
        U::NameFolded,
        U::Lifecycle,
        U::Invitation,
        U::Status,
        U::StatusRank,
        U::HoldKinds,
        U::LastLoginAt,
        U::CreatedAt,
        U::Version,
        U::HomeOrganisationId,
    ] {
        select.column((user::Entity, column));
    }
    select
        .expr_as(provenance.connection(), "connection_id")
        .expr_as(
            Expr::col((connection::Entity, connection::Column::Name)),
            "connection_name",
        )
        .from(user::Entity);
    join_link(&mut select);
    select
        .join(
            JoinType::LeftJoin,
            connection::Entity,
            Expr::col((connection::Entity, connection::Column::AccountId))
                .equals((user::Entity, user::Column::AccountId))
                .and(
                    Expr::col((connection::Entity, connection::Column::Id))
                        .eq(provenance.connection()),
                ),
        )
        .to_owned()
}

/// Joins the live link, if there is one.
pub(super) fn join_link(select: &mut SelectStatement) {
    // A literal, not a parameter: the index of live links is partial.
    let live = Expr::col((link::Entity, link::Column::State)).eq(Expr::Constant("live".into()));
    select.join(
        JoinType::LeftJoin,
        link::Entity,
        Expr::col((link::Entity, link::Column::AccountId))
            .equals((user::Entity, user::Column::AccountId))
            .and(
                Expr::col((link::Entity, link::Column::UserId))
                    .equals((user::Entity, user::Column::Id)),
            )
            .and(live),
    );
}

/// A row of the table; `organisations` has the home first.
pub(super) fn user_row(row: Row, mut organisations: Vec<String>) -> Result<UserRow, DbError> {
    let organisation_count = u32::try_from(organisations.len()).unwrap_or(u32::MAX);
    organisations.truncate(ORGANISATIONS_NAMED);
    let axes = holds::axes(&row.lifecycle, &row.invitation, &row.hold_kinds)?;
    let mut kinds: Vec<HoldKind> = axes.holds.iter().map(|hold| hold.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let profile = Profile {
        user_name: row.user_name,
        email: row.email,
        given_name: row.given_name,
        family_name: row.family_name,
        display_name: row.display_name,
        locale: None,
        time_zone: None,
    };
    Ok(UserRow {
        id: UserId(row.id),
        name: profile.name(),
        user_name: profile.user_name,
        email: profile.email,
        status: parse_status(&row.status)?,
        holds: kinds,
        source: source_of(row.connection_id, row.connection_name),
        organisations,
        organisation_count,
        last_login_at: row.last_login_at,
        created_at: row.created_at,
        version: row.version,
    })
}

/// Where something comes from that may belong to a connection.
pub(super) fn source_of(connection: Option<Uuid>, name: Option<String>) -> Source {
    match (connection, name) {
        (Some(id), Some(name)) => Source::Connection {
            id: id.into(),
            name,
        },
        _ => Source::Local,
    }
}

/// The status that a stored word stands for.
pub(super) fn parse_status(word: &str) -> Result<Status, DbError> {
    word.parse()
        .map_err(|error| DbError::Corrupt(format!("users.status: {error}")))
}
