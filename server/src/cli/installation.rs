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
use crate::db::migrate::{self, Changes, MigrateError, Opened};
use crate::db::{Account, DatabaseSettings, Db};
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

/// Makes the files that are missing and opens the database, as the server does.
pub(super) async fn make(config: &Config, ids: &Ids, changes: Changes) -> Result<Opened, Failure> {
    data_folder::prepare(config)?;
    data_folder::prepare_database(config)?;
    open(config, ids, changes).await
}

async fn open(config: &Config, ids: &Ids, changes: Changes) -> Result<Opened, Failure> {
    let settings = DatabaseSettings::new(config.database.url());
    match migrate::open(&settings, ids.clone(), changes).await {
        Ok(opened) => Ok(opened),
        Err(MigrateError::Empty) => Err(Failure::new(format!(
            "The database {} is empty. Correct --data or --database-url; or, if this is to be a new installation, make it with `rollcall serve` or `rollcall migrate`.",
            config.database
        ))),
        Err(error) => Err(Failure::from(error)),
    }
}

/// An installation that is open, with a schema of this version.
pub(super) struct Installation {
    pub(super) db: Db,
    pub(super) clock: Clock,
    pub(super) ids: Ids,
}

impl Installation {
    /// Opens what is there; a wrong `--data` must not become a new and empty installation, and a
    /// server of another version may be at work on it.
    pub(super) async fn open(config: &Config) -> Result<Self, Failure> {
        data_folder::require(config)?;
        let ids = Ids::from_os()?;
        let opened = open(config, &ids, Changes::None).await?;
        Ok(Self::of(opened, ids))
    }

    /// Opens what is there, or makes it.
    pub(super) async fn make(config: &Config) -> Result<Self, Failure> {
        let ids = Ids::from_os()?;
        let opened = make(config, &ids, Changes::OnlyFirst).await?;
        Ok(Self::of(opened, ids))
    }

    fn of(opened: Opened, ids: Ids) -> Self {
        Self {
            db: opened.db,
            clock: Clock::system(),
            ids,
        }
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
