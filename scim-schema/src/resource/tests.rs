//! What POST and PUT bodies are taken for.

use serde_json::{Map, Value, json};

use super::{Document, Incoming, MemberRef, ScimError, parse_resource};
use crate::{
    attr::AttrId,
    dialect::{ConnectionKind, Dialect, Notes},
    schema::{ResourceKind, ResourceType, registry, urn},
};

fn rt(kind: ResourceKind) -> &'static ResourceType {
    registry().resource_type(kind)
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        other => panic!("an object, not {other}"),
    }
}

fn read(
    kind: ResourceKind,
    connection: ConnectionKind,
    body: Value,
) -> Result<(Incoming, Vec<&'static str>), ScimError> {
    let mut notes = Notes::new();
    let incoming = parse_resource(rt(kind), object(body), &Dialect::of(connection), &mut notes)?;
    Ok((
        incoming,
        notes.into_vec().into_iter().map(|note| note.rule).collect(),
    ))
}

/// A user body with the core schema and more members.
fn user(more: Value) -> Value {
    let mut body = object(json!({"schemas": [urn::USER], "userName": "bjensen"}));
    body.extend(object(more));
    Value::Object(body)
}

fn document(connection: ConnectionKind, more: Value) -> Value {
    let (incoming, _) = read(ResourceKind::User, connection, user(more)).expect("accepted");
    Value::Object(incoming.document.into_map())
}

fn refusal(connection: ConnectionKind, body: Value) -> String {
    let error = read(ResourceKind::User, connection, body).unwrap_err();
    let keyword = error.scim_type.map_or("-", super::ScimType::keyword);
    format!("{} {keyword}: {}", error.status, error.detail)
}

const GENERIC: ConnectionKind = ConnectionKind::Generic;

#[test]
fn names_are_canonical_and_in_schema_order() {
    let body = json!({
        "EMAILS": [{"TYPE": "work", "value": "b@example.com", "Primary": true}],
        "name": {"givenName": "Barbara", "FAMILYNAME": "Jensen"},
        "externalid": "e1",
        "urn:ietf:params:scim:schemas:extension:ENTERPRISE:2.0:User": {
            "Department": "Tours", "employeenumber": "7",
        },
    });
    assert_eq!(
        document(GENERIC, body).to_string(),
        json!({
            "externalId": "e1",
            "userName": "bjensen",
            "name": {"familyName": "Jensen", "givenName": "Barbara"},
            "emails": [{"value": "b@example.com", "type": "work", "primary": true}],
            urn::ENTERPRISE_USER: {"employeeNumber": "7", "department": "Tours"},
        })
        .to_string()
    );
}

#[test]
fn null_and_empty_lists_are_absent() {
    let body = json!({
        "title": null, "emails": [], "name": {"givenName": null}, "roles": null,
        urn::ENTERPRISE_USER: {"department": null},
    });
    assert_eq!(document(GENERIC, body), json!({"userName": "bjensen"}));
}

#[test]
fn what_the_server_sets_is_ignored() {
    let body = json!({
        "id": "chosen",
        "meta": {"created": "1999-01-01T00:00:00Z", "resourceType": "Group"},
        "groups": [{"value": "g"}],
        urn::USER_STATUS: {"status": "Banned"},
        urn::ENTERPRISE_USER: {"manager": {"value": "m", "displayName": "Boss"}},
    });
    assert_eq!(
        document(GENERIC, body),
        json!({"userName": "bjensen", urn::ENTERPRISE_USER: {"manager": {"value": "m"}}})
    );
}

#[test]
fn unknown_attributes_are_kept_aside() {
    let body = user(json!({
        "favouriteColour": "green",
        "nothing": null,
        "roles": [{"value": "a"}, {"value": "b", "displayName": "B"}],
        "name": {"givenName": "B", "nick": "Babs"},
        urn::ENTERPRISE_USER: {"badge": 7, "department": "D"},
    }));
    let (incoming, _) = read(ResourceKind::User, GENERIC, body).unwrap();
    assert_eq!(
        Value::Object(incoming.unmapped),
        json!({
            "favouriteColour": "green",
            "roles": [{"displayName": "B", "value": "b"}],
            "name": {"nick": "Babs"},
            urn::ENTERPRISE_USER: {"badge": 7},
        })
    );
    assert_eq!(
        incoming.document.as_map()["roles"],
        json!([{"value": "a"}, {"value": "b"}])
    );
}

