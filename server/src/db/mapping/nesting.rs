//! Groups in groups, up and down, as deep as rules look.

use scim_schema::{
    id::{ConnectionId, GroupId},
    mapping::NESTING_MAX,
};
use sea_orm::{
    ColumnTrait, JoinType, Order,
    sea_query::{
        CommonTableExpression, Expr, ExprTrait, Query, SelectStatement, UnionType, WithClause,
        WithQuery,
    },
};
use uuid::Uuid;

use crate::db::entity::{group, group_member, group_subgroup};

/// Name of the recursive table, and of its columns.
const WALK: &str = "walk";
/// Name of what is taken of it.
const TAKEN: &str = "taken";
const PERSON: &str = "user_id";
const NODE: &str = "group_id";
const LEVEL: &str = "level";

/// From people up to the groups that they are in, with each level on which they meet them; no further
/// than `most` steps, which are as many rows.
pub(super) fn above(
    account: Uuid,
    connection: ConnectionId,
    users: &[Uuid],
    most: u64,
) -> WithQuery {
    use group_member::Column as M;
    use group_subgroup::Column as S;
    let start = Query::select()
        .columns([M::UserId, M::GroupId])
        .expr(Expr::cust("1"))
        .from(group_member::Entity)
        .and_where(M::AccountId.eq(account))
        .and_where(M::UserId.is_in(users.iter().copied()))
        .to_owned();
    let step = Query::select()
        .column((WALK, PERSON))
        .column((group_subgroup::Entity, S::GroupId))
        .expr(Expr::col((WALK, LEVEL)).add(1))
        .from(WALK)
        .inner_join(
            group_subgroup::Entity,
            Expr::col((group_subgroup::Entity, S::MemberGroupId)).equals((WALK, NODE)),
        )
        .and_where(S::AccountId.eq(account))
        .and_where(Expr::col((WALK, LEVEL)).lt(NESTING_MAX))
        .to_owned();
    // Both databases walk only as far as this is read.
    let taken = Query::select()
        .columns([PERSON, NODE, LEVEL])
        .from(WALK)
        .limit(most)
        .to_owned();
    let found = Query::select()
        .columns([(TAKEN, PERSON), (TAKEN, LEVEL)])
        .columns([
            (group::Entity, group::Column::Id),
            (group::Entity, group::Column::DisplayName),
        ])
        .from_subquery(taken, TAKEN)
        .join(
            JoinType::LeftJoin,
            group::Entity,
            Expr::col((group::Entity, group::Column::Id))
                .equals((TAKEN, NODE))
                .and(Expr::col((group::Entity, group::Column::AccountId)).eq(account))
                .and(Expr::col((group::Entity, group::Column::ConnectionId)).eq(connection.0)),
        )
        .to_owned();
    found.with(walk(start, step, &[PERSON, NODE, LEVEL]))
}

/// From groups down to the people in them.
pub(super) fn below(account: Uuid, connection: ConnectionId, groups: &[GroupId]) -> WithQuery {
    use group_member::Column as M;
    use group_subgroup::Column as S;
    let start = Query::select()
        .column(group::Column::Id)
        .expr(Expr::cust("1"))
        .from(group::Entity)
        .and_where(group::Column::AccountId.eq(account))
        .and_where(group::Column::ConnectionId.eq(connection.0))
        .and_where(group::Column::Id.is_in(groups.iter().map(|group| group.0)))
        .to_owned();
    let step = Query::select()
        .column((group_subgroup::Entity, S::MemberGroupId))
        .expr(Expr::col((WALK, LEVEL)).add(1))
        .from(WALK)
        .inner_join(
            group_subgroup::Entity,
            Expr::col((group_subgroup::Entity, S::GroupId)).equals((WALK, NODE)),
        )
        .and_where(S::AccountId.eq(account))
        .and_where(Expr::col((WALK, LEVEL)).lt(NESTING_MAX))
        .to_owned();
    let found = Query::select()
        .distinct()
        .column((group_member::Entity, M::UserId))
        .from(WALK)
        .inner_join(
            group_member::Entity,
            Expr::col((group_member::Entity, M::GroupId)).equals((WALK, NODE)),
        )
        .and_where(M::AccountId.eq(account))
        .order_by((group_member::Entity, M::UserId), Order::Asc)
        .to_owned();
    found.with(walk(start, step, &[NODE, LEVEL]))
}

fn walk(mut start: SelectStatement, step: SelectStatement, columns: &[&'static str]) -> WithClause {
    let table = CommonTableExpression::new()
        .table_name(WALK)
        .columns(columns.iter().copied())
        .query(start.union(UnionType::Distinct, step).to_owned())
        .to_owned();
    WithClause::new().recursive(true).cte(table).to_owned()
}
