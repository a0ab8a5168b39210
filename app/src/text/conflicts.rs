//! Strings of conflicts.

use scim_schema::api::conflicts::{ConflictCause, ConflictEnd, ConflictKind, ConflictState};

use crate::format;

pub(crate) const TITLE: &str = "Conflicts";
pub(crate) const LEDE: &str =
    "People whom a connection sent and who are here already. Nobody is changed until you decide.";
pub(crate) const ONE: &str = "Conflict";
pub(crate) const FAILED: &str = "The conflicts could not be loaded.";
pub(crate) const ONE_FAILED: &str = "The conflict could not be loaded.";
pub(crate) const STATES: &str = "Conflicts by state";
pub(crate) const CAPTION: &str = "Conflicts, newest first";
pub(crate) const COLUMN_SELECT: &str = "Select";
pub(crate) const COLUMN_PERSON: &str = "Who is here";
pub(crate) const COLUMN_SENT: &str = "Who sent them";
pub(crate) const COLUMN_WHY: &str = "In the way";
pub(crate) const COLUMN_SEEN: &str = "Last sent";
pub(crate) const COLUMN_ENDED: &str = "Decided";
pub(crate) const SETTLED_WHY: &str = "Nothing is in the way any more.";
pub(crate) const CONNECTION: &str = "Connection";
pub(crate) const KIND: &str = "Kind";
pub(crate) const LOCAL: &str = "Local";
pub(crate) const EMPTY: &str = "No conflicts";
pub(crate) const EMPTY_WHY: &str =
    "Everybody whom your connections sent could be created or found. What cannot appears here.";
pub(crate) const EMPTY_OTHER: &str = "Nothing here";
pub(crate) const EMPTY_OTHER_WHY: &str = "No conflict has this state, connection and kind.";
pub(crate) const OLDER: &str = "Show older conflicts";
pub(crate) const LOADING_OLDER: &str = "Loading older conflicts";
pub(crate) const OLDER_FAILED: &str = "Older conflicts could not be loaded.";

pub(crate) const ATTRIBUTE: &str = "Attribute";
pub(crate) const HERE: &str = "Here";
pub(crate) const DIFFERENCES: &str = "What differs";
pub(crate) const NO_DIFFERENCES: &str = "Nothing differs in what both sides say.";
pub(crate) const NOT_KEPT: &str = "What was sent is not kept once a conflict is resolved.";
pub(crate) const NOT_SET: &str = "Not set";
pub(crate) const DIFFERS: &str = "Differs";
pub(crate) const BOTH_SIDES: &str = "Both sides, attribute by attribute";
pub(crate) const ALSO_HERE: &str = "Could also be meant";
pub(crate) const REQUEST: &str = "Show the request in the log";
pub(crate) const USER_NAME: &str = "User name";
pub(crate) const EMAIL: &str = "E-mail";
pub(crate) const STATUS: &str = "Status";
pub(crate) const BELONGS_TO: &str = "Belongs to";
pub(crate) const SENT_BY: &str = "Sent by";
pub(crate) const SEEN: &str = "Sent";

pub(crate) const MOVE: &str = "Move to this connection";
pub(crate) const MOVING: &str = "Moving";
pub(crate) const KEEP: &str = "Keep as is";
pub(crate) const DISMISS: &str = "Keep apart";
pub(crate) const DISMISSING: &str = "Saving";
pub(crate) const DISMISS_TITLE: &str = "Keep these people apart";
pub(crate) const REASON: &str = "Reason";
pub(crate) const REASON_MISSING: &str = "Say why they are kept apart.";
pub(crate) const ONLY_ADMINISTRATORS: &str =
    "Only System Administrators decide conflicts. Ask one of your account.";
pub(crate) const SEE_CONFLICTS: &str = "See the conflicts of this connection";

pub(crate) const SELECT_PAGE: &str = "Select all on this page";
pub(crate) const CLEAR: &str = "Clear selection";
pub(crate) const CANCEL: &str = "Stop after this step";
pub(crate) const CLOSE_RESULT: &str = "Close";

/// "Select Ada Lovelace".
pub(crate) fn select(name: &str) -> String {
    format!("Select {name}")
}

/// "Select all 1,204 that can be moved".
pub(crate) fn select_all(count: u64) -> String {
    format!("Select all {} that can be moved", format::count(count))
}

/// "12 selected".
pub(crate) fn selected(count: u64) -> String {
    format!("{} selected", format::count(count))
}

/// "Move 12 people".
pub(crate) fn move_people(count: u64) -> String {
    format!("Move {}", format::people(count))
}

/// Title of the question before a bulk move.
pub(crate) fn move_title(count: u64) -> String {
    format!(
        "Move {} to the {} that sent them",
        format::people(count),
        if count == 1 {
            "connection"
        } else {
            "connections"
        }
    )
}

/// What must be typed before many are moved.
pub(crate) fn move_typed(count: u64) -> String {
    format!("MOVE {count}")
}

