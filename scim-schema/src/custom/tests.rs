use serde_json::{Map, Value, json};

use super::*;
use crate::{
    dialect::{ConnectionKind, Dialect, Notes},
    filter::{Effort, matches, parse_filter},
    patch::{apply, parse_patch},
    project::Projection,
    resource::{Document, parse_resource},
    schema::{ResourceKind, ResourceType, schemas_document, urn},
};

const URN: &str = "urn:ietf:params:scim:schemas:extension:custom:2.0:User";
const OTHER: &str = "urn:okta:acme_app:1.0:user:custom";

fn attribute(number: i16, urn: &str, name: &str, attr_type: SimpleType) -> CustomAttribute {
    CustomAttribute {
        number,
        urn: urn.to_owned(),
        name: name.to_owned(),
        attr_type,
        multi_valued: false,
        case_exact: false,
        returned: ReturnedWhen::Default,
        description: "What it means".to_owned(),
    }
}

fn attributes() -> Vec<CustomAttribute> {
    let mut tags = attribute(1001, URN, "tags", SimpleType::String);
    tags.multi_valued = true;
    tags.case_exact = true;
    let mut badge = attribute(1006, OTHER, "badge", SimpleType::Binary);
    badge.returned = ReturnedWhen::Request;
    vec![
        attribute(1000, URN, "favouriteColour", SimpleType::String),
        tags,
        attribute(1002, URN, "remote", SimpleType::Boolean),
        attribute(1003, URN, "desk", SimpleType::Integer),
        attribute(1004, URN, "share", SimpleType::Decimal),
        attribute(1005, OTHER, "reviewedAt", SimpleType::DateTime),
        badge,
        attribute(1007, OTHER, "homepage", SimpleType::Reference),
    ]
}

fn dialect(kind: ConnectionKind, attributes: &[CustomAttribute]) -> Dialect {
    let mut dialect = Dialect::of(kind);
    dialect.custom = user_types(attributes);
    dialect
}

fn users(dialect: &Dialect) -> &ResourceType {
    dialect.resource_type(ResourceKind::User)
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        other => panic!("an object, not {other}"),
    }
}

fn everything() -> Value {
    json!({
        "schemas": [urn::USER, URN, OTHER],
        "userName": "ada",
        URN: {"FAVOURITECOLOUR": "Blue", "tags": ["a", "B"], "remote": true, "desk": 7, "share": 0.5},
        OTHER.to_uppercase(): {"reviewedAt": "2026-01-02T03:04:05Z", "badge": "Zm9v", "homepage": "https://example.com/Ada"},
    })
}

fn read(dialect: &Dialect, body: Value) -> Document {
    let rt = users(dialect);
    let incoming = parse_resource(rt, object(body), dialect, &mut Notes::new()).unwrap();
    assert!(incoming.unmapped.is_empty(), "{:?}", incoming.unmapped);
    incoming.document
}

