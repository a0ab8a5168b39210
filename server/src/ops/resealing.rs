//! A change of the master key: what is sealed with an earlier one is sealed anew.

use std::sync::Arc;

use scim_schema::id::RequestId;
use serde_json::json;

use super::{OpError, second_factors::sealed_for};
use crate::{
    clock::Clock,
    ctx::Ctx,
    db::{Account, AuditEntry, Db, FactorSecret, StoredFactor, Written},
    ids::Ids,
    sealing::{Keyring, Sealed},
};

/// Secrets of one unit of work.
const BATCH: u64 = 100;

/// Seals every secret of the installation with the current key, and answers how many were sealed with
/// another one. To run it again does no harm.
///
/// # Errors
/// [`OpError::Internal`] when the key of one of them is not there, and those of the database.
pub async fn reseal(db: &Db, clock: &Clock, ids: &Ids, keyring: &Keyring) -> Result<u64, OpError> {
    let mut resealed = 0;
    for account in db.platform().accounts().await? {
        loop {
            let key = keyring.current();
            let scope = db.account(account.id);
            let factors = scope.factors_sealed_otherwise(&key, BATCH).await?;
            if factors.is_empty() {
                break;
            }
            let (now, count) = (clock.now(), factors.len());
            let request = RequestId(ids.uuid_v7(now));
            let ctx = Arc::new(Ctx::operator(account.id, request, now));
            let sealed = sealed_anew(ids, keyring, &factors)?;
            store(db, &ctx, &account, sealed).await?;
            resealed += count as u64;
        }
    }
    Ok(resealed)
}

type SealedFactor = (StoredFactor, Sealed);

fn sealed_anew(
    ids: &Ids,
    keyring: &Keyring,
    factors: &[StoredFactor],
) -> Result<Vec<SealedFactor>, OpError> {
    let mut anew = Vec::with_capacity(factors.len());
    for factor in factors {
        let FactorSecret::Totp { key_id, sealed } = &factor.secret else {
            continue;
        };
        let sealed = Sealed {
            key_id: key_id.clone(),
            bytes: sealed.clone(),
        };
        let of = sealed_for(factor.user);
        let secret = keyring.open(&of, &sealed)?;
        anew.push((factor.clone(), keyring.seal(ids, &of, &secret)?));
    }
    Ok(anew)
}

async fn store(
    db: &Db,
    ctx: &Arc<Ctx>,
    account: &Account,
    anew: Vec<SealedFactor>,
) -> Result<(), OpError> {
    let id = account.id;
    db.write::<_, OpError, _>(ctx, move |tx| {
        let anew = anew.clone();
        Box::pin(async move {
            for (factor, sealed) in &anew {
                let bytes = sealed.bytes.clone();
                tx.reseal_factor(factor.view.id, &sealed.key_id, bytes)
                    .await?;
            }
            let details = json!({ "secrets": anew.len() });
            let entry = AuditEntry::done("keys.rotate", "account", id, details);
            Ok(Written::audited((), entry))
        })
    })
    .await
}
