//! Members of groups in a shadow.

use std::collections::HashMap;

use scim_schema::{id::ConnectionId, schema::ResourceKind};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter,
    sea_query::{Expr, ExprTrait, OnConflict, Query, SelectStatement},
};
use uuid::Uuid;

use super::objects;
use crate::db::{
    dialect::MOST_GROUPS,
    entity::{shadow_member as member, shadow_object as object},
    error::DbError,
    fetch::{self, unsigned},
    unit::AccountTx,
};

/// Rows of one statement; PostgreSQL takes 65,535 parameters, SQLite 32,766.
const CHUNK: usize = 5_000;

/// A member of a group with the group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShadowMember {
    /// The group.
    pub group: Uuid,
    /// The member.
    pub id: Uuid,
    /// What the member is.
    pub kind: ResourceKind,
    /// The member's name to show.
    pub label: String,
}

#[derive(FromQueryResult)]
struct Row {
    group_id: Uuid,
    member_id: Uuid,
    kind: String,
    label: String,
}

/// Members that `groups` have.
pub(super) fn members_of(account: Uuid, groups: &[Uuid]) -> SelectStatement {
    use member::Column as M;
    use object::Column as O;
    Query::select()
        .columns([(member::Entity, M::GroupId), (member::Entity, M::MemberId)])
        .columns([(object::Entity, O::Kind), (object::Entity, O::Label)])
        .from(member::Entity)
        .inner_join(
            object::Entity,
            Expr::col((object::Entity, O::AccountId))
                .equals((member::Entity, M::AccountId))
                .and(Expr::col((object::Entity, O::Id)).equals((member::Entity, M::MemberId))),
        )
        .and_where(M::AccountId.eq(account))
        .and_where(M::GroupId.is_in(groups.iter().copied()))
        .to_owned()
}

/// Name of the numbered groups of a member, and of their number.
const SHOWN: &str = "shown";
const PLACE: &str = "place";

/// How many groups of a member are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// All of them, to compare a filter with them.
    Whole,
    /// As many as a user is shown with.
    Shown,
}

/// Groups that `members` are in, with the label of the group.
pub(super) fn groups_of(account: Uuid, members: &[Uuid], extent: Extent) -> SelectStatement {
    use member::Column as M;
    use object::Column as O;
    let numbered = Query::select()
        .columns([M::GroupId, M::MemberId])
        .expr_as(
            Expr::cust("ROW_NUMBER() OVER (PARTITION BY member_id ORDER BY group_id)"),
            PLACE,
        )
        .from(member::Entity)
        .and_where(M::AccountId.eq(account))
        .and_where(M::MemberId.is_in(members.iter().copied()))
        .to_owned();
    let mut select = Query::select();
    if extent == Extent::Shown {
        select.and_where(Expr::col((SHOWN, PLACE)).lte(MOST_GROUPS));
    }
    select
        .columns([(SHOWN, M::GroupId), (SHOWN, M::MemberId)])
        .columns([(object::Entity, O::Kind), (object::Entity, O::Label)])
        .from_subquery(numbered, SHOWN)
        .inner_join(
            object::Entity,
            Expr::col((object::Entity, O::Id)).equals((SHOWN, M::GroupId)),
        )
        .and_where(Expr::col((object::Entity, O::AccountId)).eq(account))
        .to_owned()
}

/// The rows of one of these selects.
pub(super) async fn read<C: ConnectionTrait>(
    connection: &C,
    select: &SelectStatement,
) -> Result<Vec<ShadowMember>, DbError> {
    let rows: Vec<Row> = fetch::all(connection, select).await?;
    let members = rows.into_iter().map(|row| {
        Ok(ShadowMember {
            group: row.group_id,
            id: row.member_id,
            kind: kind_of(&row.kind)?,
            label: row.label,
        })
    });
    members.collect()
}

