//! Default organisation and mapping rules of a connection: `/idp-connections/{id}/mapping`.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    id::{LinkId, MappingRuleId, OrganisationId, UserId},
    mapping::Rule,
    permission::FunctionalRole,
};

/// Answer of `GET` and `PUT /idp-connections/{id}/mapping`; the ETag is `version`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappingView {
    /// Rises with every change.
    pub version: i64,
    /// Where people belong whom no rule places.
    pub default_organisation: OrganisationId,
    /// The rules in order.
    pub rules: Vec<Rule>,
    /// Whether a rule cannot be read any more: none is applied until it is mended.
    pub suspended: bool,
    /// Every organisation of the account that can be chosen, parents before their children.
    pub organisations: Vec<OrganisationChoice>,
    /// Live links.
    pub people: u64,
    /// The last time that the rules were applied to everyone.
    pub run: Option<MappingRun>,
}

/// An organisation to choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrganisationChoice {
    /// The organisation.
    pub id: OrganisationId,
    /// Its name.
    pub name: String,
    /// Levels above it.
    pub depth: u32,
}

/// Applying the rules to everyone who is linked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappingRun {
    /// Of which version.
    pub version: i64,
    /// People to look at.
    pub total: u64,
    /// People looked at.
    pub done: u64,
    /// People whose memberships changed.
    pub changed: u64,
    /// When it was asked for.
    pub started_at: DateTime<Utc>,
    /// When everyone had been looked at.
    pub finished_at: Option<DateTime<Utc>>,
}

/// A mapping as it is to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MappingDraft {
    /// Where people belong whom no rule places; people who belong there already stay.
    pub default_organisation: OrganisationId,
    /// The rules in order.
    pub rules: Vec<RuleDraft>,
}

/// A rule as it is to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleDraft {
    /// The rule that it replaces; `None` for a new one.
    #[serde(default)]
    pub id: Option<MappingRuleId>,
    /// For people.
    pub name: String,
    /// A SCIM filter over the person.
    pub condition: String,
    /// Where the person belongs.
    pub organisations: Vec<OrganisationId>,
    /// What the person does there.
    #[serde(default)]
    pub roles: Vec<FunctionalRole>,
}

impl From<&Rule> for RuleDraft {
    fn from(rule: &Rule) -> Self {
        Self {
            id: Some(rule.id),
            name: rule.name.clone(),
            condition: rule.condition.clone(),
            organisations: rule.organisations.clone(),
            roles: rule.roles.clone(),
        }
    }
}

/// Body of `POST /idp-connections/{id}/mapping/plan`. Answer: 200 with [`MappingPlan`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanMapping {
    /// What is planned.
    pub mapping: MappingDraft,
    /// `next` of the page before; the first page when it is left out.
    #[serde(default)]
    pub after: Option<LinkId>,
}

/// What a mapping would do to everyone who is linked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappingPlan {
    /// The whole of it; on the first page only.
    pub summary: Option<PlanSummary>,
    /// People who would change, in the order of their links, at most 50.
    pub items: Vec<PlannedPerson>,
    /// For the next page, if there is one.
    pub next: Option<LinkId>,
}

/// A plan in numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanSummary {
    /// To present with the change: SHA-256 over the mapping and what it would do.
    pub hash: String,
    /// People who are linked.
    pub people: u64,
    /// Those who would change.
    pub changed: u64,
    /// Memberships that would come.
    pub joining: u64,
    /// Memberships that would go.
    pub leaving: u64,
    /// Memberships whose roles would change.
    pub roles: u64,
    /// People whose home organisation would change.
    pub homes: u64,
}

/// One person of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedPerson {
    /// The person.
    pub user: UserId,
    /// Name to show.
    pub name: String,
    /// User name.
    pub user_name: String,
    /// Memberships now.
    pub before: Vec<PlannedMembership>,
    /// Memberships afterwards.
    pub after: Vec<PlannedMembership>,
}

/// One membership of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedMembership {
    /// The organisation.
    pub organisation: OrganisationId,
    /// Its name.
    pub name: String,
    /// Whether it is the home organisation.
    pub home: bool,
    /// Roles that rules give here.
    pub roles: Vec<FunctionalRole>,
}

/// Body of `PUT /idp-connections/{id}/mapping`. Answer: 200 with [`MappingView`]; 409 `plan_stale`
/// when the plan would do something else by now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeMapping {
    /// What was planned.
    pub mapping: MappingDraft,
    /// `hash` of the plan that was reviewed.
    pub plan: String,
}

/// Body of `POST /idp-connections/{id}/mapping/test`. Answer: 200 with [`MappingTest`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TestMapping {
    /// Somebody with a live link of the connection.
    pub user: UserId,
    /// The mapping to try; the stored one when it is left out.
    #[serde(default)]
    pub mapping: Option<MappingDraft>,
}

/// What a mapping does to one person, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappingTest {
    /// The person, before and after.
    pub person: PlannedPerson,
    /// Each rule in order.
    pub rules: Vec<TestedRule>,
}

/// One rule and one person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestedRule {
    /// Name of the rule.
    pub name: String,
    /// Whether it gives the person what it gives.
    pub fires: bool,
    /// The terms of its condition, from left to right.
    pub terms: Vec<TestedTerm>,
}

/// One term of a condition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestedTerm {
    /// The term as a filter.
    pub text: String,
    /// Whether it holds for the person.
    pub holds: bool,
}
