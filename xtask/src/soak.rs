//! `cargo xtask soak`: the long checks.

use std::time::Instant;

use crate::failure::Outcome;
use crate::process;

/// A check that takes too long for every change: many kills, an hour of random input, a million
/// users.
struct LongCheck {
    name: &'static str,
    check: fn() -> Outcome,
}

/// None so far: each joins this list with the feature that it puts under load.
const CHECKS: [LongCheck; 0] = [];

/// Runs every long check, one after the other.
///
/// # Errors
/// At the first check that fails.
pub(crate) fn soak() -> Outcome {
    for LongCheck { name, check } in &CHECKS {
        println!("== {name}");
        let started = Instant::now();
        check()?;
        println!("   passed in {}", process::spoken(started.elapsed()));
    }
    match CHECKS.len() {
        0 => println!("cargo xtask soak: there are no long checks yet, so nothing was checked."),
        count => println!("cargo xtask soak: all {count} long checks passed."),
    }
    Ok(())
}
