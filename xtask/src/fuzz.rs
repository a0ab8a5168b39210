//! The fuzzers of `scim-schema`, for as long as they are given.

use std::process::Command;
use std::time::Duration;

use crate::failure::Outcome;
use crate::process;
use crate::runner::Selection;

/// For how many seconds each fuzzer runs; a few hundred inputs without it.
const SECONDS_VARIABLE: &str = "ROLLCALL_FUZZ_SECONDS";
/// The fuzzers that run at once in the checks: as many as a small machine has cores.
const AT_ONCE: u32 = 2;
/// All four, which share the cores of a long run.
const ALL: u32 = 4;

/// Runs each fuzzer for a minute, two at a time.
///
/// # Errors
/// When one finds something; it says with which input and seed.
pub(crate) fn for_a_minute() -> Outcome {
    process::run(&mut command(Duration::from_secs(60), AT_ONCE))
}

/// The command that runs all fuzzers at once, for so long.
pub(crate) fn all_for(time: Duration) -> Command {
    command(time, ALL)
}

fn command(time: Duration, at_once: u32) -> Command {
    let fuzzers = Selection {
        packages: &["--package", "scim-schema"],
        integration_only: false,
        module: Some("fuzz"),
        without: &[],
        threads: Some(at_once),
    };
    // They share a process: nextest would take the module for one of the integration tests.
    let mut command = fuzzers.command(false);
    command.env(SECONDS_VARIABLE, time.as_secs().to_string());
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fuzzer_runs_alone_for_its_time() {
        let command = all_for(Duration::from_secs(3_600));
        let words: Vec<_> = command
            .get_args()
            .map(|word| word.to_string_lossy())
            .collect();
        let line = words.join(" ");
        assert!(line.ends_with("-- fuzz:: --test-threads 4"), "{line}");
        let seconds = command
            .get_envs()
            .find(|(name, _)| *name == SECONDS_VARIABLE);
        assert_eq!(seconds.and_then(|(_, value)| value), Some("3600".as_ref()));
    }
}
