//! Comparisons that are never NULL: SQL's third truth value has no place in a SCIM filter.

use scim_schema::filter::{CompareOp, TypedValue};
use sea_orm::{
    DatabaseBackend,
    sea_query::{BinOper, Expr, ExprTrait},
};
use uuid::Uuid;

use crate::db::dialect;

/// Always true.
pub(super) fn always() -> Expr {
    Expr::cust("1 = 1")
}

/// Never true.
pub(super) fn never() -> Expr {
    Expr::cust("1 = 0")
}

/// A truth that is known before the database is asked.
pub(super) fn constant(holds: bool) -> Expr {
    if holds { always() } else { never() }
}

/// `column op value`, false when the column is NULL. `Ne` is the caller's: the opposite of `Eq`.
pub(super) fn compare(
    backend: DatabaseBackend,
    column: &Expr,
    op: CompareOp,
    value: &TypedValue,
) -> Expr {
    let test = match value {
        TypedValue::String(text) => compare_text(backend, column, op, text),
        TypedValue::Boolean(flag) => column.clone().eq(*flag),
        TypedValue::Integer(number) => ordered(column, op, Expr::val(*number)),
        TypedValue::Decimal(number) => ordered(column, op, Expr::val(*number)),
        TypedValue::DateTime(instant) => ordered(column, op, Expr::val(*instant)),
    };
    column.clone().is_not_null().and(test)
}

/// As [`compare`], of a column that an index is sorted by the bytes of: a beginning is looked for
/// between its bounds only.
pub(super) fn compare_indexed(
    backend: DatabaseBackend,
    column: &Expr,
    op: CompareOp,
    value: &TypedValue,
) -> Expr {
    let test = compare(backend, column, op, value);
    match (op, value) {
        (CompareOp::Sw, TypedValue::String(text)) => begins_between(column, text).and(test),
        _ => test,
    }
}

/// Bounds of the texts that begin with `text`, in the order of their bytes.
pub(super) fn begins_between(column: &Expr, text: &str) -> Expr {
    let from = column.clone().gte(text);
    match successor(text) {
        Some(end) => from.and(column.clone().lt(end)),
        None => from,
    }
}

/// The first text behind all that begin with `text`; UTF-8 sorts as its characters do.
fn successor(text: &str) -> Option<String> {
    let mut kept = text;
    while let Some(last) = kept.chars().next_back() {
        kept = &kept[..kept.len() - last.len_utf8()];
        // Characters have a gap at the surrogates, which a range steps over.
        if let Some(next) = (last..=char::MAX).nth(1) {
            return Some(format!("{kept}{next}"));
        }
    }
    None
}

/// Whether the column holds a value; an empty text is none.
pub(super) fn present_text(column: &Expr) -> Expr {
    column.clone().is_not_null().and(column.clone().ne(""))
}

fn compare_text(backend: DatabaseBackend, column: &Expr, op: CompareOp, text: &str) -> Expr {
    match op {
        CompareOp::Co => dialect::contains_exact(backend, column.clone(), text),
        // The bound lets an index find the beginning; the comparison settles it.
        CompareOp::Sw => column
            .clone()
            .gte(text)
            .and(dialect::starts_exact(column.clone(), text)),
        CompareOp::Ew => dialect::ends_exact(backend, column.clone(), text),
        _ => ordered(column, op, Expr::val(text)),
    }
}

fn ordered(column: &Expr, op: CompareOp, value: Expr) -> Expr {
    let column = column.clone();
    match op {
        CompareOp::Gt => column.gt(value),
        CompareOp::Ge => column.gte(value),
        CompareOp::Lt => column.lt(value),
        CompareOp::Le => column.lte(value),
        _ => column.eq(value),
    }
}

/// Compares a UUID column with text: by value when equality is asked, else by its text.
pub(super) fn compare_id(
    backend: DatabaseBackend,
    column: Expr,
    op: CompareOp,
    value: &TypedValue,
) -> Expr {
    let TypedValue::String(text) = value else {
        return never();
    };
    if op == CompareOp::Eq {
        return match Uuid::parse_str(text) {
            Ok(id) if id.to_string() == *text => column.eq(id),
            _ => never(),
        };
    }
    compare(backend, &dialect::uuid_text(backend, &column), op, value)
}

/// The same comparison of two texts in Rust, for values that are no column.
pub(super) fn matches_text(actual: &str, op: CompareOp, value: &TypedValue) -> bool {
    let TypedValue::String(text) = value else {
        return false;
    };
    let text = text.as_str();
    match op {
        CompareOp::Eq => actual == text,
        CompareOp::Ne => actual != text,
        CompareOp::Co => actual.contains(text),
        CompareOp::Sw => actual.starts_with(text),
        CompareOp::Ew => actual.ends_with(text),
        CompareOp::Gt => actual > text,
        CompareOp::Ge => actual >= text,
        CompareOp::Lt => actual < text,
        CompareOp::Le => actual <= text,
    }
}

/// Two texts after one another.
pub(super) fn concat(left: Expr, right: Expr) -> Expr {
    left.binary(BinOper::Custom("||"), right)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_beginning_is_behind_everything_that_has_it() {
        for (text, end) in [
            ("ab", Some("ac")),
            ("a\u{d7ff}", Some("a\u{e000}")),
            ("a\u{10ffff}", Some("b")),
            ("\u{10ffff}", None),
            ("", None),
        ] {
            assert_eq!(successor(text).as_deref(), end, "{text:?}");
            if let Some(end) = end {
                assert!(*format!("{text}\u{10ffff}") < *end);
            }
        }
    }
}
