//! Resources as SCIM answers them: the stored document with what the server itself knows.

use scim_schema::{
    attr::AttrId,
    id::{GroupId, LinkId},
    lifecycle::Axes,
    lifecycle::displayed_status,
    project::Projection,
    resource::{Document, Meta},
    schema::{ResourceKind, registry, urn},
};
use serde_json::{Map, Value, json};

use crate::{
    db::{DbError, MemberOfGroup, ScimGroup, ScimUser},
    ops::{OpError, precondition::entity_tag},
};

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
) -> Result<Value, OpError> {
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
    Ok(resource.into())
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

/// A group, projected.
pub(super) fn group_resource(
    group: &ScimGroup,
    base_url: &str,
    projection: &Projection,
) -> Result<Value, OpError> {
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
    let users = group
        .users
        .iter()
        .map(|user| member(user, ResourceKind::User, base_url));
    let groups = group
        .groups
        .iter()
        .map(|group| member(group, ResourceKind::Group, base_url));
    let members: Vec<Value> = users.chain(groups).collect();
    if !members.is_empty() {
        resource.insert("members".to_owned(), members.into());
    }
    resource.insert("meta".to_owned(), meta.to_json());
    projection.apply(rt, &mut resource);
    Ok(resource.into())
}

fn member(member: &MemberOfGroup, kind: ResourceKind, base_url: &str) -> Value {
    let location = match kind {
        ResourceKind::User => user_location(base_url, member.id.into()),
        ResourceKind::Group => group_location(base_url, member.id.into()),
    };
    json!({
        "value": member.id,
        "$ref": location,
        "display": member.display,
        "type": kind.name(),
    })
}

fn parse(document: &str) -> Result<Document, OpError> {
    Document::from_json_text(document)
        .map_err(|error| DbError::Corrupt(format!("a stored document: {error}")).into())
}
