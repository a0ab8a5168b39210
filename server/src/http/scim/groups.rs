//! /Groups: each operation translates, calls its verb and renders the answer.

use std::sync::Arc;

use axum::{http::StatusCode, response::Response};
use scim_schema::{
    attr::AttrId,
    id::GroupId,
    patch::{parse_patch, split_membership},
    project::Projection,
    resource::{ListResponse, ScimError},
    schema::{ResourceKind, ResourceType, registry},
};

use super::{
    answer::{Answer, shortened},
    cursor::Cursors,
    exchange::{Exchange, Input, read_resource},
    query::Parameters,
    render,
    segment::Segment,
    trace::Trace,
};
use crate::{
    db::ListQuery,
    ops::{
        OpError,
        groups::{self, GroupChanged, GroupPatch},
        precondition::{Precondition, entity_tag},
    },
};

fn group_type() -> &'static ResourceType {
    registry().resource_type(ResourceKind::Group)
}

/// GET /Groups (RFC 7644 section 3.4.2).
pub(super) async fn list(exchange: Exchange) -> Response {
    let act = async |exchange: &Exchange, trace: &mut Trace| {
        find_groups(exchange, &exchange.parameters()?, trace).await
    };
    exchange.run(act).await
}

/// POST /Groups/.search (RFC 7644 section 3.4.3).
pub(super) async fn search(exchange: Exchange) -> Response {
    let act = async |exchange: &Exchange, trace: &mut Trace| {
        find_groups(exchange, &exchange.search_parameters()?, trace).await
    };
    exchange.run(act).await
}

async fn find_groups(
    exchange: &Exchange,
    parameters: &Parameters,
    trace: &mut Trace,
) -> Result<Answer, OpError> {
    let rt = group_type();
    let projection = parameters.projection(rt)?;
    let (window, start) = parameters.window()?;
    let query = ListQuery {
        connection: exchange.by.id,
        base_url: exchange.by.base_url.clone(),
        filter: parameters.filter(rt, &exchange.by.dialect, &mut trace.notes)?,
        sort: parameters.sort(rt)?,
        window,
        with_members: projection.wants(AttrId::GroupMembers),
    };
    let base_url = &exchange.by.base_url;
    let scope = exchange.scope();
    let (status, decision) = (StatusCode::OK, "Listed groups");
    if let Some(cursor) = parameters.cursor() {
        let cursors = Cursors::of(exchange, ResourceKind::Group.name(), parameters);
        let from = cursors.decode(cursor, |place| query.takes(ResourceKind::Group, place))?;
        let page = scope.walk_groups(&query, from.as_ref()).await?;
        let resources = render::group_resources(&page.items, base_url, &projection)?;
        let body = cursors.page(page.total, page.previous, page.next, resources);
        Answer::written(status, &body, decision)
    } else {
        let (found, total) = scope.scim_groups(&query).await?;
        let resources = render::group_resources(&found, base_url, &projection)?;
        let body = ListResponse::by_index(total, start, resources);
        Answer::written(status, &body, decision)
    }
}

/// GET /Groups/{id} (RFC 7644 section 3.4.1).
pub(super) async fn get(id: Segment, exchange: Exchange) -> Response {
    let act = async |exchange: &Exchange, _: &mut Trace| get_group(exchange, &id).await;
    exchange.run(act).await
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
    if exchange.precondition().is_seen(group.version) {
        let answer = Answer::empty(
            StatusCode::NOT_MODIFIED,
            "The client has this version already",
        );
        return Ok(answer.tagged(etag));
    }
    let resource = render::group_resource(&group, &exchange.by.base_url, &projection)?;
    Ok(Answer::written(StatusCode::OK, &resource, "Read the group")?.tagged(etag))
}

/// POST /Groups (RFC 7644 section 3.3).
pub(super) async fn create(exchange: Exchange) -> Response {
    let act = async |exchange: &Exchange, trace: &mut Trace| {
        create_group(exchange, exchange.input(group_type())?, trace).await
    };
    exchange.run(act).await
}

pub(super) async fn create_group(
    exchange: &Exchange,
    input: Input,
    trace: &mut Trace,
) -> Result<Answer, OpError> {
    let dialect = &exchange.by.dialect;
    let incoming = read_resource(group_type(), input.body, dialect, &mut trace.notes)?;
    let incoming = Arc::new(incoming);
    let by = Arc::clone(&exchange.by);
    let changed = exchange
        .state
        .db
        .write::<_, OpError, _>(&exchange.ctx, move |tx| {
            let (by, incoming) = (Arc::clone(&by), Arc::clone(&incoming));
            Box::pin(async move { groups::create(tx, &by, &incoming).await })
        })
        .await?;
    let projection = input.projection.as_ref();
    let location = render::group_location(&exchange.by.base_url, changed.id);
    let status = StatusCode::CREATED;
    let answer = read_back(exchange, changed, projection, status, "Created the group").await?;
    Ok(answer.located(location))
}

/// PUT /Groups/{id} (RFC 7644 section 3.5.1).
pub(super) async fn replace(id: Segment, exchange: Exchange) -> Response {
    let act = async |exchange: &Exchange, trace: &mut Trace| {
        replace_group(exchange, &id, exchange.input(group_type())?, trace).await
    };
    exchange.run(act).await
}

