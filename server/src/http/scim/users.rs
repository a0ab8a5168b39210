//! /Users: each operation translates, calls its verb and renders the answer.

use std::sync::Arc;

use axum::{
    extract::Path,
    http::StatusCode,
    response::Response,
};
use scim_schema::{
    attr::AttrId,
    dialect::Notes,
    id::LinkId,
    patch::parse_patch,
    project::Projection,
    resource::{Incoming, ListResponse, ScimError, parse_resource},
    schema::{ResourceKind, ResourceType, registry},
};
use serde_json::{Value, json};

use super::{answer::Answer, exchange::Exchange, render};
use crate::{
    db::{ListQuery, ScimUser},
    ops::{OpError, precondition::entity_tag, users},
};

fn user_type() -> &'static ResourceType {
    registry().resource_type(ResourceKind::User)
}

/// GET /Users (RFC 7644 section 3.4.2).
pub(super) async fn list(exchange: Exchange) -> Response {
    let mut notes = Notes::new();
    let outcome = list_users(&exchange, &mut notes).await;
    exchange.finish(outcome, notes)
}

async fn list_users(exchange: &Exchange, notes: &mut Notes) -> Result<Answer, OpError> {
    let rt = user_type();
    let parameters = exchange.parameters()?;
    let projection = parameters.projection(rt)?;
    let (window, start) = parameters.window()?;
    let query = ListQuery {
        connection: exchange.by.id,
        base_url: exchange.by.base_url.clone(),
        filter: parameters.filter(rt, &exchange.by.dialect, notes)?,
        sort: parameters.sort(rt)?,
        window,
        with_members: projection.wants(AttrId::Groups),
    };
    let (found, total) = exchange.scope().scim_users(&query).await?;
    let resources = found
        .iter()
        .map(|user| render::user_resource(user, &exchange.by.base_url, &projection))
        .collect::<Result<Vec<Value>, _>>()?;
    let touched = found.iter().take(1).map(|user| user.user);
    let touched = if total == 1 { touched.collect() } else { Vec::new() };
    let body = json!(ListResponse::by_index(total, start, resources));
    Ok(Answer::json(StatusCode::OK, &body, "Listed users").touching(touched))
}

/// GET /Users/{id} (RFC 7644 section 3.4.1).
pub(super) async fn get(id: Path<String>, exchange: Exchange) -> Response {
    let outcome = get_user(&exchange, &id).await;
    exchange.finish(outcome, Notes::new())
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
    if exchange.has_version(user.version) {
        let answer = Answer::empty(StatusCode::NOT_MODIFIED, "The client has this version already");
        return Ok(answer
            .tagged(entity_tag(user.version))
            .touching(vec![user.user]));
    }
    answer(exchange, &user, &projection, StatusCode::OK, "Read the user")
}

/// POST /Users (RFC 7644 section 3.3).
pub(super) async fn create(exchange: Exchange) -> Response {
    let mut notes = Notes::new();
    let outcome = create_user(&exchange, &mut notes).await;
    exchange.finish(outcome, notes)
}

async fn create_user(exchange: &Exchange, notes: &mut Notes) -> Result<Answer, OpError> {
    let projection = exchange.parameters()?.projection(user_type())?;
    let incoming = Arc::new(incoming(exchange, notes)?);
    let by = Arc::clone(&exchange.by);
    let user = exchange
        .state
        .db
        .write::<_, OpError, _>(&exchange.ctx, move |tx| {
            let (by, incoming) = (Arc::clone(&by), Arc::clone(&incoming));
            Box::pin(async move { users::create(tx, &by, &incoming).await })
        })
        .await?;
    let location = render::user_location(&exchange.by.base_url, user.scim_id);
    let answer = answer(
        exchange,
        &user,
        &projection,
        StatusCode::CREATED,
        "Created the user",
    )?;
    Ok(answer.located(location))
}

/// PUT /Users/{id} (RFC 7644 section 3.5.1).
pub(super) async fn replace(id: Path<String>, exchange: Exchange) -> Response {
    let mut notes = Notes::new();
    let outcome = replace_user(&exchange, &id, &mut notes).await;
    exchange.finish(outcome, notes)
}

