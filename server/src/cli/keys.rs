//! `rollcall keys`: the master key that seals secrets.

use std::collections::HashMap;

use clap::Subcommand;

use super::failure::Failure;
use super::installation::{self, Installation};
use super::terminal::Terminal;
use crate::config::{Config, StoreFlags};
use crate::ops::resealing;
use crate::sealing::Keyring;

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// Make a new master key, and seal with it what is sealed with an earlier one
    Rotate {
        #[command(flatten)]
        store: StoreFlags,
    },
}

pub(super) async fn run(
    command: Command,
    variables: &HashMap<String, String>,
    terminal: &mut Terminal<'_>,
) -> Result<(), Failure> {
    let Command::Rotate { store } = command;
    let config = installation::config(store, variables)?;
    rotate(&config, terminal).await
}

async fn rotate(config: &Config, terminal: &mut Terminal<'_>) -> Result<(), Failure> {
    let installation = Installation::open(config).await?;
    let Installation { db, clock, ids } = &installation;
    let keyring = Keyring::of(config, ids)?;
    let was_made = keyring.renew(ids)?;
    if !was_made && !keyring.has_earlier() {
        installation.db.close().await;
        return Err(Failure::new(
            "ROLLCALL_MASTER_KEY has one key. Put a new one before it, as in ROLLCALL_MASTER_KEY=\"NEW,OLD\" (`openssl rand -base64 32` makes one), restart the servers with it, and run this again.",
        ));
    }
    let resealed = resealing::reseal(db, clock, ids, &keyring).await;
    installation.db.close().await;
    let resealed = resealed?;
    let key = keyring.current();
    terminal.say(format_args!(
        "The master key is {key} now. Secrets that were sealed anew: {resealed}."
    ))?;
    match keyring.file() {
        Some(path) => terminal.say(format_args!(
            "It is the first in {}; the earlier ones stay there for backups. Keep a copy of the file.",
            path.display()
        ))?,
        None => terminal.say(
            "Nothing in the database needs the other keys of ROLLCALL_MASTER_KEY any more; keep them for backups.",
        )?,
    }
    Ok(())
}
