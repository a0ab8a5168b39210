//! A mapping while it is edited: handles of signals, one for each thing that is entered.

use leptos::{prelude::*, reactive::owner::WeakOwner};
use scim_schema::{
    api::mapping::{MappingDraft, MappingView, RuleDraft},
    id::{MappingRuleId, OrganisationId},
    permission::FunctionalRole,
};

use crate::form::FieldId;

/// Id of the default organisation's field.
pub(super) const DEFAULT: &str = "default-organisation";

/// What is entered; a handle.
#[derive(Clone, Copy)]
pub(super) struct Edited {
    /// The default organisation.
    pub(super) default: RwSignal<OrganisationId>,
    /// The rules in order.
    pub(super) rules: RwSignal<Vec<EditedRule>>,
    stored: RwSignal<MappingDraft>,
    next_key: StoredValue<u32>,
    /// Whose signals they are: a rule may be made in a dialog, and outlives it.
    owner: StoredValue<WeakOwner>,
}

/// One rule; a handle.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct EditedRule {
    /// Tells rules of this page apart, new ones included.
    pub(super) key: u32,
    id: Option<MappingRuleId>,
    /// For people.
    pub(super) name: RwSignal<String>,
    /// A SCIM filter.
    pub(super) condition: RwSignal<String>,
    /// Where its people belong.
    pub(super) organisations: RwSignal<Vec<OrganisationId>>,
    /// What they do there.
    pub(super) roles: RwSignal<Vec<FunctionalRole>>,
}

impl Edited {
    /// Begins with what was entered before and not applied, or with what is stored.
    pub(super) fn of(stored: &MappingView, before: Option<MappingDraft>) -> Self {
        let edited = Self {
            default: RwSignal::new(stored.default_organisation),
            rules: RwSignal::new(Vec::new()),
            stored: RwSignal::new(as_draft(stored)),
            next_key: StoredValue::new(0),
            owner: StoredValue::new(Owner::current().unwrap_or_default().downgrade()),
        };
        edited.fill(before.unwrap_or_else(|| as_draft(stored)));
        edited
    }

    /// Takes over what is stored; what was entered is gone.
    pub(super) fn take(self, stored: &MappingView) {
        self.stored.set(as_draft(stored));
        self.discard();
    }

    /// Goes back to what is stored.
    pub(super) fn discard(self) {
        self.fill(self.stored.get_untracked());
    }

    fn fill(self, draft: MappingDraft) {
        self.default.set(draft.default_organisation);
        let rules = draft.rules.into_iter();
        let rules = rules.map(|rule| self.make(self.key(), rule));
        self.rules.set(rules.collect());
    }

    /// What is entered, if it is something else than what is stored; tracked.
    pub(super) fn changed(self) -> Option<MappingDraft> {
        let draft = self.draft();
        self.stored.with(|stored| *stored != draft).then_some(draft)
    }

    fn make(self, key: u32, rule: RuleDraft) -> EditedRule {
        match self.owner.with_value(WeakOwner::upgrade) {
            Some(owner) => owner.with(|| EditedRule::of(key, rule)),
            None => EditedRule::of(key, rule),
        }
    }

    fn key(self) -> u32 {
        let key = self.next_key.get_value();
        self.next_key.set_value(key.wrapping_add(1));
        key
    }

    /// Adds an empty rule at the end, and answers its key.
    pub(super) fn add(self) -> u32 {
        let key = self.key();
        let rule = self.make(key, EMPTY);
        self.rules.update(|rules| rules.push(rule));
        key
    }

    /// Takes a rule out; answers the key of the one in its place, or else of the last one.
    pub(super) fn remove(self, key: u32) -> Option<u32> {
        let place = self.rules.with_untracked(|rules| place_of(rules, key))?;
        self.rules.try_update(|rules| {
            rules.remove(place);
            rules.get(place).or(rules.last()).map(|rule| rule.key)
        })?
    }

