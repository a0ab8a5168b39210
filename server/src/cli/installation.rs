//! Opens the installation that a command beside the server works on.

use std::collections::HashMap;
use std::sync::Arc;

use scim_schema::id::RequestId;

use super::failure::Failure;
use crate::clock::Clock;
use crate::config::{Config, Flags, StoreFlags};
use crate::ctx::Ctx;
use crate::data_folder;
use crate::db::{Account, DatabaseSettings, Db, migrate};
use crate::ids::Ids;
use crate::ops::{OpError, accounts};

/// The settings of a command that does not listen.
pub(super) fn config(
    store: StoreFlags,
    variables: &HashMap<String, String>,
) -> Result<Config, Failure> {
    Ok(Config::load(&Flags::of_store(store), variables)?)
}

/// Connects, as the server does, without changing the schema.
pub(super) async fn connect(config: &Config, ids: &Ids) -> Result<Db, Failure> {
    data_folder::prepare(config)?;
    let settings = DatabaseSettings::new(config.database.url());
    Ok(Db::connect(&settings, ids.clone()).await?)
}

/// An installation that is open, with a schema of this version.
pub(super) struct Installation {
    pub(super) db: Db,
    pub(super) clock: Clock,
    pub(super) ids: Ids,
}

impl Installation {
    pub(super) async fn open(config: &Config) -> Result<Self, Failure> {
        let ids = Ids::from_os()?;
        let db = connect(config, &ids).await?;
        migrate::up(&db).await?;
        Ok(Self {
            db,
            clock: Clock::system(),
            ids,
        })
    }

    /// The account with this slug, or the only one; and the right to act in it.
    pub(super) async fn act_in(&self, slug: Option<&str>) -> Result<(Account, Arc<Ctx>), Failure> {
        let account =
            accounts::resolve(&self.db, slug)
                .await
                .map_err(|error| match (error, slug) {
                    (OpError::NotFound, Some(slug)) => Failure::new(format!(
                        "There is no account with the slug {slug}. Correct --account."
                    )),
                    (error, _) => Failure::from(error),
                })?;
        let now = self.clock.now();
        let request = RequestId(self.ids.uuid_v7(now));
        let ctx = Ctx::operator(account.id, request, now);
        Ok((account, Arc::new(ctx)))
    }
}

/// A refusal in terms of the flag that has to be corrected.
pub(super) fn refused(error: OpError) -> Failure {
    match error {
        OpError::Invalid { path, message } => {
            let field = path.rsplit('.').next().unwrap_or(path);
            Failure::new(format!("--{}: {message}", field.replace('_', "-")))
        }
        other => Failure::from(other),
    }
}
