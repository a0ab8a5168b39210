//! Scopes of a token: what an identity provider may do with it. The words are those of OAuth
//! (RFC 6749 section 3.3), and those a token made by hand is stored with.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

use crate::schema::ResourceKind;

/// The scope that stands for every other one in a request for a token (IPSIE's profile of SCIM).
pub const SCIM: &str = "scim";

/// One scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Looks up and lists users and groups.
    Read,
    /// Creates, changes and deletes users, and reads them with the groups they are in, which are an
    /// attribute of the user (RFC 7643 section 4.1.2).
    Users,
    /// Creates, changes and deletes groups, and reads them.
    Groups,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 3] = [Self::Read, Self::Users, Self::Groups];

    /// Its word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Users => "users",
            Self::Groups => "groups",
        }
    }

    /// The scope of a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == word)
    }

    const fn bit(self) -> u8 {
        match self {
            Self::Read => 1,
            Self::Users => 2,
            Self::Groups => 4,
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a request does, as far as scopes are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Reads what the server offers; every token may.
    Describe,
    /// Reads resources of a type.
    Read(ResourceKind),
    /// Reads resources of every type.
    ReadAll,
    /// Creates, changes or deletes a resource of a type.
    Change(ResourceKind),
}

/// A set of scopes with at least one in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scopes(u8);

impl Default for Scopes {
    fn default() -> Self {
        Self::all()
    }
}

impl Scopes {
    /// Every scope.
    #[must_use]
    pub fn all() -> Self {
        Self(Scope::ALL.iter().fold(0, |bits, scope| bits | scope.bit()))
    }

    /// These; `None` when there is none.
    #[must_use]
    pub fn of(scopes: impl IntoIterator<Item = Scope>) -> Option<Self> {
        let bits = scopes.into_iter().fold(0, |bits, scope| bits | scope.bit());
        (bits != 0).then_some(Self(bits))
    }

    /// Reads words with white space between them; `None` when there is none or one is unknown.
    #[must_use]
    pub fn parse(words: &str) -> Option<Self> {
        let scopes: Option<Vec<Scope>> = words.split_whitespace().map(Scope::parse).collect();
        Self::of(scopes?)
    }

    /// Whether one is in it.
    #[must_use]
    pub fn has(self, scope: Scope) -> bool {
        self.0 & scope.bit() != 0
    }

    /// Its scopes, always in the same order.
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.into_iter().filter(move |scope| self.has(*scope))
    }

    /// Whether `other` has every scope of this set.
    #[must_use]
    pub const fn is_within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// The scope that is missing for this access; `None` when nothing is.
    #[must_use]
    pub fn lacks(self, access: Access) -> Option<Scope> {
        let (allowed, missing) = match access {
            Access::Describe => return None,
            Access::Read(kind) => (self.has(Scope::Read) || self.changes(kind), Scope::Read),
            Access::ReadAll => (
                self.has(Scope::Read)
                    || (self.changes(ResourceKind::User) && self.changes(ResourceKind::Group)),
                Scope::Read,
            ),
            Access::Change(kind) => (self.changes(kind), changing(kind)),
        };
        (!allowed).then_some(missing)
    }

    fn changes(self, kind: ResourceKind) -> bool {
        self.has(changing(kind))
    }
}

const fn changing(kind: ResourceKind) -> Scope {
    match kind {
        ResourceKind::User => Scope::Users,
        ResourceKind::Group => Scope::Groups,
    }
}

impl fmt::Display for Scopes {
    /// The words with a space between them (RFC 6749 section 3.3).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, scope) in self.iter().enumerate() {
            let space = if position == 0 { "" } else { " " };
            write!(f, "{space}{scope}")?;
        }
        Ok(())
    }
}

impl Serialize for Scopes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for Scopes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let scopes = Vec::<Scope>::deserialize(deserializer)?;
        Self::of(scopes).ok_or_else(|| D::Error::custom("a token needs at least one scope"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scopes(words: &str) -> Scopes {
        Scopes::parse(words).unwrap_or_else(|| panic!("{words}"))
    }

    #[test]
    fn whoever_changes_resources_may_read_them_and_no_others() {
        let users = scopes("users");
        assert_eq!(users.lacks(Access::Change(ResourceKind::User)), None);
        assert_eq!(users.lacks(Access::Read(ResourceKind::User)), None);
        let groups = Access::Change(ResourceKind::Group);
        assert_eq!(users.lacks(groups), Some(Scope::Groups));
        let groups = Access::Read(ResourceKind::Group);
        assert_eq!(users.lacks(groups), Some(Scope::Read));
        assert_eq!(users.lacks(Access::ReadAll), Some(Scope::Read));
        assert_eq!(users.lacks(Access::Describe), None);
        assert_eq!(scopes("users groups").lacks(Access::ReadAll), None);
    }

    #[test]
    fn a_reader_changes_nothing() {
        let reader = scopes("read");
        assert_eq!(reader.lacks(Access::ReadAll), None);
        let change = Access::Change(ResourceKind::User);
        assert_eq!(reader.lacks(change), Some(Scope::Users));
    }

    #[test]
    fn words_are_read_and_written_in_one_order_and_never_empty() {
        assert_eq!(scopes(" groups  read ").to_string(), "read groups");
        assert_eq!(Scopes::all().to_string(), "read users groups");
        for wrong in ["", " ", "read write", "Read"] {
            assert_eq!(Scopes::parse(wrong), None, "{wrong}");
        }
        let json = serde_json::to_string(&scopes("groups users")).unwrap();
        assert_eq!(json, r#"["users","groups"]"#);
        assert_eq!(
            serde_json::from_str::<Scopes>(&json).unwrap().to_string(),
            "users groups"
        );
        assert!(serde_json::from_str::<Scopes>("[]").is_err());
    }

    #[test]
    fn a_part_is_within_the_whole() {
        assert!(scopes("read").is_within(scopes("read users")));
        assert!(!scopes("read groups").is_within(scopes("read users")));
    }
}
