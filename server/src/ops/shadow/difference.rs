//! What a connection in shadow would do: counted, and person by person with before and after.

use std::{collections::HashMap, sync::Arc};

use scim_schema::{
    api::{
        connections::ConnectionMode,
        rehearsals::ChangedAttribute,
        shadow::{
            GoLiveFailure, LeftBehind, ShadowGroup, ShadowOutcome, ShadowPage, ShadowPerson,
            ShadowSummary, ShadowUser,
        },
    },
    id::{AccountId, ConnectionId, UserId},
    resource::Document,
    schema::ResourceKind,
};
use serde_json::Value;
use uuid::Uuid;

use super::{MOST_OBJECTS, going_live::failure};
use crate::{
    ctx::Ctx,
    db::{
        AuditEntry, ConnectionInfo, Db, Extent, Met, Named, Namesake, Profile, ShadowObject,
        Written,
    },
    ops::{
        OpError,
        provisioner::Provisioner,
        users::{
            arrival::{Arrival, judge, named},
            profile_of,
        },
    },
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
    let mode = connection(db, account, id).await?.mode;
    let failure = match mode {
        ConnectionMode::GoingLive => failure(db, account, id).await?,
        _ => None,
    };
    let run = scope.shadow_run(id).await?;
    // From here on it has a connection, and asks for no other while it has.
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
        changed_at: view.changed_at().await?,
        limit: MOST_OBJECTS,
        run,
        failure: failure.map(|failed| GoLiveFailure {
            reason: failed.reason,
            next_try_at: failed.next_try_at,
        }),
    };
    view.close().await?;
    Ok(summary)
}

/// A throw-away connection is there for nobody.
async fn connection(
    db: &Db,
    account: AccountId,
    id: ConnectionId,
) -> Result<ConnectionInfo, OpError> {
    let info = db.account(account).connection_info(id).await?;
    info.filter(|info| info.mode != ConnectionMode::ThrowAway)
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
    let by = Provisioner::from(connection(db, ctx.account, id).await?);
    if after.is_none() {
        note_look(db, ctx, id).await?;
    }
    let view = db.account(ctx.account).shadow(id).await?;
    let objects = view
        .objects(ResourceKind::User, None, after, PAGE + 1)
        .await?;
    let (objects, next) = cut(objects);
    let ids: Vec<Uuid> = objects.iter().map(|object| object.id).collect();
    let documents: Vec<Option<Document>> = objects.iter().map(document_of).collect();
    let nothing = Document::default();
    let named: Vec<Named<'_>> = documents
        .iter()
        .map(|one| named(&by, one.as_ref().unwrap_or(&nothing)))
        .collect();
    let meeting = view.meeting(&named).await?;
    let mut groups: HashMap<Uuid, Vec<String>> = HashMap::new();
    for membership in view.groups(&ids, Extent::Shown).await? {
        let shown = groups.entry(membership.id).or_default();
        if shown.len() < GROUPS_SHOWN {
            shown.push(membership.label);
        }
    }
    view.close().await?;
    let verified = db.account(ctx.account).domains().await?;
    let verified: Vec<String> = verified.into_iter().map(|one| one.domain).collect();
    let arrivals = named.iter().zip(&meeting.namesakes);
    let arrivals = arrivals.map(|(named, here)| outcome(&judge(&by, named, here, &verified), here));
    let items = objects.into_iter().zip(&documents).zip(arrivals);
    let items = items.map(|((object, document), (outcome, person))| {
        let groups = groups.remove(&object.id).unwrap_or_default();
        let Some(document) = document else {
            return unreadable(object, groups);
        };
        let met = person.and_then(|id| Some((id, meeting.people.get(&id)?)));
        shown(object, document, (outcome, met), groups)
    });
    Ok(ShadowPage {
        items: items.collect(),
        next,
    })
}

/// What was sent; `None` when what is stored of it cannot be read.
fn document_of(object: &ShadowObject) -> Option<Document> {
    Document::from_json_text(&object.document).ok()
}

/// A user of whom only the name to show is known.
fn unreadable(object: ShadowObject, groups: Vec<String>) -> ShadowUser {
    ShadowUser {
        id: object.id,
        name: object.label,
        user_name: String::new(),
        active: object.active.unwrap_or(true),
        outcome: ShadowOutcome::Unreadable,
        person: None,
        changes: Vec::new(),
        groups,
        refused: object.refused.as_deref().map(LeftBehind::parse),
    }
}

/// What going live would come to, and the person of whom that is true.
fn outcome(arrival: &Arrival, here: &[Namesake]) -> (ShadowOutcome, Option<UserId>) {
    match arrival {
        Arrival::New | Arrival::Shares(_) => (ShadowOutcome::Create, None),
        Arrival::Adopt(user) => (ShadowOutcome::Adopt, Some(*user)),
        Arrival::TakeUp(link) => {
            let has_it = |one: &&Namesake| one.link.is_some_and(|theirs| theirs.scim_id == *link);
            let person = here.iter().find(has_it);
            (ShadowOutcome::Adopt, person.map(|one| one.user))
        }
        Arrival::Refused(refusal) => {
            let in_the_way = refusal.candidates.first().copied();
            (ShadowOutcome::Conflict, in_the_way)
        }
    }
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
    connection(db, account, id).await?;
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
        refused: object.refused.as_deref().map(LeftBehind::parse),
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
    document: &Document,
    (outcome, met): (ShadowOutcome, Option<(UserId, &Met)>),
    groups: Vec<String>,
) -> ShadowUser {
    let after = profile_of(document);
    let changes = differing(met.map(|(_, met)| &met.profile), &after);
    ShadowUser {
        id: object.id,
        name: object.label,
        user_name: after.user_name,
        active: object.active.unwrap_or(true),
        outcome,
        person: met.map(|(id, met)| ShadowPerson {
            id,
            name: met.profile.name(),
            connection: met.connection.clone(),
        }),
        changes,
        groups,
        refused: object.refused.as_deref().map(LeftBehind::parse),
    }
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