#[test]
fn the_password_is_never_part_of_the_document() {
    let body = user(json!({"PASSWORD": "secret"}));
    let (incoming, _) = read(ResourceKind::User, GENERIC, body).unwrap();
    assert_eq!(incoming.password.as_deref(), Some("secret"));
    assert!(!incoming.document.to_json_text().contains("secret"));
    assert!(incoming.unmapped.is_empty());
    assert_eq!(
        refusal(GENERIC, user(json!({"password": 7}))),
        "400 invalidValue: password must be a string"
    );
}

#[test]
fn each_refusal_names_the_path() {
    let refused = |body| refusal(GENERIC, body);
    let with = |more| refusal(GENERIC, user(more));
    let seen = [
        refused(json!({"userName": "a"})),
        refused(json!({"schemas": urn::USER, "userName": "a"})),
        refused(json!({"schemas": [7], "userName": "a"})),
        refused(json!({"schemas": [urn::ENTERPRISE_USER], "userName": "a"})),
        refused(json!({"schemas": [urn::USER], "displayName": "Nobody"})),
        refused(json!({"schemas": [urn::USER], "userName": " "})),
        with(json!({"userName": 17})),
        with(json!({"userName": "x".repeat(256)})),
        with(json!({"name": "Stella"})),
        with(json!({"emails": {"value": "a"}})),
        with(json!({"emails": ["a"]})),
        with(json!({"emails": [{"value": "a"}, {"value": 1}]})),
        with(json!({"emails": [{"value": "a", "primary": true}, {"value": "b", "primary": true}]})),
        with(json!({"emails": vec![json!({"value": "a"}); 501]})),
        with(json!({"active": "True"})),
        with(json!({"profileUrl": "not a url"})),
        with(json!({"x509Certificates": [{"value": "*"}]})),
        with(json!({urn::ENTERPRISE_USER: "D"})),
        with(json!({urn::ENTERPRISE_USER: {"manager": "m"}})),
    ];
    insta::assert_snapshot!(seen.join("\n"));
}

#[test]
fn d3_interop_strict_refuses_unknown_attributes() {
    let strict = ConnectionKind::InteropStrict;
    assert_eq!(
        refusal(strict, user(json!({"favouriteColour": "green"}))),
        "400 invalidSyntax: favouriteColour is not a known attribute"
    );
    assert_eq!(
        refusal(strict, user(json!({"name": {"nick": "B"}}))),
        "400 invalidSyntax: name.nick is not a known attribute"
    );
}

#[test]
fn d4_undeclared_urns_are_refused_by_generic_and_ignored_by_others() {
    let custom = "urn:ietf:params:scim:schemas:extension:x:2.0:User";
    let body = user(json!({"schemas": [urn::USER, custom], custom: {"costBand": "B"}}));
    let detail = refusal(GENERIC, body.clone());
    assert!(
        detail.starts_with("400 invalidValue") && detail.contains(custom),
        "{detail}"
    );
    let unnamed = user(json!({custom: {"costBand": "B"}}));
    assert!(refusal(GENERIC, unnamed).contains(custom));

    let (incoming, rules) = read(ResourceKind::User, ConnectionKind::Okta, body).unwrap();
    assert_eq!(rules, ["ignore_undeclared_urn"], "noted once");
    assert_eq!(
        Value::Object(incoming.unmapped),
        json!({custom: {"costBand": "B"}})
    );
    assert_eq!(
        incoming.document.schemas(rt(ResourceKind::User)),
        [urn::USER]
    );
}

#[test]
fn attributes_with_their_urn_are_unknown_members_of_a_body() {
    let qualified = format!("{}:title", urn::USER.to_uppercase());
    let body = user(json!({urn::USER: {"title": "T"}, qualified.clone(): "T"}));
    let (incoming, _) = read(ResourceKind::User, GENERIC, body).unwrap();
    assert_eq!(
        Value::Object(incoming.unmapped),
        json!({urn::USER: {"title": "T"}, qualified: "T"})
    );
}

