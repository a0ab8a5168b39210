//! Whole resources as SCIM shows them: the stored document with what the server itself knows,
//! before anything is left out.

use scim_schema::{
    id::{GroupId, LinkId},
    lifecycle::{Axes, displayed_status},
    resource::{Document, Meta},
    schema::{ResourceKind, registry, urn},
};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{OpError, precondition::EntityTag, provisioner::Provisioner};
use crate::db::{DbError, MemberOfGroup, ScimGroup, ScimUser};

/// Address of a user.
#[must_use]
pub fn user_location(base_url: &str, id: LinkId) -> String {
    format!("{base_url}/Users/{id}")
}

/// Address of a group.
#[must_use]
pub fn group_location(base_url: &str, id: GroupId) -> String {
    format!("{base_url}/Groups/{id}")
}

/// A user with everything that is known, for a filter to look at.
///
/// # Errors
/// [`DbError::Corrupt`] when the stored document is damaged.
pub fn whole_user(
    user: &ScimUser,
    by: &Provisioner,
    with_status: bool,
) -> Result<Map<String, Value>, OpError> {
    user_with(user, by, EntityTag::of(user.version), with_status)
}

/// A user as an answer of this tag shows it; our own extension on request only.
///
/// # Errors
/// [`DbError::Corrupt`] when the stored document is damaged.
pub fn user_with(
    user: &ScimUser,
    by: &Provisioner,
    tag: EntityTag,
    with_status: bool,
) -> Result<Map<String, Value>, OpError> {
    let base_url = by.base_url.as_str();
    let rt = by.dialect.resource_type(ResourceKind::User);
    let mut document = parse(&user.document)?.without_hidden(rt);
    if let Some(active) = user.active {
        document.set_active(rt, active);
    }
    let mut schemas = document.schemas(rt);
    if with_status {
        schemas.push(urn::USER_STATUS);
    }
    let meta = Meta {
        resource_type: ResourceKind::User,
        created: user.created,
        last_modified: user.last_modified,
        location: user_location(base_url, user.scim_id),
        version: tag.to_string(),
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
    Ok(resource)
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

/// A group as an answer of this tag shows it, with `members` for its members.
///
/// # Errors
/// [`DbError::Corrupt`] when the stored document is damaged.
pub fn group_with(
    group: &ScimGroup,
    base_url: &str,
    tag: EntityTag,
    members: Option<Value>,
) -> Result<Map<String, Value>, OpError> {
    let rt = registry().resource_type(ResourceKind::Group);
    let document = parse(&group.document)?;
    let schemas = document.schemas(rt);
    let meta = Meta {
        resource_type: ResourceKind::Group,
        created: group.created,
        last_modified: group.last_modified,
        location: group_location(base_url, group.id),
        version: tag.to_string(),
    };
    let mut resource = Map::new();
    resource.insert("schemas".to_owned(), json!(schemas));
    resource.insert("id".to_owned(), json!(group.id));
    resource.append(&mut document.into_map());
    if let Some(members) = members {
        resource.insert("members".to_owned(), members);
    }
    resource.insert("meta".to_owned(), meta.to_json());
    Ok(resource)
}

/// A group with its members as values, for a filter to look at.
///
/// # Errors
/// [`DbError::Corrupt`] when the stored document is damaged.
pub fn whole_group(group: &ScimGroup, base_url: &str) -> Result<Map<String, Value>, OpError> {
    let value = |kind| {
        move |member: &MemberOfGroup| {
            member_value(member.id, kind, member.display.as_deref(), base_url)
        }
    };
    let users = group.users.iter().map(value(ResourceKind::User));
    let groups = group.groups.iter().map(value(ResourceKind::Group));
    let members: Vec<Value> = users.chain(groups).collect();
    let members = (!members.is_empty()).then(|| members.into());
    group_with(group, base_url, EntityTag::of(group.version), members)
}

/// A value of `members`.
#[must_use]
pub fn member_value(id: Uuid, kind: ResourceKind, display: Option<&str>, base_url: &str) -> Value {
    let location = match kind {
        ResourceKind::User => user_location(base_url, id.into()),
        ResourceKind::Group => group_location(base_url, id.into()),
    };
    let mut value = json!({ "value": id, "$ref": location, "type": kind.name() });
    if let Some(display) = display {
        value["display"] = display.into();
    }
    value
}

fn parse(document: &str) -> Result<Document, OpError> {
    Document::from_json_text(document)
        .map_err(|error| DbError::Corrupt(format!("a stored document: {error}")).into())
}
