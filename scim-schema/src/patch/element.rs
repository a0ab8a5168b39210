//! When two values of a multi-valued attribute are the same.

use serde_json::{Map, Value};

use crate::{attr::AttrDef, text};

/// Whether an element already says all that another says.
pub(super) fn covers(def: &AttrDef, item: &Value, wanted: &Value) -> bool {
    let (Value::Object(item), Value::Object(wanted)) = (item, wanted) else {
        return same(def, item, wanted);
    };
    wanted.iter().all(|(name, value)| {
        let present = item.get(name);
        match (def.sub(name), present) {
            (Some(sub), Some(present)) => same(sub, present, value),
            // `primary` is false when it is absent (RFC 7643 section 2.4).
            (Some(_), None) => name == "primary" && *value == Value::Bool(false),
            (None, _) => false,
        }
    })
}

/// Whether two elements are the same value: same `value` and same `type` (RFC 7643 section 2.4).
pub(super) fn is_same_value(def: &AttrDef, item: &Value, new: &Value) -> bool {
    if new.get("value").is_none() {
        return false;
    }
    ["value", "type"].into_iter().all(
        |name| match (def.sub(name), item.get(name), new.get(name)) {
            (_, None, None) => true,
            (Some(sub), Some(present), Some(new)) => same(sub, present, new),
            _ => false,
        },
    )
}

fn same(def: &AttrDef, left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::String(left), Value::String(right)) => text::equal(def.case_exact, left, right),
        _ => left == right,
    }
}

/// Puts sub-attributes into schema order.
pub(super) fn sort_subs(members: &mut Map<String, Value>, def: &AttrDef) {
    let mut taken: Vec<_> = std::mem::take(members).into_iter().collect();
    taken.sort_by_key(|(name, _)| def.sub_attributes.iter().position(|sub| sub.name == *name));
    members.extend(taken);
}
