//! Typed paths of the console. Everything that links builds its address here.

use scim_schema::id::{ConflictId, ConnectionId, OrganisationId, ProvisioningRequestId, UserId};
use uuid::Uuid;

use crate::query::{QueryString, encode};

/// Where signed-in people start and signed-out people are sent on.
pub(crate) const ROOT: &str = "/";
/// The signed-in person's own account.
pub(crate) const ME: &str = "/me";
/// The users table.
pub(crate) const USERS: &str = "/users";
/// Organisations of the account.
pub(crate) const ORGANISATIONS: &str = "/organisations";
/// Connections of identity providers.
pub(crate) const PROVISIONING: &str = "/provisioning";
/// Attributes that the account defines.
pub(crate) const ATTRIBUTES: &str = "/attributes";
/// The provisioning log.
pub(crate) const LOG: &str = "/log";
/// What waits for a second person.
pub(crate) const APPROVALS: &str = "/approvals";
/// What organisations decide.
pub(crate) const POLICIES: &str = "/policies";
/// The audit log.
pub(crate) const AUDIT: &str = "/audit";
/// Conflicts between connections and people who are here.
pub(crate) const CONFLICTS: &str = "/conflicts";
/// What was mailed to whom.
pub(crate) const MAILS: &str = "/mails";
/// Where a one-time link leads; its secret is in the fragment only.
pub(crate) const SETUP: &str = "/setup";

/// One user's page.
pub(crate) fn user(id: UserId) -> String {
    format!("{USERS}/{id}")
}

/// One tab of a user's page.
pub(crate) fn user_tab(id: UserId, tab: &str) -> String {
    QueryString::default().with("tab", tab).after(&user(id))
}

/// One connection's page.
pub(crate) fn connection(id: ConnectionId) -> String {
    format!("{PROVISIONING}/{id}")
}

/// What one organisation decides.
pub(crate) fn policies_of(id: OrganisationId) -> String {
    format!("{POLICIES}/{id}")
}

/// One conflict's page.
pub(crate) fn conflict(id: ConflictId) -> String {
    format!("{CONFLICTS}/{id}")
}

/// Open conflicts of a connection.
pub(crate) fn conflicts_of(id: ConnectionId) -> String {
    QueryString::default()
        .with("connection", &id.to_string())
        .after(CONFLICTS)
}

/// The requests that touched one person.
pub(crate) fn log_of(id: UserId) -> String {
    QueryString::default()
        .with("user", &id.to_string())
        .after(LOG)
}

/// The request of this id in the provisioning log.
pub(crate) fn log_search(request: &str) -> String {
    QueryString::default().with("q", request).after(LOG)
}

/// What somebody did.
pub(crate) fn audit_by(id: Uuid) -> String {
    QueryString::default()
        .with("actor", &id.to_string())
        .after(AUDIT)
}

/// What was done to somebody or something.
pub(crate) fn audit_on(id: Uuid) -> String {
    QueryString::default()
        .with("target", &id.to_string())
        .after(AUDIT)
}

/// The requests of a connection.
pub(crate) fn log_of_connection(id: ConnectionId) -> String {
    QueryString::default()
        .with("connection", &id.to_string())
        .after(LOG)
}

/// Where requests of a connection are tried; `from` is a row of the log to begin with.
pub(crate) fn tester(id: ConnectionId, from: Option<ProvisioningRequestId>) -> String {
    let from = from.map(|from| from.to_string());
    QueryString::default()
        .with_some("from", from.as_deref())
        .after(&format!("{}/tester", connection(id)))
}

/// How a connection stands by the protocol.
pub(crate) fn conformance(id: ConnectionId) -> String {
    format!("{}/conformance", connection(id))
}

/// Where the people of a connection belong.
pub(crate) fn mapping(id: ConnectionId) -> String {
    format!("{}/mapping", connection(id))
}

/// The users a connection brought.
pub(crate) fn users_of(id: ConnectionId) -> String {
    QueryString::default()
        .with("source", &id.to_string())
        .after(USERS)
}

/// The people of an organisation.
pub(crate) fn users_in(id: OrganisationId) -> String {
    QueryString::default()
        .with("org", &id.to_string())
        .after(USERS)
}

/// The sign-in page of an account, leading to `next` afterwards.
pub(crate) fn sign_in(account: &str, next: Option<&str>) -> String {
    QueryString::default()
        .with_some("next", next)
        .after(&format!("/a/{}", encode(account)))
}

/// Where whoever forgot their password of an account asks for a link.
pub(crate) fn forgotten(account: &str) -> String {
    format!("/a/{}/forgot", encode(account))
}

/// The root, leading to `next` once the account is known and the person signed in.
pub(crate) fn root(next: Option<&str>) -> String {
    QueryString::default().with_some("next", next).after(ROOT)
}

/// A return path is followed only when it stays in this console: it starts with one slash, and no
/// browser reads it as another host.
pub(crate) fn safe_next(next: &str) -> Option<&str> {
    let rest = next.strip_prefix('/')?;
    let other_host = rest.starts_with('/') || next.contains('\\');
    let door = next == ROOT || next.starts_with("/?") || next.starts_with("/a/");
    let clean = !next.chars().any(char::is_control);
    (clean && !other_host && !door && !next.starts_with(SETUP)).then_some(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn return_paths_stay_in_the_console() {
        assert_eq!(safe_next("/users?q=a"), Some("/users?q=a"));
        for bad in [
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "users",
            "/",
            "/?next=%2F",
            "/a/main",
            "/setup",
            "/us\ners",
            "",
        ] {
            assert_eq!(safe_next(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_return_path_is_one_encoded_value() {
        assert_eq!(
            sign_in("north field", Some("/users?q=a&sort=name")),
            "/a/north%20field?next=%2Fusers%3Fq%3Da%26sort%3Dname"
        );
    }
}
