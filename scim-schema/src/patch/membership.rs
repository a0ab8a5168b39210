//! Membership apart from the other operations, as changes to a set, so that changing one member
//! never loads the others.

use serde_json::Value;

use super::{
    op::{Op, PatchOp},
    path::{AttrTarget, Target},
};
use crate::{
    attr::AttrId,
    dialect::{Dialect, Notes, quirks},
    filter::{CompareOp, TypedFilter, TypedValue},
    resource::{At, MemberRef, ScimError, parse_members},
};

/// One change to the members of a group.
#[derive(Clone, Debug, PartialEq)]
pub enum MemberChange {
    /// These become members, if they are not already.
    Add(Vec<MemberRef>),
    /// The members with these ids leave; ids that are no member are no error. Folded (see
    /// [`crate::text::fold`]) when they come from a filter, as sent otherwise.
    Remove(Vec<String>),
    /// All members leave.
    RemoveAll,
    /// The members that satisfy the filter leave; see [`crate::filter::element_matches`].
    RemoveWhere(TypedFilter),
    /// These are the members from now on.
    Replace(Vec<MemberRef>),
}

/// A change with the place of its operation in the request, from 0.
pub type PlacedChange = (usize, MemberChange);

/// Takes membership out of the operations. The rest is for `apply`; the changes are for the
/// members, in order, each with the place of its operation in the request.
///
/// # Errors
/// 400: `invalidValue` for a malformed member or a value list that the dialect does not remove by
/// (D7), `mutability` for a change inside an existing member (RFC 7643 section 4.2: immutable).
pub fn split_membership(
    ops: Vec<PatchOp>,
    dialect: &Dialect,
    notes: &mut Notes,
) -> Result<(Vec<PatchOp>, Vec<PlacedChange>), ScimError> {
    let mut rest = Vec::with_capacity(ops.len());
    let mut changes = Vec::new();
    for mut operation in ops {
        let index = operation.index;
        let located = |error: ScimError| error.in_operation(index);
        match operation.path.as_ref().map(|path| &path.target) {
            Some(Target::Attr(target)) if target.attr == AttrId::GroupMembers => {
                let change = by_path(operation.op, target, operation.value, dialect, notes);
                changes.extend(change.map_err(located)?.map(|change| (index, change)));
            }
            Some(_) => rest.push(operation),
            None => {
                let (members, more) = take_members(&mut operation);
                if let Some(members) = members {
                    let change = assign(operation.op, members).map_err(located)?;
                    changes.push((index, change));
                }
                if more {
                    rest.push(operation);
                }
            }
        }
    }
    Ok((rest, changes))
}

/// An operation whose path is `members`, with or without filter and sub-attribute.
fn by_path(
    op: Op,
    target: &AttrTarget,
    value: Option<Value>,
    dialect: &Dialect,
    notes: &mut Notes,
) -> Result<Option<MemberChange>, ScimError> {
    if target.sub.is_some() {
        return Err(immutable());
    }
    let filter = match (&target.filter, op) {
        (Some(filter), Op::Remove) => filter,
        (Some(_), _) => return Err(immutable()),
        (None, Op::Add | Op::Replace) => {
            return assign(op, value.unwrap_or(Value::Null)).map(Some);
        }
        (None, Op::Remove) => {
            // A list that is null names nobody, as an empty one does; never everybody.
            let Some(listed) = value else {
                return Ok(Some(MemberChange::RemoveAll));
            };
            quirks::remove_by_value(dialect, "members", notes)?;
            let ids: Vec<_> = members_of(listed)?.into_iter().map(|m| m.value).collect();
            return Ok((!ids.is_empty()).then_some(MemberChange::Remove(ids)));
        }
    };
    Ok(Some(match ids_of(filter) {
        Some(ids) => MemberChange::Remove(ids),
        None => MemberChange::RemoveWhere(filter.clone()),
    }))
}

