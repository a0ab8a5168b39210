//! What taking a shadow live needs of the database.

use scim_schema::{
    api::{connections::ConnectionMode, shadow::ShadowRun},
    id::{ConnectionId, GroupId, LinkId, UserId},
    schema::ResourceKind,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, Order, PaginatorTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, ExprTrait, OnConflict, Query, SelectStatement},
};
use uuid::Uuid;

use super::{Row, ShadowObject, ShadowView, into_objects, objects, with_columns};
use crate::db::{
    entity::{
        group, idp_connection as connection, scim_link as link, shadow_member as member,
        shadow_object as object, shadow_run as run, user,
    },
    error::DbError,
    fetch::{self, unsigned},
    scim_users::is_live,
    scope::AccountScope,
    unit::AccountTx,
};

/// The next objects: people first, so that a group comes with all of its members at once. Whatever is
/// neither cannot go live.
fn unrefused(account: Uuid, connection: ConnectionId, limit: u64) -> SelectStatement {
    let mut select = objects(account, connection, None);
    with_columns(&mut select);
    let kinds = [ResourceKind::User, ResourceKind::Group].map(ResourceKind::name);
    select
        .and_where(object::Column::Refused.is_null())
        .and_where(object::Column::Kind.is_in(kinds))
        .order_by(object::Column::Kind, Order::Desc)
        .order_by(object::Column::Id, Order::Asc)
        .limit(limit);
    select
}

impl ShadowView {
    /// The next objects that may go live: people first.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn unrefused(&self, limit: u64) -> Result<Vec<ShadowObject>, DbError> {
        let select = unrefused(self.account, self.connection, limit);
        let rows: Vec<Row> = fetch::all(&self.snapshot, &select).await?;
        into_objects(rows)
    }
}

impl AccountScope<'_> {
    /// How the shadow of a connection went live last, or how far it is.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn shadow_run(&self, id: ConnectionId) -> Result<Option<ShadowRun>, DbError> {
        let row = run::Entity::find()
            .filter(run::Column::AccountId.eq(self.account.0))
            .filter(run::Column::ConnectionId.eq(id.0))
            .one(self.connection)
            .await?;
        Ok(row.map(|row| ShadowRun {
            total: unsigned(row.total),
            started_at: row.started_at,
            finished_at: row.finished_at,
        }))
    }
}

