//! What a server sees to before it listens: an account, a way to its first administrator, and, when
//! asked, a first connection. A second start finds everything as it was.

use std::sync::Arc;

use scim_schema::{dialect::ConnectionKind, id::RequestId};

use super::{
    accounts,
    connections::{self, IssuedToken},
    error::OpError,
    one_time_links,
};
use crate::{
    clock::Clock,
    ctx::Ctx,
    db::{Account, Db},
    ids::Ids,
};

/// Slug and name of the account that a new installation gets.
const FIRST_ACCOUNT: (&str, &str) = ("main", "Rollcall");

/// What a start is asked for.
#[derive(Clone, Debug)]
pub struct FirstStartSettings {
    /// The address that people type, without a trailing slash.
    pub public_url: String,
    /// Name of a connection to make when the account has none.
    pub first_connection: Option<String>,
}

/// What a start has to tell the operator.
#[derive(Clone, Debug)]
pub struct FirstStart {
    /// The oldest account.
    pub account: Account,
    /// The address that makes the first System Administrator; `None` when there is one.
    pub setup_link: Option<String>,
    /// The first connection, when it was made now.
    pub connection: Option<FirstConnection>,
}

/// A connection that was just made.
#[derive(Clone, Debug)]
pub struct FirstConnection {
    /// To paste into the provider.
    pub base_url: String,
    /// Its token; shown this once.
    pub token: IssuedToken,
}

/// Brings an installation into being, or finds it as it is.
///
/// # Errors
/// Those of the database, and of a name that cannot be one.
pub async fn run(
    db: &Db,
    clock: &Clock,
    ids: &Ids,
    settings: &FirstStartSettings,
) -> Result<FirstStart, OpError> {
    accounts::ensure_platform_account(db, clock, ids).await?;
    let account = first_account(db, clock, ids).await?;
    let now = clock.now();
    let request = RequestId(ids.uuid_v7(now));
    let ctx = Arc::new(Ctx::system(account.id, "first_start", request, now));
    let scope = db.account(account.id);
    let setup_link = if scope.has_system_administrator().await? {
        None
    } else {
        Some(one_time_links::make(db, &ctx, ids, None, &settings.public_url).await?)
    };
    let connection = match &settings.first_connection {
        Some(name) if !scope.has_connection().await? => {
            let kind = ConnectionKind::Generic;
            Some(FirstConnection {
                base_url: connections::base_url(&settings.public_url),
                token: connections::create(db, &ctx, ids, name, kind).await?,
            })
        }
        _ => None,
    };
    Ok(FirstStart {
        account,
        setup_link,
        connection,
    })
}

async fn first_account(db: &Db, clock: &Clock, ids: &Ids) -> Result<Account, OpError> {
    let (slug, name) = FIRST_ACCOUNT;
    if let Some(account) = db.platform().accounts().await?.into_iter().next() {
        return Ok(account);
    }
    match accounts::create(db, clock, ids, slug, name).await {
        // Another process made it at the same time.
        Ok(_) | Err(OpError::Conflict(_)) => {}
        Err(error) => return Err(error),
    }
    let account = db.platform().account_of_slug(slug).await?;
    account.ok_or(OpError::NotFound)
}
