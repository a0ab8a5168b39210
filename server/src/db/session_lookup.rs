//! Looks sessions up by the SHA-256 of their secret, together with everything that can end them.

use chrono::{DateTime, TimeDelta, Utc};
use scim_schema::{
    api::my_account::Restriction,
    id::{AccountId, OrganisationId, SessionId, UserId},
    lifecycle::Axes,
};
use sea_orm::{
    ColumnTrait, FromQueryResult,
    sea_query::{Expr, ExprTrait, IntoColumnRef, Query, SelectStatement},
};
use uuid::Uuid;

use super::{
    accounts::Account,
    administrators::{AdministrativeRoles, administers, parse_role},
    entity::{account, account_role as role, membership, session, user},
    error::DbError,
    fetch, holds,
    scim_user_writes::Profile,
    scope::PlatformScope,
};

/// A session with its user, as one statement reads them; whether it still holds is the caller's
/// to decide.
#[derive(Clone, Debug)]
pub struct StoredSession {
    /// The session.
    pub id: SessionId,
    /// The account of both.
    pub account: Account,
    /// Whose.
    pub user: UserId,
    /// Name to show.
    pub name: String,
    /// Sign-in name.
    pub user_name: String,
    /// E-mail address, if any.
    pub email: Option<String>,
    /// The user's lifecycle, holds and invitation.
    pub axes: Axes,
    /// Local administrator that no identity provider can lock out.
    pub break_glass: bool,
    /// Administrative roles.
    pub roles: AdministrativeRoles,
    /// Epoch of the session.
    pub epoch: i64,
    /// Epoch of the user.
    pub access_epoch: i64,
    /// Last request, to the minute.
    pub last_seen_at: DateTime<Utc>,
    /// Ends when unused for so long.
    pub idle: TimeDelta,
    /// Ends then in any case.
    pub expires_at: DateTime<Utc>,
    /// When it was ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// When its person proved last who they are.
    pub auth_time: DateTime<Utc>,
    /// What it is for alone.
    pub restriction: Option<Restriction>,
    /// IANA time zone of its person.
    pub time_zone: Option<String>,
    /// BCP 47 language tag of its person.
    pub locale: Option<String>,
}

#[derive(FromQueryResult)]
struct Row {
    auth_time: DateTime<Utc>,
    restriction: Option<String>,
    time_zone: Option<String>,
    locale: Option<String>,
    id: Uuid,
    account_id: Uuid,
    user_id: Uuid,
    epoch: i64,
    idle_seconds: i32,
    last_seen_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    ended_at: Option<DateTime<Utc>>,
    user_name: String,
    email: Option<String>,
    given_name: Option<String>,
    family_name: Option<String>,
    display_name: Option<String>,
    lifecycle: String,
    invitation: String,
    hold_kinds: String,
    break_glass: bool,
    access_epoch: i64,
    slug: String,
    account_name: String,
    role: Option<String>,
    administered: Option<Uuid>,
}

impl PlatformScope<'_> {
    /// The session of this secret, in one statement.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn session(&self, token_hash: &[u8; 32]) -> Result<Option<StoredSession>, DbError> {
        let mut select = with_users();
        select.and_where(session::Column::TokenHash.eq(token_hash.to_vec()));
        let rows = fetch::all(self.connection, &select).await?;
        Ok(collect(rows)?.into_iter().next())
    }

    /// These sessions, in one statement; those that are gone are left out.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn sessions(
        &self,
        ids: &[(AccountId, SessionId)],
    ) -> Result<Vec<StoredSession>, DbError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let accounts = ids.iter().map(|(account, _)| account.0);
        let sessions = ids.iter().map(|(_, session)| session.0);
        let mut select = with_users();
        select
            .and_where(session::Column::AccountId.is_in(accounts))
            .and_where(session::Column::Id.is_in(sessions));
        collect(fetch::all(self.connection, &select).await?)
    }
}

