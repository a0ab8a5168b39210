//! Organisations: creating, renaming, moving, archiving (features.md A5, A35).

use std::{collections::HashMap, sync::Arc};

use scim_schema::{
    api::{
        events::ChangeKind,
        organisations::{ChangeOrganisation, CreateOrganisation, OrganisationView},
    },
    id::OrganisationId,
    organisation::{Misplaced, Node, ORGANISATIONS_MAX, Tree, check_name, offered},
    permission::{Permission, Reach, Standing},
};
use serde_json::{Value, json};

use super::{OpError, precondition::Precondition, sessions::Identity, time_zone};
use crate::{
    ctx::Ctx,
    db::{AccountTx, AuditEntry, Change, Db, Organisation, OrganisationUpdate, Written},
};

const NAME: &str = "name";
const PARENT: &str = "parent";
const TIME_ZONE: &str = "time_zone";
/// Organisations that are named when they are in the way.
const NAMED: usize = 3;

/// The organisations that somebody sees within `reach`, in the order of their tree.
///
/// # Errors
/// Those of the database.
pub async fn list(
    db: &Db,
    ctx: &Ctx,
    reach: &Reach,
    by: Standing<'_>,
) -> Result<Vec<OrganisationView>, OpError> {
    let found = db.account(ctx.account).organisations(reach).await?;
    let nodes: Vec<Node> = found.iter().map(|(one, _)| one.node()).collect();
    let by_id: HashMap<_, _> = found.iter().map(|found| (found.0.id, found)).collect();
    let ordered = Tree::new(&nodes).in_order().into_iter();
    let views = ordered.filter_map(|(node, level)| {
        let (organisation, members) = by_id.get(&node.id)?;
        Some(OrganisationView {
            id: organisation.id,
            parent: organisation.parent,
            name: organisation.name.clone(),
            time_zone: organisation.time_zone.clone(),
            level,
            members: *members,
            archived_at: organisation.archived_at,
            version: organisation.version,
            acts: offered(by, node, level),
        })
    });
    Ok(views.collect())
}

/// Creates an organisation below another.
///
/// # Errors
/// [`OpError::Invalid`] with the path of the field, [`OpError::Taken`], [`OpError::Conflict`] when
/// the account has very many, and those of the database.
pub async fn create(
    db: &Db,
    ctx: &Arc<Ctx>,
    input: &CreateOrganisation,
) -> Result<OrganisationId, OpError> {
    let name = checked_name(&input.name)?;
    let zone = checked_zone(input.time_zone.as_deref())?;
    let parent = input.parent;
    db.write::<_, OpError, _>(ctx, move |tx| {
        let (name, zone) = (name.clone(), zone.clone());
        Box::pin(async move {
            let all = tx.lock_organisations().await?;
            if all.len() >= ORGANISATIONS_MAX {
                return Err(OpError::Conflict(format!(
                    "The account has {ORGANISATIONS_MAX} organisations, archived ones included; it cannot have more."
                )));
            }
            let nodes: Vec<Node> = all.iter().map(Organisation::node).collect();
            let tree = Tree::new(&nodes);
            tree.place(None, parent).map_err(misplaced)?;
            free(&tree, Some(parent), &name, None)?;
            let above = all.iter().find(|one| one.id == parent);
            let zone = zone.or_else(|| above.map(|above| above.time_zone.clone()));
            let zone = zone.unwrap_or_else(|| "UTC".to_owned());
            let id = tx.insert_organisation(parent, &name, &zone).await?;
            let details = json!({ "name": name, "parent": parent, "timeZone": zone });
            let entry = AuditEntry::done("organisation.create", "organisation", id, details);
            let change = Change::created(ChangeKind::Organisation, id);
            Ok(Written::audited(id, entry).announcing(change))
        })
    })
    .await
}

