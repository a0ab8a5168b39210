//! /Users: each operation translates, calls its verb and renders the answer.

use std::sync::Arc;

use axum::{http::StatusCode, response::Response};
use scim_schema::{
    attr::AttrId,
    id::LinkId,
    patch::{parse_patch, patched_password},
    project::Projection,
    resource::{ListResponse, ScimError},
    schema::{ResourceKind, ResourceType},
};

use super::{
    answer::{Answer, shortened},
    collision,
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
    db::{ListQuery, Members, Place, ScimUser},
    ops::{
        OpError,
        precondition::{EntityTag, Precondition},
        provisioner::Provisioner,
        users,
    },
};

/// What the connection knows of users.
fn user_type(by: &Provisioner) -> &ResourceType {
    by.dialect.resource_type(ResourceKind::User)
}

/// What of the groups of a user an answer shows.
pub(super) fn groups_of(users: &ResourceType, projection: &Projection) -> Members {
    if projection.wants(users, AttrId::Groups) {
        Members::Named
    } else {
        Members::None
    }
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
    let rt = user_type(&exchange.by);
    let projection = parameters.projection(rt)?;
    let (window, start) = parameters.window()?;
    let query = ListQuery {
        connection: exchange.by.id,
        base_url: exchange.by.base_url.clone(),
        user_type: exchange.by.user_type(),
        filter: parameters.filter(rt, &exchange.by.dialect, &mut trace.notes)?,
        sort: parameters.sort(rt)?,
        window,
        members: groups_of(rt, &projection),
    };
    let render = |found: &[ScimUser]| {
        let users = found.iter();
        let resources = users.map(|user| render::user_resource(user, &exchange.by, &projection));
        resources.collect::<Result<Vec<_>, _>>()
    };
    let reads = exchange.reads();
    let (status, decision) = (StatusCode::OK, "Listed users");
    let (found, total, answer) = if let Some(cursor) = parameters.cursor() {
        let cursors = Cursors::of(exchange, ResourceKind::User.name(), parameters);
        let from = cursors.decode(cursor, |place| query.takes(ResourceKind::User, place))?;
        let page = reads.walk_users(&query, from.as_ref()).await?;
        let resources = render(&page.items)?;
        let body = cursors.page(page.total, page.previous, page.next, resources);
        let answer = Answer::written(status, &body, decision)?;
        (page.items, page.total, answer)
    } else {
        let walk = WalkOf::new(exchange, ResourceKind::User.name(), parameters);
        let takes = |place: &Place| query.takes(ResourceKind::User, place);
        let page = reads
            .users(&query, walk.at(start, takes).await.as_ref())
            .await?;
        walk.note(start, &page).await;
        let body = ListResponse::by_index(page.total, start, render(&page.items)?);
        let answer = Answer::written(status, &body, decision)?;
        (page.items, page.total, answer)
    };
    let touched = found.iter().take(1).map(|user| user.user);
    let touched = if total == 1 {
        touched.collect()
    } else {
        Vec::new()
    };
    Ok(answer.finding(total).touching(touched))
}

/// GET /Users/{id} (RFC 7644 section 3.4.1).
pub(super) async fn get(id: Segment, exchange: Exchange) -> Response {
    let act = async |exchange: &Exchange, _: &mut Trace| get_user(exchange, &id).await;
    exchange.run(act).await
}

async fn get_user(exchange: &Exchange, id: &str) -> Result<Answer, OpError> {
    let projection = exchange.parameters()?.projection(user_type(&exchange.by))?;
    let user = exchange
        .reads()
        .user(
            link_id(id)?,
            projection.wants(user_type(&exchange.by), AttrId::Groups),
        )
        .await?
        .ok_or(OpError::NotFound)?;
    let tag = render::user_tag(&user, &exchange.by, &projection);
    if exchange.precondition().is_seen(tag) {
        let answer = Answer::empty(
            StatusCode::NOT_MODIFIED,
            "The client has this version already",
        );
        return Ok(answer.tagged(tag).touching(vec![user.user]));
    }
    let (projection, status) = (Some(&projection), StatusCode::OK);
    answer(&exchange.by, &user, projection, status, "Read the user")
}

/// POST /Users (RFC 7644 section 3.3).
pub(super) async fn create(exchange: Exchange) -> Response {
    let act = async |exchange: &Exchange, trace: &mut Trace| {
        create_user(
            &Desk::own(exchange),
            exchange.input(user_type(&exchange.by))?,
            trace,
        )
        .await
    };
    exchange.run(act).await
}

pub(super) async fn create_user(
    desk: &Desk<'_>,
    input: Input,
    trace: &mut Trace,
) -> Result<Answer, OpError> {
    let dialect = &desk.by.dialect;
    let incoming = read_new_resource(user_type(&desk.by), input.body, dialect, &mut trace.notes)?;
    let password = desk.password(incoming.password.as_deref()).await?;
    let incoming = Arc::new(incoming);
    let sent = Arc::clone(&incoming);
    let by = Arc::clone(&desk.by);
    let made = desk
        .write::<_, OpError, _>(move |tx| {
            let (by, incoming) = (Arc::clone(&by), Arc::clone(&incoming));
            let password = password.clone();
            Box::pin(async move { users::create(tx, &by, &incoming, password.as_ref()).await })
        })
        .await;
    let user = match made {
        Ok(user) => user,
        Err(error) => {
            trace.collided(&error, &sent);
            return Err(collision::noted(desk, error, &sent, None, trace).await);
        }
    };
    let projection = input.projection.as_ref();
    let location = render::user_location(&desk.by.base_url, user.scim_id);
    let status = StatusCode::CREATED;
    // Whoever is new begins at version 1.
    let decision = match user.version {
        1 => "Created the user",
        _ => "Took over the user, who was here already",
    };
    let answer = answer(&desk.by, &user, projection, status, decision)?;
    Ok(answer.located(location))
}

