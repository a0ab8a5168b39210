//! Writes behind conflicts: one unresolved item for each connection, person and kind.

use scim_schema::{
    api::{
        conflicts::{ConflictCause, ConflictEnd, ConflictKind, ConflictState},
        events::ChangeKind,
    },
    id::{ConflictId, ConnectionId, UserId},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, ExprTrait, OnConflict},
};
use serde::{Deserialize, Serialize};

use super::{entity::conflict, error::DbError, feed::Change, unit::AccountTx};
use crate::ctx::actor_columns;

/// Longest request that is kept, in bytes: a larger one cannot be moved by.
const SENT_MAX: usize = 256 * 1024;

/// A user as a connection sent it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentUser {
    /// Registered attributes without `active`, as the serialiser of `scim-schema` wrote them.
    pub document: String,
    /// What no definition knows, a JSON object.
    pub unmapped: String,
    /// `active`.
    pub active: Option<bool>,
}

/// A conflict to note.
#[derive(Clone, Debug)]
pub struct NewConflict {
    /// Whose request it is.
    pub connection: ConnectionId,
    /// What is in the way.
    pub kind: ConflictKind,
    /// Why.
    pub cause: ConflictCause,
    /// Everybody who could be meant; the first is the one whom the item is about.
    pub candidates: Vec<UserId>,
    /// `userName` as it was sent.
    pub user_name: String,
    /// What was sent.
    pub sent: SentUser,
}

/// What became of a conflict that was noted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotedConflict {
    /// The item.
    pub id: ConflictId,
    /// Its version.
    pub version: i64,
    /// Whether it was not there before.
    pub fresh: bool,
}

impl NotedConflict {
    /// What open consoles are told.
    #[must_use]
    pub fn change(&self) -> Change {
        if self.fresh {
            Change::created(ChangeKind::Conflict, self.id)
        } else {
            Change::updated(ChangeKind::Conflict, self.id, self.version)
        }
    }
}

/// An unresolved conflict.
#[derive(Clone, Debug)]
pub struct LockedConflict {
    /// The item.
    pub id: ConflictId,
    /// Whose request it is.
    pub connection: ConnectionId,
    /// What is in the way.
    pub kind: ConflictKind,
    /// Why.
    pub cause: ConflictCause,
    /// What became of it so far.
    pub state: ConflictState,
    /// Whom it is about.
    pub candidate: UserId,
    /// What was sent; `None` when it was too large to keep.
    pub sent: Option<SentUser>,
    /// Rises with every change.
    pub version: i64,
}

