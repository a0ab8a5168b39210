//! What a request did, read from the audit entries of its units of work: the provisioning log keeps
//! kinds and names of it, a rehearsal shows values as well.

use std::sync::{Mutex, MutexGuard, PoisonError};

use scim_schema::api::{
    provisioning_log::{LogAct, LogEffect},
    rehearsals::{ChangedAttribute, RehearsedChange},
};
use serde_json::{Map, Value};

use crate::db::{AuditEntry, StatementCount};

/// Deeds of one request that are kept: those of a large Bulk say nothing new.
const KEPT: usize = 20;

/// Collected while a request is carried out.
#[derive(Debug, Default)]
pub(super) struct Deeds {
    kept: Mutex<Vec<RehearsedChange>>,
    pub(super) statements: StatementCount,
}

impl Deeds {
    /// Adds what a unit of work did.
    pub(super) fn add(&self, changes: Vec<RehearsedChange>) {
        let mut kept = lock(&self.kept);
        let room = KEPT.saturating_sub(kept.len());
        kept.extend(changes.into_iter().take(room));
    }

    /// With the values.
    pub(super) fn changes(&self) -> Vec<RehearsedChange> {
        lock(&self.kept).clone()
    }

    /// Kinds and names alone.
    pub(super) fn effects(&self) -> Vec<LogEffect> {
        let changes = self.changes().into_iter();
        changes.map(|change| change.effect).collect()
    }
}

/// What a unit of work did, of its audit entries.
pub(super) fn changes_of(audit: &[AuditEntry]) -> Vec<RehearsedChange> {
    audit.iter().take(KEPT).filter_map(change_of).collect()
}

// The state is whole after every statement, so a panic elsewhere cannot have broken it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn change_of(entry: &AuditEntry) -> Option<RehearsedChange> {
    let act = match entry.action {
        "user.create" => LogAct::CreateUser,
        "user.adopt" => LogAct::AdoptUser,
        "user.update" => LogAct::UpdateUser,
        "user.enable" => LogAct::EnableUser,
        "user.disable" => LogAct::DisableUser,
        "user.delete" => LogAct::DeleteUser,
        "group.create" => LogAct::CreateGroup,
        "group.update" => LogAct::UpdateGroup,
        "group.delete" => LogAct::DeleteGroup,
        _ => return None,
    };
    let details = &entry.details;
    let attributes = difference(details.get("before"), details.get("after"));
    let of_group = matches!(
        act,
        LogAct::CreateGroup | LogAct::UpdateGroup | LogAct::DeleteGroup
    );
    let members = details.get("members").filter(|_| of_group);
    let name = |key: &str| details.get(key).and_then(Value::as_str).map(str::to_owned);
    Some(RehearsedChange {
        effect: LogEffect {
            act,
            id: entry.target.id?,
            name: name("displayName").filter(|_| of_group),
            attributes: attributes.iter().map(|one| one.path.clone()).collect(),
            members: members.and_then(count).filter(|count| *count > 0),
        },
        person: name("name").or_else(|| name("userName")),
        attributes,
    })
}

fn count(members: &Value) -> Option<u64> {
    let listed = members.as_array().map(|listed| listed.len() as u64);
    listed.or_else(|| members.as_u64())
}

/// Attributes whose values differ; those of an extension each by itself.
fn difference(before: Option<&Value>, after: Option<&Value>) -> Vec<ChangedAttribute> {
    let empty = Map::new();
    let object = |side: Option<&Value>| side.and_then(Value::as_object).cloned();
    let before = object(before).unwrap_or_else(|| empty.clone());
    let after = object(after).unwrap_or(empty);
    let mut changed = Vec::new();
    for name in names(&before, &after) {
        let (old, new) = (before.get(&name), after.get(&name));
        if name.starts_with("urn:") {
            changed.extend(difference(old, new));
        } else if old != new && name != "schemas" {
            changed.push(ChangedAttribute {
                path: name,
                before: old.cloned(),
                after: new.cloned(),
            });
        }
    }
    changed
}

/// The names of both sides, each once, in their order.
fn names(before: &Map<String, Value>, after: &Map<String, Value>) -> Vec<String> {
    let fresh = after.keys().filter(|name| !before.contains_key(*name));
    before.keys().chain(fresh).cloned().collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

    fn change(action: &'static str, kind: &'static str, details: Value) -> RehearsedChange {
        let entry = AuditEntry::done(action, kind, Uuid::from_u128(1), details);
        changes_of(&[entry]).remove(0)
    }

    #[test]
    fn an_update_names_each_attribute_that_differs_and_those_of_an_extension_alone() {
        let details = json!({
            "before": {"title": "Teacher", "schemas": ["a"], ENTERPRISE: {"department": "Maths", "division": "B"}},
            "after": {"schemas": ["b"], ENTERPRISE: {"department": "Physics", "division": "B"}, "nickName": "Ada"},
        });
        let change = change("user.update", "user", details);
        assert_eq!(change.effect.act, LogAct::UpdateUser);
        assert_eq!(
            change.effect.attributes,
            ["title", "department", "nickName"]
        );
        assert_eq!(change.attributes[1].before, Some(json!("Maths")));
        assert_eq!(change.attributes[2].before, None);
    }

    #[test]
    fn a_group_has_its_name_and_the_number_of_members_that_changed() {
        let details = json!({"displayName": "Year 7", "members": ["a", "b"]});
        let change = change("group.update", "group", details);
        assert_eq!(change.effect.name.as_deref(), Some("Year 7"));
        assert_eq!(change.effect.members, Some(2));
    }

    #[test]
    fn a_persons_name_is_not_part_of_what_the_log_keeps() {
        let details = json!({"userName": "ada", "name": "Ada Lovelace", "active": true});
        let change = change("user.create", "user", details);
        assert_eq!(change.effect.name, None);
        assert_eq!(change.person.as_deref(), Some("Ada Lovelace"));
    }

    #[test]
    fn a_bulk_keeps_the_first_deeds_only() {
        let deeds = Deeds::default();
        let one = change("user.create", "user", json!({}));
        deeds.add(vec![one.clone(); 15]);
        deeds.add(vec![one; 15]);
        assert_eq!(deeds.effects().len(), KEPT);
    }
}
