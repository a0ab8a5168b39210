//! `If-Match` (RFC 7644 section 3.14): change only what the caller has seen.

use super::OpError;

/// What `If-Match` asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum IfMatch {
    /// The header was not sent.
    #[default]
    Absent,
    /// `*`: any version of an existing resource.
    Any,
    /// One of these versions.
    Versions(Vec<i64>),
}

impl IfMatch {
    /// Reads the header; tags that this server never issued match nothing.
    #[must_use]
    pub fn parse(header: Option<&str>) -> Self {
        match header.map(str::trim) {
            None => Self::Absent,
            Some("*") => Self::Any,
            Some(list) => Self::Versions(list.split(',').filter_map(version_of).collect()),
        }
    }

    /// Lets the version through or not.
    ///
    /// # Errors
    /// [`OpError::PreconditionFailed`].
    pub fn check(&self, version: i64) -> Result<(), OpError> {
        match self {
            Self::Absent | Self::Any => Ok(()),
            Self::Versions(versions) if versions.contains(&version) => Ok(()),
            Self::Versions(_) => Err(OpError::PreconditionFailed),
        }
    }

    /// Whether `If-None-Match` with this list says that the caller has this version already.
    #[must_use]
    pub fn includes(&self, version: i64) -> bool {
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
        assert_eq!(
            IfMatch::parse(Some(&entity_tag(7))),
            IfMatch::Versions(vec![7])
        );
        assert!(IfMatch::parse(Some("\"3\", W/\"4\"")).check(4).is_ok());
        assert!(IfMatch::parse(Some("W/\"old\"")).check(1).is_err());
        assert!(IfMatch::parse(Some("*")).check(1).is_ok());
        assert!(IfMatch::parse(None).check(1).is_ok());
        assert!(!IfMatch::parse(None).includes(1));
    }
}
