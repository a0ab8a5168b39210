//! Walking through a sorted list by key (RFC 9865): a page begins beside a row's place in the order,
//! so rows that come and go elsewhere neither repeat nor hide one that stays.

use chrono::{DateTime, Datelike, Utc};
use sea_orm::{
    ConnectionTrait, FromQueryResult, Order, QueryResult,
    sea_query::{Expr, ExprTrait, NullOrdering, Query, SelectStatement},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{error::DbError, fetch::unsigned, scope::AccountScope};

/// Name of the column with a row's sort key, and of the one with its id.
const KEY: &str = "sort_key";
const ID: &str = "sort_id";

/// A place in a sorted list, and on which side of it a page lies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// The sort key of the row; `None` when it has none or the list is sorted by id.
    pub key: Option<KeyValue>,
    /// The row's id, which breaks ties.
    pub id: Uuid,
    /// Whether the page ends here instead of beginning.
    pub backward: bool,
    /// Whether a row at this place belongs to the page.
    pub inclusive: bool,
}

/// A sort key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyValue {
    /// Text in the form that is compared.
    Text(String),
    /// A boolean; false comes first.
    Flag(bool),
    /// A whole number.
    Number(i64),
    /// A point in time.
    Instant(DateTime<Utc>),
}

/// The type of a sort key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyKind {
    Text,
    Flag,
    Number,
    Instant,
}

/// What a list is sorted by before the id.
#[derive(Clone, Debug)]
pub(crate) struct SortKey {
    pub(crate) expr: Expr,
    pub(crate) kind: KeyKind,
}

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

/// The order of a list: by key, missing ones last when ascending and first when descending
/// (RFC 7644 section 3.4.2.3), then by id; by id alone without a key.
#[derive(Clone, Debug)]
pub(super) struct Sequence {
    pub(super) id: Expr,
    pub(super) key: Option<SortKey>,
    pub(super) descending: bool,
}

impl Place {
    /// The same place seen from the other side: what is not in this page is in that one.
    fn opposite(&self) -> Self {
        Self {
            backward: !self.backward,
            inclusive: !self.inclusive,
            ..self.clone()
        }
    }
}

impl KeyKind {
    /// Whether a value is of this type and one that a database can hold.
    fn takes(self, value: &KeyValue) -> bool {
        match value {
            KeyValue::Text(text) => self == Self::Text && !text.contains('\0'),
            KeyValue::Flag(_) => self == Self::Flag,
            KeyValue::Number(_) => self == Self::Number,
            KeyValue::Instant(at) => self == Self::Instant && (1..=9_999).contains(&at.year()),
        }
    }
}

impl KeyValue {
    fn read(row: &QueryResult, kind: KeyKind) -> Result<Option<Self>, DbError> {
        Ok(match kind {
            KeyKind::Text => row.try_get::<Option<_>>("", KEY)?.map(Self::Text),
            KeyKind::Flag => row.try_get::<Option<_>>("", KEY)?.map(Self::Flag),
            KeyKind::Number => row.try_get::<Option<_>>("", KEY)?.map(Self::Number),
            KeyKind::Instant => row.try_get::<Option<_>>("", KEY)?.map(Self::Instant),
        })
    }

    fn bound(&self) -> Expr {
        match self {
            Self::Text(text) => Expr::val(text.as_str()),
            Self::Flag(flag) => Expr::val(*flag),
            Self::Number(number) => Expr::val(*number),
            Self::Instant(at) => Expr::val(*at),
        }
    }
}

impl Sequence {
    /// Whether a place can be one of this order.
    pub(super) fn takes(&self, place: &Place) -> bool {
        match (&self.key, &place.key) {
            (_, None) => true,
            (Some(key), Some(value)) => key.kind.takes(value),
            (None, Some(_)) => false,
        }
    }

