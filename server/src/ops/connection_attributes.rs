//! Which of the account's attributes a connection exposes, under which URN and name.

use std::sync::Arc;

use scim_schema::{
    api::attributes::{DeclareAttribute, DefineAttribute, ExposeAttribute},
    custom::{Place, ReturnedWhen, check_name, check_places, check_urn},
    id::{AttributeDefinitionId, ConnectionId},
};
use serde_json::json;

use super::{
    attribute_reading::reread_job,
    connections::touched,
    custom_attributes::{by_name, check, insert, known},
    error::OpError,
    tokens::TokenCache,
};
use crate::{
    ctx::Ctx,
    db::{AccountTx, AuditEntry, Db, StoredDefinition, StoredExposure, Written},
};

/// Exposes an attribute on a connection, or moves it to another URN and name there. What arrived
/// under that name before is read again by a job.
///
/// # Errors
/// [`OpError::NotFound`], [`OpError::Invalid`] with the path of the wrong value,
/// [`OpError::Conflict`] when the place is taken, and those of the database.
pub async fn expose(
    db: &Db,
    ctx: &Arc<Ctx>,
    cache: &TokenCache,
    (connection, definition): (ConnectionId, AttributeDefinitionId),
    at: &ExposeAttribute,
) -> Result<(), OpError> {
    check_place(&at.urn, &at.name)?;
    let at = at.clone();
    db.write::<_, OpError, _>(ctx, move |tx| {
        let ExposeAttribute { urn, name } = at.clone();
        Box::pin(async move {
            let definition = known(&tx.lock_definitions().await?, definition)?;
            let new = StoredExposure {
                connection,
                definition: definition.id,
                urn,
                name,
            };
            store(tx, new).await
        })
    })
    .await?;
    cache.forget();
    Ok(())
}

/// Exposes an attribute no longer. Its values stay where they are, hidden.
///
/// # Errors
/// [`OpError::NotFound`] when the connection does not expose it, and those of the database.
pub async fn hide(
    db: &Db,
    ctx: &Arc<Ctx>,
    cache: &TokenCache,
    (connection, definition): (ConnectionId, AttributeDefinitionId),
) -> Result<(), OpError> {
    db.write::<_, OpError, _>(ctx, move |tx| {
        Box::pin(async move {
            let change = touched(tx, connection).await?;
            let exposed = tx.exposures(Some(connection)).await?;
            let old = exposed.iter().find(|it| it.definition == definition);
            let old = old.ok_or(OpError::NotFound)?;
            tx.delete_exposures(definition, Some(connection)).await?;
            let details = json!({ "definition": definition, "urn": old.urn, "name": old.name });
            let action = "connection.hide_attribute";
            let entry = AuditEntry::done(action, "connection", connection, details);
            let job = reread_job(tx.ctx(), &change, connection, &[]);
            Ok(Written::audited((), entry).announcing(change).queueing(job))
        })
    })
    .await?;
    cache.forget();
    Ok(())
}

/// Defines an attribute as it arrives on a connection, and exposes it there. A definition of the
/// same name and shape is used instead of another one.
///
/// # Errors
/// Those of [`expose`] and of defining, [`OpError::Conflict`] when the name is taken by an attribute
/// of another shape, and those of the database.
pub async fn declare(
    db: &Db,
    ctx: &Arc<Ctx>,
    cache: &TokenCache,
    connection: ConnectionId,
    new: &DeclareAttribute,
) -> Result<AttributeDefinitionId, OpError> {
    check_place(&new.urn, &new.name)?;
    let define = DefineAttribute {
        name: new.name.clone(),
        attr_type: new.attr_type,
        multi_valued: new.multi_valued,
        case_exact: false,
        returned: ReturnedWhen::Default,
        description: String::new(),
    };
    check(&define)?;
    let urn = new.urn.clone();
    let id = db
        .write::<_, OpError, _>(ctx, move |tx| {
            let (define, urn) = (define.clone(), urn.clone());
            Box::pin(async move {
                let all = tx.lock_definitions().await?;
                let defined = match by_name(&all, &define.name) {
                    Some(same) => Written::unchanged(of_shape(same, &define)?.clone()),
                    None => insert(tx, &all, &define).await?,
                };
                let id = defined.value.id;
                let new = StoredExposure {
                    connection,
                    definition: id,
                    urn,
                    name: define.name,
                };
                let mut exposed = store(tx, new).await?;
                exposed.audit.extend(defined.audit);
                exposed.changes.extend(defined.changes);
                Ok(exposed.map(|()| id))
            })
        })
        .await?;
    cache.forget();
    Ok(id)
}

fn of_shape<'a>(
    known: &'a StoredDefinition,
    wanted: &DefineAttribute,
) -> Result<&'a StoredDefinition, OpError> {
    if (known.attr_type, known.multi_valued) == (wanted.attr_type, wanted.multi_valued) {
        return Ok(known);
    }
    let list = if known.multi_valued { "a list of " } else { "" };
    Err(OpError::Conflict(format!(
        "The attribute {} is defined already, as {list}{}. Expose it as it is, or define another one under another name.",
        known.name, known.attr_type
    )))
}

async fn store(tx: &AccountTx, new: StoredExposure) -> Result<Written<()>, OpError> {
    let change = touched(tx, new.connection).await?;
    let exposed = tx.exposures(Some(new.connection)).await?;
    let others = exposed.iter().filter(|it| it.definition != new.definition);
    check_places(place(&new), others.map(place)).map_err(OpError::Conflict)?;
    let old = exposed.iter().find(|it| it.definition == new.definition);
    if old == Some(&new) {
        return Ok(Written::unchanged(()));
    }
    tx.upsert_exposure(&new).await?;
    let before = old.map(|old| json!({ "urn": old.urn, "name": old.name }));
    let details = json!({
        "definition": new.definition,
        "before": before,
        "after": { "urn": new.urn, "name": new.name },
    });
    let action = "connection.expose_attribute";
    let entry = AuditEntry::done(action, "connection", new.connection, details);
    let job = reread_job(tx.ctx(), &change, new.connection, &[]);
    Ok(Written::audited((), entry).announcing(change).queueing(job))
}

fn place(exposure: &StoredExposure) -> Place<'_> {
    Place {
        urn: &exposure.urn,
        name: &exposure.name,
    }
}

fn check_place(urn: &str, name: &str) -> Result<(), OpError> {
    let invalid = |path| move |message| OpError::Invalid { path, message };
    check_urn(urn).map_err(invalid("urn"))?;
    check_name(name).map_err(invalid("name"))
}
