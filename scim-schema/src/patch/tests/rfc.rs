//! The three operations, their refusals, and what they leave aside.

use serde_json::{Value, json};

use super::{
    GENERIC, add, after, document, object, refusal, remove, replace, run, two_emails, users,
};
use crate::{
    attr::AttrId,
    dialect::{Dialect, Notes},
    patch::{MAX_OPERATIONS, Op, parse_patch},
    schema::urn,
};

#[test]
fn rfc7644_3521_add_without_path_adds_values_and_sets_attributes() {
    let operations = json!([{"op": "add", "value": {
        "emails": [{"value": "babs@jensen.org", "type": "other"}],
        "nickname": "Babs",
    }}]);
    let seen = after(GENERIC, two_emails(), operations);
    assert_eq!(seen["nickName"], "Babs");
    assert_eq!(seen["emails"].as_array().map(Vec::len), Some(3));
    assert_eq!(
        seen["emails"][2],
        json!({"value": "babs@jensen.org", "type": "other"})
    );
}

#[test]
fn rfc7644_3521_adding_what_is_there_changes_nothing() {
    for value in [
        json!([{"value": "h@example.com", "type": "home"}]),
        json!({"value": "H@example.com"}),
        json!([{"value": "h@example.com", "type": "home", "primary": false}]),
        json!([]),
    ] {
        assert_eq!(
            after(GENERIC, two_emails(), add("emails", value)),
            two_emails()
        );
    }
}

#[test]
fn the_same_value_and_type_takes_further_sub_attributes() {
    let value =
        json!([{"value": "h@example.com", "type": "home", "display": "H", "primary": true}]);
    assert_eq!(
        after(GENERIC, two_emails(), add("emails", value)),
        json!({"emails": [
            {"value": "w@example.com", "type": "work", "primary": false},
            {"value": "h@example.com", "display": "H", "type": "home", "primary": true},
        ]})
    );
}

#[test]
fn rfc7644_352_a_new_primary_takes_it_from_the_old_one() {
    let value = json!([{"value": "o@example.com", "type": "other", "primary": true}]);
    let seen = after(GENERIC, two_emails(), add("emails", value));
    assert_eq!(seen["emails"][0]["primary"], false);
    assert_eq!(seen["emails"][1].get("primary"), None);
    assert_eq!(seen["emails"][2]["primary"], true);

    let seen = after(
        GENERIC,
        two_emails(),
        replace("emails[type eq \"home\"].primary", json!(true)),
    );
    assert_eq!(seen["emails"][0]["primary"], false);
    assert_eq!(seen["emails"][1]["primary"], true);

    let two = json!([{"value": "a", "primary": true}, {"value": "b", "primary": true}]);
    let why = "400 invalidValue: emails must have 'primary' true in one value at most";
    assert_eq!(
        refusal(GENERIC, two_emails(), add("emails", two.clone())),
        why
    );
    assert_eq!(refusal(GENERIC, two_emails(), replace("emails", two)), why);
    assert_eq!(
        refusal(
            GENERIC,
            two_emails(),
            replace("emails.primary", json!(true))
        ),
        why
    );
}

#[test]
fn rfc7644_3522_remove_takes_values_sub_attributes_and_attributes() {
    assert_eq!(after(GENERIC, two_emails(), remove("emails")), json!({}));
    let path = "emails[type eq \"work\" and value ew \"example.com\"]";
    assert_eq!(
        after(GENERIC, two_emails(), remove(path)),
        json!({"emails": [{"value": "h@example.com", "type": "home"}]})
    );
    assert_eq!(
        after(GENERIC, two_emails(), remove("emails[value pr]")),
        json!({})
    );
    assert_eq!(
        after(GENERIC, two_emails(), remove("emails[type eq \"x\"]")),
        two_emails()
    );
    let seen = after(
        GENERIC,
        two_emails(),
        remove("emails[type eq \"home\"].type"),
    );
    assert_eq!(seen["emails"][1], json!({"value": "h@example.com"}));
    let name = json!({"name": {"givenName": "B", "familyName": "J"}});
    assert_eq!(
        after(GENERIC, name.clone(), remove("name.givenName")),
        json!({"name": {"familyName": "J"}})
    );
    let both = json!([
        {"op": "remove", "path": "name.givenName"}, {"op": "remove", "path": "NAME.familyname"},
    ]);
    assert_eq!(after(GENERIC, name, both), json!({}));
    assert_eq!(after(GENERIC, json!({}), remove("nickName")), json!({}));
}