#[test]
fn d5_entra_manager_is_a_bare_string_a_list_or_without_urn() {
    let wanted = json!({"userName": "bjensen", urn::ENTERPRISE_USER: {"manager": {"value": "m"}}});
    let entra = ConnectionKind::Entra;
    for body in [
        json!({urn::ENTERPRISE_USER: {"manager": "m"}}),
        json!({urn::ENTERPRISE_USER: {"manager": [{"value": "m"}]}}),
        json!({"manager": "m"}),
        json!({"manager": {"value": "m"}}),
    ] {
        assert_eq!(document(entra, body), wanted);
    }
    let both = json!({"manager": "m", urn::ENTERPRISE_USER: {"employeeNumber": "7"}});
    assert_eq!(
        document(entra, both)[urn::ENTERPRISE_USER].to_string(),
        r#"{"employeeNumber":"7","manager":{"value":"m"}}"#
    );
    assert_eq!(
        document(entra, json!({"manager": null, "department": null})),
        json!({"userName": "bjensen"})
    );
}

#[test]
fn d6_entra_booleans_are_strings() {
    let body = user(json!({"active": "False", "emails": [{"value": "a", "primary": "TRUE"}]}));
    let (incoming, rules) = read(ResourceKind::User, ConnectionKind::EntraLegacy, body).unwrap();
    assert_eq!(incoming.document.active(), Some(false));
    assert_eq!(incoming.document.as_map()["emails"][0]["primary"], true);
    assert_eq!(rules, ["boolean_as_string", "boolean_as_string"]);
    assert_eq!(
        refusal(ConnectionKind::Entra, user(json!({"active": "maybe"}))),
        "400 invalidValue: active must be true or false"
    );
}

#[test]
fn d9_absent_active_stays_absent() {
    let (incoming, _) = read(ResourceKind::User, GENERIC, user(json!({}))).unwrap();
    assert_eq!(incoming.document.active(), None);
    let mut set = incoming.document.clone();
    set.set_active(rt(ResourceKind::User), true);
    assert_eq!(set.active(), Some(true));
    assert_eq!(set.without_active(), incoming.document);
}

#[test]
fn d11_onelogin_urns_stand_for_those_of_scim_2() {
    let body = json!({
        "schemas": ["urn:scim:schemas:core:2.0", "urn:scim:schemas:extension:enterprise:2.0"],
        "userName": "u", "title": "",
        "urn:scim:schemas:extension:enterprise:2.0": {"department": "D"},
    });
    let (incoming, rules) =
        read(ResourceKind::User, ConnectionKind::OneLogin, body.clone()).unwrap();
    assert_eq!(
        incoming.document.schemas(rt(ResourceKind::User)),
        [urn::USER, urn::ENTERPRISE_USER]
    );
    assert!(rules.iter().all(|rule| *rule == "scim1_urns"));
    assert!(refusal(GENERIC, body).contains("urn:scim:schemas:core:2.0"));
}

#[test]
fn entra_roles_may_be_json_text_and_keep_json_text_in_a_value() {
    let entra = ConnectionKind::Entra;
    let text = r#"[{"value":"Admin","primary":"True"}]"#;
    assert_eq!(
        document(entra, json!({"roles": text}))["roles"],
        json!([{"value": "Admin", "primary": true}])
    );
    let inner = json!([{"value": "{\"id\":\"1\",\"value\":\"25\"}"}]);
    assert_eq!(document(entra, json!({"roles": inner}))["roles"], inner);
    let refused = "400 invalidValue: roles must be a list of values";
    assert_eq!(refusal(GENERIC, user(json!({"roles": text}))), refused);
    // What a body may not have, no text in it may have either.
    let many = serde_json::to_string(&vec!["x"; 1_000]).unwrap();
    let deep = format!("{}{}", "[".repeat(40), "]".repeat(40));
    for text in [
        many.as_str(),
        &deep,
        r#"[{"value":"a","VALUE":"b"}]"#,
        r#"["\u0000"]"#,
    ] {
        assert_eq!(
            refusal(entra, user(json!({"roles": text}))),
            refused,
            "{text}"
        );
    }
}

