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

/// Earlier members with newer ones over them.
#[must_use]
pub fn merged(stored: &str, newer: &Map<String, Value>) -> String {
    if newer.is_empty() {
        return stored.to_owned();
    }
    let mut members: Map<String, Value> = serde_json::from_str(stored).unwrap_or_default();
    for (name, value) in newer {
        // Null means that the provider took it back (RFC 7643 section 2.5).
        if value.is_null() {
            members.shift_remove(name);
        } else {
            members.insert(name.clone(), value.clone());
        }
    }
    bounded(members)
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
        let newer = serde_json::from_str(r#"{"a":2}"#).expect("json");
        assert_eq!(merged(r#"{"a":1,"b":1}"#, &newer), r#"{"a":2,"b":1}"#);
    }
}
