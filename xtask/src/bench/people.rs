//! Bodies that are sent: people as Okta sends them, groups and Bulk.

use std::fmt::Write as _;

/// The name that a person signs in with.
pub(super) fn user_name(index: usize) -> String {
    format!("person{index}@bench.example")
}

/// The id that the provider knows a person by.
pub(super) fn external_id(index: usize) -> String {
    format!("00u{index:017}")
}

/// A person as Okta sends one: 1.2 KB.
pub(super) fn user(index: usize) -> String {
    let (name, external_id) = (user_name(index), external_id(index));
    let (given, family) = (GIVEN[index % GIVEN.len()], format!("Number {index}"));
    format!(
        concat!(
            r#"{{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],"#,
            r#""userName":"{name}","externalId":"{external_id}","#,
            r#""name":{{"formatted":"{given} {family}","givenName":"{given}","familyName":"{family}","middleName":"B."}},"#,
            r#""displayName":"{given} {family}","nickName":"{given}","title":"Teacher","userType":"Employee","#,
            r#""preferredLanguage":"en-US","locale":"en-US","timezone":"America/New_York","#,
            r#""emails":[{{"primary":true,"value":"{name}","type":"work"}},{{"value":"home.{name}","type":"home"}}],"#,
            r#""phoneNumbers":[{{"primary":true,"value":"+1-555-0100-{index}","type":"work"}},{{"value":"+1-555-0199-{index}","type":"mobile"}}],"#,
            r#""addresses":[{{"type":"work","streetAddress":"{index} Orchard Road","locality":"Springfield","region":"IL","postalCode":"62701","country":"US","primary":true}}],"#,
            r#""urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{{"employeeNumber":"{index}","costCenter":"4130","organization":"Springfield Schools","division":"Secondary","department":"Mathematics"}},"#,
            r#""groups":[],"password":"2qfIcwvzRk7M","active":true}}"#
        ),
        name = name,
        external_id = external_id,
        given = given,
        family = family,
        index = index,
    )
}

const GIVEN: [&str; 8] = [
    "Ada", "Grace", "Alan", "Edsger", "Barbara", "Donald", "Frances", "Niklaus",
];

/// A Bulk that creates the people with these numbers.
pub(super) fn bulk(people: std::ops::Range<usize>) -> String {
    let mut body = String::from(
        r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":["#,
    );
    let first = people.start;
    for index in people {
        if index > first {
            body.push(',');
        }
        let _infallible = write!(
            body,
            r#"{{"method":"POST","path":"/Users","bulkId":"b{index}","data":{}}}"#,
            user(index)
        );
    }
    body + "]}"
}

/// `active` as Okta sends it.
pub(super) fn set_active(active: bool) -> String {
    patch(&format!(
        r#"{{"op":"replace","value":{{"active":{active}}}}}"#
    ))
}

/// Adds members to a group.
pub(super) fn add_members(ids: &[String]) -> String {
    patch(&format!(
        r#"{{"op":"add","path":"members","value":{}}}"#,
        members(ids)
    ))
}

/// Takes a member out of a group.
pub(super) fn remove_member(id: &str) -> String {
    patch(&format!(
        r#"{{"op":"remove","path":"members[value eq \"{id}\"]"}}"#
    ))
}

/// A group with members.
pub(super) fn group(name: &str, ids: &[String]) -> String {
    format!(
        r#"{{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"{name}","members":{}}}"#,
        members(ids)
    )
}

fn patch(operation: &str) -> String {
    format!(
        r#"{{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{operation}]}}"#
    )
}

fn members(ids: &[String]) -> String {
    let members: Vec<String> = ids
        .iter()
        .map(|id| format!(r#"{{"value":"{id}"}}"#))
        .collect();
    format!("[{}]", members.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_as_large_as_those_of_okta_and_unlike_others() {
        assert_ne!(user(1), user(2));
        let person = user(12_345);
        assert_eq!(person.matches('{').count(), person.matches('}').count());
        assert!((1_100..1_600).contains(&person.len()), "{}", person.len());
    }

    #[test]
    fn a_bulk_has_an_operation_for_each_person() {
        assert_eq!(bulk(3..6).matches("\"POST\"").count(), 3);
        assert!(bulk(3..6).contains("},{\"method\""));
    }
}
