//! What an account may define, and where a connection may expose it.

use crate::{attr::is_name, resource::names_secret, schema::urn};

/// Definitions that an account has at most.
pub const DEFINITIONS_AT_MOST: usize = 100;
/// Longest name, in characters: no longer name is looked up.
const NAME_MAX: usize = 64;
/// Longest URN, in characters.
pub const URN_MAX: usize = 200;
/// Longest description, in characters.
pub const DESCRIPTION_MAX: usize = 500;

/// Where a connection exposes an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    /// The URN of the extension.
    pub urn: &'a str,
    /// The name in it.
    pub name: &'a str,
}

impl Place<'_> {
    /// Whether both are the same attribute (RFC 7643 section 2.1: without case).
    #[must_use]
    pub fn is(&self, other: Place<'_>) -> bool {
        self.urn.eq_ignore_ascii_case(other.urn) && self.name.eq_ignore_ascii_case(other.name)
    }
}

/// Whether an attribute may have this name (RFC 7643 section 2.1, `ATTRNAME`).
///
/// # Errors
/// What is wrong and what to do, as a sentence.
pub fn check_name(name: &str) -> Result<(), String> {
    if name.len() > NAME_MAX {
        return Err(format!("Use at most {NAME_MAX} characters."));
    }
    if !is_name(name) || name.starts_with('$') {
        return Err(
            "Begin with a letter from a to z, then use letters, digits, - and _ only: SCIM knows no other names."
                .to_owned(),
        );
    }
    if names_secret(name) {
        return Err(
            "This name stands for a secret, and secrets are never stored as an attribute. Choose another name."
                .to_owned(),
        );
    }
    Ok(())
}

/// Whether an extension may have this URN (RFC 8141 section 2, RFC 7643 section 10.2.1): one that
/// no schema of the product has, nor begins or continues.
///
/// # Errors
/// What is wrong and what to do, as a sentence.
pub fn check_urn(text: &str) -> Result<(), String> {
    if text.len() > URN_MAX {
        return Err(format!("Use at most {URN_MAX} characters."));
    }
    if !is_urn(text) {
        return Err(
            "Write a URN such as urn:ietf:params:scim:schemas:extension:custom:2.0:User, as the provider sends it."
                .to_owned(),
        );
    }
    if names_secret(text) {
        return Err(
            "This URN has a word that stands for a secret, and secrets are never stored as an attribute."
                .to_owned(),
        );
    }
    let messages = [
        "urn:ietf:params:scim:api:messages",
        urn::SCHEMA,
        urn::RESOURCE_TYPE,
        urn::SERVICE_PROVIDER_CONFIG,
    ];
    let taken = urn::REGISTERED
        .into_iter()
        .chain(messages)
        .find(|taken| continues(text, taken) || continues(taken, text));
    match taken {
        Some(taken) => Err(format!(
            "{taken} is taken by a schema of Rollcall. Attributes of an account need a URN of their own."
        )),
        None => Ok(()),
    }
}

/// Whether a description is short enough to be one.
///
/// # Errors
/// What is wrong and what to do, as a sentence.
pub fn check_description(text: &str) -> Result<(), String> {
    if text.chars().count() > DESCRIPTION_MAX {
        return Err(format!("Use at most {DESCRIPTION_MAX} characters."));
    }
    if text.chars().any(char::is_control) {
        return Err("Write it in one line, without control characters.".to_owned());
    }
    Ok(())
}

/// Whether an attribute may be exposed at `place` beside those at `others`: each place once, and no
/// path that could be read in two ways.
///
/// # Errors
/// What is wrong and what to do, as a sentence.
pub fn check_places<'a>(
    place: Place<'_>,
    others: impl IntoIterator<Item = Place<'a>>,
) -> Result<(), String> {
    for other in others {
        if place.is(other) {
            return Err(format!(
                "This connection has an attribute {} under this URN. Choose another name or URN.",
                other.name
            ));
        }
        // `urn:a:b` is a whole extension or attribute `b` of `urn:a`, but not both.
        let same = place.urn.eq_ignore_ascii_case(other.urn);
        if !same && (continues(place.urn, other.urn) || continues(other.urn, place.urn)) {
            return Err(format!(
                "{} is in use on this connection, and one of the two URNs begins with the other. Choose another URN.",
                other.urn
            ));
        }
    }
    Ok(())
}

/// Whether `longer` is `urn`, or `urn`, a colon and more.
fn continues(longer: &str, urn: &str) -> bool {
    let head = longer.get(..urn.len());
    let rest = longer.get(urn.len()..).unwrap_or_default();
    head.is_some_and(|head| head.eq_ignore_ascii_case(urn))
        && (rest.is_empty() || rest.starts_with(':'))
}

/// RFC 8141 section 2, without the parts behind `?` and `#`, and with a last segment that is not
/// empty.
fn is_urn(text: &str) -> bool {
    let mut parts = text.splitn(3, ':');
    let (scheme, space, rest) = (parts.next(), parts.next(), parts.next());
    let is_space = |space: &str| {
        (2..=32).contains(&space.len())
            && space.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            && !space.starts_with('-')
            && !space.ends_with('-')
    };
    let is_rest = |rest: &str| {
        !rest.starts_with(':')
            && !rest.ends_with(':')
            && !rest.is_empty()
            && rest
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "-._~!$&'*+,;=:@/".contains(c))
    };
    scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case("urn"))
        && space.is_some_and(is_space)
        && rest.is_some_and(is_rest)
}
