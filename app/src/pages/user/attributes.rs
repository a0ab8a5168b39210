//! A SCIM document as a readable table: one row a value, complex values by dotted names, elements of
//! multi-valued attributes told apart by their type.

use serde_json::{Map, Value};

use crate::text::user as words;

/// URN of the core User schema (RFC 7643 section 4.1).
const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
/// URN of the Enterprise User extension (RFC 7643 section 4.3).
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
/// Attributes that the page shows elsewhere or that say nothing about the person.
const APART: [&str; 4] = ["schemas", "meta", "id", "externalId"];

/// The attributes of one schema.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Section {
    /// Name of the schema; its URN when we know no name.
    pub title: String,
    /// The schema's URN.
    pub urn: String,
    /// The values.
    pub rows: Vec<Row>,
}

/// One value.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// Dotted name, with the type of an element in parentheses.
    pub name: String,
    /// The value, as text.
    pub value: String,
}

/// The document by schema, the core schema first.
pub(super) fn sections(document: &Map<String, Value>) -> Vec<Section> {
    let mut core = Vec::new();
    let mut extensions = Vec::new();
    for (key, value) in document {
        if APART.contains(&key.as_str()) {
            continue;
        }
        match value {
            Value::Object(attributes) if key.starts_with("urn:") => {
                let mut rows = Vec::new();
                for (name, value) in attributes {
                    push(&mut rows, name, value);
                }
                extensions.push(Section {
                    title: title(key),
                    urn: key.clone(),
                    rows,
                });
            }
            _ => push(&mut core, key, value),
        }
    }
    let core = Section {
        title: words::CORE_USER.to_owned(),
        urn: CORE.to_owned(),
        rows: core,
    };
    let mut all = vec![core];
    all.append(&mut extensions);
    all.retain(|section| !section.rows.is_empty());
    all
}

fn title(urn: &str) -> String {
    if urn == ENTERPRISE {
        words::ENTERPRISE_USER.to_owned()
    } else {
        urn.to_owned()
    }
}

fn push(rows: &mut Vec<Row>, name: &str, value: &Value) {
    match value {
        Value::Null => {}
        Value::Object(attributes) => {
            for (inner, value) in attributes {
                push(rows, &format!("{name}.{inner}"), value);
            }
        }
        Value::Array(elements) => {
            for element in elements {
                push_element(rows, name, element);
            }
        }
        _ => rows.push(Row {
            name: name.to_owned(),
            value: text(value),
        }),
    }
}

/// An element with a `value` is one row (RFC 7643 section 2.4); any other is a row per attribute.
fn push_element(rows: &mut Vec<Row>, name: &str, element: &Value) {
    let Value::Object(attributes) = element else {
        push(rows, name, element);
        return;
    };
    let name = qualified(name, attributes);
    if let Some(value) = attributes.get("value").filter(|value| !value.is_object()) {
        let display = attributes.get("display").and_then(Value::as_str);
        let value = text(value);
        rows.push(Row {
            name,
            value: match display.filter(|display| *display != value) {
                Some(display) => format!("{display} ({value})"),
                None => value,
            },
        });
        return;
    }
    for (inner, value) in attributes {
        if !matches!(inner.as_str(), "type" | "primary") {
            push(rows, &format!("{name}.{inner}"), value);
        }
    }
}

fn qualified(name: &str, element: &Map<String, Value>) -> String {
    let kind = element.get("type").and_then(Value::as_str);
    let primary = element
        .get("primary")
        .and_then(Value::as_bool)
        .filter(|primary| *primary)
        .map(|_| words::PRIMARY);
    let qualifiers: Vec<&str> = kind.into_iter().chain(primary).collect();
    if qualifiers.is_empty() {
        name.to_owned()
    } else {
        format!("{name} ({})", qualifiers.join(", "))
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(true) => words::YES.to_owned(),
        Value::Bool(false) => words::NO.to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rows(document: &Value) -> Vec<(String, String)> {
        let document = document.as_object().expect("an object");
        sections(document)
            .into_iter()
            .flat_map(|section| section.rows)
            .map(|row| (row.name, row.value))
            .collect()
    }

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn complex_and_multi_valued_attributes_become_readable_rows() {
        let document = json!({
            "schemas": [CORE], "id": "1", "meta": {"resourceType": "User"},
            "active": false,
            "name": {"givenName": "Anna", "familyName": "Kowalczyk"},
            "emails": [{"value": "a@example.org", "type": "work", "primary": true}],
            "addresses": [{"type": "home", "locality": "Marlow"}],
            "roles": ["a", "b"],
        });
        assert_eq!(
            rows(&document),
            [
                pair("active", "No"),
                pair("name.givenName", "Anna"),
                pair("name.familyName", "Kowalczyk"),
                pair("emails (work, primary)", "a@example.org"),
                pair("addresses (home).locality", "Marlow"),
                pair("roles", "a"),
                pair("roles", "b"),
            ]
        );
    }

    #[test]
    fn extensions_have_sections_of_their_own_after_the_core() {
        let document = json!({
            ENTERPRISE: {"department": "Science", "manager": {"displayName": "Tom"}},
            "urn:example:x": {"a": 1},
            "title": "Teacher",
        });
        let sections = sections(document.as_object().expect("an object"));
        let titles: Vec<_> = sections.iter().map(|section| &*section.title).collect();
        assert_eq!(titles, ["User", "Enterprise User", "urn:example:x"]);
        assert_eq!(sections[1].rows[1].name, "manager.displayName");
    }

    #[test]
    fn a_display_name_stands_before_the_value_it_names() {
        let document = json!({"groups": [{"value": "7", "display": "Teachers"}]});
        assert_eq!(rows(&document), [pair("groups", "Teachers (7)")]);
        assert!(rows(&json!({"nickName": null})).is_empty());
    }
}
