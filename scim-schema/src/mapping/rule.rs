//! One rule as it is stored and sent, and what it may look like.

use serde::{Deserialize, Serialize};

use crate::{
    id::{MappingRuleId, OrganisationId},
    permission::FunctionalRole,
    prepare::forbidden_in_name,
};

/// Most rules of one connection.
pub const RULES_MAX: usize = 100;
/// Most organisations of one rule.
pub const ORGANISATIONS_MAX: usize = 20;
/// Longest name of a rule, in characters.
pub const NAME_MAX: usize = 100;
/// Longest condition, in bytes; all rules together fit into one request of the console.
pub const CONDITION_MAX: usize = 2_000;

/// A rule: whoever satisfies the condition belongs to the organisations, with the roles.
///
/// Account-wide roles cannot be said (domain.md section 4: never by an identity provider).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The rule; memberships name it as their source.
    pub id: MappingRuleId,
    /// For people.
    pub name: String,
    /// A SCIM filter over the person (RFC 7644 section 3.4.2.2); `groups` are those of the
    /// connection, nested ones included.
    pub condition: String,
    /// Where the person belongs; one at least.
    pub organisations: Vec<OrganisationId>,
    /// What the person does there.
    #[serde(default)]
    pub roles: Vec<FunctionalRole>,
}

/// A part of a rule, in the order in which they are entered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RuleField {
    /// The list of rules as a whole.
    Rules,
    /// `name`.
    Name,
    /// `condition`.
    Condition,
    /// `organisations`.
    Organisations,
    /// `roles`.
    Roles,
}

impl RuleField {
    /// Its name in requests.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rules => "rules",
            Self::Name => "name",
            Self::Condition => "condition",
            Self::Organisations => "organisations",
            Self::Roles => "roles",
        }
    }
}

/// What is wrong with a rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("rule {}, {}: {message}", .index + 1, .field.as_str())]
pub struct RuleError {
    /// Which rule, from 0.
    pub index: usize,
    /// Which part of it.
    pub field: RuleField,
    /// What is wrong and what to do, as a sentence.
    pub message: String,
}

impl RuleError {
    pub(super) fn new(index: usize, field: RuleField, message: impl Into<String>) -> Self {
        Self {
            index,
            field,
            message: message.into(),
        }
    }
}

/// Everything that is wrong but for the conditions' grammar, rule by rule.
#[must_use]
pub fn check_shape(rules: &[Rule]) -> Vec<RuleError> {
    if rules.len() > RULES_MAX {
        let message = format!("A connection has at most {RULES_MAX} rules.");
        return vec![RuleError::new(RULES_MAX, RuleField::Rules, message)];
    }
    let mut errors = Vec::new();
    for (index, rule) in rules.iter().enumerate() {
        if rules[..index].iter().any(|other| other.id == rule.id) {
            let message = "Two rules have the same id. Send new rules without one.";
            errors.push(RuleError::new(index, RuleField::Rules, message));
        }
        let checked = [
            (RuleField::Name, check_name(rule.name.trim())),
            (RuleField::Condition, check_condition(&rule.condition)),
            (
                RuleField::Organisations,
                check_organisations(&rule.organisations),
            ),
            (RuleField::Roles, check_roles(&rule.roles)),
        ];
        let wrong = checked
            .into_iter()
            .filter_map(|(field, checked)| Some(RuleError::new(index, field, checked.err()?)));
        errors.extend(wrong);
    }
    errors
}

fn check_name(name: &str) -> Result<(), String> {
    if name.is_empty() {
        return Err("Enter a name.".to_owned());
    }
    if name.chars().count() > NAME_MAX {
        return Err(format!("Use at most {NAME_MAX} characters."));
    }
    if forbidden_in_name(name).is_some() {
        return Err("Use no control characters and nothing that is invisible.".to_owned());
    }
    Ok(())
}

fn check_condition(condition: &str) -> Result<(), String> {
    if condition.trim().is_empty() {
        return Err("Enter a condition, such as userType eq \"Teacher\".".to_owned());
    }
    if condition.len() > CONDITION_MAX {
        return Err(format!("Use at most {CONDITION_MAX} bytes."));
    }
    Ok(())
}

fn check_organisations(organisations: &[OrganisationId]) -> Result<(), String> {
    match organisations.len() {
        0 => Err("Choose an organisation.".to_owned()),
        1..=ORGANISATIONS_MAX if repeats(organisations) => {
            Err("Name each organisation once.".to_owned())
        }
        1..=ORGANISATIONS_MAX => Ok(()),
        _ => Err(format!("Choose at most {ORGANISATIONS_MAX} organisations.")),
    }
}

fn check_roles(roles: &[FunctionalRole]) -> Result<(), String> {
    if repeats(roles) {
        return Err("Name each role once.".to_owned());
    }
    Ok(())
}

fn repeats<T: PartialEq>(values: &[T]) -> bool {
    let mut indexed = values.iter().enumerate();
    indexed.any(|(index, value)| values[..index].contains(value))
}
