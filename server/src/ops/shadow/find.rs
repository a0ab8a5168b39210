//! Reads of a shadow. What a filter means is the evaluator's to say, so every object is looked at,
//! some at a time; an index narrows down the look-ups that synchronisations are made of.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use scim_schema::{
    attr::AttrId,
    filter::{CompareOp, Effort, TypedFilter, TypedValue, matches},
    id::{GroupId, LinkId},
    resource::ScimError,
    schema::ResourceKind,
};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{
    groups::as_group,
    order::{Hit, Order, key_of},
    page::Cut,
    users::{as_user, group_of_user},
};
use crate::{
    db::{
        AccountScope, DbError, Extent, ListQuery, Members, Narrow, Paging, Place, READ_AT_ONCE,
        Resource, ScimGroup, ScimUser, SearchQuery, ShadowMember, ShadowObject, ShadowView, Walked,
        Window,
    },
    ops::{
        OpError,
        provisioner::Provisioner,
        resources::{whole_group, whole_user},
    },
};

/// Objects that are looked at together.
const CHUNK: u64 = 100;
/// Longest time that one search may take, as one that the database answers.
const LONGEST: Duration = Duration::from_secs(10);
/// Members, or groups, that the resources of a page have together; one resource alone may have more.
const MOST_VALUES: u64 = 20_000;

/// One user of the shadow.
///
/// # Errors
/// Those of the database.
pub(in crate::ops) async fn get_user(
    scope: AccountScope<'_>,
    by: &Provisioner,
    id: LinkId,
    groups: Members,
) -> Result<Option<ScimUser>, OpError> {
    let found = get(scope, by, ResourceKind::User, id.0, groups).await?;
    Ok(found.and_then(into_user))
}

/// One group of the shadow.
///
/// # Errors
/// Those of the database.
pub(in crate::ops) async fn get_group(
    scope: AccountScope<'_>,
    by: &Provisioner,
    id: GroupId,
    members: Members,
) -> Result<Option<ScimGroup>, OpError> {
    let found = get(scope, by, ResourceKind::Group, id.0, members).await?;
    Ok(found.and_then(into_group))
}

async fn get(
    scope: AccountScope<'_>,
    by: &Provisioner,
    kind: ResourceKind,
    id: Uuid,
    members: Members,
) -> Result<Option<Resource>, OpError> {
    let view = scope.shadow(by.id).await?;
    let found = view.objects(kind, Some(&Narrow::Id(id)), None, 1).await?;
    let with = wanted(kind, members);
    let mut found = with_members(&view, found, with, Extent::Shown).await?;
    view.close().await?;
    Ok(found.pop())
}

/// A page of users by index, and how many there are.
///
/// # Errors
/// [`DbError::TooSlow`], and those of the database.
pub(in crate::ops) async fn list_users(
    scope: AccountScope<'_>,
    by: &Provisioner,
    query: &ListQuery,
) -> Result<(Vec<ScimUser>, u64), OpError> {
    let page = one_kind(scope, by, ResourceKind::User, query, Paging::Index(None)).await?;
    Ok((of(page.items, into_user), page.total))
}

/// A page of groups by index, and how many there are.
///
/// # Errors
/// As [`list_users`].
pub(in crate::ops) async fn list_groups(
    scope: AccountScope<'_>,
    by: &Provisioner,
    query: &ListQuery,
) -> Result<(Vec<ScimGroup>, u64), OpError> {
    let page = one_kind(scope, by, ResourceKind::Group, query, Paging::Index(None)).await?;
    Ok((of(page.items, into_group), page.total))
}

/// Users from a place on.
///
/// # Errors
/// As [`list_users`].
pub(in crate::ops) async fn walk_users(
    scope: AccountScope<'_>,
    by: &Provisioner,
    query: &ListQuery,
    from: Option<&Place>,
) -> Result<Walked<ScimUser>, OpError> {
    let page = one_kind(scope, by, ResourceKind::User, query, Paging::Cursor(from)).await?;
    Ok(page.map(|items| of(items, into_user)))
}

/// Groups from a place on.
///
/// # Errors
/// As [`list_users`].
pub(in crate::ops) async fn walk_groups(
    scope: AccountScope<'_>,
    by: &Provisioner,
    query: &ListQuery,
    from: Option<&Place>,
) -> Result<Walked<ScimGroup>, OpError> {
    let page = one_kind(scope, by, ResourceKind::Group, query, Paging::Cursor(from)).await?;
    Ok(page.map(|items| of(items, into_group)))
}

/// A page of users and groups at once.
///
/// # Errors
/// As [`list_users`].
pub(in crate::ops) async fn search(
    scope: AccountScope<'_>,
    by: &Provisioner,
    query: &SearchQuery,
    paging: Paging<'_>,
) -> Result<Walked<Resource>, OpError> {
    let parts = [
        (ResourceKind::User, &query.users),
        (ResourceKind::Group, &query.groups),
    ];
    page_of(scope, by, &parts, query.users.window, paging).await
}

