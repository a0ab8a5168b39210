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
    desk::Desk,
    exchange::{Exchange, Input, read_new_resource, read_resource},
    query::Parameters,
    render,
    segment::Segment,
    trace::Trace,
    walks::WalkOf,
};
use crate::{
    db::{AccountTx, ListQuery, Members, Place, ScimGroup, Written},
    ops::{
        OpError,
        groups::{self, GroupChanged, GroupPatch},
        precondition::{EntityTag, Precondition},
        provisioner::Provisioner,
        reads::group_so_far,
    },
};

fn group_type() -> &'static ResourceType {
    registry().resource_type(ResourceKind::Group)
}

/// What of the members an answer shows; their names are shown on request only.
pub(super) fn members_of(projection: &Projection) -> Members {
    if !projection.wants(group_type(), AttrId::GroupMembers) {
        Members::None
    } else if projection.wants(group_type(), AttrId::GroupMembersDisplay) {
        Members::Named
    } else {
        Members::Ids
    }
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
        user_type: exchange.by.user_type(),
        filter: parameters.filter(rt, &exchange.by.dialect, &mut trace.notes)?,
        sort: parameters.sort(rt)?,
        window,
        members: members_of(&projection),
    };
    let base_url = &exchange.by.base_url;
    let reads = exchange.reads();
    let (status, decision) = (StatusCode::OK, "Listed groups");
    if let Some(cursor) = parameters.cursor() {
        let cursors = Cursors::of(exchange, ResourceKind::Group.name(), parameters);
        let from = cursors.decode(cursor, |place| query.takes(ResourceKind::Group, place))?;
        let page = reads.walk_groups(&query, from.as_ref()).await?;
        let resources = render::group_resources(&page.items, base_url, &projection)?;
        let body = cursors.page(page.total, page.previous, page.next, resources);
        Ok(Answer::written(status, &body, decision)?.finding(page.total))
    } else {
        let walk = WalkOf::new(exchange, ResourceKind::Group.name(), parameters);
        let takes = |place: &Place| query.takes(ResourceKind::Group, place);
        let page = reads
            .groups(&query, walk.at(start, takes).await.as_ref())
            .await?;
        walk.note(start, &page).await;
        let resources = render::group_resources(&page.items, base_url, &projection)?;
        let body = ListResponse::by_index(page.total, start, resources);
        Ok(Answer::written(status, &body, decision)?.finding(page.total))
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
    let group = exchange
        .reads()
        .group(id, members_of(&projection))
        .await?
        .ok_or(OpError::NotFound)?;
    let tag = render::group_tag(&group, &projection);
    if exchange.precondition().is_seen(tag) {
        let answer = Answer::empty(
            StatusCode::NOT_MODIFIED,
            "The client has this version already",
        );
        return Ok(answer.tagged(tag));
    }
    let resource = render::group_resource(&group, &exchange.by.base_url, &projection)?;
    Ok(Answer::written(StatusCode::OK, &resource, "Read the group")?.tagged(tag))
}

/// POST /Groups (RFC 7644 section 3.3).
pub(super) async fn create(exchange: Exchange) -> Response {
    let act = async |exchange: &Exchange, trace: &mut Trace| {
        create_group(&Desk::own(exchange), exchange.input(group_type())?, trace).await
    };
    exchange.run(act).await
}

pub(super) async fn create_group(
    desk: &Desk<'_>,
    input: Input,
    trace: &mut Trace,
) -> Result<Answer, OpError> {
    let dialect = &desk.by.dialect;
    let incoming = read_new_resource(group_type(), input.body, dialect, &mut trace.notes)?;
    let incoming = Arc::new(incoming);
    let by = Arc::clone(&desk.by);
    let look = look(desk, input.projection.as_ref());
    let changed = desk
        .write::<_, OpError, _>(move |tx| {
            let (by, incoming) = (Arc::clone(&by), Arc::clone(&incoming));
            Box::pin(async move {
                let written = groups::create(tx, &by, &incoming).await?;
                seen(tx, &by, written, look).await
            })
        })
        .await?;
    let projection = input.projection.as_ref();
    let location = render::group_location(&desk.by.base_url, changed.0.id);
    let status = StatusCode::CREATED;
    let answer = read_back(desk, changed, projection, status, "Created the group").await?;
    Ok(answer.located(location))
}

/// PUT /Groups/{id} (RFC 7644 section 3.5.1).
pub(super) async fn replace(id: Segment, exchange: Exchange) -> Response {
    let act = async |exchange: &Exchange, trace: &mut Trace| {
        replace_group(
            &Desk::own(exchange),
            &id,
            exchange.input(group_type())?,
            trace,
        )
        .await
    };
    exchange.run(act).await
}

