//! `cargo xtask test`: everything that a change must pass.

use std::process::Command;

use crate::budget;
use crate::chromium::Browser;
use crate::conformance;
use crate::console::{self, Build};
use crate::failure::Outcome;
use crate::fuzz;
use crate::postgres::{self, Source};
use crate::process;
use crate::purity;
use crate::python::Clients;
use crate::runner::Selection;
use crate::steps::{self, Step};
use crate::tools::{self, Toolbox};
use crate::workspace;

/// The database that the integration tests use: absent for SQLite, or `postgres`.
pub(crate) const DATABASE_VARIABLE: &str = "ROLLCALL_TEST_DATABASE";

/// All packages but the console, as every step selects them: with the same selection Cargo
/// resolves the same features and builds each dependency once.
pub(crate) const NATIVE: [&str; 3] = ["--workspace", "--exclude", "rollcall-app"];
const WASM: [&str; 2] = ["--target", "wasm32-unknown-unknown"];
/// Each of these tests runs a browser of its own, which needs memory more than cores.
const BROWSER_THREADS: u32 = 2;
const DENY_WARNINGS: [&str; 3] = ["--", "-D", "warnings"];

/// In this order: what is quick or fails often comes first.
const STEPS: [Step<Context>; 11] = [
    Step {
        name: "fmt",
        title: "formatting",
        work: fmt,
    },
    Step {
        name: "clippy",
        title: "clippy on everything native, warnings are errors",
        work: clippy,
    },
    Step {
        name: "clippy-wasm",
        title: "clippy as the browser sees it (wasm32)",
        work: clippy_wasm,
    },
    Step {
        name: "purity",
        title: "what scim-schema depends on",
        work: |_| purity::check(),
    },
    Step {
        name: "console",
        title: "the release console and its size budget",
        work: release_console,
    },
    Step {
        name: "build",
        title: "the server binary and the test programs",
        work: build,
    },
    Step {
        name: "sqlite",
        title: "all tests, on SQLite",
        work: sqlite,
    },
    Step {
        name: "fuzz",
        title: "fuzzers of filters, paths, PATCH and JSON bodies, a minute each",
        work: |_| fuzz::for_a_minute(),
    },
    Step {
        name: "postgres",
        title: "the integration tests again, on PostgreSQL",
        work: postgres,
    },
    Step {
        name: "conformance",
        title: "public SCIM clients, on both databases",
        work: public_clients,
    },
    Step {
        name: "browser",
        title: "the browser tests, on SQLite",
        work: browser,
    },
];

/// What the steps need from the machine, looked up before the first of them: a missing program
/// should be known after a second, not after twenty minutes.
struct Context {
    toolbox: Toolbox,
    nextest: bool,
    postgres: Source,
    throw_away: Source,
    clients: Clients,
    browser: Browser,
}

/// The steps named, in their own order; all when none is named; `None` for an unknown name.
pub(crate) fn select(names: &[String]) -> Option<Vec<usize>> {
    if names
        .iter()
        .any(|name| STEPS.iter().all(|step| step.name != name))
    {
        return None;
    }
    let chosen =
        |step: &Step<Context>| names.is_empty() || names.iter().any(|name| step.name == name);
    Some(
        (0..STEPS.len())
            .filter(|&index| chosen(&STEPS[index]))
            .collect(),
    )
}

/// Runs the steps that [`select`] chose.
///
/// # Errors
/// When a program is missing and cannot be installed, or a step fails.
pub(crate) fn test(chosen: Vec<usize>) -> Outcome {
    let context = Context {
        toolbox: Toolbox::for_release()?,
        nextest: tools::nextest(),
        postgres: Source::find()?,
        throw_away: Source::throw_away()?,
        clients: Clients::find()?,
        browser: Browser::find()?,
    };
    let steps: Vec<&Step<Context>> = chosen.into_iter().map(|index| &STEPS[index]).collect();
    steps::run_all("cargo xtask test", &steps, &context)
}

fn fmt(_context: &Context) -> Outcome {
    process::run(process::cargo().args(["fmt", "--all", "--check"]))
}

fn clippy(_context: &Context) -> Outcome {
    let mut cargo = process::cargo();
    cargo
        .arg("clippy")
        .args(NATIVE)
        .arg("--all-targets")
        .args(DENY_WARNINGS);
    process::run(&mut cargo)
}

