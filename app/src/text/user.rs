//! Strings of a user's page.

use scim_schema::{
    api::users::{Actor, MembershipOrigin},
    lifecycle::Lifecycle,
};

use crate::format;

pub(crate) const USER: &str = "User";
pub(crate) const FAILED: &str = "This user could not be loaded.";
pub(crate) const TAB_PROFILE: &str = "Profile";
pub(crate) const TAB_ACCESS: &str = "Access and status";
pub(crate) const TAB_GROUPS: &str = "Groups and organisations";
pub(crate) const GROUPS: &str = "Groups";
pub(crate) const TAB_PROVISIONING: &str = "Provisioning";
pub(crate) const TAB_AUDIT: &str = "Audit";
/// From the banner to what explains it.
pub(crate) const WHY_LINK: &str = "Why, in full";

pub(crate) const PERSON: &str = "Person";
pub(crate) const GIVEN_NAME: &str = "Given name";
pub(crate) const FAMILY_NAME: &str = "Family name";
pub(crate) const DISPLAY_NAME: &str = "Display name";
pub(crate) const USER_NAME: &str = "User name";
pub(crate) const EMAIL: &str = "E-mail";
pub(crate) const TIME_ZONE: &str = "Time zone";
pub(crate) const LOCALE: &str = "Language";
pub(crate) const ORGANISATIONS: &str = "Organisations";
pub(crate) const NO_ORGANISATIONS: &str = "This person is in no organisation.";
pub(crate) const ORGANISATION: &str = "Organisation";
pub(crate) const MEMBER_SINCE: &str = "Member since";
pub(crate) const MEMBERSHIP_FROM: &str = "From";
pub(crate) const HOME: &str = "Home";
pub(crate) const SUMMARY: &str = "Summary";
pub(crate) const LIFECYCLE: &str = "Lifecycle";
pub(crate) const INVITATION: &str = "Invitation";
pub(crate) const SOURCE: &str = "Source";
pub(crate) const ROLES: &str = "Roles";
pub(crate) const LAST_LOGIN: &str = "Last sign-in";
pub(crate) const CREATED: &str = "Created";
pub(crate) const UPDATED: &str = "Changed";
pub(crate) const USER_ID: &str = "User id";
pub(crate) const STATUS: &str = "Status";
pub(crate) const BREAK_GLASS: &str = "Break-glass administrator";
pub(crate) const BREAK_GLASS_WHY: &str = "A local password that no identity provider can lock out.";
pub(crate) const NONE: &str = "None";
pub(crate) const NOT_SET: &str = "Not set";
pub(crate) const LOCAL: &str = "Local";

pub(crate) const HOLDS: &str = "Holds";
pub(crate) const HOLDS_NOTE: &str = "Sign-in returns when no hold is left";
pub(crate) const HOLDS_CAPTION: &str = "Open holds with who placed them and who can lift them";
pub(crate) const HOLD: &str = "Hold";
pub(crate) const PLACED_BY: &str = "Placed by";
pub(crate) const SINCE: &str = "Since";
pub(crate) const LIFTED_BY: &str = "Can be lifted by";
pub(crate) const NO_HOLDS: &str = "No holds";
pub(crate) const LIFTED: &str = "Lifted holds";
pub(crate) const LIFTED_CAPTION: &str = "Holds that were lifted, newest first";
pub(crate) const LIFTED_AT: &str = "Lifted";

pub(crate) const GROUPS_CAPTION: &str = "Groups of this person";
pub(crate) const GROUP: &str = "Group";
pub(crate) const NO_GROUPS: &str = "No groups";
pub(crate) const NO_GROUPS_WHY: &str =
    "Groups appear here when an identity provider puts this person into one.";

pub(crate) const LINK: &str = "Link";
pub(crate) const NO_LINK: &str = "Not provisioned";
pub(crate) const NO_LINK_WHY: &str =
    "No identity provider owns this person. Everything here is managed in Rollcall.";