#[test]
fn rfc7644_3523_replace_merges_complex_and_swaps_lists() {
    let name = json!({"name": {"givenName": "Barbara", "familyName": "Jensen"}});
    assert_eq!(
        after(
            GENERIC,
            name.clone(),
            replace("name", json!({"givenName": "Babs"}))
        ),
        json!({"name": {"familyName": "Jensen", "givenName": "Babs"}})
    );
    assert_eq!(
        after(GENERIC, name, replace("name", json!({"givenName": null}))),
        json!({"name": {"familyName": "Jensen"}})
    );
    assert_eq!(
        after(
            GENERIC,
            two_emails(),
            replace("emails", json!([{"value": "n"}]))
        ),
        json!({"emails": [{"value": "n"}]})
    );
    assert_eq!(
        after(GENERIC, two_emails(), replace("emails", json!([]))),
        json!({})
    );
    assert_eq!(
        after(GENERIC, json!({}), replace("title", json!("Tour Guide"))),
        json!({"title": "Tour Guide"}),
        "a missing target is added"
    );
    assert_eq!(
        after(
            GENERIC,
            json!({"title": "x"}),
            replace("title", json!(null))
        ),
        json!({})
    );
}

#[test]
fn rfc7644_3523_replace_of_selected_values() {
    let before = json!({"addresses": [
        {"type": "work", "streetAddress": "100", "locality": "Hollywood"},
        {"type": "home", "streetAddress": "456", "primary": true},
    ]});
    let whole = json!({"type": "work", "streetAddress": "911", "primary": true});
    assert_eq!(
        after(
            GENERIC,
            before.clone(),
            replace("addresses[type eq \"work\"]", whole)
        ),
        json!({"addresses": [
            {"streetAddress": "911", "type": "work", "primary": true},
            {"streetAddress": "456", "type": "home", "primary": false},
        ]})
    );
    let path = "addresses[type eq \"work\"].streetAddress";
    let seen = after(
        GENERIC,
        before.clone(),
        replace(path, json!("1010 Broadway Ave")),
    );
    assert_eq!(
        seen["addresses"][0],
        json!({"streetAddress": "1010 Broadway Ave", "locality": "Hollywood", "type": "work"})
    );
    let seen = after(
        GENERIC,
        before,
        add("addresses[type eq \"work\"]", json!({"region": "CA"})),
    );
    assert_eq!(seen["addresses"][0]["locality"], "Hollywood");
    assert_eq!(seen["addresses"][0]["region"], "CA");
}

#[test]
fn extensions_come_and_go_with_their_attributes() {
    let path = format!("{}:employeeNumber", urn::ENTERPRISE_USER);
    let with = json!({urn::ENTERPRISE_USER: {"employeeNumber": "7"}});
    assert_eq!(after(GENERIC, json!({}), add(&path, json!("7"))), with);
    assert_eq!(after(GENERIC, with.clone(), remove(&path)), json!({}));
    assert_eq!(
        after(GENERIC, with.clone(), remove(urn::ENTERPRISE_USER)),
        json!({})
    );
    let merged = json!({urn::ENTERPRISE_USER: {"employeeNumber": "7", "department": "D"}});
    let value = json!({"Department": "D"});
    assert_eq!(
        after(
            GENERIC,
            with.clone(),
            replace(urn::ENTERPRISE_USER, value.clone())
        ),
        merged
    );
    let pathless = json!([{"op": "add", "value": {urn::ENTERPRISE_USER: value}}]);
    assert_eq!(after(GENERIC, with, pathless), merged);
}

