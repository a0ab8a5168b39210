//! Sessions as they come, are used and end.

use chrono::{DateTime, TimeDelta, Utc};
use scim_schema::{
    api::my_account::{Restriction, SignedInBy},
    id::{SessionId, UserId},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, QueryFilter,
    sea_query::{Condition, Expr, ExprTrait, Query},
};

use super::{
    entity::{session, user},
    error::DbError,
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
    /// How it was opened.
    pub method: SignedInBy,
    /// What it is for alone.
    pub restriction: Option<Restriction>,
}

/// What becomes of a session whose person has proven something within it.
#[derive(Clone, Debug)]
pub struct RenewedSession {
    /// SHA-256 of the new secret; that of before opens nothing any more.
    pub token_hash: [u8; 32],
    /// The user's access epoch.
    pub epoch: i64,
    /// What it is for alone from now on.
    pub restriction: Option<Restriction>,
    /// Whether this was a proof of who somebody is.
    pub is_proof: bool,
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
            method: Set(Some(new.method.as_str().to_owned())),
            restriction: Set(new.restriction.map(|word| word.as_str().to_owned())),
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

    /// Gives a session another secret and restriction; `false` when it has ended.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn renew_session(
        &self,
        id: SessionId,
        renewed: &RenewedSession,
    ) -> Result<bool, DbError> {
        use session::Column as C;
        let restriction = renewed.restriction.map(Restriction::as_str);
        let mut update = session::Entity::update_many()
            .filter(C::AccountId.eq(self.account().0))
            .filter(C::Id.eq(id.0))
            .filter(C::EndedAt.is_null())
            .col_expr(C::TokenHash, Expr::val(renewed.token_hash.to_vec()))
            .col_expr(C::Epoch, Expr::val(renewed.epoch))
            .col_expr(C::Restriction, Expr::val(restriction));
        if renewed.is_proof {
            update = update.col_expr(C::AuthTime, Expr::val(self.ctx().now));
        }
        Ok(update.exec(&self.connection).await?.rows_affected > 0)
    }

    /// Notes that the person of a session proved who they are now; `false` when it has ended.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn note_proof(&self, id: SessionId) -> Result<bool, DbError> {
        use session::Column as C;
        let noted = session::Entity::update_many()
            .filter(C::AccountId.eq(self.account().0))
            .filter(C::Id.eq(id.0))
            .filter(C::EndedAt.is_null())
            .col_expr(C::AuthTime, Expr::val(self.ctx().now))
            .exec(&self.connection)
            .await?;
        Ok(noted.rows_affected > 0)
    }

    /// Ends a session of somebody; `false` when it had ended before, or is somebody else's.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn end_session_of(
        &self,
        user: UserId,
        id: SessionId,
        by: &str,
    ) -> Result<bool, DbError> {
        let one = Condition::all()
            .add(session::Column::UserId.eq(user.0))
            .add(session::Column::Id.eq(id.0));
        Ok(self.end_sessions(one, by).await? > 0)
    }

    /// Ends every session of somebody, and answers how many of them were open.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn end_sessions_of(&self, user: UserId, by: &str) -> Result<u64, DbError> {
        let all = Condition::all().add(session::Column::UserId.eq(user.0));
        self.end_sessions(all, by).await
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
