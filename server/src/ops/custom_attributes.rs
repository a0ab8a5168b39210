//! Attributes that an account defines (domain.md section 1, *Custom attributes*).

use std::sync::Arc;

use scim_schema::{
    api::{
        attributes::{ChangeDefinition, DefineAttribute},
        events::ChangeKind,
    },
    custom::{DEFINITIONS_AT_MOST, SimpleType, check_description, check_name},
    id::{AttributeDefinitionId, ConnectionId},
    text::fold,
};
use serde_json::json;

use super::{
    attribute_reading::{Forgotten, purge_job, reread_job},
    connections::touched,
    error::OpError,
    tokens::TokenCache,
};
use crate::{
    ctx::Ctx,
    db::{AccountTx, AuditEntry, Change, Db, StoredDefinition, StoredExposure, UniqueKey, Written},
};

/// Defines an attribute; no connection exposes it yet.
///
/// # Errors
/// [`OpError::Invalid`] with the path of the wrong value, [`OpError::Conflict`] when the name is
/// taken or the account has [`DEFINITIONS_AT_MOST`] definitions, and those of the database.
pub async fn define(
    db: &Db,
    ctx: &Arc<Ctx>,
    new: &DefineAttribute,
) -> Result<AttributeDefinitionId, OpError> {
    check(new)?;
    let (taken, new) = (taken(&new.name), new.clone());
    db.write::<_, OpError, _>(ctx, move |tx| {
        let new = new.clone();
        Box::pin(async move {
            let known = tx.lock_definitions().await?;
            let defined = insert(tx, &known, &new).await?;
            Ok(defined.map(|definition| definition.id))
        })
    })
    .await
    .map_err(|error| named(error, taken))
}

/// Whether a definition can be made of these values.
pub(super) fn check(new: &DefineAttribute) -> Result<(), OpError> {
    let invalid = |path| move |message| OpError::Invalid { path, message };
    check_name(&new.name).map_err(invalid("name"))?;
    check_description(&new.description).map_err(invalid("description"))?;
    if new.case_exact && new.attr_type != SimpleType::String {
        let message = "Only text can be compared with or without case: choose the type string, or leave this out.";
        return Err(invalid("case_exact")(message.to_owned()));
    }
    Ok(())
}

/// Inserts a definition beside those that are known, which the unit has locked.
pub(super) async fn insert(
    tx: &AccountTx,
    known: &[StoredDefinition],
    new: &DefineAttribute,
) -> Result<Written<StoredDefinition>, OpError> {
    if known.len() >= DEFINITIONS_AT_MOST {
        return Err(OpError::Conflict(format!(
            "This account has {DEFINITIONS_AT_MOST} attributes, and no more are possible. Delete one that nobody needs first."
        )));
    }
    let number = tx.next_definition_number().await?.ok_or_else(|| {
        OpError::Conflict("This account has used up the numbers of its attributes.".to_owned())
    })?;
    let definition = StoredDefinition {
        id: AttributeDefinitionId(tx.new_id()),
        number,
        name: new.name.clone(),
        attr_type: new.attr_type,
        multi_valued: new.multi_valued,
        case_exact: new.case_exact
            || matches!(new.attr_type, SimpleType::Reference | SimpleType::Binary),
        returned: new.returned,
        description: new.description.clone(),
        created_at: tx.ctx().now,
    };
    tx.insert_definition(&definition).await?;
    let entry = AuditEntry::done(
        "attribute.define",
        "attribute_definition",
        definition.id,
        json!({
            "name": definition.name,
            "type": definition.attr_type,
            "multi_valued": definition.multi_valued,
            "case_exact": definition.case_exact,
            "returned": definition.returned,
        }),
    );
    let change = Change::created(ChangeKind::AttributeDefinition, definition.id);
    Ok(Written::audited(definition, entry).announcing(change))
}

