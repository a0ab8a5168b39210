//! What all measurements share: the binaries, the databases and what was asked for.

use std::path::PathBuf;

use super::cpu::Meter;
use crate::console::{self, Build};
use crate::failure::{Failure, Outcome};
use crate::postgres::{Postgres, Source};
use crate::process;
use crate::tools::Toolbox;
use crate::workspace;

/// People of the large account unless another number is asked for.
const USERS: usize = 50_000;
/// People of the small account, from which growth is told.
pub(super) const SMALL: usize = 5_000;
/// People of the largest.
pub(super) const MILLION: usize = 1_000_000;
/// Targets are numbered from 1.
const LAST_TARGET: u8 = 15;

/// One of the two databases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Database {
    Sqlite,
    Postgres,
}

/// What is measured.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Options {
    only: Vec<u8>,
    users: usize,
    databases: Vec<Database>,
    million: bool,
    server: Option<PathBuf>,
}

impl Options {
    /// Reads the words after `cargo xtask bench`; `None` when they are not understood.
    pub(crate) fn parse(words: &[String]) -> Option<Self> {
        let mut options = Self {
            only: Vec::new(),
            users: USERS,
            databases: vec![Database::Sqlite, Database::Postgres],
            million: false,
            server: None,
        };
        let mut words = words.iter().map(String::as_str);
        while let Some(word) = words.next() {
            match word {
                "--million" => options.million = true,
                "--only" => {
                    let targets = words.next()?.split(',').map(target);
                    options.only = targets.collect::<Option<_>>()?;
                }
                "--users" => {
                    let users = words.next()?.parse().ok()?;
                    options.users = (SMALL..=MILLION).contains(&users).then_some(users)?;
                }
                "--database" => {
                    options.databases = vec![match words.next()? {
                        "sqlite" => Database::Sqlite,
                        "postgres" => Database::Postgres,
                        _ => return None,
                    }];
                }
                "--server" => options.server = Some(words.next()?.into()),
                _ => return None,
            }
        }
        Some(options)
    }
}

/// `T5` as 5.
fn target(word: &str) -> Option<u8> {
    let number = word.strip_prefix(['T', 't'])?.parse().ok()?;
    (1..=LAST_TARGET).contains(&number).then_some(number)
}

/// The binaries and databases of a run.
pub(super) struct Setup {
    /// The release server.
    pub(super) binary: PathBuf,
    /// HTTP and the database alone.
    pub(super) floor: PathBuf,
    /// People of the large account.
    pub(super) users: usize,
    /// Whether there is an account of a million as well.
    pub(super) million: bool,
    /// The databases to measure.
    pub(super) databases: Vec<Database>,
    only: Vec<u8>,
    postgres: Option<Postgres>,
}

impl Setup {
    /// Builds what is missing and starts PostgreSQL when it is asked for.
    ///
    /// # Errors
    /// When something does not build or start.
    pub(super) fn prepare(options: Options) -> Outcome<Self> {
        let release = workspace::target().join("release");
        let mut cargo = process::cargo();
        // Both packages are selected in any case: so they share their dependencies.
        cargo.args(["build", "--release", "--bin", "rollcall-floor"]);
        cargo.args([
            "--package",
            "rollcall-floor",
            "--package",
            "rollcall-server",
        ]);
        if options.server.is_none() {
            // The release binary carries the console, so there has to be one.
            console::build(Build::Release, &Toolbox::for_release()?)?;
            cargo.args(["--bin", "rollcall"]);
        }
        println!("Building the release binaries: about 8 minutes the first time, on two cores.");
        process::run(&mut cargo)?;
        let postgres = if options.databases.contains(&Database::Postgres) {
            // Always one of our own: the CPU time of its processes is read.
            Some(Source::throw_away()?.start_durable()?)
        } else {
            None
        };
        Ok(Self {
            binary: options.server.unwrap_or_else(|| release.join("rollcall")),
            floor: release.join("rollcall-floor"),
            users: options.users,
            million: options.million,
            databases: options.databases,
            only: options.only,
            postgres,
        })
    }

    /// Whether one of these targets was asked for.
    pub(super) fn wants(&self, targets: &[u8]) -> bool {
        self.only.is_empty() || targets.iter().any(|target| self.only.contains(target))
    }

    /// The PostgreSQL server.
    ///
    /// # Errors
    /// When none was asked for.
    pub(super) fn postgres(&self) -> Outcome<&Postgres> {
        let postgres = self.postgres.as_ref();
        postgres.ok_or_else(|| Failure::new("PostgreSQL was not started"))
    }

    /// A meter of a process that uses this database.
    ///
    /// # Errors
    /// When PostgreSQL was not started.
    pub(super) fn meter(&self, process: u32, database: Database) -> Outcome<Meter> {
        let postmaster = match database {
            Database::Sqlite => None,
            Database::Postgres => Some(self.postgres()?.postmaster()?),
        };
        Meter::new(process, postmaster)
    }
}

impl Database {
    /// As people call it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(text: &str) -> Option<Options> {
        let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        Options::parse(&words)
    }

    #[test]
    fn everything_is_measured_unless_asked_otherwise() {
        let all = options("").expect("options");
        assert_eq!((all.users, all.databases.len()), (USERS, 2));
        assert!(all.only.is_empty() && !all.million);
        let some = options("--only T5,t9 --users 20000 --database postgres --million");
        let some = some.expect("options");
        assert_eq!(some.only, [5, 9]);
        assert_eq!((some.users, some.million), (20_000, true));
        assert_eq!(some.databases, [Database::Postgres]);
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for wrong in [
            "--only",
            "--only T16",
            "--only 5",
            "--users 10",
            "--users x",
            "--database mysql",
            "fast",
        ] {
            assert_eq!(options(wrong), None, "{wrong}");
        }
    }
}
