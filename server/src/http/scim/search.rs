//! Lists over users and groups at once: GET on the base URL (RFC 7644 section 3.4.2.1) and
//! POST `/.search` (section 3.4.3).

use axum::{http::StatusCode, response::Response};
use scim_schema::{
    attr::AttrId,
    project::Projection,
    resource::{ListResponse, ScimError},
    schema::{ResourceKind, ResourceType, registry},
};

use super::{
    answer::Answer,
    cursor::Cursors,
    exchange::Exchange,
    query::Parameters,
    render::{Rendered, group_resource, user_resource},
    trace::Trace,
};
use crate::{
    db::{ListQuery, Paging, Resource, SearchQuery, Sort},
    ops::OpError,
};

/// What binds a cursor of these lists.
const BOTH: &str = "User and Group";

/// GET on the base URL.
pub(super) async fn list(exchange: Exchange) -> Response {
    let act = async |exchange: &Exchange, trace: &mut Trace| {
        find(exchange, &exchange.parameters()?, trace).await
    };
    exchange.run(act).await
}

/// POST `/.search`.
pub(super) async fn search(exchange: Exchange) -> Response {
    let act = async |exchange: &Exchange, trace: &mut Trace| {
        find(exchange, &exchange.search_parameters()?, trace).await
    };
    exchange.run(act).await
}

async fn find(
    exchange: &Exchange,
    parameters: &Parameters,
    trace: &mut Trace,
) -> Result<Answer, OpError> {
    let rt = |kind| registry().resource_type(kind);
    let (users, groups) = (rt(ResourceKind::User), rt(ResourceKind::Group));
    let of_users = parameters.projection(users)?;
    let of_groups = parameters.projection(groups)?;
    let (by_user, by_group) = sort(parameters, users, groups)?;
    let (window, start) = parameters.window()?;
    let mut query = |rt, other, sort, with_members| -> Result<ListQuery, ScimError> {
        Ok(ListQuery {
            connection: exchange.by.id,
            base_url: exchange.by.base_url.clone(),
            filter: parameters.filter_among(
                rt,
                &[other],
                &exchange.by.dialect,
                &mut trace.notes,
            )?,
            sort,
            window,
            with_members,
        })
    };
    let query = SearchQuery {
        users: query(users, groups, by_user, of_users.wants(AttrId::Groups))?,
        groups: query(
            groups,
            users,
            by_group,
            of_groups.wants(AttrId::GroupMembers),
        )?,
    };
    let base_url = &exchange.by.base_url;
    let scope = exchange.scope();
    let (status, decision) = (StatusCode::OK, "Listed users and groups");
    if let Some(cursor) = parameters.cursor() {
        let cursors = Cursors::of(exchange, BOTH, parameters);
        let from = cursors.decode(cursor, |place| query.takes(place))?;
        let page = scope.search(&query, Paging::Cursor(from.as_ref())).await?;
        let resources = render(&page.items, base_url, &of_users, &of_groups)?;
        let body = cursors.page(page.total, page.previous, page.next, resources);
        Answer::written(status, &body, decision)
    } else {
        let page = scope.search(&query, Paging::Index).await?;
        let resources = render(&page.items, base_url, &of_users, &of_groups)?;
        let body = ListResponse::by_index(page.total, start, resources);
        Answer::written(status, &body, decision)
    }
}

fn render<'r>(
    found: &'r [Resource],
    base_url: &'r str,
    of_users: &Projection,
    of_groups: &Projection,
) -> Result<Vec<Rendered<'r>>, OpError> {
    let resources = found.iter().map(|resource| match resource {
        Resource::User(user) => user_resource(user, base_url, of_users),
        Resource::Group(group) => group_resource(group, base_url, of_groups),
    });
    resources.collect()
}

/// The sort key as each type understands it; a type without the attribute has no value for it.
fn sort(
    parameters: &Parameters,
    users: &ResourceType,
    groups: &ResourceType,
) -> Result<(Option<Sort>, Option<Sort>), ScimError> {
    match (parameters.sort(users), parameters.sort(groups)) {
        (Err(error), Err(_)) => Err(error),
        (by_user, by_group) => Ok((by_user.ok().flatten(), by_group.ok().flatten())),
    }
}