/// Changes name, description or when an attribute is returned; its type never changes, because
/// values of another type would be left behind.
///
/// # Errors
/// [`OpError::NotFound`], those of [`define`], and those of the database.
pub async fn change(
    db: &Db,
    ctx: &Arc<Ctx>,
    cache: &TokenCache,
    id: AttributeDefinitionId,
    wanted: &ChangeDefinition,
) -> Result<(), OpError> {
    let invalid = |path| move |message| OpError::Invalid { path, message };
    if let Some(name) = &wanted.name {
        check_name(name).map_err(invalid("name"))?;
    }
    if let Some(description) = &wanted.description {
        check_description(description).map_err(invalid("description"))?;
    }
    let taken = taken(wanted.name.as_deref().unwrap_or_default());
    let wanted = wanted.clone();
    let write = db.write::<_, OpError, _>(ctx, move |tx| {
        let wanted = wanted.clone();
        Box::pin(async move {
            let old = known(&tx.lock_definitions().await?, id)?;
            let new = StoredDefinition {
                name: wanted.name.unwrap_or_else(|| old.name.clone()),
                returned: wanted.returned.unwrap_or(old.returned),
                description: wanted.description.unwrap_or_else(|| old.description.clone()),
                ..old.clone()
            };
            if new == old {
                return Ok(Written::unchanged(()));
            }
            tx.update_definition(&new).await?;
            let facts = |it: &StoredDefinition| json!({ "name": it.name, "returned": it.returned, "description": it.description });
            let details = json!({ "before": facts(&old), "after": facts(&new) });
            let entry = AuditEntry::done("attribute.change", "attribute_definition", id, details);
            let change = Change::created(ChangeKind::AttributeDefinition, id);
            Ok(Written::audited((), entry).announcing(change))
        })
    });
    write.await.map_err(|error| named(error, taken))?;
    cache.forget();
    Ok(())
}

/// Deletes a definition with all its values: it is exposed nowhere from now on, and a job deletes
/// the values.
///
/// # Errors
/// [`OpError::NotFound`], and those of the database.
pub async fn delete(
    db: &Db,
    ctx: &Arc<Ctx>,
    cache: &TokenCache,
    id: AttributeDefinitionId,
) -> Result<(), OpError> {
    db.write::<_, OpError, _>(ctx, move |tx| {
        Box::pin(async move {
            let old = known(&tx.lock_definitions().await?, id)?;
            let mut exposures = tx.exposures(None).await?;
            exposures.retain(|exposure| exposure.definition == id);
            tx.delete_exposures(id, None).await?;
            tx.end_definition(id).await?;
            let connections: Vec<ConnectionId> = exposures
                .iter()
                .map(|exposure| exposure.connection)
                .collect();
            let details = json!({ "name": old.name, "connections": connections });
            let entry = AuditEntry::done("attribute.delete", "attribute_definition", id, details);
            let change = Change::deleted(ChangeKind::AttributeDefinition, id, 0);
            let mut written = Written::audited((), entry)
                .announcing(change)
                .queueing(purge_job(tx.ctx(), &old));
            for StoredExposure {
                connection,
                urn,
                name,
                ..
            } in exposures
            {
                let change = touched(tx, connection).await?;
                let forget = [Forgotten { urn, name }];
                let job = reread_job(tx.ctx(), &change, connection, &forget);
                written = written.announcing(change).queueing(job);
            }
            Ok(written)
        })
    })
    .await?;
    cache.forget();
    Ok(())
}

/// One of the account's definitions.
pub(super) fn known(
    all: &[StoredDefinition],
    id: AttributeDefinitionId,
) -> Result<StoredDefinition, OpError> {
    let found = all.iter().find(|definition| definition.id == id);
    found.cloned().ok_or(OpError::NotFound)
}

/// The definition of this name, in any case.
pub(super) fn by_name<'a>(all: &'a [StoredDefinition], name: &str) -> Option<&'a StoredDefinition> {
    all.iter()
        .find(|definition| fold(&definition.name) == fold(name))
}

fn taken(name: &str) -> String {
    format!("There is an attribute named {name} already. Choose another name.")
}

fn named(error: OpError, taken: String) -> OpError {
    match error {
        OpError::Unique(UniqueKey::AttributeName) => OpError::Conflict(taken),
        other => other,
    }
}
