//! Developer commands of Rollcall. `cargo xtask help` lists them.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line tool talks to the person at the terminal"
)]

mod bench;
mod budget;
mod cargo_tools;
mod chromium;
mod cluster;
mod compress;
mod conformance;
mod connection;
mod console;
mod debian;
mod dev;
mod dist;
mod failure;
mod fuzz;
mod guardian;
mod http;
mod npm;
mod postgres;
mod process;
mod purity;
mod python;
mod run;
mod runner;
mod scratch;
mod server;
mod soak;
mod steps;
mod test;
mod tools;
mod unprivileged;
mod wasm;
mod workspace;

use std::process::ExitCode;

use failure::Outcome;

const HELP: &str = "\
Developer commands of Rollcall

Usage: cargo xtask <command>

  run [-- FLAGS]   Build console and server, start the server on SQLite under ./data.
                   FLAGS go to `rollcall serve`, for example: cargo xtask run -- --demo
  test [STEP...]   Everything a change must pass, or only the steps named:
                   fmt, clippy, clippy-wasm, purity, console, build, sqlite, fuzz,
                   postgres, conformance, browser
  dev [-- FLAGS]   Rebuild the console at every change, with the server behind it
  conformance      Run public SCIM clients (scim2-tester, scim-sanity) on both databases
  bench [--only T5,T9] [--users N] [--database sqlite|postgres] [--million] [--server FILE]
                   Measure the release server against its targets T1 to T15, on both databases;
                   with --server that binary instead of a new one
  soak [--minutes N]
                   The benchmark with a million people, the fuzzers for N minutes (an hour),
                   then the long checks for a quarter of them, with other random input each time
  dist             One self-contained release binary: target/dist/rollcall
  tools            Only install the build tools (into .tools, which git ignores)
  help             This text

Tools that are missing are installed with their exact versions: the wasm32 target by rustup,
trunk and wasm-bindgen by cargo, wasm-opt and axe-core by npm, the SCIM clients by pip.

Environment:
  ROLLCALL_TEST_POSTGRES_URL   A PostgreSQL server for `test`, whose user may create databases.
                               Without it a private throw-away cluster is started.
";

/// Exit code of a command line that cannot be understood, as usual for Unix tools.
const USAGE: u8 = 2;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (command, rest) = match arguments.split_first() {
        Some((command, rest)) => (command.as_str(), rest),
        None => ("help", &[][..]),
    };
    if rest.iter().any(|word| word == "--help" || word == "-h") && !rest.contains(&"--".to_owned())
    {
        print!("{HELP}");
        return ExitCode::SUCCESS;
    }
    match dispatch(command, rest) {
        Some(Ok(())) => ExitCode::SUCCESS,
        Some(Err(failure)) => {
            eprintln!("\ncargo xtask {command}: {failure}");
            ExitCode::FAILURE
        }
        None => {
            eprintln!(
                "cargo xtask: `{}` is not understood. `cargo xtask help` lists the commands.",
                arguments.join(" ")
            );
            ExitCode::from(USAGE)
        }
    }
}

/// Runs a command; `None` when its name or its arguments are not understood.
fn dispatch(command: &str, rest: &[String]) -> Option<Outcome> {
    match (command, rest) {
        ("help" | "--help" | "-h", []) => {
            print!("{HELP}");
            Some(Ok(()))
        }
        ("run", flags) => Some(run::run(server_flags(flags)?)),
        ("dev", flags) => Some(dev::dev(server_flags(flags)?)),
        ("test", names) => Some(test::test(test::select(names)?)),
        ("conformance", []) => Some(conformance::conformance()),
        ("bench", words) => Some(bench::bench(bench::Options::parse(words)?)),
        ("soak", words) => Some(soak::soak(soak::minutes(words)?)),
        ("dist", []) => Some(dist::dist()),
        ("tools", []) => Some(tools::install_all()),
        // For Trunk alone, see Trunk.toml.
        ("wasm", []) => Some(wasm::build_for_trunk()),
        _ => None,
    }
}

/// What follows `--`, for `rollcall serve`; `None` when something else comes first.
fn server_flags(rest: &[String]) -> Option<&[String]> {
    match rest.split_first() {
        None => Some(&[]),
        Some((separator, flags)) if separator == "--" => Some(flags),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn flags_of_the_server_follow_a_double_dash() {
        assert_eq!(server_flags(&[]), Some(&[][..]));
        assert_eq!(
            server_flags(&words("-- --demo")),
            Some(&words("--demo")[..])
        );
        assert_eq!(server_flags(&words("--demo")), None);
    }

    #[test]
    fn an_unknown_command_or_a_surplus_word_is_refused() {
        assert!(dispatch("fly", &[]).is_none());
        assert!(dispatch("soak", &words("quickly")).is_none());
        assert!(dispatch("test", &words("no-such-step")).is_none());
    }
}
