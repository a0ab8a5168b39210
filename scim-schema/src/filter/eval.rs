//! What a typed filter means: the matcher that PATCH uses and that query translations are compared
//! with.

use std::{borrow::Cow, cmp::Ordering};

use serde_json::{Map, Value};

use super::{AttrRef, CompareOp, TypedFilter, TypedValue};
use crate::{attr::parse_date_time, schema::registry, text::fold};

/// Whether a whole resource satisfies the filter. `resource` has canonical names, as answers have.
#[must_use]
pub fn matches(filter: &TypedFilter, resource: &Map<String, Value>) -> bool {
    holds(filter, Scope::Resource(resource))
}

/// Whether one value of a multi-valued attribute satisfies a filter on its sub-attributes.
#[must_use]
pub fn element_matches(filter: &TypedFilter, element: &Value) -> bool {
    holds(filter, Scope::Element(element))
}

#[derive(Clone, Copy)]
enum Scope<'a> {
    Resource(&'a Map<String, Value>),
    Element(&'a Value),
}

fn holds(filter: &TypedFilter, scope: Scope<'_>) -> bool {
    match filter {
        TypedFilter::And(parts) => parts.iter().all(|part| holds(part, scope)),
        TypedFilter::Or(parts) => parts.iter().any(|part| holds(part, scope)),
        TypedFilter::Not(inner) => !holds(inner, scope),
        TypedFilter::Present(attr) => any_value(*attr, scope, has_value),
        TypedFilter::Compare { attr, op, value } => match op {
            CompareOp::Ne => !any_value(*attr, scope, |found| {
                compare(*attr, CompareOp::Eq, found, value)
            }),
            op => any_value(*attr, scope, |found| compare(*attr, *op, found, value)),
        },
        TypedFilter::Element { attr, filter } => any_value(*attr, scope, |element| {
            holds(filter, Scope::Element(element))
        }),
    }
}

/// Whether some value of the attribute passes the test.
fn any_value(attr: AttrRef, scope: Scope<'_>, test: impl Fn(&Value) -> bool) -> bool {
    let Some(location) = registry().location(attr.id) else {
        return false;
    };
    let Some(sub) = location.sub else {
        // A whole attribute inside brackets does not occur: brackets hold sub-attributes.
        let Scope::Resource(resource) = scope else {
            return false;
        };
        return top_values(resource, location.extension, &location.attr.name)
            .iter()
            .any(test);
    };
    let passes = |parent: &Value| parent.get(sub.name.as_ref()).is_some_and(&test);
    match scope {
        Scope::Element(element) => passes(element),
        Scope::Resource(resource) => top_values(resource, location.extension, &location.attr.name)
            .iter()
            .any(passes),
    }
}

/// The values of an attribute: the elements of a list, or the one value.
fn top_values<'a>(
    resource: &'a Map<String, Value>,
    extension: Option<&str>,
    name: &str,
) -> &'a [Value] {
    let members = match extension {
        None => Some(resource),
        Some(urn) => resource.get(urn).and_then(Value::as_object),
    };
    match members.and_then(|members| members.get(name)) {
        None | Some(Value::Null) => &[],
        Some(Value::Array(items)) => items,
        Some(single) => std::slice::from_ref(single),
    }
}

/// RFC 7644 Table 3, `pr`.
fn has_value(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => items.iter().any(has_value),
        Value::Object(members) => members.values().any(has_value),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

fn compare(attr: AttrRef, op: CompareOp, found: &Value, wanted: &TypedValue) -> bool {
    let ordering = match (wanted, found) {
        (TypedValue::String(wanted), Value::String(found)) => {
            let found: Cow<'_, str> = if attr.case_exact {
                found.into()
            } else {
                fold(found).into()
            };
            return compare_text(op, &found, wanted);
        }
        (TypedValue::Boolean(wanted), Value::Bool(found)) => Some(found.cmp(wanted)),
        (TypedValue::Integer(wanted), found) => found.as_i64().map(|found| found.cmp(wanted)),
        (TypedValue::Decimal(wanted), found) => {
            found.as_f64().and_then(|found| found.partial_cmp(wanted))
        }
        (TypedValue::DateTime(wanted), Value::String(found)) => {
            parse_date_time(found).map(|found| found.cmp(wanted))
        }
        _ => None,
    };
    ordering.is_some_and(|ordering| admits(op, ordering))
}

fn compare_text(op: CompareOp, found: &str, wanted: &str) -> bool {
    match op {
        CompareOp::Co => found.contains(wanted),
        CompareOp::Sw => found.starts_with(wanted),
        CompareOp::Ew => found.ends_with(wanted),
        // By code point, whatever the language: the same on every database.
        op => admits(op, found.cmp(wanted)),
    }
}

fn admits(op: CompareOp, ordering: Ordering) -> bool {
    match op {
        CompareOp::Eq => ordering.is_eq(),
        CompareOp::Ne => ordering.is_ne(),
        CompareOp::Gt => ordering.is_gt(),
        CompareOp::Ge => ordering.is_ge(),
        CompareOp::Lt => ordering.is_lt(),
        CompareOp::Le => ordering.is_le(),
        CompareOp::Co | CompareOp::Sw | CompareOp::Ew => false,
    }
}