#[test]
fn what_the_server_sets_may_be_repeated_but_not_changed() {
    let repeated = json!([{"op": "replace", "value": {
        "schemas": [urn::USER], "id": "id-1", "meta": {"version": "W/\"1\""}, "groups": [],
        "title": "T",
    }}]);
    assert_eq!(after(GENERIC, json!({}), repeated), json!({"title": "T"}));
    let refused = |operations| refusal(GENERIC, json!({}), operations);
    assert_eq!(
        refused(replace("id", json!("x"))),
        "400 mutability: id is read-only"
    );
    assert_eq!(
        refused(json!([{"op": "replace", "value": {"id": "x"}}])),
        "400 mutability: id is read-only"
    );
    assert!(refused(replace("meta.created", json!("1999"))).starts_with("400 mutability"));
    assert!(refused(add("groups", json!([{"value": "g"}]))).starts_with("400 mutability"));
    assert!(refused(remove("schemas")).starts_with("400 mutability"));
    assert!(refused(remove(urn::USER_STATUS)).starts_with("400 mutability"));
    let display = format!("{}:manager.displayName", urn::ENTERPRISE_USER);
    assert!(refused(replace(&display, json!("B"))).starts_with("400 mutability"));
}

#[test]
fn a_refusal_names_the_operation() {
    let good = json!({"op": "add", "path": "title", "value": "x"});
    for (bad, why) in [
        (
            json!({"op": "replace", "path": "emails[type eq \"x\"].value", "value": "a"}),
            "Operations[1]: Path 'emails[type eq \"x\"].value' selects no value of the resource",
        ),
        (
            json!({"op": "add", "path": "nope", "value": 1}),
            "Operations[1]: Path 'nope' names no known attribute",
        ),
        (
            json!({"op": "add", "value": {"title": 7}}),
            "Operations[1]: title must be a string",
        ),
    ] {
        let refused = run(GENERIC, &document(json!({})), json!([good, bad]));
        assert_eq!(
            refused.err().map(|error| error.detail).as_deref(),
            Some(why)
        );
    }
}

#[test]
fn a_blank_identifier_is_none() {
    let before = json!({"externalId": "7"});
    for operations in [
        replace("externalId", json!("")),
        add("externalId", json!("  ")),
        json!([{"op": "replace", "value": {"externalId": ""}}]),
    ] {
        assert_eq!(after(GENERIC, before.clone(), operations), json!({}));
    }
    assert_eq!(
        after(GENERIC, json!({"externalId": ""}), add("title", json!(""))),
        json!({"title": ""})
    );
}

#[test]
fn each_refusal_has_its_keyword_and_names_the_path() {
    let of = |operations| refusal(GENERIC, two_emails(), operations);
    let manager = format!("{}:manager", urn::ENTERPRISE_USER);
    let seen = [
        of(json!("x")),
        of(json!([])),
        of(json!([7])),
        of(json!([{"op": "move", "path": "title", "value": "x"}])),
        of(json!([{"op": "add", "path": "title"}])),
        of(json!([{"op": "remove"}])),
        of(json!([{"op": "add", "path": 7, "value": "x"}])),
        of(json!([{"op": "add", "value": "x"}])),
        of(remove("userName")),
        of(replace("userName", json!(null))),
        of(replace("userName", json!(""))),
        of(replace("emails[type eq \"work\"", json!("x"))),
        of(replace("..", json!("x"))),
        of(replace("", json!("x"))),
        of(replace("emails[type regex \"work\"].value", json!("x"))),
        of(replace("emails[nope eq \"work\"].value", json!("x"))),
        of(replace("emails[type eq \"work\"].nope", json!("x"))),
        of(replace("name[givenName eq \"x\"]", json!({}))),
        of(replace("nope", json!("x"))),
        of(replace("urn:x:2.0:User:y", json!("x"))),
        of(replace(
            "phoneNumbers[type eq \"mobile\"].value",
            json!("+1"),
        )),
        of(replace(
            "addresses[type eq \"home\"]",
            json!({"locality": "H"}),
        )),
        of(add("ims.value", json!("x"))),
        of(replace("active", json!("maybe"))),
        of(replace("displayName", json!({"value": "x"}))),
        of(add("emails", json!("x"))),
        of(replace("emails[type eq \"work\"].value", json!(7))),
        of(add(&manager, json!("m"))),
        of(json!([{"op": "remove", "path": "emails", "value": [{"value": "w@example.com"}]}])),
    ];
    insta::assert_snapshot!(seen.join("\n"));
}

