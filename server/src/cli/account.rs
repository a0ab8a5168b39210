//! `rollcall account`: the tenants of the server, which are made on the host only.

use std::collections::HashMap;

use clap::Subcommand;

use super::failure::Failure;
use super::installation::{self, Installation, refused};
use super::terminal::Terminal;
use crate::config::StoreFlags;
use crate::ops::accounts;

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// Make an account
    Create {
        /// Short name in addresses and on the command line: lower-case letters, digits, hyphens
        #[arg(long)]
        slug: String,
        /// Name for people
        #[arg(long)]
        name: String,
        #[command(flatten)]
        store: StoreFlags,
    },
}

pub(super) async fn run(
    command: Command,
    variables: &HashMap<String, String>,
    terminal: &mut Terminal<'_>,
) -> Result<(), Failure> {
    let Command::Create { slug, name, store } = command;
    let config = installation::config(store, variables)?;
    let Installation { db, clock, ids } = Installation::make(&config).await?;
    let made = accounts::create(&db, &clock, &ids, &slug, &name).await;
    db.close().await;
    let id = made.map_err(refused)?;
    terminal.say(format_args!(
        "The account {slug} was made ({id}). Its first administrator: `rollcall admin create --account {slug} …`"
    ))?;
    Ok(())
}