/// Changes what an organisation is called, where it is, or its time zone. The root has the name of
/// the account.
///
/// # Errors
/// [`OpError::NotFound`], [`OpError::Forbidden`], [`OpError::PreconditionFailed`],
/// [`OpError::Invalid`] with the path of the field, [`OpError::Taken`], [`OpError::Conflict`] for one
/// that is archived, and those of the database.
pub async fn change(
    db: &Db,
    ctx: &Arc<Ctx>,
    by: &Identity,
    id: OrganisationId,
    precondition: Precondition,
    input: &ChangeOrganisation,
) -> Result<(), OpError> {
    let asked = OrganisationUpdate {
        name: input.name.as_deref().map(checked_name).transpose()?,
        parent: input.parent,
        time_zone: checked_zone(input.time_zone.as_deref())?,
        archived_at: None,
    };
    let reach = by.standing().reach(Permission::EditOrganisations);
    let reach = reach.ok_or(OpError::Forbidden)?;
    let manages = by.standing().reach(Permission::ManageOrganisations) == Some(Reach::Account);
    db.write::<_, OpError, _>(ctx, move |tx| {
        let (asked, reach, precondition) = (asked.clone(), reach.clone(), precondition.clone());
        Box::pin(async move {
            let all = tx.lock_organisations().await?;
            if tx.within_reach(&reach, &[id]).await?.is_empty() {
                return Err(OpError::NotFound);
            }
            let now = known(&all, id)?;
            precondition.check(now.version)?;
            let is_root = now.parent.is_none();
            let moves = asked
                .parent
                .is_some_and(|parent| now.parent != Some(parent));
            if !manages && (is_root || moves) {
                return Err(OpError::Forbidden);
            }
            if now.archived_at.is_some() {
                return Err(OpError::Conflict(
                    "This organisation is archived. Take it back before you change it.".to_owned(),
                ));
            }
            let update = OrganisationUpdate {
                name: asked.name.filter(|name| *name != now.name),
                parent: asked.parent.filter(|_| moves),
                time_zone: asked.time_zone.filter(|zone| *zone != now.time_zone),
                archived_at: None,
            };
            apply(tx, &all, now, &update).await
        })
    })
    .await
}

/// Stores what differs, if the tree allows it.
async fn apply(
    tx: &AccountTx,
    all: &[Organisation],
    now: &Organisation,
    update: &OrganisationUpdate,
) -> Result<Written<()>, OpError> {
    if update.name.is_none() && update.parent.is_none() && update.time_zone.is_none() {
        return Ok(Written::unchanged(()));
    }
    let nodes: Vec<Node> = all.iter().map(Organisation::node).collect();
    let tree = Tree::new(&nodes);
    if let Some(parent) = update.parent {
        tree.place(Some(now.id), parent).map_err(misplaced)?;
    }
    let name = update.name.as_deref().unwrap_or(&now.name);
    free(&tree, update.parent.or(now.parent), name, Some(now.id))?;
    tx.update_organisation(now.id, update).await?;
    if now.parent.is_none()
        && let Some(name) = &update.name
    {
        tx.name_account(name).await?;
    }
    let after = Organisation {
        name: name.to_owned(),
        parent: update.parent.or(now.parent),
        time_zone: update
            .time_zone
            .clone()
            .unwrap_or_else(|| now.time_zone.clone()),
        ..now.clone()
    };
    let details = json!({ "before": told(now), "after": told(&after) });
    let entry = AuditEntry::done("organisation.change", "organisation", now.id, details);
    Ok(Written::audited((), entry).announcing(changed(now)))
}

/// Takes an organisation out of use: nobody belongs to it, nothing in use is below it, and no mapping
/// puts anybody there.
///
/// # Errors
/// [`OpError::NotFound`], [`OpError::PreconditionFailed`], [`OpError::Conflict`] with what is in the
/// way, and those of the database.
pub async fn archive(
    db: &Db,
    ctx: &Arc<Ctx>,
    id: OrganisationId,
    precondition: Precondition,
) -> Result<(), OpError> {
    db.write::<_, OpError, _>(ctx, move |tx| {
        let precondition = precondition.clone();
        Box::pin(async move {
            let all = tx.lock_organisations().await?;
            let now = known(&all, id)?;
            precondition.check(now.version)?;
            unused(tx, &all, now).await?;
            let update = OrganisationUpdate {
                archived_at: Some(Some(tx.ctx().now)),
                ..OrganisationUpdate::default()
            };
            // The row is locked from here on, so whoever has joined meanwhile is counted.
            tx.update_organisation(id, &update).await?;
            let members = tx.living_members(id).await?;
            if members > 0 {
                return Err(OpError::Conflict(format!(
                    "{members} {} to it. Give them another organisation first.",
                    if members == 1 {
                        "person belongs"
                    } else {
                        "people belong"
                    }
                )));
            }
            let details = json!({ "name": now.name });
            let entry = AuditEntry::done("organisation.archive", "organisation", id, details);
            Ok(Written::audited((), entry).announcing(changed(now)))
        })
    })
    .await
}

