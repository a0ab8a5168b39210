//! What a person had who is deleted: a restore gives it back (domain.md section 5, T13b and T14).

use scim_schema::{
    id::{GroupId, UserId},
    lifecycle::Lifecycle,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, QueryFilter,
    sea_query::{CaseStatement, Expr, ExprTrait, OnConflict, Query},
};

use super::{
    entity::{deletion, group, group_member, user},
    error::DbError,
    scim_user_writes::Profile,
    unit::AccountTx,
};

/// Groups of one statement.
const CHUNK: usize = 500;

/// What somebody had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BeforeDeletion {
    /// Where they stood.
    pub lifecycle: Lifecycle,
    /// What they were a member of.
    pub groups: Vec<GroupId>,
}

impl Default for BeforeDeletion {
    fn default() -> Self {
        Self {
            lifecycle: Lifecycle::Active,
            groups: Vec::new(),
        }
    }
}

impl AccountTx {
    /// Keeps it, in the place of what an earlier deletion kept.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn keep_before_deletion(
        &self,
        user: UserId,
        before: &BeforeDeletion,
    ) -> Result<(), DbError> {
        use deletion::Column as C;
        let groups = serde_json::to_string(&before.groups);
        let row = deletion::ActiveModel {
            account_id: Set(self.account().0),
            user_id: Set(user.0),
            lifecycle: Set(before.lifecycle.as_str().to_owned()),
            groups: Set(groups.map_err(|error| corrupt(&error))?),
        };
        let replace = OnConflict::columns([C::AccountId, C::UserId])
            .update_columns([C::Lifecycle, C::Groups])
            .to_owned();
        deletion::Entity::insert(row)
            .on_conflict(replace)
            .exec_without_returning(&self.connection)
            .await?;
        Ok(())
    }

    /// What was kept of somebody; the default of somebody who was deleted before anything was.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn before_deletion(&self, user: UserId) -> Result<BeforeDeletion, DbError> {
        let row = deletion::Entity::find()
            .filter(deletion::Column::AccountId.eq(self.account().0))
            .filter(deletion::Column::UserId.eq(user.0))
            .one(&self.connection)
            .await?;
        let Some(row) = row else {
            return Ok(BeforeDeletion::default());
        };
        let unknown = |_| DbError::Corrupt("deletions.lifecycle".to_owned());
        Ok(BeforeDeletion {
            lifecycle: row.lifecycle.parse().map_err(unknown)?,
            groups: serde_json::from_str(&row.groups).map_err(|error| corrupt(&error))?,
        })
    }

    /// Keeps nothing of somebody any more.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn forget_deletion(&self, user: UserId) -> Result<(), DbError> {
        deletion::Entity::delete_many()
            .filter(deletion::Column::AccountId.eq(self.account().0))
            .filter(deletion::Column::UserId.eq(user.0))
            .exec(&self.connection)
            .await?;
        Ok(())
    }

    /// Who somebody is; `None` when the account has nobody of this id.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn profile(&self, id: UserId) -> Result<Option<Profile>, DbError> {
        let row = user::Entity::find()
            .filter(user::Column::AccountId.eq(self.account().0))
            .filter(user::Column::Id.eq(id.0))
            .one(&self.connection)
            .await?;
        Ok(row.map(|row| Profile {
            user_name: row.user_name,
            email: row.email,
            given_name: row.given_name,
            family_name: row.family_name,
            display_name: row.display_name,
            locale: row.locale,
            time_zone: row.time_zone,
        }))
    }

    /// Makes somebody a member again of those of `groups` that are still there, and answers which
    /// these are.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn rejoin_groups(
        &self,
        user: UserId,
        groups: &[GroupId],
    ) -> Result<Vec<GroupId>, DbError> {
        use group_member::Column as C;
        let mut joined = Vec::with_capacity(groups.len());
        for chunk in groups.chunks(CHUNK) {
            let own = Expr::col(group::Column::ConnectionId).is_null();
            let source = CaseStatement::new().case(own, "local").finally("scim");
            let rows = Query::select()
                .columns([group::Column::AccountId, group::Column::Id])
                .expr(Expr::val(user.0))
                .expr(source)
                .expr(Expr::val(self.ctx().now))
                .from(group::Entity)
                .and_where(group::Column::AccountId.eq(self.account().0))
                .and_where(group::Column::Id.is_in(chunk.iter().map(|group| group.0)))
                .to_owned();
            let insert = Query::insert()
                .into_table(group_member::Entity)
                .columns([C::AccountId, C::GroupId, C::UserId, C::Source, C::AddedAt])
                .select_from(rows)
                .map_err(|error| DbError::Corrupt(format!("group_members: {error}")))?
                .on_conflict(OnConflict::new().do_nothing().to_owned())
                .returning_col(C::GroupId)
                .to_owned();
            let inserted = sea_orm::ConnectionTrait::query_all(&self.connection, &insert).await?;
            for row in inserted {
                let group: uuid::Uuid = row.try_get_by_index(0)?;
                joined.push(GroupId(group));
            }
        }
        self.touch_groups(&joined).await?;
        Ok(joined)
    }
}

fn corrupt(error: &serde_json::Error) -> DbError {
    DbError::Corrupt(format!("deletions.groups: {error}"))
}