/// PUT /Users/{id} (RFC 7644 section 3.5.1).
pub(super) async fn replace(id: Segment, exchange: Exchange) -> Response {
    let act = async |exchange: &Exchange, trace: &mut Trace| {
        replace_user(
            &Desk::own(exchange),
            &id,
            exchange.input(user_type(&exchange.by))?,
            trace,
        )
        .await
    };
    exchange.run(act).await
}

pub(super) async fn replace_user(
    desk: &Desk<'_>,
    id: &str,
    input: Input,
    trace: &mut Trace,
) -> Result<Answer, OpError> {
    let id = link_id(id)?;
    let dialect = &desk.by.dialect;
    let incoming = read_resource(user_type(&desk.by), input.body, dialect, &mut trace.notes)?;
    let password = desk.password(incoming.password.as_deref()).await?;
    let incoming = Arc::new(incoming);
    let sent = Arc::clone(&incoming);
    let by = Arc::clone(&desk.by);
    let precondition = input.precondition;
    let replaced = desk
        .write::<_, OpError, _>(move |tx| {
            let (by, incoming) = (Arc::clone(&by), Arc::clone(&incoming));
            let (precondition, password) = (precondition.clone(), password.clone());
            Box::pin(async move {
                users::replace(tx, &by, id, &precondition, &incoming, password.as_ref()).await
            })
        })
        .await;
    let user = match replaced {
        Ok(user) => user,
        Err(error) => {
            trace.collided(&error, &sent);
            return Err(collision::noted(desk, error, &sent, Some(id), trace).await);
        }
    };
    let (projection, status) = (input.projection.as_ref(), StatusCode::OK);
    answer(&desk.by, &user, projection, status, "Replaced the user")
}

/// PATCH /Users/{id} (RFC 7644 section 3.5.2).
pub(super) async fn patch(id: Segment, exchange: Exchange) -> Response {
    let act = async |exchange: &Exchange, trace: &mut Trace| {
        patch_user(
            &Desk::own(exchange),
            &id,
            exchange.input(user_type(&exchange.by))?,
            trace,
        )
        .await
    };
    exchange.run(act).await
}

pub(super) async fn patch_user(
    desk: &Desk<'_>,
    id: &str,
    input: Input,
    trace: &mut Trace,
) -> Result<Answer, OpError> {
    let id = link_id(id)?;
    let dialect = &desk.by.dialect;
    let operations = Arc::new(parse_patch(
        user_type(&desk.by),
        input.body,
        dialect,
        &mut trace.notes,
    )?);
    let sent = patched_password(user_type(&desk.by), &operations, dialect);
    let password = desk.password(sent).await?;
    let by = Arc::clone(&desk.by);
    let precondition = input.precondition;
    let tried = Arc::clone(&operations);
    let patched = desk
        .write::<_, OpError, _>(move |tx| {
            let (by, operations) = (Arc::clone(&by), Arc::clone(&operations));
            let (precondition, password) = (precondition.clone(), password.clone());
            Box::pin(async move {
                users::patch(tx, &by, id, &precondition, &operations, password.as_ref()).await
            })
        })
        .await;
    let (user, more) = match patched {
        Ok(done) => done,
        Err(error) => return Err(collision::patch_noted(desk, error, id, tried, trace).await),
    };
    let names_attributes = input
        .projection
        .as_ref()
        .is_some_and(Projection::names_attributes);
    if dialect.user_patch_204 && !names_attributes {
        let answer = Answer::empty(StatusCode::NO_CONTENT, "Changed the user");
        return Ok(answer
            .tagged(EntityTag::of(user.version))
            .touching(vec![user.user])
            .noting(more));
    }
    let (projection, status) = (input.projection.as_ref(), StatusCode::OK);
    let answer = answer(&desk.by, &user, projection, status, "Changed the user")?;
    Ok(answer.noting(more))
}

/// DELETE /Users/{id} (RFC 7644 section 3.6).
pub(super) async fn delete(id: Segment, exchange: Exchange) -> Response {
    let act = async |exchange: &Exchange, _: &mut Trace| {
        delete_user(&Desk::own(exchange), &id, exchange.precondition()).await
    };
    exchange.run(act).await
}

pub(super) async fn delete_user(
    desk: &Desk<'_>,
    id: &str,
    precondition: Precondition,
) -> Result<Answer, OpError> {
    let id = link_id(id)?;
    let by = Arc::clone(&desk.by);
    let user = desk
        .write::<_, OpError, _>(move |tx| {
            let (by, precondition) = (Arc::clone(&by), precondition.clone());
            Box::pin(async move { users::delete(tx, &by, id, &precondition).await })
        })
        .await?;
    Ok(Answer::empty(StatusCode::NO_CONTENT, "Deleted the user").touching(vec![user]))
}

fn answer(
    by: &Provisioner,
    user: &ScimUser,
    projection: Option<&Projection>,
    status: StatusCode,
    decision: &'static str,
) -> Result<Answer, OpError> {
    let answer = match projection {
        None => Answer::empty(status, decision).tagged(EntityTag::of(user.version)),
        Some(projection) => {
            let resource = render::user_resource(user, by, projection)?;
            Answer::written(status, &resource, decision)?
                .tagged(render::user_tag(user, by, projection))
        }
    };
    Ok(answer.touching(vec![user.user]))
}

/// Ids are case-exact: any other text of the same UUID names nothing.
fn link_id(text: &str) -> Result<LinkId, OpError> {
    text.parse::<LinkId>()
        .ok()
        .filter(|id| id.to_string() == text)
        .ok_or_else(|| ScimError::not_found(format!("User {}", shortened(text))).into())
}
