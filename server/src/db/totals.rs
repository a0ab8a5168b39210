//! How many resources a list has. Without a filter the counters of the database know, which its
//! triggers keep within the transaction of each change (`resource_totals`): exact, and no row is
//! counted. A filter that no index serves is carried out only while its candidates are few.

use scim_schema::{attr::AttrId, id::ConnectionId, schema::ResourceKind};
use sea_orm::{
    ColumnTrait, ConnectionTrait,
    sea_query::{Asterisk, Expr, ExprTrait, JoinType, Query, SelectStatement},
};
use uuid::Uuid;

use super::{
    entity::resource_total as total,
    error::DbError,
    fetch::unsigned,
    keyset::{Place, rows_of},
    scim_lists::List,
};

/// How the rows of a list are counted.
#[derive(Clone, Debug)]
pub(super) enum Counting {
    /// All resources are listed: their counters, summed.
    Kept(SelectStatement),
    /// The rows themselves.
    Rows,
    /// The rows themselves, while there are few that the filter could match.
    Bounded(Bound),
}

impl Counting {
    /// Whether the list is refused when there is too much to look at.
    pub(super) const fn may_refuse(&self) -> bool {
        matches!(self, Self::Bounded(_))
    }
}

/// What bounds a filter that no index serves.
#[derive(Clone, Debug)]
pub(super) struct Bound {
    /// The counters of what the filter would be compared with, summed.
    pub(super) candidates: SelectStatement,
    /// The attribute that is in no index.
    pub(super) attribute: AttrId,
    /// Candidates at most.
    pub(super) most: u64,
}

/// What the second statement of a list finds out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Totals {
    /// Matches of the whole query.
    pub(super) total: u64,
    /// Whether some are on the other side of the place that was asked for.
    pub(super) behind: bool,
}

/// The counters of a connection's resources of these types, summed.
pub(super) fn kept(
    account: Uuid,
    connection: ConnectionId,
    kinds: &[ResourceKind],
) -> SelectStatement {
    let sum = Expr::cust("CAST(COALESCE(SUM(total), 0) AS bigint)");
    Query::select()
        .expr(sum)
        .from(total::Entity)
        .and_where(total::Column::AccountId.eq(account))
        .and_where(total::Column::ConnectionId.eq(connection.0))
        .and_where(total::Column::Resource.is_in(kinds.iter().map(|kind| kind.name())))
        .to_owned()
}

/// How many rows a list has, and whether some are on the other side of `from`, in one statement.
///
/// # Errors
/// [`DbError::TooMany`] when the filter has no index and too many candidates, and those of the
/// database.
pub(super) async fn totals<C: ConnectionTrait>(
    connection: &C,
    list: &List,
    from: Option<&Place>,
) -> Result<Totals, DbError> {
    let Some(row) = connection.query_one(&statement(list, from)).await? else {
        return Ok(Totals::default());
    };
    if let Counting::Bounded(bound) = &list.counting {
        let candidates = unsigned(row.try_get("", "candidates")?);
        if candidates > bound.most {
            return Err(DbError::TooMany {
                attribute: bound.attribute,
                candidates,
                most: bound.most,
            });
        }
    }
    let behind: i64 = row.try_get("", "behind")?;
    Ok(Totals {
        total: unsigned(row.try_get("", "total")?),
        behind: behind != 0,
    })
}

/// How many rows a list has, and the place of the one behind `offset` others, if there is one, in
/// one statement that looks at no more of the others than their order.
pub(super) async fn total_and_place<C: ConnectionTrait>(
    connection: &C,
    list: &List,
    offset: u64,
) -> Result<(u64, Option<Place>), DbError> {
    const COUNTED: &str = "counted";
    const PLACE: &str = "place";
    let mut place = list.keys.clone();
    list.sequence.mark(&mut place);
    list.sequence.sort(&mut place, false);
    place.limit(1).offset(offset);
    let select = rows_of(statement(list, None), COUNTED)
        .column((COUNTED, Asterisk))
        .column((PLACE, Asterisk))
        .join_subquery(JoinType::LeftJoin, place, PLACE, Expr::cust("1 = 1"))
        .to_owned();
    let Some(row) = connection.query_one(&select).await? else {
        return Ok((0, None));
    };
    let total = unsigned(row.try_get("", "total")?);
    let place = if total > offset {
        Some(list.sequence.place_of(&row, false)?)
    } else {
        None
    };
    Ok((total, place))
}

/// A flag is a number, which reads the same from both databases; CASE looks at nothing in vain.
fn statement(list: &List, from: Option<&Place>) -> SelectStatement {
    let mut rows = list.base.clone();
    rows.expr(Expr::cust("COUNT(*)"));
    let behind = from.map(|place| {
        let mut behind = list.base.clone();
        behind
            .expr(Expr::val(1))
            .and_where(list.sequence.beyond(&place.opposite()));
        Expr::exists(behind)
    });
    let no = || Expr::val(0);
    let mut select = Query::select();
    let (total, behind): (Expr, Expr) = match &list.counting {
        Counting::Bounded(bound) => {
            let candidates = || value_of(bound.candidates.clone());
            let most = i64::try_from(bound.most).unwrap_or(i64::MAX);
            select.expr_as(candidates(), "candidates");
            let few = Expr::case(candidates().lte(most), value_of(rows)).finally(0);
            let behind = behind.map_or_else(no, |found| {
                let many = Expr::case(candidates().gt(most), 0);
                many.case(found, 1).finally(0).into()
            });
            (few.into(), behind)
        }
        counting => {
            let total = match counting {
                Counting::Kept(kept) => kept.clone(),
                _ => rows,
            };
            let behind = behind.map_or_else(no, |found| Expr::case(found, 1).finally(0).into());
            (value_of(total), behind)
        }
    };
    select
        .expr_as(total.cast_as("bigint"), "total")
        .expr_as(behind.cast_as("bigint"), "behind")
        .to_owned()
}

/// The one value that a select answers.
fn value_of(select: SelectStatement) -> Expr {
    Expr::SubQuery(None, Box::new(select.into()))
}