async fn one_kind(
    scope: AccountScope<'_>,
    by: &Provisioner,
    kind: ResourceKind,
    query: &ListQuery,
    paging: Paging<'_>,
) -> Result<Walked<Resource>, OpError> {
    page_of(scope, by, &[(kind, query)], query.window, paging).await
}

async fn page_of(
    scope: AccountScope<'_>,
    by: &Provisioner,
    parts: &[(ResourceKind, &ListQuery)],
    window: Window,
    paging: Paging<'_>,
) -> Result<Walked<Resource>, OpError> {
    // What is found is read by id, whatever it weighs.
    let window = Window {
        limit: window.limit.min(READ_AT_ONCE),
        ..window
    };
    let view = scope.shadow(by.id).await?;
    let (mut hits, mut effort) = (Vec::new(), Effort::default());
    for (kind, query) in parts {
        hits.append(&mut find(&view, by, *kind, query, &mut effort).await?);
    }
    let order = Order {
        keyed: parts
            .iter()
            .any(|(kind, query)| query.sorted_by(*kind).is_some()),
        descending: parts
            .iter()
            .any(|(_, query)| query.sort.is_some_and(|sort| sort.descending)),
    };
    order.sort(&mut hits);
    let cut = Cut::of(&hits, order, window, paging);
    let mut wanted = [Wanted::Nothing; 2];
    for (slot, (kind, query)) in wanted.iter_mut().zip(parts) {
        *slot = self::wanted(*kind, query.members);
    }
    let page = cut.page(&hits);
    let (items, taken) = load(&view, page, cut.backward, &wanted).await?;
    view.close().await?;
    let walked = matches!(paging, Paging::Cursor(_));
    let (previous, next) = if walked {
        cut.around(&hits, taken)
    } else {
        (None, None)
    };
    Ok(Walked {
        items,
        total: hits.len() as u64,
        previous,
        next,
    })
}

/// The matches of a list, in no order.
async fn find(
    view: &ShadowView,
    by: &Provisioner,
    kind: ResourceKind,
    query: &ListQuery,
    effort: &mut Effort,
) -> Result<Vec<Hit>, OpError> {
    let began = Instant::now();
    let narrow = query.filter.as_ref().and_then(narrowing);
    let mentions = query
        .filter
        .as_ref()
        .is_some_and(|filter| mentions(filter, members_of(kind)));
    let with = if mentions {
        wanted(kind, Members::Named)
    } else {
        Wanted::Nothing
    };
    if query.filter.is_none() && query.sorted_by(kind).is_none() {
        let ids = view.ids(kind).await?.into_iter();
        return Ok(ids.map(|id| Hit { key: None, id }).collect());
    }
    let (mut hits, mut after) = (Vec::new(), None);
    loop {
        let chunk = view.objects(kind, narrow.as_ref(), after, CHUNK).await?;
        let Some(last) = chunk.last().map(|object| object.id) else {
            return Ok(hits);
        };
        let is_last = (chunk.len() as u64) < CHUNK;
        for resource in with_members(view, chunk, with, Extent::Whole).await? {
            hits.extend(hit(by, kind, query, &resource, effort)?);
            if began.elapsed() > LONGEST {
                return Err(DbError::TooSlow.into());
            }
            // An object may be large: whoever waits for this thread has a turn between two.
            tokio::task::yield_now().await;
        }
        if is_last {
            return Ok(hits);
        }
        after = Some(last);
    }
}

/// A resource as a match, if it is one.
fn hit(
    by: &Provisioner,
    kind: ResourceKind,
    query: &ListQuery,
    resource: &Resource,
    effort: &mut Effort,
) -> Result<Option<Hit>, OpError> {
    let id = id_of(resource);
    let key = query.sorted_by(kind).zip(query.sort);
    let rt = by.dialect.resource_type(kind);
    let whole: Map<String, Value> = match resource {
        Resource::User(user) => whole_user(user, by, true)?,
        Resource::Group(group) => whole_group(group, &by.base_url)?,
    };
    if let Some(filter) = &query.filter
        && !matches(rt, filter, &whole, effort).map_err(ScimError::from)?
    {
        return Ok(None);
    }
    let key = key.and_then(|(of, sort)| key_of(rt, of, sort.by, &whole));
    Ok(Some(Hit { key, id }))
}

/// What an index can answer of a filter: more than it may match, but never less.
fn narrowing(filter: &TypedFilter) -> Option<Narrow> {
    match filter {
        TypedFilter::And(parts) => parts.iter().find_map(narrowing),
        TypedFilter::Compare {
            attr,
            op: CompareOp::Eq,
            value: TypedValue::String(text),
        } => match attr.id {
            AttrId::Id => Uuid::parse_str(text).ok().map(Narrow::Id),
            AttrId::UserName | AttrId::GroupDisplayName => Some(Narrow::Name(text.clone())),
            AttrId::ExternalId => Some(Narrow::ExternalId(text.clone())),
            _ => None,
        },
        _ => None,
    }
}

