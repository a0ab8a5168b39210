//! Switching the dialect of a connection.

use std::{collections::BTreeMap, sync::Arc};

use scim_schema::{
    api::events::ChangeKind,
    dialect::{Dialect, Switch, Switches},
    id::ConnectionId,
};
use serde_json::json;

use super::{error::OpError, tokens::TokenCache};
use crate::{
    ctx::Ctx,
    db::{AuditEntry, Change, Db, Written},
};

/// Turns switches of a connection on or off, or back to the default of its kind (`None`), and
/// answers the dialect as it is now: at once in the process of `cache`, within a second elsewhere.
///
/// # Errors
/// [`OpError::NotFound`], and those of the database.
pub async fn change(
    db: &Db,
    ctx: &Arc<Ctx>,
    cache: &TokenCache,
    connection: ConnectionId,
    wanted: BTreeMap<Switch, Option<bool>>,
) -> Result<Dialect, OpError> {
    let wanted = Arc::new(wanted);
    let dialect = db
        .write::<_, OpError, _>(ctx, move |tx| {
            let wanted = Arc::clone(&wanted);
            Box::pin(async move {
                let old = tx.lock_connection_dialect(connection).await?;
                let old = old.ok_or(OpError::NotFound)?;
                let mut new = old.clone();
                for (switch, on) in wanted.iter() {
                    new.set(*switch, *on);
                }
                if new == old {
                    return Ok(Written::unchanged(new));
                }
                let version = tx.store_connection_dialect(connection, &new).await?;
                let version = version.ok_or(OpError::NotFound)?;
                let details = json!({
                    "before": moved(&old, &new),
                    "after": moved(&new, &old),
                });
                let entry =
                    AuditEntry::done("connection.dialect", "connection", connection, details);
                let change = Change::updated(ChangeKind::Connection, connection, version);
                Ok(Written::audited(new, entry).announcing(change))
            })
        })
        .await?;
    cache.forget();
    Ok(dialect)
}

/// The switches of `dialect` that are in another position in `other`.
fn moved(dialect: &Dialect, other: &Dialect) -> Switches {
    Switch::ALL
        .into_iter()
        .map(|switch| (switch, dialect.is_on(switch)))
        .filter(|(switch, on)| *on != other.is_on(*switch))
        .collect()
}
