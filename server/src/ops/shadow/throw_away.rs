//! Shadows that are thrown away: a connection that no list shows, for checks that must leave
//! nothing behind.

use std::sync::Arc;

use chrono::TimeDelta;
use scim_schema::{api::connections::ConnectionMode, id::ConnectionId};

use crate::{
    ctx::Ctx,
    db::{AccountTx, ConnectionInfo, Db, NewIdpConnection, Written},
    ops::OpError,
};

/// One that is older was left by a process that died.
const LIVES: TimeDelta = TimeDelta::hours(1);

/// Makes a hidden connection in shadow that speaks as `like` does. It has no token: whoever makes
/// it sends requests as its connection. [`remove`] it afterwards; those that were forgotten go when
/// the next one is made.
///
/// # Errors
/// [`OpError::NotFound`] when there is no connection `like`, and those of the database.
pub async fn make(db: &Db, ctx: &Arc<Ctx>, like: ConnectionId) -> Result<ConnectionInfo, OpError> {
    let account = db.account(ctx.account);
    let like = account
        .connection_info(like)
        .await?
        .ok_or(OpError::NotFound)?;
    db.write::<_, OpError, _>(ctx, move |tx| {
        let like = like.clone();
        Box::pin(async move {
            for old in tx.throw_away_connections(tx.ctx().now - LIVES).await? {
                delete(tx, old).await?;
            }
            let id = ConnectionId(tx.new_id());
            let new = NewIdpConnection {
                id,
                name: format!("throw-away {id}"),
                dialect: like.dialect.clone(),
                default_organisation: like.default_organisation,
                mode: ConnectionMode::ThrowAway,
            };
            tx.insert_connection(&new).await?;
            Ok(Written::bookkeeping(ConnectionInfo {
                id,
                name: new.name,
                mode: new.mode,
                ..like
            }))
        })
    })
    .await
}

/// Removes a hidden connection with everything in its shadow.
///
/// # Errors
/// [`OpError::NotFound`] when it is not a hidden one, and those of the database.
pub async fn remove(db: &Db, ctx: &Arc<Ctx>, id: ConnectionId) -> Result<(), OpError> {
    db.write::<_, OpError, _>(ctx, move |tx| {
        Box::pin(async move {
            if tx.lock_connection_mode(id).await? != Some(ConnectionMode::ThrowAway) {
                return Err(OpError::NotFound);
            }
            delete(tx, id).await?;
            Ok(Written::bookkeeping(()))
        })
    })
    .await
}

async fn delete(tx: &AccountTx, id: ConnectionId) -> Result<(), OpError> {
    while tx.empty_shadow(id, u64::MAX).await? > 0 {}
    tx.delete_connection(id).await?;
    Ok(())
}
