//! What the providers send about a person, each in its own way.

use scim_schema::{
    dialect::{ConnectionKind, Notes},
    id::LinkId,
    resource::{Incoming, parse_resource},
    schema::{ResourceKind, registry, urn},
};
use serde_json::{Map, Value, json};

use super::{
    district::{NAME, SITES, TIME_ZONE},
    roster::{Origin, Person},
};
use crate::ops::{OpError, provisioner::Provisioner};

/// Digits of Okta's ids.
const BASE36: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// What the person's provider sends.
pub(super) fn incoming(
    person: &Person,
    manager: Option<LinkId>,
    by: &Provisioner,
) -> Result<Incoming, OpError> {
    let mut extension = json!({
        "employeeNumber": (100_000 + person.number % 900_000).to_string(),
        "organization": NAME,
        "division": SITES[person.site].name,
        "department": person.department,
    });
    if let Some(manager) = manager {
        extension["manager"] = json!({ "value": manager });
    }
    let address = person.address();
    let mut body = Map::new();
    for (name, value) in [
        ("schemas", json!([urn::USER, urn::ENTERPRISE_USER])),
        ("externalId", external_id(person).into()),
        ("userName", address.as_str().into()),
        (
            "name",
            json!({ "givenName": person.given, "familyName": person.family }),
        ),
        ("displayName", person.name().into()),
        ("title", person.title.into()),
        ("userType", user_type(person.origin).into()),
        ("preferredLanguage", "en-US".into()),
        ("locale", "en-US".into()),
        ("timezone", TIME_ZONE.into()),
        (
            "emails",
            json!([{ "value": address, "type": "work", "primary": true }]),
        ),
        (
            "phoneNumbers",
            json!([{ "value": phone(person), "type": "work" }]),
        ),
        ("active", Value::Bool(true)),
        (urn::ENTERPRISE_USER, extension),
    ] {
        body.insert(name.to_owned(), value);
    }
    let rt = registry().resource_type(ResourceKind::User);
    Ok(parse_resource(rt, body, &by.dialect, &mut Notes::new())?)
}

/// How the provider says that somebody may not sign in any more.
pub(super) fn deactivation(kind: ConnectionKind) -> Map<String, Value> {
    let operation = match kind {
        ConnectionKind::Entra => json!({ "op": "replace", "path": "active", "value": false }),
        _ => json!({ "op": "replace", "value": { "active": false } }),
    };
    let mut body = Map::new();
    body.insert("schemas".to_owned(), json!([urn::PATCH_OP]));
    body.insert("Operations".to_owned(), json!([operation]));
    body
}

fn user_type(origin: Origin) -> &'static str {
    match origin {
        Origin::Staff => "Employee",
        Origin::Services | Origin::Local => "Contractor",
    }
}

/// The exchange 555-01xx is reserved for fiction.
fn phone(person: &Person) -> String {
    format!("+1 312 555 01{:02}", person.number % 100)
}

/// An id as the provider makes them: Okta's own form, or the object id of Entra.
fn external_id(person: &Person) -> String {
    if person.origin == Origin::Services {
        let number = person.number;
        return format!(
            "{:08x}-{:04x}-4{:03x}-9{:03x}-{:012x}",
            number >> 32,
            number & 0xffff,
            (number >> 16) & 0xfff,
            (number >> 28) & 0xfff,
            number & 0xffff_ffff_ffff,
        );
    }
    let mut rest = person.number;
    let mut id = "00u".to_owned();
    for _ in 0..14 {
        let digit = usize::try_from(rest % 36).unwrap_or(0);
        id.push(char::from(BASE36[digit]));
        rest = (rest / 36) ^ (rest << 7);
    }
    id + "5d7"
}
