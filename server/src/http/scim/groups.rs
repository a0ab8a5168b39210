//! /Groups: each operation translates, calls its verb and renders the answer.

use std::sync::Arc;

use axum::{
    extract::Path,
    http::StatusCode,
    response::Response,
};
use scim_schema::{
    attr::AttrId,
    dialect::Notes,
    id::GroupId,
    patch::{parse_patch, split_membership},
    project::Projection,
    resource::{Incoming, ListResponse, ScimError, parse_resource},
    schema::{ResourceKind, ResourceType, registry},
};
use serde_json::{Value, json};

use super::{answer::Answer, exchange::Exchange, render};
use crate::{
    db::ListQuery,
    ops::{
        OpError,
        groups::{self, GroupChanged, GroupPatch},
        precondition::entity_tag,
    },
};

fn group_type() -> &'static ResourceType {
    registry().resource_type(ResourceKind::Group)
}

/// GET /Groups (RFC 7644 section 3.4.2).
pub(super) async fn list(exchange: Exchange) -> Response {
    let mut notes = Notes::new();
    let outcome = list_groups(&exchange, &mut notes).await;
    exchange.finish(outcome, notes)
}

async fn list_groups(exchange: &Exchange, notes: &mut Notes) -> Result<Answer, OpError> {
    let rt = group_type();
    let parameters = exchange.parameters()?;
    let projection = parameters.projection(rt)?;
    let (window, start) = parameters.window()?;
    let query = ListQuery {
        connection: exchange.by.id,
        base_url: exchange.by.base_url.clone(),
        filter: parameters.filter(rt, &exchange.by.dialect, notes)?,
        sort: parameters.sort(rt)?,
        window,
        with_members: projection.wants(AttrId::GroupMembers),
    };
    let (found, total) = exchange.scope().scim_groups(&query).await?;
    let resources = found
        .iter()
        .map(|group| render::group_resource(group, &exchange.by.base_url, &projection))
        .collect::<Result<Vec<Value>, _>>()?;
    let body = json!(ListResponse::by_index(total, start, resources));
    Ok(Answer::json(StatusCode::OK, &body, "Listed groups"))
}

/// GET /Groups/{id} (RFC 7644 section 3.4.1).
pub(super) async fn get(id: Path<String>, exchange: Exchange) -> Response {
    let outcome = get_group(&exchange, &id).await;
    exchange.finish(outcome, Notes::new())
}

async fn get_group(exchange: &Exchange, id: &str) -> Result<Answer, OpError> {
    let projection = exchange.parameters()?.projection(group_type())?;
    let id = group_id(id)?;
    let members = projection.wants(AttrId::GroupMembers);
    let group = exchange
        .scope()
        .scim_group(exchange.by.id, id, members)
        .await?
        .ok_or(OpError::NotFound)?;
    let etag = entity_tag(group.version);
    if exchange.has_version(group.version) {
        let answer = Answer::empty(StatusCode::NOT_MODIFIED, "The client has this version already");
        return Ok(answer.tagged(etag));
    }
    let resource = render::group_resource(&group, &exchange.by.base_url, &projection)?;
    Ok(Answer::json(StatusCode::OK, &resource, "Read the group").tagged(etag))
}

/// POST /Groups (RFC 7644 section 3.3).
pub(super) async fn create(exchange: Exchange) -> Response {
    let mut notes = Notes::new();
    let outcome = create_group(&exchange, &mut notes).await;
    exchange.finish(outcome, notes)
}

async fn create_group(exchange: &Exchange, notes: &mut Notes) -> Result<Answer, OpError> {
    let projection = exchange.parameters()?.projection(group_type())?;
    let incoming = Arc::new(incoming(exchange, notes)?);
    let by = Arc::clone(&exchange.by);
    let changed = exchange
        .state
        .db
        .write::<_, OpError, _>(&exchange.ctx, move |tx| {
            let (by, incoming) = (Arc::clone(&by), Arc::clone(&incoming));
            Box::pin(async move { groups::create(tx, &by, &incoming).await })
        })
        .await?;
    let location = render::group_location(&exchange.by.base_url, changed.id);
    let answer = read_back(
        exchange,
        changed,
        &projection,
        StatusCode::CREATED,
        "Created the group",
    )
    .await?;
    Ok(answer.located(location))
}

/// PUT /Groups/{id} (RFC 7644 section 3.5.1).
pub(super) async fn replace(id: Path<String>, exchange: Exchange) -> Response {
    let mut notes = Notes::new();
    let outcome = replace_group(&exchange, &id, &mut notes).await;
    exchange.finish(outcome, notes)
}

