//! Running named steps in order, each with a heading and the time it took.

use std::time::Instant;

use crate::failure::{Failure, Outcome};
use crate::process;

/// One step: what it is called on the command line, its heading, and what it does.
pub(crate) struct Step<C> {
    /// The word on the command line.
    pub(crate) name: &'static str,
    /// The heading.
    pub(crate) title: &'static str,
    /// The work, given what all steps share.
    pub(crate) work: fn(&C) -> Outcome,
}

/// Runs `steps` until one fails.
///
/// # Errors
/// That of the first step that fails, with its name.
pub(crate) fn run_all<C>(command: &str, steps: &[&Step<C>], context: &C) -> Outcome {
    let beginning = Instant::now();
    let total = steps.len();
    for (index, step) in steps.iter().enumerate() {
        println!("\n== {}/{total} {}: {}", index + 1, step.name, step.title);
        let started = Instant::now();
        (step.work)(context).map_err(|failure| {
            Failure::new(format!(
                "step {}/{total} `{}` failed after {}: {failure}",
                index + 1,
                step.name,
                process::spoken(started.elapsed())
            ))
        })?;
        println!(
            "== {} took {}",
            step.name,
            process::spoken(started.elapsed())
        );
    }
    let took = process::spoken(beginning.elapsed());
    match steps {
        [only] => println!("\n{command}: step `{}` passed in {took}", only.name),
        _ => println!("\n{command}: all {total} steps passed in {took}"),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    type Log = RefCell<Vec<&'static str>>;

    const GOOD: Step<Log> = Step {
        name: "good",
        title: "passes",
        work: |log| {
            log.borrow_mut().push("good");
            Ok(())
        },
    };
    const BAD: Step<Log> = Step {
        name: "bad",
        title: "fails",
        work: |_log| Err(Failure::new("no such luck")),
    };

    #[test]
    fn nothing_runs_after_the_first_failure() {
        let log = Log::default();
        let failure = run_all("test", &[&GOOD, &BAD, &GOOD], &log).expect_err("the second fails");
        let text = failure.to_string();
        assert!(
            text.starts_with("step 2/3 `bad` failed") && text.ends_with("no such luck"),
            "{text}"
        );
        assert_eq!(*log.borrow(), ["good"]);
    }

    #[test]
    fn every_step_runs_in_order() {
        let log = Log::default();
        run_all("test", &[&GOOD, &GOOD], &log).expect("both pass");
        assert_eq!(log.borrow().len(), 2);
    }
}
