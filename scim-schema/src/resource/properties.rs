//! Whatever the body of a POST or PUT holds.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{Incoming, ScimError, parse_resource};
use crate::{
    dialect::{ConnectionKind, Dialect, Notes},
    random::{any_object, seeded},
    schema::{ResourceKind, registry, urn},
};

fn parse(
    resource: ResourceKind,
    kind: ConnectionKind,
    body: Map<String, Value>,
) -> Result<Incoming, ScimError> {
    let rt = registry().resource_type(resource);
    parse_resource(rt, body, &Dialect::of(kind), &mut Notes::new())
}

fn core_urn(resource: ResourceKind) -> &'static str {
    match resource {
        ResourceKind::User => urn::USER,
        ResourceKind::Group => urn::GROUP,
    }
}

/// A body that says what it is, and more.
fn body(resource: ResourceKind) -> BoxedStrategy<Map<String, Value>> {
    let name = match resource {
        ResourceKind::User => "userName",
        ResourceKind::Group => "displayName",
    };
    any_object()
        .prop_map(move |mut body| {
            body.retain(|name, _| !name.eq_ignore_ascii_case("schemas"));
            body.insert("schemas".to_owned(), json!([core_urn(resource)]));
            if body.keys().all(|key| !key.eq_ignore_ascii_case(name)) {
                body.insert(name.to_owned(), json!("x"));
            }
            body
        })
        .boxed()
}

fn kinds() -> impl Strategy<Value = ConnectionKind> {
    proptest::sample::select(ConnectionKind::ALL.to_vec())
}

fn resources() -> impl Strategy<Value = ResourceKind> {
    proptest::sample::select(vec![ResourceKind::User, ResourceKind::Group])
}

/// Whether the sentence begins with a member of the body, or one that it lacks.
fn names_a_member(error: &ScimError, body: &Map<String, Value>) -> bool {
    let detail = error.detail.to_ascii_lowercase();
    let required = ["schemas", "userName", "displayName", urn::ENTERPRISE_USER];
    let mut names = body.keys().map(String::as_str).chain(required);
    names.any(|name| detail.starts_with(&name.to_ascii_lowercase()))
}

proptest! {
    #![proptest_config(seeded())]

    #[test]
    fn an_object_is_accepted_or_refused_with_the_place_that_is_wrong(
        body in any_object(), kind in kinds(), resource in resources(),
    ) {
        if let Err(error) = parse(resource, kind, body.clone()) {
            prop_assert_eq!(error.status, 400);
            prop_assert!(error.scim_type.is_some());
            prop_assert!(names_a_member(&error, &body), "{}: {:?}", error, body);
        }
    }

    #[test]
    fn what_is_accepted_reads_back_as_itself(
        (resource, body) in resources().prop_flat_map(|resource| (Just(resource), body(resource))),
        kind in kinds(),
    ) {
        match parse(resource, kind, body.clone()) {
            Err(error) => prop_assert!(names_a_member(&error, &body), "{}: {:?}", error, body),
            Ok(incoming) => {
                let mut whole = incoming.document.as_map().clone();
                whole.insert("schemas".to_owned(), json!([core_urn(resource)]));
                // The strictest kind: nothing of the stored form needs a rewrite.
                let again = parse(resource, ConnectionKind::InteropStrict, whole);
                prop_assert_eq!(again.map(|again| again.document), Ok(incoming.document));
            }
        }
    }
}