#[test]
fn declared_attributes_are_in_schemas_and_resource_types() {
    let dialect = dialect(ConnectionKind::Generic, &attributes());
    let document = schemas_document("https://example.com", &dialect.resource_types());
    let schema = document["Resources"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (&schema["id"], &schema["name"]),
        (&json!(OTHER), &json!("1.0:user:custom"))
    );
    let names: Vec<_> = schema["attributes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|def| &def["name"])
        .collect();
    assert_eq!(names, ["reviewedAt", "badge", "homepage"]);
    let badge = &schema["attributes"][1];
    assert_eq!(
        (&badge["type"], &badge["caseExact"], &badge["returned"]),
        (&json!("binary"), &json!(true), &json!("request"))
    );
    let types = crate::schema::resource_type_document(
        "https://example.com",
        &dialect.resource_types(),
        "User",
    )
    .unwrap();
    let last = types["schemaExtensions"]
        .as_array()
        .unwrap()
        .last()
        .unwrap();
    assert_eq!(last, &json!({"schema": OTHER, "required": false}));
}

#[test]
fn a_body_is_read_in_canonical_spelling_and_schemas_follow() {
    let dialect = dialect(ConnectionKind::Generic, &attributes());
    let document = read(&dialect, everything());
    assert_eq!(document.as_map()[URN]["favouriteColour"], "Blue");
    assert_eq!(document.schemas(users(&dialect)), [urn::USER, URN, OTHER]);
    let wrong = json!({"schemas": [urn::USER], "userName": "ada", URN: {"desk": "seven"}});
    let error =
        parse_resource(users(&dialect), object(wrong), &dialect, &mut Notes::new()).unwrap_err();
    assert_eq!(error.detail, format!("{URN}:desk must be a whole number"));
}

/// D4: one connection's attributes are undeclared on another.
#[test]
fn without_the_declaration_the_urn_is_unknown() {
    let generic = Dialect::of(ConnectionKind::Generic);
    let error = parse_resource(
        users(&generic),
        object(everything()),
        &generic,
        &mut Notes::new(),
    )
    .unwrap_err();
    assert!(error.detail.contains(URN), "{}", error.detail);
}

#[test]
fn filters_compare_by_type_with_and_without_case() {
    let dialect = dialect(ConnectionKind::Generic, &attributes());
    let resource = read(&dialect, everything()).into_map();
    let holds = |text: &str| {
        let text = text
            .replace("C:", &format!("{URN}:"))
            .replace("O:", &format!("{OTHER}:"));
        let filter = parse_filter(users(&dialect), &text, &dialect, &mut Notes::new());
        filter.map(|filter| {
            let mut effort = Effort::default();
            matches(users(&dialect), &filter, &resource, &mut effort).expect("little to compare")
        })
    };
    for good in [
        r#"C:favouriteColour eq "bLUE""#,
        r#"C:tags eq "B" and not (C:tags eq "b")"#,
        "C:remote eq true",
        "C:desk gt 6 and C:desk le 7",
        "C:share lt 0.75",
        r#"O:reviewedAt lt "2026-01-02T04:04:05.5+00:30""#,
        r#"O:badge eq "Zm9v" and O:badge pr"#,
        r#"O:homepage sw "https://example.com/A""#,
        r#"O:homepage ne "https://example.com/ada""#,
    ] {
        assert_eq!(holds(good), Ok(true), "{good}");
    }
    for bad in [
        r#"C:desk co "7""#,
        r#"C:remote gt true"#,
        r#"C:desk eq "7""#,
        "favouriteColour pr",
        "C:nope pr",
    ] {
        let error = holds(bad).unwrap_err();
        assert_eq!(error.to_json()["scimType"], "invalidFilter", "{bad}");
    }
}

fn patched(dialect: &Dialect, document: &Document, operations: &Value) -> Result<Document, String> {
    let rt = users(dialect);
    let body = object(json!({"schemas": [urn::PATCH_OP], "Operations": operations}));
    let operations =
        parse_patch(rt, body, dialect, &mut Notes::new()).map_err(|error| error.detail)?;
    let mut changed = document.clone();
    apply(
        rt,
        "1",
        &mut changed,
        &operations,
        dialect,
        &mut Notes::new(),
        &mut Effort::default(),
    )
    .map_err(|error| error.detail)?;
    Ok(changed)
}

#[test]
fn patch_takes_urn_paths_whole_extensions_and_lists() {
    let dialect = dialect(ConnectionKind::Generic, &attributes());
    let document = read(&dialect, everything());
    let seen = patched(
        &dialect,
        &document,
        &json!([
            {"op": "replace", "path": format!("{URN}:desk"), "value": 8},
            {"op": "add", "path": format!("{URN}:tags"), "value": ["B", "c"]},
            {"op": "remove", "path": format!("{URN}:remote")},
            {"op": "remove", "path": OTHER},
            {"op": "add", "value": {URN: {"favouriteColour": "Red"}}},
        ]),
    );
    let seen = seen.unwrap();
    assert_eq!(
        seen.as_map()[URN],
        json!({"favouriteColour": "Red", "tags": ["a", "B", "c"], "desk": 8, "share": 0.5})
    );
    assert_eq!(seen.schemas(users(&dialect)), [urn::USER, URN]);
    let wrong = json!([{"op": "add", "path": format!("{URN}:desk"), "value": "8"}]);
    assert!(
        patched(&dialect, &document, &wrong)
            .unwrap_err()
            .contains("must be a whole number")
    );
}

#[test]
fn operations_that_set_as_much_as_can_be_again_and_again_are_refused() {
    let names: Vec<String> = (0..100).map(|number| format!("f{number:02}")).collect();
    let attributes: Vec<_> = (1000..)
        .zip(&names)
        .map(|(number, name)| attribute(number, URN, name, SimpleType::String))
        .collect();
    let dialect = dialect(ConnectionKind::Generic, &attributes);
    let document = read(&dialect, json!({"schemas": [urn::USER], "userName": "u"}));
    let backwards: Map<_, _> = names
        .iter()
        .rev()
        .map(|name| (name.clone(), json!("v")))
        .collect();
    let operation = json!({"op": "replace", "value": {URN: backwards}});
    let times = |count| Value::Array(vec![operation.clone(); count]);
    let seen = patched(&dialect, &document, &times(100)).unwrap();
    let kept = seen.as_map()[URN].as_object().unwrap();
    assert!(kept.keys().eq(&names), "in the order of the schema");
    let refused = patched(&dialect, &document, &times(1000)).unwrap_err();
    assert!(refused.contains("send fewer operations"), "{refused}");
}

#[test]
fn projection_names_attributes_and_whole_extensions() {
    let dialect = dialect(ConnectionKind::Generic, &attributes());
    let shown = |attributes: Option<&str>, excluded: Option<&str>| {
        let rt = users(&dialect);
        let mut resource = read(&dialect, everything()).into_map();
        Projection::parse(rt, attributes, excluded)
            .unwrap()
            .apply(rt, &mut resource);
        Value::Object(resource)
    };
    assert_eq!(
        shown(None, None)[OTHER].get("badge"),
        None,
        "returned: request"
    );
    assert_eq!(
        shown(Some(&format!("{OTHER}:badge")), None)[OTHER],
        json!({"badge": "Zm9v"})
    );
    assert_eq!(
        shown(Some(&format!("{URN}:desk")), None)[URN],
        json!({"desk": 7})
    );
    assert_eq!(shown(None, Some(URN)).get(URN), None);
}

#[test]
fn what_was_kept_aside_is_read_when_it_is_declared() {
    let okta = Dialect::of(ConnectionKind::Okta);
    let body = json!({
        "schemas": [urn::USER, URN], "userName": "ada",
        URN: {"desk": "seven", "favouriteColour": "Blue", "shoeSize": 41, "tags": "a"},
        format!("{OTHER}:homepage"): "https://example.com/",
        "hobby": "chess",
    });
    let incoming = parse_resource(users(&okta), object(body), &okta, &mut Notes::new()).unwrap();
    let (mut document, mut unmapped) = (incoming.document, incoming.unmapped);
    let okta = dialect(ConnectionKind::Okta, &attributes());
    assert!(reread(users(&okta), &mut document, &mut unmapped, &okta));
    assert_eq!(
        document.as_map()[URN],
        json!({"favouriteColour": "Blue", "tags": ["a"]})
    );
    assert_eq!(
        document.as_map()[OTHER],
        json!({"homepage": "https://example.com/"})
    );
    // What does not fit stays aside, as does what nobody declared.
    assert_eq!(
        Value::Object(unmapped.clone()),
        json!({URN: {"desk": "seven", "shoeSize": 41}, "hobby": "chess"})
    );
    let before = document.clone();
    assert!(!reread(users(&okta), &mut document, &mut unmapped, &okta));
    assert_eq!(document, before);
}

#[test]
fn undeclared_values_are_hidden_and_survive_put_and_patch() {
    let before = dialect(ConnectionKind::Okta, &attributes());
    let document = read(&before, everything());
    let only_desk: Vec<_> = attributes()
        .into_iter()
        .filter(|it| it.name == "desk")
        .collect();
    let after = dialect(ConnectionKind::Okta, &only_desk);
    let rt = users(&after);
    let answer = document.clone().without_hidden(rt);
    assert_eq!(answer.as_map()[URN], json!({"desk": 7}));
    assert_eq!(answer.schemas(rt), [urn::USER, URN]);
    assert_eq!(document.leaves(rt).len(), 2, "userName and desk");

    let body = json!({"schemas": [urn::USER], "userName": "ada", URN: {"desk": 9}});
    let replaced = read(&after, body).with_hidden_of(rt, &document);
    let remove = json!([{"op": "remove", "path": format!("{OTHER}:badge")}]);
    let replaced = patched(&after, &replaced, &remove).unwrap();
    let seen = replaced.without_hidden(users(&before)).into_map();
    assert_eq!(seen[URN]["desk"], 9);
    assert_eq!(seen[URN]["favouriteColour"], "Blue");
    assert_eq!(
        seen[OTHER],
        json!({"reviewedAt": "2026-01-02T03:04:05Z", "homepage": "https://example.com/Ada"})
    );
}

#[test]
fn what_arrived_is_listed_with_the_definition_that_fits() {
    let unmapped = json!({
        URN: {"a": "x", "b": [1, 2.5], "c": {"x": 1}, "d": "2026-01-02T03:04:05Z", "e": ["x", 1]},
        format!("{OTHER}:f"): true,
        "hobby": "chess",
    });
    let unmapped = object(unmapped);
    let seen: Vec<_> = arrived(&unmapped)
        .map(|it| {
            let shape = it
                .shape()
                .map(|it| (it.attr_type.as_str(), it.multi_valued));
            (it.urn, it.name, shape)
        })
        .collect();
    assert_eq!(
        seen,
        [
            (Some(URN), "a", Some(("string", false))),
            (Some(URN), "b", Some(("decimal", true))),
            (Some(URN), "c", None),
            (Some(URN), "d", Some(("dateTime", false))),
            (Some(URN), "e", None),
            (Some(OTHER), "f", Some(("boolean", false))),
            (None, "hobby", Some(("string", false))),
        ]
    );
}

#[test]
fn names_follow_the_grammar_and_are_no_secrets() {
    for good in ["a", "costCentre2", "x-y_z"] {
        assert_eq!(check_name(good), Ok(()), "{good}");
    }
    for bad in [
        "",
        "2a",
        "a b",
        "a.b",
        "$ref",
        "na\u{ef}ve",
        "password",
        "client-secret-secret",
        &"x".repeat(65),
    ] {
        assert!(check_name(bad).is_err(), "{bad}");
    }
}

#[test]
fn urns_are_urns_and_clash_with_no_schema() {
    for good in [
        URN,
        OTHER,
        "urn:x-acme:y",
        "URN:ietf:params:scim:schemas:extension:custom:2.0:User",
    ] {
        assert_eq!(check_urn(good), Ok(()), "{good}");
    }
    for bad in [
        "",
        "urn:",
        "urn:x:y",
        "urn:xy:",
        "urn:xy:a b",
        "urn:xy:a\"",
        "http://example.com/x",
        "urn:xy:a:",
        "urn:ietf:params:scim:schemas:core:2.0:User",
        "urn:IETF:params:scim:schemas:core:2.0:User:custom",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0",
        "urn:ietf:params:scim:api:messages:2.0:PatchOp",
        urn::USER_STATUS,
    ] {
        assert!(check_urn(bad).is_err(), "{bad}");
    }
}

#[test]
fn a_place_is_taken_once_and_read_in_one_way() {
    let place = |urn, name| Place { urn, name };
    let taken = [place(URN, "a"), place("urn:xy:z", "b")];
    assert_eq!(check_places(place(URN, "b"), taken), Ok(()));
    let upper = URN.to_uppercase();
    assert!(check_places(place(&upper, "A"), taken).is_err());
    assert!(check_places(place("urn:xy:z:b", "c"), taken).is_err());
    assert!(check_places(place("urn:xy", "z"), taken).is_err());
}
