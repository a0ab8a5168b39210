//! Strings of organisations, memberships and roles.

use scim_schema::{
    api::{organisations::OrganisationView, users::ORGANISATION_ADMINISTRATOR},
    organisation::Act,
    permission::{AccountRole, FunctionalRole},
};

use super::{mapping, status};
use crate::format;

pub(crate) const TITLE: &str = "Organisations";
pub(crate) const LEDE: &str = "Districts, schools and whatever else people belong to.";
pub(crate) const FAILED: &str = "The organisations could not be loaded.";
pub(crate) const TREE: &str = "Organisations, each with those below it";
pub(crate) const EMPTY: &str = "No organisations";
pub(crate) const EMPTY_WHY: &str =
    "You administer none any more. Ask a System Administrator to appoint you again.";
pub(crate) const ARCHIVED: &str = "Archived";
pub(crate) const ORGANISATION: &str = "Organisation";
pub(crate) const ROLE: &str = "Role";

pub(crate) const NAME: &str = "Name";
pub(crate) const PARENT: &str = "Below";
pub(crate) const TIME_ZONE: &str = "Time zone";
pub(crate) const TIME_ZONE_HINT: &str =
    "A name of the IANA database, such as Europe/London. Empty is that of the organisation above.";
pub(crate) const TIME_ZONE_KEPT_HINT: &str =
    "A name of the IANA database, such as Europe/London. Due dates begin at midnight there.";
pub(crate) const CREATING: &str = "Creating";
pub(crate) const SAVE: &str = "Save changes";
pub(crate) const SAVING: &str = "Saving";
pub(crate) const MOVING: &str = "Moving";
pub(crate) const ARCHIVING: &str = "Archiving";
pub(crate) const KEEP: &str = "Keep organisation";

pub(crate) const MEMBERSHIPS: &str = "Organisations and roles";
pub(crate) const CHANGE: &str = "Change organisations";
pub(crate) const CHANGE_HINT: &str =
    "The person belongs to what is ticked, and sees nothing of other organisations.";
pub(crate) const FIND: &str = "Find an organisation";
pub(crate) const CHANGED: &str = "Organisations are changed";
pub(crate) const GIVEN_BY_RULE: &str = "given by a mapping rule";
pub(crate) const HOME: &str = "Home organisation";
pub(crate) const HOME_HINT: &str = "Its time zone and policies hold for the person.";
pub(crate) const HOME_KEPT: &str = "As it is";
pub(crate) const AUTHORISED: &str = "Authorised organisations";
pub(crate) const CHANGE_ROLES: &str = "Change roles";
pub(crate) const ROLES_CHANGED: &str = "Roles are changed";
pub(crate) const ROLES_NOTE: &str =
    "Whoever gains or loses an administrative role is signed out and signs in again.";
pub(crate) const ACCOUNT_ROLES: &str = "In the whole account";
pub(crate) const ADMINISTRATOR: &str = "Organisation Administrator";
pub(crate) const BY_RULES: &str = "by rules";
pub(crate) const ACT: &str = "Act";
pub(crate) const REMOVE: &str = "Remove";
pub(crate) const REMOVING: &str = "Removing";
pub(crate) const REMOVE_ACT: &str = "Remove person";
pub(crate) const REMOVE_KEEP: &str = "Keep person";
pub(crate) const SHARED: &str = "This person also belongs to organisations that you do not administer. What concerns the whole person is for a System Administrator.";

/// A role as it is chosen.
pub(crate) struct Role {
    /// Its word in addresses and in the API.
    pub(crate) word: &'static str,
    /// Its name.
    pub(crate) name: &'static str,
}

/// Every role that somebody can have, administrative ones first.
pub(crate) fn roles() -> impl Iterator<Item = Role> {
    let of_account = AccountRole::ALL.iter().map(|role| Role {
        word: role.as_str(),
        name: status::role(*role),
    });
    let of_organisation = Role {
        word: ORGANISATION_ADMINISTRATOR,
        name: ADMINISTRATOR,
    };
    let functional = FunctionalRole::ALL.iter().map(|role| Role {
        word: role.as_str(),
        name: mapping::role(*role),
    });
    of_account.chain([of_organisation]).chain(functional)
}

