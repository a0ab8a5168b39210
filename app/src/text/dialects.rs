//! Strings of the dialect of a connection: what each function does.

use scim_schema::dialect::Switch;

pub(crate) const TITLE: &str = "Dialect";
pub(crate) const FAILED: &str = "The dialect could not be loaded.";
pub(crate) const CAPTION: &str = "Functions of the dialect";
pub(crate) const FUNCTION: &str = "Function";
pub(crate) const STATE: &str = "State";
pub(crate) const CHANGED: &str = "Changed";
pub(crate) const BY_DEFAULT: &str = "By default";

/// How many functions differ from what the provider's kind needs.
pub(crate) fn note(changed: usize) -> String {
    match changed {
        0 => "All as this provider needs them".to_owned(),
        1 => "1 function changed by hand".to_owned(),
        n => format!("{n} functions changed by hand"),
    }
}

/// "On" or "Off".
pub(crate) const fn state(on: bool) -> &'static str {
    if on { "On" } else { "Off" }
}

/// The button of a function: what it does to it.
pub(crate) const fn act(on: bool, changed: bool) -> &'static str {
    match (changed, on) {
        (true, _) => "Reset",
        (false, true) => "Turn off",
        (false, false) => "Turn on",
    }
}

/// Name of that button among those of the other functions.
pub(crate) fn act_label(switch: Switch, on: bool, changed: bool) -> String {
    format!("{} {}", act(on, changed), switch.as_str())
}

/// Toast after a change.
pub(crate) fn done(switch: Switch, on: bool) -> String {
    let word = if on { "on" } else { "off" };
    format!("{} is {word}", switch.as_str())
}

/// What a function does while it is on.
pub(crate) const fn does(switch: Switch) -> &'static str {
    match switch {
        Switch::IgnoreUndeclaredUrn => {
            "Schemas that this connection does not declare are ignored instead of refused."
        }
        Switch::RefuseUnknownAttribute => {
            "Attributes that no schema knows are refused instead of ignored."
        }
        Switch::RefusePathlessPatch => "A PATCH operation without a path is refused.",
        Switch::Scim1Urns => "The schema names of SCIM 1 stand for those of SCIM 2.",
        Switch::BooleanAsString => "active and primary may be the words True and False.",
        Switch::ManagerAsString => {
            "manager may be a bare id, and may stand without the name of its schema."
        }
        Switch::CreateMissingElement => {
            "A value that a PATCH looks for and does not find is made, as in emails[type eq \"work\"].value."
        }
        Switch::RemoveMembersByValue => {
            "Members to remove may be listed as a value instead of in the path."
        }
        Switch::AcceptUnknownMember => {
            "Members whom this connection does not have are skipped instead of refused."
        }
        Switch::FilterBeyondAbnf => {
            "Filters may have a sub-attribute after brackets, and values without quotes."
        }
        Switch::DottedKeys => {
            "A PATCH without a path may have paths as names, as in name.givenName, and roles as JSON text."
        }
        Switch::AcceptPassword => {
            "A password that is sent becomes the password of the person, instead of being discarded."
        }
        Switch::UserPatch204 => "A changed user is answered with 204 and without a body.",
        Switch::GroupPatch200 => "A changed group is answered with 200 and the group.",
        Switch::ExposeUserStatus => {
            "The status that Rollcall gives a user can be read and searched, as a schema of its own."
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_function_is_one_sentence_of_its_own() {
        let mut seen = std::collections::HashSet::new();
        for switch in Switch::ALL {
            let sentence = does(switch);
            assert!(
                sentence.ends_with('.') && seen.insert(sentence),
                "{sentence}"
            );
        }
    }

    #[test]
    fn a_changed_function_is_reset_and_others_are_turned() {
        assert_eq!(act(true, false), "Turn off");
        assert_eq!(act(false, false), "Turn on");
        assert_eq!(act(true, true), "Reset");
        assert_eq!(
            act_label(Switch::GroupPatch200, false, false),
            "Turn on group_patch_200"
        );
    }
}