/// The attribute that comes from memberships.
const fn members_of(kind: ResourceKind) -> AttrId {
    match kind {
        ResourceKind::User => AttrId::Groups,
        ResourceKind::Group => AttrId::GroupMembers,
    }
}

fn mentions(filter: &TypedFilter, top: AttrId) -> bool {
    let names = |attr: &scim_schema::filter::AttrRef| attr.id == top || attr.parent == Some(top);
    match filter {
        TypedFilter::And(parts) | TypedFilter::Or(parts) => {
            parts.iter().any(|part| mentions(part, top))
        }
        TypedFilter::Not(inner) => mentions(inner, top),
        TypedFilter::Present(attr) | TypedFilter::Compare { attr, .. } => names(attr),
        TypedFilter::Element { attr, filter } => names(attr) || mentions(filter, top),
    }
}

/// Which memberships are read along with objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    Nothing,
    Of(ResourceKind),
}

fn wanted(kind: ResourceKind, members: Members) -> Wanted {
    match members {
        Members::None => Wanted::Nothing,
        Members::Ids | Members::Named => Wanted::Of(kind),
    }
}

/// The resources of a page in order, as many as do not hold too much together, and how many that
/// is. A page that ends at its place is filled from there.
async fn load(
    view: &ShadowView,
    page: &[Hit],
    backward: bool,
    wanted: &[Wanted],
) -> Result<(Vec<Resource>, usize), OpError> {
    let mut ids: Vec<Uuid> = page.iter().map(|hit| hit.id).collect();
    if ids.is_empty() {
        return Ok((Vec::new(), 0));
    }
    if backward {
        ids.reverse();
    }
    let mut sizes = HashMap::new();
    for with in wanted {
        if let Wanted::Of(kind) = with {
            sizes.extend(view.sizes(*kind, &ids).await?);
        }
    }
    let mut held = 0_u64;
    let fitting = ids.iter().take_while(|id| {
        let first = held == 0;
        held += sizes.get(id).copied().unwrap_or(0);
        first || held <= MOST_VALUES
    });
    let taken = fitting.count();
    ids.truncate(taken);
    if backward {
        ids.reverse();
    }
    let mut objects = view.by_id(&ids).await?;
    let (mut found, mut rest) = (HashMap::new(), Vec::new());
    for with in wanted {
        let Wanted::Of(kind) = *with else { continue };
        let of_kind: Vec<ShadowObject> = ids
            .iter()
            .filter(|id| objects.get(*id).is_some_and(|object| object.kind == kind))
            .copied()
            .collect::<Vec<_>>()
            .into_iter()
            .filter_map(|id| objects.remove(&id))
            .collect();
        rest.append(&mut with_members(view, of_kind, *with, Extent::Shown).await?);
    }
    let plain = objects.into_values().collect();
    rest.append(&mut with_members(view, plain, Wanted::Nothing, Extent::Shown).await?);
    found.extend(
        rest.into_iter()
            .map(|resource| (id_of(&resource), resource)),
    );
    let items = ids.iter().filter_map(|id| found.remove(id)).collect();
    Ok((items, taken))
}

/// Objects as resources, with the memberships that are wanted.
async fn with_members(
    view: &ShadowView,
    objects: Vec<ShadowObject>,
    with: Wanted,
    extent: Extent,
) -> Result<Vec<Resource>, OpError> {
    let ids: Vec<Uuid> = objects.iter().map(|object| object.id).collect();
    let mut memberships: HashMap<Uuid, Vec<ShadowMember>> = HashMap::new();
    let rows = match with {
        Wanted::Nothing => Vec::new(),
        _ if ids.is_empty() => Vec::new(),
        Wanted::Of(ResourceKind::User) => view.groups(&ids, extent).await?,
        Wanted::Of(ResourceKind::Group) => view.members(&ids).await?,
    };
    for row in rows {
        let of = if with == Wanted::Of(ResourceKind::User) {
            row.id
        } else {
            row.group
        };
        memberships.entry(of).or_default().push(row);
    }
    let resources = objects.into_iter().map(|object| {
        let own = memberships.remove(&object.id).unwrap_or_default();
        Ok(match object.kind {
            ResourceKind::User => {
                let groups = own.into_iter().map(group_of_user).collect();
                Resource::User(Box::new(as_user(object, groups)?))
            }
            ResourceKind::Group => Resource::Group(Box::new(as_group(object, own))),
        })
    });
    resources.collect()
}

const fn id_of(resource: &Resource) -> Uuid {
    match resource {
        Resource::User(user) => user.scim_id.0,
        Resource::Group(group) => group.id.0,
    }
}

fn of<T>(resources: Vec<Resource>, pick: impl Fn(Resource) -> Option<T>) -> Vec<T> {
    resources.into_iter().filter_map(pick).collect()
}

fn into_user(resource: Resource) -> Option<ScimUser> {
    match resource {
        Resource::User(user) => Some(*user),
        Resource::Group(_) => None,
    }
}

fn into_group(resource: Resource) -> Option<ScimGroup> {
    match resource {
        Resource::Group(group) => Some(*group),
        Resource::User(_) => None,
    }
}