impl AccountTx {
    /// Notes a conflict: an unresolved item of the same connection, person and kind is counted up
    /// and renewed, whether it is open or dismissed. `None` when nobody is in the way.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn note_conflict(&self, new: &NewConflict) -> Result<Option<NotedConflict>, DbError> {
        let Some(candidate) = new.candidates.first() else {
            return Ok(None);
        };
        let sent = sent_text(&new.sent)?;
        if let Some((id, version)) = self
            .renew_conflict(new, *candidate, sent.as_deref())
            .await?
        {
            let fresh = false;
            return Ok(Some(NotedConflict { id, version, fresh }));
        }
        let id = ConflictId(self.new_id());
        let ids: Vec<String> = new.candidates.iter().map(ToString::to_string).collect();
        let row = conflict::ActiveModel {
            account_id: Set(self.account().0),
            id: Set(id.0),
            connection_id: Set(new.connection.0),
            candidate_id: Set(candidate.0),
            candidates: Set(ids.join(" ")),
            kind: Set(new.kind.as_str().to_owned()),
            cause: Set(new.cause.as_str().to_owned()),
            state: Set(ConflictState::Open.as_str().to_owned()),
            sent_user_name: Set(new.user_name.clone()),
            sent: Set(sent),
            request_id: Set(Some(self.ctx().request_id.0)),
            seen: Set(1),
            first_seen_at: Set(self.ctx().now),
            last_seen_at: Set(self.ctx().now),
            ended_how: Set(None),
            ended_at: Set(None),
            ended_by_kind: Set(None),
            ended_by_id: Set(None),
            ended_by_name: Set(None),
            reason: Set(None),
            version: Set(1),
        };
        // Somebody else may have noted the same meanwhile.
        let inserted = conflict::Entity::insert_many([row])
            .on_conflict(OnConflict::new().do_nothing().to_owned())
            .exec_without_returning(&self.connection)
            .await?;
        let (version, fresh) = (1, true);
        Ok((inserted > 0).then_some(NotedConflict { id, version, fresh }))
    }

    async fn renew_conflict(
        &self,
        new: &NewConflict,
        candidate: UserId,
        sent: Option<&str>,
    ) -> Result<Option<(ConflictId, i64)>, DbError> {
        use conflict::Column as C;
        let ids: Vec<String> = new.candidates.iter().map(ToString::to_string).collect();
        let rows = conflict::Entity::update_many()
            .filter(C::AccountId.eq(self.account().0))
            .filter(C::ConnectionId.eq(new.connection.0))
            .filter(C::CandidateId.eq(candidate.0))
            .filter(C::Kind.eq(new.kind.as_str()))
            .filter(is_unresolved())
            .col_expr(C::Seen, Expr::col(C::Seen).add(1))
            .col_expr(C::LastSeenAt, Expr::val(self.ctx().now))
            .col_expr(C::Cause, Expr::val(new.cause.as_str()))
            .col_expr(C::Candidates, Expr::val(ids.join(" ")))
            .col_expr(C::SentUserName, Expr::val(new.user_name.as_str()))
            .col_expr(C::Sent, Expr::val(sent.map(str::to_owned)))
            .col_expr(C::RequestId, Expr::val(Some(self.ctx().request_id.0)))
            .col_expr(C::Version, Expr::col(C::Version).add(1))
            .exec_with_returning(&self.connection)
            .await?;
        Ok(rows.first().map(|row| (row.id.into(), row.version)))
    }

    /// An unresolved conflict, locked until the unit ends.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn lock_conflict(&self, id: ConflictId) -> Result<Option<LockedConflict>, DbError> {
        let row = conflict::Entity::find()
            .filter(conflict::Column::AccountId.eq(self.account().0))
            .filter(conflict::Column::Id.eq(id.0))
            .lock_exclusive()
            .one(&self.connection)
            .await?;
        row.as_ref().map(locked).transpose()
    }

    /// Ends a conflict. What was sent goes with it, unless it is only dismissed.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn end_conflict(
        &self,
        id: ConflictId,
        how: ConflictEnd,
        reason: Option<&str>,
    ) -> Result<(), DbError> {
        self.end_conflicts(conflict::Column::Id.eq(id.0), how, reason)
            .await?;
        Ok(())
    }

    /// Ends every unresolved conflict about somebody who is not in the way any more: those of one
    /// connection, or all. Answers their ids and versions.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn settle_conflicts(
        &self,
        candidate: UserId,
        connection: Option<ConnectionId>,
    ) -> Result<Vec<(ConflictId, i64)>, DbError> {
        use conflict::Column as C;
        let about = C::CandidateId.eq(candidate.0);
        let about = match connection {
            None => about,
            Some(connection) => about
                .and(C::ConnectionId.eq(connection.0))
                .and(C::Kind.ne(ConflictKind::EmailShared.as_str())),
        };
        self.end_conflicts(about, ConflictEnd::Settled, None).await
    }

    async fn end_conflicts(
        &self,
        which: Expr,
        how: ConflictEnd,
        reason: Option<&str>,
    ) -> Result<Vec<(ConflictId, i64)>, DbError> {
        use conflict::Column as C;
        let (by_kind, by_id, by_name) = actor_columns(&self.ctx().actor);
        let state = match how {
            ConflictEnd::Dismissed => ConflictState::Dismissed,
            ConflictEnd::Moved | ConflictEnd::Settled => ConflictState::Resolved,
        };
        let mut update = conflict::Entity::update_many()
            .filter(C::AccountId.eq(self.account().0))
            .filter(which)
            .filter(is_unresolved())
            .col_expr(C::State, Expr::val(state.as_str()))
            .col_expr(C::EndedHow, Expr::val(how.as_str()))
            .col_expr(C::EndedAt, Expr::val(self.ctx().now))
            .col_expr(C::EndedByKind, Expr::val(by_kind))
            .col_expr(C::EndedById, Expr::val(by_id))
            .col_expr(C::EndedByName, Expr::val(by_name))
            .col_expr(C::Reason, Expr::val(reason.map(str::to_owned)))
            .col_expr(C::Version, Expr::col(C::Version).add(1));
        if state == ConflictState::Resolved {
            update = update.col_expr(C::Sent, Expr::val(None::<String>));
        }
        let rows = update.exec_with_returning(&self.connection).await?;
        Ok(rows
            .into_iter()
            .map(|row| (row.id.into(), row.version))
            .collect())
    }
}

/// A literal, not a parameter: the index of unresolved conflicts is partial.
fn is_unresolved() -> Expr {
    Expr::col(conflict::Column::State).ne(Expr::Constant("resolved".into()))
}

fn sent_text(sent: &SentUser) -> Result<Option<String>, DbError> {
    let text = serde_json::to_string(sent)
        .map_err(|error| DbError::Corrupt(format!("a user that was sent: {error}")))?;
    Ok((text.len() <= SENT_MAX).then_some(text))
}

/// What was sent, as it is stored.
pub(super) fn parse_sent(text: &str) -> Result<SentUser, DbError> {
    serde_json::from_str(text).map_err(|error| DbError::Corrupt(format!("conflicts.sent: {error}")))
}

fn locked(row: &conflict::Model) -> Result<LockedConflict, DbError> {
    let corrupt = |column| DbError::Corrupt(format!("conflicts.{column}"));
    Ok(LockedConflict {
        id: row.id.into(),
        connection: row.connection_id.into(),
        kind: row.kind.parse().map_err(|_| corrupt("kind"))?,
        cause: row.cause.parse().map_err(|_| corrupt("cause"))?,
        state: row.state.parse().map_err(|_| corrupt("state"))?,
        candidate: row.candidate_id.into(),
        sent: row.sent.as_deref().map(parse_sent).transpose()?,
        version: row.version,
    })
}
