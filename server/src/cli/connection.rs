//! `rollcall connection`: what an identity provider needs to provision people.

use std::collections::HashMap;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};
use scim_schema::dialect::{ConnectionKind, Dialect, Switch};
use scim_schema::scope::{Scope, Scopes};
use serde_json::json;

use super::failure::Failure;
use super::installation::{self, Installation, PrintedAddress, refused};
use super::terminal::Terminal;
use crate::config::StoreFlags;
use crate::ops::connections::{self, Beginning};

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
    /// Turn a function of the dialect on, whatever the kind says; may be repeated
    #[arg(long, value_name = "NAME", value_parser = switches())]
    with: Vec<Switch>,
    /// Turn a function of the dialect off, whatever the kind says; may be repeated
    #[arg(long, value_name = "NAME", value_parser = switches())]
    without: Vec<Switch>,
    /// What the token may do; may be repeated, everything when it is left out
    #[arg(long = "scope", value_name = "SCOPE", value_parser = scopes())]
    scopes: Vec<Scope>,
    /// Answer as if everything were done, and do nothing before somebody takes it live
    #[arg(long)]
    shadow: bool,
    /// Slug of the account, when there are several
    #[arg(long, value_name = "SLUG")]
    account: Option<String>,
    /// Print `{"id", "base_url", "token"}`
    #[arg(long)]
    json: bool,
}

impl NewConnection {
    fn dialect(&self) -> Result<Dialect, Failure> {
        if let Some(both) = self
            .with
            .iter()
            .find(|switch| self.without.contains(switch))
        {
            let name = both.as_str();
            return Err(Failure::new(format!(
                "{name} is both --with and --without: name it once."
            )));
        }
        let mut dialect = Dialect::of(self.kind);
        for switch in &self.with {
            dialect.set(*switch, Some(true));
        }
        for switch in &self.without {
            dialect.set(*switch, Some(false));
        }
        Ok(dialect)
    }
}

fn scopes() -> impl TypedValueParser<Value = Scope> {
    let names = Scope::ALL.map(Scope::as_str);
    PossibleValuesParser::new(names).try_map(|name| Scope::parse(&name).ok_or("no such scope"))
}

fn switches() -> impl TypedValueParser<Value = Switch> {
    let names = Switch::ALL.map(Switch::as_str);
    PossibleValuesParser::new(names).try_map(|name| Switch::parse(&name).ok_or("no such function"))
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
    let dialect = new.dialect()?;
    let is_given = store.public_url.is_some();
    let config = installation::config(store, variables)?;
    let installation = Installation::open(&config).await?;
    let (account, ctx) = installation.act_in(new.account.as_deref()).await?;
    let Installation { db, ids, .. } = installation;
    let scopes = Scopes::of(new.scopes).unwrap_or_default();
    let beginning = Beginning {
        scopes,
        shadow: new.shadow,
    };
    let made = connections::create_with(&db, &ctx, &ids, &new.name, dialect, beginning).await;
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
    terminal.say(format_args!("  scopes    {scopes}"))?;
    if new.shadow {
        terminal.say(format_args!(
            "  mode      shadow: nothing reaches people before it goes live"
        ))?;
    }
    let expiry = token.expires_at.format("%Y-%m-%d");
    terminal.say(format_args!("  expires   {expiry}"))?;
    Ok(())
}