pub(super) async fn replace_group(
    desk: &Desk<'_>,
    id: &str,
    input: Input,
    trace: &mut Trace,
) -> Result<Answer, OpError> {
    let id = group_id(id)?;
    let dialect = &desk.by.dialect;
    let incoming = read_resource(group_type(), input.body, dialect, &mut trace.notes)?;
    let incoming = Arc::new(incoming);
    let by = Arc::clone(&desk.by);
    let precondition = input.precondition;
    let look = look(desk, input.projection.as_ref());
    let changed = desk
        .write::<_, OpError, _>(move |tx| {
            let (by, incoming) = (Arc::clone(&by), Arc::clone(&incoming));
            let precondition = precondition.clone();
            Box::pin(async move {
                let written = groups::replace(tx, &by, id, &precondition, &incoming).await?;
                seen(tx, &by, written, look).await
            })
        })
        .await?;
    let projection = input.projection.as_ref();
    let status = StatusCode::OK;
    read_back(desk, changed, projection, status, "Replaced the group").await
}

/// PATCH /Groups/{id} (RFC 7644 section 3.5.2): 204 unless the client asks for attributes (D2).
pub(super) async fn patch(id: Segment, exchange: Exchange) -> Response {
    let act = async |exchange: &Exchange, trace: &mut Trace| {
        patch_group(
            &Desk::own(exchange),
            &id,
            exchange.input(group_type())?,
            trace,
        )
        .await
    };
    exchange.run(act).await
}

pub(super) async fn patch_group(
    desk: &Desk<'_>,
    id: &str,
    input: Input,
    trace: &mut Trace,
) -> Result<Answer, OpError> {
    let id = group_id(id)?;
    let dialect = &desk.by.dialect;
    let operations = parse_patch(group_type(), input.body, dialect, &mut trace.notes)?;
    let (operations, members) = split_membership(operations, dialect, &mut trace.notes)?;
    let patch = Arc::new(GroupPatch {
        operations,
        members,
        completes_circle: false,
    });
    let by = Arc::clone(&desk.by);
    let precondition = input.precondition;
    let look = look(desk, input.projection.as_ref());
    let changed = desk
        .write::<_, OpError, _>(move |tx| {
            let (by, patch) = (Arc::clone(&by), Arc::clone(&patch));
            let precondition = precondition.clone();
            Box::pin(async move {
                let written = groups::patch(tx, &by, id, &precondition, &patch).await?;
                seen(tx, &by, written, look).await
            })
        })
        .await?;
    let wanted = input
        .projection
        .as_ref()
        .is_some_and(|projection| projection.names_attributes() || dialect.group_patch_200);
    if wanted {
        let (status, decision) = (StatusCode::OK, "Changed the group");
        return read_back(desk, changed, input.projection.as_ref(), status, decision).await;
    }
    let answer = Answer::empty(StatusCode::NO_CONTENT, "Changed the group");
    let (changed, _) = changed;
    Ok(answer
        .tagged(EntityTag::of(changed.version))
        .touching(changed.touched)
        .noting(changed.notes))
}

/// DELETE /Groups/{id} (RFC 7644 section 3.6).
pub(super) async fn delete(id: Segment, exchange: Exchange) -> Response {
    let act = async |exchange: &Exchange, _: &mut Trace| {
        delete_group(&Desk::own(exchange), &id, exchange.precondition()).await
    };
    exchange.run(act).await
}

pub(super) async fn delete_group(
    desk: &Desk<'_>,
    id: &str,
    precondition: Precondition,
) -> Result<Answer, OpError> {
    let id = group_id(id)?;
    let by = Arc::clone(&desk.by);
    desk.write::<_, OpError, _>(move |tx| {
        let (by, precondition) = (Arc::clone(&by), precondition.clone());
        Box::pin(async move { groups::delete(tx, &by, id, &precondition).await })
    })
    .await?;
    Ok(Answer::empty(StatusCode::NO_CONTENT, "Deleted the group"))
}

/// A change with the group that it made, where that was read at once.
type Changed = (GroupChanged, Option<ScimGroup>);

/// In a rehearsal the group is read before the change is undone.
fn look(desk: &Desk<'_>, projection: Option<&Projection>) -> Option<Members> {
    let projection = projection.filter(|_| desk.is_rehearsal());
    projection.map(members_of)
}

async fn seen(
    tx: &AccountTx,
    by: &Provisioner,
    written: Written<GroupChanged>,
    look: Option<Members>,
) -> Result<Written<Changed>, OpError> {
    let group = match look {
        Some(members) => group_so_far(tx, by, written.value.id, members).await?,
        None => None,
    };
    Ok(written.map(|changed| (changed, group)))
}

/// The answer to a change, with the group as it is now if the client gets it.
async fn read_back(
    desk: &Desk<'_>,
    (changed, seen): Changed,
    projection: Option<&Projection>,
    status: StatusCode,
    decision: &'static str,
) -> Result<Answer, OpError> {
    let group = match (seen, projection) {
        (None, Some(projection)) => desk.scim_group(changed.id, members_of(projection)).await?,
        (seen, _) => seen,
    };
    let answer = match (group, projection) {
        (Some(group), Some(projection)) => {
            let resource = render::group_resource(&group, &desk.by.base_url, projection)?;
            Answer::written(status, &resource, decision)?
                .tagged(render::group_tag(&group, projection))
        }
        (_, None) => Answer::empty(status, decision).tagged(EntityTag::of(changed.version)),
        (None, Some(_)) => Answer::empty(status, decision)
            .in_brief()
            .tagged(EntityTag::of(changed.version)),
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
