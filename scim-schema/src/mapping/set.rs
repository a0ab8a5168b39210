//! The rules of a connection, read and ready.

use std::{collections::BTreeSet, sync::Arc};

use serde_json::{Map, Value};

use super::{
    person::Person,
    rule::{Rule, RuleError, RuleField, check_shape},
};
use crate::{
    attr::AttrId,
    dialect::{Dialect, Notes},
    filter::{AttrRef, Effort, Exhausted, TypedFilter, matches, parse_filter},
    id::{MappingRuleId, OrganisationId},
    permission::FunctionalRole,
    resource::Document,
    schema::{ResourceKind, ResourceType},
};

/// What the rules give a person in one organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Where.
    pub organisation: OrganisationId,
    /// The first rule that says so.
    pub rule: MappingRuleId,
    /// The roles of every rule that says so.
    pub roles: BTreeSet<FunctionalRole>,
}

/// The rules of a connection in order. Two are equal when their rules are.
#[derive(Clone, Debug, Default)]
pub struct RuleSet {
    rules: Vec<Rule>,
    filters: Vec<TypedFilter>,
    reads: BTreeSet<AttrId>,
    /// What the conditions were read against; `None` where there are no rules.
    users: Option<Arc<ResourceType>>,
    suspended: bool,
}

impl PartialEq for RuleSet {
    fn eq(&self, other: &Self) -> bool {
        self.rules == other.rules && self.suspended == other.suspended
    }
}

impl Eq for RuleSet {}

impl RuleSet {
    /// Reads the conditions, as the connection's own filters are read.
    ///
    /// # Errors
    /// All that is wrong with rules that cannot be evaluated, in their order.
    pub fn compile(rules: Vec<Rule>, dialect: &Dialect) -> Result<Self, Vec<RuleError>> {
        let mut errors = check_shape(&rules);
        if errors.iter().any(|error| error.field == RuleField::Rules) {
            return Err(errors);
        }
        let mut filters = Vec::with_capacity(rules.len());
        let mut reads = BTreeSet::new();
        for (index, rule) in rules.iter().enumerate() {
            let place = (index, RuleField::Condition);
            if errors
                .iter()
                .any(|error| (error.index, error.field) == place)
            {
                continue;
            }
            match knowable(&rule.condition, dialect) {
                Ok(filter) => {
                    collect(&filter, &mut reads);
                    filters.push(filter);
                }
                Err(message) => errors.push(RuleError::new(index, RuleField::Condition, message)),
            }
        }
        if !errors.is_empty() {
            errors.sort_by_key(|error| (error.index, error.field));
            return Err(errors);
        }
        Ok(Self {
            rules,
            filters,
            reads,
            users: Some(Arc::clone(users(&without_status(dialect)))),
            suspended: false,
        })
    }

    /// Rules that were stored once. When one of them cannot be read any more, all are suspended:
    /// nobody is moved by half a set of rules.
    #[must_use]
    pub fn stored(rules: Vec<Rule>, dialect: &Dialect) -> Self {
        Self::compile(rules.clone(), dialect).unwrap_or_else(|_| Self {
            rules,
            suspended: true,
            ..Self::default()
        })
    }