/// What must not be so of an organisation that goes out of use, its members aside.
async fn unused(tx: &AccountTx, all: &[Organisation], now: &Organisation) -> Result<(), OpError> {
    let conflict = |sentence: String| Err(OpError::Conflict(sentence));
    if now.parent.is_none() {
        return conflict("The root of the account cannot be archived.".to_owned());
    }
    if now.archived_at.is_some() {
        return conflict("This organisation is archived already.".to_owned());
    }
    let nodes: Vec<Node> = all.iter().map(Organisation::node).collect();
    let tree = Tree::new(&nodes);
    let below = tree.living_below(now.id);
    if !below.is_empty() {
        let names = below.iter().map(|node| node.name.as_str());
        return conflict(format!(
            "{} below it {} in use: {}. Archive or move what is below it first.",
            organisations(below.len()),
            if below.len() == 1 { "is" } else { "are" },
            some_of(names, below.len())
        ));
    }
    let placing = tx.connections_placing(now.id).await?;
    match placing.as_slice() {
        [] => Ok(()),
        names => conflict(format!(
            "The mapping of {} puts people here. Change the mapping first.",
            names.join(", ")
        )),
    }
}

/// Takes an organisation back into use.
///
/// # Errors
/// [`OpError::NotFound`], [`OpError::PreconditionFailed`], [`OpError::Taken`], [`OpError::Conflict`]
/// when it is in use or below one that is not, and those of the database.
pub async fn unarchive(
    db: &Db,
    ctx: &Arc<Ctx>,
    id: OrganisationId,
    precondition: Precondition,
) -> Result<(), OpError> {
    db.write::<_, OpError, _>(ctx, move |tx| {
        let precondition = precondition.clone();
        Box::pin(async move {
            let all = tx.lock_organisations().await?;
            let now = known(&all, id)?;
            precondition.check(now.version)?;
            if now.archived_at.is_none() {
                return Err(OpError::Conflict(
                    "This organisation is in use already.".to_owned(),
                ));
            }
            let nodes: Vec<Node> = all.iter().map(Organisation::node).collect();
            let tree = Tree::new(&nodes);
            let above = now.parent.and_then(|parent| tree.node(parent));
            if let Some(above) = above.filter(|above| above.archived) {
                return Err(OpError::Conflict(format!(
                    "It is below {}, which is archived. Take that back first.",
                    above.name
                )));
            }
            free(&tree, now.parent, &now.name, Some(id))?;
            let update = OrganisationUpdate {
                archived_at: Some(None),
                ..OrganisationUpdate::default()
            };
            tx.update_organisation(id, &update).await?;
            let details = json!({ "name": now.name });
            let entry = AuditEntry::done("organisation.unarchive", "organisation", id, details);
            Ok(Written::audited((), entry).announcing(changed(now)))
        })
    })
    .await
}

fn known(all: &[Organisation], id: OrganisationId) -> Result<&Organisation, OpError> {
    all.iter().find(|one| one.id == id).ok_or(OpError::NotFound)
}

fn changed(now: &Organisation) -> Change {
    Change::updated(ChangeKind::Organisation, now.id, now.version + 1)
}

fn told(organisation: &Organisation) -> Value {
    json!({
        "name": organisation.name,
        "parent": organisation.parent,
        "timeZone": organisation.time_zone,
    })
}

fn checked_name(name: &str) -> Result<String, OpError> {
    let name = name.trim();
    let path = NAME;
    check_name(name).map_err(|message| OpError::Invalid { path, message })?;
    Ok(name.to_owned())
}

fn checked_zone(zone: Option<&str>) -> Result<Option<String>, OpError> {
    let zone = zone
        .map(|zone| time_zone::read(TIME_ZONE, zone))
        .transpose()?;
    Ok(zone.map(|zone| zone.name().to_owned()))
}

fn misplaced(why: Misplaced) -> OpError {
    OpError::Invalid {
        path: PARENT,
        message: why.to_string(),
    }
}

/// Whether nothing beside it has the name.
fn free(
    tree: &Tree<'_>,
    parent: Option<OrganisationId>,
    name: &str,
    but: Option<OrganisationId>,
) -> Result<(), OpError> {
    if !tree.is_taken(parent, name, but) {
        return Ok(());
    }
    Err(OpError::Taken {
        path: NAME,
        message: format!("There is another {name} beside it. Choose another name."),
    })
}

fn organisations(count: usize) -> String {
    match count {
        1 => "1 organisation".to_owned(),
        count => format!("{count} organisations"),
    }
}

/// The first of `count` names, and that there are others.
fn some_of<'n>(names: impl Iterator<Item = &'n str>, count: usize) -> String {
    let named = names.take(NAMED).collect::<Vec<_>>().join(", ");
    match count > NAMED {
        true => format!("{named} and others"),
        false => named,
    }
}
