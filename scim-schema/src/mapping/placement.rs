//! Where a person belongs, and what becomes of it when rules say something else.

use std::{collections::BTreeSet, fmt, str::FromStr};

use super::set::Grant;
use crate::{
    id::{MappingRuleId, OrganisationId},
    permission::FunctionalRole,
};

/// Who or what gave a membership (domain.md section 2, `Membership`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MembershipSource {
    /// Somebody here.
    Local,
    /// An invitation.
    Invitation,
    /// The connection's default organisation, because no rule gave another.
    Default,
    /// A rule of the connection.
    Rule(MappingRuleId),
}

/// A word that stands for no source.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no source of a membership")]
pub struct UnknownSource(String);

impl fmt::Display for MembershipSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Local => f.write_str("local"),
            Self::Invitation => f.write_str("invitation"),
            Self::Default => f.write_str("default"),
            Self::Rule(rule) => write!(f, "rule:{rule}"),
        }
    }
}

impl FromStr for MembershipSource {
    type Err = UnknownSource;

    fn from_str(word: &str) -> Result<Self, UnknownSource> {
        match word {
            "local" => Ok(Self::Local),
            "invitation" => Ok(Self::Invitation),
            "default" => Ok(Self::Default),
            word => word
                .strip_prefix("rule:")
                .and_then(|id| id.parse().ok())
                .map(Self::Rule)
                .ok_or_else(|| UnknownSource(word.to_owned())),
        }
    }
}

/// One membership.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Where.
    pub organisation: OrganisationId,
    /// Who gave it.
    pub source: MembershipSource,
    /// Whether somebody gave roles here by hand.
    pub has_own_roles: bool,
    /// Roles that rules gave here.
    pub rule_roles: BTreeSet<FunctionalRole>,
}

/// The memberships of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placement {
    /// The home organisation; one of the memberships.
    pub home: OrganisationId,
    /// Each organisation once, oldest first.
    pub memberships: Vec<Held>,
}

impl Placement {
    /// Nowhere yet: somebody who is about to be created.
    #[must_use]
    pub const fn nowhere(home: OrganisationId) -> Self {
        Self {
            home,
            memberships: Vec::new(),
        }
    }

    /// The membership of an organisation.
    #[must_use]
    pub fn of(&self, organisation: OrganisationId) -> Option<&Held> {
        let mut held = self.memberships.iter();
        held.find(|held| held.organisation == organisation)
    }
}

/// The placement that follows from what rules give. Rules add and remove only what rules gave:
/// - What somebody gave by hand stays, and keeps its source; rules add their roles to it.
/// - What a rule gave and none gives any more goes; where somebody has added roles by hand, it
///   stays as theirs.
/// - The default organisation holds whom no rule places. It goes when a rule gives an organisation,
///   and comes when nothing else is left.
/// - The home organisation stays while the person belongs there; else it is the first that the
///   rules give, or the oldest membership.
#[must_use]
pub fn reconcile(now: &Placement, grants: &[Grant], default: OrganisationId) -> Placement {
    let of = |organisation| {
        grants
            .iter()
            .find(|grant| grant.organisation == organisation)
    };
    let mut memberships: Vec<Held> = Vec::with_capacity(now.memberships.len());
    for held in &now.memberships {
        let grant = of(held.organisation);
        let rule_roles = grant.map(|grant| grant.roles.clone()).unwrap_or_default();
        let source = match (held.source, grant) {
            (MembershipSource::Local | MembershipSource::Invitation, _) => held.source,
            (_, Some(grant)) => MembershipSource::Rule(grant.rule),
            (MembershipSource::Default, None) if grants.is_empty() => MembershipSource::Default,
            (_, None) if held.has_own_roles => MembershipSource::Local,
            (_, None) => continue,
        };
        memberships.push(Held {
            source,
            rule_roles,
            ..held.clone()
        });
    }
    for grant in grants {
        if now.of(grant.organisation).is_none() {
            memberships.push(Held {
                organisation: grant.organisation,
                source: MembershipSource::Rule(grant.rule),
                has_own_roles: false,
                rule_roles: grant.roles.clone(),
            });
        }
    }
    if memberships.is_empty() {
        memberships.push(Held {
            organisation: default,
            source: MembershipSource::Default,
            has_own_roles: false,
            rule_roles: BTreeSet::new(),
        });
    }
    let stays = |home| memberships.iter().any(|held| held.organisation == home);
    let home = if stays(now.home) {
        now.home
    } else {
        let first_given = grants.first().map(|grant| grant.organisation);
        let oldest = memberships.first().map(|held| held.organisation);
        first_given.or(oldest).unwrap_or(default)
    };
    Placement { home, memberships }
}
