//! What holds for every PATCH.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{ENTRA, document, object, replace, run, two_emails, users};
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

proptest! {
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
    fn arbitrary_paths_never_panic(path in any::<String>()) {
        let _ = run(ENTRA, &document(two_emails()), replace(&path, json!("x")));
    }
}