/// Sessions with user, account and roles: one row for each pair of an account-wide role and an
/// organisation that is administered, which almost always is one.
fn with_users() -> SelectStatement {
    use session::Column as S;
    use user::Column as U;
    let mut select = Query::select();
    for column in [
        S::Id,
        S::AccountId,
        S::UserId,
        S::Epoch,
        S::IdleSeconds,
        S::LastSeenAt,
        S::ExpiresAt,
        S::EndedAt,
        S::AuthTime,
        S::Restriction,
    ] {
        select.column((session::Entity, column));
    }
    for column in [
        U::UserName,
        U::Email,
        U::GivenName,
        U::FamilyName,
        U::DisplayName,
        U::Lifecycle,
        U::Invitation,
        U::HoldKinds,
        U::BreakGlass,
        U::AccessEpoch,
        U::TimeZone,
        U::Locale,
    ] {
        select.column((user::Entity, column));
    }
    select
        .column((account::Entity, account::Column::Slug))
        .expr_as(
            Expr::col((account::Entity, account::Column::Name)),
            "account_name",
        )
        .column((role::Entity, role::Column::Role))
        .expr_as(
            Expr::col((membership::Entity, membership::Column::OrganisationId)),
            "administered",
        )
        .from(session::Entity);
    join_users(&mut select);
    select
}

fn join_users(select: &mut SelectStatement) {
    use session::Column as S;
    use user::Column as U;
    let of_user = |account, user| {
        Expr::col((session::Entity, S::AccountId))
            .equals(account)
            .and(Expr::col((session::Entity, S::UserId)).equals(user))
    };
    let parked = Expr::col((role::Entity, role::Column::ParkedAt));
    let granted = of_user(
        (role::Entity, role::Column::AccountId).into_column_ref(),
        (role::Entity, role::Column::UserId).into_column_ref(),
    );
    let member = of_user(
        (membership::Entity, membership::Column::AccountId).into_column_ref(),
        (membership::Entity, membership::Column::UserId).into_column_ref(),
    );
    select
        .inner_join(
            user::Entity,
            of_user(
                (user::Entity, U::AccountId).into_column_ref(),
                (user::Entity, U::Id).into_column_ref(),
            ),
        )
        .inner_join(
            account::Entity,
            Expr::col((account::Entity, account::Column::Id))
                .equals((session::Entity, S::AccountId)),
        )
        .left_join(role::Entity, granted.and(parked.is_null()))
        .left_join(membership::Entity, member.and(administers()));
}

fn collect(rows: Vec<Row>) -> Result<Vec<StoredSession>, DbError> {
    let mut sessions: Vec<StoredSession> = Vec::new();
    for row in rows {
        let granted = row.role.as_deref().map(parse_role).transpose()?;
        let administered = row.administered.map(OrganisationId);
        let known = sessions.iter().position(|other| other.id.0 == row.id);
        let index = match known {
            Some(index) => index,
            None => {
                sessions.push(from_row(row)?);
                sessions.len() - 1
            }
        };
        if let Some(session) = sessions.get_mut(index) {
            add(&mut session.roles.account, granted);
            add(&mut session.roles.organisations, administered);
        }
    }
    Ok(sessions)
}

/// Adds what is not there yet, in order.
fn add<T: Ord>(to: &mut Vec<T>, one: Option<T>) {
    if let Some(one) = one
        && let Err(place) = to.binary_search(&one)
    {
        to.insert(place, one);
    }
}

fn from_row(row: Row) -> Result<StoredSession, DbError> {
    let profile = Profile {
        user_name: row.user_name,
        email: row.email,
        given_name: row.given_name,
        family_name: row.family_name,
        display_name: row.display_name,
        locale: None,
        time_zone: None,
    };
    Ok(StoredSession {
        id: row.id.into(),
        account: Account {
            id: row.account_id.into(),
            slug: row.slug,
            name: row.account_name,
        },
        user: row.user_id.into(),
        name: profile.name(),
        user_name: profile.user_name,
        email: profile.email,
        axes: holds::axes(&row.lifecycle, &row.invitation, &row.hold_kinds)?,
        break_glass: row.break_glass,
        roles: AdministrativeRoles::default(),
        epoch: row.epoch,
        access_epoch: row.access_epoch,
        last_seen_at: row.last_seen_at,
        idle: TimeDelta::seconds(i64::from(row.idle_seconds)),
        expires_at: row.expires_at,
        ended_at: row.ended_at,
        auth_time: row.auth_time,
        restriction: row.restriction.as_deref().map(restriction).transpose()?,
        time_zone: row.time_zone,
        locale: row.locale,
    })
}

/// A word of a newer version must not open what it closes.
fn restriction(word: &str) -> Result<Restriction, DbError> {
    word.parse()
        .map_err(|error| DbError::Corrupt(format!("sessions.restriction: {error}")))
}
