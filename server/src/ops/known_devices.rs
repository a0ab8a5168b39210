//! Browsers that somebody has signed in with, known by a cookie.

use std::sync::Arc;

use scim_schema::id::UserId;

use super::{
    OpError,
    secrets::{Secret, SecretHash},
};
use crate::{
    ctx::Ctx,
    db::{Db, DbError, Written},
    ids::Ids,
};

/// Remembers the browser that somebody has just signed in with; the secret of its new cookie, unless
/// it has one.
///
/// # Errors
/// Those of the database.
pub async fn remember(
    db: &Db,
    ctx: &Arc<Ctx>,
    ids: &Ids,
    user: UserId,
    presented: Option<SecretHash>,
) -> Result<Option<Secret>, OpError> {
    let secret = Secret::new(ids, "");
    let new = secret.hash();
    let is_known = db
        .write::<_, DbError, _>(ctx, move |tx| {
            Box::pin(async move {
                let known = match presented {
                    Some(presented) => tx.known_device(user, &presented).await?,
                    None => None,
                };
                match known {
                    Some(known) => tx.use_device(known).await?,
                    None => tx.remember_device(user, &new).await?,
                }
                Ok(Written::bookkeeping(known.is_some()))
            })
        })
        .await?;
    Ok((!is_known).then_some(secret))
}