#[test]
fn the_urn_of_the_core_schema_is_the_resource() {
    let seen = after(
        GENERIC,
        json!({}),
        replace(urn::USER, json!({"title": "T"})),
    );
    assert_eq!(seen, json!({"title": "T"}));
    let qualified = format!("{}:name.givenName", urn::USER);
    let seen = after(GENERIC, json!({}), replace(&qualified, json!("G")));
    assert_eq!(seen, json!({"name": {"givenName": "G"}}));
}

#[test]
fn null_and_empty_lists_unassign() {
    let before = json!({"title": "T", "name": {"givenName": "G", "familyName": "F"}});
    for nothing in [json!(null), json!([])] {
        let operations = json!([
            {"op": "replace", "path": "title", "value": nothing},
            {"op": "replace", "path": "name", "value": {"givenName": nothing}},
            {"op": "replace", "path": "name.familyName", "value": nothing},
        ]);
        assert_eq!(after(GENERIC, before.clone(), operations), json!({}));
    }
    for nothing in [json!(null), json!([])] {
        let seen = after(
            GENERIC,
            two_emails(),
            replace("emails[type eq \"work\"]", nothing),
        );
        assert_eq!(
            seen,
            json!({"emails": [{"value": "h@example.com", "type": "home"}]})
        );
    }
}

#[test]
fn the_number_of_values_is_bounded() {
    let many = |from: usize, to: usize| -> Vec<Value> {
        (from..to)
            .map(|n| json!({"value": format!("v{n}")}))
            .collect()
    };
    let full = json!({"roles": many(0, 500)});
    assert_eq!(
        after(GENERIC, full.clone(), add("roles", json!(many(0, 500)))),
        full
    );
    assert_eq!(
        refusal(GENERIC, full, add("roles", json!(many(500, 501)))),
        "400 invalidValue: roles must have at most 500 values"
    );
}

#[test]
fn the_body_must_be_a_patch_op_of_bounded_length() {
    let parse = |body: Value| {
        let error = parse_patch(
            users(),
            object(body),
            &Dialect::of(GENERIC),
            &mut Notes::new(),
        )
        .unwrap_err();
        (
            error.status,
            error.scim_type.map(|keyword| keyword.keyword()),
        )
    };
    let operation = json!({"op": "remove", "path": "title"});
    let syntax = (400, Some("invalidSyntax"));
    assert_eq!(parse(json!({"Operations": [operation]})), syntax);
    assert_eq!(
        parse(json!({"schemas": [urn::USER], "Operations": [operation]})),
        syntax
    );
    assert_eq!(parse(json!({"schemas": [urn::PATCH_OP]})), syntax);
    let many = vec![operation.clone(); MAX_OPERATIONS + 1];
    assert_eq!(
        parse(json!({"schemas": [urn::PATCH_OP], "Operations": many})),
        (413, None)
    );
    let any_case = object(json!({
        "SCHEMAS": [urn::PATCH_OP.to_uppercase()],
        "operations": [{"OP": "Remove", "Path": "Title"}],
    }));
    let ops = parse_patch(users(), any_case, &Dialect::of(GENERIC), &mut Notes::new()).unwrap();
    assert_eq!(ops[0].op, Op::Remove);
    assert_eq!(
        ops[0].path.as_ref().and_then(|path| path.attribute()),
        Some(AttrId::Title)
    );
}

#[test]
fn unknown_attributes_and_passwords_are_returned_apart() {
    let operations = json!([
        {"op": "add", "value": {"favouriteColour": "green", "gone": null, "password": "p"}},
        {"op": "add", "path": "roles", "value": [{"value": "r", "displayName": "R"}]},
        {"op": "add", "value": {urn::ENTERPRISE_USER: {"badge": "9"}}},
    ]);
    let outcome = run(GENERIC, &document(json!({})), operations).unwrap();
    assert_eq!(
        outcome.document,
        json!({"userName": "u", "roles": [{"value": "r"}]})
    );
    assert_eq!(outcome.applied.password.as_deref(), Some("p"));
    assert_eq!(
        Value::Object(outcome.applied.unmapped),
        json!({
            "favouriteColour": "green", "gone": null,
            "roles": [{"displayName": "R", "value": "r"}],
            urn::ENTERPRISE_USER: {"badge": "9"},
        })
    );
}
