//! The order of the users table and what comes before or after a row in it. Missing values come
//! last in both directions, on both databases.

use scim_schema::api::users::UserSort;
use sea_orm::{
    Order,
    sea_query::{Condition, Expr, ExprTrait, SelectStatement},
};

use super::query::{Cursor, SortValue, UserList};
use crate::db::entity::user::{Column as U, Entity as Users};

/// Orders by the list's key, or in the opposite direction.
pub(super) fn apply(select: &mut SelectStatement, list: &UserList, reversed: bool) {
    let direction = direction_of(list.descending != reversed);
    let column = sort_column(list.sort);
    if is_nullable(list.sort) {
        // `IS NULL` is false before it is true.
        select.order_by_expr(Expr::col((Users, column)).is_null(), direction_of(reversed));
    }
    select
        .order_by((Users, column), direction.clone())
        .order_by((Users, U::Id), direction);
}

/// Rows that come after the cursor's row, or before it; that row too if the cursor includes it.
pub(super) fn beyond(list: &UserList, from: &Cursor) -> Condition {
    let (key, before) = (&from.key, from.backward);
    let column = Expr::col((Users, sort_column(list.sort)));
    let id = Expr::col((Users, U::Id));
    let ascending = list.descending == before;
    let id_beyond = match (ascending, from.inclusive) {
        (true, false) => id.gt(key.id),
        (true, true) => id.gte(key.id),
        (false, false) => id.lt(key.id),
        (false, true) => id.lte(key.id),
    };
    let Some(value) = bound(&key.value) else {
        let among_missing = column.clone().is_null().and(id_beyond);
        let condition = Condition::any().add(among_missing);
        // Every row with a value comes before those without one.
        return if before {
            condition.add(column.is_not_null())
        } else {
            condition
        };
    };
    let (reached, passed) = if ascending {
        (column.clone().gte(value.clone()), column.clone().gt(value))
    } else {
        (column.clone().lte(value.clone()), column.clone().lt(value))
    };
    // The first half is a range that an index can begin at.
    let among_values = Condition::all()
        .add(reached)
        .add(Condition::any().add(passed).add(id_beyond));
    if is_nullable(list.sort) && !before {
        return Condition::any().add(among_values).add(column.is_null());
    }
    among_values
}

fn bound(value: &SortValue) -> Option<Expr> {
    match value {
        SortValue::Text(text) => Some(Expr::val(text.as_str())),
        SortValue::Rank(rank) => Some(Expr::val(*rank)),
        SortValue::Instant(instant) => Some(Expr::val(*instant)),
        SortValue::Missing => None,
    }
}

const fn sort_column(sort: UserSort) -> U {
    match sort {
        UserSort::Name => U::NameFolded,
        UserSort::Email => U::EmailFolded,
        UserSort::Status => U::StatusRank,
        UserSort::LastLogin => U::LastLoginAt,
        UserSort::Created => U::CreatedAt,
    }
}

const fn is_nullable(sort: UserSort) -> bool {
    matches!(sort, UserSort::Email | UserSort::LastLogin)
}

const fn direction_of(descending: bool) -> Order {
    if descending { Order::Desc } else { Order::Asc }
}
