//! People whom a connection creates: who is here already and could be meant.

use scim_schema::{
    id::{ConnectionId, LinkId, UserId},
    text::fold,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, FromQueryResult, Iterable, Order,
    sea_query::{Expr, ExprTrait, LockType, OnConflict, Query, SelectStatement},
};
use uuid::Uuid;

use super::{
    administrators,
    entity::{scim_link as link, user},
    error::DbError,
    fetch,
    scim_user_writes::NewUser,
    scim_users::is_live,
    unit::AccountTx,
};

/// People of one user name or address that are looked at.
const NAMESAKES: u64 = 50;
/// Lifecycles of the living (domain.md section 1).
pub(super) const LIVING: [&str; 3] = ["staged", "active", "archived"];

/// Whether a user is one of them, in the words of the index of user names: constants, since SQLite uses
/// a partial index only when it can compare the condition with the index's own while it plans.
pub(super) fn is_living() -> Expr {
    let gone = ["deleted", "purged"].map(|word| Expr::Constant(word.into()));
    Expr::col((user::Entity, user::Column::Lifecycle)).is_not_in(gone)
}

/// What a connection sends to tell a person apart by.
#[derive(Clone, Debug)]
pub struct Named<'n> {
    /// Whose request it is.
    pub connection: ConnectionId,
    /// `userName`.
    pub user_name: &'n str,
    /// The primary address.
    pub email: Option<&'n str>,
}

/// A living person with the user name or the address that was sent.
#[derive(Clone, Debug)]
pub struct Namesake {
    /// Who.
    pub user: UserId,
    /// Whether it is the user name that is the same: here, or as this connection knows it.
    pub has_name: bool,
    /// Whether it is the address that is the same.
    pub has_email: bool,
    /// The person's own address.
    pub email: Option<String>,
    /// The live link, if there is one.
    pub link: Option<LinkOfNamesake>,
    /// Has an administrative role or is break-glass.
    pub administrator: bool,
    /// A person, not a service user.
    pub person: bool,
}

/// The live link of a namesake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkOfNamesake {
    /// The SCIM `id`.
    pub scim_id: LinkId,
    /// Whose.
    pub connection: ConnectionId,
    /// Made here; its provider does not know of it yet.
    pub prepared: bool,
}

#[derive(FromQueryResult)]
struct Locked {
    id: Uuid,
}

/// A person with their live link.
#[derive(FromQueryResult)]
pub(super) struct Row {
    pub(super) id: Uuid,
    kind: String,
    user_name_folded: String,
    pub(super) email: Option<String>,
    email_folded: Option<String>,
    administrator: bool,
    scim_id: Option<Uuid>,
    connection_id: Option<Uuid>,
    link_name: Option<String>,
    prepared: Option<bool>,
}

