//! A mapping while it is edited: handles of signals, one for each thing that is entered.

use leptos::prelude::*;
use scim_schema::{
    api::mapping::{MappingDraft, MappingView, RuleDraft},
    id::{MappingRuleId, OrganisationId},
    mapping::Rule,
    permission::FunctionalRole,
};

/// What is entered; a handle.
#[derive(Clone, Copy)]
pub(super) struct Edited {
    /// The default organisation.
    pub(super) default: RwSignal<OrganisationId>,
    /// The rules in order.
    pub(super) rules: RwSignal<Vec<EditedRule>>,
    next_key: StoredValue<u32>,
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
    /// Begins with what is stored.
    pub(super) fn of(stored: &MappingView) -> Self {
        let edited = Self {
            default: RwSignal::new(stored.default_organisation),
            rules: RwSignal::new(Vec::new()),
            next_key: StoredValue::new(0),
        };
        edited.take(stored);
        edited
    }

    /// Takes over what is stored; what was entered is gone.
    pub(super) fn take(self, stored: &MappingView) {
        self.default.set(stored.default_organisation);
        let rules = stored.rules.iter();
        let rules = rules.map(|rule| EditedRule::of(self.key(), Some(rule)));
        self.rules.set(rules.collect());
    }

    fn key(self) -> u32 {
        let key = self.next_key.get_value();
        self.next_key.set_value(key.wrapping_add(1));
        key
    }

    /// Adds an empty rule at the end, and answers its key.
    pub(super) fn add(self) -> u32 {
        let key = self.key();
        let rule = EditedRule::of(key, None);
        self.rules.update(|rules| rules.push(rule));
        key
    }

    /// Takes a rule out.
    pub(super) fn remove(self, key: u32) {
        self.rules
            .update(|rules| rules.retain(|rule| rule.key != key));
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
        let place = self
            .rules
            .with(|rules| rules.iter().position(|rule| rule.key == key));
        place.map_or(0, |place| place + 1)
    }

    /// What is sent.
    pub(super) fn draft(self) -> MappingDraft {
        let rules = self.rules.get_untracked();
        MappingDraft {
            default_organisation: self.default.get_untracked(),
            rules: rules.into_iter().map(EditedRule::draft).collect(),
        }
    }
}

/// Where a rule is and where it goes, unless it is at the end already.
fn shifted(keys: &[u32], key: u32, down: bool) -> Option<(usize, usize)> {
    let from = keys.iter().position(|one| *one == key)?;
    let to = if down { from + 1 } else { from.checked_sub(1)? };
    (to < keys.len()).then_some((from, to))
}

impl EditedRule {
    fn of(key: u32, stored: Option<&Rule>) -> Self {
        let text = |of: fn(&Rule) -> &String| stored.map(of).cloned().unwrap_or_default();
        Self {
            key,
            id: stored.map(|rule| rule.id),
            name: RwSignal::new(text(|rule| &rule.name)),
            condition: RwSignal::new(text(|rule| &rule.condition)),
            organisations: RwSignal::new(
                stored.map_or_else(Vec::new, |rule| rule.organisations.clone()),
            ),
            roles: RwSignal::new(stored.map_or_else(Vec::new, |rule| rule.roles.clone())),
        }
    }

    fn draft(self) -> RuleDraft {
        RuleDraft {
            id: self.id,
            name: self.name.get_untracked(),
            condition: self.condition.get_untracked(),
            organisations: self.organisations.get_untracked(),
            roles: self.roles.get_untracked(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
