//! Holds, and the columns of a user that follow from them.

use chrono::{DateTime, Utc};
use scim_schema::{
    api::users::Actor,
    id::{HoldId, UserId},
    lifecycle::{Axes, HoldKind, HoldScope, OpenHold, Status, displayed_status},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, QueryFilter, QuerySelect, UpdateMany,
    sea_query::{Expr, ExprTrait, OnConflict},
};
use uuid::Uuid;

use super::{
    entity::{hold, user},
    error::DbError,
    unit::AccountTx,
};
use crate::ctx::actor_columns;

/// A hold to place.
#[derive(Clone, Debug)]
pub struct NewHold {
    /// Why.
    pub kind: HoldKind,
    /// How far; never a single organisation here.
    pub scope: HoldScope,
    /// Who or what places it; a user has one open hold per kind, scope and source.
    pub source: Actor,
    /// In the words of who places it.
    pub reason: Option<String>,
    /// Ends by itself then.
    pub until: Option<DateTime<Utc>>,
}

/// The columns of `users` that follow from the axes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StatusColumns {
    pub(crate) status: Status,
    pub(crate) status_rank: i16,
    pub(crate) hold_kinds: String,
}

impl StatusColumns {
    pub(crate) fn of(axes: &Axes) -> Self {
        let status = displayed_status(axes);
        let rank = Status::ALL.iter().position(|other| *other == status);
        Self {
            status,
            status_rank: rank.and_then(|rank| i16::try_from(rank).ok()).unwrap_or(0),
            hold_kinds: format_holds(&axes.holds),
        }
    }
}

/// Reads the axes back from the columns of `users`.
pub(crate) fn axes(lifecycle: &str, invitation: &str, hold_kinds: &str) -> Result<Axes, DbError> {
    let corrupt = |column: &str| DbError::Corrupt(format!("users.{column}"));
    Ok(Axes {
        lifecycle: lifecycle.parse().map_err(|_| corrupt("lifecycle"))?,
        invitation: invitation.parse().map_err(|_| corrupt("invitation"))?,
        holds: parse_holds(hold_kinds).ok_or_else(|| corrupt("hold_kinds"))?,
    })
}

/// `kind` or `kind/scope`, comma-separated, the account's scope left out, each pair once.
fn format_holds(holds: &[OpenHold]) -> String {
    let mut words: Vec<String> = holds
        .iter()
        .filter(|hold| hold.scope != HoldScope::Organisation)
        .map(|hold| match hold.scope {
            HoldScope::Account => hold.kind.as_str().to_owned(),
            scope => format!("{}/{scope}", hold.kind),
        })
        .collect();
    words.sort_unstable();
    words.dedup();
    words.join(",")
}

fn parse_holds(text: &str) -> Option<Vec<OpenHold>> {
    text.split(',')
        .filter(|word| !word.is_empty())
        .map(|word| {
            let (kind, scope) = word.split_once('/').unwrap_or((word, "account"));
            Some(OpenHold {
                kind: kind.parse().ok()?,
                scope: scope.parse().ok()?,
            })
        })
        .collect()
}

/// An open hold of its columns.
pub(super) fn open_hold(kind: &str, scope: &str) -> Result<OpenHold, DbError> {
    let corrupt = |column| DbError::Corrupt(format!("holds.{column}"));
    Ok(OpenHold {
        kind: kind.parse().map_err(|_| corrupt("kind"))?,
        scope: scope.parse().map_err(|_| corrupt("scope"))?,
    })
}

