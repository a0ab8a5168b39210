//! Strings of the acts on one person.

use scim_schema::{api::users::RemovalView, lifecycle::Transition, policy::RemovalMode};

pub(crate) const MORE: &str = "Actions";
pub(crate) const KEEP: &str = "Leave as it is";
pub(crate) const REASON: &str = "Reason";
pub(crate) const REASON_OPTIONAL: &str = "Reason (optional)";
pub(crate) const REASON_HINT: &str = "Shown on this person's page and kept in the audit log.";
pub(crate) const REASON_MISSING: &str = "Say why: others will ask.";
pub(crate) const UNTIL: &str = "Until (optional)";
pub(crate) const UNTIL_HINT: &str = "In your time zone. The suspension ends by itself then.";
pub(crate) const UNTIL_WRONG: &str = "Enter a date and a time, or leave both empty.";
pub(crate) const USER_NAME: &str = "New user name (optional)";
pub(crate) const USER_NAME_HINT: &str = "Only if somebody else has the old one by now.";
pub(crate) const ALSO_SUSPENDED: &str = "Suspended";

/// What it is called on a button; nothing for what nobody asks for here.
pub(crate) const fn label(act: Transition) -> &'static str {
    match act {
        Transition::Suspend => "Suspend",
        Transition::Unsuspend => "End suspension",
        Transition::Ban => "Ban",
        Transition::Unban => "End ban",
        Transition::Validate => "Let in again",
        Transition::Archive => "Archive",
        Transition::Unarchive => "Take out of archive",
        Transition::Delete => "Delete",
        Transition::Restore => "Restore",
        Transition::Purge => "Erase",
        _ => "",
    }
}

/// What the button says meanwhile.
pub(crate) const fn doing(act: Transition) -> &'static str {
    match act {
        Transition::Suspend => "Suspending",
        Transition::Ban => "Banning",
        Transition::Archive => "Archiving",
        Transition::Delete => "Deleting",
        Transition::Restore => "Restoring",
        Transition::Purge => "Asking",
        _ => "Saving",
    }
}

/// The question's title.
pub(crate) fn title(act: Transition, name: &str) -> String {
    match act {
        Transition::Unarchive => format!("Take {name} out of the archive"),
        act => format!("{} {name}", label(act)),
    }
}

/// What follows; `provider` owns the person.
pub(crate) fn consequences(
    act: Transition,
    provider: Option<&str>,
    removal: RemovalView,
) -> Vec<String> {
    let mut lines: Vec<String> = match act {
        Transition::Suspend => vec![
            "Open sessions end at once, and no sign-in is possible.",
            "Everything is kept: groups, organisations and records. It stays in reports.",
            "Ending the suspension lets this person sign in again.",
        ],
        Transition::Ban => vec![
            "Open sessions end at once, and no sign-in is possible.",
            "The history stays readable. Nothing is deleted.",
            "Ending the ban lets this person sign in again.",
        ],
        Transition::Archive => vec![
            "Open sessions end at once, and no sign-in is possible.",
            "This person leaves the active lists and stays in reports.",
            "Taking them out of the archive brings them back.",
        ],
        Transition::Unarchive => vec![
            "This person is in the active lists again.",
            "Sign-in is possible again unless something else blocks it.",
        ],
        Transition::Delete => vec![
            "Open sessions end at once, and no sign-in is possible.",
            "This person leaves every group and list, and the user name is free for others.",
        ],
        Transition::Restore => vec![
            "This person is back where they were, in the groups that are still there.",
            "Sign-in is possible again unless something else blocks it.",
        ],
        Transition::Purge => vec![
            "Another System Administrator has to approve this within 72 hours.",
            "Then everything about this person is erased, whatever the policy says.",
            "Nothing brings them back.",
        ],
        _ => Vec::new(),
    }
    .into_iter()
    .map(str::to_owned)
    .collect();
    lines.extend((act == Transition::Delete).then(|| after_deletion(removal)));
    lines.extend(provider.and_then(|provider| about_provider(act, provider)));
    lines
}

/// What becomes of somebody who is deleted.
fn after_deletion(removal: RemovalView) -> String {
    let time = match (
        removal.restorable_minutes,
        removal.restorable_minutes / (24 * 60),
    ) {
        (1, _) => "a minute".to_owned(),
        (minutes, 0) => format!("{minutes} minutes"),
        (_, 1) => "a day".to_owned(),
        (_, days) => format!("{days} days"),
    };
    let then = match removal.mode {
        RemovalMode::Tombstone => "their records stay, without a name",
        _ => "everything about them is erased",
    };
    format!("They can be restored for {time}. Then {then}.")
}

/// What the provider has to do with it.
fn about_provider(act: Transition, provider: &str) -> Option<String> {
    match act {
        Transition::Suspend | Transition::Ban | Transition::Archive => Some(format!(
            "{provider} is not told, and cannot undo this. What it sends is still kept."
        )),
        Transition::Delete => Some(format!(
            "The link to {provider} ends. Unassign them there as well, or it creates them again."
        )),
        _ => None,
    }
}

/// What is said when it is done.
pub(crate) fn done(act: Transition, name: &str) -> String {
    match act {
        Transition::Suspend => format!("{name} is suspended"),
        Transition::Unsuspend => format!("The suspension of {name} has ended"),
        Transition::Ban => format!("{name} is banned"),
        Transition::Unban => format!("The ban of {name} has ended"),
        Transition::Validate => format!("{name} can sign in again"),
        Transition::Archive => format!("{name} is in the archive"),
        Transition::Unarchive => format!("{name} is out of the archive"),
        Transition::Delete => format!("{name} is deleted"),
        Transition::Restore => format!("{name} is back"),
        Transition::Purge => "This waits for a second person: see Approvals".to_owned(),
        _ => String::new(),
    }
}
