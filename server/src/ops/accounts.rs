//! Accounts: made on the host only.

use std::sync::Arc;

use scim_schema::id::{AccountId, RequestId};
use serde_json::json;

use super::error::OpError;
use crate::{
    clock::Clock,
    ctx::Ctx,
    db::{Account, AccountTx, AuditEntry, Db, PLATFORM_ACCOUNT, UniqueKey, Written},
    ids::Ids,
};

/// Time zone of a new root organisation.
const TIME_ZONE: &str = "UTC";
/// Slug of the reserved account; no other slug begins with a hyphen.
const PLATFORM_SLUG: &str = "-platform";
const SLUG_MAX: usize = 40;
const NAME_MAX_CHARS: usize = 100;

/// Makes an account with its root organisation, which has the account's name.
///
/// # Errors
/// [`OpError::Invalid`] with path `slug` or `name`, [`OpError::Conflict`] when the slug is taken,
/// and those of the database.
pub async fn create(
    db: &Db,
    clock: &Clock,
    ids: &Ids,
    slug: &str,
    name: &str,
) -> Result<AccountId, OpError> {
    check_slug(slug)?;
    let name = name.trim().to_owned();
    check_name(&name)?;
    let now = clock.now();
    let account = AccountId(ids.uuid_v7(now));
    let ctx = Arc::new(Ctx::operator(account, RequestId(ids.uuid_v7(now)), now));
    let slug = slug.to_owned();
    let taken = format!("There is an account with the slug {slug} already. Choose another slug.");
    db.write::<_, OpError, _>(&ctx, move |tx| {
        let (slug, name) = (slug.clone(), name.clone());
        Box::pin(async move {
            tx.insert_account(&slug, &name).await?;
            tx.insert_root_organisation(&name, TIME_ZONE).await?;
            Ok(Written::audited((), created(tx, &slug, &name)))
        })
    })
    .await
    .map_err(|error| match error {
        OpError::Unique(UniqueKey::AccountSlug) => OpError::Conflict(taken),
        other => other,
    })?;
    Ok(account)
}

/// Makes the reserved account for platform jobs unless it is there.
///
/// # Errors
/// Those of the database.
pub async fn ensure_platform_account(db: &Db, clock: &Clock, ids: &Ids) -> Result<(), OpError> {
    if db.platform().has_platform_account().await? {
        return Ok(());
    }
    let now = clock.now();
    let request = RequestId(ids.uuid_v7(now));
    let ctx = Arc::new(Ctx::system(PLATFORM_ACCOUNT, "first_start", request, now));
    let made = db
        .write::<_, OpError, _>(&ctx, |tx| {
            Box::pin(async move {
                tx.insert_account(PLATFORM_SLUG, "Platform").await?;
                Ok(Written::audited((), created(tx, PLATFORM_SLUG, "Platform")))
            })
        })
        .await;
    match made {
        // Another process made it at the same time.
        Err(OpError::Unique(_)) => Ok(()),
        other => other,
    }
}

/// The account of a slug, or the only account when none is named.
///
/// # Errors
/// [`OpError::NotFound`] for an unknown slug; [`OpError::Conflict`] with a sentence when none is
/// named and there is not exactly one account.
pub async fn resolve(db: &Db, slug: Option<&str>) -> Result<Account, OpError> {
    if let Some(slug) = slug {
        let account = db.platform().account_of_slug(slug).await?;
        return account.ok_or(OpError::NotFound);
    }
    let accounts = db.platform().accounts().await?;
    match accounts.as_slice() {
        [account] => Ok(account.clone()),
        [] => Err(OpError::Conflict(
            "There is no account yet. Start the server once, or make one with `rollcall account create`."
                .to_owned(),
        )),
        [first, ..] => Err(OpError::Conflict(format!(
            "There are {} accounts. Add --account and the slug of the one you mean, for example `--account {}`.",
            accounts.len(),
            first.slug
        ))),
    }
}

fn created(tx: &AccountTx, slug: &str, name: &str) -> AuditEntry {
    let details = json!({ "slug": slug, "name": name });
    AuditEntry::done("account.create", "account", tx.account(), details)
}

fn check_slug(slug: &str) -> Result<(), OpError> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let fits = (1..=SLUG_MAX).contains(&slug.len())
        && slug.chars().all(allowed)
        && !slug.starts_with('-')
        && !slug.ends_with('-');
    if fits {
        return Ok(());
    }
    Err(OpError::Invalid {
        path: "slug",
        message:
            "Use 1 to 40 lower-case letters, digits and hyphens, with no hyphen at either end."
                .to_owned(),
    })
}

fn check_name(name: &str) -> Result<(), OpError> {
    let count = name.chars().count();
    if (1..=NAME_MAX_CHARS).contains(&count) && !name.chars().any(char::is_control) {
        return Ok(());
    }
    Err(OpError::Invalid {
        path: "name",
        message: "Use 1 to 100 characters and no control characters.".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_fits_into_an_address_and_is_never_reserved() {
        for good in ["main", "north-2", "a"] {
            assert!(check_slug(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "-platform",
            "Main",
            "a b",
            "a/b",
            "end-",
            &"x".repeat(41),
        ] {
            assert!(check_slug(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_name_is_there_and_readable() {
        assert!(check_name("North District").is_ok());
        assert!(check_name("").is_err());
        assert!(check_name("a\nb").is_err());
        assert!(check_name(&"x".repeat(101)).is_err());
    }
}
