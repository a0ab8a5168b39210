//! Who is here already under the names that a shadow has.

use std::collections::HashMap;

use scim_schema::{id::UserId, schema::ResourceKind, text::fold};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, FromQueryResult, Order,
    sea_query::{Expr, ExprTrait, Query, SelectStatement},
};

use super::{ShadowView, count_of, objects};
use crate::db::{
    arrivals::{self, LIVING, Named, Namesake, is_living},
    entity::{
        idp_connection as connection, scim_link as link, shadow_member as member,
        shadow_object as object, user,
    },
    error::DbError,
    fetch,
    scim_user_writes::Profile,
    scim_users::is_live,
};

/// People of one page of a shadow that are looked at. Those with a user name of the page come first;
/// where more than these share its addresses, an address names nobody anyhow.
const MOST_MET: u64 = 2_500;

/// Who is here already under the names and addresses of a page of a shadow.
#[derive(Clone, Debug, Default)]
pub struct Meeting {
    /// For each user of the page who could be meant, whoever has the user name first.
    pub namesakes: Vec<Vec<Namesake>>,
    /// Everybody in there.
    pub people: HashMap<UserId, Met>,
}

/// Somebody who is here already.
#[derive(Clone, Debug, PartialEq)]
pub struct Met {
    /// What is known of them.
    pub profile: Profile,
    /// Name of the connection that provisions them; `None` for a local person.
    pub connection: Option<String>,
}

#[derive(FromQueryResult)]
struct Row {
    #[sea_orm(nested)]
    person: arrivals::Row,
    user_name: String,
    given_name: Option<String>,
    family_name: Option<String>,
    display_name: Option<String>,
    locale: Option<String>,
    time_zone: Option<String>,
    connection_name: Option<String>,
}

impl ShadowView {
    /// Who is here already under these names and addresses.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn meeting(&self, page: &[Named<'_>]) -> Result<Meeting, DbError> {
        let folded: Vec<(String, Option<String>)> = page
            .iter()
            .map(|named| (fold(named.user_name), named.email.map(fold)))
            .collect();
        if folded.is_empty() {
            return Ok(Meeting::default());
        }
        let rows: Vec<Row> = fetch::all(&self.snapshot, &self.met_by(&folded)).await?;
        let namesakes = folded.iter().map(|(name, email)| {
            let all = rows
                .iter()
                .map(|row| row.person.namesake(self.connection, name, email.as_deref()));
            let mut meant: Vec<Namesake> =
                all.filter(|one| one.has_name || one.has_email).collect();
            meant.sort_by_key(|one| !one.has_name);
            meant
        });
        Ok(Meeting {
            namesakes: namesakes.collect(),
            people: rows.into_iter().map(Row::into_met).collect(),
        })
    }

    /// Living people with one of these folded names or addresses, or whom this connection knows by
    /// one of the names.
    fn met_by(&self, page: &[(String, Option<String>)]) -> SelectStatement {
        use user::Column as U;
        let user = |column| Expr::col((user::Entity, column));
        let names: Vec<&str> = page.iter().map(|(name, _)| name.as_str()).collect();
        let emails = page.iter().filter_map(|(_, email)| email.as_deref());
        let emails: Vec<&str> = emails.collect();
        let known = Query::select()
            .column(link::Column::UserId)
            .from(link::Entity)
            .and_where(link::Column::AccountId.eq(self.account))
            .and_where(link::Column::ConnectionId.eq(self.connection.0))
            .and_where(link::Column::UserNameFolded.is_in(names.iter().copied()))
            .and_where(is_live())
            .to_owned();
        // SQLite uses the index of names only where its condition stands beside the names.
        let has_name = user(U::UserNameFolded)
            .is_in(names)
            .and(is_living())
            .or(user(U::Id).in_subquery(known));
        let mut any = has_name.clone();
        if !emails.is_empty() {
            any = any.or(user(U::EmailFolded).is_in(emails));
        }
        let mut select = arrivals::linked_people(self.account);
        for column in [
            U::UserName,
            U::GivenName,
            U::FamilyName,
            U::DisplayName,
            U::Locale,
            U::TimeZone,
        ] {
            select.column((user::Entity, column));
        }
        select
            .expr_as(
                Expr::col((connection::Entity, connection::Column::Name)),
                "connection_name",
            )
            .left_join(
                connection::Entity,
                Condition::all()
                    .add(
                        Expr::col((connection::Entity, connection::Column::AccountId))
                            .equals((link::Entity, link::Column::AccountId)),
                    )
                    .add(
                        Expr::col((connection::Entity, connection::Column::Id))
                            .equals((link::Entity, link::Column::ConnectionId)),
                    ),
            )
            .and_where(user(U::Lifecycle).is_in(LIVING))
            .and_where(any)
            .order_by_expr(Expr::case(has_name, 0).finally(1).into(), Order::Asc)
            .order_by((user::Entity, U::Id), Order::Asc)
            .limit(MOST_MET)
            .to_owned()
    }

    /// How many users of the shadow have the name of somebody who is here already.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn met_count(&self) -> Result<u64, DbError> {
        use object::Column as O;
        use user::Column as U;
        let user = |column| Expr::col((user::Entity, column));
        let object = |column| Expr::col((object::Entity, column));
        let mut select = Query::select();
        select
            .from(object::Entity)
            .inner_join(
                user::Entity,
                Condition::all()
                    .add(user(U::AccountId).equals((object::Entity, O::AccountId)))
                    .add(user(U::UserNameFolded).equals((object::Entity, O::NameFolded)))
                    .add(is_living()),
            )
            .and_where(object(O::AccountId).eq(self.account))
            .and_where(object(O::ConnectionId).eq(self.connection.0))
            .and_where(object(O::Kind).eq(ResourceKind::User.name()));
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
}

impl Row {
    fn into_met(self) -> (UserId, Met) {
        let met = Met {
            profile: Profile {
                user_name: self.user_name,
                email: self.person.email,
                given_name: self.given_name,
                family_name: self.family_name,
                display_name: self.display_name,
                locale: self.locale,
                time_zone: self.time_zone,
            },
            connection: self.connection_name,
        };
        (self.person.id.into(), met)
    }
}