/// The name of a role by its word.
pub(crate) fn role_name(word: &str) -> &'static str {
    roles()
        .find(|role| role.word == word)
        .map_or("", |role| role.name)
}

/// An organisation in a list to choose from, further right the deeper it is.
pub(crate) fn indented(organisation: &OrganisationView) -> String {
    let indent = usize::try_from(organisation.level).unwrap_or(0);
    format!(
        "{}{}",
        "\u{a0}\u{a0}\u{a0}".repeat(indent),
        organisation.name
    )
}

/// How many people belong to an organisation.
pub(crate) fn members(count: u64) -> String {
    format::people(count)
}

/// Name of the link to the people of an organisation.
pub(crate) fn members_label(name: &str, count: u64) -> String {
    format!("{} in {name}", members(count))
}

/// Name of the button that shows or hides what is below an organisation.
pub(crate) fn toggle(name: &str) -> String {
    format!("Organisations below {name}")
}

/// The name of an act.
pub(crate) const fn act(act: Act) -> &'static str {
    match act {
        Act::CreateBelow => "Add below",
        Act::Edit => "Edit",
        Act::Move => "Move",
        Act::Archive => "Archive",
        Act::Unarchive => "Take back",
    }
}

/// Name of the button of one organisation among those of the others.
pub(crate) fn act_label(done: Act, name: &str) -> String {
    format!("{} {name}", act(done))
}

/// Title of a dialog.
pub(crate) fn title(act: Act, name: &str) -> String {
    match act {
        Act::CreateBelow => format!("Add an organisation below {name}"),
        Act::Edit => format!("Edit {name}"),
        Act::Move => format!("Move {name}"),
        Act::Archive => format!("Archive {name}?"),
        Act::Unarchive => format!("Take back {name}"),
    }
}

/// What is said when it is done.
pub(crate) fn done(act: Act, name: &str) -> String {
    match act {
        Act::CreateBelow => format!("{name} is created"),
        Act::Edit => format!("{name} is saved"),
        Act::Move => format!("{name} is moved"),
        Act::Archive => format!("{name} is archived"),
        Act::Unarchive => format!("{name} is in use again"),
    }
}

/// What moving an organisation means.
pub(crate) const MOVE_HINT: &str = "Everything below it comes along. Administrators of what it is below then reach its people, and those of before no longer do.";

/// What archiving an organisation means, one sentence each.
pub(crate) fn archive_consequences() -> Vec<String> {
    vec![
        "Nobody can be put there any more, by hand or by a mapping.".to_owned(),
        "It stays in the tree and can be taken back.".to_owned(),
        "That works only while nobody belongs to it and nothing in use is below it.".to_owned(),
    ]
}

/// Title of the question before somebody leaves an organisation.
pub(crate) fn remove_title(person: &str, organisation: &str) -> String {
    format!("Remove {person} from {organisation}?")
}

/// What follows, one sentence each; `last` when there is no other organisation.
pub(crate) fn remove_consequences(organisation: &str, last: bool) -> Vec<String> {
    if last {
        return vec![
            format!(
                "{organisation} is the only organisation of this person, who is deleted with it."
            ),
            "Sessions end at once, and the person leaves every group.".to_owned(),
            "The person can be restored until the record is erased.".to_owned(),
        ];
    }
    vec![
        format!("Access to {organisation} ends, with the roles there."),
        "The person stays in the other organisations.".to_owned(),
    ]
}

/// What is said after it.
pub(crate) fn removed(person: &str, organisation: &str) -> String {
    format!("{person} is removed from {organisation}")
}

/// Name of the button that removes a person from one organisation.
pub(crate) fn remove_label(organisation: &str) -> String {
    format!("{REMOVE} from {organisation}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_has_a_name_of_its_own() {
        let mut names: Vec<_> = roles().map(|role| role.name).collect();
        assert_eq!(names.len(), 10);
        assert!(roles().all(|role| role_name(role.word) == role.name));
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), 10);
        assert_eq!(role_name("boss"), "");
    }
}
