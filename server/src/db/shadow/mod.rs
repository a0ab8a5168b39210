//! The shadow of a connection: users and groups that a provider sent and that nobody else sees. No
//! live table is read or written here but the connection's own row, which a unit of work locks
//! first, so that one at a time changes a shadow.

mod changes;
mod going_live;
mod meeting;
mod members;
mod view;

use chrono::{DateTime, Utc};
use scim_schema::{
    api::connections::ConnectionMode, id::ConnectionId, lifecycle::Axes, schema::ResourceKind,
    text::fold,
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, Order, PaginatorTrait, QueryFilter,
    QuerySelect,
    sea_query::{Expr, LockType, Query, SelectStatement},
};
use uuid::Uuid;

pub use meeting::{Meeting, Met};
pub use members::{Extent, ShadowMember};
pub use view::{Narrow, ShadowView};

use super::{
    entity::{idp_connection as connection, shadow_member as member, shadow_object as object},
    error::DbError,
    fetch::{self, unsigned},
    holds,
    unit::AccountTx,
};

/// A user or group of a shadow.
#[derive(Clone, Debug, PartialEq)]
pub struct ShadowObject {
    /// The SCIM `id`, which it keeps when it goes live.
    pub id: Uuid,
    /// User or group.
    pub kind: ResourceKind,
    /// `externalId`.
    pub external_id: Option<String>,
    /// The name to show.
    pub label: String,
    /// `active` of a user as it was sent; `None` when it is unassigned.
    pub active: Option<bool>,
    /// Whether the user has ever been active; a group always is.
    pub is_staged: bool,
    /// Registered attributes without `active` and members.
    pub document: String,
    /// What no definition knows, a JSON object.
    pub unmapped: String,
    /// Why it could not go live, in a word.
    pub refused: Option<String>,
    /// Rises with every change; the ETag.
    pub version: i64,
    /// When it was sent first.
    pub created: DateTime<Utc>,
    /// When it or its members last changed.
    pub updated: DateTime<Utc>,
}

/// What is stored of an object that the provider decides.
#[derive(Clone, Debug)]
pub struct ShadowData {
    /// `userName` or `displayName`, unique among its kind in the shadow without regard to case.
    pub name: String,
    /// The name to show.
    pub label: String,
    /// `externalId`, unique among its kind in the shadow.
    pub external_id: Option<String>,
    /// `active` of a user.
    pub active: Option<bool>,
    /// Whether the user has never been active.
    pub is_staged: bool,
    /// Registered attributes without `active` and members.
    pub document: String,
    /// What no definition knows.
    pub unmapped: String,
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    kind: String,
    external_id: Option<String>,
    label: String,
    active: Option<bool>,
    lifecycle: String,
    document: String,
    unmapped: String,
    refused: Option<String>,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl Row {
    fn into_object(self) -> Result<ShadowObject, DbError> {
        let kind = ResourceKind::from_name(&self.kind)
            .ok_or_else(|| DbError::Corrupt(format!("shadow_objects.kind: {}", self.kind)))?;
        Ok(ShadowObject {
            id: self.id,
            kind,
            external_id: self.external_id,
            label: self.label,
            active: self.active,
            is_staged: self.lifecycle == STAGED,
            document: self.document,
            unmapped: self.unmapped,
            refused: self.refused,
            version: self.version,
            created: self.created_at,
            updated: self.updated_at,
        })
    }
}

/// Objects of one statement: SQLite takes 32,766 parameters.
const DELETED_AT_ONCE: u64 = 5_000;

const STAGED: &str = "staged";
const ACTIVE: &str = "active";

const fn lifecycle(is_staged: bool) -> &'static str {
    if is_staged { STAGED } else { ACTIVE }
}

impl ShadowObject {
    /// The axes that the user would have.
    ///
    /// # Errors
    /// [`DbError::Corrupt`] when no axes are stored like that.
    pub fn axes(&self) -> Result<Axes, DbError> {
        let held = if self.active == Some(false) {
            "idp_disabled"
        } else {
            ""
        };
        holds::axes(lifecycle(self.is_staged), "not_sent", held)
    }
}

/// Objects of a shadow, without columns.
fn objects(account: Uuid, connection: ConnectionId, kind: Option<ResourceKind>) -> SelectStatement {
    let mut select = Query::select();
    select
        .from(object::Entity)
        .and_where(object::Column::AccountId.eq(account))
        .and_where(object::Column::ConnectionId.eq(connection.0));
    if let Some(kind) = kind {
        select.and_where(object::Column::Kind.eq(kind.name()));
    }
    select
}

