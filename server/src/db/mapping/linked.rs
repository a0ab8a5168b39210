//! The people of a connection as its rules see them.

use std::collections::HashMap;

use scim_schema::{
    id::{ConnectionId, GroupId, LinkId, UserId},
    mapping::{GroupOfPerson, Placement},
    resource::Document,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, FromQueryResult, Order,
    sea_query::{LockType, SelectStatement},
};
use uuid::Uuid;

use super::{
    nesting::{above, below},
    placements::placements,
};
use crate::db::{
    entity::{scim_link as link, user},
    error::DbError,
    fetch, holds,
    scim_users::live_users,
    scope::AccountScope,
    unit::AccountTx,
};

/// A person with a live link.
#[derive(Clone, Debug)]
pub struct LinkedPerson {
    /// The link.
    pub scim_id: LinkId,
    /// The person.
    pub user: UserId,
    /// Name to show.
    pub name: String,
    /// User name.
    pub user_name: String,
    /// Attributes without `active`.
    pub document: Document,
    /// Whether the connection lets the person in.
    pub active: bool,
    /// Where the person belongs.
    pub placement: Placement,
    /// Groups of the connection, nested ones included; empty unless they were asked for, and `None`
    /// when there are more than rules can be asked about.
    pub groups: Option<Vec<GroupOfPerson>>,
}

#[derive(FromQueryResult)]
struct Row {
    scim_id: Uuid,
    user_id: Uuid,
    user_name: String,
    given_name: Option<String>,
    family_name: Option<String>,
    display_name: Option<String>,
    idp_active: Option<bool>,
    lifecycle: String,
    invitation: String,
    hold_kinds: String,
    document: String,
}

impl AccountScope<'_> {
    /// The next `limit` people of a connection, in the order of their links.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn linked_people(
        &self,
        connection: ConnectionId,
        after: Option<LinkId>,
        limit: u64,
        with_groups: bool,
    ) -> Result<Vec<LinkedPerson>, DbError> {
        let select = next(self.account.0, connection, after, limit);
        let of = (self.account.0, connection);
        people(self.connection, of, &select, with_groups).await
    }

    /// Somebody with a live link of a connection.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn linked_person(
        &self,
        connection: ConnectionId,
        user: UserId,
        with_groups: bool,
    ) -> Result<Option<LinkedPerson>, DbError> {
        let select = among(self.account.0, connection, &[user]);
        let of = (self.account.0, connection);
        let found = people(self.connection, of, &select, with_groups).await?;
        Ok(found.into_iter().next())
    }

    /// Everybody with a live link of a connection who is in one of its groups or in a group below
    /// them.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn people_below(
        &self,
        connection: ConnectionId,
        groups: &[GroupId],
    ) -> Result<Vec<UserId>, DbError> {
        let query = below(self.account.0, connection, groups);
        let rows = self.connection.query_all(&query).await?;
        let ids = rows.iter().map(|row| row.try_get_by_index(0));
        ids.map(|id| Ok(UserId(id?))).collect()
    }
}

impl AccountTx {
    /// As [`AccountScope::linked_people`], locked until the unit ends.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn lock_linked_people(
        &self,
        connection: ConnectionId,
        after: Option<LinkId>,
        limit: u64,
        with_groups: bool,
    ) -> Result<Vec<LinkedPerson>, DbError> {
        let mut select = next(self.account().0, connection, after, limit);
        select.lock(LockType::Update);
        let of = (self.account().0, connection);
        people(&self.connection, of, &select, with_groups).await
    }

    /// Those of `users` who have a live link of the connection, locked until the unit ends.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn lock_linked_users(
        &self,
        connection: ConnectionId,
        users: &[UserId],
        with_groups: bool,
    ) -> Result<Vec<LinkedPerson>, DbError> {
        let mut select = among(self.account().0, connection, users);
        select.lock(LockType::Update);
        let of = (self.account().0, connection);
        people(&self.connection, of, &select, with_groups).await
    }

    /// Groups of a connection that a person is in, nested ones included; `None` when there are more
    /// than rules can be asked about.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn groups_of_person(
        &self,
        connection: ConnectionId,
        user: UserId,
    ) -> Result<Option<Vec<GroupOfPerson>>, DbError> {
        groups_of_one(&self.connection, self.account().0, connection, user.0).await
    }
}

fn next(
    account: Uuid,
    connection: ConnectionId,
    after: Option<LinkId>,
    limit: u64,
) -> SelectStatement {
    let mut select = rows(account, connection);
    if let Some(after) = after {
        select.and_where(link::Column::ScimId.gt(after.0));
    }
    select.limit(limit).to_owned()
}

fn among(account: Uuid, connection: ConnectionId, users: &[UserId]) -> SelectStatement {
    let ids = users.iter().map(|user| user.0);
    rows(account, connection)
        .and_where(link::Column::UserId.is_in(ids))
        .to_owned()
}

