//! What a connection in shadow would do: counted, and person by person with before and after.

use std::{collections::HashMap, sync::Arc};

use scim_schema::{
    api::{
        connections::ConnectionMode,
        rehearsals::ChangedAttribute,
        shadow::{ShadowGroup, ShadowOutcome, ShadowPage, ShadowPerson, ShadowSummary, ShadowUser},
    },
    id::{AccountId, ConnectionId},
    resource::Document,
    schema::ResourceKind,
};
use serde_json::Value;
use uuid::Uuid;

use super::MOST_OBJECTS;
use crate::{
    ctx::Ctx,
    db::{AuditEntry, Db, DbError, Met, Profile, ShadowObject, Written},
    ops::{OpError, users::profile_of},
};

/// Users or groups of a page.
const PAGE: u64 = 50;
/// Groups that a user is shown with.
const GROUPS_SHOWN: usize = 5;

/// The shadow of a connection in numbers.
///
/// # Errors
/// [`OpError::NotFound`], and those of the database.
pub async fn summary(
    db: &Db,
    account: AccountId,
    id: ConnectionId,
) -> Result<ShadowSummary, OpError> {
    let scope = db.account(account);
    let mode = mode_of(db, account, id).await?;
    let view = scope.shadow(id).await?;
    let (inactive, refused) = view.inactive_and_refused().await?;
    let summary = ShadowSummary {
        mode,
        users: view.count(ResourceKind::User).await?,
        inactive,
        met: view.met_count().await?,
        groups: view.count(ResourceKind::Group).await?,
        members: view.member_count().await?,
        refused,
        limit: MOST_OBJECTS,
        run: scope.shadow_run(id).await?,
    };
    view.close().await?;
    Ok(summary)
}

/// A throw-away connection is there for nobody.
async fn mode_of(db: &Db, account: AccountId, id: ConnectionId) -> Result<ConnectionMode, OpError> {
    let info = db.account(account).connection_info(id).await?;
    info.map(|info| info.mode)
        .filter(|mode| *mode != ConnectionMode::ThrowAway)
        .ok_or(OpError::NotFound)
}

/// A page of users after `after`, each with what would become of it. That somebody looked is
/// audited with the first page: it shows people's data.
///
/// # Errors
/// [`OpError::NotFound`], and those of the database.
pub async fn users(
    db: &Db,
    ctx: &Arc<Ctx>,
    id: ConnectionId,
    after: Option<Uuid>,
) -> Result<ShadowPage<ShadowUser>, OpError> {
    mode_of(db, ctx.account, id).await?;
    if after.is_none() {
        note_look(db, ctx, id).await?;
    }
    let view = db.account(ctx.account).shadow(id).await?;
    let objects = view
        .objects(ResourceKind::User, None, after, PAGE + 1)
        .await?;
    let (objects, next) = cut(objects);
    let ids: Vec<Uuid> = objects.iter().map(|object| object.id).collect();
    let mut met = view.met(&ids).await?;
    let mut groups: HashMap<Uuid, Vec<String>> = HashMap::new();
    for membership in view.groups(&ids).await? {
        let shown = groups.entry(membership.id).or_default();
        if shown.len() < GROUPS_SHOWN {
            shown.push(membership.label);
        }
    }
    view.close().await?;
    let items = objects.into_iter().map(|object| {
        let groups = groups.remove(&object.id).unwrap_or_default();
        let met = met.remove(&object.id);
        shown(object, met, groups)
    });
    Ok(ShadowPage {
        items: items.collect::<Result<_, _>>()?,
        next,
    })
}

async fn note_look(db: &Db, ctx: &Arc<Ctx>, id: ConnectionId) -> Result<(), OpError> {
    db.write(ctx, move |_| {
        Box::pin(async move {
            let details = serde_json::json!({});
            let entry = AuditEntry::done("connection.read_shadow", "connection", id, details);
            Ok(Written::audited((), entry))
        })
    })
    .await
}

/// A page of groups after `after`.
///
/// # Errors
/// [`OpError::NotFound`], and those of the database.
pub async fn groups(
    db: &Db,
    account: AccountId,
    id: ConnectionId,
    after: Option<Uuid>,
) -> Result<ShadowPage<ShadowGroup>, OpError> {
    mode_of(db, account, id).await?;
    let view = db.account(account).shadow(id).await?;
    let objects = view
        .objects(ResourceKind::Group, None, after, PAGE + 1)
        .await?;
    let (objects, next) = cut(objects);
    let ids: Vec<Uuid> = objects.iter().map(|object| object.id).collect();
    let sizes = view.sizes(ResourceKind::Group, &ids).await?;
    view.close().await?;
    let items = objects.into_iter().map(|object| ShadowGroup {
        members: sizes.get(&object.id).copied().unwrap_or(0),
        id: object.id,
        name: object.label,
    });
    Ok(ShadowPage {
        items: items.collect(),
        next,
    })
}

/// The objects of one page, and the last id when there are more.
fn cut(mut objects: Vec<ShadowObject>) -> (Vec<ShadowObject>, Option<Uuid>) {
    let size = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let more = objects.len() > size;
    objects.truncate(size);
    let next = objects.last().filter(|_| more).map(|object| object.id);
    (objects, next)
}

fn shown(
    object: ShadowObject,
    met: Option<Met>,
    groups: Vec<String>,
) -> Result<ShadowUser, OpError> {
    let document = Document::from_json_text(&object.document)
        .map_err(|error| DbError::Corrupt(format!("shadow_objects.document: {error}")))?;
    let after = profile_of(&document);
    let changes = differing(met.as_ref().map(|met| &met.profile), &after);
    Ok(ShadowUser {
        id: object.id,
        name: object.label,
        user_name: after.user_name,
        active: object.active.unwrap_or(true),
        outcome: match met {
            None => ShadowOutcome::Create,
            Some(_) => ShadowOutcome::Conflict,
        },
        person: met.map(|met| ShadowPerson {
            id: met.user,
            name: met.profile.name(),
            connection: met.connection,
        }),
        changes,
        groups,
        refused: object.refused.is_some(),
    })
}

/// What would be another value than now.
fn differing(before: Option<&Profile>, after: &Profile) -> Vec<ChangedAttribute> {
    let sides = |read: fn(&Profile) -> Option<&str>| (before.and_then(read), read(after));
    let values = [
        ("userName", sides(|one| Some(&one.user_name))),
        ("emails", sides(|one| one.email.as_deref())),
        ("name.givenName", sides(|one| one.given_name.as_deref())),
        ("name.familyName", sides(|one| one.family_name.as_deref())),
        ("displayName", sides(|one| one.display_name.as_deref())),
        ("locale", sides(|one| one.locale.as_deref())),
        ("timezone", sides(|one| one.time_zone.as_deref())),
    ];
    let text = |value: Option<&str>| value.map(Value::from);
    values
        .into_iter()
        .filter(|(_, (before, after))| before != after)
        .map(|(path, (before, after))| ChangedAttribute {
            path: path.to_owned(),
            before: text(before),
            after: text(after),
        })
        .collect()
}
