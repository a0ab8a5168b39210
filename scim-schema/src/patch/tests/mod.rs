//! PATCH as RFC 7644 section 3.5.2 and the dialects have it.

mod bodies;
mod dialects;
mod effort;
mod properties;
mod rfc;

use serde_json::{Map, Value, json};

use super::{Applied, apply, parse_patch};
use crate::{
    dialect::{ConnectionKind, Dialect, Notes},
    filter::Effort,
    resource::{Document, ScimError, parse_resource},
    schema::{ResourceKind, ResourceType, registry, urn},
};

const GENERIC: ConnectionKind = ConnectionKind::Generic;
const ENTRA: ConnectionKind = ConnectionKind::Entra;

fn users() -> &'static ResourceType {
    registry().resource_type(ResourceKind::User)
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        other => panic!("an object, not {other}"),
    }
}

fn document(more: Value) -> Document {
    let mut body = object(json!({"schemas": [urn::USER], "userName": "u"}));
    body.extend(object(more));
    parse_resource(users(), body, &Dialect::of(GENERIC), &mut Notes::new())
        .expect("accepted")
        .document
}

struct Outcome {
    document: Value,
    applied: Applied,
    rules: Vec<&'static str>,
}

fn run(kind: ConnectionKind, before: &Document, operations: Value) -> Result<Outcome, ScimError> {
    let dialect = Dialect::of(kind);
    let mut notes = Notes::new();
    let mut body = object(json!({"schemas": [urn::PATCH_OP]}));
    body.insert("Operations".to_owned(), operations);
    let ops = parse_patch(users(), body, &dialect, &mut notes)?;
    let mut after = before.clone();
    let result = apply(
        users(),
        "id-1",
        &mut after,
        &ops,
        &dialect,
        &mut notes,
        &mut Effort::default(),
    );
    if result.is_err() {
        assert_eq!(after, *before, "a refused PATCH changes nothing");
    }
    Ok(Outcome {
        applied: result?,
        document: Value::Object(after.into_map()),
        rules: notes.into_vec().into_iter().map(|note| note.rule).collect(),
    })
}

/// The document after operations, without `userName`.
fn after(kind: ConnectionKind, before: Value, operations: Value) -> Value {
    let outcome = run(kind, &document(before), operations).unwrap_or_else(|e| panic!("{e}"));
    let mut map = object(outcome.document);
    map.shift_remove("userName");
    Value::Object(map)
}

fn refusal(kind: ConnectionKind, before: Value, operations: Value) -> String {
    let Err(error) = run(kind, &document(before), operations) else {
        panic!("accepted");
    };
    let keyword = error.scim_type.map_or("-", |keyword| keyword.keyword());
    // Every test here has one operation; what names a part of it names it already.
    let detail = error.detail.strip_prefix("Operations[0]: ");
    let detail = detail.unwrap_or(&error.detail);
    format!("{} {keyword}: {detail}", error.status)
}

fn operation(op: &str, path: &str, value: Value) -> Value {
    let mut operation = object(json!({"op": op, "path": path}));
    operation.insert("value".to_owned(), value);
    Value::Array(vec![Value::Object(operation)])
}

fn replace(path: &str, value: Value) -> Value {
    operation("replace", path, value)
}

fn add(path: &str, value: Value) -> Value {
    operation("add", path, value)
}

fn remove(path: &str) -> Value {
    json!([{"op": "remove", "path": path}])
}

fn two_emails() -> Value {
    json!({"emails": [
        {"value": "w@example.com", "type": "work", "primary": true},
        {"value": "h@example.com", "type": "home"},
    ]})
}
