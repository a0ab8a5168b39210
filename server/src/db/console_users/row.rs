//! A row of the users table: its columns, where they come from, what becomes of them.

use chrono::{DateTime, Utc};
use scim_schema::{
    api::users::{Source, UserRow},
    id::UserId,
    lifecycle::{HoldKind, Status},
};
use sea_orm::{
    FromQueryResult, JoinType,
    sea_query::{Expr, ExprTrait, Query, SelectStatement},
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

/// Users with their live link and its connection.
pub(super) fn select_rows() -> SelectStatement {
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
        .column((link::Entity, link::Column::ConnectionId))
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
                .equals((link::Entity, link::Column::AccountId))
                .and(
                    Expr::col((connection::Entity, connection::Column::Id))
                        .equals((link::Entity, link::Column::ConnectionId)),
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
