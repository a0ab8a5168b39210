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

pub(crate) const TITLE: &str = "Provisioning log";
pub(crate) const LEDE: &str = "Every request of your identity providers, newest first.";
pub(crate) const REQUESTS: &str = "Requests";
pub(crate) const SEARCH: &str = "Search the log";
pub(crate) const SEARCH_HINT: &str = "Person or request id";
pub(crate) const FILTER_TITLE: &str = "Filter requests";
pub(crate) const CONNECTION: &str = "Connection";
pub(crate) const OUTCOME: &str = "Answer";
pub(crate) const METHOD: &str = "Method";
pub(crate) const SINCE: &str = "From";
pub(crate) const UNTIL: &str = "Until";
pub(crate) const ANY: &str = "Any";
pub(crate) const PERSON: &str = "Person";
pub(crate) const THIS_PERSON: &str = "one person";
pub(crate) const UNKNOWN_CONNECTION: &str = "one connection";
pub(crate) const EMPTY_FILTERED: &str = "No request matches";
pub(crate) const EMPTY_FILTERED_WHY: &str =
    "Change the search or the filters. Old requests are removed after their time.";
pub(crate) const EXPLAIN: &str = "Explain in the log";
pub(crate) const CHANGED_ATTRIBUTES: &str = "Changed";
pub(crate) const PEOPLE: &str = "People";
pub(crate) const STATEMENTS: &str = "Statements";
pub(crate) const REQUEST_ID: &str = "Request id";
pub(crate) const ABOUT: &str = "Request";

/// Word of an answer's hundreds.
pub(crate) const fn outcome(
    outcome: scim_schema::api::provisioning_log::LogOutcome,
) -> &'static str {
    use scim_schema::api::provisioning_log::LogOutcome;
    match outcome {
        LogOutcome::Answered => "Carried out",
        LogOutcome::Refused => "Refused",
        LogOutcome::Failed => "Failed on our side",
    }
}

/// "Ada Lovelace and 3 others".
pub(crate) fn people(name: &str, all: u64) -> String {
    match all.saturating_sub(1) {
        0 => name.to_owned(),
        1 => format!("{name} and one other"),
        n => format!("{name} and {n} others"),
    }
}

/// Trying requests without storing what they do.
pub(crate) mod rehearsal {
    pub(crate) const REPLAY: &str = "Replay";
    pub(crate) const REPLAYING: &str = "Replaying";
    pub(crate) const REPLAY_HINT: &str =
        "Shows what this request would do now. Nothing is written.";
    pub(crate) const IN_TESTER: &str = "Open in tester";
    pub(crate) const NOW: &str = "What would happen now";
    pub(crate) const NOTHING_WRITTEN: &str =
        "Nothing was written. That you tried it is in the audit log.";
    pub(crate) const SAME: &str = "The answer has the same status as then.";
    pub(crate) const WOULD_CHANGE: &str = "What would change";
    pub(crate) const BEFORE: &str = "Now";
    pub(crate) const AFTER: &str = "Then";
    pub(crate) const NOT_SET: &str = "Not set";
    pub(crate) const MAPPED: &str = "The person as answered";
    pub(crate) const MAPPED_NOTE: &str = "How Rollcall understands what was sent.";
    pub(crate) const ANSWER: &str = "Answer now";
    pub(crate) const TITLE: &str = "Tester";
    pub(crate) const TO_CONNECTION: &str = "Back to the connection";
    pub(crate) const LEDE: &str = "Try a request of this connection. It is carried out and undone.";
    pub(crate) const METHOD: &str = "Method";
    pub(crate) const PATH: &str = "Path";
    pub(crate) const PATH_HINT: &str = "Below the base URL, such as /Users; a filter may follow.";
    pub(crate) const BODY: &str = "Body";
    pub(crate) const BODY_HINT: &str =
        "As the provider sends it. Leave it empty for GET and DELETE.";
    pub(crate) const TRY: &str = "Try request";
    pub(crate) const TRYING: &str = "Trying";
    pub(crate) const TAKEN: &str = "Taken from the log. Passwords were removed there.";
    pub(crate) const TAKE_FAILED: &str = "The logged request could not be loaded.";
    pub(crate) const FORBIDDEN: &str = "Testing is for people who may manage connections.";

    /// "Answered 409 then, would be answered 200 now."
    pub(crate) fn differs(then: u16, now: u16) -> String {
        format!("It was answered {then} then and would be answered {now} now.")
    }
}