fn rows(account: Uuid, connection: ConnectionId) -> SelectStatement {
    use link::Column as L;
    use user::Column as U;
    let mut select = live_users(account, connection);
    for column in [L::ScimId, L::UserId, L::Document] {
        select.column((link::Entity, column));
    }
    for column in [
        U::UserName,
        U::GivenName,
        U::FamilyName,
        U::DisplayName,
        U::IdpActive,
        U::Lifecycle,
        U::Invitation,
        U::HoldKinds,
    ] {
        select.column((user::Entity, column));
    }
    select
        .order_by((link::Entity, L::ScimId), Order::Asc)
        .to_owned()
}

async fn people<C: ConnectionTrait>(
    connection: &C,
    (account, of): (Uuid, ConnectionId),
    select: &SelectStatement,
    with_groups: bool,
) -> Result<Vec<LinkedPerson>, DbError> {
    let rows: Vec<Row> = fetch::all(connection, select).await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let users: Vec<Uuid> = rows.iter().map(|row| row.user_id).collect();
    let mut placed = placements(connection, account, &users).await?;
    let mut grouped = match with_groups {
        true => groups(connection, account, of, &users).await?,
        false => HashMap::new(),
    };
    let mut people = Vec::with_capacity(rows.len());
    for row in rows {
        // A person who was deleted between the statements has left.
        let Some(placement) = placed.remove(&row.user_id) else {
            continue;
        };
        let groups = grouped.remove(&row.user_id);
        let groups = groups.unwrap_or_else(|| Some(Vec::new()));
        people.push(person(row, placement, groups)?);
    }
    Ok(people)
}

fn person(
    row: Row,
    placement: Placement,
    groups: Option<Vec<GroupOfPerson>>,
) -> Result<LinkedPerson, DbError> {
    let axes = holds::axes(&row.lifecycle, &row.invitation, &row.hold_kinds)?;
    let profile = crate::db::Profile {
        user_name: row.user_name,
        given_name: row.given_name,
        family_name: row.family_name,
        display_name: row.display_name,
        ..crate::db::Profile::default()
    };
    Ok(LinkedPerson {
        scim_id: row.scim_id.into(),
        user: row.user_id.into(),
        name: profile.name(),
        user_name: profile.user_name,
        document: Document::from_json_text(&row.document)
            .map_err(|error| DbError::Corrupt(format!("scim_links.document: {error}")))?,
        active: axes.is_let_in(row.idp_active),
        placement,
        groups,
    })
}

#[derive(FromQueryResult)]
struct Step {
    user_id: Uuid,
    level: i32,
    /// `None` for a group of another connection.
    id: Option<Uuid>,
    display_name: Option<String>,
}

/// Steps from one person up, to groups and from there to groups that these are in. A write of a person
/// goes them while it holds the row.
const STEPS_OF_ONE: usize = 5_000;
/// What people take on an average at most, where many are asked about at once.
const STEPS_OF_MANY: usize = 200;

type Groups = Vec<GroupOfPerson>;

/// Groups of people by person, as [`groups_of_one`]; nothing of those who are in none.
async fn groups<C: ConnectionTrait>(
    connection: &C,
    account: Uuid,
    of: ConnectionId,
    users: &[Uuid],
) -> Result<HashMap<Uuid, Option<Groups>>, DbError> {
    let most = STEPS_OF_ONE.max(users.len() * STEPS_OF_MANY);
    if let Some(found) = walk(connection, account, of, users, most).await? {
        let found = found.into_iter();
        return Ok(found.map(|(user, groups)| (user, Some(groups))).collect());
    }
    // Somebody among them is in very many; the others have theirs all the same.
    let mut found = HashMap::with_capacity(users.len());
    for user in users {
        let groups = groups_of_one(connection, account, of, *user).await?;
        found.insert(*user, groups);
    }
    Ok(found)
}

/// Groups of a person, in the order of their ids; `None` when there are too many.
async fn groups_of_one<C: ConnectionTrait>(
    connection: &C,
    account: Uuid,
    of: ConnectionId,
    user: Uuid,
) -> Result<Option<Groups>, DbError> {
    let found = walk(connection, account, of, &[user], STEPS_OF_ONE).await?;
    Ok(found.map(|mut found| found.remove(&user).unwrap_or_default()))
}

/// Walks up from people; `None` when that takes more than `most` steps.
async fn walk<C: ConnectionTrait>(
    connection: &C,
    account: Uuid,
    of: ConnectionId,
    users: &[Uuid],
    most: usize,
) -> Result<Option<HashMap<Uuid, Groups>>, DbError> {
    let query = above(account, of, users, most as u64 + 1);
    let rows = connection.query_all(&query).await?;
    if rows.len() > most {
        return Ok(None);
    }
    let mut found: HashMap<Uuid, Groups> = HashMap::new();
    for row in rows {
        let step = Step::from_query_result(&row, "")?;
        if let (Some(id), Some(display)) = (step.id, step.display_name) {
            found.entry(step.user_id).or_default().push(GroupOfPerson {
                id: id.into(),
                display,
                direct: step.level == 1,
            });
        }
    }
    for groups in found.values_mut() {
        // A group that is met on several levels counts on its nearest.
        groups.sort_unstable_by_key(|group| (group.id, !group.direct));
        groups.dedup_by_key(|group| group.id);
    }
    Ok(Some(found))
}