/// The columns of [`Row`].
fn with_columns(select: &mut SelectStatement) {
    use object::Column as O;
    for column in [
        O::Id,
        O::Kind,
        O::ExternalId,
        O::Label,
        O::Active,
        O::Lifecycle,
        O::Document,
        O::Unmapped,
        O::Refused,
        O::Version,
        O::CreatedAt,
        O::UpdatedAt,
    ] {
        select.column((object::Entity, column));
    }
}

fn into_objects(rows: Vec<Row>) -> Result<Vec<ShadowObject>, DbError> {
    rows.into_iter().map(Row::into_object).collect()
}

impl AccountTx {
    /// The mode of a connection, which nobody else changes, nor its shadow, until the unit ends;
    /// `None` when there is no such connection.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn lock_connection_mode(
        &self,
        id: ConnectionId,
    ) -> Result<Option<ConnectionMode>, DbError> {
        use connection::Column as C;
        let select = Query::select()
            .column(C::Mode)
            .from(connection::Entity)
            .and_where(C::AccountId.eq(self.account().0))
            .and_where(C::Id.eq(id.0))
            .lock(LockType::NoKeyUpdate)
            .to_owned();
        let row = self.connection.query_one(&select).await?;
        let Some(row) = row else { return Ok(None) };
        parse_mode(&row.try_get::<String>("", "mode")?).map(Some)
    }

    /// How many objects the shadow of a connection has.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn shadow_size(&self, connection: ConnectionId) -> Result<u64, DbError> {
        Ok(object::Entity::find()
            .filter(object::Column::AccountId.eq(self.account().0))
            .filter(object::Column::ConnectionId.eq(connection.0))
            .count(&self.connection)
            .await?)
    }

    /// One object of a shadow. The connection is locked, so the object need not be.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn shadow_object(
        &self,
        connection: ConnectionId,
        kind: ResourceKind,
        id: Uuid,
    ) -> Result<Option<ShadowObject>, DbError> {
        let mut select = objects(self.account().0, connection, Some(kind));
        with_columns(&mut select);
        select.and_where(object::Column::Id.eq(id));
        let row: Option<Row> = fetch::one(&self.connection, &select).await?;
        row.map(Row::into_object).transpose()
    }

    /// Inserts an object.
    ///
    /// # Errors
    /// [`DbError::Unique`] with `ShadowName` or `ShadowExternalId`, and those of the database.
    pub async fn insert_shadow_object(
        &self,
        connection: ConnectionId,
        kind: ResourceKind,
        id: Uuid,
        data: &ShadowData,
    ) -> Result<(), DbError> {
        let now = self.ctx().now;
        let row = object::ActiveModel {
            account_id: Set(self.account().0),
            id: Set(id),
            connection_id: Set(connection.0),
            kind: Set(kind.name().to_owned()),
            name_folded: Set(fold(&data.name)),
            external_id: Set(data.external_id.clone()),
            label: Set(data.label.clone()),
            active: Set(data.active),
            lifecycle: Set(lifecycle(data.is_staged).to_owned()),
            document: Set(data.document.clone()),
            unmapped: Set(data.unmapped.clone()),
            refused: Set(None),
            version: Set(1),
            created_at: Set(now),
            updated_at: Set(now),
        };
        object::Entity::insert(row)
            .exec_without_returning(&self.connection)
            .await?;
        Ok(())
    }

    /// Raises an object's version from `version` and stores its data, if any; `false` when it is
    /// not at that version.
    ///
    /// # Errors
    /// [`DbError::Unique`] with `ShadowName` or `ShadowExternalId`, and those of the database.
    pub async fn update_shadow_object(
        &self,
        id: Uuid,
        version: i64,
        data: Option<&ShadowData>,
    ) -> Result<bool, DbError> {
        use object::Column as O;
        let mut statement = object::Entity::update_many()
            .filter(O::AccountId.eq(self.account().0))
            .filter(O::Id.eq(id))
            .filter(O::Version.eq(version))
            .col_expr(O::Version, Expr::val(version + 1))
            .col_expr(O::UpdatedAt, Expr::val(self.ctx().now));
        if let Some(data) = data {
            statement = statement
                .col_expr(O::NameFolded, Expr::val(fold(&data.name)))
                .col_expr(O::Label, Expr::val(data.label.as_str()))
                .col_expr(O::ExternalId, Expr::val(data.external_id.clone()))
                .col_expr(O::Active, Expr::val(data.active))
                .col_expr(O::Lifecycle, Expr::val(lifecycle(data.is_staged)))
                .col_expr(O::Document, Expr::val(data.document.as_str()))
                .col_expr(O::Unmapped, Expr::val(data.unmapped.as_str()));
        }
        Ok(statement.exec(&self.connection).await?.rows_affected == 1)
    }

    /// Deletes objects with their memberships on either side; groups that lose a member by it have a
    /// new version.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn delete_shadow_objects(
        &self,
        connection: ConnectionId,
        ids: &[Uuid],
    ) -> Result<u64, DbError> {
        self.touch_shadow_groups_of(ids).await?;
        self.erase_shadow_objects(connection, ids).await
    }

    async fn erase_shadow_objects(
        &self,
        connection: ConnectionId,
        ids: &[Uuid],
    ) -> Result<u64, DbError> {
        use member::Column as M;
        self.note_shadow_deletion(connection).await?;
        for side in [M::GroupId, M::MemberId] {
            member::Entity::delete_many()
                .filter(M::AccountId.eq(self.account().0))
                .filter(side.is_in(ids.iter().copied()))
                .exec(&self.connection)
                .await?;
        }
        self.take_out_of_shadow(ids).await
    }

    /// Users whose document has `text` somewhere in it, such as the id of a manager.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn shadow_users_naming(
        &self,
        connection: ConnectionId,
        text: &str,
    ) -> Result<Vec<ShadowObject>, DbError> {
        let mut select = objects(self.account().0, connection, Some(ResourceKind::User));
        with_columns(&mut select);
        select.and_where(object::Column::Document.contains(text));
        into_objects(fetch::all(&self.connection, &select).await?)
    }

    /// Deletes up to `limit` objects of a shadow and answers how many; groups go before the users
    /// that they have.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn empty_shadow(&self, connection: ConnectionId, limit: u64) -> Result<u64, DbError> {
        let mut select = objects(self.account().0, connection, None);
        select
            .column(object::Column::Id)
            .order_by(object::Column::Kind, Order::Asc)
            .limit(limit.min(DELETED_AT_ONCE));
        let rows = self.connection.query_all(&select).await?;
        let ids: Vec<Uuid> = rows
            .iter()
            .map(|row| row.try_get("", "id"))
            .collect::<Result<_, _>>()?;
        if ids.is_empty() {
            return Ok(0);
        }
        self.erase_shadow_objects(connection, &ids).await
    }

    /// Throw-away connections that were made before `when`.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn throw_away_connections(
        &self,
        when: DateTime<Utc>,
    ) -> Result<Vec<ConnectionId>, DbError> {
        use connection::Column as C;
        let ids: Vec<Uuid> = connection::Entity::find()
            .select_only()
            .column(C::Id)
            .filter(C::AccountId.eq(self.account().0))
            .filter(C::Mode.eq(ConnectionMode::ThrowAway.as_str()))
            .filter(C::CreatedAt.lt(when))
            .into_tuple()
            .all(&self.connection)
            .await?;
        Ok(ids.into_iter().map(ConnectionId).collect())
    }

    /// Deletes a connection that has nothing any more.
    ///
    /// # Errors
    /// [`DbError::Reference`] when it has, and those of the database.
    pub async fn delete_connection(&self, id: ConnectionId) -> Result<(), DbError> {
        connection::Entity::delete_many()
            .filter(connection::Column::AccountId.eq(self.account().0))
            .filter(connection::Column::Id.eq(id.0))
            .exec(&self.connection)
            .await?;
        Ok(())
    }

    /// Deletes objects; their memberships wait for the other side.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn take_out_of_shadow(&self, ids: &[Uuid]) -> Result<u64, DbError> {
        let deleted = object::Entity::delete_many()
            .filter(object::Column::AccountId.eq(self.account().0))
            .filter(object::Column::Id.is_in(ids.iter().copied()))
            .exec(&self.connection)
            .await?;
        Ok(deleted.rows_affected)
    }
}

/// The mode of a stored word.
pub(super) fn parse_mode(word: &str) -> Result<ConnectionMode, DbError> {
    ConnectionMode::parse(word)
        .ok_or_else(|| DbError::Corrupt(format!("idp_connections.mode: {word}")))
}

fn count_of(row: Option<sea_orm::QueryResult>) -> Result<u64, DbError> {
    let total = row.map_or(Ok(0), |row| row.try_get::<i64>("", "total"))?;
    Ok(unsigned(total))
}
