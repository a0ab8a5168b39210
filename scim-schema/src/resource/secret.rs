//! Secrets where none is expected: providers map passwords to attributes of any name, and these are
//! kept aside and logged like everything that no definition knows.

use serde_json::{Map, Value};

use crate::dialect::Notes;

/// Names whose values are secrets, in any case.
const NAMES: [&str; 9] = [
    "password",
    "passwd",
    "userPassword",
    "newPassword",
    "currentPassword",
    "oldPassword",
    "passphrase",
    "secret",
    "clientSecret",
];

/// Characters of a name that a note repeats.
const SHOWN: usize = 128;

/// Whether a name, or a segment of a path or URN, is one that secrets have: `password`,
/// `urn:ietf:params:scim:schemas:core:2.0:User:password`, `credentials.clientSecret`.
#[must_use]
pub fn names_secret(path: &str) -> bool {
    path.split(|c: char| !c.is_alphanumeric())
        .any(|segment| NAMES.iter().any(|name| segment.eq_ignore_ascii_case(name)))
}

/// Writes `mark` over every secret: members with a name of [`names_secret`] at any depth, and the
/// value of an object, such as a PATCH operation, whose path or name is one.
pub fn mask_secrets(json: &mut Value, mark: &str) {
    match json {
        Value::Array(items) => items.iter_mut().for_each(|item| mask_secrets(item, mark)),
        Value::Object(members) => {
            let sets_secret = sets_secret(members);
            for (name, value) in members.iter_mut() {
                if is_secret(name, sets_secret) {
                    *value = Value::String(mark.to_owned());
                } else {
                    mask_secrets(value, mark);
                }
            }
        }
        _ => {}
    }
}

/// Leaves the secrets out of what is kept aside, and notes their names. Null stays: it takes back
/// what was kept before.
pub(crate) fn drop_secrets(members: &mut Map<String, Value>, notes: &mut Notes) {
    let sets_secret = sets_secret(members);
    members.retain(|name, value| {
        if value.is_null() || !is_secret(name, sets_secret) {
            return true;
        }
        let shown: String = name.chars().take(SHOWN).collect();
        notes.add(
            "secret_dropped",
            format!("Dropped the value of {shown}, which names a secret"),
        );
        false
    });
    for value in members.values_mut() {
        drop_within(value, notes);
    }
}

fn drop_within(value: &mut Value, notes: &mut Notes) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| drop_within(item, notes)),
        Value::Object(members) => drop_secrets(members, notes),
        _ => {}
    }
}

fn is_secret(name: &str, sets_secret: bool) -> bool {
    names_secret(name) || (sets_secret && name.eq_ignore_ascii_case("value"))
}

/// Whether the object says of its `value` that it is a secret.
fn sets_secret(members: &Map<String, Value>) -> bool {
    members.iter().any(|(name, value)| {
        let tells = ["path", "name", "key"];
        tells.iter().any(|tell| name.eq_ignore_ascii_case(tell))
            && value.as_str().is_some_and(names_secret)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::{
        dialect::{ConnectionKind, Dialect},
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
        let done = apply(users(), "1", &mut document, &ops, &dialect, &mut notes)?;
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

    proptest! {
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
            let mut kept: Vec<String> = Vec::new();
            kept.extend(posted(kind, &carrier).ok().into_iter().flatten());
            for operation in &operations {
                kept.extend(patched(kind, operation).ok().into_iter().flatten());
            }
            let mut logged = json!({"data": carrier, "Operations": operations});
            mask_secrets(&mut logged, "(removed)");
            kept.push(logged.to_string());
            for text in kept {
                prop_assert!(!text.contains(SECRET), "{}", text);
            }
        }
    }
}
