//! Lists over users and groups at once: GET on the base URL (RFC 7644 section 3.4.2.1) and
//! POST `/.search` (section 3.4.3).

use axum::{http::StatusCode, response::Response};
use scim_schema::{
    project::Projection,
    resource::{ListResponse, ScimError},
    schema::ResourceType,
};

use super::{
    answer::Answer,
    cursor::Cursors,
    exchange::Exchange,
    groups::members_of,
    query::Parameters,
    render::{Rendered, group_resource, user_resource},
    trace::Trace,
    users::groups_of,
    walks::WalkOf,
};
use crate::{
    db::{ListQuery, Paging, Resource, SearchQuery, Sort},
    ops::{OpError, provisioner::Provisioner},
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
    let [users, groups] = exchange.by.dialect.resource_types();
    let of_users = parameters.projection(users)?;
    let of_groups = parameters.projection(groups)?;
    let (by_user, by_group) = sort(parameters, users, groups)?;
    let (window, start) = parameters.window()?;
    let mut query = |rt, other, sort, members| -> Result<ListQuery, ScimError> {
        Ok(ListQuery {
            connection: exchange.by.id,
            base_url: exchange.by.base_url.clone(),
            user_type: exchange.by.user_type(),
            filter: parameters.filter_among(
                rt,
                &[other],
                &exchange.by.dialect,
                &mut trace.notes,
            )?,
            sort,
            window,
            members,
        })
    };
    let query = SearchQuery {
        users: query(users, groups, by_user, groups_of(users, &of_users))?,
        groups: query(groups, users, by_group, members_of(&of_groups))?,
    };
    let reads = exchange.reads();
    let (status, decision) = (StatusCode::OK, "Listed users and groups");
    if let Some(cursor) = parameters.cursor() {
        let cursors = Cursors::of(exchange, BOTH, parameters);
        let from = cursors.decode(cursor, |place| query.takes(place))?;
        let page = reads.search(&query, Paging::Cursor(from.as_ref())).await?;
        let resources = render(&page.items, &exchange.by, &of_users, &of_groups)?;
        let body = cursors.page(page.total, page.previous, page.next, resources);
        Ok(Answer::written(status, &body, decision)?.finding(page.total))
    } else {
        let walk = WalkOf::new(exchange, BOTH, parameters);
        let from = walk.at(start, |place| query.takes(place)).await;
        let page = reads.search(&query, Paging::Index(from.as_ref())).await?;
        walk.note(start, &page).await;
        let resources = render(&page.items, &exchange.by, &of_users, &of_groups)?;
        let body = ListResponse::by_index(page.total, start, resources);
        Ok(Answer::written(status, &body, decision)?.finding(page.total))
    }
}

fn render<'r>(
    found: &'r [Resource],
    by: &'r Provisioner,
    of_users: &Projection,
    of_groups: &Projection,
) -> Result<Vec<Rendered<'r>>, OpError> {
    let resources = found.iter().map(|resource| match resource {
        Resource::User(user) => user_resource(user, by, of_users),
        Resource::Group(group) => group_resource(group, &by.base_url, of_groups),
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
