//! Strings of the users table.

use scim_schema::api::users::UserSort;

use crate::format;

pub(crate) const TITLE: &str = "Users";
pub(crate) const VIEWS: &str = "Saved views";
pub(crate) const VIEW_ALL: &str = "All";
pub(crate) const VIEW_ACTIVE: &str = "Active";
pub(crate) const VIEW_INVITED: &str = "Pending invitation";
pub(crate) const VIEW_REFUSED: &str = "Suspended, banned, denied";
pub(crate) const VIEW_IDP: &str = "Disabled by IdP";
pub(crate) const VIEW_DORMANT: &str = "Dormant";
pub(crate) const VIEW_ARCHIVED: &str = "Archived";
pub(crate) const SEARCH: &str = "Search users";
pub(crate) const SEARCH_HINT: &str = "Name, user name or e-mail";
pub(crate) const FILTER: &str = "Filter";
/// After the number on the filter button, for those who cannot see that it is one.
pub(crate) const FILTERS_ON: &str = " on";
pub(crate) const FILTER_TITLE: &str = "Filter users";
pub(crate) const STATUS: &str = "Status";
pub(crate) const SOURCE: &str = "Source";
pub(crate) const ANY_ORGANISATION: &str = "Any organisation";
pub(crate) const ORGANISATION_UNKNOWN: &str = "An organisation that is not here";
pub(crate) const ANY_ROLE: &str = "Any role";
pub(crate) const SOURCE_ANY: &str = "Any";
pub(crate) const SOURCE_LOCAL: &str = "Local";
pub(crate) const SOURCE_UNKNOWN: &str = "Connection";
pub(crate) const SOURCES_FAILED: &str =
    "The connections could not be loaded, so they are missing here.";
pub(crate) const CLEAR_ALL: &str = "Clear all";
pub(crate) const DONE: &str = "Done";
pub(crate) const COLUMN_USER: &str = "User";
pub(crate) const COLUMN_ORGANISATIONS: &str = "Organisations";
pub(crate) const COLUMN_LAST_LOGIN: &str = "Last sign-in";
pub(crate) const COLUMN_CREATED: &str = "Created";
pub(crate) const FAILED: &str = "The list of users could not be loaded.";
pub(crate) const FIRST_PAGE: &str = "Show the first page";
pub(crate) const CURSOR_GONE: &str = "This page of the list no longer exists.";
pub(crate) const EMPTY: &str = "Nobody but you yet";
pub(crate) const EMPTY_WHY: &str = "Let your identity provider create the others: connect it, and every person it sends appears here at once.";
pub(crate) const CONNECT: &str = "Connect an identity provider";
pub(crate) const NO_MATCH_WHY: &str = "Other words or fewer filters may find more.";
pub(crate) const EMPTY_VIEW: &str = "Nobody is in this view";
pub(crate) const CLEAR_SEARCH: &str = "Clear search and filters";
pub(crate) const IGNORED_DISMISS: &str = "Remove it from the address";

/// "1,284 users match", or how many there are when nothing narrows the list.
pub(crate) fn matching(total: u64, narrowed: bool) -> String {
    let n = format::count(total);
    match (total, narrowed) {
        (1, true) => "1 user matches".to_owned(),
        (_, true) => format!("{n} users match"),
        (1, false) => "1 user".to_owned(),
        (_, false) => format!("{n} users"),
    }
}

/// Where the page is in the list.
pub(crate) fn showing(offset: Option<u64>, rows: u64, total: u64) -> String {
    let all = format::count(total);
    match offset {
        _ if rows == 0 => format!("Showing 0 of {all}"),
        Some(before) => format!(
            "Showing {} to {} of {all}",
            format::count(before + 1),
            format::count(before + rows)
        ),
        None => format!("Showing {} of {all}", format::count(rows)),
    }
}

/// Nothing found.
pub(crate) fn no_match(q: &str) -> String {
    if q.is_empty() {
        "No user matches these filters".to_owned()
    } else {
        format!("No user matches \"{q}\"")
    }
}

/// Leads a search that found nobody on to the deleted, whom the list leaves out.
pub(crate) fn search_deleted(people: u64) -> String {
    match people {
        1 => "Search the 1 deleted person".to_owned(),
        _ => format!("Search the {} deleted people", format::count(people)),
    }
}

/// Parts of the address that mean nothing here.
pub(crate) fn ignored(parts: &[String]) -> String {
    format!(
        "The address contains something that this list does not know and ignores: {}.",
        parts.join(", ")
    )
}

/// Name of a chip's button.
pub(crate) fn remove_filter(name: &str, value: &str) -> String {
    format!("Remove filter {name}: {value}")
}

/// The table's caption.
pub(crate) fn caption(sort: UserSort, descending: bool) -> String {
    let column = match sort {
        UserSort::Name => "name",
        UserSort::Email => "e-mail",
        UserSort::Status => "status",
        UserSort::LastLogin => "last sign-in",
        UserSort::Created => "creation",
    };
    let order = if descending { ", descending" } else { "" };
    format!("Users, sorted by {column}{order}")
}

/// "+2" after the first organisation, in words.
pub(crate) fn more_organisations(n: u32) -> String {
    match n {
        1 => "and 1 more".to_owned(),
        _ => format!("and {n} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plurals_agree() {
        assert_eq!(matching(1, true), "1 user matches");
        assert_eq!(matching(1_284, true), "1,284 users match");
        assert_eq!(matching(0, false), "0 users");
    }

    #[test]
    fn the_deleted_are_counted_in_words_that_agree() {
        assert_eq!(search_deleted(1), "Search the 1 deleted person");
        assert_eq!(search_deleted(1_200), "Search the 1,200 deleted people");
    }

    #[test]
    fn a_page_says_where_it_is() {
        assert_eq!(showing(Some(50), 50, 1_284), "Showing 51 to 100 of 1,284");
        assert_eq!(showing(None, 50, 1_284), "Showing 50 of 1,284");
        assert_eq!(showing(Some(0), 0, 0), "Showing 0 of 0");
    }
}
