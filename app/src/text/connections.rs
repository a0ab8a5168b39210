//! Strings of connections.

use scim_schema::dialect::ConnectionKind;

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

pub(crate) const SECRET_WHY: &str = "Paste both into your identity provider. The token is shown only now: Rollcall keeps no copy that could be read again.";
pub(crate) const BASE_URL: &str = "Base URL";
pub(crate) const COPY_BASE_URL: &str = "Copy base URL";
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
pub(crate) const TOKENS_CAPTION: &str = "Valid tokens, newest first";
pub(crate) const TOKEN_BEGINS: &str = "Begins with";
pub(crate) const TOKEN_CREATED: &str = "Created";
pub(crate) const TOKEN_EXPIRES: &str = "Expires";
pub(crate) const TOKEN_USED: &str = "Last used";
pub(crate) const ACT: &str = "Act";
pub(crate) const NO_TOKENS: &str = "No valid token: this provider cannot reach Rollcall.";
pub(crate) const NEW_TOKEN: &str = "New token";
pub(crate) const MAKE_TOKEN: &str = "Make new token";
pub(crate) const MAKING_TOKEN: &str = "Making new token";
pub(crate) const KEEP_TOKENS: &str = "Keep as is";
pub(crate) const REVOKE: &str = "Revoke";
pub(crate) const REVOKE_TOKEN: &str = "Revoke token";
pub(crate) const REVOKING: &str = "Revoking token";
pub(crate) const KEEP_TOKEN: &str = "Keep token";
pub(crate) const REVOKED: &str = "Token revoked";
pub(crate) const REQUESTS: &str = "Recent requests";
pub(crate) const HOW: &str = "How to connect";
pub(crate) const CHECK_CURL: &str = "Check it from a terminal";
pub(crate) const COPY_CURL: &str = "Copy command";
pub(crate) const WAITING_WHY: &str =
    "Follow the steps below. The first request appears here by itself.";

/// Name of a kind.
pub(crate) const fn kind(kind: ConnectionKind) -> &'static str {
    match kind {
        ConnectionKind::Generic => "Any SCIM 2.0 client",
        ConnectionKind::Okta => "Okta",
        ConnectionKind::Entra => "Microsoft Entra ID",
        ConnectionKind::EntraLegacy => "Microsoft Entra ID (legacy)",
        ConnectionKind::OneLogin => "OneLogin",
        ConnectionKind::JumpCloud => "JumpCloud",
        ConnectionKind::InteropStrict => "SCIM interoperability profile",
    }
}

/// When to choose a kind.
pub(crate) const fn kind_hint(kind: ConnectionKind) -> &'static str {
    match kind {
        ConnectionKind::Generic => {
            "For any client that follows RFC 7643 and RFC 7644: curl, a script, another directory."
        }
        ConnectionKind::Okta => "For a SCIM integration of Okta's app catalogue or your own.",
        ConnectionKind::Entra => {
            "For an enterprise application whose tenant URL ends in ?aadOptscim062020."
        }
        ConnectionKind::EntraLegacy => {
            "For an enterprise application without that flag: its requests deviate from the standard and are rewritten."
        }
        ConnectionKind::OneLogin => "For OneLogin's SCIM provisioner (SCIM v2).",
        ConnectionKind::JumpCloud => "For JumpCloud's identity management; also for authentik.",
        ConnectionKind::InteropStrict => {
            "For clients of draft-zollner-scim-interop-profile. Nothing is rewritten."
        }
    }
}

/// The steps at the provider's side.
pub(crate) const fn steps(kind: ConnectionKind) -> &'static [&'static str] {
    match kind {
        ConnectionKind::Okta => &[
            "In Okta's Admin Console open your application, then General, and turn on SCIM provisioning.",
            "On the Provisioning tab set the connector base URL to the base URL and the unique identifier field to userName.",
            "Choose HTTP Header as authentication mode and paste the token. Test the connector configuration.",
            "Under To App turn on Create Users, Update User Attributes and Deactivate Users.",
            "Assign people or groups on the Assignments tab; push groups on the Push Groups tab.",
        ],
        ConnectionKind::Entra => &[
            "In the Entra admin centre open Enterprise applications, your application, then Provisioning, and set the mode to Automatic.",
            "Paste the base URL with ?aadOptscim062020 at its end as tenant URL, and the token as secret token.",
            "Test the connection and save.",
            "Assign people and groups under Users and groups, then start provisioning. The first cycle can take 40 minutes; Provision on demand is at once.",
        ],
        ConnectionKind::EntraLegacy => &[
            "In the Entra admin centre open Enterprise applications, your application, then Provisioning, and set the mode to Automatic.",
            "Paste the base URL as tenant URL and the token as secret token.",
            "Test the connection and save.",
            "Assign people and groups under Users and groups, then start provisioning. The first cycle can take 40 minutes; Provision on demand is at once.",
        ],
        ConnectionKind::OneLogin => &[
            "In OneLogin's administration open your SCIM application, then Configuration.",
            "Paste the base URL as SCIM base URL and the token as SCIM bearer token, then enable the API status.",
            "On the Provisioning tab enable provisioning, and choose that deleting a user suspends or deletes it here.",
            "Give people access to the application; approve pending tasks if approval is on.",
        ],
        ConnectionKind::JumpCloud => &[
            "In JumpCloud's admin portal open your application, then Identity Management.",
            "Choose SCIM API, SCIM 2.0, paste the base URL and the token, and test the connection.",
            "Activate it, then give user groups access to the application.",
        ],
        ConnectionKind::Generic | ConnectionKind::InteropStrict => &[
            "Give your client the base URL, and the token as bearer token in the Authorization header.",
            "Send requests with the content type application/scim+json.",
            "Create a user with a POST to /Users, change it with PATCH or PUT to /Users/{id}.",
        ],
    }
}

/// A command that proves that base URL and token work.
pub(crate) fn curl(base_url: &str) -> String {
    format!("curl -H 'Authorization: Bearer TOKEN' '{base_url}/Users?count=1'")
}

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
    format!("Make a new token for {name}")
}

/// What follows from another token.
pub(crate) fn new_token_consequences(tokens: usize) -> Vec<String> {
    let old = match tokens {
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
    fn every_kind_has_a_name_a_hint_and_steps() {
        for one in ConnectionKind::ALL {
            assert!(!kind(one).is_empty());
            assert!(kind_hint(one).ends_with('.'));
            assert!(steps(one).len() >= 3, "{one:?}");
        }
    }

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
