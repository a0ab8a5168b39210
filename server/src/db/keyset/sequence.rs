//! The order of a list, as SQL.

use sea_orm::{
    Order, QueryResult,
    sea_query::{Expr, ExprTrait, NullOrdering, OrderedStatement, SelectStatement},
};

use super::place::{KeyKind, KeyValue, Place};
use crate::db::error::DbError;

/// Name of the column with a row's sort key, and of the one with its id.
const KEY: &str = "sort_key";
const ID: &str = "sort_id";

/// What a list is sorted by before the id.
#[derive(Clone, Debug)]
pub(crate) struct SortKey {
    pub(crate) expr: Expr,
    pub(crate) kind: KeyKind,
    /// Whether rows may lack it. A bound that lets those pass is none that an index finds.
    pub(crate) optional: bool,
}

/// The order of a list: by key, missing ones last when ascending and first when descending
/// (RFC 7644 section 3.4.2.3), then by id; by id alone without a key.
#[derive(Clone, Debug)]
pub(in crate::db) struct Sequence {
    pub(in crate::db) id: Expr,
    pub(in crate::db) key: Option<SortKey>,
    pub(in crate::db) descending: bool,
}

impl Sequence {
    /// Whether a place can be one of this order.
    pub(in crate::db) fn takes(&self, place: &Place) -> bool {
        match (&self.key, &place.key) {
            (_, None) => true,
            (Some(key), Some(value)) => key.kind.takes(value),
            (None, Some(_)) => false,
        }
    }

    /// The same order of a table with the columns of [`Sequence::mark`].
    pub(in crate::db) fn of(&self, table: &'static str) -> Self {
        Self {
            id: Expr::col((table, ID)),
            key: self.key.as_ref().map(|key| SortKey {
                expr: Expr::col((table, KEY)),
                kind: key.kind,
                optional: key.optional,
            }),
            descending: self.descending,
        }
    }

    /// Sorts a select or a window, from the end when `backward`.
    pub(in crate::db) fn sort(&self, select: &mut impl OrderedStatement, backward: bool) {
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
        if key.optional {
            select.order_by_expr_with_nulls(key.expr.clone(), direction(descending), nulls);
        } else {
            select.order_by_expr(key.expr.clone(), direction(descending));
        }
        select.order_by_expr(self.id.clone(), direction(backward));
    }

    /// Rows on the place's side of it.
    pub(in crate::db) fn beyond(&self, place: &Place) -> Expr {
        let Some(key) = &self.key else {
            let down = self.descending != place.backward;
            return past(&self.id, Expr::val(place.id), down, place.inclusive);
        };
        let (key, optional) = (&key.expr, key.optional);
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
                if down || !optional {
                    of_key
                } else {
                    of_key.or(key.clone().is_null())
                }
            }
        }
    }

    /// Adds the columns that a row's place is read from.
    pub(in crate::db) fn mark(&self, select: &mut SelectStatement) {
        select.expr_as(self.id.clone(), ID);
        if let Some(key) = &self.key {
            select.expr_as(key.expr.clone(), KEY);
        }
    }

    /// The place of a row with the columns of [`Sequence::mark`].
    pub(in crate::db) fn place_of(
        &self,
        row: &QueryResult,
        backward: bool,
    ) -> Result<Place, DbError> {
        let key = match &self.key {
            None => None,
            Some(key) => KeyValue::read(row, KEY, key.kind)?,
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