    /// Sorts a select, from the end when `backward`.
    pub(super) fn sort(&self, select: &mut SelectStatement, backward: bool) {
        let direction = |descending: bool| {
            if descending { Order::Desc } else { Order::Asc }
        };
        let Some(key) = &self.key else {
            select.order_by_expr(self.id.clone(), direction(self.descending != backward));
            return;
        };
        let descending = self.descending != backward;
        let nulls = if descending {
            NullOrdering::First
        } else {
            NullOrdering::Last
        };
        select
            .order_by_expr_with_nulls(key.expr.clone(), direction(descending), nulls)
            .order_by_expr(self.id.clone(), direction(backward));
    }

    /// Rows on the place's side of it.
    fn beyond(&self, place: &Place) -> Expr {
        let Some(key) = &self.key else {
            let down = self.descending != place.backward;
            return past(&self.id, Expr::val(place.id), down, place.inclusive);
        };
        let key = &key.expr;
        // Ids break ties upwards in either order.
        let tie = past(
            &self.id,
            Expr::val(place.id),
            place.backward,
            place.inclusive,
        );
        let down = self.descending != place.backward;
        // Missing keys are larger than every other, as the order puts them.
        match &place.key {
            None if down => key.clone().is_not_null().or(tie),
            None => key.clone().is_null().and(tie),
            Some(value) => {
                let further = past(key, value.bound(), down, false);
                let not_before = past(key, value.bound(), down, true);
                // The bound on the key alone is one that an index finds.
                let of_key = not_before.and(further.or(tie));
                if down {
                    of_key
                } else {
                    of_key.or(key.clone().is_null())
                }
            }
        }
    }

    /// Adds the columns that a row's place is read from.
    fn mark(&self, select: &mut SelectStatement) {
        select.expr_as(self.id.clone(), ID);
        if let Some(key) = &self.key {
            select.expr_as(key.expr.clone(), KEY);
        }
    }

    fn place_of(&self, row: &QueryResult, backward: bool) -> Result<Place, DbError> {
        let key = match &self.key {
            None => None,
            Some(key) => KeyValue::read(row, key.kind)?,
        };
        Ok(Place {
            key,
            id: row.try_get("", ID)?,
            backward,
            inclusive: false,
        })
    }
}

/// Values above `bound`, or below when `down`.
fn past(value: &Expr, bound: Expr, down: bool, inclusive: bool) -> Expr {
    let value = value.clone();
    match (down, inclusive) {
        (false, false) => value.gt(bound),
        (false, true) => value.gte(bound),
        (true, false) => value.lt(bound),
        (true, true) => value.lte(bound),
    }
}

