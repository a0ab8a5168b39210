//! `rollcall doctor`: checks an installation and says how to mend what is wrong. It changes nothing.

mod host;
mod mail;
mod network;
mod storage;

use std::collections::HashMap;
use std::fmt;

use super::failure::{Failure, sentence};
use super::terminal::Terminal;
use crate::clock::Clock;
use crate::config::{Config, Flags};
use crate::data_folder::{self, RunningServer};
use crate::ids::Ids;

/// One thing that was looked at.
#[derive(Debug, PartialEq, Eq)]
struct Check {
    name: &'static str,
    outcome: Outcome,
}

/// How it was found; `mend` says what to do about it, and is empty where `found` does.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Fine(String),
    Warning { found: String, mend: String },
    Error { found: String, mend: String },
}

impl Outcome {
    fn fine(found: impl Into<String>) -> Self {
        Self::Fine(found.into())
    }

    fn warning(found: impl Into<String>, mend: impl Into<String>) -> Self {
        Self::Warning {
            found: found.into(),
            mend: mend.into(),
        }
    }

    fn error(found: impl Into<String>, mend: impl Into<String>) -> Self {
        Self::Error {
            found: found.into(),
            mend: mend.into(),
        }
    }

    fn named(self, name: &'static str) -> Check {
        Check {
            name,
            outcome: self,
        }
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (verdict, found, mend) = match &self.outcome {
            Outcome::Fine(found) => ("ok", found, None),
            Outcome::Warning { found, mend } => ("warning", found, Some(mend)),
            Outcome::Error { found, mend } => ("error", found, Some(mend)),
        };
        write!(f, "{verdict:<8} {}: {found}", self.name)?;
        match mend {
            Some(mend) if !mend.is_empty() => write!(f, " {mend}"),
            _ => Ok(()),
        }
    }
}

/// Prints one line for each check. The exit status is 1 if any of them found an error.
pub(super) async fn run(
    flags: &Flags,
    variables: &HashMap<String, String>,
    terminal: &mut Terminal<'_>,
) -> Result<u8, Failure> {
    let checks = examine(flags, variables).await;
    for check in &checks {
        terminal.say(check)?;
    }
    let broken = checks
        .iter()
        .any(|check| matches!(check.outcome, Outcome::Error { .. }));
    Ok(u8::from(broken))
}

async fn examine(flags: &Flags, variables: &HashMap<String, String>) -> Vec<Check> {
    let mut config = match Config::load(flags, variables) {
        Ok(config) => config,
        Err(error) => return vec![Outcome::error(sentence(&error), "").named("configuration")],
    };
    let mut checks = vec![
        configuration(&config).named("configuration"),
        host::data_folder(&config).named("data folder"),
        host::master_key(&config).named("master key"),
        host::disk_space(&config).named("disk space"),
        host::clock(&config, &Clock::system()).named("clock"),
        match Ids::from_os() {
            Ok(_) => Outcome::fine("The system gives random numbers."),
            Err(error) => Outcome::error(sentence(&error), ""),
        }
        .named("randomness"),
    ];
    checks.extend(storage::examine(&config).await);
    let running = data_folder::running_server(&config);
    let is_running = running.is_some();
    checks.push(server(&mut config, running).named("server"));
    checks.extend(network::examine(&config, is_running));
    checks.push(mail::examine(config.smtp.as_ref()).await.named("mail"));
    checks
}

/// Whether a server runs. Its address may have come from flags that this command was not given, so
/// from here on its own address is judged and not the one of the settings.
fn server(config: &mut Config, running: Option<RunningServer>) -> Outcome {
    let configured = config.public_url.clone();
    let Some(server) = running else {
        return Outcome::Fine(format!(
            "It does not run. These settings start it at {configured}."
        ));
    };
    let (process, address) = (server.process, server.address);
    config.listen.address = address;
    config.public_url = server.public_url;
    let url = &config.public_url;
    let mut found = format!("Process {process} serves {url} on {address}.");
    if *url != configured {
        found.push_str(" These settings would start it at ");
        found.push_str(configured.as_str());
        found.push('.');
    }
    Outcome::Fine(found)
}

fn configuration(config: &Config) -> Outcome {
    Outcome::Fine(match &config.file {
        Some(file) => format!("Read from {}, variables and flags.", file.display()),
        None => "Read from variables and flags; there is no file.".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::StoreFlags;

    pub(super) fn config(data: &std::path::Path, more: &[(&str, &str)]) -> Config {
        let mut variables: HashMap<String, String> = more
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let data = data.to_str().unwrap().to_owned();
        variables.insert("ROLLCALL_DATA".to_owned(), data);
        Config::load(&Flags::default(), &variables).unwrap()
    }

    #[test]
    fn a_line_has_the_verdict_the_finding_and_the_remedy() {
        let fine = Outcome::fine("All is well.").named("clock");
        assert_eq!(fine.to_string(), "ok       clock: All is well.");
        let wrong = Outcome::error("It is broken.", "Mend it.").named("disk");
        assert_eq!(wrong.to_string(), "error    disk: It is broken. Mend it.");
        let told = Outcome::error("`data` is empty. Fill it.", "").named("configuration");
        let line = told.to_string();
        assert_eq!(line, "error    configuration: `data` is empty. Fill it.");
    }

    #[test]
    fn the_address_of_a_running_server_is_told_and_judged() {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = config(folder.path(), &[]);
        let listen = ("ROLLCALL_LISTEN", "127.0.0.1:41234");
        let started = config(folder.path(), &[listen]);
        let mut lock = data_folder::lock(&started).unwrap();
        lock.announce(&started).unwrap();

        let running = data_folder::running_server(&settings);
        let Outcome::Fine(found) = server(&mut settings, running) else {
            panic!("a server that runs is fine");
        };
        assert!(
            found.contains("serves http://127.0.0.1:41234 on 127.0.0.1:41234."),
            "{found}"
        );
        assert!(found.ends_with("at http://127.0.0.1:8080."), "{found}");
        assert_eq!(settings.public_url, started.public_url);
    }

    #[tokio::test]
    async fn a_configuration_that_cannot_be_read_is_the_one_error() {
        let variables = HashMap::from([("ROLLCALL_LISTEN".to_owned(), "here".to_owned())]);
        let checks = examine(&Flags::default(), &variables).await;
        assert_eq!(checks.len(), 1);
        assert!(
            checks[0]
                .to_string()
                .starts_with("error    configuration: `listen` (the variable")
        );
    }

    #[tokio::test]
    async fn a_folder_that_is_yet_to_be_made_is_no_error() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let flags = Flags::of_store(StoreFlags {
            data: Some(data.to_str().unwrap().to_owned()),
            ..StoreFlags::default()
        });
        let checks = examine(&flags, &HashMap::new()).await;
        let errors = checks
            .iter()
            .filter(|check| matches!(check.outcome, Outcome::Error { .. }));
        assert_eq!(errors.count(), 0, "{checks:#?}");
        assert!(!data.exists());
    }
}
