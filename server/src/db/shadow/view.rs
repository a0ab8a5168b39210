//! Reading a shadow: one snapshot for everything that an answer is made of.

use std::collections::HashMap;

use scim_schema::{id::ConnectionId, schema::ResourceKind, text::fold};
use sea_orm::{ColumnTrait, ConnectionTrait, FromQueryResult, Order, sea_query::Expr};
use uuid::Uuid;

use super::{
    Row, ShadowMember, ShadowObject, count_of, into_objects,
    members::{Extent, groups_of, members_of, read, sizes},
    objects, with_columns,
};
use crate::db::{
    entity::shadow_object as object, error::DbError, fetch, reader::Snapshot, scope::AccountScope,
};

/// A shadow as it is at one moment.
pub struct ShadowView {
    pub(super) snapshot: Snapshot,
    pub(super) account: Uuid,
    pub(super) connection: ConnectionId,
}

#[derive(FromQueryResult)]
struct Listed {
    id: Uuid,
}

/// What an index can leave out before a filter looks at the rest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Narrow {
    /// Only the object with this id.
    Id(Uuid),
    /// Only the one whose name is this without regard to case.
    Name(String),
    /// Only the one with this `externalId`.
    ExternalId(String),
}

impl AccountScope<'_> {
    /// A view of the shadow of a connection; [`ShadowView::close`] ends it.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn shadow(&self, connection: ConnectionId) -> Result<ShadowView, DbError> {
        Ok(ShadowView {
            snapshot: self.snapshot().await?,
            account: self.account.0,
            connection,
        })
    }
}

impl ShadowView {
    /// Objects of a kind in the order of their ids, from the one after `after` on.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn objects(
        &self,
        kind: ResourceKind,
        narrow: Option<&Narrow>,
        after: Option<Uuid>,
        limit: u64,
    ) -> Result<Vec<ShadowObject>, DbError> {
        let mut select = objects(self.account, self.connection, Some(kind));
        with_columns(&mut select);
        match narrow {
            None => {}
            Some(Narrow::Id(id)) => {
                select.and_where(object::Column::Id.eq(*id));
            }
            Some(Narrow::Name(name)) => {
                select.and_where(object::Column::NameFolded.eq(fold(name)));
            }
            Some(Narrow::ExternalId(id)) => {
                select.and_where(object::Column::ExternalId.eq(id.as_str()));
            }
        }
        if let Some(after) = after {
            select.and_where(object::Column::Id.gt(after));
        }
        select
            .order_by((object::Entity, object::Column::Id), Order::Asc)
            .limit(limit);
        let rows: Vec<Row> = fetch::all(&self.snapshot, &select).await?;
        into_objects(rows)
    }

    /// The ids of all objects of a kind, in their order.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn ids(&self, kind: ResourceKind) -> Result<Vec<Uuid>, DbError> {
        let mut select = objects(self.account, self.connection, Some(kind));
        select
            .column((object::Entity, object::Column::Id))
            .order_by((object::Entity, object::Column::Id), Order::Asc);
        let rows: Vec<Listed> = fetch::all(&self.snapshot, &select).await?;
        Ok(rows.into_iter().map(|row| row.id).collect())
    }

    /// How many objects of a kind there are.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn count(&self, kind: ResourceKind) -> Result<u64, DbError> {
        let mut select = objects(self.account, self.connection, Some(kind));
        select.expr_as(Expr::cust("COUNT(*)"), "total");
        count_of(self.snapshot.query_one(&select).await?)
    }

    /// These objects, of either kind, by id.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn by_id(&self, ids: &[Uuid]) -> Result<HashMap<Uuid, ShadowObject>, DbError> {
        let mut select = objects(self.account, self.connection, None);
        with_columns(&mut select);
        select.and_where(object::Column::Id.is_in(ids.iter().copied()));
        let rows: Vec<Row> = fetch::all(&self.snapshot, &select).await?;
        let found = into_objects(rows)?.into_iter();
        Ok(found.map(|object| (object.id, object)).collect())
    }

    /// Members of groups.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn members(&self, groups: &[Uuid]) -> Result<Vec<ShadowMember>, DbError> {
        read(&self.snapshot, &members_of(self.account, groups)).await
    }

    /// The groups that members are in, each with its own label.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn groups(
        &self,
        members: &[Uuid],
        extent: Extent,
    ) -> Result<Vec<ShadowMember>, DbError> {
        read(&self.snapshot, &groups_of(self.account, members, extent)).await
    }

    /// How many members each of these groups has, or how many groups each of these users is in.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn sizes(
        &self,
        kind: ResourceKind,
        ids: &[Uuid],
    ) -> Result<HashMap<Uuid, u64>, DbError> {
        sizes(&self.snapshot, self.account, kind, ids).await
    }

    /// Ends the view. Nothing was changed.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn close(self) -> Result<(), DbError> {
        self.snapshot.commit().await
    }
}