/// A list that is walked: `base` selects its rows without columns, `page` with those of `R`.
pub(super) struct Walk<'w> {
    pub(super) base: SelectStatement,
    pub(super) page: SelectStatement,
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
        mut page,
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
    sequence.mark(&mut page);
    if let Some(place) = from {
        page.and_where(sequence.beyond(place));
    }
    sequence.sort(&mut page, backward);
    page.limit(limit + 1);
    let mut rows = connection.query_all(&page).await?;
    let more = rows.len() as u64 > limit;
    rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
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
    let items = rows
        .iter()
        .map(|row| R::from_query_result(row, ""))
        .collect::<Result<_, _>>()?;
    Ok(Walked {
        items,
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

/// Rows of a select as a table of its own.
pub(super) fn rows_of(select: SelectStatement, alias: &'static str) -> SelectStatement {
    Query::select().from_subquery(select, alias).to_owned()
}

#[cfg(test)]
mod tests {
    use sea_orm::sea_query::SqliteQueryBuilder;

    use super::*;

    fn sequence(key: Option<KeyKind>, descending: bool) -> Sequence {
        Sequence {
            id: Expr::col("id"),
            key: key.map(|kind| SortKey {
                expr: Expr::col("key"),
                kind,
            }),
            descending,
        }
    }

    fn place(key: Option<KeyValue>) -> Place {
        Place {
            key,
            id: Uuid::nil(),
            backward: false,
            inclusive: false,
        }
    }

    #[tokio::test]
    async fn a_walk_meets_every_row_once_in_both_directions_and_both_orders() {
        let db = sea_orm::Database::connect("sqlite::memory:").await.unwrap();
        db.execute_unprepared("CREATE TABLE t (id blob NOT NULL, key text)")
            .await
            .unwrap();
        for (id, key) in [
            (1, "'b'"),
            (2, "NULL"),
            (3, "'a'"),
            (4, "'b'"),
            (5, "NULL"),
            (6, "'c'"),
        ] {
            let id = Uuid::from_u128(id).simple();
            let insert = format!("INSERT INTO t VALUES (x'{id}', {key})");
            db.execute_unprepared(&insert).await.unwrap();
        }
        for (descending, wanted) in [(false, [3, 1, 4, 6, 2, 5]), (true, [2, 5, 6, 1, 4, 3])] {
            for limit in 1..=7 {
                let sequence = sequence(Some(KeyKind::Text), descending);
                let (forward, back) = there_and_back(&db, &sequence, limit).await;
                assert_eq!(forward, wanted, "limit {limit}");
                assert_eq!(back, wanted, "limit {limit}");
            }
        }
    }

    #[derive(FromQueryResult)]
    struct Row {
        sort_id: Uuid,
    }

    /// Every id on the way to the end, and again on the way back, in the order of the list.
    async fn there_and_back(
        db: &sea_orm::DatabaseConnection,
        sequence: &Sequence,
        limit: u64,
    ) -> (Vec<u128>, Vec<u128>) {
        let (mut forward, mut back) = (Vec::new(), Vec::new());
        let mut from = None;
        let last = loop {
            let walked = page(db, sequence, limit, from.as_ref()).await;
            forward.extend(walked.items.iter().map(|row| row.sort_id.as_u128()));
            assert_eq!(walked.total, 6);
            assert_eq!(walked.previous.is_some(), from.is_some());
            match walked.next.clone() {
                None => break walked,
                Some(next) => from = Some(next),
            }
        };
        let mut walked = last;
        loop {
            let items = walked.items.iter().map(|row| row.sort_id.as_u128());
            back.splice(0..0, items.collect::<Vec<_>>());
            let Some(previous) = walked.previous else {
                return (forward, back);
            };
            walked = page(db, sequence, limit, Some(&previous)).await;
            assert!(walked.next.is_some());
        }
    }

    async fn page(
        db: &sea_orm::DatabaseConnection,
        sequence: &Sequence,
        limit: u64,
        from: Option<&Place>,
    ) -> Walked<Row> {
        let base = Query::select().from("t").to_owned();
        let walk = Walk {
            page: base.clone(),
            base,
            sequence,
            limit,
            from,
        };
        walk_in(db, walk).await.unwrap()
    }

    #[test]
    fn a_place_must_be_of_the_lists_key() {
        let text = place(Some(KeyValue::Text("a".to_owned())));
        assert!(sequence(Some(KeyKind::Text), false).takes(&text));
        assert!(!sequence(Some(KeyKind::Number), false).takes(&text));
        assert!(!sequence(None, false).takes(&text));
        assert!(sequence(None, false).takes(&place(None)));
        let zero = place(Some(KeyValue::Text("a\0".to_owned())));
        assert!(!sequence(Some(KeyKind::Text), false).takes(&zero));
        let far = place(Some(KeyValue::Instant(DateTime::<Utc>::MAX_UTC)));
        assert!(!sequence(Some(KeyKind::Instant), false).takes(&far));
    }

    #[test]
    fn the_id_alone_is_compared_when_there_is_no_key() {
        let mut select = Query::select().from("t").column("id").to_owned();
        select.and_where(sequence(None, true).beyond(&place(None)));
        let sql = select.to_string(SqliteQueryBuilder);
        assert!(sql.contains(r#""id" < "#), "{sql}");
    }
}
