//! `rollcall domain`: domains that belong to an account.

use std::collections::HashMap;

use clap::Subcommand;

use super::failure::Failure;
use super::installation::{self, Installation, refused};
use super::terminal::Terminal;
use crate::config::StoreFlags;
use crate::ops::domains;

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// Say that a domain belongs to the account: its connections may then adopt local users of that
    /// domain. Only where the installation has a single account
    Assert {
        /// The domain, such as example.org; its subdomains are not part of it
        domain: String,
        #[command(flatten)]
        store: StoreFlags,
    },
}

pub(super) async fn run(
    command: Command,
    variables: &HashMap<String, String>,
    terminal: &mut Terminal<'_>,
) -> Result<(), Failure> {
    let Command::Assert { domain, store } = command;
    let config = installation::config(store, variables)?;
    let installation = Installation::open(&config).await?;
    let (account, ctx) = installation.act_in(None).await?;
    let asserted = domains::assert(&installation.db, &ctx, &domain).await;
    installation.db.close().await;
    let domain = asserted.map_err(refused)?.domain;
    terminal.say(format_args!(
        "{domain} is a verified domain of {} now. Connections that may adopt people find local users of it.",
        account.slug
    ))?;
    Ok(())
}
