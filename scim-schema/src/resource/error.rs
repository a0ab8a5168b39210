//! Errors of the protocol (RFC 7644 section 3.12, RFC 9865 section 2.1).

use std::fmt;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::secret::{hide_in_path, without_secrets};
use crate::schema::urn;

/// The error keywords of RFC 7644 Table 9 and RFC 9865 Table 3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum ScimType {
    /// The filter is malformed or compares what cannot be compared.
    InvalidFilter,
    /// The filter would yield more than the server is willing to process.
    TooMany,
    /// A value is in use or reserved.
    Uniqueness,
    /// The change is not compatible with the attribute's mutability.
    Mutability,
    /// The body is malformed or not of the request's schema.
    InvalidSyntax,
    /// The path of a PATCH operation is malformed or names nothing defined.
    InvalidPath,
    /// The path of a PATCH operation selects nothing.
    NoTarget,
    /// A required value is missing or a value is not compatible with its attribute.
    InvalidValue,
    /// The protocol version is not supported.
    InvalidVers,
    /// The request would put personal data into a URI.
    Sensitive,
    /// The cursor is not one of this server's or of this query.
    InvalidCursor,
    /// The cursor is too old.
    ExpiredCursor,
    /// `count` is no usable number.
    InvalidCount,
}

impl ScimType {
    /// The keyword.
    #[must_use]
    pub const fn keyword(self) -> &'static str {
        match self {
            Self::InvalidFilter => "invalidFilter",
            Self::TooMany => "tooMany",
            Self::Uniqueness => "uniqueness",
            Self::Mutability => "mutability",
            Self::InvalidSyntax => "invalidSyntax",
            Self::InvalidPath => "invalidPath",
            Self::NoTarget => "noTarget",
            Self::InvalidValue => "invalidValue",
            Self::InvalidVers => "invalidVers",
            Self::Sensitive => "sensitive",
            Self::InvalidCursor => "invalidCursor",
            Self::ExpiredCursor => "expiredCursor",
            Self::InvalidCount => "invalidCount",
        }
    }

    /// The HTTP status it goes with: 409 for `uniqueness`, 403 for `sensitive` (erratum 6893),
    /// 400 for the others.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::Uniqueness => 409,
            Self::Sensitive => 403,
            _ => 400,
        }
    }
}

impl fmt::Display for ScimType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.keyword())
    }
}

/// A refusal, as the client gets it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct ScimError {
    /// HTTP status.
    pub status: u16,
    /// Keyword, where one is defined for the case.
    pub scim_type: Option<ScimType>,
    /// A sentence for people that names the path and the reason.
    pub detail: String,
}

impl ScimError {
    /// An error without keyword; control characters of the detail are shown as U+FFFD: 401, 403, 404, 405, 412, 413, 500, 501.
    #[must_use]
    pub fn status(status: u16, detail: impl Into<String>) -> Self {
        Self {
            status,
            scim_type: None,
            detail: printable(detail.into()),
        }
    }

    /// An error with keyword, with the detail likewise, and the status that goes with it.
    #[must_use]
    pub fn of(scim_type: ScimType, detail: impl Into<String>) -> Self {
        Self {
            status: scim_type.status(),
            scim_type: Some(scim_type),
            detail: printable(detail.into()),
        }
    }

    /// 400 `invalidValue`: `why` continues the sentence that begins with the path.
    #[must_use]
    pub fn invalid_value(path: impl fmt::Display, why: impl fmt::Display) -> Self {
        Self::of(ScimType::InvalidValue, format!("{path} {why}"))
    }

    /// 400 `mutability`: `why` continues the sentence that begins with the path.
    #[must_use]
    pub fn mutability(path: impl fmt::Display, why: impl fmt::Display) -> Self {
        Self::of(ScimType::Mutability, format!("{path} {why}"))
    }

    /// 400 `invalidPath`: `why` continues the sentence that begins with the path, of which what may
    /// be a secret is left out.
    #[must_use]
    pub fn invalid_path(path: impl fmt::Display, why: impl fmt::Display) -> Self {
        let path = path.to_string();
        let path = hide_in_path(&path, "...");
        Self::of(ScimType::InvalidPath, format!("Path '{path}' {why}"))
    }

    /// 400 `noTarget` for a path whose filter selects nothing.
    #[must_use]
    pub fn no_target(path: impl fmt::Display) -> Self {
        Self::of(
            ScimType::NoTarget,
            format!("Path '{path}' selects no value of the resource"),
        )
    }

    /// 400 `invalidSyntax`.
    #[must_use]
    pub fn invalid_syntax(detail: impl Into<String>) -> Self {
        Self::of(ScimType::InvalidSyntax, detail)
    }

    /// 400 `invalidFilter`.
    #[must_use]
    pub fn invalid_filter(detail: impl Into<String>) -> Self {
        Self::of(ScimType::InvalidFilter, detail)
    }