fn clippy_wasm(_context: &Context) -> Outcome {
    let mut console = process::cargo();
    console.args(["clippy", "--package", "rollcall-app", "--all-targets"]);
    process::run(console.args(WASM).args(DENY_WARNINGS))?;
    // Its tests are checked natively: the tools they use are not made for wasm32.
    let mut schema = process::cargo();
    schema.args(["clippy", "--package", "scim-schema"]);
    process::run(schema.args(WASM).args(DENY_WARNINGS))
}

fn release_console(context: &Context) -> Outcome {
    console::build(Build::Release, &context.toolbox)?;
    budget::check(&workspace::console_dist())
}

fn build(_context: &Context) -> Outcome {
    let mut cargo = process::cargo();
    process::run(cargo.arg("build").args(NATIVE).arg("--all-targets"))
}

/// The binary is the one that is built with the tests: alone it has other features of its
/// dependencies, and they would all be compiled a second time.
fn public_clients(context: &Context) -> Outcome {
    build(context)?;
    let binary = workspace::target().join("debug/rollcall");
    conformance::check(&binary, &context.clients, &context.throw_away)
}

fn sqlite(context: &Context) -> Outcome {
    let everything = Selection {
        packages: &NATIVE,
        integration_only: false,
        module: None,
        without: &["browser"],
        threads: None,
    };
    process::run(&mut on_sqlite(everything.command(context.nextest)))?;
    let console = Selection {
        packages: &["--package", "rollcall-app", "--lib"],
        without: &[],
        ..everything
    };
    process::run(&mut on_sqlite(console.command(context.nextest)))?;
    // nextest does not run the examples in documentation.
    process::run(
        process::cargo()
            .args(["test", "--quiet", "--doc"])
            .args(NATIVE),
    )
}

fn postgres(context: &Context) -> Outcome {
    let integration = Selection {
        packages: &NATIVE,
        integration_only: true,
        module: None,
        without: &["browser", "tidy"],
        threads: None,
    };
    let command = integration.command(context.nextest);
    on_postgres(command, &context.postgres)
}

fn on_postgres(mut command: Command, source: &Source) -> Outcome {
    let server = source.start()?;
    command
        .env(postgres::URL_VARIABLE, server.url())
        .env(DATABASE_VARIABLE, "postgres");
    process::run(&mut command)
}

/// Replays all fixtures on both databases; the steps of the databases do so as well.
pub(crate) fn fixtures(source: &Source) -> Outcome {
    let nextest = tools::nextest();
    let fixtures = Selection {
        packages: &NATIVE,
        integration_only: true,
        module: Some("fixtures"),
        without: &[],
        threads: None,
    };
    process::run(&mut on_sqlite(fixtures.command(nextest)))?;
    on_postgres(fixtures.command(nextest), source)
}

fn browser(context: &Context) -> Outcome {
    let pages = Selection {
        packages: &NATIVE,
        integration_only: true,
        module: Some("browser"),
        without: &[],
        threads: Some(BROWSER_THREADS),
    };
    let mut command = on_sqlite(pages.command(context.nextest));
    context.browser.describe_to(&mut command);
    process::run(&mut command)
}

/// Without the variables of a PostgreSQL run that the caller's shell may have set.
pub(crate) fn on_sqlite(mut command: Command) -> Command {
    command
        .env_remove(postgres::URL_VARIABLE)
        .env_remove(DATABASE_VARIABLE);
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(words: &[&str]) -> Option<Vec<&'static str>> {
        let words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
        Some(
            select(&words)?
                .into_iter()
                .map(|index| STEPS[index].name)
                .collect(),
        )
    }

    #[test]
    fn without_names_every_step_runs() {
        assert_eq!(names(&[]).expect("all").len(), STEPS.len());
    }

    #[test]
    fn named_steps_run_in_the_order_of_the_list() {
        assert_eq!(
            names(&["postgres", "fmt"]).expect("known"),
            ["fmt", "postgres"]
        );
        assert_eq!(names(&["fmt", "format"]), None);
    }

    #[test]
    fn a_run_on_sqlite_does_not_see_postgres() {
        let mut command = Command::new("true");
        command.env(postgres::URL_VARIABLE, "postgres://x");
        let command = on_sqlite(command);
        let value = command
            .get_envs()
            .find(|(name, _)| *name == postgres::URL_VARIABLE);
        assert_eq!(value.map(|(_, value)| value), Some(None));
    }
}
