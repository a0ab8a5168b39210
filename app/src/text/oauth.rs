//! Strings of what tokens may do, of their rotation, and of OAuth clients.

use scim_schema::{
    api::connections::{ClientAuthMethod, OldTokenEnds},
    id::OAuthClientId,
    scope::{Scope, Scopes},
};

pub(crate) const MAY: &str = "May";
pub(crate) const SCOPES: &str = "What it may do";
pub(crate) const SCOPES_NONE: &str = "Choose at least one.";

pub(crate) const ROTATE: &str = "Rotate";
pub(crate) const ROTATE_TOKEN: &str = "Rotate token";
pub(crate) const ROTATING: &str = "Rotating token";
pub(crate) const OLD_ENDS: &str = "The old token ends";

pub(crate) const CLIENTS: &str = "OAuth clients";
pub(crate) const CLIENTS_NOTE: &str = "Fetch tokens for an hour themselves";
pub(crate) const CLIENTS_CAPTION: &str = "OAuth clients, newest first";
pub(crate) const NO_CLIENTS: &str = "No OAuth clients. A provider that speaks OAuth 2.0 client credentials needs one instead of a token.";
pub(crate) const ADD: &str = "Add OAuth client";
pub(crate) const ADDING: &str = "Adding OAuth client";
pub(crate) const METHOD: &str = "It proves who it is by";
pub(crate) const JWKS: &str = "Public key";
pub(crate) const JWKS_HINT: &str = "A JWK or a JWK Set as JSON. Never paste a private key.";
pub(crate) const CLIENT: &str = "Client";
pub(crate) const PROOF: &str = "Proof";
pub(crate) const CREATED: &str = "Created";
pub(crate) const USED: &str = "Last used";
pub(crate) const KEEP: &str = "Keep client";
pub(crate) const REVOKE: &str = "Revoke client";
pub(crate) const REVOKING: &str = "Revoking client";
pub(crate) const REVOKED: &str = "OAuth client revoked";

pub(crate) const SECRET_WHY: &str = "Paste these into your identity provider. The secret is shown only now: Rollcall keeps no copy that could be read again.";
pub(crate) const CLIENT_WHY: &str =
    "Enter these in your identity provider, which signs with its private key.";
pub(crate) const STORED: &str = "I have stored the secret";
pub(crate) const NOTED: &str = "Done";
pub(crate) const TOKEN_URL: &str = "Token URL";
pub(crate) const COPY_TOKEN_URL: &str = "Copy token URL";
pub(crate) const TOKEN_URL_HINT: &str = "Where the provider fetches its tokens.";
pub(crate) const CLIENT_ID: &str = "Client ID";
pub(crate) const COPY_CLIENT_ID: &str = "Copy client ID";
pub(crate) const CLIENT_ID_HINT: &str = "Names the client.";
pub(crate) const CLIENT_SECRET: &str = "Client secret";
pub(crate) const COPY_SECRET: &str = "Copy client secret";
pub(crate) const SECRET_HINT: &str = "Proves that it is the client.";

/// What a scope allows, as a choice.
pub(crate) const fn scope(scope: Scope) -> &'static str {
    match scope {
        Scope::Read => "Read users and groups",
        Scope::Users => "Change users and see their groups",
        Scope::Groups => "Change groups",
    }
}

/// What scopes allow, in a cell.
pub(crate) fn scopes(scopes: Scopes) -> String {
    if scopes == Scopes::all() {
        return "Everything".to_owned();
    }
    let words: Vec<&str> = scopes.iter().map(scope).collect();
    words.join(", ")
}

/// How a client proves who it is.
pub(crate) const fn method(method: ClientAuthMethod) -> &'static str {
    match method {
        ClientAuthMethod::ClientSecret => "Client secret",
        ClientAuthMethod::PrivateKeyJwt => "Private key (signed JWT)",
    }
}

/// When the old token ends, as a choice.
pub(crate) const fn old_ends(ends: OldTokenEnds) -> &'static str {
    match ends {
        OldTokenEnds::InSevenDays => "In 7 days",
        OldTokenEnds::InOneDay => "In 24 hours",
        OldTokenEnds::Now => "At once",
    }
}

/// Name of a row's rotate button.
pub(crate) fn rotate_label(hint: &str) -> String {
    format!("Rotate token {hint}")
}

/// Level 3 question for a rotation.
pub(crate) fn rotate_title(hint: &str) -> String {
    format!("Rotate token {hint}…")
}

/// What follows from a rotation.
pub(crate) fn rotate_consequences(name: &str, ends: OldTokenEnds) -> Vec<String> {
    let old = match ends {
        OldTokenEnds::Now => format!(
            "The old token is refused at once: {name} can change nobody here until it has the new one."
        ),
        OldTokenEnds::InOneDay => {
            format!("Both work for 24 hours. Paste the new one into {name} before then.")
        }
        OldTokenEnds::InSevenDays => {
            format!("Both work for 7 days. Paste the new one into {name} before then.")
        }
    };
    vec![
        "A new token that may do the same is made and shown once.".to_owned(),
        old,
    ]
}

/// Name of a client that nobody named: the end of its id, which tells it from the others. How an id
/// begins is its time, and alike for clients of one day.
pub(crate) fn client(id: OAuthClientId) -> String {
    let id = id.to_string();
    let begin = id.len().saturating_sub(6);
    format!("Client {}", id.get(begin..).unwrap_or(&id))
}

/// Question for the end of a client, and name of the button that asks it.
pub(crate) fn revoke_title(id: OAuthClientId) -> String {
    format!("Revoke {}", client(id))
}

/// What follows from the end of a client.
pub(crate) fn revoke_consequences(name: &str) -> Vec<String> {
    vec![
        "It is given no more tokens, and those it has are refused from now on. This cannot be undone."
            .to_owned(),
        format!("{name} keeps working with its other clients and tokens, if it has some."),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_are_told_apart_by_the_end_of_their_ids() {
        let id = |n| OAuthClientId(uuid::Uuid::from_u128(n));
        assert_eq!(client(id(0x7f3a_9c01)), "Client 3a9c01");
        assert_ne!(client(id(1)), client(id(2)));
    }

    #[test]
    fn all_scopes_are_everything_and_some_are_named() {
        assert_eq!(scopes(Scopes::all()), "Everything");
        let some = Scopes::of([Scope::Groups, Scope::Read]);
        assert_eq!(
            some.map(scopes).as_deref(),
            Some("Read users and groups, Change groups")
        );
    }

    #[test]
    fn only_an_end_at_once_cuts_somebody_off() {
        let says = |ends| rotate_consequences("Okta", ends).join(" ");
        assert!(says(OldTokenEnds::Now).contains("refused at once"));
        assert!(says(OldTokenEnds::InSevenDays).contains("Both work for 7 days"));
    }
}
