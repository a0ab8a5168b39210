//! What each reader promises.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::{
    bulk::{MAX_OPERATIONS, parse_bulk, steps},
    dialect::{ConnectionKind, Dialect, Notes},
    filter::{self, Effort, PathText, matches, parse_filter, parse_path},
    json::{parse_object, without_mark},
    patch::{apply, parse_patch},
    resource::{Document, ScimError, ScimType, parse_resource, parse_search},
    schema::{ResourceKind, ResourceType, registry, urn},
};

type Verdict = Result<(), TestCaseError>;

const KINDS: [ResourceKind; 2] = [ResourceKind::User, ResourceKind::Group];

fn of_kind(kind: ResourceKind) -> &'static ResourceType {
    registry().resource_type(kind)
}

/// A refusal says what is wrong, by status, keyword and sentence (RFC 7644 section 3.12). Too large
/// has no keyword.
fn is_clear(error: &ScimError) -> Verdict {
    match error.status {
        413 => prop_assert_eq!(error.scim_type, None),
        status => {
            prop_assert_eq!(status, 400, "{}", error);
            prop_assert!(error.scim_type.is_some(), "{}", error);
        }
    }
    prop_assert!(error.detail.split_whitespace().count() > 2, "{}", error);
    prop_assert!(!error.detail.contains(char::is_control), "{:?}", error);
    Ok(())
}

/// What a filter promises on every kind of connection.
pub(super) fn filter(text: &str) -> Verdict {
    match filter::parse(text) {
        Ok(expr) => prop_assert_eq!(filter::parse(&expr.to_string()), Ok(expr)),
        Err(error) => prop_assert!(text.is_char_boundary(error.offset)),
    }
    let resource = person();
    for kind in ConnectionKind::ALL {
        for rt in KINDS.map(of_kind) {
            match parse_filter(rt, text, &Dialect::of(kind), &mut Notes::new()) {
                Ok(typed) => prop_assert!(
                    matches(rt, &typed, resource.as_map(), &mut Effort::default()).is_ok()
                ),
                Err(error) => {
                    prop_assert_eq!(error.scim_type, Some(ScimType::InvalidFilter));
                    prop_assert!(error.detail.contains("at byte "), "{}", error);
                    is_clear(&error)?;
                }
            }
        }
    }
    Ok(())
}

/// What a path promises: its canonical text is the same path, and an operation with it is refused
/// by its number.
pub(super) fn path(text: &str) -> Verdict {
    match parse_path(text) {
        Ok(path) => same_path(&path)?,
        Err(error) => prop_assert!(text.is_char_boundary(error.offset)),
    }
    for op in ["add", "remove", "replace"] {
        for value in [json!("x"), json!([{ "value": "m" }])] {
            let operations = json!([{ "op": op, "path": text, "value": value }]);
            let body = json!({ "schemas": [urn::PATCH_OP], "Operations": operations });
            for error in patched(&object(body))? {
                prop_assert!(error.detail.starts_with("Operations[0]"), "{}", error);
            }
        }
    }
    Ok(())
}

fn same_path(path: &PathText) -> Verdict {
    let mut text = path.name.text.clone();
    if let Some(filter) = &path.filter {
        text = format!("{text}[{filter}]");
    }
    if let Some(sub) = &path.sub {
        text = format!("{text}.{sub}");
    }
    let parts = |path: PathText| (path.name.text, path.filter, path.sub);
    let again = parse_path(&text).map(parts);
    prop_assert_eq!(again, Ok(parts(path.clone())), "{}", text);
    Ok(())
}

/// What the body of a PATCH promises.
pub(super) fn patch(body: &[u8]) -> Verdict {
    match parse_object(body) {
        Ok(body) => patched(&body).map(drop),
        Err(error) => is_clear(&error),
    }
}

/// Applies a PATCH on every kind of connection; answers the refusals. What is applied could have
/// been sent whole, and what is refused has changed nothing.
fn patched(body: &Map<String, Value>) -> Result<Vec<ScimError>, TestCaseError> {
    let mut refusals = Vec::new();
    for kind in ConnectionKind::ALL {
        let dialect = Dialect::of(kind);
        for (resource, before) in [
            (ResourceKind::User, person()),
            (ResourceKind::Group, crew()),
        ] {
            let (rt, notes) = (of_kind(resource), &mut Notes::new());
            let mut after = before.clone();
            let done = parse_patch(rt, body.clone(), &dialect, notes).and_then(|operations| {
                apply(
                    rt,
                    "1",
                    &mut after,
                    &operations,
                    &dialect,
                    notes,
                    &mut Effort::default(),
                )
            });
            match done {
                Ok(_) => reads_back(resource, &after)?,
                Err(error) => {
                    prop_assert_eq!(after, before);
                    is_clear(&error)?;
                    refusals.push(error);
                }
            }
        }
    }
    Ok(refusals)
}

/// What a JSON body promises, wherever it is sent.
pub(super) fn body(body: &[u8]) -> Verdict {
    let object = match parse_object(body) {
        Ok(object) => object,
        Err(error) => return is_clear(&error),
    };
    let read = serde_json::from_slice(without_mark(body)).ok();
    prop_assert_eq!(read, Some(Value::Object(object.clone())));
    for kind in ConnectionKind::ALL {
        for resource in KINDS {
            let (rt, dialect) = (of_kind(resource), Dialect::of(kind));
            match parse_resource(rt, object.clone(), &dialect, &mut Notes::new()) {
                Ok(incoming) => reads_back(resource, &incoming.document)?,
                Err(error) => is_clear(&error)?,
            }
        }
    }
    if let Err(error) = parse_search(object.clone()) {
        is_clear(&error)?;
    }
    match parse_bulk(object, MAX_OPERATIONS) {
        Ok(bulk) => prop_assert!(!steps(&bulk.operations).is_empty()),
        Err(error) => is_clear(&error)?,
    }
    Ok(())
}

/// What is stored could have been sent as it is, on the strictest kind of connection.
fn reads_back(resource: ResourceKind, document: &Document) -> Verdict {
    let core = match resource {
        ResourceKind::User => urn::USER,
        ResourceKind::Group => urn::GROUP,
    };
    let mut whole = document.as_map().clone();
    whole.insert("schemas".to_owned(), json!([core]));
    let strict = Dialect::of(ConnectionKind::InteropStrict);
    let again = parse_resource(of_kind(resource), whole, &strict, &mut Notes::new());
    prop_assert_eq!(again.map(|again| again.document), Ok(document.clone()));
    Ok(())
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        other => panic!("an object, not {other}"),
    }
}

fn person() -> Document {
    Document::from_map(object(json!({
        "userName": "bjensen",
        "title": "Boss",
        "emails": [{"value": "a@example.org", "type": "work", "primary": true}],
    })))
}

fn crew() -> Document {
    Document::from_map(object(json!({ "displayName": "Tour Guides" })))
}
