//! Passwords of before, and those that an administrator assigned.

use scim_schema::id::UserId;
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
    sea_query::{Expr, Query},
};
use uuid::Uuid;

use super::{
    entity::{assigned_password as assigned, password_history as history, user},
    error::DbError,
    scope::AccountScope,
    unit::AccountTx,
};

/// Passwords of before that are kept; with the one of now they are the last five.
const KEPT: u64 = 4;

impl AccountScope<'_> {
    /// The hashes of somebody's last five passwords, that of now included.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn last_passwords(&self, user: UserId) -> Result<Vec<String>, DbError> {
        let mut hashes: Vec<String> = history::Entity::find()
            .select_only()
            .column(history::Column::Hash)
            .filter(history::Column::AccountId.eq(self.account.0))
            .filter(history::Column::UserId.eq(user.0))
            .order_by_desc(history::Column::Id)
            .limit(KEPT)
            .into_tuple()
            .all(self.connection)
            .await?;
        let now: Option<Option<String>> = user::Entity::find()
            .select_only()
            .column(user::Column::PasswordHash)
            .filter(user::Column::AccountId.eq(self.account.0))
            .filter(user::Column::Id.eq(user.0))
            .into_tuple()
            .one(self.connection)
            .await?;
        hashes.extend(now.flatten());
        Ok(hashes)
    }

    /// Whether an administrator assigned somebody's password.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn is_password_assigned(&self, user: UserId) -> Result<bool, DbError> {
        is_assigned(self.connection, self.account.0, user).await
    }
}

impl AccountTx {
    /// Sets a password in the place of the one of before, which is remembered; whoever assigned that
    /// one has nothing to do with this one. Sessions of before are refused from now on.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn replace_password(&self, user: UserId, hash: &str) -> Result<(), DbError> {
        self.remember_password(user).await?;
        assigned::Entity::delete_many()
            .filter(assigned::Column::AccountId.eq(self.account().0))
            .filter(assigned::Column::UserId.eq(user.0))
            .exec(&self.connection)
            .await?;
        self.set_password(user, hash).await
    }

    /// Notes that the password of now was assigned by somebody else.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn note_assigned_password(&self, user: UserId, by: UserId) -> Result<(), DbError> {
        let row = assigned::ActiveModel {
            account_id: Set(self.account().0),
            user_id: Set(user.0),
            assigned_by: Set(by.0),
            assigned_at: Set(self.ctx().now),
        };
        assigned::Entity::insert(row)
            .exec_without_returning(&self.connection)
            .await?;
        Ok(())
    }

    /// Whether an administrator assigned somebody's password.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn is_password_assigned(&self, user: UserId) -> Result<bool, DbError> {
        is_assigned(&self.connection, self.account().0, user).await
    }

    async fn remember_password(&self, user: UserId) -> Result<(), DbError> {
        use history::Column as H;
        let of_now = Query::select()
            .columns([user::Column::AccountId, user::Column::Id])
            .expr(Expr::val(self.new_id()))
            .column(user::Column::PasswordHash)
            .from(user::Entity)
            .and_where(user::Column::AccountId.eq(self.account().0))
            .and_where(user::Column::Id.eq(user.0))
            .and_where(user::Column::PasswordHash.is_not_null())
            .to_owned();
        let insert = Query::insert()
            .into_table(history::Entity)
            .columns([H::AccountId, H::UserId, H::Id, H::Hash])
            .select_from(of_now)
            .map_err(|error| DbError::Corrupt(format!("password_history: {error}")))?
            .to_owned();
        self.connection.execute(&insert).await?;
        let kept = Query::select()
            .column(H::Id)
            .from(history::Entity)
            .and_where(H::AccountId.eq(self.account().0))
            .and_where(H::UserId.eq(user.0))
            .order_by(H::Id, sea_orm::Order::Desc)
            .limit(KEPT)
            .to_owned();
        history::Entity::delete_many()
            .filter(H::AccountId.eq(self.account().0))
            .filter(H::UserId.eq(user.0))
            .filter(H::Id.not_in_subquery(kept))
            .exec(&self.connection)
            .await?;
        Ok(())
    }
}

async fn is_assigned<C: ConnectionTrait>(
    connection: &C,
    account: Uuid,
    user: UserId,
) -> Result<bool, DbError> {
    let found = assigned::Entity::find()
        .filter(assigned::Column::AccountId.eq(account))
        .filter(assigned::Column::UserId.eq(user.0));
    Ok(found.count(connection).await? > 0)
}
