//! When a shadow changed last, whatever changed.

use chrono::{DateTime, Utc};
use scim_schema::id::ConnectionId;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, Order, QueryFilter,
    sea_query::{Expr, ExprTrait, Query},
};
use uuid::Uuid;

use super::{ShadowView, objects};
use crate::db::{
    entity::{idp_connection as connection, shadow_member as member, shadow_object as object},
    error::DbError,
    unit::AccountTx,
};

impl ShadowView {
    /// When a user or group was put into the shadow, changed or deleted last.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn changed_at(&self) -> Result<Option<DateTime<Utc>>, DbError> {
        changed_at(&self.snapshot, self.account, self.connection).await
    }
}

impl AccountTx {
    /// When a user or group was put into a shadow, changed or deleted last.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn shadow_changed_at(
        &self,
        id: ConnectionId,
    ) -> Result<Option<DateTime<Utc>>, DbError> {
        changed_at(&self.connection, self.account().0, id).await
    }

    /// Notes that something is deleted from a shadow.
    pub(super) async fn note_shadow_deletion(&self, id: ConnectionId) -> Result<(), DbError> {
        let update = connection::Entity::update_many()
            .filter(connection::Column::AccountId.eq(self.account().0))
            .filter(connection::Column::Id.eq(id.0))
            .col_expr(
                connection::Column::ShadowDeletedAt,
                Expr::val(self.ctx().now),
            );
        Ok(self.connection.update(update).await?)
    }

    /// Raises the versions of groups of a shadow that have one of these members.
    pub(super) async fn touch_shadow_groups_of(&self, members: &[Uuid]) -> Result<(), DbError> {
        use object::Column as O;
        let theirs = Query::select()
            .column(member::Column::GroupId)
            .from(member::Entity)
            .and_where(member::Column::AccountId.eq(self.account().0))
            .and_where(member::Column::MemberId.is_in(members.iter().copied()))
            .to_owned();
        object::Entity::update_many()
            .filter(O::AccountId.eq(self.account().0))
            .filter(O::Id.in_subquery(theirs))
            .col_expr(O::Version, Expr::col(O::Version).add(1))
            .col_expr(O::UpdatedAt, Expr::val(self.ctx().now))
            .exec(&self.connection)
            .await?;
        Ok(())
    }
}

/// The later of two instants: that of an object that is there, and that of one that is not any more.
async fn changed_at<C: ConnectionTrait>(
    from: &C,
    account: Uuid,
    id: ConnectionId,
) -> Result<Option<DateTime<Utc>>, DbError> {
    let mut newest = objects(account, id, None);
    newest
        .column((object::Entity, object::Column::UpdatedAt))
        .order_by((object::Entity, object::Column::UpdatedAt), Order::Desc)
        .limit(1);
    let newest = from.query_one(&newest).await?;
    let newest = newest
        .map(|row| row.try_get("", "updated_at"))
        .transpose()?;
    let deletion = Query::select()
        .column(connection::Column::ShadowDeletedAt)
        .from(connection::Entity)
        .and_where(connection::Column::AccountId.eq(account))
        .and_where(connection::Column::Id.eq(id.0))
        .to_owned();
    let deletion = from.query_one(&deletion).await?;
    let deletion: Option<Option<DateTime<Utc>>> = deletion
        .map(|row| row.try_get("", "shadow_deleted_at"))
        .transpose()?;
    Ok(Ord::max(newest, deletion.flatten()))
}
