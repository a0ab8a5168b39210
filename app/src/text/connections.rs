//! Strings of connections.

pub(crate) const TITLE: &str = "Connections";
pub(crate) const LEDE: &str =
    "One for each identity provider that creates and changes people here.";
pub(crate) const ADD: &str = "Add connection";
pub(crate) const FAILED: &str = "The connections could not be loaded.";
pub(crate) const ONE_FAILED: &str = "This connection could not be loaded.";
pub(crate) const CAPTION: &str = "Connections of identity providers";
pub(crate) const COLUMN_CONNECTION: &str = "Connection";
pub(crate) const COLUMN_USERS: &str = "Users";
pub(crate) const COLUMN_GROUPS: &str = "Groups";
pub(crate) const COLUMN_LAST_REQUEST: &str = "Last request";
pub(crate) const COLUMN_LAST_ERROR: &str = "Last error";
pub(crate) const EMPTY: &str = "No connections yet";
pub(crate) const EMPTY_WHY: &str =
    "Connect Okta, Entra ID or any SCIM 2.0 client: you get a base URL and a token to paste there.";
pub(crate) const EMPTY_ASK: &str = "A System Administrator or an IT Administrator can add one.";
pub(crate) const NEVER: &str = "None yet";
pub(crate) const NO_ERROR: &str = "None";

pub(crate) const CREATE_TITLE: &str = "Add connection";
pub(crate) const NAME: &str = "Name";
pub(crate) const NAME_HINT: &str = "As people know it, such as Okta or Entra ID.";
pub(crate) const KIND: &str = "Identity provider";
pub(crate) const CREATE: &str = "Add connection";
pub(crate) const CREATING: &str = "Adding connection";

pub(crate) const SECRET_WHY: &str = "Paste both into your identity provider. The token is shown only now: Rollcall keeps no copy that could be read again. It stays on this page until you say that it is stored, or close or reload the window.";
pub(crate) const SECRET_WAITS: &str = "Token to copy";
pub(crate) const TOKEN: &str = "Bearer token";
pub(crate) const COPY_TOKEN: &str = "Copy token";
pub(crate) const STORED: &str = "I have stored the token";

pub(crate) const SUMMARY: &str = "Summary";
pub(crate) const KIND_SHORT: &str = "Provider";
pub(crate) const USERS: &str = "Users";
pub(crate) const GROUPS: &str = "Groups";
pub(crate) const CREATED: &str = "Created";
pub(crate) const LAST_REQUEST: &str = "Last request";
pub(crate) const LAST_ERROR: &str = "Last error";
pub(crate) const TOKENS: &str = "Tokens";
pub(crate) const TOKENS_NOTE: &str = "Each works until it expires or is revoked";
pub(crate) const TOKENS_CAPTION: &str = "Tokens, newest first";
pub(crate) const ALL_EXPIRED: &str = "Tokens expired";
pub(crate) const TOKEN_BEGINS: &str = "Begins with";
pub(crate) const TOKEN_CREATED: &str = "Created";
pub(crate) const TOKEN_EXPIRES: &str = "Expires";
pub(crate) const TOKEN_USED: &str = "Last used";
pub(crate) const ACT: &str = "Act";
pub(crate) const NO_TOKENS: &str = "No valid token: this provider cannot reach Rollcall.";
pub(crate) const CREATE_TOKEN: &str = "Create token";
pub(crate) const CREATING_TOKEN: &str = "Creating token";
pub(crate) const KEEP_TOKENS: &str = "Keep as is";
pub(crate) const REVOKE: &str = "Revoke";
pub(crate) const REVOKE_TOKEN: &str = "Revoke token";
pub(crate) const REVOKING: &str = "Revoking token";
pub(crate) const REMOVE: &str = "Remove";
pub(crate) const KEEP_TOKEN: &str = "Keep token";
pub(crate) const REVOKED: &str = "Token revoked";
pub(crate) const REQUESTS: &str = "Recent requests";
pub(crate) const HOW: &str = "How to connect";
pub(crate) const CHECK_CURL: &str = "Check it from a terminal";
pub(crate) const COPY_CURL: &str = "Copy command";
pub(crate) const WAITING_WHY: &str =
    "Follow the steps below. The first request appears here by itself.";

