//! Browsers that somebody has signed in with. Their wrong passwords are counted apart (domain.md
//! section 5, *Lock-out*): whoever guesses elsewhere uses up no try of the person's own browser.

use chrono::{DateTime, Utc};
use scim_schema::id::UserId;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, Order, QueryFilter,
    sea_query::{Expr, ExprTrait, Query},
};
use uuid::Uuid;

use super::{entity::known_device as device, error::DbError, unit::AccountTx};

/// Browsers of one person that are remembered, the last used.
const KEPT: u64 = 10;

/// A browser that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownDevice {
    id: Uuid,
    /// Wrong proofs in a row, the try of now included.
    pub tries: i32,
}

impl AccountTx {
    /// The browser of this cookie, if somebody has signed in with it.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn known_device(
        &self,
        user: UserId,
        token_hash: &[u8; 32],
    ) -> Result<Option<KnownDevice>, DbError> {
        let row = device::Entity::find()
            .filter(device::Column::AccountId.eq(self.account().0))
            .filter(device::Column::UserId.eq(user.0))
            .filter(device::Column::TokenHash.eq(token_hash.to_vec()))
            .one(&self.connection)
            .await?;
        Ok(row.map(|row| KnownDevice {
            id: row.id,
            tries: row.failed_count,
        }))
    }

    /// Counts a try on a browser in one statement; `None` when there were `most` and the last of them
    /// was after `again_before`.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn count_device_try(
        &self,
        known: KnownDevice,
        most: i32,
        again_before: DateTime<Utc>,
    ) -> Result<Option<KnownDevice>, DbError> {
        use device::Column as C;
        let waited = C::FailedAt.is_null().or(C::FailedAt.lte(again_before));
        let counted = device::Entity::update_many()
            .filter(C::AccountId.eq(self.account().0))
            .filter(C::Id.eq(known.id))
            .filter(C::FailedCount.lt(most).or(waited))
            .col_expr(C::FailedCount, Expr::col(C::FailedCount).add(1))
            .col_expr(C::FailedAt, Expr::val(self.ctx().now))
            .exec_with_returning(&self.connection)
            .await?;
        Ok(counted.first().map(|row| KnownDevice {
            id: row.id,
            tries: row.failed_count,
        }))
    }

    /// Takes back one try on a browser that was counted and was right.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn uncount_device_try(&self, known: KnownDevice) -> Result<(), DbError> {
        use device::Column as C;
        device::Entity::update_many()
            .filter(C::AccountId.eq(self.account().0))
            .filter(C::Id.eq(known.id))
            .filter(C::FailedCount.gt(0))
            .col_expr(C::FailedCount, Expr::col(C::FailedCount).sub(1))
            .exec(&self.connection)
            .await?;
        Ok(())
    }

    /// Notes that somebody has signed in with a browser that is known: its wrong tries are forgotten.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn use_device(&self, known: KnownDevice) -> Result<(), DbError> {
        use device::Column as C;
        device::Entity::update_many()
            .filter(C::AccountId.eq(self.account().0))
            .filter(C::Id.eq(known.id))
            .col_expr(C::FailedCount, Expr::val(0))
            .col_expr(C::FailedAt, Expr::val(None::<DateTime<Utc>>))
            .col_expr(C::LastUsedAt, Expr::val(self.ctx().now))
            .exec(&self.connection)
            .await?;
        Ok(())
    }

    /// Remembers a browser that somebody has signed in with, and forgets the one that was used least
    /// lately where there are too many.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn remember_device(
        &self,
        user: UserId,
        token_hash: &[u8; 32],
    ) -> Result<(), DbError> {
        use device::Column as C;
        let row = device::ActiveModel {
            account_id: Set(self.account().0),
            id: Set(self.new_id()),
            user_id: Set(user.0),
            token_hash: Set(token_hash.to_vec()),
            failed_count: Set(0),
            failed_at: Set(None),
            last_used_at: Set(self.ctx().now),
        };
        device::Entity::insert(row)
            .exec_without_returning(&self.connection)
            .await?;
        let kept = Query::select()
            .column(C::Id)
            .from(device::Entity)
            .and_where(C::AccountId.eq(self.account().0))
            .and_where(C::UserId.eq(user.0))
            .order_by(C::LastUsedAt, Order::Desc)
            .order_by(C::Id, Order::Desc)
            .limit(KEPT)
            .to_owned();
        device::Entity::delete_many()
            .filter(C::AccountId.eq(self.account().0))
            .filter(C::UserId.eq(user.0))
            .filter(C::Id.not_in_subquery(kept))
            .exec(&self.connection)
            .await?;
        Ok(())
    }

    /// Forgets every browser of somebody.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn forget_devices(&self, user: UserId) -> Result<(), DbError> {
        device::Entity::delete_many()
            .filter(device::Column::AccountId.eq(self.account().0))
            .filter(device::Column::UserId.eq(user.0))
            .exec(&self.connection)
            .await?;
        Ok(())
    }
}
