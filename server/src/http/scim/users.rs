//! /Users: each operation translates, calls its verb and renders the answer.

use std::sync::Arc;

use axum::{http::StatusCode, response::Response};
use scim_schema::{
    attr::AttrId,
    id::LinkId,
    patch::parse_patch,
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
    db::{ListQuery, ScimUser},
    ops::{
        OpError,
        precondition::{Precondition, entity_tag},
        users,
    },
};

fn user_type() -> &'static ResourceType {
    registry().resource_type(ResourceKind::User)
}

/// GET /Users (RFC 7644 section 3.4.2).
pub(super) async fn list(exchange: Exchange) -> Response {
    let act = async |exchange: &Exchange, trace: &mut Trace| {
        find_users(exchange, &exchange.parameters()?, trace).await
    };
    exchange.run(act).await
}

/// POST /Users/.search (RFC 7644 section 3.4.3).
pub(super) async fn search(exchange: Exchange) -> Response {
    let act = async |exchange: &Exchange, trace: &mut Trace| {
        find_users(exchange, &exchange.search_parameters()?, trace).await
    };
    exchange.run(act).await
}

async fn find_users(
    exchange: &Exchange,
    parameters: &Parameters,
    trace: &mut Trace,
) -> Result<Answer, OpError> {
    let rt = user_type();
    let projection = parameters.projection(rt)?;
    let (window, start) = parameters.window()?;
    let query = ListQuery {
        connection: exchange.by.id,
        base_url: exchange.by.base_url.clone(),
        filter: parameters.filter(rt, &exchange.by.dialect, &mut trace.notes)?,
        sort: parameters.sort(rt)?,
        window,
        with_members: projection.wants(AttrId::Groups),
    };
    let render = |found: &[ScimUser]| {
        let users = found.iter();
        let resources =
            users.map(|user| render::user_resource(user, &exchange.by.base_url, &projection));
        resources.collect::<Result<Vec<_>, _>>()
    };
    let scope = exchange.scope();
    let (status, decision) = (StatusCode::OK, "Listed users");
    let (found, total, answer) = if let Some(cursor) = parameters.cursor() {
        let cursors = Cursors::of(exchange, ResourceKind::User.name(), parameters);
        let from = cursors.decode(cursor, |place| query.takes(ResourceKind::User, place))?;
        let page = scope.walk_users(&query, from.as_ref()).await?;
        let resources = render(&page.items)?;
        let body = cursors.page(page.total, page.previous, page.next, resources);
        let answer = Answer::written(status, &body, decision)?;
        (page.items, page.total, answer)
    } else {
        let (found, total) = scope.scim_users(&query).await?;
        let body = ListResponse::by_index(total, start, render(&found)?);
        let answer = Answer::written(status, &body, decision)?;
        (found, total, answer)
    };
    let touched = found.iter().take(1).map(|user| user.user);
    let touched = if total == 1 {
        touched.collect()
    } else {
        Vec::new()
    };
    Ok(answer.touching(touched))
}

/// GET /Users/{id} (RFC 7644 section 3.4.1).
pub(super) async fn get(id: Segment, exchange: Exchange) -> Response {
    let act = async |exchange: &Exchange, _: &mut Trace| get_user(exchange, &id).await;
    exchange.run(act).await
}

async fn get_user(exchange: &Exchange, id: &str) -> Result<Answer, OpError> {
    let projection = exchange.parameters()?.projection(user_type())?;
    let user = exchange
        .scope()
        .scim_user(
            exchange.by.id,
            link_id(id)?,
            projection.wants(AttrId::Groups),
        )
        .await?
        .ok_or(OpError::NotFound)?;
    if exchange.precondition().is_seen(user.version) {
        let answer = Answer::empty(
            StatusCode::NOT_MODIFIED,
            "The client has this version already",
        );
        return Ok(answer
            .tagged(entity_tag(user.version))
            .touching(vec![user.user]));
    }
    let (projection, status) = (Some(&projection), StatusCode::OK);
    answer(exchange, &user, projection, status, "Read the user")
}

/// POST /Users (RFC 7644 section 3.3).
pub(super) async fn create(exchange: Exchange) -> Response {
    let act = async |exchange: &Exchange, trace: &mut Trace| {
        create_user(exchange, exchange.input(user_type())?, trace).await
    };
    exchange.run(act).await
}

pub(super) async fn create_user(
    exchange: &Exchange,
    input: Input,
    trace: &mut Trace,
) -> Result<Answer, OpError> {
    let dialect = &exchange.by.dialect;
    let incoming = read_resource(user_type(), input.body, dialect, &mut trace.notes)?;
    let incoming = Arc::new(incoming);
    let sent = Arc::clone(&incoming);
    let by = Arc::clone(&exchange.by);
    let user = exchange
        .state
        .db
        .write::<_, OpError, _>(&exchange.ctx, move |tx| {
            let (by, incoming) = (Arc::clone(&by), Arc::clone(&incoming));
            Box::pin(async move { users::create(tx, &by, &incoming).await })
        })
        .await
        .inspect_err(|error| trace.collided(error, &sent))?;
    let projection = input.projection.as_ref();
    let location = render::user_location(&exchange.by.base_url, user.scim_id);
    let status = StatusCode::CREATED;
    let answer = answer(exchange, &user, projection, status, "Created the user")?;
    Ok(answer.located(location))
}

