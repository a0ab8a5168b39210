//! `If-Match` and `If-None-Match` (RFC 7644 section 3.14, RFC 9110 section 13): change only what
//! the caller has seen, send only what it has not.

use super::OpError;

/// What a request asks of the version of its resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Precondition {
    if_match: Tags,
    if_none_match: Tags,
}

/// The entity tags of a header.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Tags {
    /// The header was not sent.
    Absent,
    /// `*`: any version of an existing resource.
    Any,
    /// These versions.
    Versions(Vec<i64>),
}

impl Precondition {
    /// Any version will do.
    pub const NONE: Self = Self {
        if_match: Tags::Absent,
        if_none_match: Tags::Absent,
    };

    /// Reads the two headers; tags that this server never issued match nothing.
    #[must_use]
    pub fn parse(if_match: Option<&str>, if_none_match: Option<&str>) -> Self {
        Self {
            if_match: Tags::parse(if_match),
            if_none_match: Tags::parse(if_none_match),
        }
    }

    /// Lets a change of this version through or not.
    ///
    /// # Errors
    /// [`OpError::PreconditionFailed`].
    pub fn check(&self, version: i64) -> Result<(), OpError> {
        let wanted = self.if_match == Tags::Absent || self.if_match.include(version);
        if wanted && !self.if_none_match.include(version) {
            return Ok(());
        }
        Err(OpError::PreconditionFailed)
    }

    /// Whether a read of this version brings nothing new: `If-None-Match` names it.
    #[must_use]
    pub fn is_seen(&self, version: i64) -> bool {
        self.if_none_match.include(version)
    }
}

impl Tags {
    fn parse(header: Option<&str>) -> Self {
        match header.map(str::trim) {
            None => Self::Absent,
            Some("*") => Self::Any,
            Some(list) => Self::Versions(list.split(',').filter_map(version_of).collect()),
        }
    }

    fn include(&self, version: i64) -> bool {
        match self {
            Self::Absent => false,
            Self::Any => true,
            Self::Versions(versions) => versions.contains(&version),
        }
    }
}

/// The entity tag of a version: weak, because projections of one version differ in their bytes.
#[must_use]
pub fn entity_tag(version: i64) -> String {
    format!("W/\"{version}\"")
}

fn version_of(tag: &str) -> Option<i64> {
    let tag = tag.trim();
    let tag = tag.strip_prefix("W/").unwrap_or(tag);
    tag.strip_prefix('"')?.strip_suffix('"')?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_come_back_and_strangers_match_nothing() {
        let if_match = |header: Option<&str>| Precondition::parse(header, None);
        assert!(if_match(Some(&entity_tag(7))).check(7).is_ok());
        assert!(if_match(Some("\"3\", W/\"4\"")).check(4).is_ok());
        assert!(if_match(Some("W/\"old\"")).check(1).is_err());
        assert!(if_match(Some("*")).check(1).is_ok());
        assert!(if_match(None).check(1).is_ok());
        assert!(!if_match(None).is_seen(1));
    }

    #[test]
    fn a_version_that_was_seen_is_neither_sent_nor_changed() {
        let if_none_match = |header| Precondition::parse(None, Some(header));
        for seen in ["*", "W/\"1\"", "\"3\", \"1\""] {
            assert!(if_none_match(seen).is_seen(1), "{seen}");
            assert!(if_none_match(seen).check(1).is_err(), "{seen}");
        }
        for other in ["W/\"2\"", "W/\"old\"", "1"] {
            assert!(!if_none_match(other).is_seen(1), "{other}");
            assert!(if_none_match(other).check(1).is_ok(), "{other}");
        }
    }
}