    /// Moves a rule a place up or down; its place then, from 1, if it could be moved.
    pub(super) fn shift(self, key: u32, down: bool) -> Option<usize> {
        let rules = self.rules.get_untracked();
        let keys: Vec<u32> = rules.iter().map(|rule| rule.key).collect();
        let (from, to) = shifted(&keys, key, down)?;
        self.rules.update(|rules| rules.swap(from, to));
        Some(to + 1)
    }

    /// The place of a rule, from 1; tracked.
    pub(super) fn place(self, key: u32) -> usize {
        let place = self.rules.with(|rules| place_of(rules, key));
        place.map_or(0, |place| place + 1)
    }

    /// What is sent; tracked.
    pub(super) fn draft(self) -> MappingDraft {
        let rules = self.rules.get();
        MappingDraft {
            default_organisation: self.default.get(),
            rules: rules.into_iter().map(EditedRule::draft).collect(),
        }
    }
}

const EMPTY: RuleDraft = RuleDraft {
    id: None,
    name: String::new(),
    condition: String::new(),
    organisations: Vec::new(),
    roles: Vec::new(),
};

/// What is stored, as if it were entered.
fn as_draft(stored: &MappingView) -> MappingDraft {
    MappingDraft {
        default_organisation: stored.default_organisation,
        rules: stored.rules.iter().map(RuleDraft::from).collect(),
    }
}

fn place_of(rules: &[EditedRule], key: u32) -> Option<usize> {
    rules.iter().position(|rule| rule.key == key)
}

/// Id of a field on the page, from its path in the request body. `keys` are those of the rules that
/// were sent.
pub(super) fn field_at(path: &str, keys: &[u32]) -> Option<FieldId> {
    let mut parts = path.split('.');
    let (first, index, field) = (parts.next()?, parts.next(), parts.next());
    match (first, index, field) {
        ("default_organisation", ..) => Some(DEFAULT.into()),
        ("rules", Some(index), Some(field)) => {
            let key = keys.get(index.parse::<usize>().ok()?)?;
            Some(rule_id(*key, field).into())
        }
        _ => None,
    }
}

/// Id of a part of a rule on the page.
pub(super) fn rule_id(key: u32, part: &str) -> String {
    format!("rule-{key}-{part}")
}

/// Where a rule is and where it goes, unless it is at the end already.
fn shifted(keys: &[u32], key: u32, down: bool) -> Option<(usize, usize)> {
    let from = keys.iter().position(|one| *one == key)?;
    let to = if down { from + 1 } else { from.checked_sub(1)? };
    (to < keys.len()).then_some((from, to))
}

impl EditedRule {
    fn of(key: u32, rule: RuleDraft) -> Self {
        Self {
            key,
            id: rule.id,
            name: RwSignal::new(rule.name),
            condition: RwSignal::new(rule.condition),
            organisations: RwSignal::new(rule.organisations),
            roles: RwSignal::new(rule.roles),
        }
    }

    fn draft(self) -> RuleDraft {
        RuleDraft {
            id: self.id,
            name: self.name.get(),
            condition: self.condition.get(),
            organisations: self.organisations.get(),
            roles: self.roles.get(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_finds_the_rule_that_was_sent_there() {
        let field = |path| field_at(path, &[4, 9]);
        assert_eq!(
            field("rules.1.condition").as_deref(),
            Some("rule-9-condition")
        );
        assert_eq!(field("default_organisation").as_deref(), Some(DEFAULT));
        assert_eq!(field("rules"), None);
        assert_eq!(field("rules.2.name"), None);
    }

    #[test]
    fn a_rule_moves_one_place_and_not_beyond_the_ends() {
        let keys = [7, 8, 9];
        assert_eq!(shifted(&keys, 7, true), Some((0, 1)));
        assert_eq!(shifted(&keys, 9, false), Some((2, 1)));
        assert_eq!(shifted(&keys, 7, false), None);
        assert_eq!(shifted(&keys, 9, true), None);
        assert_eq!(shifted(&keys, 1, true), None);
    }
}
