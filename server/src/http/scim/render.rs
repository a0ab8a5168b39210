//! Resources as SCIM answers them: the stored document with what the server itself knows.

use std::mem;

use scim_schema::{
    attr::AttrId,
    id::{GroupId, LinkId},
    lifecycle::Axes,
    lifecycle::displayed_status,
    project::Projection,
    resource::{Document, Meta},
    schema::{ResourceKind, registry, urn},
};
use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::{Map, Value, json};

use crate::{
    db::{DbError, MemberOfGroup, ScimGroup, ScimUser},
    ops::{OpError, precondition::entity_tag},
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
                "display" => map.serialize_entry(name, &self.member.display)?,
                _ => map.serialize_entry(name, self.kind.name())?,
            }
        }
        map.end()
    }
}

/// Address of a user.
pub(super) fn user_location(base_url: &str, id: LinkId) -> String {
    format!("{base_url}/Users/{id}")
}

/// Address of a group.
pub(super) fn group_location(base_url: &str, id: GroupId) -> String {
    format!("{base_url}/Groups/{id}")
}

/// A user, projected.
pub(super) fn user_resource(
    user: &ScimUser,
    base_url: &str,
    projection: &Projection,
) -> Result<Rendered<'static>, OpError> {
    let rt = registry().resource_type(ResourceKind::User);
    let mut document = parse(&user.document)?;
    document.set_active(rt, user.active);
    let mut schemas = document.schemas(rt);
    let with_status = wants_status(projection);
    if with_status {
        schemas.push(urn::USER_STATUS);
    }
    let meta = Meta {
        resource_type: ResourceKind::User,
        created: user.created,
        last_modified: user.last_modified,
        location: user_location(base_url, user.scim_id),
        version: entity_tag(user.version),
    };
    let mut resource = Map::new();
    resource.insert("schemas".to_owned(), json!(schemas));
    resource.insert("id".to_owned(), json!(user.scim_id));
    resource.append(&mut document.into_map());
    let groups: Vec<Value> = user
        .groups
        .iter()
        .map(|group| {
            json!({
                "value": group.id,
                "$ref": group_location(base_url, group.id.into()),
                "display": group.display,
                "type": "direct",
            })
        })
        .collect();
    if !groups.is_empty() {
        resource.insert("groups".to_owned(), groups.into());
    }
    if with_status {
        resource.insert(urn::USER_STATUS.to_owned(), user_status(&user.axes));
    }
    resource.insert("meta".to_owned(), meta.to_json());
    projection.apply(rt, &mut resource);
    Ok(Rendered {
        attributes: resource,
        members: None,
    })
}

/// Our extension is returned on request only, so that a plain answer has the schemas that were sent.
fn wants_status(projection: &Projection) -> bool {
    [
        AttrId::UserStatus,
        AttrId::UserStatusLifecycle,
        AttrId::UserStatusHolds,
    ]
    .into_iter()
    .any(|id| projection.wants(id))
}

/// Our read-only extension: the effective status.
fn user_status(axes: &Axes) -> Value {
    let mut status = json!({
        "status": displayed_status(axes),
        "lifecycle": axes.lifecycle,
    });
    if !axes.holds.is_empty() {
        let holds: Vec<Value> = axes
            .holds
            .iter()
            .map(|hold| json!({ "kind": hold.kind }))
            .collect();
        status["holds"] = holds.into();
    }
    status
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
    let document = parse(&group.document)?;
    let schemas = document.schemas(rt);
    let meta = Meta {
        resource_type: ResourceKind::Group,
        created: group.created,
        last_modified: group.last_modified,
        location: group_location(base_url, group.id),
        version: entity_tag(group.version),
    };
    let mut resource = Map::new();
    resource.insert("schemas".to_owned(), json!(schemas));
    resource.insert("id".to_owned(), json!(group.id));
    resource.append(&mut document.into_map());
    // One member stands for all while it is decided what is shown of them.
    if !group.users.is_empty() || !group.groups.is_empty() {
        let member = json!({ "value": "", "$ref": "", "display": "", "type": "" });
        resource.insert(MEMBERS.to_owned(), json!([member]));
    }
    resource.insert("meta".to_owned(), meta.to_json());
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

fn parse(document: &str) -> Result<Document, OpError> {
    Document::from_json_text(document)
        .map_err(|error| DbError::Corrupt(format!("a stored document: {error}")).into())
}
