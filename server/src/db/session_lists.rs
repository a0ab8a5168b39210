//! Where somebody is signed in, and how they signed in before.

use chrono::{DateTime, TimeDelta, Utc};
use scim_schema::{
    api::my_account::SignedInBy,
    id::{SessionId, UserId},
};
use sea_orm::{
    ColumnTrait, EntityTrait, FromQueryResult, Order, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait, Query},
};
use serde_json::Value;

use super::{
    entity::{audit_detail as detail, audit_event as event, session, user},
    error::DbError,
    fetch,
    scope::AccountScope,
};

/// Sessions of one person that are listed.
const SESSIONS: u64 = 100;
/// Tries to sign in that are listed.
const SIGN_INS: u64 = 50;
/// How a try to sign in is recorded.
const SIGN_IN_ACTION: &str = "session.create";

/// An open session as it is listed.
#[derive(Clone, Debug)]
pub struct OpenSession {
    /// Its id.
    pub id: SessionId,
    /// Where from.
    pub ip: Option<String>,
    /// What the client called itself.
    pub user_agent: Option<String>,
    /// How it was opened.
    pub method: Option<SignedInBy>,
    /// When.
    pub created_at: DateTime<Utc>,
    /// Last request, to the minute.
    pub last_seen_at: DateTime<Utc>,
    /// Ends then in any case.
    pub expires_at: DateTime<Utc>,
}

/// A try to sign in, as the audit log has it.
#[derive(Clone, Debug, FromQueryResult)]
pub struct SignInTry {
    /// When.
    pub occurred_at: DateTime<Utc>,
    /// How it ended.
    pub outcome: String,
    /// What was recorded of it, as JSON; `None` when it was erased.
    pub details: Option<String>,
    /// Where from.
    pub source_ip: Option<String>,
    /// What the client called itself.
    pub user_agent: Option<String>,
}

impl SignInTry {
    /// How somebody signed in, or why not.
    #[must_use]
    pub fn how(&self) -> Option<String> {
        let details: Value = serde_json::from_str(self.details.as_deref()?).ok()?;
        let word = details.get("method").or_else(|| details.get("reason"))?;
        word.as_str().map(ToOwned::to_owned)
    }
}

impl AccountScope<'_> {
    /// The sessions of somebody that hold at `now`, the last used first, at most 100; `None` when the
    /// account has nobody of this id.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn open_sessions(
        &self,
        user: UserId,
        now: DateTime<Utc>,
    ) -> Result<Option<Vec<OpenSession>>, DbError> {
        let epoch: Option<i64> = user::Entity::find()
            .select_only()
            .column(user::Column::AccessEpoch)
            .filter(user::Column::AccountId.eq(self.account.0))
            .filter(user::Column::Id.eq(user.0))
            .into_tuple()
            .one(self.connection)
            .await?;
        let Some(epoch) = epoch else {
            return Ok(None);
        };
        let rows = session::Entity::find()
            .filter(session::Column::AccountId.eq(self.account.0))
            .filter(session::Column::UserId.eq(user.0))
            .filter(session::Column::EndedAt.is_null())
            .filter(session::Column::Epoch.eq(epoch))
            .filter(session::Column::ExpiresAt.gt(now))
            .order_by_desc(session::Column::LastSeenAt)
            .order_by_desc(session::Column::Id)
            .limit(SESSIONS)
            .all(self.connection)
            .await?;
        let holds = |row: &session::Model| {
            now < row.last_seen_at + TimeDelta::seconds(i64::from(row.idle_seconds))
        };
        let open = rows.into_iter().filter(holds).map(listed);
        Ok(Some(open.collect()))
    }

    /// The last tries of somebody to sign in since `since`, newest first.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn sign_ins(
        &self,
        user: UserId,
        since: DateTime<Utc>,
    ) -> Result<Vec<SignInTry>, DbError> {
        use event::Column as E;
        let of_event = Expr::col((detail::Entity, detail::Column::AccountId))
            .equals((event::Entity, E::AccountId))
            .and(
                Expr::col((detail::Entity, detail::Column::EventId)).equals((event::Entity, E::Id)),
            );
        let select = Query::select()
            .column((event::Entity, E::OccurredAt))
            .column((event::Entity, E::Outcome))
            .columns([
                (detail::Entity, detail::Column::Details),
                (detail::Entity, detail::Column::SourceIp),
                (detail::Entity, detail::Column::UserAgent),
            ])
            .from(event::Entity)
            .left_join(detail::Entity, of_event)
            .and_where(Expr::col((event::Entity, E::AccountId)).eq(self.account.0))
            .and_where(Expr::col((event::Entity, E::TargetId)).eq(user.0))
            .and_where(Expr::col((event::Entity, E::Action)).eq(SIGN_IN_ACTION))
            .and_where(Expr::col((event::Entity, E::OccurredAt)).gte(since))
            .order_by((event::Entity, E::Id), Order::Desc)
            .limit(SIGN_INS)
            .to_owned();
        fetch::all(self.connection, &select).await
    }
}

fn listed(row: session::Model) -> OpenSession {
    OpenSession {
        id: row.id.into(),
        ip: row.ip,
        user_agent: row.user_agent,
        // One of a newer version says nothing to this one.
        method: row.method.and_then(|word| word.parse().ok()),
        created_at: row.created_at,
        last_seen_at: row.last_seen_at,
        expires_at: row.expires_at,
    }
}
