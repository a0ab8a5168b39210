//! How much a PATCH may have compared.

use serde_json::{Value, json};

use super::{ENTRA, GENERIC, add, document, replace, run};
use crate::{
    dialect::ConnectionKind,
    resource::{Document, ScimError, ScimType},
    schema::urn,
};

/// As many roles as a user may have, of this many characters.
fn roles(count: usize, character: &str, characters: usize) -> Value {
    let role = |number: usize| {
        let value = format!("{}{number:04}", character.repeat(characters - 4));
        json!({"value": value, "type": format!("t{number}")})
    };
    (0..count).map(role).collect()
}

fn with_roles(character: &str, characters: usize) -> Document {
    document(json!({"roles": roles(500, character, characters)}))
}

/// The last role of a document.
fn one(document: &Document) -> Value {
    document.as_map()["roles"][499].clone()
}

fn terms(count: usize) -> String {
    let terms: Vec<_> = (0..count).map(|n| format!("value co \"ü{n}\"")).collect();
    terms.join(" or ")
}

/// The same operation many times.
fn times(count: usize, operations: Value) -> Value {
    match operations {
        Value::Array(mut operations) => Value::Array(vec![operations.remove(0); count]),
        other => panic!("operations, not {other}"),
    }
}

fn removing(path: &str) -> Value {
    json!([{"op": "remove", "path": path}])
}

/// `run` holds that nothing is changed by what it refuses.
fn refused(kind: ConnectionKind, before: &Document, operations: Value) -> ScimError {
    match run(kind, before, operations) {
        Ok(_) => panic!("accepted"),
        Err(error) => error,
    }
}

/// One operation that sets eleven attributes.
fn many_attributes() -> Value {
    json!([{"op": "replace", "value": {
        "displayName": "a", "nickName": "a", "profileUrl": "https://example.com", "title": "a",
        "userType": "a", "preferredLanguage": "en", "locale": "en", "timezone": "Europe/London",
        urn::ENTERPRISE_USER: {"department": "a", "division": "a", "costCenter": "a"},
    }}])
}

#[test]
fn operations_that_compare_too_much_are_refused_and_change_nothing() {
    let wide = with_roles("é", 500);
    let listed = roles(500, "É", 500);
    for (kind, operations) in [
        (GENERIC, removing(&format!("roles[{}]", terms(250)))),
        (GENERIC, times(1000, removing("roles[value co \"ü\"]"))),
        (GENERIC, times(1000, add("roles", one(&wide)))),
        (GENERIC, times(10, add("roles", roles(500, "É", 500)))),
        (
            GENERIC,
            times(1000, replace("roles[type pr].display", json!("x"))),
        ),
        (GENERIC, times(1000, replace("roles.display", json!("x")))),
        (
            ENTRA,
            times(
                20,
                json!([{"op": "remove", "path": "roles", "value": listed}]),
            ),
        ),
    ] {
        let error = refused(kind, &wide, operations);
        let said = error.to_json();
        assert_eq!((error.status, &said["scimType"]), (400, &json!("tooMany")));
        assert!(error.detail.starts_with("Operations["), "{error}");
        assert!(error.detail.contains("use fewer terms"), "{error}");
    }
}

#[test]
fn what_providers_send_is_far_from_too_much() {
    let wide = with_roles("é", 60);
    let few = document(json!({"emails": [
        {"value": "work@example.com", "type": "work"}, {"value": "home@example.com", "type": "home"},
    ]}));
    let accented = json!([{"value": "ÄRZTIN", "type": "work"}]);
    for (before, operations) in [
        (&wide, times(20, removing("roles[value co \"ü\"]"))),
        (&wide, times(100, add("roles", one(&wide)))),
        (
            &wide,
            times(20, replace("roles[type pr].display", json!("x"))),
        ),
        (&wide, removing(&format!("roles[{}]", terms(250)))),
        (&few, add("roles", roles(500, "é", 100))),
        (&few, add("roles", roles(500, "e", 100))),
        (
            &few,
            times(
                1000,
                replace("emails[type eq \"work\"].value", json!("x@example.com")),
            ),
        ),
        (&few, times(1000, add("roles", accented))),
        (&few, times(1000, many_attributes())),
    ] {
        let outcome = run(GENERIC, before, operations);
        assert_eq!(outcome.err(), None);
    }
}

#[test]
fn a_value_is_read_once_however_many_values_it_changes() {
    let wide = with_roles("r", 8);
    let junk = vec![0; 20_000];
    for (path, value) in [
        ("roles[type pr]", json!({"display": "d", "junk": junk})),
        (
            "roles[type pr]",
            json!({"junk": junk, "display": "d", "primary": null}),
        ),
    ] {
        for op in ["add", "replace"] {
            let operations = json!([{"op": op, "path": path, "value": value}]);
            let outcome = run(ENTRA, &wide, operations).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(outcome.document["roles"][499]["display"], "d");
            let unmapped = outcome.applied.unmapped["roles"].as_array();
            assert_eq!(unmapped.map(Vec::len), Some(1), "{op}");
        }
    }
}

#[test]
fn members_that_no_definition_knows_count_as_well() {
    let unknown = |count: usize| {
        let members = (0..count).map(|number| (format!("member{number}"), json!(1)));
        json!([{"op": "add", "value": members.collect::<serde_json::Map<_, _>>()}])
    };
    let before = with_roles("r", 8);
    assert_eq!(run(GENERIC, &before, unknown(20_000)).err(), None);
    let refused = run(GENERIC, &before, unknown(200_000)).err();
    assert_eq!(
        refused.and_then(|error| error.scim_type),
        Some(ScimType::TooMany)
    );
}