pub(crate) const LINK_ENDED: &str = "No longer linked";
pub(crate) const CONNECTION: &str = "Connection";
pub(crate) const SCIM_ID: &str = "SCIM id";
pub(crate) const COPY_SCIM_ID: &str = "Copy SCIM id";
pub(crate) const COPY_USER_ID: &str = "Copy user id";
pub(crate) const EXTERNAL_ID: &str = "External id";
pub(crate) const LINKED: &str = "Linked";
pub(crate) const LAST_REQUEST: &str = "Last request";
pub(crate) const ATTRIBUTES: &str = "Attributes";
pub(crate) const ATTRIBUTES_NOTE: &str = "As the provider last sent them";
pub(crate) const ATTRIBUTE: &str = "Attribute";
pub(crate) const VALUE: &str = "Value";
pub(crate) const UNMAPPED: &str = "Not mapped";
pub(crate) const UNMAPPED_NOTE: &str =
    "Sent by the provider and kept, but no attribute of ours stands for it";
pub(crate) const CORE_USER: &str = "User";
pub(crate) const ENTERPRISE_USER: &str = "Enterprise User";
pub(crate) const PRIMARY: &str = "primary";
pub(crate) const YES: &str = "Yes";
pub(crate) const NO: &str = "No";
pub(crate) const REQUESTS: &str = "Requests that touched this person";

/// Why a deleted person has no link.
pub(crate) fn link_ended_why(provider: &str) -> String {
    format!("The link to {provider} ended when this person was deleted.")
}

/// "from Okta", beside a field that the provider owns.
pub(crate) fn from(provider: &str) -> String {
    format!("from {provider}")
}

/// How many holds block the sign-in.
pub(crate) fn blocking(n: usize) -> String {
    match n {
        1 => "One hold blocks sign-in.".to_owned(),
        2 => "Two holds block sign-in.".to_owned(),
        3 => "Three holds block sign-in.".to_owned(),
        n => format!("{n} holds block sign-in."),
    }
}

/// "Disabled by Okta, 14 Nov 16:59:58."
pub(crate) fn blocked(status: &str, since: &str) -> String {
    format!("{status}, {since}.")
}

/// Who placed the hold, where the status does not say so.
pub(crate) fn placed_by(who: &str) -> String {
    format!("Placed by {who}.")
}

/// "until 2 Dec".
pub(crate) fn until(when: &str) -> String {
    format!("Until {when}.")
}

/// A provider's act.
pub(crate) fn provider_disabled(provider: &str) -> String {
    format!("{provider}, by sending active=false")
}

/// Shown above a deleted user's page.
pub(crate) const DELETED: &str = "Deleted.";
/// "Deleted by Okta, 14 Nov 16:59:58."
pub(crate) fn deleted(by: Option<&str>, at: &str) -> String {
    match by {
        Some(by) => format!("Deleted by {by}, {at}."),
        None => format!("Deleted, {at}."),
    }
}

/// What the deletion means, and what to do; `provider` deleted the person.
pub(crate) fn deleted_why(until: Option<&str>, provider: Option<&str>) -> String {
    let mut text =
        "This person cannot sign in and is in no list but that of the deleted; the user \
                    name is free for others."
            .to_owned();
    if let Some(until) = until {
        text.push_str(&format!(
            " The record is kept until {until}, then it is erased."
        ));
    }
    if let Some(provider) = provider {
        text.push_str(&format!(
            " To let them in again, provision them again from {provider}."
        ));
    }
    text
}

/// "Staged by Okta, 14 Nov 16:59:58."
pub(crate) fn staged(by: Option<&str>, at: &str) -> String {
    match by {
        Some(by) => format!("Staged by {by}, {at}."),
        None => format!("Staged, {at}."),
    }
}

/// What staging means, and who ends it.
pub(crate) fn staged_why(provider: Option<&str>) -> String {
    let start = match provider {
        Some(provider) => format!("{provider} starts it by sending active=true."),
        None => "An accepted invitation or an administrator starts it.".to_owned(),
    };
    format!(
        "The account is prepared and has not been started: this person cannot sign in yet. {start}"
    )
}

