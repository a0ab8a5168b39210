//! Strings of the provisioning log.

pub(crate) const LIST: &str = "Requests, newest first";
pub(crate) const FAILED: &str = "The requests could not be loaded.";
pub(crate) const DETAIL_FAILED: &str = "The bodies of this request could not be loaded.";
pub(crate) const EMPTY: &str = "No requests yet";
pub(crate) const EMPTY_WHY: &str = "Requests of the identity provider appear here as they arrive.";
pub(crate) const EMPTY_LOST: &str = "No requests are kept";
pub(crate) const NOT_KEPT: &str = "Older requests are no longer kept.";
pub(crate) const EMPTY_ERRORS: &str = "No failed requests";
pub(crate) const EMPTY_ERRORS_WHY: &str = "Every request that is kept was answered well.";
pub(crate) const OLDER: &str = "Show older requests";
pub(crate) const LOADING_OLDER: &str = "Loading older requests";
pub(crate) const OLDER_FAILED: &str = "Older requests could not be loaded.";
pub(crate) const ERRORS_ONLY: &str = "Failed only";
pub(crate) const NOTES: &str = "What was rewritten";
pub(crate) const REQUEST_BODY: &str = "Request body";
pub(crate) const RESPONSE_BODY: &str = "Answer";
pub(crate) const NO_BODY: &str = "No body, or no longer kept.";
pub(crate) const NO_BODIES_PERMISSION: &str =
    "The bodies are for people who may read provisioning bodies.";
pub(crate) const AUDITED: &str = "Passwords are removed before storage. Reading is audited.";
pub(crate) const COPY_ID: &str = "Copy request id";

pub(crate) const READ: &str = "Read";
pub(crate) const CREATED: &str = "Created";
pub(crate) const CHANGED: &str = "Changed";
pub(crate) const REMOVED: &str = "Removed";
pub(crate) const ANSWERED: &str = "Answered";
pub(crate) const NOT_FOUND: &str = "Not found";
pub(crate) const CONFLICT: &str = "Conflict";
pub(crate) const OUTDATED: &str = "Outdated";
pub(crate) const SLOWED: &str = "Slowed down";
pub(crate) const NOT_LET_IN: &str = "Not let in";
pub(crate) const REFUSED: &str = "Refused";
pub(crate) const SERVER_ERROR: &str = "Server error";

/// "PATCH /Users/…, answered 200 in 41 ms".
pub(crate) fn line(method: &str, path: &str, status: u16, took: &str) -> String {
    format!("{method} {path}, answered {status} in {took}")
}
