//! Entity tags with `If-Match` and `If-None-Match` (RFC 7644 section 3.14, RFC 9110 section 13):
//! change only what the caller has seen, send only what it has not.

use std::fmt::{self, Display, Formatter};

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::OpError;

/// What an answer shows of a resource: its version, and a digest of what other resources lend it,
/// such as the `groups` of a user. Those change without a change of the resource.
///
/// As a text it is weak, because projections of one version differ in their bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntityTag {
    version: i64,
    lent: Option<u64>,
}

impl EntityTag {
    /// The tag of an answer that shows nothing of other resources.
    #[must_use]
    pub const fn of(version: i64) -> Self {
        Self {
            version,
            lent: None,
        }
    }

    /// The tag of an answer that shows these ids with these names, in any order: the databases
    /// promise none.
    #[must_use]
    pub fn showing<'n>(version: i64, named: impl Iterator<Item = (Uuid, &'n str)>) -> Self {
        let digests = named.map(|(id, name)| digest(id, name));
        Self {
            version,
            lent: digests.reduce(u64::wrapping_add),
        }
    }

    fn parse(tag: &str) -> Option<Self> {
        let tag = tag.trim();
        let tag = tag.strip_prefix("W/").unwrap_or(tag);
        let tag = tag.strip_prefix('"')?.strip_suffix('"')?;
        let Some((version, lent)) = tag.split_once('-') else {
            return Some(Self::of(tag.parse().ok()?));
        };
        Some(Self {
            version: version.parse().ok()?,
            lent: Some(u64::from_str_radix(lent, 16).ok()?),
        })
    }
}

impl Display for EntityTag {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let version = self.version;
        match self.lent {
            None => write!(f, "W/\"{version}\""),
            Some(lent) => write!(f, "W/\"{version}-{lent:016x}\""),
        }
    }
}

fn digest(id: Uuid, name: &str) -> u64 {
    let hash = Sha256::new().chain_update(id).chain_update(name).finalize();
    let first = hash.iter().take(8);
    first.fold(0, |so_far, byte| so_far << 8 | u64::from(*byte))
}

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
    /// These.
    Listed(Vec<EntityTag>),
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

    /// Lets a change of this version through or not. What other resources lend it is theirs to
    /// change, so it is not compared.
    ///
    /// # Errors
    /// [`OpError::PreconditionFailed`].
    pub fn check(&self, version: i64) -> Result<(), OpError> {
        let same = |tag: &EntityTag| tag.version == version;
        let wanted = self.if_match == Tags::Absent || self.if_match.any(same);
        if wanted && !self.if_none_match.any(same) {
            return Ok(());
        }
        Err(OpError::PreconditionFailed)
    }

    /// Whether an answer of this tag brings nothing new: `If-None-Match` names it.
    #[must_use]
    pub fn is_seen(&self, tag: EntityTag) -> bool {
        self.if_none_match.any(|seen| *seen == tag)
    }
}

impl Tags {
    fn parse(header: Option<&str>) -> Self {
        match header.map(str::trim) {
            None => Self::Absent,
            Some("*") => Self::Any,
            Some(list) => Self::Listed(list.split(',').filter_map(EntityTag::parse).collect()),
        }
    }

    fn any(&self, wanted: impl Fn(&EntityTag) -> bool) -> bool {
        match self {
            Self::Absent => false,
            Self::Any => true,
            Self::Listed(tags) => tags.iter().any(wanted),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn if_match(header: Option<&str>) -> Precondition {
        Precondition::parse(header, None)
    }

    fn if_none_match(header: &str) -> Precondition {
        Precondition::parse(None, Some(header))
    }

    #[test]
    fn tags_come_back_and_strangers_match_nothing() {
        assert!(
            if_match(Some(&EntityTag::of(7).to_string()))
                .check(7)
                .is_ok()
        );
        assert!(if_match(Some("\"3\", W/\"4\"")).check(4).is_ok());
        assert!(if_match(Some("W/\"old\"")).check(1).is_err());
        assert!(if_match(Some("*")).check(1).is_ok());
        assert!(if_match(None).check(1).is_ok());
        assert!(!if_match(None).is_seen(EntityTag::of(1)));
    }

    #[test]
    fn a_version_that_was_seen_is_neither_sent_nor_changed() {
        for seen in ["*", "W/\"1\"", "\"3\", \"1\""] {
            assert!(if_none_match(seen).is_seen(EntityTag::of(1)), "{seen}");
            assert!(if_none_match(seen).check(1).is_err(), "{seen}");
        }
        for other in ["W/\"2\"", "W/\"old\"", "1"] {
            assert!(!if_none_match(other).is_seen(EntityTag::of(1)), "{other}");
            assert!(if_none_match(other).check(1).is_ok(), "{other}");
        }
    }

    #[test]
    fn what_others_lend_counts_for_reads_and_not_for_changes() {
        let (a, b) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let tag = |named: &[(Uuid, &'static str)]| EntityTag::showing(3, named.iter().copied());
        let seen = tag(&[(a, "Staff"), (b, "Pupils")]);
        let header = seen.to_string();
        assert_eq!(EntityTag::parse(&header), Some(seen));
        assert!(if_none_match(&header).is_seen(tag(&[(b, "Pupils"), (a, "Staff")])));
        for other in [
            tag(&[]),
            tag(&[(a, "Staff")]),
            tag(&[(a, "Staff"), (b, "Students")]),
            tag(&[(b, "Staff"), (a, "Pupils")]),
        ] {
            assert!(!if_none_match(&header).is_seen(other), "{other}");
            assert!(if_match(Some(&other.to_string())).check(3).is_ok());
        }
        assert!(if_match(Some(&header)).check(4).is_err());
        assert_eq!(tag(&[]), EntityTag::of(3));
        for broken in ["W/\"3-\"", "W/\"-1\"x", "\"3-nonsense\"", "\"-3-1\""] {
            assert_eq!(EntityTag::parse(broken), None, "{broken}");
        }
    }
}