/// How many members each of these groups has, or how many groups each of these users is in.
pub(super) async fn sizes<C: ConnectionTrait>(
    connection: &C,
    account: Uuid,
    kind: ResourceKind,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, u64>, DbError> {
    let of = match kind {
        ResourceKind::User => member::Column::MemberId,
        ResourceKind::Group => member::Column::GroupId,
    };
    let select = Query::select()
        .expr_as(Expr::col(of), "of")
        .expr_as(Expr::cust("COUNT(*)"), "total")
        .from(member::Entity)
        .and_where(member::Column::AccountId.eq(account))
        .and_where(of.is_in(ids.iter().copied()))
        .group_by_col(of)
        .to_owned();
    let rows = connection.query_all(&select).await?;
    let sizes = rows.iter().map(|row| {
        let total: i64 = row.try_get("", "total")?;
        Ok((row.try_get("", "of")?, unsigned(total)))
    });
    sizes.collect()
}

fn kind_of(word: &str) -> Result<ResourceKind, DbError> {
    ResourceKind::from_name(word)
        .ok_or_else(|| DbError::Corrupt(format!("shadow_objects.kind: {word}")))
}

impl AccountTx {
    /// What those of `ids` are that the shadow of the connection has.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn shadow_kinds(
        &self,
        connection: ConnectionId,
        ids: &[Uuid],
    ) -> Result<HashMap<Uuid, ResourceKind>, DbError> {
        let mut found = HashMap::with_capacity(ids.len());
        for chunk in ids.chunks(CHUNK) {
            let mut select = objects(self.account().0, connection, None);
            select
                .columns([object::Column::Id, object::Column::Kind])
                .and_where(object::Column::Id.is_in(chunk.iter().copied()));
            for row in self.connection.query_all(&select).await? {
                let kind = kind_of(&row.try_get::<String>("", "kind")?)?;
                found.insert(row.try_get("", "id")?, kind);
            }
        }
        Ok(found)
    }

    /// The members of groups in a shadow.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn shadow_members(&self, groups: &[Uuid]) -> Result<Vec<ShadowMember>, DbError> {
        let select = members_of(self.account().0, groups);
        read(&self.connection, &select).await
    }

    /// How many members each of these groups of a shadow has.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn shadow_group_sizes(&self, groups: &[Uuid]) -> Result<HashMap<Uuid, u64>, DbError> {
        let account = self.account().0;
        sizes(&self.connection, account, ResourceKind::Group, groups).await
    }

    /// The groups that a member is shown with, each with its own label.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn shadow_groups(&self, member: Uuid) -> Result<Vec<ShadowMember>, DbError> {
        let select = groups_of(self.account().0, &[member], Extent::Shown);
        read(&self.connection, &select).await
    }

    /// Adds members to a group; answers how many are new.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn add_shadow_members(&self, group: Uuid, ids: &[Uuid]) -> Result<u64, DbError> {
        let mut added = 0;
        for chunk in ids.chunks(CHUNK) {
            let rows = chunk.iter().map(|id| member::ActiveModel {
                account_id: Set(self.account().0),
                group_id: Set(group),
                member_id: Set(*id),
            });
            added += member::Entity::insert_many(rows)
                .on_conflict(OnConflict::new().do_nothing().to_owned())
                .exec_without_returning(&self.connection)
                .await?;
        }
        Ok(added)
    }

    /// Takes members out of a group; answers how many were in it.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn remove_shadow_members(&self, group: Uuid, ids: &[Uuid]) -> Result<u64, DbError> {
        let mut removed = 0;
        for chunk in ids.chunks(CHUNK) {
            removed += member::Entity::delete_many()
                .filter(member::Column::AccountId.eq(self.account().0))
                .filter(member::Column::GroupId.eq(group))
                .filter(member::Column::MemberId.is_in(chunk.iter().copied()))
                .exec(&self.connection)
                .await?
                .rows_affected;
        }
        Ok(removed)
    }
}