/// Heading of the panel that shows a secret once.
pub(crate) fn secret_title(name: &str) -> String {
    format!("Connect {name} now")
}

/// Until the first request.
pub(crate) fn waiting(name: &str) -> String {
    format!("Waiting for the first request of {name}.")
}

/// Level 3 question for another token.
pub(crate) fn new_token_title(name: &str) -> String {
    format!("Create a token for {name}")
}

/// What follows from another token; `valid` is the number of those that work now.
pub(crate) fn new_token_consequences(valid: usize) -> Vec<String> {
    let old = match valid {
        0 => "There is no valid token now.".to_owned(),
        1 => "The present token stays valid, so that nothing breaks while you exchange it."
            .to_owned(),
        n => format!(
            "The {n} present tokens stay valid, so that nothing breaks while you exchange them."
        ),
    };
    vec![
        "A second secret can create, change and disable people until it expires or is revoked."
            .to_owned(),
        old,
        "It is shown once. Revoke the old token when the provider uses the new one.".to_owned(),
    ]
}

/// Level 2 question for the end of a token.
pub(crate) fn revoke_title(hint: &str) -> String {
    format!("Revoke token {hint}…")
}

/// What follows from taking away a token that has expired.
pub(crate) fn remove_consequences() -> Vec<String> {
    vec!["It has expired and is refused already; now it also leaves this list.".to_owned()]
}

/// What follows from the end of a token.
pub(crate) fn revoke_consequences(name: &str, last: bool) -> Vec<String> {
    let mut lines =
        vec!["Requests with this token are refused from now on. This cannot be undone.".to_owned()];
    if last {
        lines.push(format!(
            "It is the only valid token: {name} can change nobody here until it has a new one, and people it disables keep their access."
        ));
    } else {
        lines.push(format!("{name} keeps working with its other tokens."));
    }
    lines
}

/// "Expired on 14 Nov 2026".
pub(crate) fn expired_on(date: &str) -> String {
    format!("Expired on {date}")
}

/// "Expires in 6 days".
pub(crate) fn expires_in(days: i64) -> String {
    match days {
        0 => "Expires today".to_owned(),
        1 => "Expires in 1 day".to_owned(),
        n => format!("Expires in {n} days"),
    }
}

/// Headline when no token works any more.
pub(crate) fn all_expired(name: &str, date: &str) -> String {
    format!("Every token of {name} has expired, the last one on {date}.")
}

/// What that means and what to do.
pub(crate) fn all_expired_why(name: &str) -> String {
    format!(
        "Requests of {name} are refused: it can change nobody here, and people it disables keep their access. Create a token and paste it into {name}."
    )
}

/// Headline before the last valid token ends.
pub(crate) fn ends_soon(name: &str, days: i64, date: &str) -> String {
    let when = match days {
        0 => "today".to_owned(),
        1 => "in 1 day".to_owned(),
        n => format!("in {n} days"),
    };
    format!("The last valid token of {name} expires {when}, on {date}.")
}

/// What to do before it ends.
pub(crate) fn ends_soon_why(name: &str) -> String {
    format!(
        "From then on its requests are refused. Create a token and paste it into {name}; until then both work."
    )
}

/// Toast after adding.
pub(crate) fn added(name: &str) -> String {
    format!("{name} added")
}

/// Name of a row's revoke button.
pub(crate) fn revoke_label(hint: &str) -> String {
    format!("Revoke token {hint}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn revoking_the_only_token_says_what_it_costs() {
        let last = revoke_consequences("Okta", true).join(" ");
        assert!(last.contains("only valid token"));
        assert!(
            !revoke_consequences("Okta", false)
                .join(" ")
                .contains("only")
        );
    }
}
