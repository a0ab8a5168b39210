//! Verified domains (domain.md section 2): whose users a connection may adopt.

use std::sync::Arc;

use scim_schema::{
    api::domains::{DomainMethod, DomainView, read_domain},
    id::DomainId,
};
use serde_json::json;

use super::error::OpError;
use crate::{
    ctx::Ctx,
    db::{AuditEntry, Db, UniqueKey, Written},
};

/// Domains of one account: enough for every school of a district.
const DOMAINS_AT_MOST: u64 = 500;

/// Takes a System Administrator's word for a domain. Where an installation has several accounts,
/// one could claim the domain of another: there it needs proof.
///
/// # Errors
/// [`OpError::Invalid`] with path `domain`, [`OpError::Conflict`] when the domain is verified
/// already, the installation has other accounts or the account has very many domains, and those of
/// the database.
pub async fn assert(db: &Db, ctx: &Arc<Ctx>, domain: &str) -> Result<DomainView, OpError> {
    let domain = read_domain(domain).map_err(|message| OpError::Invalid {
        path: "domain",
        message: message.to_owned(),
    })?;
    let taken = format!("{domain} is a verified domain already.");
    db.write::<_, OpError, _>(ctx, move |tx| {
        let domain = domain.clone();
        Box::pin(async move {
            if tx.has_other_accounts().await? {
                return Err(OpError::Conflict(
                    "This installation has several accounts, so that a domain cannot be verified by somebody's word.".to_owned(),
                ));
            }
            if tx.domain_count().await? >= DOMAINS_AT_MOST {
                return Err(OpError::Conflict(format!(
                    "The account has {DOMAINS_AT_MOST} domains. Remove those that are not in use first."
                )));
            }
            let organisation = tx.root_organisation().await?;
            let made = tx
                .insert_domain(&domain, organisation, DomainMethod::Asserted)
                .await?;
            let details = json!({ "domain": domain, "method": made.method });
            let entry = AuditEntry::done("domain.assert", "domain", made.id, details);
            Ok(Written::audited(made, entry))
        })
    })
    .await
    .map_err(|error| match error {
        OpError::Unique(UniqueKey::Domain) => OpError::Conflict(taken),
        other => other,
    })
}

/// Forgets a domain. Whoever was adopted because of it stays adopted.
///
/// # Errors
/// [`OpError::NotFound`], and those of the database.
pub async fn remove(db: &Db, ctx: &Arc<Ctx>, id: DomainId) -> Result<(), OpError> {
    db.write(ctx, move |tx| {
        Box::pin(async move {
            let domain = tx.delete_domain(id).await?.ok_or(OpError::NotFound)?;
            let details = json!({ "domain": domain });
            let entry = AuditEntry::done("domain.remove", "domain", id, details);
            Ok(Written::audited((), entry))
        })
    })
    .await
}