impl AccountTx {
    /// Places a hold and brings the user's status up to date; `false` when the same source holds
    /// the user already, which changes nothing.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn place_hold(&self, user: UserId, hold: NewHold) -> Result<bool, DbError> {
        if !self.insert_hold(user, hold).await? {
            return Ok(false);
        }
        self.refresh_status(user).await?;
        Ok(true)
    }

    /// Lifts every open hold of a kind, whoever placed it, and brings the user's status up to
    /// date; answers how many that were.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn lift_holds(&self, user: UserId, kind: HoldKind) -> Result<u64, DbError> {
        let lifted = self.close_holds(user, kind, None).await?;
        if lifted > 0 {
            self.refresh_status(user).await?;
        }
        Ok(lifted)
    }

    /// Lifts every open hold whose time is over, and brings the user's status up to date; answers how
    /// many that were.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn close_due_holds(&self, user: UserId) -> Result<u64, DbError> {
        let due = hold::Column::Until.lte(self.ctx().now);
        let close = self.closing(user).filter(due);
        let closed = close.exec(&self.connection).await?.rows_affected;
        if closed > 0 {
            self.refresh_status(user).await?;
        }
        Ok(closed)
    }

    async fn insert_hold(&self, user: UserId, hold: NewHold) -> Result<bool, DbError> {
        let inserted = hold::Entity::insert_many([self.hold_row(user, hold)])
            .on_conflict(OnConflict::new().do_nothing().to_owned())
            .exec_without_returning(&self.connection)
            .await?;
        Ok(inserted > 0)
    }

    /// Places the hold of a source, or lifts it, whether it was open before or not. The row and
    /// nothing else: the caller updates the user in a statement of its own.
    ///
    /// # Errors
    /// Those of the database.
    pub(crate) async fn follow_hold(
        &self,
        user: UserId,
        hold: NewHold,
        held: bool,
    ) -> Result<(), DbError> {
        if held {
            let row = vec![self.hold_row(user, hold)];
            let there = OnConflict::new().do_nothing().to_owned();
            return Ok(self.connection.upsert_all(row, &there).await?);
        }
        let (_, source, _) = actor_columns(&hold.source);
        let close = self.closing_holds(user, hold.kind, source);
        Ok(self.connection.update(close).await?)
    }

    fn hold_row(&self, user: UserId, hold: NewHold) -> hold::ActiveModel {
        let (source_kind, source_id, source_name) = actor_columns(&hold.source);
        hold::ActiveModel {
            account_id: Set(self.account().0),
            id: Set(HoldId(self.new_id()).0),
            user_id: Set(user.0),
            kind: Set(hold.kind.as_str().to_owned()),
            scope: Set(hold.scope.as_str().to_owned()),
            organisation_id: Set(None),
            source_kind: Set(source_kind.to_owned()),
            source_id: Set(source_id.unwrap_or(Uuid::nil())),
            source_name: Set(source_name),
            reason: Set(hold.reason),
            since: Set(self.ctx().now),
            until: Set(hold.until),
            lifted_at: Set(None),
            lifted_by_kind: Set(None),
            lifted_by_id: Set(None),
            lifted_by_name: Set(None),
        }
    }

    /// Closes open holds of a kind; with `source` only those it placed.
    pub(crate) async fn close_holds(
        &self,
        user: UserId,
        kind: HoldKind,
        source: Option<Uuid>,
    ) -> Result<u64, DbError> {
        let close = self.closing_holds(user, kind, source);
        Ok(close.exec(&self.connection).await?.rows_affected)
    }

    fn closing_holds(
        &self,
        user: UserId,
        kind: HoldKind,
        source: Option<Uuid>,
    ) -> UpdateMany<hold::Entity> {
        let mut update = self
            .closing(user)
            .filter(hold::Column::Kind.eq(kind.as_str()))
            .filter(hold::Column::Scope.ne(HoldScope::Organisation.as_str()));
        if let Some(source) = source {
            update = update.filter(hold::Column::SourceId.eq(source));
        }
        update
    }

    /// Lifts open holds of a user.
    pub(super) fn closing(&self, user: UserId) -> UpdateMany<hold::Entity> {
        let (by_kind, by_id, by_name) = actor_columns(&self.ctx().actor);
        hold::Entity::update_many()
            .col_expr(hold::Column::LiftedAt, Expr::val(self.ctx().now))
            .col_expr(hold::Column::LiftedByKind, Expr::val(by_kind))
            .col_expr(hold::Column::LiftedById, Expr::val(by_id))
            .col_expr(hold::Column::LiftedByName, Expr::val(by_name))
            .filter(hold::Column::AccountId.eq(self.account().0))
            .filter(hold::Column::UserId.eq(user.0))
            .filter(hold::Column::LiftedAt.is_null())
    }

    /// Recomputes status and holds of a user from its rows and raises its version.
    async fn refresh_status(&self, user: UserId) -> Result<(), DbError> {
        let of_user = user::Column::AccountId
            .eq(self.account().0)
            .and(user::Column::Id.eq(user.0));
        let Some((lifecycle, invitation)) = user::Entity::find()
            .select_only()
            .columns([user::Column::Lifecycle, user::Column::Invitation])
            .filter(of_user.clone())
            .into_tuple::<(String, String)>()
            .one(&self.connection)
            .await?
        else {
            return Ok(());
        };
        let open: Vec<(String, String)> = hold::Entity::find()
            .select_only()
            .columns([hold::Column::Kind, hold::Column::Scope])
            .filter(hold::Column::AccountId.eq(self.account().0))
            .filter(hold::Column::UserId.eq(user.0))
            .filter(hold::Column::LiftedAt.is_null())
            .into_tuple()
            .all(&self.connection)
            .await?;
        let words: Vec<String> = open
            .iter()
            .map(|(kind, scope)| format!("{kind}/{scope}"))
            .collect();
        let columns = StatusColumns::of(&axes(&lifecycle, &invitation, &words.join(","))?);
        user::Entity::update_many()
            .col_expr(user::Column::Status, Expr::val(columns.status.as_str()))
            .col_expr(user::Column::StatusRank, Expr::val(columns.status_rank))
            .col_expr(user::Column::HoldKinds, Expr::val(columns.hold_kinds))
            .col_expr(
                user::Column::Version,
                Expr::col(user::Column::Version).add(1),
            )
            .col_expr(user::Column::UpdatedAt, Expr::val(self.ctx().now))
            .filter(of_user)
            .exec(&self.connection)
            .await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_survive_their_column_and_organisations_stay_out() {
        let holds = [
            (HoldKind::Denied, HoldScope::PasswordOnly),
            (HoldKind::Banned, HoldScope::Account),
            (HoldKind::Banned, HoldScope::Account),
            (HoldKind::Suspended, HoldScope::Organisation),
        ]
        .map(|(kind, scope)| OpenHold { kind, scope });
        let text = format_holds(&holds);
        assert_eq!(text, "banned,denied/password_only");
        assert_eq!(parse_holds(&text).map(|holds| holds.len()), Some(2));
        assert_eq!(parse_holds(""), Some(vec![]));
        assert_eq!(parse_holds("asleep"), None);
    }
}
