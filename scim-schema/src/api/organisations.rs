//! Organisations: `/organisations`, and which of them people belong to.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    id::OrganisationId,
    lifecycle::word_enum,
    organisation::Act,
    permission::{AccountRole, FunctionalRole},
};

/// Answer of `GET /organisations`: those that the caller sees, each behind its parent and siblings by
/// name; there are at most [`crate::organisation::ORGANISATIONS_MAX`], so there are no pages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organisations {
    /// The organisations.
    pub items: Vec<OrganisationView>,
}

/// An organisation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrganisationView {
    /// The organisation.
    pub id: OrganisationId,
    /// The one above it; `None` for the root.
    pub parent: Option<OrganisationId>,
    /// For people.
    pub name: String,
    /// IANA name of the zone in which its days begin.
    pub time_zone: String,
    /// Levels above it that the caller sees.
    pub level: u32,
    /// People who belong to it, whoever was deleted left out.
    pub members: u64,
    /// Since when it is out of use.
    pub archived_at: Option<DateTime<Utc>>,
    /// Rises with every change.
    pub version: i64,
    /// What the caller may do with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub acts: Vec<Act>,
}

/// Body of `POST /organisations`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateOrganisation {
    /// The one above it.
    pub parent: OrganisationId,
    /// At most [`crate::organisation::NAME_MAX`] characters; no other one below the parent has it.
    pub name: String,
    /// IANA name; that of the parent when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
}

/// Body of `PATCH /organisations/{id}`; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeOrganisation {
    /// The new name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The one that it is to be below.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<OrganisationId>,
    /// IANA name of its time zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
}

word_enum! {
    /// What becomes of the organisations that somebody belongs to (features.md section A12).
    Mode {
        /// They are those that are named.
        Replace = "replace",
        /// Those that are named come to them.
        Add = "add",
        /// Those that are named go from them.
        Remove = "remove",
    }
}

/// Body of `PUT /users/{id}/organisations`. What a mapping rule gave stays, and is changed by the
/// mapping alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeMemberships {
    /// [`Mode::Replace`] when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
    /// The organisations, each once.
    pub organisations: Vec<OrganisationId>,
    /// The home organisation, one to which the person belongs afterwards; as it is when absent, or the
    /// first that is left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub home: Option<OrganisationId>,
}

/// Body of `PUT /users/{id}/roles`; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeRoles {
    /// All account-wide roles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<Vec<AccountRole>>,
    /// All roles in these organisations, to which the person belongs, those of rules aside.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub organisations: Vec<RolesInOrganisation>,
}

/// The roles that somebody has in an organisation by hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RolesInOrganisation {
    /// Where.
    pub organisation: OrganisationId,
    /// Whether they administer it, with everything below it.
    #[serde(default)]
    pub administrator: bool,
    /// What they do there.
    #[serde(default)]
    pub roles: Vec<FunctionalRole>,
}