async fn replace_user(
    exchange: &Exchange,
    id: &str,
    notes: &mut Notes,
) -> Result<Answer, OpError> {
    let projection = exchange.parameters()?.projection(user_type())?;
    let id = link_id(id)?;
    let incoming = Arc::new(incoming(exchange, notes)?);
    let by = Arc::clone(&exchange.by);
    let if_match = exchange.if_match();
    let user = exchange
        .state
        .db
        .write::<_, OpError, _>(&exchange.ctx, move |tx| {
            let (by, incoming) = (Arc::clone(&by), Arc::clone(&incoming));
            let if_match = if_match.clone();
            Box::pin(async move { users::replace(tx, &by, id, &if_match, &incoming).await })
        })
        .await?;
    changed(exchange, user, &projection, "Replaced the user").await
}

/// PATCH /Users/{id} (RFC 7644 section 3.5.2).
pub(super) async fn patch(id: Path<String>, exchange: Exchange) -> Response {
    let mut notes = Notes::new();
    let outcome = patch_user(&exchange, &id, &mut notes).await;
    exchange.finish(outcome, notes)
}

async fn patch_user(exchange: &Exchange, id: &str, notes: &mut Notes) -> Result<Answer, OpError> {
    let projection = exchange.parameters()?.projection(user_type())?;
    let id = link_id(id)?;
    let body = exchange.object()?;
    let operations = Arc::new(parse_patch(
        user_type(),
        body,
        &exchange.by.dialect,
        notes,
    )?);
    let by = Arc::clone(&exchange.by);
    let if_match = exchange.if_match();
    let (user, more) = exchange
        .state
        .db
        .write::<_, OpError, _>(&exchange.ctx, move |tx| {
            let (by, operations) = (Arc::clone(&by), Arc::clone(&operations));
            let if_match = if_match.clone();
            Box::pin(async move { users::patch(tx, &by, id, &if_match, &operations).await })
        })
        .await?;
    if exchange.by.dialect.user_patch_204 && !projection.names_attributes() {
        let answer = Answer::empty(StatusCode::NO_CONTENT, "Changed the user");
        return Ok(answer
            .tagged(entity_tag(user.version))
            .touching(vec![user.user])
            .noting(more));
    }
    let answer = changed(exchange, user, &projection, "Changed the user").await?;
    Ok(answer.noting(more))
}

/// DELETE /Users/{id} (RFC 7644 section 3.6).
pub(super) async fn delete(id: Path<String>, exchange: Exchange) -> Response {
    let outcome = delete_user(&exchange, &id).await;
    exchange.finish(outcome, Notes::new())
}

async fn delete_user(exchange: &Exchange, id: &str) -> Result<Answer, OpError> {
    let id = link_id(id)?;
    let by = Arc::clone(&exchange.by);
    let if_match = exchange.if_match();
    let user = exchange
        .state
        .db
        .write::<_, OpError, _>(&exchange.ctx, move |tx| {
            let (by, if_match) = (Arc::clone(&by), if_match.clone());
            Box::pin(async move { users::delete(tx, &by, id, &if_match).await })
        })
        .await?;
    Ok(Answer::empty(StatusCode::NO_CONTENT, "Deleted the user").touching(vec![user]))
}

/// The answer to a change; groups are read only when the client gets them.
async fn changed(
    exchange: &Exchange,
    mut user: ScimUser,
    projection: &Projection,
    decision: &'static str,
) -> Result<Answer, OpError> {
    if projection.wants(AttrId::Groups)
        && let Some(read) = exchange
            .scope()
            .scim_user(exchange.by.id, user.scim_id, true)
            .await?
    {
        user.groups = read.groups;
    }
    answer(exchange, &user, projection, StatusCode::OK, decision)
}

fn answer(
    exchange: &Exchange,
    user: &ScimUser,
    projection: &Projection,
    status: StatusCode,
    decision: &'static str,
) -> Result<Answer, OpError> {
    let resource = render::user_resource(user, &exchange.by.base_url, projection)?;
    Ok(Answer::json(status, &resource, decision)
        .tagged(entity_tag(user.version))
        .touching(vec![user.user]))
}

fn incoming(exchange: &Exchange, notes: &mut Notes) -> Result<Incoming, OpError> {
    let body = exchange.object()?;
    Ok(parse_resource(
        user_type(),
        body,
        &exchange.by.dialect,
        notes,
    )?)
}

/// Ids are case-exact: any other text of the same UUID names nothing.
fn link_id(text: &str) -> Result<LinkId, OpError> {
    text.parse::<LinkId>()
        .ok()
        .filter(|id| id.to_string() == text)
        .ok_or_else(|| ScimError::not_found(format!("User {text}")).into())
}
