//! Pages that end before they hold too much. Members of groups and groups of users have no bound
//! of their own, so a page of large ones has fewer resources than were asked for
//! (RFC 7644 section 3.4.2.4); which, the statement that reads it decides, so that nothing is read
//! in vain and the page costs no statement more.

use sea_orm::{
    ConnectionTrait, QueryResult,
    sea_query::{
        Asterisk, Expr, ExprTrait, Frame, FrameType, SelectStatement, SimpleExpr, WindowStatement,
    },
};

use super::{
    error::DbError,
    keyset::{Place, Sequence, rows_of},
    scim_lists::List,
};

/// Members, or groups, that the resources of a page have together. Only one resource alone may
/// have more: every page has at least one.
const MOST_VALUES: u32 = 20_000;

/// Resources of a page that are read whatever they weigh.
pub(crate) const READ_AT_ONCE: u64 = 100;
/// Bytes that the documents of a larger page have together: what is read is held several times until
/// it is sent.
const MOST_BYTES: i64 = 16 << 20;

/// What weighed columns call the table that they are computed from; [`Page::rows`] has what they need.
pub(super) const PAGE: &str = "page";

const WEIGHT: &str = "weight";
const HELD: &str = "held";
const FITS: &str = "fits";
const BYTES: &str = "bytes";

/// The rows of a list with the columns of their resource.
pub(super) struct Page {
    /// The columns that every row has.
    pub(super) rows: SelectStatement,
    /// What makes a page too large, if anything.
    pub(super) weighed: Option<Weighed>,
}

/// Columns that take as much memory as a row has members or groups.
pub(super) struct Weighed {
    /// Members or groups of a row, from [`count_of`].
    pub(super) weight: Expr,
    /// The columns, computed from [`PAGE`] for the rows that fit.
    pub(super) columns: Vec<(&'static str, Expr)>,
}

/// Which rows of a page's list to select.
#[derive(Clone, Copy)]
pub(super) struct Part<'p> {
    pub(super) from: Option<&'p Place>,
    pub(super) offset: u64,
    pub(super) limit: u64,
}

impl Part<'_> {
    /// The sizes of the rows of a part, in its order; `keys` are its rows.
    fn sizes(&self, keys: &SelectStatement, sequence: &Sequence, bytes: &Expr) -> SelectStatement {
        let backward = self.from.is_some_and(|place| place.backward);
        let mut sizes = keys.clone();
        sizes.expr_as(bytes.clone().cast_as("bigint"), BYTES);
        if let Some(place) = self.from {
            sizes.and_where(sequence.beyond(place));
        }
        sequence.sort(&mut sizes, backward);
        sizes.limit(self.limit);
        if self.offset > 0 {
            sizes.offset(self.offset);
        }
        sizes
    }

    /// How many rows of a large part may be read: a hundred, and more as long as their documents are
    /// not too large together. It costs a statement.
    pub(super) async fn bounded<C: ConnectionTrait>(
        &self,
        connection: &C,
        list: &List,
    ) -> Result<u64, DbError> {
        let bytes = list.bytes.as_ref().filter(|_| self.limit > READ_AT_ONCE);
        let Some(bytes) = bytes else {
            return Ok(self.limit);
        };
        let sizes = self.sizes(&list.keys, &list.sequence, bytes);
        let (mut rows, mut held) = (0, 0);
        for size in connection.query_all(&sizes).await? {
            held += size.try_get::<i64>("", BYTES)?;
            if rows >= READ_AT_ONCE && held > MOST_BYTES {
                return Ok(rows);
            }
            rows += 1;
        }
        Ok(self.limit)
    }
}

impl Page {
    /// Rows that are all alike.
    pub(super) const fn plain(rows: SelectStatement) -> Self {
        Self {
            rows,
            weighed: None,
        }
    }

    /// The select of a row that is the only one.
    pub(super) fn only(&self) -> SelectStatement {
        let Some(weighed) = &self.weighed else {
            return self.rows.clone();
        };
        let mut only = rows_of(self.rows.clone(), PAGE);
        only.column((PAGE, Asterisk));
        for (name, column) in &weighed.columns {
            only.expr_as(column.clone(), *name);
        }
        only
    }

    /// The select of a part, in the order of the list or from its place backwards, with the columns
    /// of each row's place.
    pub(super) fn part(&self, sequence: &Sequence, part: Part<'_>) -> SelectStatement {
        let backward = part.from.is_some_and(|place| place.backward);
        let mut rows = self.rows.clone();
        sequence.mark(&mut rows);
        if let Some(place) = part.from {
            rows.and_where(sequence.beyond(place));
        }
        sequence.sort(&mut rows, backward);
        rows.limit(part.limit);
        if part.offset > 0 {
            rows.offset(part.offset);
        }
        match &self.weighed {
            None => rows,
            Some(weighed) => weighed.fill(rows, &sequence.of(PAGE), backward),
        }
    }

    /// How many of the selected rows the page has.
    pub(super) fn fitting(&self, rows: &[QueryResult]) -> Result<usize, DbError> {
        if self.weighed.is_none() {
            return Ok(rows.len());
        }
        for (index, row) in rows.iter().enumerate() {
            if row.try_get::<i64>("", FITS)? == 0 {
                return Ok(index);
            }
        }
        Ok(rows.len())
    }
}

impl Weighed {
    /// The same rows with a sum of what they and those before them have, and with the columns as
    /// far as the sum allows. Each step is a table of its own: the sum must be over the rows of the
    /// page alone, and the columns must not be computed before it is known.
    fn fill(&self, mut rows: SelectStatement, order: &Sequence, backward: bool) -> SelectStatement {
        let column = |name: &'static str| Expr::col((PAGE, name));
        rows.expr_as(self.weight.clone(), WEIGHT);
        let mut window = WindowStatement::new();
        order.sort(&mut window, backward);
        window.frame_start(FrameType::Rows, Frame::UnboundedPreceding);
        let mut summed = rows_of(rows, PAGE);
        summed
            .column((PAGE, Asterisk))
            .expr_window_as(column(WEIGHT).sum(), window, HELD);
        // The first that has any is there whatever it has.
        let fits = || {
            let is_first = column(HELD).eq(column(WEIGHT));
            is_first.or(column(HELD).lte(MOST_VALUES))
        };
        let mut page = rows_of(summed, PAGE);
        page.column((PAGE, Asterisk));
        for (name, value) in &self.columns {
            let value: SimpleExpr = Expr::case(fits(), value.clone()).into();
            page.expr_as(value, *name);
        }
        // A flag as a number reads the same from both databases.
        let flag: SimpleExpr = Expr::case(fits(), 1).finally(0).into();
        page.expr_as(flag.cast_as("bigint"), FITS);
        order.sort(&mut page, backward);
        page
    }
}

/// How many rows of `table`, called `m`, meet a condition; what does not fit is not counted on.
pub(super) fn count_of(table: &str, condition: &str) -> Expr {
    let enough = MOST_VALUES + 1;
    Expr::cust(format!(
        "(SELECT COUNT(*) FROM (SELECT 1 AS one FROM {table} m WHERE {condition} LIMIT {enough}) counted)"
    ))
}
