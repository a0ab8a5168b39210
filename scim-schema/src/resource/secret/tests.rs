//! No secret is kept or repeated, wherever it stands.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::{
    dialect::{ConnectionKind, Dialect},
    filter::{Effort, parse_filter},
    patch::{apply, parse_patch},
    resource::{Document, ScimError, parse_resource},
    schema::{ResourceKind, ResourceType, registry, urn},
};

const SECRET: &str = "S3cr3t-Tiger";
const KINDS: [ConnectionKind; 4] = [
    ConnectionKind::Generic,
    ConnectionKind::Okta,
    ConnectionKind::Entra,
    ConnectionKind::OneLogin,
];

fn users() -> &'static ResourceType {
    registry().resource_type(ResourceKind::User)
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        other => panic!("an object, not {other}"),
    }
}

/// What is stored and said of a POST: document, what is kept aside, notes.
fn posted(kind: ConnectionKind, more: &Value) -> Result<[String; 3], ScimError> {
    let mut body = object(json!({"schemas": [urn::USER], "userName": "u"}));
    body.extend(object(more.clone()));
    let mut notes = Notes::new();
    let read = parse_resource(users(), body, &Dialect::of(kind), &mut notes)?;
    Ok([
        read.document.to_json_text(),
        Value::Object(read.unmapped).to_string(),
        format!("{notes:?}"),
    ])
}

fn patched(kind: ConnectionKind, operation: &Value) -> Result<[String; 3], ScimError> {
    let body = json!({"schemas": [urn::PATCH_OP], "Operations": [operation]});
    let dialect = Dialect::of(kind);
    let mut notes = Notes::new();
    let ops = parse_patch(users(), object(body), &dialect, &mut notes)?;
    let mut document = Document::from_map(object(json!({"userName": "u"})));
    let done = apply(
        users(),
        "1",
        &mut document,
        &ops,
        &dialect,
        &mut notes,
        &mut Effort::default(),
    )?;
    Ok([
        document.to_json_text(),
        Value::Object(done.unmapped).to_string(),
        format!("{notes:?}"),
    ])
}

#[test]
fn names_are_known_in_any_case_and_place_and_others_are_not() {
    for secret in [
        "password",
        "PassWord",
        "urn:ietf:params:scim:schemas:core:2.0:User:password",
        "credentials.clientSecret",
        "x[type eq \"a\"].newPassword",
        "user_password",
    ] {
        assert!(names_secret(secret), "{secret}");
    }
    for other in ["passwordLastSet", "secretary", "compass", "userName", ""] {
        assert!(!names_secret(other), "{other}");
    }
}