pub(super) async fn replace_group(
    exchange: &Exchange,
    id: &str,
    input: Input,
    trace: &mut Trace,
) -> Result<Answer, OpError> {
    let id = group_id(id)?;
    let dialect = &exchange.by.dialect;
    let incoming = read_resource(group_type(), input.body, dialect, &mut trace.notes)?;
    let incoming = Arc::new(incoming);
    let by = Arc::clone(&exchange.by);
    let precondition = input.precondition;
    let changed = exchange
        .state
        .db
        .write::<_, OpError, _>(&exchange.ctx, move |tx| {
            let (by, incoming) = (Arc::clone(&by), Arc::clone(&incoming));
            let precondition = precondition.clone();
            Box::pin(async move { groups::replace(tx, &by, id, &precondition, &incoming).await })
        })
        .await?;
    let projection = input.projection.as_ref();
    let status = StatusCode::OK;
    read_back(exchange, changed, projection, status, "Replaced the group").await
}

/// PATCH /Groups/{id} (RFC 7644 section 3.5.2): 204 unless the client asks for attributes (D2).
pub(super) async fn patch(id: Segment, exchange: Exchange) -> Response {
    let act = async |exchange: &Exchange, trace: &mut Trace| {
        patch_group(exchange, &id, exchange.input(group_type())?, trace).await
    };
    exchange.run(act).await
}

pub(super) async fn patch_group(
    exchange: &Exchange,
    id: &str,
    input: Input,
    trace: &mut Trace,
) -> Result<Answer, OpError> {
    let id = group_id(id)?;
    let dialect = &exchange.by.dialect;
    let operations = parse_patch(group_type(), input.body, dialect, &mut trace.notes)?;
    let (operations, members) = split_membership(operations, dialect, &mut trace.notes)?;
    let patch = Arc::new(GroupPatch {
        operations,
        members,
        completes_circle: false,
    });
    let by = Arc::clone(&exchange.by);
    let precondition = input.precondition;
    let changed = exchange
        .state
        .db
        .write::<_, OpError, _>(&exchange.ctx, move |tx| {
            let (by, patch) = (Arc::clone(&by), Arc::clone(&patch));
            let precondition = precondition.clone();
            Box::pin(async move { groups::patch(tx, &by, id, &precondition, &patch).await })
        })
        .await?;
    let wanted = input
        .projection
        .as_ref()
        .is_some_and(|projection| projection.names_attributes() || dialect.group_patch_200);
    if wanted {
        let (status, decision) = (StatusCode::OK, "Changed the group");
        return read_back(
            exchange,
            changed,
            input.projection.as_ref(),
            status,
            decision,
        )
        .await;
    }
    let answer = Answer::empty(StatusCode::NO_CONTENT, "Changed the group");
    Ok(answer
        .tagged(entity_tag(changed.version))
        .touching(changed.touched)
        .noting(changed.notes))
}

/// DELETE /Groups/{id} (RFC 7644 section 3.6).
pub(super) async fn delete(id: Segment, exchange: Exchange) -> Response {
    let act = async |exchange: &Exchange, _: &mut Trace| {
        delete_group(exchange, &id, exchange.precondition()).await
    };
    exchange.run(act).await
}

pub(super) async fn delete_group(
    exchange: &Exchange,
    id: &str,
    precondition: Precondition,
) -> Result<Answer, OpError> {
    let id = group_id(id)?;
    let by = Arc::clone(&exchange.by);
    exchange
        .state
        .db
        .write::<_, OpError, _>(&exchange.ctx, move |tx| {
            let (by, precondition) = (Arc::clone(&by), precondition.clone());
            Box::pin(async move { groups::delete(tx, &by, id, &precondition).await })
        })
        .await?;
    Ok(Answer::empty(StatusCode::NO_CONTENT, "Deleted the group"))
}

/// The answer to a change, with the group as it is now if the client gets it.
async fn read_back(
    exchange: &Exchange,
    changed: GroupChanged,
    projection: Option<&Projection>,
    status: StatusCode,
    decision: &'static str,
) -> Result<Answer, OpError> {
    let answer = match projection {
        None => Answer::empty(status, decision).tagged(entity_tag(changed.version)),
        Some(projection) => {
            let members = projection.wants(AttrId::GroupMembers);
            let group = exchange
                .scope()
                .scim_group(exchange.by.id, changed.id, members)
                .await?
                .ok_or(OpError::NotFound)?;
            let resource = render::group_resource(&group, &exchange.by.base_url, projection)?;
            Answer::written(status, &resource, decision)?.tagged(entity_tag(group.version))
        }
    };
    Ok(answer.touching(changed.touched).noting(changed.notes))
}

/// Ids are case-exact: any other text of the same UUID names nothing.
fn group_id(text: &str) -> Result<GroupId, OpError> {
    text.parse::<GroupId>()
        .ok()
        .filter(|id| id.to_string() == text)
        .ok_or_else(|| ScimError::not_found(format!("Group {}", shortened(text))).into())
}
