//! Policies of organisations: `/policies/{organisation}`.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::users::Actor;
use crate::{
    id::{ApprovalId, OrganisationId},
    policy::{Origin, Setting, Value},
};

/// An organisation that decided something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decider {
    /// Which.
    pub id: OrganisationId,
    /// Its name.
    pub name: String,
}

/// What holds of one setting, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingView {
    /// Which.
    pub setting: Setting,
    /// What holds.
    pub value: Value,
    /// Where it comes from.
    pub origin: Origin,
    /// What this organisation itself decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own: Option<Value>,
    /// What would hold if it had decided nothing.
    pub inherited: Value,
    /// The strictest floor, from wherever it comes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub floor: Option<Value>,
    /// Whose floor that is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub floor_of: Option<OrganisationId>,
    /// The floor that this organisation itself has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own_floor: Option<Value>,
}

/// What holds in an organisation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyView {
    /// The organisation.
    pub organisation: OrganisationId,
    /// Version of what it decided, 0 for nothing; also in `ETag`.
    pub version: i64,
    /// From the root down to the organisation itself.
    pub line: Vec<Decider>,
    /// Every setting.
    pub settings: Vec<SettingView>,
    /// A change that waits for a second person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting: Option<ApprovalId>,
    /// Whether the caller may change values here.
    pub may_decide: bool,
    /// Whether the caller may change floors.
    pub may_set_floors: bool,
}

/// Body of a change; what is left out stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangePolicy {
    /// Values by setting; null decides nothing any more.
    #[serde(default)]
    pub values: BTreeMap<String, Option<Value>>,
    /// Floors by setting; null takes one away.
    #[serde(default)]
    pub floors: BTreeMap<String, Option<Value>>,
}

/// One difference between two versions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyDifference {
    /// Which setting.
    pub setting: Setting,
    /// Whether it is the floor that changed.
    pub is_floor: bool,
    /// What it was; nothing when it was not decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// What it became.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
}

/// One version of what an organisation decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyVersion {
    /// Counted from 1.
    pub version: i64,
    /// When.
    pub changed_at: DateTime<Utc>,
    /// By whom.
    pub changed_by: Actor,
    /// What it changed.
    pub differences: Vec<PolicyDifference>,
}

/// The versions, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyVersions {
    /// At most 100.
    pub items: Vec<PolicyVersion>,
}

/// Answer of `GET /policies`: where something is decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyOverview {
    /// The organisation at the root of the account.
    pub root: OrganisationId,
    /// Organisations below it that decided something, by name, at most 500.
    pub deciders: Vec<Decider>,
}
