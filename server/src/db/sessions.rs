//! Sessions: found by the SHA-256 of their secret, together with everything that can end them.

use chrono::{DateTime, TimeDelta, Utc};
use scim_schema::{
    id::{AccountId, SessionId, UserId},
    lifecycle::Axes,
    permission::AccountRole,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, FromQueryResult, QueryFilter,
    sea_query::{Condition, Expr, ExprTrait, Query, SelectStatement},
};
use uuid::Uuid;

use super::{
    accounts::Account,
    administrators::parse_role,
    entity::{account, account_role as role, session, user},
    error::DbError,
    fetch, holds,
    scim_user_writes::Profile,
    scope::PlatformScope,
    unit::AccountTx,
};

/// A session to insert.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// Its id.
    pub id: SessionId,
    /// Whose.
    pub user: UserId,
    /// SHA-256 of the secret.
    pub token_hash: [u8; 32],
    /// The user's access epoch.
    pub epoch: i64,
    /// Ends when unused for so long.
    pub idle: TimeDelta,
    /// Ends then in any case.
    pub expires_at: DateTime<Utc>,
}

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
    /// E-mail address, if any.
    pub email: Option<String>,
    /// The user's lifecycle, holds and invitation.
    pub axes: Axes,
    /// Local administrator that no identity provider can lock out.
    pub break_glass: bool,
    /// Account-wide roles.
    pub roles: Vec<AccountRole>,
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
}

#[derive(FromQueryResult)]
struct Row {
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

impl AccountTx {
    /// Inserts a session.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn insert_session(&self, new: &NewSession) -> Result<(), DbError> {
        let ctx = self.ctx();
        let row = session::ActiveModel {
            account_id: Set(self.account().0),
            id: Set(new.id.0),
            user_id: Set(new.user.0),
            token_hash: Set(new.token_hash.to_vec()),
            epoch: Set(new.epoch),
            idle_seconds: Set(i32::try_from(new.idle.num_seconds()).unwrap_or(i32::MAX)),
            ip: Set(ctx.source_ip.map(|ip| ip.to_string())),
            user_agent: Set(ctx.user_agent.clone()),
            auth_time: Set(ctx.now),
            created_at: Set(ctx.now),
            last_seen_at: Set(ctx.now),
            expires_at: Set(new.expires_at),
            ended_at: Set(None),
            ended_by: Set(None),
        };
        session::Entity::insert(row)
            .exec_without_returning(&self.connection)
            .await?;
        Ok(())
    }

    /// Notes that a session was used now, unless that was noted since `before`.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn touch_session(
        &self,
        id: SessionId,
        before: DateTime<Utc>,
    ) -> Result<bool, DbError> {
        use session::Column as C;
        let touched = session::Entity::update_many()
            .filter(C::AccountId.eq(self.account().0))
            .filter(C::Id.eq(id.0))
            .filter(C::LastSeenAt.lte(before))
            .col_expr(C::LastSeenAt, Expr::val(self.ctx().now))
            .exec(&self.connection)
            .await?;
        Ok(touched.rows_affected > 0)
    }

    /// Ends a session; `false` when it had ended before.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn end_session(&self, id: SessionId, by: &str) -> Result<bool, DbError> {
        let one = Condition::all().add(session::Column::Id.eq(id.0));
        Ok(self.end_sessions(one, by).await? > 0)
    }

    /// Ends every session of a user whose epoch is older than the user's; answers how many that
    /// were.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn end_stale_sessions(&self, user: UserId, by: &str) -> Result<u64, DbError> {
        let current = Query::select()
            .column(user::Column::AccessEpoch)
            .from(user::Entity)
            .and_where(user::Column::AccountId.eq(self.account().0))
            .and_where(user::Column::Id.eq(user.0))
            .to_owned();
        let stale = Condition::all()
            .add(session::Column::UserId.eq(user.0))
            .add(Expr::col(session::Column::Epoch).lt(Expr::from(current)));
        self.end_sessions(stale, by).await
    }

    async fn end_sessions(&self, which: Condition, by: &str) -> Result<u64, DbError> {
        use session::Column as C;
        let ended = session::Entity::update_many()
            .filter(C::AccountId.eq(self.account().0))
            .filter(C::EndedAt.is_null())
            .filter(which)
            .col_expr(C::EndedAt, Expr::val(self.ctx().now))
            .col_expr(C::EndedBy, Expr::val(by))
            .exec(&self.connection)
            .await?;
        Ok(ended.rows_affected)
    }
}

/// Sessions with user, account and roles: one row for each role.
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
    ] {
        select.column((user::Entity, column));
    }
    let within = |column, of_user| {
        Expr::col((session::Entity, S::AccountId))
            .equals(column)
            .and(Expr::col((session::Entity, S::UserId)).equals(of_user))
    };
    select
        .column((account::Entity, account::Column::Slug))
        .expr_as(
            Expr::col((account::Entity, account::Column::Name)),
            "account_name",
        )
        .column((role::Entity, role::Column::Role))
        .from(session::Entity)
        .inner_join(
            user::Entity,
            within((user::Entity, U::AccountId), (user::Entity, U::Id)),
        )
        .inner_join(
            account::Entity,
            Expr::col((account::Entity, account::Column::Id))
                .equals((session::Entity, S::AccountId)),
        )
        .left_join(
            role::Entity,
            Expr::col((session::Entity, S::AccountId))
                .equals((role::Entity, role::Column::AccountId))
                .and(
                    Expr::col((session::Entity, S::UserId))
                        .equals((role::Entity, role::Column::UserId)),
                )
                .and(Expr::col((role::Entity, role::Column::ParkedAt)).is_null()),
        )
        .to_owned()
}

fn collect(rows: Vec<Row>) -> Result<Vec<StoredSession>, DbError> {
    let mut sessions: Vec<StoredSession> = Vec::new();
    for row in rows {
        let granted = row.role.as_deref().map(parse_role).transpose()?;
        let known = sessions.iter().position(|other| other.id.0 == row.id);
        let index = match known {
            Some(index) => index,
            None => {
                sessions.push(from_row(row)?);
                sessions.len() - 1
            }
        };
        if let (Some(session), Some(granted)) = (sessions.get_mut(index), granted) {
            session.roles.push(granted);
            session.roles.sort_unstable();
        }
    }
    Ok(sessions)
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
        email: profile.email,
        axes: holds::axes(&row.lifecycle, &row.invitation, &row.hold_kinds)?,
        break_glass: row.break_glass,
        roles: Vec::new(),
        epoch: row.epoch,
        access_epoch: row.access_epoch,
        last_seen_at: row.last_seen_at,
        idle: TimeDelta::seconds(i64::from(row.idle_seconds)),
        expires_at: row.expires_at,
        ended_at: row.ended_at,
    })
}
