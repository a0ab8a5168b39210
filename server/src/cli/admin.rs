//! `rollcall admin`: System Administrators, for the first one and for the day when nobody gets in.

use std::collections::HashMap;
use std::io::BufRead;
use std::sync::Arc;

use clap::{Args, Subcommand};
use scim_schema::api::session::AdministratorProfile;
use scim_schema::id::AccountId;

use super::failure::Failure;
use super::installation::{self, Installation, PrintedAddress, refused};
use super::terminal::Terminal;
use crate::config::{Config, StoreFlags};
use crate::ctx::Ctx;
use crate::db::Db;
use crate::ids::Ids;
use crate::ops::OpError;
use crate::ops::administrators::{self, NewAdministrator};
use crate::ops::one_time_links;
use crate::ops::passwords::PasswordPool;

/// More than any password that is accepted; a terminal or file that goes on is not read to its end.
const LONGEST_LINE: u64 = 4_096;

#[derive(Subcommand, Debug)]
pub(super) enum Command {
    /// Make a System Administrator, with a password or a one-time link that sets it; again, while
    /// no password is set, makes a new link
    Create {
        #[command(flatten)]
        person: Person,
        #[command(flatten)]
        store: StoreFlags,
    },
    /// Let somebody who is locked out sign in again
    Unlock {
        #[command(flatten)]
        login: Login,
        /// Slug of the account, when there are several
        #[arg(long, value_name = "SLUG")]
        account: Option<String>,
        #[command(flatten)]
        store: StoreFlags,
    },
}

#[derive(Args, Debug)]
pub(super) struct Person {
    /// E-mail address, which is also the user name
    #[arg(long)]
    email: String,
    /// Given name
    #[arg(long)]
    given_name: String,
    /// Family name
    #[arg(long)]
    family_name: String,
    /// Slug of the account, when there are several
    #[arg(long, value_name = "SLUG")]
    account: Option<String>,
    /// Read the password from standard input (its first line) instead of printing a link
    #[arg(long)]
    password_stdin: bool,
}

#[derive(Args, Debug)]
#[group(required = true, multiple = false)]
pub(super) struct Login {
    /// E-mail address of the person
    #[arg(long)]
    email: Option<String>,
    /// User name of the person
    #[arg(long)]
    user_name: Option<String>,
}

pub(super) async fn run(
    command: Command,
    variables: &HashMap<String, String>,
    terminal: &mut Terminal<'_>,
) -> Result<(), Failure> {
    match command {
        Command::Create { person, store } => {
            let is_given = store.public_url.is_some();
            let config = installation::config(store, variables)?;
            let password = match person.password_stdin {
                true => Some(first_line(&mut *terminal.input)?),
                false => None,
            };
            let address = PrintedAddress::find(&config, is_given);
            let password = password.as_deref();
            create(&config, &address, &person, password, terminal).await
        }
        Command::Unlock {
            login,
            account,
            store,
        } => {
            let config = installation::config(store, variables)?;
            let login = login.email.or(login.user_name).unwrap_or_default();
            unlock(&config, &login, account.as_deref(), terminal).await
        }
    }
}

async fn create(
    config: &Config,
    address: &PrintedAddress,
    person: &Person,
    password: Option<&str>,
    terminal: &mut Terminal<'_>,
) -> Result<(), Failure> {
    let new = NewAdministrator::new(&AdministratorProfile {
        given_name: person.given_name.clone(),
        family_name: person.family_name.clone(),
        email: person.email.clone(),
    })
    .map_err(refused)?;
    let installation = Installation::open(config).await?;
    let (account, ctx) = installation.act_in(person.account.as_deref()).await?;
    let Installation { db, ids, .. } = installation;
    let given = Given {
        new: &new,
        password,
        public_url: address.url.as_str(),
    };
    let made = make(&db, &ctx, ids, account.id, &given).await;
    db.close().await;
    let (email, slug) = (&person.email, &account.slug);
    let sign_in = format!("{}/a/{slug}", address.url);
    let made = made.map_err(|error| refused_person(error, email))?;
    address.remark(terminal)?;
    match made {
        Made::WithPassword => terminal.say(format_args!(
            "{email} is a System Administrator of {slug} and can sign in at {sign_in}."
        ))?,
        Made::PasswordSet => terminal.say(format_args!(
            "{email} was a System Administrator of {slug} without a password. It is set now; links that would have set it no longer work. Sign in at {sign_in}."
        ))?,
        Made::WithLink(link) => {
            terminal.say(format_args!(
                "{email} is a System Administrator of {slug}. This link sets the password; it works once, within 24 hours:"
            ))?;
            terminal.say(link)?;
        }
        Made::NewLink(link) => {
            terminal.say(format_args!(
                "{email} is a System Administrator of {slug} already, without a password so far. This new link sets it, once and within 24 hours; the link of before no longer works:"
            ))?;
            terminal.say(link)?;
        }
    }
    Ok(())
}

