//! What holds for every PATCH.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{ENTRA, GENERIC, document, object, replace, run, two_emails, users};
use crate::{
    dialect::{ConnectionKind, Dialect, Notes},
    resource::parse_resource,
    schema::urn,
};

fn any_operation() -> impl Strategy<Value = Value> {
    let op = proptest::sample::select(vec!["add", "remove", "replace"]);
    let path = proptest::sample::select(vec![
        "userName",
        "name",
        "name.givenName",
        "active",
        "emails",
        "emails.type",
        "emails[type eq \"work\"]",
        "emails[type eq \"work\"].primary",
        "emails[not (value pr)].value",
        "roles[primary eq true].value",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
        "schemas",
        "",
    ]);
    let value = proptest::sample::select(vec![
        json!(null),
        json!("x"),
        json!("True"),
        json!(true),
        json!([]),
        json!({}),
        json!({"value": "a", "type": "work", "primary": true}),
        json!([{"value": "a", "type": "home"}, {"value": "b", "primary": true}]),
        json!({"givenName": "G", "department": "D", "manager": "m", "emails": [{"value": "c"}]}),
        json!({"name.givenName": "H", "userName": null, "nope": 1}),
        json!([urn::USER]),
    ]);
    (op, path, value).prop_map(|(op, path, value)| {
        if path.is_empty() {
            return json!({"op": op, "value": value});
        }
        json!({"op": op, "path": path, "value": value})
    })
}

/// An operation that RFC 7644 section 3.5.2 promises to do nothing the second time: the value is
/// there already, or gone. (A path whose filter tests what the operation changes finds something
/// else the second time.)
fn settling_operation() -> impl Strategy<Value = Value> {
    any_operation().prop_filter("a filter finds the same again", |operation| {
        let path = operation["path"].as_str().unwrap_or_default();
        operation["op"] == "remove" || path != "emails[type eq \"work\"]"
    })
}

proptest! {
    #![proptest_config(crate::random::seeded())]

    #[test]
    fn whatever_is_applied_could_have_been_sent_whole(
        operations in proptest::collection::vec(any_operation(), 1..5),
        kind in proptest::sample::select(ConnectionKind::ALL.to_vec()),
    ) {
        if let Ok(outcome) = run(kind, &document(two_emails()), Value::Array(operations)) {
            let mut body = object(json!({"schemas": [urn::USER]}));
            body.extend(object(outcome.document.clone()));
            let dialect = Dialect::of(ConnectionKind::InteropStrict);
            let whole = parse_resource(users(), body, &dialect, &mut Notes::new());
            let whole = whole.map(|incoming| incoming.document.to_json_text());
            prop_assert_eq!(whole, Ok(outcome.document.to_string()));
        }
    }

    #[test]
    fn rfc7644_352_the_second_of_two_equal_operations_does_nothing(
        operation in settling_operation(),
        kind in proptest::sample::select(ConnectionKind::ALL.to_vec()),
    ) {
        let operations = json!([operation]);
        if let Ok(once) = run(kind, &document(two_emails()), operations.clone()) {
            let before = document(once.document.clone());
            let twice = run(kind, &before, operations).map(|twice| twice.document);
            prop_assert_eq!(twice, Ok(once.document));
        }
    }

    #[test]
    fn arbitrary_paths_are_refused_by_name(path in any::<String>()) {
        for kind in [GENERIC, ENTRA] {
            if let Err(error) = run(kind, &document(two_emails()), replace(&path, json!("x"))) {
                prop_assert!(error.detail.starts_with("Operations[0]"), "{}", error);
                prop_assert!(path.is_empty() || error.detail.contains(&path), "{}", error);
            }
        }
    }
}
