//! Who is here already under the names that a shadow has.

use std::collections::HashMap;

use scim_schema::{id::UserId, schema::ResourceKind};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, FromQueryResult,
    sea_query::{Expr, ExprTrait, Query, SelectStatement},
};
use uuid::Uuid;

use super::{ShadowView, count_of, objects};
use crate::db::{
    entity::{
        idp_connection as connection, scim_link as link, shadow_member as member,
        shadow_object as object, user,
    },
    error::DbError,
    fetch,
    scim_user_writes::Profile,
};

/// Somebody with the user name of a user in the shadow.
#[derive(Clone, Debug, PartialEq)]
pub struct Met {
    /// The person.
    pub user: UserId,
    /// What is known of them.
    pub profile: Profile,
    /// Name of the connection that provisions them; `None` for a local person.
    pub connection: Option<String>,
}

#[derive(FromQueryResult)]
struct Row {
    object_id: Uuid,
    id: Uuid,
    user_name: String,
    email: Option<String>,
    given_name: Option<String>,
    family_name: Option<String>,
    display_name: Option<String>,
    locale: Option<String>,
    time_zone: Option<String>,
    connection_name: Option<String>,
}

impl ShadowView {
    /// Who is here already under the names of these users of the shadow.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn met(&self, ids: &[Uuid]) -> Result<HashMap<Uuid, Met>, DbError> {
        use user::Column as U;
        let mut select = self.meeting();
        select
            .expr_as(Expr::col((object::Entity, object::Column::Id)), "object_id")
            .expr_as(
                Expr::col((connection::Entity, connection::Column::Name)),
                "connection_name",
            )
            .and_where(Expr::col((object::Entity, object::Column::Id)).is_in(ids.iter().copied()));
        for column in [
            U::Id,
            U::UserName,
            U::Email,
            U::GivenName,
            U::FamilyName,
            U::DisplayName,
            U::Locale,
            U::TimeZone,
        ] {
            select.column((user::Entity, column));
        }
        let rows: Vec<Row> = fetch::all(&self.snapshot, &select).await?;
        Ok(rows.into_iter().map(Row::into_met).collect())
    }

    /// How many users of the shadow have the name of somebody who is here already.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn met_count(&self) -> Result<u64, DbError> {
        let mut select = self.meeting();
        select.expr_as(Expr::cust("COUNT(*)"), "total");
        count_of(self.snapshot.query_one(&select).await?)
    }

    /// How many users of the shadow are not active, and how many objects stayed behind.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn inactive_and_refused(&self) -> Result<(u64, u64), DbError> {
        let count = |condition: Expr| {
            let mut select = objects(self.account, self.connection, None);
            select
                .expr_as(Expr::cust("COUNT(*)"), "total")
                .and_where(condition);
            select
        };
        let inactive = count(object::Column::Active.eq(false));
        let refused = count(object::Column::Refused.is_not_null());
        Ok((
            count_of(self.snapshot.query_one(&inactive).await?)?,
            count_of(self.snapshot.query_one(&refused).await?)?,
        ))
    }

    /// How many memberships the shadow has.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn member_count(&self) -> Result<u64, DbError> {
        let select = Query::select()
            .expr_as(Expr::cust("COUNT(*)"), "total")
            .from(member::Entity)
            .inner_join(
                object::Entity,
                Condition::all()
                    .add(
                        Expr::col((object::Entity, object::Column::AccountId))
                            .equals((member::Entity, member::Column::AccountId)),
                    )
                    .add(
                        Expr::col((object::Entity, object::Column::Id))
                            .equals((member::Entity, member::Column::MemberId)),
                    ),
            )
            .and_where(Expr::col((member::Entity, member::Column::AccountId)).eq(self.account))
            .and_where(object::Column::ConnectionId.eq(self.connection.0))
            .to_owned();
        count_of(self.snapshot.query_one(&select).await?)
    }

    /// Users of the shadow with whoever lives under their name, without columns.
    fn meeting(&self) -> SelectStatement {
        use link::Column as L;
        use object::Column as O;
        use user::Column as U;
        let user = |column| Expr::col((user::Entity, column));
        let object = |column| Expr::col((object::Entity, column));
        Query::select()
            .from(object::Entity)
            .inner_join(
                user::Entity,
                Condition::all()
                    .add(user(U::AccountId).equals((object::Entity, O::AccountId)))
                    .add(user(U::UserNameFolded).equals((object::Entity, O::NameFolded)))
                    .add(user(U::Lifecycle).is_not_in(["deleted", "purged"])),
            )
            .left_join(
                link::Entity,
                Condition::all()
                    .add(
                        Expr::col((link::Entity, L::AccountId))
                            .equals((user::Entity, U::AccountId)),
                    )
                    .add(Expr::col((link::Entity, L::UserId)).equals((user::Entity, U::Id)))
                    .add(Expr::col((link::Entity, L::State)).eq("live")),
            )
            .left_join(
                connection::Entity,
                Condition::all()
                    .add(
                        Expr::col((connection::Entity, connection::Column::AccountId))
                            .equals((link::Entity, L::AccountId)),
                    )
                    .add(
                        Expr::col((connection::Entity, connection::Column::Id))
                            .equals((link::Entity, L::ConnectionId)),
                    ),
            )
            .and_where(object(O::AccountId).eq(self.account))
            .and_where(object(O::ConnectionId).eq(self.connection.0))
            .and_where(object(O::Kind).eq(ResourceKind::User.name()))
            .to_owned()
    }
}

impl Row {
    fn into_met(self) -> (Uuid, Met) {
        let met = Met {
            user: self.id.into(),
            profile: Profile {
                user_name: self.user_name,
                email: self.email,
                given_name: self.given_name,
                family_name: self.family_name,
                display_name: self.display_name,
                locale: self.locale,
                time_zone: self.time_zone,
            },
            connection: self.connection_name,
        };
        (self.object_id, met)
    }
}
