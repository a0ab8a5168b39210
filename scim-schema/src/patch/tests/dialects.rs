//! What each dialect turns on.

use serde_json::{Value, json};

use super::{ENTRA, GENERIC, add, after, document, refusal, remove, replace, run, two_emails};
use crate::{dialect::ConnectionKind, schema::urn};

#[test]
fn d4_operations_on_undeclared_schemas_are_kept_aside_by_others_than_generic() {
    let path = "urn:ietf:params:scim:schemas:extension:Custom:2.0:User:tag";
    let outcome = run(ENTRA, &document(json!({})), add(path, json!("7"))).unwrap();
    assert_eq!(outcome.document, json!({"userName": "u"}));
    assert_eq!(outcome.rules, ["ignore_undeclared_urn"]);
    assert_eq!(
        Value::Object(outcome.applied.unmapped),
        json!({"urn:ietf:params:scim:schemas:extension:Custom:2.0:User": {"tag": "7"}})
    );
    assert!(refusal(GENERIC, json!({}), add(path, json!("7"))).starts_with("400 invalidPath"));
    let pathless = json!([{"op": "add", "value": {"urn:x:2.0:User": {"tag": "7"}}}]);
    assert!(refusal(GENERIC, json!({}), pathless).contains("urn:x:2.0:User"));
}

#[test]
fn d5_entra_manager_as_string_list_or_without_urn() {
    let wanted = json!({urn::ENTERPRISE_USER: {"manager": {"value": "m"}}});
    let path = format!("{}:manager", urn::ENTERPRISE_USER);
    assert_eq!(after(ENTRA, json!({}), add(&path, json!("m"))), wanted);
    let list = json!([{"$ref": null, "value": "m", "displayName": "Boss"}]);
    assert_eq!(after(ENTRA, json!({}), add("manager", list)), wanted);
    assert_eq!(
        after(ENTRA, json!({}), add("manager.value", json!("m"))),
        wanted
    );
    let pathless = json!([{"op": "Replace", "value": {"manager": "m"}}]);
    assert_eq!(after(ENTRA, json!({}), pathless), wanted);
    assert_eq!(after(ENTRA, wanted, remove("manager")), json!({}));
}

#[test]
fn d6_entra_booleans_as_strings_also_in_value_paths() {
    assert_eq!(
        after(ENTRA, json!({}), replace("active", json!("False"))),
        json!({"active": false})
    );
    let operations = json!([
        {"op": "Add", "path": "roles[primary eq \"True\"].value", "value": "Owner"},
        {"op": "Add", "path": "roles[primary eq \"True\"].type", "value": "T"},
    ]);
    assert_eq!(
        after(ENTRA, json!({"roles": [{"value": "r"}]}), operations),
        json!({"roles": [{"value": "r"}, {"value": "Owner", "type": "T", "primary": true}]})
    );
}

#[test]
fn d7_remove_with_a_list_removes_the_listed_values_only() {
    let operations = json!([
        {"op": "Remove", "path": "emails", "value": [{"value": "W@example.com"}, {"value": "x"}]},
    ]);
    let outcome = run(ENTRA, &document(two_emails()), operations).unwrap();
    assert_eq!(
        outcome.document["emails"],
        json!([{"value": "h@example.com", "type": "home"}])
    );
    assert_eq!(outcome.rules, ["remove_members_by_value"]);
    let none = json!([{"op": "Remove", "path": "emails", "value": []}]);
    assert_eq!(after(ENTRA, two_emails(), none), two_emails());
}

#[test]
fn d8_entra_makes_the_value_that_a_path_does_not_find() {
    let operations = json!([
        {"op": "Add", "path": "addresses[type eq \"Work\"].streetAddress", "value": "911"},
        {"op": "Add", "path": "addresses[type eq \"work\"].Formatted", "value": "F"},
        {"op": "Replace", "path": "emails[type eq \"home\"].display", "value": "Home mail"},
        {"op": "Replace", "path": "emails[type eq \"home\"].value", "value": "h"},
        {"op": "Replace", "path": "emails[type eq \"home\"].primary", "value": "True"},
        {"op": "Replace", "path": "phoneNumbers[type eq \"fax\"]", "value": {"value": "5"}},
    ]);
    let outcome = run(ENTRA, &document(json!({})), operations).unwrap();
    assert_eq!(
        outcome.document,
        json!({
            "userName": "u",
            "emails": [{"value": "h", "display": "Home mail", "type": "home", "primary": true}],
            "phoneNumbers": [{"value": "5", "type": "fax"}],
            "addresses": [{"formatted": "F", "streetAddress": "911", "type": "Work"}],
        })
    );
    let made = outcome
        .rules
        .iter()
        .filter(|rule| **rule == "create_missing_element");
    assert_eq!(made.count(), 3);
    for path in [
        "emails[type ne \"work\"].value",
        "emails[value co \"x\"].type",
    ] {
        assert!(refusal(ENTRA, json!({}), add(path, json!("x"))).starts_with("400 noTarget"));
    }
}

#[test]
fn entra_dotted_keys_are_paths() {
    let operations = json!([{"op": "replace", "value": {
        "displayName": "Bjfe", "name.givenName": "Kkom",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber": "Aklq",
        "emails[type eq \"work\"].value": "n@example.com",
        "no.such": 1,
    }}]);
    let outcome = run(ENTRA, &document(two_emails()), operations.clone()).unwrap();
    assert_eq!(outcome.document["name"], json!({"givenName": "Kkom"}));
    assert_eq!(outcome.document["emails"][0]["value"], "n@example.com");
    assert_eq!(
        outcome.document[urn::ENTERPRISE_USER],
        json!({"employeeNumber": "Aklq"})
    );
    assert_eq!(outcome.rules, ["dotted_keys"; 3]);
    assert_eq!(
        Value::Object(outcome.applied.unmapped),
        json!({"no.such": 1})
    );
    let outcome = run(GENERIC, &document(two_emails()), operations).unwrap();
    let mut unchanged = two_emails();
    unchanged["userName"] = json!("u");
    unchanged["displayName"] = json!("Bjfe");
    assert_eq!(outcome.document, unchanged, "elsewhere they are unknown");
    assert!(outcome.applied.unmapped.contains_key("name.givenName"));
}

#[test]
fn d17_interop_strict_wants_a_path() {
    let pathless = json!([{"op": "replace", "value": {"active": false}}]);
    assert_eq!(
        refusal(ConnectionKind::InteropStrict, json!({}), pathless),
        "400 invalidPath: Operations[0].path is required on this connection"
    );
}

#[test]
fn okta_deactivates_without_path() {
    let pathless = json!([{"op": "replace", "value": {"active": false}}]);
    let before = json!({"active": true, "title": "T"});
    assert_eq!(
        after(ConnectionKind::Okta, before, pathless),
        json!({"title": "T", "active": false})
    );
}
