//! What those are called now who acted and were acted on: events hold ids only.

use std::collections::{HashMap, HashSet};

use sea_orm::{
    ConnectionTrait, FromQueryResult,
    sea_query::{Expr, ExprTrait, Query, SelectStatement, UnionType},
};
use uuid::Uuid;

use crate::db::{DbError, entity::user, fetch, scim_user_writes::Profile};

/// Names by id.
#[derive(Debug, Default)]
pub(super) struct Names(HashMap<Uuid, String>);

impl Names {
    /// The name of something; `None` when it has none or is gone.
    pub(super) fn of(&self, id: Option<Uuid>) -> Option<String> {
        self.0.get(&id?).cloned()
    }
}

#[derive(FromQueryResult)]
struct Person {
    id: Uuid,
    user_name: String,
    given_name: Option<String>,
    family_name: Option<String>,
    display_name: Option<String>,
}

#[derive(FromQueryResult)]
struct Thing {
    id: Uuid,
    name: String,
}

/// The names of these people and of these other things, in at most two statements.
pub(super) async fn names_of<C: ConnectionTrait>(
    connection: &C,
    account: Uuid,
    people: &HashSet<Uuid>,
    things: &HashSet<Uuid>,
) -> Result<Names, DbError> {
    let mut names = HashMap::new();
    if !people.is_empty() {
        let rows: Vec<Person> = fetch::all(connection, &people_of(account, people)).await?;
        names.extend(rows.into_iter().map(|row| (row.id, person_name(row))));
    }
    if !things.is_empty() {
        let rows: Vec<Thing> = fetch::all(connection, &things_of(account, things)).await?;
        names.extend(rows.into_iter().map(|row| (row.id, row.name)));
    }
    Ok(Names(names))
}

fn person_name(row: Person) -> String {
    let profile = Profile {
        user_name: row.user_name,
        given_name: row.given_name,
        family_name: row.family_name,
        display_name: row.display_name,
        ..Profile::default()
    };
    profile.name()
}

fn people_of(account: Uuid, ids: &HashSet<Uuid>) -> SelectStatement {
    use user::Column as U;
    Query::select()
        .columns([
            U::Id,
            U::UserName,
            U::GivenName,
            U::FamilyName,
            U::DisplayName,
        ])
        .from(user::Entity)
        .and_where(Expr::col(U::AccountId).eq(account))
        .and_where(Expr::col(U::Id).is_in(ids.iter().copied()))
        .to_owned()
}

/// Tables of named things other than people, and the columns of their names.
const THINGS: [(&str, &str); 4] = [
    ("groups", "display_name"),
    ("organisations", "name"),
    ("verified_domains", "domain"),
    ("attribute_definitions", "name"),
];

fn things_of(account: Uuid, ids: &HashSet<Uuid>) -> SelectStatement {
    let mut all = named("idp_connections", "name", account, ids);
    for (table, name) in THINGS {
        all.union(UnionType::All, named(table, name, account, ids));
    }
    all
}

fn named(
    table: &'static str,
    name: &'static str,
    account: Uuid,
    ids: &HashSet<Uuid>,
) -> SelectStatement {
    Query::select()
        .column("id")
        .expr_as(Expr::col(name), "name")
        .from(table)
        .and_where(Expr::col("account_id").eq(account))
        .and_where(Expr::col("id").is_in(ids.iter().copied()))
        .to_owned()
}