#[test]
fn a_password_under_its_full_name_is_dropped_and_noted() {
    let name = format!("{}:password", urn::USER);
    let [document, unmapped, notes] =
        posted(ConnectionKind::Generic, &json!({ name.as_str(): SECRET })).unwrap();
    assert_eq!(document, r#"{"userName":"u"}"#);
    assert_eq!(unmapped, "{}");
    assert!(notes.contains("secret_dropped") && notes.contains(&name));
}

#[test]
fn what_stands_beside_a_secret_is_kept_and_null_still_takes_back() {
    let mut members = object(json!({
        "x": {"password": SECRET, "colour": "green"},
        "passphrase": null,
        "list": [{"name": "Secret", "value": SECRET}, {"name": "size", "value": "L"}],
    }));
    drop_secrets(&mut members, &mut Notes::new());
    assert_eq!(
        Value::Object(members),
        json!({
            "x": {"colour": "green"},
            "passphrase": null,
            "list": [{"name": "Secret"}, {"name": "size", "value": "L"}],
        })
    );
}

fn any_name() -> impl Strategy<Value = String> {
    let name = proptest::sample::select(NAMES.to_vec());
    let prefix = proptest::sample::select(vec![
        String::new(),
        format!("{}:", urn::USER),
        format!("{}:", urn::ENTERPRISE_USER),
        "urn:example:custom:2.0:User:".to_owned(),
        "custom.".to_owned(),
    ]);
    (prefix, name, any::<bool>()).prop_map(|(prefix, name, upper)| {
        let name = if upper {
            name.to_uppercase()
        } else {
            name.to_owned()
        };
        format!("{prefix}{name}")
    })
}

/// Something with a secret in it, in a place of its own.
fn any_carrier() -> impl Strategy<Value = Value> {
    let place = proptest::sample::select(vec![
        "",
        "x",
        "name",
        "title.x",
        "urn:example:custom:2.0:User",
        urn::ENTERPRISE_USER,
    ]);
    let wrapped = any_name().prop_flat_map(|name| {
        let plain = json!({ name.as_str(): SECRET });
        let deep = json!({ "a": [{ name.as_str(): { "value": [SECRET] } }] });
        let pair = json!({ "b": { "name": name, "value": SECRET } });
        proptest::sample::select(vec![plain, deep, pair])
    });
    (place, wrapped).prop_map(|(place, inner)| match place {
        "" => inner,
        place => json!({ place: inner }),
    })
}

/// A filter or path that compares a secret, well formed or not.
fn any_comparison() -> impl Strategy<Value = String> {
    let shape = proptest::sample::select(vec![
        r#"{name} eq "{value}""#,
        "{name} EQ {value}",
        r#"{name}.value sw "{value}""#,
        r#"emails[{name} eq "{value}"].value"#,
        r#"emails[{name} eq "{value}"#,
        r#"emails[value eq "a" and ({name} co "{value}")]"#,
        r#"title pr and {name} ne '{value}'"#,
        r#"{name} eq "a" {value}"#,
        r#"x[{name} pr] "{value}""#,
        "{name}={value}",
        "{name}[{value}]",
    ]);
    (shape, any_name())
        .prop_map(|(shape, name)| shape.replace("{name}", &name).replace("{value}", SECRET))
}

/// What the answer to a request says and what of it is kept.
fn said<const N: usize>(outcome: Result<[String; N], ScimError>) -> Vec<String> {
    match outcome {
        Ok(kept) => kept.into(),
        Err(error) => vec![error.detail],
    }
}

proptest! {
    #![proptest_config(crate::random::seeded())]

    #[test]
    fn no_secret_is_stored_or_logged(
        carrier in any_carrier(),
        name in any_name(),
        kind in proptest::sample::select(KINDS.to_vec()),
    ) {
        let operations = [
            json!({"op": "add", "value": carrier}),
            json!({"op": "replace", "path": name, "value": SECRET}),
            json!({"op": "add", "path": urn::ENTERPRISE_USER, "value": carrier}),
            json!({"op": "add", "path": "name", "value": carrier}),
            json!({"op": "add", "path": "emails", "value": [carrier]}),
        ];
        let mut kept = said(posted(kind, &carrier));
        for operation in &operations {
            kept.extend(said(patched(kind, operation)));
        }
        let mut logged = json!({"data": carrier, "Operations": operations});
        mask_secrets(&mut logged, "(removed)");
        kept.push(logged.to_string());
        for text in kept {
            prop_assert!(!text.contains(SECRET), "{}", text);
        }
    }

    #[test]
    fn no_secret_of_a_filter_or_path_is_repeated_or_logged(
        comparison in any_comparison(),
        kind in proptest::sample::select(ConnectionKind::ALL.to_vec()),
        value in proptest::sample::select(vec![json!("x"), json!(null), json!({"value": "x"})]),
    ) {
        let operations = ["add", "remove", "replace"].map(|op| {
            json!({"op": op, "path": comparison, "value": value})
        });
        let keyed = json!({ comparison.as_str(): value });
        let mut kept = said(posted(kind, &keyed));
        for operation in &operations {
            kept.extend(said(patched(kind, operation)));
        }
        kept.extend(said(patched(kind, &json!({"op": "add", "value": keyed}))));
        let filter = parse_filter(users(), &comparison, &Dialect::of(kind), &mut Notes::new());
        kept.extend(filter.err().map(|error| error.detail));
        let mut logged = json!({
            "filter": comparison, "path": [comparison], "Operations": operations, "x": keyed,
        });
        mask_secrets(&mut logged, "(removed)");
        kept.push(logged.to_string());
        for text in kept {
            prop_assert!(!text.contains(SECRET), "{}", text);
        }
    }

    #[test]
    fn no_secret_that_any_text_gives_a_value_is_logged(
        shape in proptest::sample::select(vec![
            r#"{name} eq "{value}""#, r#"{"{name}":"{value}"}"#, "?a=1&{name}={value}",
            "{name}: {value}", r#"[{\"{name}\":\"{value}\"}]"#, "find {name} Sw {value}",
        ]),
        name in any_name(),
    ) {
        let mut logged = json!({
            "userName": shape.replace("{name}", &name).replace("{value}", SECRET),
        });
        mask_secrets(&mut logged, "(removed)");
        prop_assert!(!logged.to_string().contains(SECRET), "{}", logged);
    }
}
