//! Strings of the policies: what each setting decides, in the words of an administrator.

use scim_schema::policy::{Kind, Setting, Value};

pub(crate) const TITLE: &str = "Policies";
pub(crate) const LEDE: &str =
    "What your organisations decide for themselves. A decision holds for everything below it.";
pub(crate) const FAILED: &str = "The policies could not be loaded.";
pub(crate) const ELSEWHERE: &str = "Organisations that decide for themselves";
pub(crate) const CHANGE: &str = "Change";
pub(crate) const SAVE: &str = "Save";
pub(crate) const SAVING: &str = "Saving…";
pub(crate) const SAVED: &str = "The policy was saved";
pub(crate) const VALUE: &str = "What holds here";
pub(crate) const FLOOR: &str = "The least that is allowed here and below";
pub(crate) const FLOOR_HINT: &str = "Only System Administrators set this. Organisations below may \
    choose this or something stricter; what is freer is lifted to it.";
pub(crate) const NO_FLOOR: &str = "Anything";
pub(crate) const NUMBER_HINT: &str = "Leave empty to decide nothing here.";
pub(crate) const FLOOR_NUMBER_HINT: &str = "Leave empty to allow anything. Only System \
    Administrators set this; what is freer below is lifted to it.";
pub(crate) const NOT_A_NUMBER: &str = "Enter a whole number, or nothing.";
pub(crate) const HISTORY: &str = "History";
pub(crate) const NO_HISTORY: &str = "Nothing was decided here yet.";
pub(crate) const HISTORY_FAILED: &str = "The history could not be loaded.";
pub(crate) const BY_DEFAULT: &str = "Default";
pub(crate) const DECIDED_HERE: &str = "Decided here";

/// The settings by what they are about.
pub(crate) const SECTIONS: [(&str, &[Setting]); 5] = [
    (
        "Leaving",
        &[
            Setting::RemovalMode,
            Setting::GraceDays,
            Setting::UndoMinutes,
            Setting::ScimRecreate,
        ],
    ),
    (
        "Signing in",
        &[
            Setting::SecondFactorRule,
            Setting::LockoutThreshold,
            Setting::LockoutRelease,
            Setting::LockoutMinutes,
            Setting::LockoutScope,
            Setting::DormancyMonths,
            Setting::InactiveReturn,
        ],
    ),
    (
        "People and roles",
        &[
            Setting::IdpAttributes,
            Setting::RoleCardinality,
            Setting::MembershipOnInvite,
        ],
    ),
    (
        "Licences",
        &[
            Setting::DomainRule,
            Setting::RemovalPrecondition,
            Setting::LicenceOnSuspend,
            Setting::SeatGraceDays,
            Setting::ReclaimDays,
        ],
    ),
    (
        "Imports",
        &[
            Setting::ImportMode,
            Setting::BulkInteractiveMax,
            Setting::BulkFileMax,
        ],
    ),
];

/// Name of a setting.
pub(crate) const fn name(setting: Setting) -> &'static str {
    match setting {
        Setting::RemovalMode => "When somebody is deleted",
        Setting::GraceDays => "Time to restore somebody",
        Setting::RemovalPrecondition => "Licences of somebody who is removed",
        Setting::UndoMinutes => "Time to undo",
        Setting::ScimRecreate => "When a leaver comes back",
        Setting::DomainRule => "Verified domains",
        Setting::IdpAttributes => "What an identity provider owns",
        Setting::RoleCardinality => "Roles in one organisation",
        Setting::MembershipOnInvite => "Invited people join",
        Setting::LockoutThreshold => "Wrong passwords before a lock-out",
        Setting::LockoutRelease => "What ends a lock-out",
        Setting::LockoutMinutes => "Length of a timed lock-out",
        Setting::LockoutScope => "What a lock-out stops",
        Setting::SecondFactorRule => "Second factor",
        Setting::DormancyMonths => "Time until somebody is inactive",
        Setting::InactiveReturn => "Who lets inactive people in again",
        Setting::LicenceOnSuspend => "Licences of suspended people",
        Setting::SeatGraceDays => "Licences of leavers stay",
        Setting::ReclaimDays => "Licences of inactive people are listed after",
        Setting::ImportMode => "Imports with errors",
        Setting::BulkInteractiveMax => "Rows of one paste",
        Setting::BulkFileMax => "Rows of one file",
    }
}

