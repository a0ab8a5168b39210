//! What a provider sent beyond every definition: kept aside, within bounds, never returned.

use serde_json::{Map, Value};

/// Bytes of `unmapped` that a link or group keeps (scim.md section 1.3).
pub const UNMAPPED_MAX: usize = 16 * 1024;

/// The members that fit, in the order they were sent, as stored text.
#[must_use]
pub fn bounded(members: Map<String, Value>) -> String {
    Value::Object(fitting(members)).to_string()
}

/// The members that fit, in the order they were sent. Done before a unit of work begins: a huge
/// body must not hold the database.
#[must_use]
pub fn fitting(members: Map<String, Value>) -> Map<String, Value> {
    let mut kept = Map::new();
    let mut size = 2;
    for (name, value) in members {
        let member = name.len() + value.to_string().len() + 8;
        if size + member <= UNMAPPED_MAX {
            size += member;
            kept.insert(name, value);
        }
    }
    kept
}

/// What a row keeps aside. A text that is no JSON object keeps nothing.
#[must_use]
pub fn stored(text: &str) -> Map<String, Value> {
    serde_json::from_str(text).unwrap_or_default()
}

/// Earlier members with newer ones over them, as stored text; those of a schema one by one. Of the
/// newer ones no more are looked at than could be kept, however many there are.
#[must_use]
pub fn merged(mut members: Map<String, Value>, newer: &Map<String, Value>) -> String {
    // Null means that the provider took it back (RFC 7643 section 2.5).
    members.retain(|name, _| !newer.get(name).is_some_and(Value::is_null));
    let mut room = UNMAPPED_MAX;
    for (name, value) in newer.iter().filter(|(_, value)| !value.is_null()) {
        let size = name.len() + value.to_string().len();
        if let Some(left) = room.checked_sub(size) {
            room = left;
            put(&mut members, name, value);
        } else if !name.contains(':') {
            // What it replaces is not what the provider has any more.
            members.shift_remove(name);
        }
    }
    bounded(members)
}

fn put(members: &mut Map<String, Value>, name: &str, value: &Value) {
    match (members.get_mut(name), value) {
        (_, Value::Null) => {
            members.shift_remove(name);
        }
        (Some(Value::Object(present)), Value::Object(newer)) if name.contains(':') => {
            for (name, value) in newer {
                put(present, name, value);
            }
            if present.is_empty() {
                members.shift_remove(name);
            }
        }
        (_, Value::Object(newer)) if name.contains(':') => {
            let mut kept = newer.clone();
            kept.retain(|_, value| !value.is_null());
            if !kept.is_empty() {
                members.insert(name.to_owned(), Value::Object(kept));
            }
        }
        _ => {
            members.insert(name.to_owned(), value.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_left_out_and_the_rest_kept() {
        let mut members = Map::new();
        members.insert("big".to_owned(), "x".repeat(UNMAPPED_MAX).into());
        members.insert("small".to_owned(), "y".into());
        assert_eq!(bounded(members), r#"{"small":"y"}"#);
    }

    #[test]
    fn newer_members_replace_older_ones() {
        let seen = |old: &str, newer: &str| merged(stored(old), &stored(newer));
        assert_eq!(seen(r#"{"a":1,"b":1}"#, r#"{"a":2}"#), r#"{"a":2,"b":1}"#);
        assert_eq!(seen(r#"{"a":1,"b":1}"#, r#"{"a":null}"#), r#"{"b":1}"#);
    }

    #[test]
    fn of_very_many_newer_members_those_are_kept_that_fit() {
        let members = |from: u32, to: u32, value: &Value| -> Map<String, Value> {
            let one = |number| (format!("member{number}"), value.clone());
            (from..to).map(one).collect()
        };
        let old = members(0, 500, &1.into());
        let mut newer = members(1_000, 200_000, &2.into());
        newer.extend(members(0, 500, &Value::Null));
        let kept = stored(&merged(old, &newer));
        assert!(kept.len() > 500 && kept.values().all(|value| *value == 2));
    }

    #[test]
    fn attributes_of_a_schema_are_replaced_and_taken_back_one_by_one() {
        let seen = |old: &str, newer: &str| merged(stored(old), &stored(newer));
        let old = r#"{"urn:x:y":{"a":1,"b":1}}"#;
        let newer = r#"{"urn:x:y":{"a":2,"c":3,"b":null}}"#;
        assert_eq!(seen(old, newer), r#"{"urn:x:y":{"a":2,"c":3}}"#);
        assert_eq!(seen(old, r#"{"urn:x:y":{"a":null,"b":null}}"#), "{}");
        assert_eq!(seen("{}", r#"{"urn:x:y":{"a":null}}"#), "{}");
    }
}