async fn replace_group(
    exchange: &Exchange,
    id: &str,
    notes: &mut Notes,
) -> Result<Answer, OpError> {
    let projection = exchange.parameters()?.projection(group_type())?;
    let id = group_id(id)?;
    let incoming = Arc::new(incoming(exchange, notes)?);
    let by = Arc::clone(&exchange.by);
    let if_match = exchange.if_match();
    let changed = exchange
        .state
        .db
        .write::<_, OpError, _>(&exchange.ctx, move |tx| {
            let (by, incoming) = (Arc::clone(&by), Arc::clone(&incoming));
            let if_match = if_match.clone();
            Box::pin(async move { groups::replace(tx, &by, id, &if_match, &incoming).await })
        })
        .await?;
    read_back(
        exchange,
        changed,
        &projection,
        StatusCode::OK,
        "Replaced the group",
    )
    .await
}

/// PATCH /Groups/{id} (RFC 7644 section 3.5.2): 204 unless the client asks for attributes (D2).
pub(super) async fn patch(id: Path<String>, exchange: Exchange) -> Response {
    let mut notes = Notes::new();
    let outcome = patch_group(&exchange, &id, &mut notes).await;
    exchange.finish(outcome, notes)
}

async fn patch_group(exchange: &Exchange, id: &str, notes: &mut Notes) -> Result<Answer, OpError> {
    let projection = exchange.parameters()?.projection(group_type())?;
    let id = group_id(id)?;
    let dialect = &exchange.by.dialect;
    let operations = parse_patch(group_type(), exchange.object()?, dialect, notes)?;
    let (operations, members) = split_membership(operations, dialect, notes)?;
    let patch = Arc::new(GroupPatch {
        operations,
        members,
    });
    let by = Arc::clone(&exchange.by);
    let if_match = exchange.if_match();
    let changed = exchange
        .state
        .db
        .write::<_, OpError, _>(&exchange.ctx, move |tx| {
            let (by, patch) = (Arc::clone(&by), Arc::clone(&patch));
            let if_match = if_match.clone();
            Box::pin(async move { groups::patch(tx, &by, id, &if_match, &patch).await })
        })
        .await?;
    if projection.names_attributes() || dialect.group_patch_200 {
        let decision = "Changed the group";
        return read_back(exchange, changed, &projection, StatusCode::OK, decision).await;
    }
    let answer = Answer::empty(StatusCode::NO_CONTENT, "Changed the group");
    Ok(answer
        .tagged(entity_tag(changed.version))
        .touching(changed.touched)
        .noting(changed.notes))
}

/// DELETE /Groups/{id} (RFC 7644 section 3.6).
pub(super) async fn delete(id: Path<String>, exchange: Exchange) -> Response {
    let outcome = delete_group(&exchange, &id).await;
    exchange.finish(outcome, Notes::new())
}

async fn delete_group(exchange: &Exchange, id: &str) -> Result<Answer, OpError> {
    let id = group_id(id)?;
    let by = Arc::clone(&exchange.by);
    let if_match = exchange.if_match();
    exchange
        .state
        .db
        .write::<_, OpError, _>(&exchange.ctx, move |tx| {
            let (by, if_match) = (Arc::clone(&by), if_match.clone());
            Box::pin(async move { groups::delete(tx, &by, id, &if_match).await })
        })
        .await?;
    Ok(Answer::empty(StatusCode::NO_CONTENT, "Deleted the group"))
}

/// The answer to a change, with the group as it is now.
async fn read_back(
    exchange: &Exchange,
    changed: GroupChanged,
    projection: &Projection,
    status: StatusCode,
    decision: &'static str,
) -> Result<Answer, OpError> {
    let members = projection.wants(AttrId::GroupMembers);
    let group = exchange
        .scope()
        .scim_group(exchange.by.id, changed.id, members)
        .await?
        .ok_or(OpError::NotFound)?;
    let resource = render::group_resource(&group, &exchange.by.base_url, projection)?;
    Ok(Answer::json(status, &resource, decision)
        .tagged(entity_tag(group.version))
        .touching(changed.touched)
        .noting(changed.notes))
}

fn incoming(exchange: &Exchange, notes: &mut Notes) -> Result<Incoming, OpError> {
    let body = exchange.object()?;
    Ok(parse_resource(
        group_type(),
        body,
        &exchange.by.dialect,
        notes,
    )?)
}

/// Ids are case-exact: any other text of the same UUID names nothing.
fn group_id(text: &str) -> Result<GroupId, OpError> {
    text.parse::<GroupId>()
        .ok()
        .filter(|id| id.to_string() == text)
        .ok_or_else(|| ScimError::not_found(format!("Group {text}")).into())
}