impl AccountTx {
    /// The next objects that may go live: people first.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn next_in_shadow(
        &self,
        connection: ConnectionId,
        limit: u64,
    ) -> Result<Vec<ShadowObject>, DbError> {
        let select = unrefused(self.account().0, connection, limit);
        let rows: Vec<Row> = fetch::all(&self.connection, &select).await?;
        into_objects(rows)
    }

    /// Changes the mode of a connection.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn set_connection_mode(
        &self,
        id: ConnectionId,
        mode: ConnectionMode,
    ) -> Result<(), DbError> {
        connection::Entity::update_many()
            .filter(connection::Column::AccountId.eq(self.account().0))
            .filter(connection::Column::Id.eq(id.0))
            .col_expr(connection::Column::Mode, Expr::val(mode.as_str()))
            .exec(&self.connection)
            .await?;
        Ok(())
    }

    /// Whether the connection has a live link or a group.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn provisions_somebody(&self, id: ConnectionId) -> Result<bool, DbError> {
        let links = link::Entity::find()
            .filter(link::Column::AccountId.eq(self.account().0))
            .filter(link::Column::ConnectionId.eq(id.0))
            .filter(link::Column::State.eq("live"))
            .limit(1)
            .count(&self.connection)
            .await?;
        let groups = group::Entity::find()
            .filter(group::Column::AccountId.eq(self.account().0))
            .filter(group::Column::ConnectionId.eq(id.0))
            .limit(1)
            .count(&self.connection)
            .await?;
        Ok(links + groups > 0)
    }

    /// Notes that a shadow of `total` objects begins to go live, and whether its connection is live
    /// already; what was refused is tried again.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn begin_shadow_run(
        &self,
        id: ConnectionId,
        total: u64,
        was_live: bool,
    ) -> Result<(), DbError> {
        use run::Column as R;
        object::Entity::update_many()
            .filter(object::Column::AccountId.eq(self.account().0))
            .filter(object::Column::ConnectionId.eq(id.0))
            .filter(object::Column::Refused.is_not_null())
            .col_expr(object::Column::Refused, Expr::val(None::<String>))
            .exec(&self.connection)
            .await?;
        let row = run::ActiveModel {
            account_id: Set(self.account().0),
            connection_id: Set(id.0),
            total: Set(i64::try_from(total).unwrap_or(i64::MAX)),
            step: Set(0),
            started_at: Set(self.ctx().now),
            finished_at: Set(None),
            was_live: Set(was_live),
        };
        run::Entity::insert(row)
            .on_conflict(
                OnConflict::columns([R::AccountId, R::ConnectionId])
                    .update_columns([R::Total, R::Step, R::StartedAt, R::FinishedAt, R::WasLive])
                    .to_owned(),
            )
            .exec_without_returning(&self.connection)
            .await?;
        Ok(())
    }

    /// Counts another step of a going live and answers its number.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn next_shadow_step(&self, id: ConnectionId) -> Result<i64, DbError> {
        let rows = run::Entity::update_many()
            .filter(run::Column::AccountId.eq(self.account().0))
            .filter(run::Column::ConnectionId.eq(id.0))
            .col_expr(run::Column::Step, Expr::col(run::Column::Step).add(1))
            .exec_with_returning(&self.connection)
            .await?;
        Ok(rows.first().map_or(0, |row| row.step))
    }

    /// Notes that a going live has ended; answers whether the connection was live before it.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn end_shadow_run(&self, id: ConnectionId) -> Result<bool, DbError> {
        let rows = run::Entity::update_many()
            .filter(run::Column::AccountId.eq(self.account().0))
            .filter(run::Column::ConnectionId.eq(id.0))
            .col_expr(run::Column::FinishedAt, Expr::val(self.ctx().now))
            .exec_with_returning(&self.connection)
            .await?;
        Ok(rows.first().is_some_and(|row| row.was_live))
    }

    /// Notes why an object stays in the shadow.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn refuse_shadow_object(&self, id: Uuid, why: &str) -> Result<(), DbError> {
        object::Entity::update_many()
            .filter(object::Column::AccountId.eq(self.account().0))
            .filter(object::Column::Id.eq(id))
            .col_expr(object::Column::Refused, Expr::val(why))
            .exec(&self.connection)
            .await?;
        Ok(())
    }

    /// Gives a new link the id that its provider knows, and its user a version that was not seen
    /// under it.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn keep_link_identity(
        &self,
        made: LinkId,
        known: LinkId,
        (user, version): (UserId, i64),
    ) -> Result<(), DbError> {
        link::Entity::update_many()
            .filter(link::Column::AccountId.eq(self.account().0))
            .filter(link::Column::ScimId.eq(made.0))
            .col_expr(link::Column::ScimId, Expr::val(known.0))
            .exec(&self.connection)
            .await?;
        let raised = Expr::col(user::Column::Version).add(version);
        user::Entity::update_many()
            .filter(user::Column::AccountId.eq(self.account().0))
            .filter(user::Column::Id.eq(user.0))
            .col_expr(user::Column::Version, raised)
            .exec(&self.connection)
            .await?;
        Ok(())
    }

    /// Raises the version of a group by what its provider has seen.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn raise_group_version(&self, id: GroupId, by: i64) -> Result<(), DbError> {
        let raised = Expr::col(group::Column::Version).add(by);
        group::Entity::update_many()
            .filter(group::Column::AccountId.eq(self.account().0))
            .filter(group::Column::Id.eq(id.0))
            .col_expr(group::Column::Version, raised)
            .exec(&self.connection)
            .await?;
        Ok(())
    }

    /// Memberships of these objects, on either side, whose both sides are live now: group and
    /// member.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn waiting_memberships(
        &self,
        connection: ConnectionId,
        ids: &[Uuid],
    ) -> Result<Vec<(Uuid, Uuid)>, DbError> {
        use member::Column as M;
        let of = |side: M| side.is_in(ids.iter().copied());
        let user = Expr::exists(self.live_user(connection));
        let group = |side| Expr::exists(self.live_group(connection, side));
        Ok(member::Entity::find()
            .select_only()
            .columns([M::GroupId, M::MemberId])
            .filter(M::AccountId.eq(self.account().0))
            .filter(of(M::MemberId).or(of(M::GroupId)))
            .filter(group(M::GroupId))
            .filter(user.or(group(M::MemberId)))
            .into_tuple()
            .all(&self.connection)
            .await?)
    }

    /// The live user of the connection that a membership names.
    fn live_user(&self, connection: ConnectionId) -> SelectStatement {
        use link::Column as L;
        let of_link = |column| Expr::col((link::Entity, column));
        Query::select()
            .expr(Expr::val(1))
            .from(link::Entity)
            .and_where(of_link(L::AccountId).eq(self.account().0))
            .and_where(of_link(L::ConnectionId).eq(connection.0))
            .and_where(of_link(L::ScimId).equals((member::Entity, member::Column::MemberId)))
            .and_where(is_live())
            .to_owned()
    }

    /// The group of the connection that a membership names on this side.
    fn live_group(&self, connection: ConnectionId, side: member::Column) -> SelectStatement {
        use group::Column as G;
        let of_group = |column| Expr::col((group::Entity, column));
        Query::select()
            .expr(Expr::val(1))
            .from(group::Entity)
            .and_where(of_group(G::AccountId).eq(self.account().0))
            .and_where(of_group(G::ConnectionId).eq(connection.0))
            .and_where(of_group(G::Id).equals((member::Entity, side)))
            .to_owned()
    }
}