    /// The rules in order.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Whether there is nothing to evaluate: no rules, or suspended ones.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.suspended || self.rules.is_empty()
    }

    /// Whether a rule cannot be read any more, so that none is applied.
    #[must_use]
    pub const fn is_suspended(&self) -> bool {
        self.suspended
    }

    /// Whether a condition asks for groups.
    #[must_use]
    pub fn reads_groups(&self) -> bool {
        self.reads.contains(&AttrId::Groups)
    }

    /// Whether a condition asks for an attribute that differs between two documents, or for
    /// `active` when that was switched.
    #[must_use]
    pub fn concerns(&self, old: &Document, new: &Document, switched: bool) -> bool {
        let Some(users) = &self.users else {
            return false;
        };
        self.reads.iter().any(|attr| match attr {
            AttrId::Active => switched,
            attr => value_of(users, *attr, old) != value_of(users, *attr, new),
        })
    }

    /// What the rules give a person, in their order: one grant for each organisation.
    ///
    /// # Errors
    /// [`Exhausted`] when the person has more values than the conditions can be asked about.
    pub fn evaluate(
        &self,
        person: &Person<'_>,
        effort: &mut Effort,
    ) -> Result<Vec<Grant>, Exhausted> {
        let mut grants: Vec<Grant> = Vec::new();
        let Some(users) = self.users.as_ref().filter(|_| !self.is_idle()) else {
            return Ok(grants);
        };
        let resource = person.resource();
        for (rule, filter) in self.rules.iter().zip(&self.filters) {
            if !matches(users, filter, &resource, effort)? {
                continue;
            }
            for organisation in &rule.organisations {
                match grants
                    .iter_mut()
                    .find(|one| one.organisation == *organisation)
                {
                    Some(grant) => grant.roles.extend(&rule.roles),
                    None => grants.push(Grant {
                        organisation: *organisation,
                        rule: rule.id,
                        roles: rule.roles.iter().copied().collect(),
                    }),
                }
            }
        }
        Ok(grants)
    }
}

/// Reads one condition. The status that follows from holds is no part of what a provider says.
pub(super) fn condition(text: &str, dialect: &Dialect) -> Result<TypedFilter, String> {
    let dialect = without_status(dialect);
    parse_filter(users(&dialect), text, &dialect, &mut Notes::new()).map_err(|error| error.detail)
}

/// The dialect in which conditions are written.
pub(super) fn without_status(dialect: &Dialect) -> Dialect {
    Dialect {
        expose_user_status: false,
        ..dialect.clone()
    }
}

/// What conditions ask about.
pub(super) fn users(dialect: &Dialect) -> &Arc<ResourceType> {
    dialect.resource_type(ResourceKind::User)
}

/// The attributes of a filter; of a sub-attribute its parent.
fn collect(filter: &TypedFilter, into: &mut BTreeSet<AttrId>) {
    each_attr(filter, &mut |attr| {
        into.insert(attr.parent.unwrap_or(attr.id));
    });
}

fn each_attr(filter: &TypedFilter, visit: &mut impl FnMut(AttrRef)) {
    match filter {
        TypedFilter::And(parts) | TypedFilter::Or(parts) => {
            for part in parts {
                each_attr(part, visit);
            }
        }
        TypedFilter::Not(inner) => each_attr(inner, visit),
        TypedFilter::Present(attr) | TypedFilter::Compare { attr, .. } => visit(*attr),
        TypedFilter::Element { attr, filter } => {
            visit(*attr);
            each_attr(filter, visit);
        }
    }
}

/// Reads one condition that asks only for what a person is described by here.
fn knowable(text: &str, dialect: &Dialect) -> Result<TypedFilter, String> {
    let filter = condition(text, dialect)?;
    match unknowable(&filter) {
        None => Ok(filter),
        Some(path) => Err(format!("{path} cannot be used in a rule.")),
    }
}

/// The first attribute that a person is not described by here: what the server sets itself.
fn unknowable(filter: &TypedFilter) -> Option<&'static str> {
    let mut found = None;
    each_attr(filter, &mut |attr| {
        let root = attr.parent.unwrap_or(attr.id);
        let refused = matches!(root, AttrId::Id | AttrId::Meta | AttrId::Schemas)
            || matches!(
                attr.id,
                AttrId::GroupsRef
                    | AttrId::EnterpriseManagerRef
                    | AttrId::EnterpriseManagerDisplayName
            );
        if refused && found.is_none() {
            found = attr.id.path();
        }
    });
    found
}

fn value_of<'a>(users: &ResourceType, attr: AttrId, document: &'a Document) -> Option<&'a Value> {
    let found = users.find_id(attr)?;
    let members: &Map<String, Value> = match found.extension {
        None => document.as_map(),
        Some(extension) => document.as_map().get(extension.urn.as_ref())?.as_object()?,
    };
    members.get(found.attr.name.as_ref())
}