/// What is known of an administrator to be.
struct Given<'g> {
    new: &'g NewAdministrator,
    password: Option<&'g str>,
    public_url: &'g str,
}

/// What became of the wish for an administrator.
enum Made {
    WithPassword,
    WithLink(String),
    /// The person was there, without a password.
    PasswordSet,
    /// Likewise; the link of before was lost or ran out.
    NewLink(String),
}

async fn make(
    db: &Db,
    ctx: &Arc<Ctx>,
    ids: Ids,
    account: AccountId,
    given: &Given<'_>,
) -> Result<Made, OpError> {
    let (new, public_url) = (given.new, given.public_url);
    let waiting = administrators::awaiting_password(db, account, new).await?;
    match (waiting, given.password) {
        (None, None) => administrators::create_with_link(db, ctx, &ids, new, public_url)
            .await
            .map(Made::WithLink),
        (Some(user), None) => one_time_links::make(db, ctx, &ids, Some(user), public_url)
            .await
            .map(Made::NewLink),
        (None, Some(password)) => {
            let passwords = PasswordPool::new(ids);
            administrators::create_with_password(db, ctx, &passwords, new, password)
                .await
                .map(|_| Made::WithPassword)
        }
        (Some(user), Some(password)) => {
            let passwords = PasswordPool::new(ids);
            administrators::set_first_password(db, ctx, &passwords, (user, new), password)
                .await
                .map(|()| Made::PasswordSet)
        }
    }
}

/// A refusal in terms of the command line: the password did not come with a flag, and who is there
/// already may only be locked out.
fn refused_person(error: OpError, email: &str) -> Failure {
    match error {
        OpError::Invalid {
            path: "password",
            message,
        } => Failure::new(format!("The password on standard input: {message}")),
        OpError::Conflict(sentence) => Failure::new(format!(
            "{sentence} If that is who is to get in: `rollcall admin unlock --email {email}` lets them try again."
        )),
        other => refused(other),
    }
}

async fn unlock(
    config: &Config,
    login: &str,
    account: Option<&str>,
    terminal: &mut Terminal<'_>,
) -> Result<(), Failure> {
    let installation = Installation::open(config).await?;
    let (account, ctx) = installation.act_in(account).await?;
    let unlocked = administrators::unlock(&installation.db, &ctx, account.id, login).await;
    installation.db.close().await;
    let slug = &account.slug;
    match unlocked {
        Ok(true) => terminal.say(format_args!("{login} can try to sign in again."))?,
        Ok(false) => terminal.say(format_args!("{login} was not locked out."))?,
        Err(OpError::NotFound) => {
            return Err(Failure::new(format!(
                "Nobody in the account {slug} has the e-mail address or user name {login}."
            )));
        }
        Err(error) => return Err(refused(error)),
    }
    Ok(())
}

/// The first line without its end. Spaces belong to a password.
fn first_line(input: impl BufRead) -> Result<String, Failure> {
    let mut line = String::new();
    input.take(LONGEST_LINE).read_line(&mut line)?;
    let line = line.strip_suffix('\n').unwrap_or(&line);
    let line = line.strip_suffix('\r').unwrap_or(line);
    if line.is_empty() {
        return Err(Failure::new(
            "Standard input has no password. Write it there, for example with `… --password-stdin < file`.",
        ));
    }
    Ok(line.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_is_the_first_line_with_its_spaces() {
        assert_eq!(
            first_line(&b" correct horse \r\nmore"[..]).unwrap(),
            " correct horse "
        );
        assert_eq!(
            first_line(&b"battery staple"[..]).unwrap(),
            "battery staple"
        );
        let empty = first_line(&b"\n"[..]).unwrap_err().to_string();
        assert!(empty.starts_with("Standard input has no password."));
    }
}
