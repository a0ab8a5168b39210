//! Fuzzers of what a client may send: filters, PATCH paths, PATCH bodies and JSON bodies.
//!
//! Each changes valid inputs at random and holds the reader to its promises: it never panics, it
//! takes little time, what it refuses it refuses with a status, a keyword and a sentence, and what
//! it accepts reads back as itself. `ROLLCALL_FUZZ_SECONDS` says for how long; without it a few
//! hundred inputs are tried.

mod inputs;
mod targets;

use std::{
    fmt::Debug,
    time::{Duration, Instant},
};

use proptest::{prelude::*, test_runner::TestRunner};
use rustix::time::{ClockId, clock_gettime};

use self::inputs::{any_bytes, any_text, bodies, filters, patches, paths};
use crate::random::{seed, seeded_by};

/// For how many seconds each fuzzer runs.
const SECONDS_VARIABLE: &str = "ROLLCALL_FUZZ_SECONDS";
/// Most time of a processor for one input, which other work on the machine does not lengthen: they
/// take microseconds.
const PATIENCE: Duration = Duration::from_secs(10);

fn duration() -> Duration {
    let seconds = std::env::var(SECONDS_VARIABLE).ok();
    let seconds = seconds.map_or(0, |number| number.parse().expect("a whole number"));
    Duration::from_secs(seconds)
}

/// What this thread has used.
fn processor_time() -> Duration {
    let used = clock_gettime(ClockId::ThreadCPUTime);
    Duration::try_from(used).expect("time that passed")
}

/// Tries inputs, the same ones in every run, until the time is over.
fn fuzz<S: Strategy>(inputs: S, judge: impl Fn(&S::Value) -> Result<(), TestCaseError>)
where
    S::Value: Clone + Debug,
{
    let (begun, mut tried, mut seed) = (Instant::now(), 0_u64, seed());
    while tried == 0 || begun.elapsed() < duration() {
        let config = seeded_by(seed);
        tried += u64::from(config.cases);
        let outcome = TestRunner::new(config).run(&inputs, |input| {
            let started = processor_time();
            judge(&input)?;
            let took = processor_time() - started;
            prop_assert!(took < PATIENCE, "it took {took:?}");
            Ok(())
        });
        if let Err(error) = outcome {
            panic!("after {tried} inputs, with the seed {seed}: {error}");
        }
        seed += 1;
    }
    println!("{tried} inputs");
}

#[test]
fn filters_are_read_or_refused() {
    fuzz(any_text(filters()), |text| targets::filter(text));
}

#[test]
fn paths_are_read_or_refused() {
    fuzz(any_text(paths()), |text| targets::path(text));
}

#[test]
fn patch_bodies_are_applied_whole_or_refused() {
    fuzz(any_bytes(patches()), |body| targets::patch(body));
}

#[test]
fn json_bodies_are_read_or_refused() {
    fuzz(any_bytes(bodies()), |body| targets::body(body));
}
