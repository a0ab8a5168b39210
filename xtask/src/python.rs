//! The public SCIM clients, in a Python environment of their own.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::debian;
use crate::failure::{Failure, Outcome};
use crate::process;
use crate::workspace;

/// Every package with its exact version, as pip reads it.
const PACKAGES: &str = include_str!("../conformance.txt");
/// Name of the file in the environment that says what is in it, written when all of it is.
const INSTALLED: &str = "conformance.txt";

/// Proof that the clients are there.
pub(crate) struct Clients {
    programs: PathBuf,
}

impl Clients {
    /// Makes scim2-cli and scim-sanity available under `.tools/python`.
    ///
    /// # Errors
    /// When Python is missing and cannot be installed here, or pip fails.
    pub(crate) fn find() -> Outcome<Self> {
        let folder = workspace::tools().join("python");
        let clients = Self {
            programs: folder.join("bin"),
        };
        let marker = folder.join(INSTALLED);
        if fs::read_to_string(&marker).is_ok_and(|installed| installed == PACKAGES) {
            return Ok(clients);
        }
        ensure_python()?;
        println!(
            "Installing scim2-cli and scim-sanity into .tools/python with pip: under a minute, once."
        );
        process::run(
            Command::new("python3")
                .args(["-m", "venv", "--clear"])
                .arg(&folder),
        )?;
        process::run(
            Command::new(clients.programs.join("pip"))
                .args(["install", "--quiet", "--disable-pip-version-check"])
                // The list is whole; what it leaves out must not be chosen by somebody else.
                .args(["--no-deps", "--requirement"])
                .arg(workspace::root().join("xtask").join("conformance.txt")),
        )?;
        fs::write(&marker, PACKAGES).map_err(Failure::file("write", &marker))?;
        Ok(clients)
    }

    /// One of the clients.
    pub(crate) fn command(&self, name: &str) -> Command {
        let mut command = Command::new(self.programs.join(name));
        // What is written to a pipe is the same as at a terminal.
        command.env("PYTHONIOENCODING", "utf-8");
        command
    }

    /// The pinned version of a package.
    pub(crate) fn version(package: &str) -> &'static str {
        version_in(PACKAGES, package).unwrap_or("?")
    }
}

fn ensure_python() -> Outcome {
    let can_make_environments =
        || process::output(Command::new("python3").args(["-c", "import venv, ensurepip"])).is_ok();
    if can_make_environments() {
        return Ok(());
    }
    debian::install(
        "Python with venv",
        &["python3", "python3-venv"],
        "The public SCIM clients need it: install Python 3.11 or newer (https://python.org) so \
         that `python3` is on PATH and `python3 -m venv` works.",
    )
}

fn version_in<'a>(packages: &'a str, package: &str) -> Option<&'a str> {
    packages
        .lines()
        .find_map(|line| line.strip_prefix(package)?.strip_prefix("=="))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_package_has_an_exact_version() {
        for line in PACKAGES.lines() {
            let (name, version) = line.split_once("==").expect("name==version");
            assert_eq!(version_in(PACKAGES, name), Some(version));
        }
        assert_eq!(version_in("scim2-cli==1\nscim2==2\n", "scim2"), Some("2"));
        assert_eq!(version_in("scim2-cli==1\n", "scim2"), None);
    }
}
