//! Walking through a sorted list by key (RFC 9865): a page begins beside a row's place in the order,
//! so rows that come and go elsewhere neither repeat nor hide one that stays.

mod place;
mod sequence;
#[cfg(test)]
mod tests;

use sea_orm::{
    ConnectionTrait, FromQueryResult, QueryResult,
    sea_query::{Expr, ExprTrait, Query, SelectStatement},
};

pub(crate) use place::KeyKind;
pub use place::{KeyValue, Place};
pub(super) use sequence::Sequence;
pub(crate) use sequence::SortKey;

use super::{
    error::DbError,
    fetch::unsigned,
    page::{Page, Part},
    scope::AccountScope,
};

/// A page of a walk and the places that lead on.
#[derive(Clone, Debug)]
pub struct Walked<T> {
    /// The resources, in the order of the list.
    pub items: Vec<T>,
    /// Matches of the whole query.
    pub total: u64,
    /// Where the page before ends, if there is one.
    pub previous: Option<Place>,
    /// Where the page after begins, if there is one.
    pub next: Option<Place>,
}

impl<T> Walked<T> {
    /// The same page of something else.
    pub(super) fn try_map<U>(
        self,
        change: impl FnOnce(Vec<T>) -> Result<Vec<U>, DbError>,
    ) -> Result<Walked<U>, DbError> {
        Ok(Walked {
            items: change(self.items)?,
            total: self.total,
            previous: self.previous,
            next: self.next,
        })
    }
}

/// A list that is walked: `base` selects its rows without columns, `page` has those of `R`.
pub(super) struct Walk<'w> {
    pub(super) base: SelectStatement,
    pub(super) page: &'w Page,
    pub(super) sequence: &'w Sequence,
    pub(super) limit: u64,
    pub(super) from: Option<&'w Place>,
}

/// One page of a walk, in at most two statements of one snapshot; a place of another list counts
/// as damaged data, so callers check it first.
pub(super) async fn walk<R: FromQueryResult>(
    scope: &AccountScope<'_>,
    walk: Walk<'_>,
) -> Result<Walked<R>, DbError> {
    let snapshot = scope.snapshot().await?;
    let walked = walk_in(&snapshot, walk).await?;
    snapshot.commit().await?;
    Ok(walked)
}

/// The same inside a snapshot.
pub(super) async fn walk_in<R: FromQueryResult, C: ConnectionTrait>(
    connection: &C,
    walk: Walk<'_>,
) -> Result<Walked<R>, DbError> {
    let Walk {
        base,
        page,
        sequence,
        limit,
        from,
    } = walk;
    if from.is_some_and(|place| !sequence.takes(place)) {
        return Err(DbError::Corrupt("a place of another list".to_owned()));
    }
    if limit == 0 {
        let (total, _) = totals(connection, base, sequence, None).await?;
        return Ok(Walked {
            items: Vec::new(),
            total,
            previous: None,
            next: None,
        });
    }
    let backward = from.is_some_and(|place| place.backward);
    let part = Part {
        from,
        offset: 0,
        limit: limit + 1,
    };
    let mut rows = connection.query_all(&page.part(sequence, part)).await?;
    let found = rows.len();
    rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    rows.truncate(page.fitting(&rows)?);
    let more = found > rows.len();
    if backward {
        rows.reverse();
    }
    let (total, behind) = if from.is_none() && !more {
        (rows.len() as u64, false)
    } else {
        totals(connection, base, sequence, from).await?
    };
    let edge = |row: Option<&QueryResult>, backward: bool| match (row, from) {
        (Some(row), _) => sequence.place_of(row, backward).map(Some),
        (None, from) => Ok(from.map(Place::opposite)),
    };
    let (has_previous, has_next) = if backward {
        (more, behind)
    } else {
        (behind, more)
    };
    let previous = has_previous.then(|| edge(rows.first(), true)).transpose()?;
    let next = has_next.then(|| edge(rows.last(), false)).transpose()?;
    Ok(Walked {
        items: read(rows)?,
        total,
        previous: previous.flatten(),
        next: next.flatten(),
    })
}

/// How many rows there are, and whether some are behind `from`.
async fn totals<C: ConnectionTrait>(
    connection: &C,
    base: SelectStatement,
    sequence: &Sequence,
    from: Option<&Place>,
) -> Result<(u64, bool), DbError> {
    let behind = from.map(|place| {
        let mut behind = base.clone();
        behind
            .expr(Expr::val(1))
            .and_where(sequence.beyond(&place.opposite()));
        Expr::exists(behind)
    });
    let mut count = base;
    count.expr_as(Expr::cust("COUNT(*)"), "total");
    // A flag as a number reads the same from both databases.
    let behind = behind.map_or_else(
        || Expr::val(0).cast_as("bigint"),
        |behind| {
            let flag: Expr = Expr::case(behind, 1).finally(0).into();
            flag.cast_as("bigint")
        },
    );
    count.expr_as(behind, "behind");
    let Some(row) = connection.query_one(&count).await? else {
        return Ok((0, false));
    };
    let total: i64 = row.try_get("", "total")?;
    let behind: i64 = row.try_get("", "behind")?;
    Ok((unsigned(total), behind != 0))
}

/// Rows as structs; each row goes as soon as it is read.
pub(super) fn read<R: FromQueryResult>(rows: Vec<QueryResult>) -> Result<Vec<R>, DbError> {
    rows.into_iter()
        .map(|row| R::from_query_result(&row, "").map_err(DbError::from))
        .collect()
}

/// Rows of a select as a table of its own.
pub(super) fn rows_of(select: SelectStatement, alias: &'static str) -> SelectStatement {
    Query::select().from_subquery(select, alias).to_owned()
}
