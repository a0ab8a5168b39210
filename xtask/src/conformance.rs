//! `cargo xtask conformance`: public SCIM clients against the server, on both databases.

use std::path::Path;
use std::process::Command;

use crate::connection;
use crate::failure::{Failure, Outcome};
use crate::postgres::Source;
use crate::process;
use crate::python::Clients;
use crate::scratch::Scratch;
use crate::server::{self, Profile, Server, Store};
use crate::test;

/// scim-sanity wants the changed group back, and members whom the server does not know yet.
const FOR_SANITY: [&str; 4] = [
    "--with",
    "group_patch_200",
    "--with",
    "accept_unknown_member",
];

/// What scim2-tester can say of a check.
const STATUSES: [&str; 7] = [
    "SUCCESS",
    "COMPLIANT",
    "ACCEPTABLE",
    "DEVIATION",
    "ERROR",
    "CRITICAL",
    "SKIPPED",
];

/// Builds the server, replays every fixture and runs every client against it.
///
/// # Errors
/// When something is missing, the server does not start, a fixture is answered otherwise, or a client
/// finds a deviation.
pub(crate) fn conformance() -> Outcome {
    let (clients, postgres) = (Clients::find()?, Source::throw_away()?);
    test::fixtures(&postgres)?;
    let binary = server::build(Profile::Development)?;
    check(&binary, &clients, &postgres)
}

/// The same with what was built and looked up before.
///
/// # Errors
/// As [`conformance`].
pub(crate) fn check(binary: &Path, clients: &Clients, postgres: &Source) -> Outcome {
    let data = Scratch::create("conformance")?;
    check_on(
        "SQLite",
        binary,
        &Store::sqlite(data.path()).quiet(),
        clients,
    )?;
    let cluster = postgres.start()?;
    let data = Scratch::create("conformance")?;
    let store = Store::postgres(data.path(), cluster.url()).quiet();
    check_on("PostgreSQL", binary, &store, clients)
}

fn check_on(database: &str, binary: &Path, store: &Store, clients: &Clients) -> Outcome {
    let server = Server::start_on(binary, store)?;
    let base_url = format!("http://{}/scim/v2", server.address());

    let token = connection::create(binary, store, "scim2-tester", &[])?;
    let tester = clients
        .command("scim2")
        // Not as an argument, which others on the machine could read.
        .env("SCIM_CLI_HEADERS", format!("Authorization: Bearer {token}"))
        .args(["--url", &base_url, "test"])
        .judged(of_tester)?;
    let version = Clients::version("scim2-tester");
    println!(
        "{database}: scim2-tester {version} on a generic connection: {tester} checks, all SUCCESS."
    );

    let token = connection::create(binary, store, "scim-sanity", &FOR_SANITY)?;
    let sanity = clients
        .command("scim-sanity")
        .args(["probe", &base_url, "--token", &token])
        .args(["--strict", "--i-accept-side-effects"])
        .judged(of_sanity)?;
    let version = Clients::version("scim-sanity");
    println!(
        "{database}: scim-sanity {version} --strict on a generic connection with group_patch_200 \
         and accept_unknown_member: {sanity} checks, none failed."
    );
    Ok(())
}

trait Judged {
    /// Runs a client, which ends with failure at a deviation, and returns how many checks passed.
    fn judged(&mut self, read: fn(&str) -> Verdict) -> Outcome<usize>;
}

impl Judged for Command {
    fn judged(&mut self, read: fn(&str) -> Verdict) -> Outcome<usize> {
        let (succeeded, text) = process::transcript(self)?;
        let Verdict { passed, deviations } = read(&text);
        if succeeded && deviations.is_empty() && passed > 0 {
            return Ok(passed);
        }
        let told = if deviations.is_empty() {
            text
        } else {
            deviations.join("\n")
        };
        Err(Failure::new(format!(
            "{} checks of `{}` passed, and these did not:\n{told}",
            passed,
            Path::new(self.get_program())
                .file_name()
                .unwrap_or_default()
                .display()
        )))
    }
}

/// What the output of a client says.
#[derive(Debug, PartialEq, Eq)]
struct Verdict {
    passed: usize,
    /// Each with what the client says about it.
    deviations: Vec<String>,
}

/// scim2-tester: a line for each check, its status first, and what it found indented below.
fn of_tester(text: &str) -> Verdict {
    let lines = text.lines().skip_while(|line| !is_status(line));
    verdict(lines, is_status, |line| line.starts_with("SUCCESS "))
}

/// Whether the line begins with one of the statuses of scim2-tester.
fn is_status(line: &str) -> bool {
    let word = line.split(' ').next().unwrap_or_default();
    STATUSES.contains(&word)
}

/// scim-sanity: `[PASS]`, `[FAIL]`, `[WARN]` or `[ERR ]` in front of each check. What it finds not
/// announced, such as agents, it leaves out by its own rules (`[SKIP]`).
fn of_sanity(text: &str) -> Verdict {
    let lines = text
        .lines()
        .map(str::trim_start)
        .take_while(|line| !line.starts_with("Fix Summary"))
        .filter(|line| !line.starts_with("[SKIP]"));
    let begins = |line: &str| line.starts_with('[');
    verdict(lines, begins, |line| line.starts_with("[PASS]"))
}

fn verdict<'a>(
    lines: impl Iterator<Item = &'a str>,
    begins: fn(&str) -> bool,
    passes: fn(&str) -> bool,
) -> Verdict {
    let mut verdict = Verdict {
        passed: 0,
        deviations: Vec::new(),
    };
    let mut of_deviation = false;
    for line in lines {
        if begins(line) {
            of_deviation = !passes(line);
            if of_deviation {
                verdict.deviations.push(line.to_owned());
            } else {
                verdict.passed += 1;
            }
        } else if let Some(deviation) = verdict.deviations.last_mut()
            && of_deviation
        {
            deviation.push('\n');
            deviation.push_str(line);
        }
    }
    verdict
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_of_the_tester_must_be_a_success() {
        let text = "Performing a SCIM compliance check on http://x ...\n\
                    SUCCESS query\n  Successfully queried\n\
                    SKIPPED bulk\n  not announced\n  at all\n\
                    SUCCESS delete\n  Successfully deleted\n";
        let Verdict { passed, deviations } = of_tester(text);
        assert_eq!(passed, 2);
        assert_eq!(deviations, ["SKIPPED bulk\n  not announced\n  at all"]);
        assert_eq!(of_tester("").passed, 0);
    }

    #[test]
    fn a_failed_check_of_the_probe_is_told() {
        let text = "SCIM Server Conformance Probe\n=====\n  Phase 3\n  -----\n  [PASS] POST /Groups\n  [FAIL] PATCH /Groups/{id}\n\
                    \x20        204 instead of 200\n  [SKIP] Agent\n\n=====\n  1 passed, 1 failed\n";
        let Verdict { passed, deviations } = of_sanity(text);
        assert_eq!(passed, 1);
        assert_eq!(deviations.len(), 1);
        assert!(deviations[0].starts_with("[FAIL] PATCH /Groups/{id}\n204 instead of 200"));
    }
}