    /// The same error, with the operation of a PATCH that caused it named.
    #[must_use]
    pub fn in_operation(mut self, index: usize) -> Self {
        self.detail = format!("Operations[{index}]: {}", self.detail);
        self
    }

    /// 409 `uniqueness`: `why` continues the sentence that begins with the path.
    #[must_use]
    pub fn uniqueness(path: impl fmt::Display, why: impl fmt::Display) -> Self {
        Self::of(ScimType::Uniqueness, format!("{path} {why}"))
    }

    /// 404 for a resource or endpoint.
    #[must_use]
    pub fn not_found(what: impl fmt::Display) -> Self {
        Self::status(404, format!("{what} not found"))
    }

    /// The error body; `status` is a string (RFC 7644 section 3.12).
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut body = Map::new();
        body.insert("schemas".to_owned(), json!([urn::ERROR]));
        body.insert("status".to_owned(), json!(self.status.to_string()));
        if let Some(scim_type) = self.scim_type {
            body.insert("scimType".to_owned(), json!(scim_type));
        }
        body.insert("detail".to_owned(), json!(self.detail));
        Value::Object(body)
    }
}

/// Sentences repeat what a client sent. Secrets among it are nothing to be logged, and control
/// characters nothing to be read: a terminal obeys them, and PostgreSQL stores no U+0000. Of a long
/// one both ends are enough.
pub(crate) fn printable(detail: String) -> String {
    let detail = shortened(without_secrets(detail));
    if !detail.contains(char::is_control) {
        return detail;
    }
    detail.replace(char::is_control, "\u{fffd}")
}

/// Characters that a sentence has at its beginning and at its end when it is too long for all.
const BEGINNING: usize = 400;
const END: usize = 200;

/// Both ends of a sentence that repeats too much of what a client sent: what it is about stands at
/// the beginning, what is wrong at the end.
fn shortened(detail: String) -> String {
    let mut characters = detail.char_indices();
    let Some((beginning, _)) = characters.nth(BEGINNING) else {
        return detail;
    };
    // The other way round, the first one is the last.
    let Some((end, _)) = characters.nth_back(END - 1) else {
        return detail;
    };
    format!("{}…{}", &detail[..beginning], &detail[end..])
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [ScimType; 13] = [
        ScimType::InvalidFilter,
        ScimType::TooMany,
        ScimType::Uniqueness,
        ScimType::Mutability,
        ScimType::InvalidSyntax,
        ScimType::InvalidPath,
        ScimType::NoTarget,
        ScimType::InvalidValue,
        ScimType::InvalidVers,
        ScimType::Sensitive,
        ScimType::InvalidCursor,
        ScimType::ExpiredCursor,
        ScimType::InvalidCount,
    ];

    #[test]
    fn keywords_are_the_same_on_the_wire_and_in_text() {
        for scim_type in ALL {
            assert_eq!(json!(scim_type), json!(scim_type.keyword()));
        }
    }

    #[test]
    fn a_sentence_that_repeats_a_megabyte_keeps_its_beginning_and_its_end() {
        for word in ["x", "ä", "\u{1f600}"] {
            let error = ScimError::invalid_path(word.repeat(1_000_000), "is not defined");
            let detail = error.detail;
            assert_eq!(detail.chars().count(), BEGINNING + 1 + END);
            assert!(detail.starts_with("Path '"), "{detail}");
            assert!(detail.ends_with("' is not defined"), "{detail}");
        }
        for length in [1, BEGINNING, BEGINNING + END] {
            let detail = "x".repeat(length);
            assert_eq!(ScimError::invalid_syntax(detail.as_str()).detail, detail);
        }
    }

    #[test]
    fn status_is_a_string_and_missing_keywords_are_left_out() {
        let error = ScimError::invalid_value("emails[1].value", "must be a string");
        assert_eq!(
            error.to_json(),
            json!({
                "schemas": [urn::ERROR],
                "status": "400",
                "scimType": "invalidValue",
                "detail": "emails[1].value must be a string",
            })
        );
        let error = ScimError::not_found("User 7");
        assert_eq!(
            error.to_json(),
            json!({"schemas": [urn::ERROR], "status": "404", "detail": "User 7 not found"})
        );
    }

    #[test]
    fn control_characters_never_enter_a_sentence() {
        let detail = "User a\u{fffd}b\u{fffd}\u{fffd}c";
        assert_eq!(
            ScimError::status(404, "User a\0b\u{1b}\u{85}c").detail,
            detail
        );
        let error = ScimError::invalid_value("x\0", "\n").in_operation(0);
        assert_eq!(error.detail, "Operations[0]: x\u{fffd} \u{fffd}");
    }

    #[test]
    fn duplicates_are_conflicts() {
        assert_eq!(ScimError::uniqueness("userName", "is taken").status, 409);
    }
}
