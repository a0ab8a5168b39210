//! Verified domains (domain.md section 2): `GET /domains`, `POST /domains`, `DELETE /domains/{id}`.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    id::{DomainId, OrganisationId},
    lifecycle::word_enum,
};

/// Longest domain name (RFC 1035 section 2.3.4), without the dot of the root.
const DOMAIN_MAX: usize = 253;
/// Longest label of a domain name.
const LABEL_MAX: usize = 63;

word_enum! {
    /// How it is known that a domain belongs to an organisation.
    DomainMethod {
        /// A TXT record.
        DnsTxt = "dns_txt",
        /// A System Administrator says so, on an installation with a single account.
        Asserted = "asserted",
    }
}

/// A verified domain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DomainView {
    /// Its id.
    pub id: DomainId,
    /// The domain in lower case, such as `example.org`; its subdomains are not part of it.
    pub domain: String,
    /// Whose.
    pub organisation: OrganisationId,
    /// How that is known.
    pub method: DomainMethod,
    /// Since when.
    pub verified_at: DateTime<Utc>,
}

/// Answer of `GET /domains`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Domains {
    /// Every one, by name.
    pub items: Vec<DomainView>,
}

/// Body of `POST /domains`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssertDomain {
    /// The domain.
    pub domain: String,
}

/// A domain name as it is compared: trimmed, in lower case, without the dot of the root.
///
/// # Errors
/// With a sentence, when it is no domain name of at least two labels. Names beyond ASCII are taken
/// in their `xn--` form.
pub fn read_domain(text: &str) -> Result<String, &'static str> {
    const MISTAKE: &str =
        "Enter a domain such as example.org, without @ and in its xn-- form where it needs one.";
    let domain = text.trim().trim_end_matches('.').to_ascii_lowercase();
    let is_label = |label: &str| {
        let letters = label
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-');
        letters
            && !label.is_empty()
            && label.len() <= LABEL_MAX
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let labels = domain.split('.').count();
    if domain.len() > DOMAIN_MAX || labels < 2 || !domain.split('.').all(is_label) {
        return Err(MISTAKE);
    }
    Ok(domain)
}

/// The domain of an address or of a user name that looks like one.
#[must_use]
pub fn domain_of(name: &str) -> Option<String> {
    let (local, domain) = name.rsplit_once('@')?;
    if local.is_empty() {
        return None;
    }
    read_domain(domain).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_is_compared_in_lower_case_and_without_its_last_dot() {
        assert_eq!(read_domain(" Example.ORG. ").as_deref(), Ok("example.org"));
        for wrong in [
            "",
            "org",
            "@example.org",
            "exa mple.org",
            "-a.org",
            "a..org",
        ] {
            assert!(read_domain(wrong).is_err(), "{wrong}");
        }
        assert!(read_domain(&format!("{}.org", "a".repeat(64))).is_err());
    }

    #[test]
    fn a_name_without_an_at_sign_has_no_domain() {
        assert_eq!(domain_of("ada@Example.org").as_deref(), Some("example.org"));
        assert_eq!(domain_of("a@b@example.org").as_deref(), Some("example.org"));
        for none in ["ada", "@example.org", "ada@", "ada@org"] {
            assert_eq!(domain_of(none), None, "{none}");
        }
    }
}
