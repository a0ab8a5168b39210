//! A mapping that somebody has in mind, checked.

use std::collections::HashMap;

use scim_schema::{
    api::mapping::{MappingDraft, RuleDraft},
    id::{MappingRuleId, OrganisationId},
    mapping::{Rule, RuleError, RuleField, RuleSet},
};
use uuid::Uuid;

use crate::{
    db::{Organisation, StoredMapping},
    ops::OpError,
};

/// A draft whose rules can be evaluated and whose organisations exist.
pub(super) struct Checked {
    pub(super) default_organisation: OrganisationId,
    pub(super) rules: RuleSet,
    /// Names of the account's organisations.
    pub(super) names: HashMap<OrganisationId, String>,
}

/// Checks a draft against the mapping that it is to replace. New rules get ids that nothing else
/// has, the same each time.
///
/// # Errors
/// [`OpError::Invalid`] and [`OpError::InvalidRules`].
pub(super) fn check(
    draft: &MappingDraft,
    stored: &StoredMapping,
    organisations: Vec<Organisation>,
) -> Result<Checked, OpError> {
    let names: HashMap<OrganisationId, String> = organisations
        .into_iter()
        .map(|organisation| (organisation.id, organisation.name))
        .collect();
    if !names.contains_key(&draft.default_organisation) {
        return Err(OpError::Invalid {
            path: "default_organisation",
            message: "This organisation does not exist. Choose another one.".to_owned(),
        });
    }
    let mut place: u128 = 0;
    let rules = with_ids(draft, || {
        place += 1;
        Uuid::from_u128(place)
    });
    for (index, rule) in rules.iter().enumerate() {
        let wrong = |field, message: &str| {
            OpError::InvalidRules(vec![RuleError {
                index,
                field,
                message: message.to_owned(),
            }])
        };
        let is_new = draft.rules.get(index).is_some_and(|rule| rule.id.is_none());
        let is_stored = stored.rules.rules().iter().any(|old| old.id == rule.id);
        if !is_new && !is_stored {
            let message = "The connection has no rule of this id. Send new rules without one.";
            return Err(wrong(RuleField::Rules, message));
        }
        if rule.organisations.iter().any(|id| !names.contains_key(id)) {
            let message = "One of these organisations does not exist. Choose others.";
            return Err(wrong(RuleField::Organisations, message));
        }
    }
    Ok(Checked {
        default_organisation: draft.default_organisation,
        rules: RuleSet::compile(rules, &stored.dialect).map_err(OpError::InvalidRules)?,
        names,
    })
}

/// The rules of a draft, new ones with an id of `new_id`.
pub(super) fn with_ids(draft: &MappingDraft, mut new_id: impl FnMut() -> Uuid) -> Vec<Rule> {
    let rules = draft.rules.iter().map(|rule| {
        let id = rule.id.unwrap_or_else(|| MappingRuleId(new_id()));
        rule_of(rule, id)
    });
    rules.collect()
}

fn rule_of(draft: &RuleDraft, id: MappingRuleId) -> Rule {
    Rule {
        id,
        name: draft.name.trim().to_owned(),
        condition: draft.condition.trim().to_owned(),
        organisations: draft.organisations.clone(),
        roles: draft.roles.clone(),
    }
}

/// The stored mapping as if it were a draft.
pub(super) fn as_stored(stored: &StoredMapping) -> MappingDraft {
    MappingDraft {
        default_organisation: stored.default_organisation,
        rules: stored.rules.rules().iter().map(RuleDraft::from).collect(),
    }
}