pub(crate) const NOT_STARTED: &str = "The account has not been started yet either.";

/// Who can lift the hold that the banner leads with.
pub(crate) fn who_lifts(who: &str) -> String {
    format!("Who can lift it: {who}")
}

/// What the absence of holds means.
pub(crate) const fn no_holds_why(lifecycle: Lifecycle) -> &'static str {
    match lifecycle {
        Lifecycle::Active => "No hold blocks the sign-in of this person.",
        Lifecycle::Staged => {
            "No hold blocks this person, but nobody signs in before the account is started."
        }
        Lifecycle::Archived => "No hold blocks this person, but archived people cannot sign in.",
        Lifecycle::Deleted | Lifecycle::Purged => {
            "No hold blocks this person, but deleted people cannot sign in."
        }
    }
}

pub(crate) const ARCHIVED: &str = "Archived.";
pub(crate) const ARCHIVED_WHY: &str = "This person cannot sign in. The record is kept for reports.";

/// The product's own actor that locks out after wrong passwords.
pub(crate) const LOCK_OUT: &str = "lock_out";

/// Name of whoever did something.
pub(crate) fn actor(actor: &Actor) -> String {
    match actor {
        Actor::User { name, .. } if name.is_empty() => SOMEBODY.to_owned(),
        Actor::Connection { name, .. } if name.is_empty() => A_PROVIDER.to_owned(),
        Actor::User { name, .. } | Actor::Connection { name, .. } => name.clone(),
        Actor::System { name } => system_actor(name),
        Actor::Operator => OPERATOR.to_owned(),
    }
}

/// Names of the product's own actors.
pub(crate) fn system_actor(name: &str) -> String {
    match name {
        LOCK_OUT => "Lock-out after 10 wrong passwords".to_owned(),
        "" => "Rollcall".to_owned(),
        part => format!("Rollcall ({})", part.replace('_', " ")),
    }
}
/// Who stands for a person or a provider whose name is gone.
const SOMEBODY: &str = "somebody who is no longer here";
const A_PROVIDER: &str = "a provider that is no longer connected";
pub(crate) const OPERATOR: &str = "Operator on the host";

/// More groups than are listed.
pub(crate) fn more_groups(shown: usize, all: u32) -> String {
    format!(
        "Showing {shown} of {} groups.",
        format::count(u64::from(all))
    )
}

/// Above what a provider sent for an administrator.
pub(crate) const PENDING: &str =
    "Pending: a provider does not change what an administrator signs in with.";

/// "userName: dana@example.org here, d.whitfield@example.org sent".
pub(crate) fn pending_line(attribute: &str, here: &str, sent: &str) -> String {
    format!("{attribute}: {here} here, {sent} sent")
}

/// Who gave a membership.
pub(crate) fn origin(origin: &MembershipOrigin) -> String {
    match origin {
        MembershipOrigin::Local => "Given here".to_owned(),
        MembershipOrigin::Invitation => "Invitation".to_owned(),
        MembershipOrigin::Default => "Default of the connection".to_owned(),
        MembershipOrigin::Rule { name: Some(name) } => format!("Rule {name}"),
        MembershipOrigin::Rule { name: None } => "A rule that was removed".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use scim_schema::id::UserId;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn nobody_is_named_by_nothing() {
        let nameless = Actor::User {
            id: UserId(Uuid::nil()),
            name: String::new(),
        };
        assert_eq!(
            deleted(Some(&actor(&nameless)), "15 Nov"),
            "Deleted by somebody who is no longer here, 15 Nov."
        );
    }

    #[test]
    fn the_product_s_own_actors_read_as_words() {
        assert_eq!(system_actor("dormancy_job"), "Rollcall (dormancy job)");
        assert_eq!(
            system_actor("lock_out"),
            "Lock-out after 10 wrong passwords"
        );
        assert_eq!(system_actor(""), "Rollcall");
    }
}
