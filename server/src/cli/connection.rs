//! `rollcall connection`: what an identity provider needs to provision people.

use std::collections::HashMap;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};
use scim_schema::dialect::ConnectionKind;
use serde_json::json;

use super::failure::Failure;
use super::installation::{self, Installation, PrintedAddress, refused};
use super::terminal::Terminal;
use crate::config::StoreFlags;
use crate::ops::connections;

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// Make a connection and print its base URL and token, once
    Create {
        #[command(flatten)]
        new: NewConnection,
        #[command(flatten)]
        store: StoreFlags,
    },
}

#[derive(Args, Debug)]
pub(super) struct NewConnection {
    /// Name for people
    #[arg(long)]
    name: String,
    /// Which identity provider speaks
    #[arg(long, default_value = ConnectionKind::Generic.as_str(), value_parser = kinds())]
    kind: ConnectionKind,
    /// Slug of the account, when there are several
    #[arg(long, value_name = "SLUG")]
    account: Option<String>,
    /// Print `{"id", "base_url", "token"}`
    #[arg(long)]
    json: bool,
}

fn kinds() -> impl TypedValueParser<Value = ConnectionKind> {
    let names = ConnectionKind::ALL.map(ConnectionKind::as_str);
    PossibleValuesParser::new(names)
        .try_map(|name| ConnectionKind::parse(&name).ok_or("no such kind"))
}

pub(super) async fn run(
    command: Command,
    variables: &HashMap<String, String>,
    terminal: &mut Terminal<'_>,
) -> Result<(), Failure> {
    let Command::Create { new, store } = command;
    let is_given = store.public_url.is_some();
    let config = installation::config(store, variables)?;
    let installation = Installation::open(&config).await?;
    let (account, ctx) = installation.act_in(new.account.as_deref()).await?;
    let Installation { db, ids, .. } = installation;
    let made = connections::create(&db, &ctx, &ids, &new.name, new.kind).await;
    db.close().await;
    let token = made.map_err(refused)?;
    let address = PrintedAddress::find(&config, is_given);
    address.remark(terminal)?;
    let base_url = connections::base_url(address.url.as_str());
    if new.json {
        terminal.say(json!({
            "id": token.connection,
            "base_url": base_url,
            "token": token.secret.reveal(),
        }))?;
        return Ok(());
    }
    terminal.say(format_args!(
        "The connection {} of {} was made. Copy the token now; it is not shown again.",
        new.name.trim(),
        account.slug
    ))?;
    terminal.say(format_args!("  id        {}", token.connection))?;
    terminal.say(format_args!("  base URL  {base_url}"))?;
    terminal.say(format_args!("  token     {}", token.secret.reveal()))?;
    let expiry = token.expires_at.format("%Y-%m-%d");
    terminal.say(format_args!("  expires   {expiry}"))?;
    Ok(())
}
