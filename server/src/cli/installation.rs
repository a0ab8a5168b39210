//! Opens the installation that a command beside the server works on.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;

use scim_schema::id::RequestId;

use super::failure::Failure;
use super::terminal::Terminal;
use crate::clock::Clock;
use crate::config::{Config, Flags, PublicUrl, StoreFlags};
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

/// The address to print in links, and what to remark about it.
pub(super) struct PrintedAddress {
    pub(super) url: PublicUrl,
    remark: Option<String>,
}

impl PrintedAddress {
    /// The one given with `--public-url` if it was, otherwise that of the running server, otherwise
    /// that of the settings.
    pub(super) fn find(config: &Config, is_given: bool) -> Self {
        let configured = config.public_url.clone();
        if is_given {
            return Self {
                url: configured,
                remark: None,
            };
        }
        match data_folder::running_server(config) {
            Some(server) => Self {
                url: server.public_url,
                remark: None,
            },
            None => Self {
                remark: Some(format!(
                    "No server runs on {} now. These settings start it at {configured}, which is the address used here; name another with --public-url.",
                    config.database
                )),
                url: configured,
            },
        }
    }

    /// Says what there is to remark, once the command has succeeded.
    pub(super) fn remark(&self, terminal: &mut Terminal<'_>) -> io::Result<()> {
        match &self.remark {
            Some(remark) => terminal.remark(remark),
            None => Ok(()),
        }
    }
}

/// Makes what is missing and connects, as the server does, without changing the schema.
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
    /// Opens what is there; a wrong `--data` must not become a new and empty installation.
    pub(super) async fn open(config: &Config) -> Result<Self, Failure> {
        data_folder::require(config)?;
        Self::make(config).await
    }

    /// Opens it, or makes it.
    pub(super) async fn make(config: &Config) -> Result<Self, Failure> {
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