/// What a bulk move means.
pub(crate) fn move_consequences(count: u64) -> Vec<String> {
    vec![
        format!(
            "{} {} to the connection that sent them. Records, memberships and roles stay.",
            format::people(count),
            if count == 1 { "belongs" } else { "belong" }
        ),
        "Their links to other connections end: those SCIM ids answer 404 for ever, and memberships in those connections' groups go.".to_owned(),
        "Holds that those connections placed are lifted; other holds stay.".to_owned(),
        "Each person is moved by itself. What cannot be moved is listed afterwards.".to_owned(),
    ]
}

/// What moving one person means.
pub(crate) fn move_one_consequences(name: &str, to: &str, from: Option<&str>) -> Vec<String> {
    let mut said = vec![format!(
        "{name} belongs to {to}. Records, memberships and roles stay."
    )];
    if let Some(from) = from {
        said.push(format!(
            "The link to {from} ends: its SCIM id answers 404 for ever, memberships in groups of {from} go, and what {from} holds is lifted."
        ));
    }
    said.push(format!(
        "What {to} sent takes the place of what is known here. Its next request finds {name}."
    ));
    said
}

/// Title of the question before one person is moved.
pub(crate) fn move_one_title(name: &str, to: &str) -> String {
    format!("Move {name} to {to}")
}

/// What keeping people apart means.
pub(crate) fn dismiss_consequences(connection: &str) -> Vec<String> {
    vec![
        format!("{connection} is refused as before whenever it sends this person."),
        "The conflict does not open again by itself; you find it under Kept apart.".to_owned(),
    ]
}

/// "Moved Ada Lovelace to Okta".
pub(crate) fn moved(name: &str, to: &str) -> String {
    format!("Moved {name} to {to}")
}

/// "Kept Ada Lovelace apart".
pub(crate) fn dismissed(name: &str) -> String {
    format!("Kept {name} apart")
}

/// "Moving 50 of 1,204".
pub(crate) fn progress(done: u64, of: u64) -> String {
    format!("Moved {} of {}", format::count(done), format::count(of))
}

/// "118 moved, 4 not moved".
pub(crate) fn result(moved: u64, failed: u64) -> String {
    match failed {
        0 => format!("{} moved.", format::people(moved)),
        n => format!(
            "{} moved, {} not moved.",
            format::count(moved),
            format::count(n)
        ),
    }
}

/// "3 times".
pub(crate) fn times(count: u64) -> String {
    match count {
        1 => "once".to_owned(),
        n => format!("{} times", format::count(n)),
    }
}

/// Name of a state.
pub(crate) const fn state(state: ConflictState) -> &'static str {
    match state {
        ConflictState::Open => "Open",
        ConflictState::Dismissed => "Kept apart",
        ConflictState::Resolved => "Resolved",
    }
}

/// Name of a kind.
pub(crate) const fn kind(kind: ConflictKind) -> &'static str {
    match kind {
        ConflictKind::UserName => "User name taken",
        ConflictKind::Adoption => "Not adopted",
        ConflictKind::SamePerson => "Same person?",
        ConflictKind::EmailShared => "Shared e-mail",
    }
}

/// Why a connection was not given the person at once, as a sentence.
pub(crate) const fn cause(cause: ConflictCause) -> &'static str {
    match cause {
        ConflictCause::Linked => "Another connection has somebody of this user name.",
        ConflictCause::AdoptionOff => "The connection is not to adopt people who are here.",
        ConflictCause::DomainNotVerified => {
            "The domain is not verified. Where the installation has one account, `rollcall domain assert` says that it is yours."
        }
        ConflictCause::Administrator => "The person has an administrative role.",
        ConflictCause::ServiceUser => "A service user has this user name.",
        ConflictCause::Ambiguous => "User name and e-mail address are those of different people.",
        ConflictCause::Rename => {
            "The connection wants to give this name to somebody else of its own."
        }
        ConflictCause::Shared => "Several people have this e-mail address. Nothing was refused.",
    }
}

/// How it ended.
pub(crate) const fn end(how: ConflictEnd) -> &'static str {
    match how {
        ConflictEnd::Moved => "Moved",
        ConflictEnd::Dismissed => "Kept apart",
        ConflictEnd::Settled => "Settled",
    }
}

/// "Moved by Dana Whitfield".
pub(crate) fn ended_by(how: ConflictEnd, who: &str) -> String {
    format!("{} by {who}", end(how))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_is_no_people() {
        assert_eq!(move_people(1), "Move 1 person");
        assert_eq!(move_people(1_204), "Move 1,204 people");
        assert_eq!(result(1, 0), "1 person moved.");
        assert!(move_consequences(1)[0].starts_with("1 person belongs"));
        assert!(move_title(1).ends_with("to the connection that sent them"));
        assert_eq!(result(118, 4), "118 moved, 4 not moved.");
    }

    #[test]
    fn somebody_without_a_connection_loses_no_link() {
        assert_eq!(move_one_consequences("Ada", "Okta", None).len(), 2);
        let said = move_one_consequences("Ada", "Okta", Some("Entra"));
        assert!(said[1].contains("Entra"));
    }
}