fn assign(op: Op, value: Value) -> Result<MemberChange, ScimError> {
    let members = members_of(value)?;
    Ok(match op {
        Op::Replace => MemberChange::Replace(members),
        Op::Add | Op::Remove => MemberChange::Add(members),
    })
}

/// A list of members, or one member.
fn members_of(value: Value) -> Result<Vec<MemberRef>, ScimError> {
    parse_members(match value {
        Value::Object(_) => Value::Array(vec![value]),
        other => other,
    })
}

fn immutable() -> ScimError {
    ScimError::mutability(
        At::new(None, "members"),
        "cannot be changed in place: remove the member and add another",
    )
}

/// The ids of a filter that is nothing but `value eq` joined by `or`.
fn ids_of(filter: &TypedFilter) -> Option<Vec<String>> {
    match filter {
        TypedFilter::Compare {
            attr,
            op: CompareOp::Eq,
            value: TypedValue::String(id),
        } if attr.id == AttrId::GroupMembersValue => Some(vec![id.clone()]),
        TypedFilter::Or(parts) => {
            let ids: Option<Vec<_>> = parts.iter().map(ids_of).collect();
            ids.map(|ids| ids.into_iter().flatten().collect())
        }
        _ => None,
    }
}

/// Takes `members` (any case) out of an operation without path. The flag says whether the
/// operation still says something.
fn take_members(operation: &mut PatchOp) -> (Option<Value>, bool) {
    let Some(Value::Object(object)) = &mut operation.value else {
        return (None, true);
    };
    let name = object
        .keys()
        .find(|name| name.eq_ignore_ascii_case("members"))
        .cloned();
    match name {
        None => (None, true),
        Some(name) => (object.shift_remove(&name), !object.is_empty()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, json};

    use super::*;
    use crate::{
        dialect::ConnectionKind,
        filter::{Effort, element_matches},
        patch::parse_patch,
        schema::{ResourceKind, registry, urn},
    };

    fn split(
        kind: ConnectionKind,
        operations: Value,
    ) -> Result<(Vec<PatchOp>, Vec<MemberChange>), ScimError> {
        let rt = registry().resource_type(ResourceKind::Group);
        let dialect = Dialect::of(kind);
        let mut notes = Notes::new();
        let body = Map::from_iter([
            ("schemas".to_owned(), json!([urn::PATCH_OP])),
            ("Operations".to_owned(), operations),
        ]);
        let ops = parse_patch(rt, body, &dialect, &mut notes)?;
        let (rest, changes) = split_membership(ops, &dialect, &mut notes)?;
        let changes = changes.into_iter().map(|(_, change)| change);
        Ok((rest, changes.collect()))
    }

    fn changes(kind: ConnectionKind, operations: Value) -> Vec<MemberChange> {
        let (rest, changes) = split(kind, operations).unwrap_or_else(|error| panic!("{error}"));
        assert!(rest.is_empty());
        changes
    }

    fn refusal(kind: ConnectionKind, operation: Value) -> String {
        let error = split(kind, Value::Array(vec![operation])).unwrap_err();
        let keyword = error.scim_type.map_or("-", |keyword| keyword.keyword());
        let detail = error.detail.strip_prefix("Operations[0]: ");
        format!("{keyword}: {}", detail.expect("the operation"))
    }

    fn refs(ids: &[&str]) -> Vec<MemberRef> {
        let of = |id: &&str| MemberRef {
            value: (*id).to_owned(),
            kind: None,
        };
        ids.iter().map(of).collect()
    }

    fn ids(ids: &[&str]) -> Vec<String> {
        ids.iter().map(|id| (*id).to_owned()).collect()
    }

    const GENERIC: ConnectionKind = ConnectionKind::Generic;

    #[test]
    fn rfc7644_examples_become_changes_in_order() {
        let operations = json!([
            {"op": "remove", "path": "members[value eq \"A\"]"},
            {"op": "add", "path": "members", "value": [
                {"display": "James", "$ref": "https://example.com/v2/Users/b", "value": "b"},
            ]},
            {"op": "remove", "path": "members"},
            {"op": "replace", "path": "members", "value": [{"value": "c"}, {"value": "d"}]},
            {"op": "replace", "path": "members", "value": []},
            {"op": "add", "path": "Members", "value": {"value": "e"}},
        ]);
        assert_eq!(
            changes(GENERIC, operations),
            [
                MemberChange::Remove(ids(&["a"])),
                MemberChange::Add(refs(&["b"])),
                MemberChange::RemoveAll,
                MemberChange::Replace(refs(&["c", "d"])),
                MemberChange::Replace(Vec::new()),
                MemberChange::Add(refs(&["e"])),
            ]
        );
    }

    #[test]
    fn filters_on_ids_are_ids_and_others_stay_filters() {
        let path = "members[value eq \"a\" or value eq \"b\"]";
        assert_eq!(
            changes(GENERIC, json!([{"op": "remove", "path": path}])),
            [MemberChange::Remove(ids(&["a", "b"]))]
        );
        let path = "members[type eq \"Group\"]";
        let seen = changes(GENERIC, json!([{"op": "remove", "path": path}]));
        let [MemberChange::RemoveWhere(filter)] = seen.as_slice() else {
            panic!("a filter, not {seen:?}");
        };
        let members = registry().resource_type(ResourceKind::Group);
        let (_, members) = members.attribute("members").unwrap();
        for (kind, leaves) in [("Group", true), ("User", false)] {
            let member = json!({"value": "a", "type": kind});
            let mut effort = Effort::default();
            assert_eq!(
                element_matches(members, filter, &member, &mut effort),
                Ok(leaves)
            );
        }
    }

    #[test]
    fn members_leave_an_operation_without_path() {
        let operations = json!([
            {"op": "replace", "value": {"id": "g", "displayName": "G", "members": [{"value": "a"}]}},
            {"op": "add", "value": {"MEMBERS": [{"value": "b"}]}},
        ]);
        let (rest, changes) = split(GENERIC, operations).unwrap();
        assert_eq!(rest.len(), 1);
        assert_eq!(rest[0].value, Some(json!({"id": "g", "displayName": "G"})));
        assert_eq!(
            changes,
            [
                MemberChange::Replace(refs(&["a"])),
                MemberChange::Add(refs(&["b"]))
            ]
        );
    }

    #[test]
    fn d7_a_value_list_never_removes_all() {
        let by_value = json!({
            "op": "Remove", "path": "members",
            "value": [{"$ref": null, "value": "a"}, {"value": "b"}],
        });
        for kind in [
            ConnectionKind::Entra,
            ConnectionKind::EntraLegacy,
            ConnectionKind::JumpCloud,
        ] {
            assert_eq!(
                changes(kind, json!([by_value])),
                [MemberChange::Remove(ids(&["a", "b"]))]
            );
            let empty = json!([{"op": "remove", "path": "members", "value": []}]);
            assert_eq!(changes(kind, empty), []);
        }
        for kind in [GENERIC, ConnectionKind::Okta] {
            assert!(refusal(kind, by_value.clone()).starts_with("invalidValue: members"));
        }
    }

    #[test]
    fn members_are_not_changed_in_place() {
        for (op, path) in [
            ("replace", "members[value eq \"a\"].value"),
            ("replace", "members[value eq \"a\"]"),
            ("remove", "members.display"),
        ] {
            let operation = json!({"op": op, "path": path, "value": "x"});
            assert!(refusal(GENERIC, operation).starts_with("mutability: members"));
        }
    }

    #[test]
    fn a_malformed_member_is_named() {
        let operation = json!({"op": "add", "path": "members", "value": [{"value": "a"}, {}]});
        assert_eq!(
            refusal(GENERIC, operation),
            "invalidValue: members[1].value is required"
        );
    }
}
