//! The floor of a measurement: what HTTP and the database cost without a product in between.
//! `cargo xtask bench` runs it beside the server and compares.
//!
//! ```text
//! rollcall-floor echo
//!     Serves POST / with the JSON that was sent. Prints its address first.
//! rollcall-floor rows SYNCHRONOUS WORK FROM ROWS TASKS PER_COMMIT
//!     Opens the database that ROLLCALL_FLOOR_DATABASE names, prepares, prints `ready`, waits for a line, works, prints the microseconds that it took, and
//!     waits for the end of its input, so that its CPU time can be read.
//! ```
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the program that runs this one reads its lines"
)]

mod echo;
mod rows;

use std::{error::Error, io, process::ExitCode};

/// Whatever goes wrong ends the measurement.
type Outcome<T = ()> = Result<T, Box<dyn Error>>;

#[tokio::main]
async fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["echo"] => echo::serve().await,
        ["rows", synchronous, work, numbers @ ..] => measure(synchronous, work, numbers).await,
        _ => Err(
            "usage: rollcall-floor echo | rows SYNCHRONOUS WORK FROM ROWS TASKS PER_COMMIT".into(),
        ),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("rollcall-floor: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn measure(synchronous: &str, work: &str, numbers: &[&str]) -> Outcome {
    let numbers = numbers
        .iter()
        .map(|number| number.parse::<u32>())
        .collect::<Result<Vec<_>, _>>()?;
    let [from, rows, tasks, per_commit] = numbers[..] else {
        return Err("rows takes four numbers: FROM ROWS TASKS PER_COMMIT".into());
    };
    let script = rows::Script {
        work: rows::Work::parse(work).ok_or("WORK is insert, primary, unique or update")?,
        from,
        rows,
        tasks,
        per_commit,
    };
    // A variable and no argument: it may hold a password.
    let url = std::env::var("ROLLCALL_FLOOR_DATABASE")?;
    let database = rows::open(&url, synchronous, tasks).await?;
    println!("ready");
    io::stdin().read_line(&mut String::new())?;
    println!("{}", script.run(&database).await?.as_micros());
    // The reader of our CPU time closes our input when it has it.
    io::stdin().read_line(&mut String::new())?;
    Ok(())
}
