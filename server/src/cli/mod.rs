//! The command line: `rollcall serve` and the commands beside it, which work on the same data
//! folder while the server runs.
//!
//! Results go to standard output; remarks, and what went wrong as one sentence, go to standard
//! error. The exit status is 0, 1 for a failure, 2 for a command line that cannot be understood.

mod account;
mod admin;
mod connection;
mod doctor;
mod domain;
mod failure;
mod installation;
mod keys;
mod migrate;
mod serve;
mod terminal;

use std::collections::HashMap;
use std::ffi::OsString;

use clap::{Parser, Subcommand};

pub use terminal::Terminal;

use crate::config::{Config, Flags, StoreFlags};
use crate::listen::shutdown;
use crate::telemetry;
use failure::Failure;

/// SCIM 2.0 provisioning server with a console
///
/// Every flag that sets something can also be a variable (`--public-url` is `ROLLCALL_PUBLIC_URL`)
/// or a line of the configuration file (`public_url`).
#[derive(Parser, Debug)]
#[command(name = "rollcall", version)]
struct Line {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Run the server
    Serve {
        #[command(flatten)]
        flags: Box<Flags>,
        #[command(flatten)]
        options: serve::Options,
    },
    /// Bring the database up to date, or say that it is
    Migrate {
        #[command(flatten)]
        store: StoreFlags,
    },
    /// Accounts, the tenants of the server
    Account {
        #[command(subcommand)]
        command: account::Command,
    },
    /// System Administrators
    Admin {
        #[command(subcommand)]
        command: admin::Command,
    },
    /// Connections of identity providers
    Connection {
        #[command(subcommand)]
        command: connection::Command,
    },
    /// Domains that belong to an account
    Domain {
        #[command(subcommand)]
        command: domain::Command,
    },
    /// The master key, which seals secrets that the database holds
    Keys {
        #[command(subcommand)]
        command: keys::Command,
    },
    /// Check configuration, database, clock and permissions, and say how to mend what is wrong
    Doctor {
        #[command(flatten)]
        flags: Box<Flags>,
    },
}

/// Carries out the command line `arguments` (the first is the name of the program) with the
/// environment `variables`, and answers the exit status.
pub async fn run(
    arguments: impl IntoIterator<Item = OsString>,
    variables: &HashMap<String, String>,
    terminal: &mut Terminal<'_>,
) -> u8 {
    const FAILED: u8 = 1;
    const NOT_UNDERSTOOD: u8 = 2;
    let line = match Line::try_parse_from(arguments) {
        Ok(line) => line,
        Err(help_or_mistake) => {
            let code = u8::try_from(help_or_mistake.exit_code()).unwrap_or(NOT_UNDERSTOOD);
            // Printed by the parser itself, which knows about colours and about help being a result.
            return help_or_mistake.print().map_or(FAILED, |()| code);
        }
    };
    match carry_out(line.command, variables, terminal).await {
        Ok(code) => code,
        Err(failure) => {
            // Nothing is left to be done when standard error is closed.
            let _ = writeln!(terminal.errors, "{failure}");
            FAILED
        }
    }
}

async fn carry_out(
    command: Command,
    variables: &HashMap<String, String>,
    terminal: &mut Terminal<'_>,
) -> Result<u8, Failure> {
    match command {
        Command::Serve { flags, options } => {
            serve::refuse_public_demonstration(&options, &flags, variables)?;
            let config = Config::load(&flags, variables)?;
            telemetry::start(&config.log)?;
            serve::run(config, options, terminal, shutdown::requested()).await?;
        }
        Command::Migrate { store } => {
            let config = installation::config(store, variables)?;
            migrate::run(&config, terminal).await?;
        }
        Command::Account { command } => account::run(command, variables, terminal).await?,
        Command::Admin { command } => admin::run(command, variables, terminal).await?,
        Command::Connection { command } => connection::run(command, variables, terminal).await?,
        Command::Domain { command } => domain::run(command, variables, terminal).await?,
        Command::Keys { command } => keys::run(command, variables, terminal).await?,
        Command::Doctor { flags } => return doctor::run(&flags, variables, terminal).await,
    }
    Ok(0)
}

#[cfg(test)]
mod tests;
