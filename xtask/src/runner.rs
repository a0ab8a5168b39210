//! Running Rust tests with nextest, or with `cargo test` where nextest is not installed.

use std::process::Command;

use crate::process;

/// The one binary of all integration tests.
const INTEGRATION: &str = "integration";

/// Which tests to run.
pub(crate) struct Selection {
    /// Cargo's options that select packages.
    pub(crate) packages: &'static [&'static str],
    /// Only the integration binary, without the unit tests of the packages.
    pub(crate) integration_only: bool,
    /// Only this module of the integration binary.
    pub(crate) module: Option<&'static str>,
    /// Modules of the integration binary that are left out.
    pub(crate) without: &'static [&'static str],
    /// How many tests run at once; as many as there are cores when `None`.
    pub(crate) threads: Option<u32>,
}

impl Selection {
    /// The command that runs the selected tests, all of them even when one fails.
    pub(crate) fn command(&self, nextest: bool) -> Command {
        let mut command = process::cargo();
        if nextest {
            self.with_nextest(&mut command);
        } else {
            self.with_cargo_test(&mut command);
        }
        command
    }

    fn with_nextest(&self, command: &mut Command) {
        command
            .args(["nextest", "run", "--no-fail-fast"])
            .args(self.packages);
        if self.integration_only {
            command.args(["--test", INTEGRATION]);
        }
        if let Some(threads) = self.threads {
            command.args(["--test-threads", &threads.to_string()]);
        }
        let within = |module: &str| format!("(binary({INTEGRATION}) & test(/^{module}::/))");
        let mut terms: Vec<String> = self.module.map(within).into_iter().collect();
        terms.extend(
            self.without
                .iter()
                .map(|module| format!("!{}", within(module))),
        );
        if !terms.is_empty() {
            command.args(["--filterset", &terms.join(" & ")]);
        }
    }

    /// `cargo test` filters by parts of names only, which our module names are distinct enough for.
    fn with_cargo_test(&self, command: &mut Command) {
        command.args(["test", "--no-fail-fast"]).args(self.packages);
        if self.integration_only {
            command.args(["--test", INTEGRATION]);
        } else {
            command.args(["--lib", "--bins", "--tests"]);
        }
        command.arg("--");
        if let Some(module) = self.module {
            command.arg(format!("{module}::"));
        }
        for module in self.without {
            command.arg("--skip").arg(format!("{module}::"));
        }
        if let Some(threads) = self.threads {
            command.args(["--test-threads", &threads.to_string()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BROWSER: Selection = Selection {
        packages: &["--workspace"],
        integration_only: true,
        module: Some("browser"),
        without: &["tidy"],
        threads: Some(2),
    };

    fn line(nextest: bool) -> String {
        let command = BROWSER.command(nextest);
        let words: Vec<_> = command
            .get_args()
            .map(|word| word.to_string_lossy())
            .collect();
        words.join(" ")
    }

    #[test]
    fn nextest_selects_by_binary_and_module() {
        assert_eq!(
            line(true),
            "nextest run --no-fail-fast --workspace --test integration --test-threads 2 --filterset \
             (binary(integration) & test(/^browser::/)) & !(binary(integration) & test(/^tidy::/))"
        );
    }

    #[test]
    fn cargo_test_selects_by_name() {
        assert_eq!(
            line(false),
            "test --no-fail-fast --workspace --test integration -- browser:: --skip tidy:: \
             --test-threads 2"
        );
    }
}
