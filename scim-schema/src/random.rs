//! Random input of tests. Every run has the same, so that a change is judged by what it changes;
//! `ROLLCALL_TEST_SEED` names another.

use proptest::{collection::vec, prelude::*, sample::select, test_runner::RngSeed};
use serde_json::{Map, Number, Value};

use crate::schema::urn;

/// A number that all random cases follow from; `cargo xtask soak` tries many.
const SEED_VARIABLE: &str = "ROLLCALL_TEST_SEED";

/// Names of all sorts of attributes and parameters, and some that nothing has.
const NAMES: [&str; 34] = [
    "userName",
    "name",
    "givenName",
    "displayName",
    "active",
    "emails",
    "phoneNumbers",
    "addresses",
    "roles",
    "x509Certificates",
    "photos",
    "members",
    "groups",
    "value",
    "type",
    "primary",
    "display",
    "$ref",
    "formatted",
    "manager",
    "department",
    "externalId",
    "id",
    "meta",
    "schemas",
    "password",
    "locale",
    "title",
    "name.givenName",
    "emails[type eq \"work\"].value",
    "nope",
    urn::USER,
    urn::ENTERPRISE_USER,
    "urn:example:2.0:User",
];

/// Values that mean something somewhere.
const TEXTS: [&str; 16] = [
    "",
    " ",
    "x",
    "True",
    "false",
    "work",
    "de-CH",
    "2026-11-22T08:00:00Z",
    "aGVsbG8=",
    "https://example.org/x",
    "a@example.org",
    "[{\"value\":\"r\"}]",
    "\u{202e}x",
    "I\u{307}",
    urn::USER,
    urn::GROUP,
];

/// How random cases are made.
pub(crate) fn seeded() -> ProptestConfig {
    seeded_by(seed())
}

/// The number that the random cases of this run follow from.
pub(crate) fn seed() -> u64 {
    std::env::var(SEED_VARIABLE)
        .ok()
        .map_or(0, |number| number.parse().expect("a whole number"))
}

/// The same for cases that follow from another number.
pub(crate) fn seeded_by(seed: u64) -> ProptestConfig {
    ProptestConfig {
        rng_seed: RngSeed::Fixed(seed),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// Any JSON value, with names that schemas have.
pub(crate) fn any_value() -> BoxedStrategy<Value> {
    let leaf = prop_oneof![
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        1 => any::<f64>().prop_map(|number| Number::from_f64(number).map_or(Value::Null, Value::Number)),
        4 => select(TEXTS.to_vec()).prop_map(Value::from),
        1 => any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            members(inner).prop_map(Value::Object),
        ]
    })
    .boxed()
}

/// Any JSON object that a body may be: no name twice, whatever its case.
pub(crate) fn any_object() -> BoxedStrategy<Map<String, Value>> {
    members(any_value()).boxed()
}

fn members(value: impl Strategy<Value = Value>) -> impl Strategy<Value = Map<String, Value>> {
    let name = (select(NAMES.to_vec()), 0..8_u8).prop_map(|(name, case)| match case {
        0 => name.to_ascii_uppercase(),
        1 => name.to_ascii_lowercase(),
        _ => name.to_owned(),
    });
    vec((name, value), 0..6).prop_map(|members| {
        let mut map = Map::new();
        for (name, value) in members {
            if map.keys().all(|known| !known.eq_ignore_ascii_case(&name)) {
                map.insert(name, value);
            }
        }
        map
    })
}
