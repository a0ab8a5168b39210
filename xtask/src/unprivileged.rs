//! Running a program as somebody who is not root; PostgreSQL refuses to run as root.

use std::path::Path;
use std::process::Command;

use crate::debian;
use crate::failure::{Failure, Outcome};
use crate::process;

/// How to start programs so that they are not root.
pub(crate) struct Unprivileged {
    /// What stands before the program; empty when we are not root ourselves.
    prefix: Vec<String>,
    user: Option<String>,
}

impl Unprivileged {
    /// Finds a user and a way to become it; nothing to do when we are not root.
    ///
    /// # Errors
    /// When we are root and there is no such user or no such program.
    pub(crate) fn find() -> Outcome<Self> {
        if !debian::is_root() {
            return Ok(Self {
                prefix: Vec::new(),
                user: None,
            });
        }
        let user = ["postgres", "nobody"]
            .into_iter()
            .find(|user| process::output(Command::new("id").arg(user)).is_ok())
            .ok_or_else(|| Failure::new(
                "PostgreSQL refuses to run as root, and there is neither a user `postgres` nor \
                 `nobody`. Create one (useradd --system postgres), or set ROLLCALL_TEST_POSTGRES_URL",
            ))?;
        let prefix = prefix(user, |program| process::find(program).is_some()).ok_or_else(|| {
            Failure::new(
                "PostgreSQL refuses to run as root, and none of runuser, setpriv and su is there \
                 to become another user. Install util-linux, or set ROLLCALL_TEST_POSTGRES_URL",
            )
        })?;
        Ok(Self {
            prefix,
            user: Some(user.to_owned()),
        })
    }

    /// A command that runs `program` unprivileged.
    pub(crate) fn command(&self, program: &Path) -> Command {
        let Some((first, rest)) = self.prefix.split_first() else {
            return Command::new(program);
        };
        let mut command = Command::new(first);
        command.args(rest).arg(program);
        command
    }

    /// Hands `folder` and what it holds over to the unprivileged user.
    ///
    /// # Errors
    /// When `chown` fails.
    pub(crate) fn give(&self, folder: &Path) -> Outcome {
        match &self.user {
            None => Ok(()),
            Some(user) => process::output(Command::new("chown").args(["-R", user]).arg(folder))
                .map(|_nothing| ()),
        }
    }
}

fn prefix(user: &str, is_there: impl Fn(&str) -> bool) -> Option<Vec<String>> {
    let words: &[&str] = if is_there("runuser") {
        &["runuser", "-u", user, "--"]
    } else if is_there("setpriv") {
        &["setpriv", "--reuid", user, "--clear-groups", "--"]
    } else if is_there("su") {
        // The shell is named because `nobody` has none; it passes the words on unchanged.
        &["su", user, "-s", "/bin/sh", "-c", r#"exec "$0" "$@""#]
    } else {
        return None;
    };
    Some(words.iter().map(|&word| word.to_owned()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_that_is_there_is_used() {
        let with = |name: &'static str| prefix("nobody", move |program| program == name);
        assert_eq!(
            with("runuser").expect("runuser").last().map(String::as_str),
            Some("--")
        );
        assert_eq!(with("setpriv").expect("setpriv")[0], "setpriv");
        assert_eq!(with("su").expect("su")[1], "nobody");
        assert_eq!(with("sudo"), None);
    }

    #[test]
    fn the_command_is_run_by_somebody_who_is_not_root() {
        let id = process::find("id").expect("id");
        let unprivileged = Unprivileged::find().expect("a user");
        let answer = process::output(unprivileged.command(&id).arg("-u")).expect("runs");
        assert_ne!(answer.trim(), "0");
    }
}
