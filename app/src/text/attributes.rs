//! Strings of custom attributes: those of the account, and those of one connection.

use scim_schema::custom::{ReturnedWhen, SimpleType};

use crate::format;

pub(crate) const TITLE: &str = "Custom attributes";
pub(crate) const LEDE: &str =
    "What your providers send beyond the SCIM schemas, and Rollcall shall know.";
pub(crate) const FAILED: &str = "The custom attributes could not be loaded.";
pub(crate) const CAPTION: &str = "Custom attributes of this account";
pub(crate) const ADD: &str = "Define attribute";
pub(crate) const ADDING: &str = "Defining attribute";
pub(crate) const EMPTY: &str = "No custom attributes yet";
pub(crate) const EMPTY_WHY: &str = "Define one here, or open a connection: it lists what arrived without a definition, and declares it with one click.";
pub(crate) const EMPTY_ASK: &str = "A System Administrator or an IT Administrator can define one.";

pub(crate) const NAME: &str = "Name";
pub(crate) const NAME_HINT: &str =
    "Letters, digits, - and _, beginning with a letter, such as costCode.";
pub(crate) const TYPE: &str = "Type";
pub(crate) const TYPE_HINT: &str = "It never changes: values of another type would be left behind.";
pub(crate) const MULTI_VALUED: &str = "A person can have several values";
pub(crate) const CASE_EXACT: &str = "Upper and lower case differ in searches";
pub(crate) const ON_REQUEST: &str = "Only in SCIM answers that ask for it";
pub(crate) const DESCRIPTION: &str = "What it means";
pub(crate) const EXPOSED_ON: &str = "Exposed on";
pub(crate) const NOWHERE: &str = "No connection";
pub(crate) const PEOPLE: &str = "People";
pub(crate) const ACT: &str = "Act";
pub(crate) const EDIT: &str = "Edit";
pub(crate) const SAVE: &str = "Save attribute";
pub(crate) const SAVING: &str = "Saving attribute";
pub(crate) const DELETE: &str = "Delete";
pub(crate) const DELETE_ACT: &str = "Delete attribute";
pub(crate) const DELETING: &str = "Deleting attribute";
pub(crate) const KEEP: &str = "Keep attribute";

pub(crate) const SECTION: &str = "Attributes";
pub(crate) const SECTION_FAILED: &str = "The attributes of this connection could not be loaded.";
pub(crate) const EXPOSED_CAPTION: &str = "Custom attributes that this connection exposes";
pub(crate) const NONE_EXPOSED: &str = "This connection knows the attributes of SCIM only.";
pub(crate) const EXPOSE: &str = "Expose attribute";
pub(crate) const EXPOSING: &str = "Exposing attribute";
pub(crate) const ATTRIBUTE: &str = "Attribute";
pub(crate) const SCHEMA: &str = "Schema URN";
pub(crate) const SCHEMA_HINT: &str = "As the provider sends it.";
pub(crate) const NAME_THERE: &str = "Name on this connection";
pub(crate) const MOVE: &str = "Change";
pub(crate) const HIDE: &str = "Hide";
pub(crate) const HIDE_ACT: &str = "Hide attribute";
pub(crate) const HIDING: &str = "Hiding attribute";
pub(crate) const KEEP_EXPOSED: &str = "Keep as is";
pub(crate) const READING: &str = "Values are being read again";
pub(crate) const READING_WHY: &str =
    "Everybody of this connection gets the values that arrived before the change.";
pub(crate) const ARRIVED: &str = "Arrived without a definition";
pub(crate) const ARRIVED_CAPTION: &str = "Attributes that arrived without a definition";
pub(crate) const DECLARE: &str = "Declare";
pub(crate) const NO_SCHEMA: &str = "No schema URN";
pub(crate) const MIXED: &str = "Several types";
pub(crate) const NONE_LEFT: &str =
    "Every custom attribute of this account is exposed here already. Define another one first.";
/// What a first attribute is exposed under, unless the person says otherwise.
pub(crate) const USUAL_URN: &str = "urn:ietf:params:scim:schemas:extension:custom:2.0:User";

/// A type, in words.
pub(crate) const fn type_word(kind: SimpleType) -> &'static str {
    match kind {
        SimpleType::String => "Text",
        SimpleType::Boolean => "Yes or no",
        SimpleType::Integer => "Whole number",
        SimpleType::Decimal => "Number",
        SimpleType::DateTime => "Date and time",
        SimpleType::Reference => "Link",
        SimpleType::Binary => "Binary (base64)",
    }
}