impl AccountTx {
    /// Inserts a user for a connection unless somebody is here who has the user name or the
    /// address; `false` when somebody is, and nothing was written. One statement, and no error that
    /// would end the unit.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn insert_arrival(&self, new: &NewUser, named: &Named<'_>) -> Result<bool, DbError> {
        let row = self.user_row(new);
        let mut values = Query::select();
        let mut columns = Vec::new();
        for column in user::Column::iter() {
            if let Some(value) = row.get(column).into_value() {
                columns.push(column);
                values.expr(Expr::val(value));
            }
        }
        values.and_where(Expr::exists(self.linked_namesake(named)).not());
        if let Some(email) = named.email {
            values.and_where(Expr::exists(self.mail_namesake(email)).not());
        }
        let insert = Query::insert()
            .into_table(user::Entity)
            .columns(columns)
            .select_from(values)
            .map_err(|error| DbError::Corrupt(format!("the columns of users: {error}")))?
            // The user name: its unique index finds who has it.
            .on_conflict(OnConflict::new().do_nothing().to_owned())
            .to_owned();
        Ok(self.connection.execute(&insert).await?.rows_affected() == 1)
    }

    /// Living people who could be meant, those with the user name first, locked until the unit
    /// ends; at most 50.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn lock_namesakes(&self, named: &Named<'_>) -> Result<Vec<Namesake>, DbError> {
        use user::Column as U;
        let name = fold(named.user_name);
        let has_name = U::UserNameFolded.eq(name.as_str());
        let by_link = Query::select()
            .column(link::Column::UserId)
            .from(link::Entity)
            .and_where(link::Column::AccountId.eq(self.account().0))
            .and_where(link::Column::ConnectionId.eq(named.connection.0))
            .and_where(link::Column::UserNameFolded.eq(name.as_str()))
            .and_where(is_live())
            .to_owned();
        // SQLite uses the index of names only where its condition stands beside the name.
        let by_name = has_name.clone().and(is_living());
        let mut any = by_name.or(U::Id.in_subquery(by_link));
        if let Some(email) = named.email {
            any = any.or(U::EmailFolded.eq(fold(email)));
        }
        let lock = Query::select()
            .column(U::Id)
            .from(user::Entity)
            .and_where(U::AccountId.eq(self.account().0))
            .and_where(U::Lifecycle.is_in(LIVING))
            .and_where(any)
            .order_by_expr(Expr::case(has_name, 0).finally(1).into(), Order::Asc)
            .order_by(U::Id, Order::Asc)
            .limit(NAMESAKES)
            .lock(LockType::Update)
            .to_owned();
        let locked: Vec<Locked> = fetch::all(&self.connection, &lock).await?;
        if locked.is_empty() {
            return Ok(Vec::new());
        }
        // Read only now: whoever held the lock before may have linked one of them.
        self.namesakes(locked.iter().map(|row| row.id), named).await
    }

    async fn namesakes(
        &self,
        ids: impl Iterator<Item = Uuid>,
        named: &Named<'_>,
    ) -> Result<Vec<Namesake>, DbError> {
        let ids: Vec<Uuid> = ids.collect();
        let mut select = linked_people(self.account().0);
        select
            .and_where(Expr::col((user::Entity, user::Column::Id)).is_in(ids))
            .order_by((user::Entity, user::Column::Id), Order::Asc);
        let rows: Vec<Row> = fetch::all(&self.connection, &select).await?;
        let (name, email) = (fold(named.user_name), named.email.map(fold));
        let mut found: Vec<Namesake> = rows
            .iter()
            .map(|row| row.namesake(named.connection, &name, email.as_deref()))
            .collect();
        found.sort_by_key(|one| !one.has_name);
        Ok(found)
    }

    /// A live link of this connection under the user name: the user behind it may have another one,
    /// where an administrator's is pending.
    fn linked_namesake(&self, named: &Named<'_>) -> SelectStatement {
        Query::select()
            .expr(Expr::val(1))
            .from(link::Entity)
            .and_where(link::Column::AccountId.eq(self.account().0))
            .and_where(link::Column::ConnectionId.eq(named.connection.0))
            .and_where(link::Column::UserNameFolded.eq(fold(named.user_name)))
            .and_where(is_live())
            .to_owned()
    }

    /// Whether somebody living has the address.
    pub(super) fn mail_namesake(&self, email: &str) -> SelectStatement {
        Query::select()
            .expr(Expr::val(1))
            .from(user::Entity)
            .and_where(user::Column::AccountId.eq(self.account().0))
            .and_where(user::Column::EmailFolded.eq(fold(email)))
            .and_where(user::Column::Lifecycle.is_in(LIVING))
            .to_owned()
    }
}

/// People of an account with their live links: [`Row`]s, of whom is for the caller to say.
pub(super) fn linked_people(account: Uuid) -> SelectStatement {
    use link::Column as L;
    use user::Column as U;
    let mut select = Query::select();
    for column in [U::Id, U::Kind, U::UserNameFolded, U::Email, U::EmailFolded] {
        select.column((user::Entity, column));
    }
    for column in [L::ScimId, L::ConnectionId, L::Prepared] {
        select.column((link::Entity, column));
    }
    select
        .expr_as(Expr::col((link::Entity, L::UserNameFolded)), "link_name")
        .expr_as(administrators::is_administrator(), "administrator")
        .from(user::Entity)
        .left_join(
            link::Entity,
            Expr::col((link::Entity, L::AccountId))
                .equals((user::Entity, U::AccountId))
                .and(Expr::col((link::Entity, L::UserId)).equals((user::Entity, U::Id)))
                .and(is_live()),
        )
        .and_where(Expr::col((user::Entity, U::AccountId)).eq(account));
    select
}

impl Row {
    /// What the person has in common with somebody of this folded user name and address whom the
    /// connection `by` sends.
    pub(super) fn namesake(&self, by: ConnectionId, name: &str, email: Option<&str>) -> Namesake {
        let link = match (self.scim_id, self.connection_id) {
            (Some(scim_id), Some(connection)) => Some(LinkOfNamesake {
                scim_id: scim_id.into(),
                connection: connection.into(),
                prepared: self.prepared.unwrap_or(false),
            }),
            _ => None,
        };
        let known_so = link.is_some_and(|link| link.connection == by)
            && self.link_name.as_deref() == Some(name);
        Namesake {
            user: self.id.into(),
            has_name: self.user_name_folded == name || known_so,
            has_email: email.is_some() && self.email_folded.as_deref() == email,
            email: self.email.clone(),
            link,
            administrator: self.administrator,
            person: self.kind == "person",
        }
    }
}
