//! Strings of the kinds of identity providers: their names, what they call things, how to connect them.

use scim_schema::dialect::ConnectionKind;

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
            "Paste the tenant URL with its ?aadOptscim062020, which makes Entra follow the standard, and the token as secret token.",
            "Test the connection and save.",
            "Assign people and groups under Users and groups, then start provisioning. The first cycle can take 40 minutes; Provision on demand is at once.",
        ],
        ConnectionKind::EntraLegacy => &[
            "In the Entra admin centre open Enterprise applications, your application, then Provisioning, and set the mode to Automatic.",
            "Paste the tenant URL and the token as secret token.",
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

/// What the provider calls the address that it sends requests to.
pub(crate) const fn url_label(kind: ConnectionKind) -> &'static str {
    match kind {
        ConnectionKind::Entra | ConnectionKind::EntraLegacy => "Tenant URL",
        _ => "Base URL",
    }
}

/// Name of the button that copies the address.
pub(crate) const fn copy_url(kind: ConnectionKind) -> &'static str {
    match kind {
        ConnectionKind::Entra | ConnectionKind::EntraLegacy => "Copy tenant URL",
        _ => "Copy base URL",
    }
}

/// The address as the provider needs it. Entra follows RFC 7644 only when the address ends in its
/// flag; without it its requests are those of the legacy kind.
pub(crate) fn provider_url(kind: ConnectionKind, base_url: &str) -> String {
    match kind {
        ConnectionKind::Entra => format!("{base_url}?aadOptscim062020"),
        _ => base_url.to_owned(),
    }
}

/// The field at the provider that takes the address.
pub(crate) const fn url_field(kind: ConnectionKind) -> &'static str {
    match kind {
        ConnectionKind::Okta => "Goes into SCIM connector base URL, on the Provisioning tab.",
        ConnectionKind::Entra => {
            "Goes into Tenant URL, under Provisioning, Admin Credentials, as it is: with what follows the question mark."
        }
        ConnectionKind::EntraLegacy => {
            "Goes into Tenant URL, under Provisioning, Admin Credentials."
        }
        ConnectionKind::OneLogin => "Goes into SCIM Base URL, on the Configuration tab.",
        ConnectionKind::JumpCloud => "Goes into Base URL, under Identity Management.",
        ConnectionKind::Generic | ConnectionKind::InteropStrict => {
            "Paths such as /Users follow it."
        }
    }
}

/// The field at the provider that takes the token.
pub(crate) const fn token_field(kind: ConnectionKind) -> &'static str {
    match kind {
        ConnectionKind::Okta => {
            "Goes into Authorization, after choosing HTTP Header as authentication mode."
        }
        ConnectionKind::Entra | ConnectionKind::EntraLegacy => {
            "Goes into Secret Token, below the tenant URL."
        }
        ConnectionKind::OneLogin => "Goes into SCIM Bearer Token, on the Configuration tab.",
        ConnectionKind::JumpCloud => "Goes into Token Key, under Identity Management.",
        ConnectionKind::Generic | ConnectionKind::InteropStrict => {
            "Goes into the Authorization header, after the word Bearer."
        }
    }
}

/// A command that proves that base URL and token work.
pub(crate) fn curl(base_url: &str) -> String {
    format!("curl -H 'Authorization: Bearer TOKEN' '{base_url}/Users?count=1'")
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
            assert!(url_field(one).ends_with('.'));
            assert!(token_field(one).ends_with('.'));
        }
    }

    #[test]
    fn only_entra_s_address_carries_its_flag() {
        for one in ConnectionKind::ALL {
            let url = provider_url(one, "https://rollcall.example/scim/v2");
            let flagged = url == "https://rollcall.example/scim/v2?aadOptscim062020";
            assert_eq!(flagged, one == ConnectionKind::Entra, "{url}");
        }
    }
}
