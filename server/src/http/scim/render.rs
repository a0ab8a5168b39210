//! Resources as SCIM answers them: the stored document with what the server itself knows.

use std::mem;

use scim_schema::{
    attr::AttrId,
    project::Projection,
    schema::{ResourceKind, ResourceType, registry},
};
use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::{Map, Value, json};

pub(super) use crate::ops::resources::{group_location, user_location};
use crate::{
    db::{MemberOfGroup, ScimGroup, ScimUser},
    ops::{
        OpError,
        precondition::EntityTag,
        provisioner::Provisioner,
        resources::{group_with, user_with},
    },
};

/// Name of the attribute whose values are written one by one.
const MEMBERS: &str = "members";

/// A resource as it is answered. Members stay what the database read until they are written: as
/// values they would take many times the memory.
pub(super) struct Rendered<'r> {
    attributes: Map<String, Value>,
    members: Option<Members<'r>>,
}

/// The members of a group.
struct Members<'r> {
    group: &'r ScimGroup,
    base_url: &'r str,
    /// The sub-attributes that are shown.
    shown: Map<String, Value>,
}

/// One member with the sub-attributes that are shown.
struct Member<'r> {
    member: &'r MemberOfGroup,
    kind: ResourceKind,
    of: &'r Members<'r>,
}

impl Serialize for Rendered<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.attributes.len()))?;
        for (name, value) in &self.attributes {
            match &self.members {
                Some(members) if name == MEMBERS => map.serialize_entry(name, members)?,
                _ => map.serialize_entry(name, value)?,
            }
        }
        map.end()
    }
}

impl Serialize for Members<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let of_kind = |kind| {
            move |member| Member {
                member,
                kind,
                of: self,
            }
        };
        let users = self.group.users.iter().map(of_kind(ResourceKind::User));
        let groups = self.group.groups.iter().map(of_kind(ResourceKind::Group));
        serializer.collect_seq(users.chain(groups))
    }
}

impl Serialize for Member<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (id, base_url) = (self.member.id, self.of.base_url);
        let mut map = serializer.serialize_map(Some(self.of.shown.len()))?;
        for name in self.of.shown.keys() {
            match name.as_str() {
                "value" => map.serialize_entry(name, &id)?,
                "$ref" => {
                    let location = match self.kind {
                        ResourceKind::User => user_location(base_url, id.into()),
                        ResourceKind::Group => group_location(base_url, id.into()),
                    };
                    map.serialize_entry(name, &location)?;
                }
                "display" => {
                    if let Some(display) = &self.member.display {
                        map.serialize_entry(name, display)?;
                    }
                }
                _ => map.serialize_entry(name, self.kind.name())?,
            }
        }
        map.end()
    }
}

/// The tag of a user: its groups change without it, where they are shown.
pub(super) fn user_tag(user: &ScimUser, by: &Provisioner, projection: &Projection) -> EntityTag {
    let rt = by.dialect.resource_type(ResourceKind::User);
    if !projection.wants(rt, AttrId::Groups) {
        return EntityTag::of(user.version);
    }
    let groups = user.groups.iter();
    EntityTag::showing(
        user.version,
        groups.map(|group| (group.id, group.display.as_str())),
    )
}

/// The tag of a group: the names of its members change without it, where they are shown. Who they
/// are is in its version.
pub(super) fn group_tag(group: &ScimGroup, projection: &Projection) -> EntityTag {
    let rt = registry().resource_type(ResourceKind::Group);
    if !projection.wants(rt, AttrId::GroupMembersDisplay) {
        return EntityTag::of(group.version);
    }
    let members = group.users.iter().chain(&group.groups);
    EntityTag::showing(
        group.version,
        members.filter_map(|member| Some((member.id, member.display.as_deref()?))),
    )
}

/// A user, projected.
pub(super) fn user_resource(
    user: &ScimUser,
    by: &Provisioner,
    projection: &Projection,
) -> Result<Rendered<'static>, OpError> {
    let rt = by.dialect.resource_type(ResourceKind::User);
    let tag = user_tag(user, by, projection);
    let mut resource = user_with(user, by, tag, wants_status(rt, projection))?;
    projection.apply(rt, &mut resource);
    Ok(Rendered {
        attributes: resource,
        members: None,
    })
}

/// Our extension is returned on request only, so that a plain answer has the schemas that were sent.
fn wants_status(rt: &ResourceType, projection: &Projection) -> bool {
    [
        AttrId::UserStatus,
        AttrId::UserStatusLifecycle,
        AttrId::UserStatusHolds,
    ]
    .into_iter()
    .any(|id| projection.wants(rt, id))
}

/// Groups, projected.
pub(super) fn group_resources<'r>(
    groups: &'r [ScimGroup],
    base_url: &'r str,
    projection: &Projection,
) -> Result<Vec<Rendered<'r>>, OpError> {
    let resources = groups
        .iter()
        .map(|group| group_resource(group, base_url, projection));
    resources.collect()
}

/// A group, projected.
pub(super) fn group_resource<'r>(
    group: &'r ScimGroup,
    base_url: &'r str,
    projection: &Projection,
) -> Result<Rendered<'r>, OpError> {
    let rt = registry().resource_type(ResourceKind::Group);
    // One member stands for all while it is decided what is shown of them.
    let has_members = !group.users.is_empty() || !group.groups.is_empty();
    let member = || json!([{ "value": "", "$ref": "", "display": "", "type": "" }]);
    let tag = group_tag(group, projection);
    let mut resource = group_with(group, base_url, tag, has_members.then(member))?;
    projection.apply(rt, &mut resource);
    let shown = resource
        .get_mut(MEMBERS)
        .and_then(|members| members.get_mut(0))
        .and_then(Value::as_object_mut)
        .map(mem::take);
    Ok(Rendered {
        attributes: resource,
        members: shown.map(|shown| Members {
            group,
            base_url,
            shown,
        }),
    })
}
