//! Valid inputs, and what chance makes of them.

use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::{Value, json};

use crate::{random::any_object, schema::urn};

/// Pieces of every grammar that is read, and characters that have been trouble somewhere.
const PIECES: [&str; 48] = [
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "\"",
    "\\",
    "'",
    ",",
    ":",
    ".",
    " ",
    "\t",
    "\0",
    "\u{feff}",
    "\u{202e}",
    "I\u{307}",
    "\u{1f600}",
    "\\u0000",
    "\\ud800",
    "not",
    "not (",
    " and ",
    " or ",
    " eq ",
    " pr",
    "co",
    "null",
    "true",
    "-1e999",
    "18446744073709551616",
    "0.1",
    "urn:",
    "urn:x:y",
    "userName",
    "emails",
    "value",
    "type",
    "primary",
    "members",
    "schemas",
    "password",
    "[]",
    "{}",
    "\"op\":\"remove\",",
    "\"path\":null,",
    "$ref",
];

/// One change of a text or body; places are taken modulo its length.
#[derive(Clone, Debug)]
enum Change {
    /// Puts a piece there.
    Insert(usize, Vec<u8>),
    /// Takes some bytes away.
    Remove(usize, usize),
    /// Says some bytes so many times more.
    Repeat(usize, usize, usize),
    /// Puts another byte there.
    Replace(usize, u8),
    /// Puts the part behind one place before another.
    Swap(usize, usize),
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        /// Inputs that grow without end only test the limit of their length.
        const LARGEST: usize = 64 * 1024;
        let place = |at: usize, bytes: &[u8]| at % (bytes.len() + 1);
        let range = |at: usize, length: usize, bytes: &[u8]| {
            let start = place(at, bytes);
            start..(start + length).min(bytes.len())
        };
        match self {
            Self::Insert(at, piece) => {
                let at = place(*at, bytes);
                bytes.splice(at..at, piece.iter().copied());
            }
            Self::Remove(at, length) => drop(bytes.drain(range(*at, *length, bytes))),
            Self::Repeat(at, length, times) => {
                let range = range(*at, *length, bytes);
                let (at, piece) = (range.end, bytes[range].repeat(*times));
                if bytes.len() + piece.len() <= LARGEST {
                    bytes.splice(at..at, piece);
                }
            }
            Self::Replace(at, byte) => {
                let at = place(*at, bytes);
                if let Some(old) = bytes.get_mut(at) {
                    *old = *byte;
                }
            }
            Self::Swap(one, other) => {
                let (one, other) = (place(*one, bytes), place(*other, bytes));
                bytes[one.min(other)..].rotate_left(one.abs_diff(other));
            }
        }
    }
}

fn any_change() -> impl Strategy<Value = Change> {
    let at = any::<usize>;
    let piece = prop_oneof![
        6 => select(PIECES.to_vec()).prop_map(|piece| piece.as_bytes().to_vec()),
        1 => vec(any::<u8>(), 1..4),
    ];
    prop_oneof![
        4 => (at(), piece).prop_map(|(at, piece)| Change::Insert(at, piece)),
        2 => (at(), 1..12_usize).prop_map(|(at, length)| Change::Remove(at, length)),
        1 => (at(), 1..24_usize, prop_oneof![4 => 1..4_usize, 1 => 30..1200_usize])
            .prop_map(|(at, length, times)| Change::Repeat(at, length, times)),
        1 => (at(), any::<u8>()).prop_map(|(at, byte)| Change::Replace(at, byte)),
        1 => (at(), at()).prop_map(|(one, other)| Change::Swap(one, other)),
    ]
}

/// Such inputs with up to six changes, and arbitrary ones.
pub(super) fn any_bytes(valid: BoxedStrategy<Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let changed = (valid, vec(any_change(), 0..6)).prop_map(|(mut bytes, changes)| {
        for change in changes {
            change.apply(&mut bytes);
        }
        bytes
    });
    prop_oneof![12 => changed, 1 => vec(any::<u8>(), 0..64)]
}

