//! Giving a living person a link, and taking one away: the statements of adoption and of *Move to
//! this connection*. They happen once for a person, so they are not in any budget.

use chrono::{DateTime, Utc};
use scim_schema::{
    id::{ConnectionId, GroupId, LinkId, UserId},
    lifecycle::{Axes, OpenHold},
};
use sea_orm::{
    ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QuerySelect,
    sea_query::{Expr, ExprTrait, LockType, Query},
};
use uuid::Uuid;

use super::{
    administrators,
    arrivals::LIVING,
    attribute_values::AttributeValue,
    entity::{group, group_member, hold, scim_link as link, user, user_attribute_value as value},
    error::DbError,
    fetch, holds,
    scim_users::is_live,
    unit::AccountTx,
};

/// A person who is to get a link, or to lose one.
#[derive(Clone, Debug)]
pub struct Person {
    /// Who.
    pub user: UserId,
    /// Sign-in name.
    pub user_name: String,
    /// Primary address.
    pub email: Option<String>,
    /// The three axes.
    pub axes: Axes,
    /// Staged, active or archived.
    pub living: bool,
    /// Local administrator that no identity provider can lock out.
    pub break_glass: bool,
    /// Has an administrative role or is break-glass.
    pub administrator: bool,
    /// Has signed in here at least once; nobody else can have a session.
    pub has_signed_in: bool,
    /// Rises with every change.
    pub version: i64,
    /// The live link: its SCIM id and whose it is.
    pub link: Option<(LinkId, ConnectionId)>,
}

#[derive(FromQueryResult)]
struct Locked {
    id: Uuid,
}

#[derive(FromQueryResult)]
struct Row {
    user_name: String,
    email: Option<String>,
    lifecycle: String,
    invitation: String,
    hold_kinds: String,
    break_glass: bool,
    administrator: bool,
    last_login_at: Option<DateTime<Utc>>,
    version: i64,
    scim_id: Option<Uuid>,
    connection_id: Option<Uuid>,
}

impl AccountTx {
    /// Somebody, locked until the unit ends; `None` when the account has nobody of this id.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn lock_person(&self, id: UserId) -> Result<Option<Person>, DbError> {
        use user::Column as U;
        let lock = Query::select()
            .column(U::Id)
            .from(user::Entity)
            .and_where(U::AccountId.eq(self.account().0))
            .and_where(U::Id.eq(id.0))
            .lock(LockType::Update)
            .to_owned();
        let locked: Option<Locked> = fetch::one(&self.connection, &lock).await?;
        let Some(Locked { id }) = locked else {
            return Ok(None);
        };
        // Read only now: whoever held the lock before may have linked the person.
        let mut select = Query::select();
        for column in [
            U::UserName,
            U::Email,
            U::Lifecycle,
            U::Invitation,
            U::HoldKinds,
            U::BreakGlass,
            U::LastLoginAt,
            U::Version,
        ] {
            select.column((user::Entity, column));
        }
        for column in [link::Column::ScimId, link::Column::ConnectionId] {
            select.column((link::Entity, column));
        }
        select
            .expr_as(administrators::is_administrator(), "administrator")
            .from(user::Entity)
            .left_join(
                link::Entity,
                Expr::col((link::Entity, link::Column::AccountId))
                    .equals((user::Entity, U::AccountId))
                    .and(
                        Expr::col((link::Entity, link::Column::UserId))
                            .equals((user::Entity, U::Id)),
                    )
                    .and(is_live()),
            )
            .and_where(Expr::col((user::Entity, U::AccountId)).eq(self.account().0))
            .and_where(Expr::col((user::Entity, U::Id)).eq(id));
        let row: Option<Row> = fetch::one(&self.connection, &select).await?;
        row.map(|row| person(id, row)).transpose()
    }

    /// Open holds of somebody, those of a single organisation left out.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn open_holds(&self, id: UserId) -> Result<Vec<OpenHold>, DbError> {
        let rows: Vec<(String, String)> = hold::Entity::find()
            .select_only()
            .columns([hold::Column::Kind, hold::Column::Scope])
            .filter(hold::Column::AccountId.eq(self.account().0))
            .filter(hold::Column::UserId.eq(id.0))
            .filter(hold::Column::LiftedAt.is_null())
            .filter(hold::Column::OrganisationId.is_null())
            .into_tuple()
            .all(&self.connection)
            .await?;
        rows.iter()
            .map(|(kind, scope)| holds::open_hold(kind, scope))
            .collect()
    }

    /// Makes `rows` the only searchable values of somebody.
    ///
    /// # Errors
    /// Those of the database.
    pub(crate) async fn replace_attribute_values(
        &self,
        id: UserId,
        rows: &[AttributeValue],
    ) -> Result<(), DbError> {
        value::Entity::delete_many()
            .filter(value::Column::AccountId.eq(self.account().0))
            .filter(value::Column::UserId.eq(id.0))
            .exec(&self.connection)
            .await?;
        self.upsert_attribute_values(id, rows).await
    }

    /// Notes that the provider knows of a link that was made for it.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn take_up_link(&self, id: LinkId) -> Result<(), DbError> {
        use link::Column as C;
        link::Entity::update_many()
            .filter(C::AccountId.eq(self.account().0))
            .filter(C::ScimId.eq(id.0))
            .col_expr(C::Prepared, Expr::val(false))
            .col_expr(C::LastIdpRequestAt, Expr::val(self.ctx().now))
            .exec(&self.connection)
            .await?;
        Ok(())
    }

    /// Takes somebody out of every group of a connection and answers which those were.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn leave_groups_of(
        &self,
        id: UserId,
        connection: ConnectionId,
    ) -> Result<Vec<GroupId>, DbError> {
        use group_member::Column as C;
        let theirs = Query::select()
            .column((group_member::Entity, C::GroupId))
            .from(group_member::Entity)
            .inner_join(
                group::Entity,
                Expr::col((group::Entity, group::Column::AccountId))
                    .equals((group_member::Entity, C::AccountId))
                    .and(
                        Expr::col((group::Entity, group::Column::Id))
                            .equals((group_member::Entity, C::GroupId)),
                    ),
            )
            .and_where(Expr::col((group_member::Entity, C::AccountId)).eq(self.account().0))
            .and_where(Expr::col((group_member::Entity, C::UserId)).eq(id.0))
            .and_where(Expr::col((group::Entity, group::Column::ConnectionId)).eq(connection.0))
            .to_owned();
        let left = group_member::Entity::delete_many()
            .filter(C::AccountId.eq(self.account().0))
            .filter(C::UserId.eq(id.0))
            .filter(C::GroupId.in_subquery(theirs))
            .exec_with_returning(&self.connection)
            .await?;
        let groups: Vec<GroupId> = left.into_iter().map(|row| row.group_id.into()).collect();
        self.touch_groups(&groups).await?;
        Ok(groups)
    }
}

fn person(id: Uuid, row: Row) -> Result<Person, DbError> {
    let link = row.scim_id.zip(row.connection_id);
    Ok(Person {
        user: id.into(),
        axes: holds::axes(&row.lifecycle, &row.invitation, &row.hold_kinds)?,
        living: LIVING.contains(&row.lifecycle.as_str()),
        user_name: row.user_name,
        email: row.email,
        break_glass: row.break_glass,
        administrator: row.administrator,
        has_signed_in: row.last_login_at.is_some(),
        version: row.version,
        link: link.map(|(scim_id, connection)| (scim_id.into(), connection.into())),
    })
}
