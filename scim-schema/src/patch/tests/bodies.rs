//! Whatever the body of a PATCH holds.

use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::{Map, Value, json};

use super::{object, users};
use crate::{
    dialect::{ConnectionKind, Dialect, Notes},
    filter::Effort,
    patch::{apply, parse_patch, split_membership},
    random::{any_object, any_value, seeded},
    resource::{Document, ScimError, ScimType, parse_resource},
    schema::{ResourceKind, ResourceType, registry, urn},
};

/// Pieces of paths, in any order.
const PIECES: [&str; 24] = [
    "userName",
    "emails",
    "members",
    "name",
    "roles",
    "type",
    ".value",
    ".",
    "[",
    "]",
    "(",
    ")",
    "eq",
    "not",
    "and",
    "or",
    "pr",
    " ",
    "\"x\"",
    "\"",
    "true",
    ":",
    "é",
    urn::ENTERPRISE_USER,
];

fn path() -> impl Strategy<Value = Value> {
    prop_oneof![
        4 => vec(select(PIECES.to_vec()), 1..8).prop_map(|pieces| Value::from(pieces.concat())),
        2 => vec(select(PIECES.to_vec()), 1..8).prop_map(|pieces| Value::from(pieces.join(" "))),
        2 => select(vec![
            "emails[type eq \"work\"].value", "members[value eq \"x\"]", "name.givenName", "manager",
            "roles[primary eq \"True\"].value", "members", "emails", "schemas", "id", "meta",
            urn::USER, urn::ENTERPRISE_USER,
        ]).prop_map(Value::from),
        1 => any::<String>().prop_map(Value::from),
        1 => any_value(),
    ]
}

/// An operation that may be none.
fn operation() -> impl Strategy<Value = Value> {
    let op = select(vec![
        "add", "Remove", "REPLACE", "replace", "remove", "move", "",
    ]);
    let parts = (
        op,
        proptest::option::of(path()),
        proptest::option::of(any_value()),
    );
    prop_oneof![
        12 => parts.prop_map(|(op, path, value)| {
            let mut operation = object(json!({ "op": op }));
            operation.extend(path.map(|path| ("path".to_owned(), path)));
            operation.extend(value.map(|value| ("value".to_owned(), value)));
            Value::Object(operation)
        }),
        1 => any_object().prop_map(Value::Object),
        1 => any_value(),
    ]
}

fn stored(rt: &ResourceType) -> Document {
    let body = json!({
        "schemas": [rt.schema.urn], "userName": "u", "displayName": "D",
        "name": {"givenName": "G"}, "active": true,
        "emails": [{"value": "w@x", "type": "work", "primary": true}, {"value": "h@x"}],
    });
    let dialect = Dialect::of(ConnectionKind::Generic);
    let incoming = parse_resource(rt, object(body), &dialect, &mut Notes::new());
    incoming.expect("accepted").document
}

/// Reads and applies a body as the server does.
fn patch(
    rt: &ResourceType,
    kind: ConnectionKind,
    body: Map<String, Value>,
) -> Result<(), ScimError> {
    let dialect = Dialect::of(kind);
    let mut notes = Notes::new();
    let mut ops = parse_patch(rt, body, &dialect, &mut notes)?;
    if !std::ptr::eq(rt, users()) {
        (ops, _) = split_membership(ops, &dialect, &mut notes)?;
    }
    let before = stored(rt);
    let mut after = before.clone();
    let applied = apply(
        rt,
        "id-1",
        &mut after,
        &ops,
        &dialect,
        &mut notes,
        &mut Effort::default(),
    );
    if applied.is_err() {
        assert_eq!(after, before, "a refused PATCH changes nothing");
    }
    applied.map(|_| ())
}

proptest! {
    #![proptest_config(seeded())]

    #[test]
    fn operations_are_applied_or_refused_with_the_one_that_is_wrong(
        operations in vec(operation(), 0..4),
        kind in select(ConnectionKind::ALL.to_vec()),
        resource in select(vec![ResourceKind::User, ResourceKind::Group]),
    ) {
        let body = json!({ "schemas": [urn::PATCH_OP], "Operations": operations });
        let rt = registry().resource_type(resource);
        if let Err(error) = patch(rt, kind, object(body)) {
            prop_assert!(error.status == 400, "{}", error);
            prop_assert!(error.detail.starts_with("Operations"), "{}", error);
        }
    }

    #[test]
    fn a_body_that_is_no_patch_is_refused_with_what_it_lacks(
        body in any_object(),
        kind in select(ConnectionKind::ALL.to_vec()),
    ) {
        let error = patch(users(), kind, body).unwrap_err();
        prop_assert_eq!(error.scim_type, Some(ScimType::InvalidSyntax));
        prop_assert!(error.detail.starts_with("schemas") || error.detail.starts_with("Operations"));
    }
}