/// The same as text.
pub(super) fn any_text(valid: BoxedStrategy<Vec<u8>>) -> impl Strategy<Value = String> {
    any_bytes(valid).prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

fn texts(texts: &'static [&'static str]) -> BoxedStrategy<Vec<u8>> {
    select(texts)
        .prop_map(|text| text.as_bytes().to_vec())
        .boxed()
}

pub(super) fn filters() -> BoxedStrategy<Vec<u8>> {
    texts(&[
        r#"userName eq "bjensen""#,
        r#"emails[type eq "work" and value co "@example.com"]"#,
        r#"emails[type eq "work"].value eq "a@example.org""#,
        r#"title pr and not (userType eq "Intern" or active eq false)"#,
        r#"meta.lastModified ge "2011-05-13T04:42:34+02:00""#,
        r#"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value eq "m""#,
        r#"schemas eq "urn:ietf:params:scim:schemas:core:2.0:User" and id pr"#,
        r#"groups.value eq "11111111-1111-1111-1111-111111111111""#,
        "externalId eq jyoung or nickName ne null",
        r#"x509Certificates[primary eq true] and name[givenName sw "A"]"#,
    ])
}

pub(super) fn paths() -> BoxedStrategy<Vec<u8>> {
    texts(&[
        "userName",
        "name.givenName",
        "emails",
        r#"emails[type eq "work"].value"#,
        r#"members[value eq "11111111-1111-1111-1111-111111111111"]"#,
        "addresses[not (type pr)].formatted",
        r#"roles[primary eq "True"].value"#,
        urn::ENTERPRISE_USER,
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value",
        "urn:ietf:params:scim:schemas:core:2.0:User:userName",
        "urn:example:custom:2.0:User:shoeSize",
    ])
}

pub(super) fn patches() -> BoxedStrategy<Vec<u8>> {
    let operation = select(vec![
        json!({"op": "Add", "path": "emails[type eq \"work\"].value", "value": "a@example.org"}),
        json!({"op": "replace", "value": {"name.givenName": "A", "active": "False"}}),
        json!({"op": "remove", "path": "members", "value": [{"value": "m"}]}),
        json!({"op": "add", "path": "members", "value": [{"value": "m", "$ref": null}]}),
        json!({"op": "remove", "path": "emails[value eq \"a@example.org\"]"}),
        json!({"op": "replace", "path": "emails", "value": [{"value": "b", "primary": true}]}),
        json!({"op": "add", "path": urn::ENTERPRISE_USER, "value": {"manager": "m"}}),
        json!({"op": "replace", "path": "active", "value": true}),
        json!({"op": "add", "value": {"schemas": [urn::USER], "roles": "[{\"value\":\"r\"}]"}}),
        json!({"op": "replace", "path": "password", "value": "x"}),
    ]);
    vec(operation, 1..4)
        .prop_map(|operations| {
            let body = json!({ "schemas": [urn::PATCH_OP], "Operations": operations });
            body.to_string().into_bytes()
        })
        .boxed()
}

pub(super) fn bodies() -> BoxedStrategy<Vec<u8>> {
    let known = select(vec![
        json!({
            "schemas": [urn::USER, urn::ENTERPRISE_USER],
            "userName": "bjensen",
            "name": {"givenName": "Barbara", "familyName": "Jensen"},
            "emails": [{"value": "b@example.com", "type": "work", "primary": true}],
            "active": true,
            urn::ENTERPRISE_USER: {"department": "Tours", "manager": {"value": "m"}},
        }),
        json!({
            "schemas": [urn::GROUP],
            "displayName": "Tour Guides",
            "members": [{"value": "11111111-1111-1111-1111-111111111111", "type": "User"}],
        }),
        json!({"schemas": [urn::SEARCH_REQUEST], "filter": "id pr", "count": 1, "attributes": ["id"]}),
        json!({"schemas": [urn::BULK_REQUEST], "failOnErrors": 1, "Operations": [
            {"method": "POST", "path": "/Users", "bulkId": "a", "data": {"userName": "u"}},
            {"method": "PATCH", "path": "/Groups/bulkId:a", "data": {"Operations": []}},
        ]}),
    ]);
    let any = any_object().prop_map(Value::Object);
    prop_oneof![3 => known, 1 => any]
        .prop_map(|body| body.to_string().into_bytes())
        .boxed()
}