/// What a setting decides, in a sentence.
pub(crate) const fn why(setting: Setting) -> &'static str {
    match setting {
        Setting::RemovalMode => {
            "For a person in several organisations the strictest of them holds. Access is always cut at once."
        }
        Setting::GraceDays => "How long a deleted person can be brought back.",
        Setting::RemovalPrecondition => {
            "Whether licences have to be taken away first. An identity provider is never held up by this."
        }
        Setting::UndoMinutes => {
            "How long a bulk operation can be undone, and a deletion that erases at once."
        }
        Setting::ScimRecreate => {
            "What happens when an identity provider creates somebody whom it had deleted."
        }
        Setting::DomainRule => "Whose e-mail address has to be in a verified domain.",
        Setting::IdpAttributes => "Whether it can be changed here as well.",
        Setting::RoleCardinality => "How many functional roles one person may have there.",
        Setting::MembershipOnInvite => "When an invitation makes somebody a member.",
        Setting::LockoutThreshold => {
            "Counted in a row. The last System Administrator is slowed down and never locked out."
        }
        Setting::LockoutRelease => "Time, or somebody who looks at it first.",
        Setting::LockoutMinutes => "Only where time ends a lock-out.",
        Setting::LockoutScope => "Ten wrong passwords need not block single sign-on.",
        Setting::SecondFactorRule => "Who has to sign in with more than a password.",
        Setting::DormancyMonths => {
            "Calendar months without any activity. 0 leaves everybody as they are."
        }
        Setting::InactiveReturn => "An administrator, or the person by signing in.",
        Setting::LicenceOnSuspend => "Whether a suspension frees them for others.",
        Setting::SeatGraceDays => "Days for which they are kept, in case somebody comes back.",
        Setting::ReclaimDays => "Days after which they appear among those to be taken back.",
        Setting::ImportMode => "What is done with the rows that are right.",
        Setting::BulkInteractiveMax => "More rows are asked for as a file.",
        Setting::BulkFileMax => "Files run in the background.",
    }
}

/// The words that a setting chooses between, each with what it means.
pub(crate) const fn choices(
    setting: Setting,
) -> &'static [(&'static str, &'static str, &'static str)] {
    match setting {
        Setting::RemovalMode => &[
            (
                "purge_now",
                "Erase soon",
                "After the time to undo, everything about the person is erased.",
            ),
            (
                "purge_after_grace",
                "Erase later",
                "After the time to restore, everything about the person is erased.",
            ),
            (
                "tombstone",
                "Keep records without a name",
                "After the time to restore only the name and what identifies the person go.",
            ),
            (
                "never_delete",
                "Never delete",
                "People are archived or banned. Deleting is not offered.",
            ),
        ],
        Setting::RemovalPrecondition => &[
            (
                "auto_revoke",
                "Take them away",
                "Licences go with the person.",
            ),
            (
                "block",
                "Ask to take them away first",
                "Nobody with a licence can be removed.",
            ),
        ],
        Setting::ScimRecreate => &[
            (
                "reinstate",
                "The same person again",
                "Within the time to restore, with everything but administrative roles.",
            ),
            ("new", "Somebody new", "Nothing of before comes back."),
        ],
        Setting::DomainRule => &[
            ("off", "Nobody's", "Domains do not matter."),
            (
                "licences_only",
                "People with a licence",
                "Others can have any address.",
            ),
            ("all_users", "Everybody", "Nobody else can be created here."),
        ],
        Setting::IdpAttributes => &[
            (
                "editable",
                "Can be changed here",
                "Until the provider sends it again.",
            ),
            (
                "read_only",
                "Cannot be changed here",
                "The provider decides alone.",
            ),
        ],
        Setting::RoleCardinality => &[
            ("multi", "Any number", "Such as observer and evaluator."),
            (
                "single",
                "One",
                "A new role takes the place of the one before.",
            ),
        ],
        Setting::MembershipOnInvite => &[
            (
                "immediate",
                "At once",
                "They count as members before they accept.",
            ),
            (
                "on_acceptance",
                "When they accept",
                "Until then they are staged.",
            ),
        ],
        Setting::LockoutRelease => &[
            ("timed", "Time", "The lock-out ends by itself."),
            ("admin", "An administrator", "Somebody looks at it first."),
        ],
        Setting::LockoutScope => &[
            ("password_only", "Passwords", "Single sign-on goes on."),
            ("all", "Every way to sign in", "Single sign-on as well."),
        ],
        Setting::SecondFactorRule => &[
            (
                "optional",
                "Nobody has to",
                "Whoever set one up is asked for it.",
            ),
            (
                "administrative_roles",
                "Administrators",
                "Everybody with an administrative role.",
            ),
            ("all", "Everybody", "Nobody signs in by a password alone."),
        ],
        Setting::InactiveReturn => &[
            (
                "self_reactivate",
                "They themselves",
                "By signing in through the identity provider.",
            ),
            (
                "administrator",
                "An administrator",
                "Somebody decides about each.",
            ),
        ],
        Setting::LicenceOnSuspend => &[
            (
                "keep",
                "They stay",
                "They are there when the suspension ends.",
            ),
            (
                "release",
                "They are freed",
                "Others can have them meanwhile.",
            ),
        ],
        Setting::ImportMode => &[
            (
                "best_effort",
                "Import them",
                "The others are listed with what is wrong.",
            ),
            ("strict", "Import nothing", "Until every row is right."),
        ],
        _ => &[],
    }
}

