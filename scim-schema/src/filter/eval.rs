//! What a typed filter means: the matcher that PATCH uses and that query translations are compared
//! with.

use std::{borrow::Cow, cmp::Ordering};

use serde_json::{Map, Value};

use super::{AttrRef, CompareOp, TypedFilter, TypedValue};
use crate::{
    attr::{AttrDef, parse_date_time},
    schema::ResourceType,
    text::fold,
};

/// Whether a whole resource of this type satisfies the filter. `resource` has canonical names, as
/// answers have.
#[must_use]
pub fn matches(rt: &ResourceType, filter: &TypedFilter, resource: &Map<String, Value>) -> bool {
    holds(filter, Scope::Resource(rt, resource))
}

/// Whether one value of the multi-valued attribute `def` satisfies a filter on its sub-attributes.
#[must_use]
pub fn element_matches(def: &AttrDef, filter: &TypedFilter, element: &Value) -> bool {
    holds(filter, Scope::Element(def, element))
}

#[derive(Clone, Copy)]
enum Scope<'a> {
    Resource(&'a ResourceType, &'a Map<String, Value>),
    Element(&'a AttrDef, &'a Value),
}

fn holds(filter: &TypedFilter, scope: Scope<'_>) -> bool {
    match filter {
        TypedFilter::And(parts) => parts.iter().all(|part| holds(part, scope)),
        TypedFilter::Or(parts) => parts.iter().any(|part| holds(part, scope)),
        TypedFilter::Not(inner) => !holds(inner, scope),
        TypedFilter::Present(attr) => any_value(*attr, scope, |_, value| has_value(value)),
        TypedFilter::Compare { attr, op, value } => match op {
            CompareOp::Ne => !any_value(*attr, scope, |_, found| {
                compare(*attr, CompareOp::Eq, found, value)
            }),
            op => any_value(*attr, scope, |_, found| compare(*attr, *op, found, value)),
        },
        TypedFilter::Element { attr, filter } => any_value(*attr, scope, |def, element| {
            holds(filter, Scope::Element(def, element))
        }),
    }
}

/// Whether some value of the attribute passes the test, which is given its definition.
fn any_value(attr: AttrRef, scope: Scope<'_>, test: impl Fn(&AttrDef, &Value) -> bool) -> bool {
    let passes = |sub: &AttrDef, parent: &Value| {
        let value = parent.get(sub.name.as_ref());
        value.is_some_and(|value| test(sub, value))
    };
    let (rt, resource) = match scope {
        Scope::Resource(rt, resource) => (rt, resource),
        // A whole attribute inside brackets does not occur: brackets hold sub-attributes.
        Scope::Element(def, element) => {
            let sub = def.sub_attributes.iter().find(|sub| sub.id == attr.id);
            return sub.is_some_and(|sub| passes(sub, element));
        }
    };
    let Some(found) = rt.find_id(attr.id) else {
        return false;
    };
    let urn = found.extension.map(|schema| schema.urn.as_ref());
    let mut values = top_values(resource, urn, &found.attr.name).iter();
    match found.sub {
        None => values.any(|value| test(found.attr, value)),
        Some(sub) => values.any(|parent| passes(sub, parent)),
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