/// PUT /Users/{id} (RFC 7644 section 3.5.1).
pub(super) async fn replace(id: Segment, exchange: Exchange) -> Response {
    let act = async |exchange: &Exchange, trace: &mut Trace| {
        replace_user(exchange, &id, exchange.input(user_type())?, trace).await
    };
    exchange.run(act).await
}

pub(super) async fn replace_user(
    exchange: &Exchange,
    id: &str,
    input: Input,
    trace: &mut Trace,
) -> Result<Answer, OpError> {
    let id = link_id(id)?;
    let dialect = &exchange.by.dialect;
    let incoming = read_resource(user_type(), input.body, dialect, &mut trace.notes)?;
    let incoming = Arc::new(incoming);
    let sent = Arc::clone(&incoming);
    let by = Arc::clone(&exchange.by);
    let precondition = input.precondition;
    let user = exchange
        .state
        .db
        .write::<_, OpError, _>(&exchange.ctx, move |tx| {
            let (by, incoming) = (Arc::clone(&by), Arc::clone(&incoming));
            let precondition = precondition.clone();
            Box::pin(async move { users::replace(tx, &by, id, &precondition, &incoming).await })
        })
        .await
        .inspect_err(|error| trace.collided(error, &sent))?;
    let (projection, status) = (input.projection.as_ref(), StatusCode::OK);
    answer(exchange, &user, projection, status, "Replaced the user")
}

/// PATCH /Users/{id} (RFC 7644 section 3.5.2).
pub(super) async fn patch(id: Segment, exchange: Exchange) -> Response {
    let act = async |exchange: &Exchange, trace: &mut Trace| {
        patch_user(exchange, &id, exchange.input(user_type())?, trace).await
    };
    exchange.run(act).await
}

pub(super) async fn patch_user(
    exchange: &Exchange,
    id: &str,
    input: Input,
    trace: &mut Trace,
) -> Result<Answer, OpError> {
    let id = link_id(id)?;
    let dialect = &exchange.by.dialect;
    let operations = Arc::new(parse_patch(
        user_type(),
        input.body,
        dialect,
        &mut trace.notes,
    )?);
    let by = Arc::clone(&exchange.by);
    let precondition = input.precondition;
    let (user, more) = exchange
        .state
        .db
        .write::<_, OpError, _>(&exchange.ctx, move |tx| {
            let (by, operations) = (Arc::clone(&by), Arc::clone(&operations));
            let precondition = precondition.clone();
            Box::pin(async move { users::patch(tx, &by, id, &precondition, &operations).await })
        })
        .await?;
    let names_attributes = input
        .projection
        .as_ref()
        .is_some_and(Projection::names_attributes);
    if dialect.user_patch_204 && !names_attributes {
        let answer = Answer::empty(StatusCode::NO_CONTENT, "Changed the user");
        return Ok(answer
            .tagged(entity_tag(user.version))
            .touching(vec![user.user])
            .noting(more));
    }
    let (projection, status) = (input.projection.as_ref(), StatusCode::OK);
    let answer = answer(exchange, &user, projection, status, "Changed the user")?;
    Ok(answer.noting(more))
}

/// DELETE /Users/{id} (RFC 7644 section 3.6).
pub(super) async fn delete(id: Segment, exchange: Exchange) -> Response {
    let act = async |exchange: &Exchange, _: &mut Trace| {
        delete_user(exchange, &id, exchange.precondition()).await
    };
    exchange.run(act).await
}

pub(super) async fn delete_user(
    exchange: &Exchange,
    id: &str,
    precondition: Precondition,
) -> Result<Answer, OpError> {
    let id = link_id(id)?;
    let by = Arc::clone(&exchange.by);
    let user = exchange
        .state
        .db
        .write::<_, OpError, _>(&exchange.ctx, move |tx| {
            let (by, precondition) = (Arc::clone(&by), precondition.clone());
            Box::pin(async move { users::delete(tx, &by, id, &precondition).await })
        })
        .await?;
    Ok(Answer::empty(StatusCode::NO_CONTENT, "Deleted the user").touching(vec![user]))
}

fn answer(
    exchange: &Exchange,
    user: &ScimUser,
    projection: Option<&Projection>,
    status: StatusCode,
    decision: &'static str,
) -> Result<Answer, OpError> {
    let answer = match projection {
        None => Answer::empty(status, decision),
        Some(projection) => {
            let resource = render::user_resource(user, &exchange.by.base_url, projection)?;
            Answer::written(status, &resource, decision)?
        }
    };
    Ok(answer
        .tagged(entity_tag(user.version))
        .touching(vec![user.user]))
}

/// Ids are case-exact: any other text of the same UUID names nothing.
fn link_id(text: &str) -> Result<LinkId, OpError> {
    text.parse::<LinkId>()
        .ok()
        .filter(|id| id.to_string() == text)
        .ok_or_else(|| ScimError::not_found(format!("User {}", shortened(text))).into())
}
