//! Addresses that several people have: accepted, and flagged (scim.md 1.3, *Identity of a resource*).

use scim_schema::{id::UserId, text::fold};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::{Expr, Query, SelectStatement},
};
use uuid::Uuid;

use super::{
    arrivals::LIVING, entity::user, error::DbError, scim_user_writes::UserUpdate, unit::AccountTx,
};

/// People of one address that a flag names.
const NAMED: u64 = 50;

impl AccountTx {
    /// Updates a user that is still at `update.version`, and looks whether somebody else has the
    /// address that the user is given; `None` when the version is another one. One statement.
    ///
    /// # Errors
    /// [`DbError::Unique`](super::DbError::Unique) with `UserName`, and those of the database.
    pub async fn update_user_looking_for(
        &self,
        email: &str,
        user: UserId,
        update: &UserUpdate,
    ) -> Result<Option<bool>, DbError> {
        let others = Expr::exists(self.others_of_address(email, user));
        let mut statement = self.updating(user, update).into_query();
        statement.returning(Query::returning().exprs([others]));
        let row = self.connection.query_one(&statement).await?;
        row.map(|row| Ok(row.try_get_by_index(0)?)).transpose()
    }

    /// Living people beside `user` who have this address, at most 50.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn sharing(&self, email: &str, user: UserId) -> Result<Vec<UserId>, DbError> {
        let ids: Vec<Uuid> = user::Entity::find()
            .select_only()
            .column(user::Column::Id)
            .filter(user::Column::AccountId.eq(self.account().0))
            .filter(user::Column::EmailFolded.eq(fold(email)))
            .filter(user::Column::Lifecycle.is_in(LIVING))
            .filter(user::Column::Id.ne(user.0))
            .order_by_asc(user::Column::Id)
            .limit(NAMED)
            .into_tuple()
            .all(&self.connection)
            .await?;
        Ok(ids.into_iter().map(UserId).collect())
    }

    fn others_of_address(&self, email: &str, user: UserId) -> SelectStatement {
        let mut others = self.mail_namesake(email);
        others.and_where(user::Column::Id.ne(user.0));
        others
    }
}
