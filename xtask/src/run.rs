//! `cargo xtask run`: from a fresh clone to a running server with its console.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use crate::console::{self, Build};
use crate::failure::{Failure, Outcome};
use crate::server::{self, Profile};
use crate::tools::Toolbox;
use crate::workspace;

/// Builds the console and the server, then becomes the server.
///
/// # Errors
/// When a tool is missing, something does not compile, or the server cannot be started.
pub(crate) fn run(flags: &[String]) -> Outcome {
    let toolbox = Toolbox::for_development()?;
    // A release console takes twice as long to build and is no better to try things out.
    console::build(Build::Development, &toolbox)?;
    let binary = server::build(Profile::Development)?;
    println!("Starting the server; Ctrl-C stops it.\n");
    // Replacing this process leaves nothing between the terminal and the server, so Ctrl-C and
    // `kill` reach it directly and it can finish the requests in flight.
    let error = serve(&binary, flags).exec();
    Err(Failure::file("start", &binary)(error))
}

/// `rollcall serve` on `./data`; what `flags` say wins.
pub(crate) fn serve(binary: &Path, flags: &[String]) -> Command {
    let mut command = Command::new(binary);
    command.arg("serve").current_dir(workspace::root());
    for (flag, value) in [
        ("--data", "./data"),
        ("--first-connection", "First connection"),
    ] {
        if !is_given(flag, flags) {
            command.args([flag, value]);
        }
    }
    command.args(flags);
    command
}

fn is_given(flag: &str, flags: &[String]) -> bool {
    flags
        .iter()
        .filter_map(|word| word.strip_prefix(flag))
        .any(|rest| rest.is_empty() || rest.starts_with('='))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(flags: &[&str]) -> Vec<String> {
        let flags: Vec<String> = flags.iter().map(|&flag| flag.to_owned()).collect();
        let command = serve(Path::new("rollcall"), &flags);
        command
            .get_args()
            .map(|word| word.to_string_lossy().into_owned())
            .collect()
    }

    #[test]
    fn the_defaults_come_first_and_the_flags_after() {
        assert_eq!(
            arguments(&["--demo"]),
            [
                "serve",
                "--data",
                "./data",
                "--first-connection",
                "First connection",
                "--demo"
            ]
        );
    }

    #[test]
    fn a_flag_of_the_caller_replaces_the_default() {
        assert_eq!(
            arguments(&["--data=/srv/rollcall", "--first-connection", "Okta"]),
            [
                "serve",
                "--data=/srv/rollcall",
                "--first-connection",
                "Okta"
            ]
        );
        // A longer flag with the same beginning is another flag.
        assert!(arguments(&["--database-url", "x"]).contains(&"--data".to_owned()));
    }
}
