//! Walking through a sorted list by key (RFC 9865): a page begins beside a row's place in the order,
//! so rows that come and go elsewhere neither repeat nor hide one that stays.

mod place;
mod sequence;
#[cfg(test)]
mod tests;

use sea_orm::{
    ConnectionTrait, FromQueryResult, QueryResult,
    sea_query::{Query, SelectStatement},
};

pub(crate) use place::KeyKind;
pub use place::{KeyValue, Place};
pub(super) use sequence::Sequence;
pub(crate) use sequence::SortKey;

use super::{
    error::DbError,
    page::Part,
    scim_lists::List,
    scope::AccountScope,
    totals::{Counting, Totals, totals},
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
    #[must_use]
    pub fn map<U>(self, change: impl FnOnce(Vec<T>) -> Vec<U>) -> Walked<U> {
        Walked {
            items: change(self.items),
            total: self.total,
            previous: self.previous,
            next: self.next,
        }
    }

    /// The same where that may fail.
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

/// A page of a list that is walked.
pub(super) struct Walk<'w> {
    pub(super) list: &'w List,
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
    let Walk { list, limit, from } = walk;
    let sequence = &list.sequence;
    if from.is_some_and(|place| !sequence.takes(place)) {
        return Err(DbError::Corrupt("a place of another list".to_owned()));
    }
    if limit == 0 {
        let Totals { total, .. } = totals(connection, list, None).await?;
        return Ok(Walked {
            items: Vec::new(),
            total,
            previous: None,
            next: None,
        });
    }
    // What may be refused is asked first.
    let known = match &list.counting {
        Counting::Bounded(_) => Some(totals(connection, list, from).await?),
        _ => None,
    };
    let backward = from.is_some_and(|place| place.backward);
    let (mut rows, more) = rows_from(connection, list, limit, from).await?;
    if backward {
        rows.reverse();
    }
    let Totals { total, behind } = match known {
        Some(known) => known,
        None if from.is_none() && !more => Totals {
            total: rows.len() as u64,
            behind: false,
        },
        None => totals(connection, list, from).await?,
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

/// The rows of a page on a place's side of it, and whether there are more.
pub(super) async fn rows_from<C: ConnectionTrait>(
    connection: &C,
    list: &List,
    limit: u64,
    from: Option<&Place>,
) -> Result<(Vec<QueryResult>, bool), DbError> {
    let part = |limit| Part {
        from,
        offset: 0,
        limit,
    };
    let limit = part(limit).bounded(connection, list).await?;
    let part = part(limit + 1);
    let mut rows = connection
        .query_all(&list.page.part(&list.sequence, part))
        .await?;
    let found = rows.len();
    rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    rows.truncate(list.page.fitting(&rows)?);
    let more = found > rows.len();
    Ok((rows, more))
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