/// A value in words.
pub(crate) fn shown(setting: Setting, value: &Value) -> String {
    match (setting.kind(), value) {
        (Kind::Number { unit, .. }, Value::Number(number)) => counted(*number, unit),
        (_, Value::Word(word)) => {
            let known = choices(setting).iter().find(|(key, ..)| key == word);
            known.map_or_else(|| word.clone(), |(_, label, _)| (*label).to_owned())
        }
        (_, Value::Number(number)) => number.to_string(),
    }
}

fn counted(number: u32, unit: &str) -> String {
    match (number, unit) {
        (0, "months") => "Never".to_owned(),
        (1, unit) => format!("1 {}", unit.strip_suffix('s').unwrap_or(unit)),
        (number, unit) => format!("{number} {unit}"),
    }
}

/// Where a value comes from.
pub(crate) fn from(organisation: &str) -> String {
    format!("From {organisation}")
}

/// Why a value is stricter than what was decided.
pub(crate) fn lifted(organisation: &str) -> String {
    format!("{organisation} allows no less")
}

/// The button of one setting.
pub(crate) fn change_label(setting: Setting) -> String {
    format!("{CHANGE} {}", name(setting))
}

/// What holds when nothing is decided here.
pub(crate) fn undecided(inherited: &str) -> String {
    format!("Decide nothing here: {inherited}")
}

/// The floor that a setting has, and whose it is.
pub(crate) fn least(value: &str, organisation: &str) -> String {
    format!("{organisation} allows no less than: {value}.")
}

/// Between which numbers.
pub(crate) fn range(setting: Setting) -> String {
    match setting.kind() {
        Kind::Number { min, max, unit } => format!("{min} to {max} {unit}"),
        Kind::Choice(_) => String::new(),
    }
}

/// One change, as the history tells it.
pub(crate) fn difference(
    setting: Setting,
    is_floor: bool,
    before: Option<&Value>,
    after: Option<&Value>,
) -> String {
    let name = name(setting);
    let what = if is_floor {
        format!("{name}, the least allowed")
    } else {
        name.to_owned()
    };
    let in_words = |value: &Value| shown(setting, value);
    match (before.map(in_words), after.map(in_words)) {
        (Some(before), Some(after)) => format!("{what}: {before} → {after}"),
        (None, Some(after)) => format!("{what}: {after}"),
        (_, None) => format!("{what}: no longer decided here"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_is_in_one_section_and_every_word_of_it_has_words() {
        for setting in Setting::ALL {
            let sections = SECTIONS.iter().filter(|(_, all)| all.contains(setting));
            assert_eq!(sections.count(), 1, "{setting}");
            let known: Vec<&str> = choices(*setting).iter().map(|(key, ..)| *key).collect();
            match setting.kind() {
                Kind::Choice(words) => assert_eq!(words, known, "{setting}"),
                Kind::Number { .. } => assert!(known.is_empty(), "{setting}"),
            }
        }
    }

    #[test]
    fn numbers_have_their_unit_and_agree_with_it() {
        assert_eq!(shown(Setting::GraceDays, &Value::Number(30)), "30 days");
        assert_eq!(shown(Setting::GraceDays, &Value::Number(1)), "1 day");
        assert_eq!(shown(Setting::DormancyMonths, &Value::Number(0)), "Never");
    }
}
