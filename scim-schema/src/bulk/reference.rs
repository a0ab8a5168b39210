//! References between the operations of a Bulk (RFC 7644 section 3.7.2): `bulkId:` and the bulkId
//! of a POST, where the id of a resource stands.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use super::{BulkMethod, BulkTarget};

/// What a reference begins with.
const PREFIX: &str = "bulkId:";
/// Attributes whose values are ids of resources.
const REFERENCES: [&str; 2] = ["members", "manager"];

/// What becomes of a reference.
enum Fate {
    Keep,
    Replace(String),
    Remove,
}

/// Replaces the references that `ids` knows, by bulkId, in the data of an operation.
pub fn resolve(method: BulkMethod, data: &mut Map<String, Value>, ids: &HashMap<String, String>) {
    walk(method, data, &mut |bulk_id| {
        ids.get(bulk_id).cloned().map_or(Fate::Keep, Fate::Replace)
    });
}

/// Takes the references to `bulk_ids` out of the data of a POST and answers them, each once: a
/// circle is created without them and completed afterwards.
pub fn take_out(data: &mut Map<String, Value>, bulk_ids: &HashSet<&str>) -> Vec<String> {
    let mut taken = Vec::new();
    walk(BulkMethod::Post, data, &mut |bulk_id| {
        if !bulk_ids.contains(bulk_id) {
            return Fate::Keep;
        }
        push_once(&mut taken, bulk_id);
        Fate::Remove
    });
    taken
}

/// The bulkIds that an operation refers to, each once.
pub(super) fn references(
    method: BulkMethod,
    target: &BulkTarget,
    data: &mut Map<String, Value>,
) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut seen = HashSet::new();
    let mut note = |bulk_id: &str| {
        if seen.insert(bulk_id.to_owned()) {
            found.push(bulk_id.to_owned());
        }
        Fate::Keep
    };
    if let Some(bulk_id) = target.id.as_deref().and_then(bulk_id_of) {
        note(bulk_id);
    }
    walk(method, data, &mut note);
    found
}

/// The bulkId of a reference.
pub(super) fn bulk_id_of(text: &str) -> Option<&str> {
    text.strip_prefix(PREFIX)
}

fn push_once(list: &mut Vec<String>, bulk_id: &str) {
    if !list.iter().any(|known| known == bulk_id) {
        list.push(bulk_id.to_owned());
    }
}

type Decide<'d> = dyn FnMut(&str) -> Fate + 'd;

fn walk(method: BulkMethod, data: &mut Map<String, Value>, decide: &mut Decide<'_>) {
    if method != BulkMethod::Patch {
        return walk_attributes(data, decide);
    }
    let operations = data
        .iter_mut()
        .filter(|(name, _)| name.eq_ignore_ascii_case("Operations"))
        .filter_map(|(_, operations)| operations.as_array_mut())
        .flatten();
    for operation in operations {
        if let Value::Object(operation) = operation {
            walk_patch(operation, decide);
        }
    }
}

/// The references in one operation of a PATCH: in its value, and in the filter of its path.
fn walk_patch(operation: &mut Map<String, Value>, decide: &mut Decide<'_>) {
    let mut names_reference = false;
    for (name, path) in operation.iter_mut() {
        if let Value::String(path) = path
            && name.eq_ignore_ascii_case("path")
            && is_reference(path)
        {
            names_reference = true;
            walk_filter(path, decide);
        }
    }
    let value = operation
        .iter_mut()
        .find(|(name, _)| name.eq_ignore_ascii_case("value"))
        .map(|(_, value)| value);
    match value {
        Some(value) if names_reference => {
            walk_reference(value, decide);
        }
        Some(Value::Object(attributes)) => walk_attributes(attributes, decide),
        _ => {}
    }
}

/// The references in an object whose members are attributes, or extensions with attributes.
fn walk_attributes(attributes: &mut Map<String, Value>, decide: &mut Decide<'_>) {
    let mut removed = Vec::new();
    for (name, value) in attributes.iter_mut() {
        if is_reference(name) {
            if walk_reference(value, decide) {
                removed.push(name.clone());
            }
        } else if let Value::Object(nested) = value {
            walk_attributes(nested, decide);
        }
    }
    for name in removed {
        attributes.shift_remove(&name);
    }
}

/// Whether an attribute name or a path, with or without URN, sub-attribute and filter, names an
/// attribute that refers to resources.
fn is_reference(name: &str) -> bool {
    let (before_filter, _) = name.split_once('[').unwrap_or((name, ""));
    let attribute = before_filter.rsplit(':').next().unwrap_or_default();
    let (attribute, _) = attribute.split_once('.').unwrap_or((attribute, ""));
    REFERENCES
        .iter()
        .any(|known| known.eq_ignore_ascii_case(attribute))
}