/// A type with whether it holds several values.
pub(crate) fn shape(kind: SimpleType, multi_valued: bool) -> String {
    let word = type_word(kind);
    if multi_valued {
        format!("{word}, several values")
    } else {
        word.to_owned()
    }
}

/// What is unusual about a definition, below its type.
pub(crate) fn traits(kind: SimpleType, case_exact: bool, returned: ReturnedWhen) -> Option<String> {
    let case = (case_exact && kind == SimpleType::String).then_some("case matters");
    let asked = (returned == ReturnedWhen::Request).then_some("on request");
    let words: Vec<_> = case.into_iter().chain(asked).collect();
    (!words.is_empty()).then(|| words.join(", "))
}

/// Toast after a definition.
pub(crate) fn added(name: &str) -> String {
    format!("{name} is defined. Expose it on a connection to receive values.")
}

/// Toast after a change.
pub(crate) fn saved(name: &str) -> String {
    format!("{name} is saved")
}

/// Toast after a deletion.
pub(crate) fn deleted(name: &str) -> String {
    format!("{name} is deleted")
}

/// Title of the dialog that changes a definition.
pub(crate) fn edit_title(name: &str) -> String {
    format!("Edit {name}")
}

/// Title of the question before a deletion.
pub(crate) fn delete_title(name: &str) -> String {
    format!("Delete {name}")
}

/// What a deletion does.
pub(crate) fn delete_consequences(people: u64, connections: usize) -> Vec<String> {
    let values = match people {
        0 => "Nobody has a value.".to_owned(),
        1 => "1 person loses the value for ever.".to_owned(),
        n => format!("{} people lose their values for ever.", format::count(n)),
    };
    let exposed = match connections {
        0 => None,
        1 => Some("1 connection does not expose it any more.".to_owned()),
        n => Some(format!("{n} connections do not expose it any more.")),
    };
    [Some(values), exposed].into_iter().flatten().collect()
}

/// Names of a button among those of the other rows.
pub(crate) fn act_label(act: &str, name: &str) -> String {
    format!("{act} {name}")
}

/// What is below the heading of the section.
pub(crate) fn exposed_note(count: usize) -> String {
    match count {
        0 => "None beyond the SCIM schemas".to_owned(),
        1 => "1 beyond the SCIM schemas".to_owned(),
        n => format!("{n} beyond the SCIM schemas"),
    }
}

/// Toast after an attribute was exposed.
pub(crate) fn exposed(name: &str) -> String {
    format!("{name} is exposed. Its values are being read.")
}

/// Toast after an attribute was hidden.
pub(crate) fn hidden(name: &str) -> String {
    format!("{name} is hidden. Its values are kept.")
}

/// Title of the question before an attribute is hidden.
pub(crate) fn hide_title(name: &str) -> String {
    format!("Hide {name}")
}

/// What hiding does.
pub(crate) fn hide_consequences() -> Vec<String> {
    vec![
        "The provider does not see it any more, in answers, filters and /Schemas.".to_owned(),
        "Values are kept, and are there again when it is exposed at the same place.".to_owned(),
    ]
}

/// Whose values were looked at.
pub(crate) fn looked_at(people: u64, more: bool) -> String {
    let number = format::count(people);
    match (people, more) {
        (_, true) => format!("Among the newest {number} people with such values"),
        (1, false) => "Of 1 person".to_owned(),
        (_, false) => format!("Of {number} people"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deletion_tells_how_many_values_go() {
        assert_eq!(delete_consequences(0, 0), ["Nobody has a value."]);
        let many = delete_consequences(1200, 2);
        assert!(many[0].contains("people lose") && many[1].starts_with("2 connections"));
    }

    #[test]
    fn only_what_is_unusual_is_said_of_a_definition() {
        let plain = traits(SimpleType::Reference, true, ReturnedWhen::Default);
        assert_eq!(plain, None);
        let both = traits(SimpleType::String, true, ReturnedWhen::Request);
        assert_eq!(both.as_deref(), Some("case matters, on request"));
        assert_eq!(
            shape(SimpleType::Integer, true),
            "Whole number, several values"
        );
    }
}