#[test]
fn a_group_has_members_beside_its_document() {
    let body = json!({
        "schemas": [urn::GROUP], "displayName": "G",
        "members": [{"value": "a", "type": "User"}, {"value": "a"}],
    });
    let (incoming, _) = read(ResourceKind::Group, GENERIC, body).unwrap();
    let member = MemberRef {
        value: "a".to_owned(),
        kind: Some(ResourceKind::User),
    };
    assert_eq!(incoming.members, Some(vec![member]));
    assert_eq!(incoming.document.to_json_text(), r#"{"displayName":"G"}"#);
    let empty = json!({"schemas": [urn::GROUP], "displayName": "G", "members": []});
    let (incoming, _) = read(ResourceKind::Group, GENERIC, empty).unwrap();
    assert_eq!(incoming.members, Some(Vec::new()));
    let nameless = json!({"schemas": [urn::GROUP]});
    let error = read(ResourceKind::Group, GENERIC, nameless).unwrap_err();
    assert_eq!(error.detail, "displayName is required");
}

#[test]
fn accessors_read_what_the_server_needs() {
    let (incoming, _) = read(
        ResourceKind::User,
        GENERIC,
        user(json!({
            "externalId": "e", "displayName": "B J", "name": {"givenName": "B"},
            "emails": [{"type": "home"}, {"value": "h", "type": "home"}, {"value": "w", "type": "Work"}],
            urn::ENTERPRISE_USER: {"manager": {"value": "m"}},
        })),
    )
    .unwrap();
    let doc = incoming.document;
    assert_eq!(doc.user_name(), Some("bjensen"));
    assert_eq!(doc.external_id(), Some("e"));
    assert_eq!(doc.display_name(), Some("B J"));
    assert_eq!(doc.name_part("givenName"), Some("B"));
    assert_eq!(doc.name_part("familyName"), None);
    assert_eq!(doc.primary_email(), Some("w"));
    assert_eq!(doc.manager(), Some("m"));
    let stored = Document::from_json_text(&doc.to_json_text()).unwrap();
    assert_eq!(stored, doc);
    assert!(Document::from_json_text("[]").is_err());
}

#[test]
fn leaves_are_every_simple_value() {
    let (incoming, _) = read(
        ResourceKind::User,
        GENERIC,
        user(json!({
            "emails": [{"value": "a"}, {"value": "b", "type": "work"}],
            urn::ENTERPRISE_USER: {"manager": {"value": "m"}},
        })),
    )
    .unwrap();
    let leaves: Vec<_> = incoming
        .document
        .leaves(rt(ResourceKind::User))
        .into_iter()
        .map(|leaf| {
            let parent = leaf.parent.map(|parent| parent.id);
            (leaf.def.id, parent, leaf.ordinal, leaf.value.clone())
        })
        .collect();
    let emails = Some(AttrId::Emails);
    assert_eq!(
        leaves,
        [
            (AttrId::UserName, None, 0, json!("bjensen")),
            (AttrId::EmailsValue, emails, 0, json!("a")),
            (AttrId::EmailsValue, emails, 1, json!("b")),
            (AttrId::EmailsType, emails, 1, json!("work")),
            (
                AttrId::EnterpriseManagerValue,
                Some(AttrId::EnterpriseManager),
                0,
                json!("m")
            ),
        ]
    );
}

#[test]
fn an_immutable_attribute_keeps_its_value() {
    use std::sync::Arc;

    use crate::{
        attr::{AttrDef, Mutability},
        schema::Schema,
    };
    let badge = AttrDef::string(AttrId::Title, "badge", "").mutability(Mutability::Immutable);
    let schema = Schema {
        urn: "urn:x:2.0:User".into(),
        name: "X".into(),
        description: "X".into(),
        attributes: vec![badge],
    };
    let rt = ResourceType::new(
        ResourceKind::User,
        "/Users",
        vec![],
        Arc::new(schema),
        vec![],
    );
    let doc = |value: Value| Document::from_map(object(value));
    let (unset, first, second) = (
        doc(json!({})),
        doc(json!({"badge": "1"})),
        doc(json!({"badge": "2"})),
    );
    assert_eq!(unset.check_immutable(&rt, &first), Ok(()));
    assert_eq!(first.check_immutable(&rt, &first), Ok(()));
    for other in [&second, &unset] {
        let error = first.check_immutable(&rt, other).unwrap_err();
        assert_eq!(error.detail, "badge cannot be changed once it is set");
    }
}