/// Decides about the references in a value: an id, an object with the id in `value`, or a list of
/// these. Answers whether nothing is left of it.
fn walk_reference(value: &mut Value, decide: &mut Decide<'_>) -> bool {
    match value {
        Value::String(text) => match bulk_id_of(text).map(&mut *decide) {
            None | Some(Fate::Keep) => false,
            Some(Fate::Replace(id)) => {
                *text = id;
                false
            }
            Some(Fate::Remove) => true,
        },
        Value::Array(items) => {
            items.retain_mut(|item| !walk_reference(item, decide));
            items.is_empty()
        }
        Value::Object(members) => members
            .iter_mut()
            .find(|(name, _)| name.eq_ignore_ascii_case("value"))
            .is_some_and(|(_, value)| walk_reference(value, decide)),
        _ => false,
    }
}

/// Decides about the references in a filter such as `members[value eq "bulkId:x"]`.
fn walk_filter(path: &mut String, decide: &mut Decide<'_>) {
    let mut from = 0;
    while let Some(quote) = path[from..].find("\"bulkId:") {
        let start = from + quote + 1;
        let Some(length) = path[start..].find('"') else {
            return;
        };
        let fate = bulk_id_of(&path[start..start + length]).map(&mut *decide);
        from = start + length;
        if let Some(Fate::Replace(id)) = fate {
            path.replace_range(start..start + length, &id);
            from = start + id.len();
        }
        // The closing quote must not be taken for an opening one.
        from += 1;
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::schema::{ResourceKind, urn};

    fn map(value: &Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap()
    }

    fn resolved(method: BulkMethod, data: &Value) -> Value {
        let ids = HashMap::from([
            ("u".to_owned(), "id-u".to_owned()),
            ("v".to_owned(), "id-v".to_owned()),
        ]);
        let mut data = map(data);
        resolve(method, &mut data, &ids);
        data.into()
    }

    #[test]
    fn ids_take_the_place_of_references_in_resources() {
        let data = json!({
            "displayName": "bulkId:u",
            "members": [{"type": "User", "VALUE": "bulkId:u"}, {"value": "bulkId:unknown"}],
            urn::ENTERPRISE_USER: {"Manager": {"value": "bulkId:v"}, "division": "bulkId:v"},
        });
        assert_eq!(
            resolved(BulkMethod::Post, &data),
            json!({
                "displayName": "bulkId:u",
                "members": [{"type": "User", "VALUE": "id-u"}, {"value": "bulkId:unknown"}],
                urn::ENTERPRISE_USER: {"Manager": {"value": "id-v"}, "division": "bulkId:v"},
            })
        );
    }

    #[test]
    fn ids_take_the_place_of_references_in_patches() {
        let manager = format!("{}:manager", urn::ENTERPRISE_USER);
        let data = json!({"Operations": [
            {"op": "add", "path": "members", "value": [{"value": "bulkId:u"}]},
            {"op": "remove", "path": "members[value eq \"bulkId:u\" or value eq \"bulkId:v\"]"},
            {"op": "replace", "path": manager, "value": "bulkId:v"},
            {"op": "replace", "value": {"members": [{"value": "bulkId:v"}], "title": "bulkId:v"}},
            {"op": "add", "path": "title", "value": "bulkId:u"},
        ]});
        assert_eq!(
            resolved(BulkMethod::Patch, &data),
            json!({"Operations": [
                {"op": "add", "path": "members", "value": [{"value": "id-u"}]},
                {"op": "remove", "path": "members[value eq \"id-u\" or value eq \"id-v\"]"},
                {"op": "replace", "path": manager, "value": "id-v"},
                {"op": "replace", "value": {"members": [{"value": "id-v"}], "title": "bulkId:v"}},
                {"op": "add", "path": "title", "value": "bulkId:u"},
            ]})
        );
    }

    #[test]
    fn references_are_found_once_and_in_order() {
        let target = BulkTarget {
            kind: ResourceKind::Group,
            id: Some("bulkId:g".to_owned()),
        };
        let mut data = map(&json!({"members": [
            {"value": "bulkId:b"}, {"value": "bulkId:a"}, {"value": "bulkId:b"}, {"value": "x"},
        ]}));
        let found = references(BulkMethod::Put, &target, &mut data);
        assert_eq!(found, ["g", "b", "a"]);
    }

    #[test]
    fn what_is_taken_out_leaves_the_rest() {
        let mut data = map(&json!({
            "members": [{"value": "bulkId:a"}, {"value": "bulkId:b"}, {"value": "c"}],
            urn::ENTERPRISE_USER: {"manager": {"value": "bulkId:a"}, "division": "x"},
        }));
        let taken = take_out(&mut data, &HashSet::from(["a"]));
        assert_eq!(taken, ["a"]);
        assert_eq!(
            Value::from(data),
            json!({
                "members": [{"value": "bulkId:b"}, {"value": "c"}],
                urn::ENTERPRISE_USER: {"division": "x"},
            })
        );
    }

    #[test]
    fn an_unfinished_filter_is_left_alone() {
        let data = json!({"Operations": [{"op": "remove", "path": "members[value eq \"bulkId:u"}]});
        assert_eq!(resolved(BulkMethod::Patch, &data), data);
    }
}
