//! `cargo xtask soak`: the long checks, with other random input each time.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::bench;
use crate::failure::{Failure, Outcome};
use crate::fuzz;
use crate::postgres::{self, Postgres, Source};
use crate::process;
use crate::runner::Selection;
use crate::test::{DATABASE_VARIABLE, NATIVE, on_sqlite};
use crate::tools;

/// How long the fuzzers run when nothing else is said.
const DEFAULT_MINUTES: u64 = 60;
/// Longest time that can be asked for: a week.
const MOST_MINUTES: u64 = 7 * 24 * 60;
/// The long checks take seeds for this part of the fuzzers' time: a seed goes further with them.
const PART_OF_CHECKS: u32 = 4;
/// The number that all random input of the tests follows from.
const SEED_VARIABLE: &str = "ROLLCALL_TEST_SEED";
/// How many cases a property is tried with; a seed of its own costs more than a case.
const CASES: (&str, &str) = ("PROPTEST_CASES", "5000");

/// Users of the smaller connection when growth is measured; the larger one has twenty times as many.
const GROWTH: (&str, &str) = ("ROLLCALL_TEST_GROWTH", "5000");

/// A check whose random input follows from a seed.
struct LongCheck {
    name: &'static str,
    command: fn(&Context) -> Command,
}

/// What the checks need, looked up before the first of them.
struct Context {
    nextest: bool,
    postgres: Postgres,
}

/// Each takes a seed in turn until the time is over.
const CHECKS: [LongCheck; 3] = [
    LongCheck {
        name: "filters, paths, bodies, PATCH and Bulk as random as they come",
        command: properties,
    },
    LongCheck {
        name: "random filters over random people, on SQLite",
        command: |context| on_sqlite(filters().command(context.nextest)),
    },
    LongCheck {
        name: "random filters over random people, on PostgreSQL",
        command: |context| {
            let mut command = filters().command(context.nextest);
            command
                .env(postgres::URL_VARIABLE, context.postgres.url())
                .env(DATABASE_VARIABLE, "postgres");
            command
        },
    },
];

/// The minutes that `--minutes N` asks for; `None` for anything else.
pub(crate) fn minutes(words: &[String]) -> Option<u64> {
    match words {
        [] => Some(DEFAULT_MINUTES),
        [name, number] if name == "--minutes" => {
            let minutes = number.parse().ok()?;
            (1..=MOST_MINUTES).contains(&minutes).then_some(minutes)
        }
        _ => None,
    }
}

/// Measures what a request costs as a connection grows, up to a million people, and runs the fuzzers
/// for so many minutes, then every long check with one seed after the other for a quarter of them,
/// once at least. The benchmark comes before what keeps the machine busy.
///
/// # Errors
/// At the first check that fails, with its seed.
pub(crate) fn soak(minutes: u64) -> Outcome {
    println!("\n== the benchmark, with accounts of up to a million people");
    bench::bench(with_a_million()?)?;
    let source = Source::find()?;
    let context = Context {
        nextest: tools::nextest(),
        postgres: source.start()?,
    };
    for (database, mut command) in growth(&context) {
        println!("\n== what a look-up costs among twenty times as many, on {database}");
        process::run(&mut command)?;
    }
    let first = first_seed()?;
    let time = Duration::from_secs(minutes * 60);
    println!(
        "\n== seed {first}: all fuzzers for {}",
        process::spoken(time)
    );
    fuzz_for(time, first)?;
    let begun = Instant::now();
    let mut seeds = 0;
    while seeds == 0 || begun.elapsed() < time / PART_OF_CHECKS {
        let seed = first + seeds;
        for check in &CHECKS {
            println!("\n== seed {seed}: {}", check.name);
            check.run(&context, seed)?;
        }
        seeds += 1;
    }
    println!(
        "\ncargo xtask soak: the fuzzers passed, and {} long checks with {seeds} seeds from {first} in {}",
        CHECKS.len(),
        process::spoken(begun.elapsed())
    );
    Ok(())
}

fn fuzz_for(time: Duration, seed: u64) -> Outcome {
    let mut command = fuzz::all_for(time);
    command.env(SEED_VARIABLE, seed.to_string());
    process::run(&mut command)
}

impl LongCheck {
    fn run(&self, context: &Context, seed: u64) -> Outcome {
        let mut command = (self.command)(context);
        let (name, cases) = CASES;
        command
            .env(SEED_VARIABLE, seed.to_string())
            .env(name, cases);
        process::run(&mut command).map_err(|failure| {
            Failure::new(format!(
                "{}: {failure}\nIt fails again with {SEED_VARIABLE}={seed} {name}={cases}",
                self.name
            ))
        })
    }
}

/// The unit tests of the domain, its properties among them. They take milliseconds each, so they
/// share a process.
fn properties(_context: &Context) -> Command {
    let domain = Selection {
        packages: &["--package", "scim-schema"],
        integration_only: false,
        module: None,
        without: &[],
        threads: None,
    };
    domain.command(false)
}

/// The comparison of the databases with the matcher.
fn filters() -> Selection {
    Selection {
        packages: &NATIVE,
        integration_only: true,
        module: Some("scim::filter_oracle"),
        without: &[],
        threads: None,
    }
}

/// The comparison of a connection with one twenty times as large. It follows from no seed.
fn growth(context: &Context) -> [(&'static str, Command); 2] {
    let alone = || {
        let selection = Selection {
            module: Some("storage::growth"),
            threads: Some(1),
            ..filters()
        };
        let mut command = selection.command(context.nextest);
        let (name, users) = GROWTH;
        command.env(name, users);
        command
    };
    let mut on_postgres = alone();
    on_postgres
        .env(postgres::URL_VARIABLE, context.postgres.url())
        .env(DATABASE_VARIABLE, "postgres");
    [("SQLite", on_sqlite(alone())), ("PostgreSQL", on_postgres)]
}

/// Every target of the benchmark, those of growth among a million people as well.
fn with_a_million() -> Outcome<bench::Options> {
    const WORDS: &str = "--million";
    bench::Options::parse(&[WORDS.to_owned()])
        .ok_or_else(|| Failure::new(format!("cargo xtask bench does not understand {WORDS}")))
}

/// A seed that nobody chose. Small, because people repeat it by hand.
fn first_seed() -> Outcome<u64> {
    let source = Path::new("/dev/urandom");
    let mut bytes = [0_u8; 4];
    File::open(source)
        .and_then(|mut file| file.read_exact(&mut bytes))
        .map_err(Failure::file("read", source))?;
    Ok(u64::from(u32::from_be_bytes(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(text: &str) -> Option<u64> {
        let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        minutes(&words)
    }

    #[test]
    fn an_hour_unless_asked_otherwise() {
        assert_eq!(asked(""), Some(60));
        assert_eq!(asked("--minutes 5"), Some(5));
        for wrong in [
            "5",
            "--minutes",
            "--minutes 0",
            "--minutes x",
            "--minutes 5 6",
        ] {
            assert_eq!(asked(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_benchmark_understands_what_it_is_asked_for() {
        assert!(with_a_million().is_ok());
    }

    #[test]
    fn each_check_runs_its_tests_alone() {
        let line = |command: &Command| {
            let words: Vec<_> = command
                .get_args()
                .map(|word| word.to_string_lossy())
                .collect();
            words.join(" ")
        };
        assert!(line(&filters().command(true)).contains("test(/^scim::filter_oracle::/)"));
        assert!(line(&filters().command(false)).ends_with("-- scim::filter_oracle::"));
    }
}
