//! What HTTP and the database cost alone, in the same run: the measure of all ratios.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use super::load::{self, Aim, Amount, Call};
use super::people;
use super::setup::{Database, Setup};
use crate::failure::{Failure, Outcome};
use crate::process;
use crate::scratch::Scratch;

/// Requests to the echo.
const ECHOES: usize = 20_000;
/// Rows of each script that waits for no disk, and of one that does.
const ROWS: u32 = 10_000;
const DURABLE_ROWS: u32 = 1_000;
/// Units that share a commit, and clients of PostgreSQL.
const SIXTEEN: u32 = 16;

/// The floor of one database. CPU in milliseconds, PostgreSQL's own included.
#[derive(Debug)]
pub(super) struct Floor {
    /// A body of 1.2 KB there and back.
    pub(super) echo: f64,
    /// A user and its values in a transaction; on SQLite at NORMAL.
    pub(super) insert: f64,
    /// Such transactions per second, one after the other.
    pub(super) inserts: f64,
    /// Durable transactions per second, one after the other.
    pub(super) durable_inserts: f64,
    /// Durable rows per second, 16 in a commit (SQLite) or by 16 clients (PostgreSQL).
    pub(super) grouped_inserts: f64,
    /// A user by its id.
    pub(super) primary: f64,
    /// A user by its unique name.
    pub(super) unique: f64,
    /// A user read and written in a transaction; on SQLite at NORMAL.
    pub(super) update: f64,
}

impl Floor {
    /// Measures it.
    ///
    /// # Errors
    /// When a program of the floor fails.
    pub(super) fn measure(setup: &Setup, database: Database) -> Outcome<Self> {
        println!("The floor of {}", database.name());
        let data = Scratch::create("floor")?;
        let url = |name: &str| match database {
            Database::Sqlite => {
                let file = data.path().join(name);
                Ok(format!("sqlite://{}?mode=rwc", file.display()))
            }
            Database::Postgres => setup.postgres().map(|postgres| postgres.url().to_owned()),
        };
        let script = |synchronous, work, from, rows, tasks, per_commit| Script {
            synchronous,
            work,
            from,
            rows,
            tasks,
            per_commit,
        };
        let (quick, durable) = (url("quick.db")?, url("durable.db")?);
        let run = |url: &str, script: Script| script.run(setup, database, url);
        // PostgreSQL waits for the disk whatever we say here, so that it gets fewer rows.
        let rows = match database {
            Database::Sqlite => ROWS,
            Database::Postgres => DURABLE_ROWS,
        };
        let (tasks, per_commit) = match database {
            Database::Sqlite => (1, SIXTEEN),
            Database::Postgres => (SIXTEEN, 1),
        };
        let insert = run(&quick, script("NORMAL", "insert", 0, rows, 1, 1))?;
        let unique = run(&quick, script("NORMAL", "unique", 0, rows, 1, 1))?;
        let primary = run(&quick, script("NORMAL", "primary", 0, rows, 1, 1))?;
        let update = run(&quick, script("NORMAL", "update", 0, rows, 1, 1))?;
        let next = ROWS;
        let one = run(&durable, script("FULL", "insert", next, DURABLE_ROWS, 1, 1))?;
        let next = next + DURABLE_ROWS;
        let many = script(
            "FULL",
            "insert",
            next,
            SIXTEEN * DURABLE_ROWS,
            tasks,
            per_commit,
        );
        let many = run(&durable, many)?;
        Ok(Self {
            echo: echo(setup)?,
            insert: insert.cpu,
            inserts: insert.rate,
            durable_inserts: one.rate,
            grouped_inserts: many.rate,
            primary: primary.cpu,
            unique: unique.cpu,
            update: update.cpu,
        })
    }

    /// The figures as one line for people.
    pub(super) fn told(&self) -> String {
        format!(
            "CPU ms: echo {:.3}, insert {:.3}, by id {:.3}, by unique name {:.3}, update {:.3}; \
             inserts a second: {:.0} one by one, {:.0} durable one by one, {:.0} durable by 16",
            self.echo,
            self.insert,
            self.primary,
            self.unique,
            self.update,
            self.inserts,
            self.durable_inserts,
            self.grouped_inserts
        )
    }
}

/// One run of `rollcall-floor rows`.
#[derive(Clone, Copy)]
struct Script {
    synchronous: &'static str,
    work: &'static str,
    from: u32,
    rows: u32,
    tasks: u32,
    per_commit: u32,
}

struct Measured {
    cpu: f64,
    rate: f64,
}

impl Script {
    fn run(self, setup: &Setup, database: Database, url: &str) -> Outcome<Measured> {
        let numbers = [self.from, self.rows, self.tasks, self.per_commit];
        let mut command = Command::new(&setup.floor);
        command
            .env("ROLLCALL_FLOOR_DATABASE", url)
            .args(["rows", self.synchronous, self.work])
            .args(numbers.map(|number| number.to_string()));
        let mut program = Program::start(&mut command)?;
        program.line()?;
        let meter = setup.meter(program.child.id(), database)?;
        let before = meter.read()?;
        program.go_on()?;
        let took = program.line()?;
        let used = meter.read()?.since(before);
        let micros: u64 = took.parse().map_err(|_| unexpected(&took))?;
        let seconds = Duration::from_micros(micros.max(1)).as_secs_f64();
        let rows = f64::from(self.rows);
        Ok(Measured {
            cpu: (used.process + used.database).as_secs_f64() * 1000.0 / rows,
            rate: rows / seconds,
        })
    }
}

fn echo(setup: &Setup) -> Outcome<f64> {
    let mut program = Program::start(Command::new(&setup.floor).arg("echo"))?;
    let address = program.line()?;
    let meter = setup.meter(program.child.id(), Database::Sqlite)?;
    let aim = Aim {
        address: address.parse().map_err(|_| unexpected(&address))?,
        token: "none",
        meter: &meter,
    };
    let call = |index: usize| Call {
        method: "POST",
        path: "/".to_owned(),
        body: people::user(index),
    };
    Ok(load::run(&aim, Amount::one_by_one(ECHOES), &call, &|_, _| {})?.cpu())
}

/// A program of the floor that we talk to by lines; ended when dropped.
struct Program {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Program {
    fn start(command: &mut Command) -> Outcome<Self> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| Failure::new(format!("rollcall-floor did not start: {error}")))?;
        let silent = || Failure::new("rollcall-floor cannot be talked to");
        let input = child.stdin.take().ok_or_else(silent)?;
        let output = BufReader::new(child.stdout.take().ok_or_else(silent)?);
        Ok(Self {
            child,
            input,
            output,
        })
    }

    fn line(&mut self) -> Outcome<String> {
        let mut line = String::new();
        match self.output.read_line(&mut line) {
            Ok(1..) => Ok(line.trim().to_owned()),
            _ => Err(Failure::new("rollcall-floor ended; its words are above")),
        }
    }

    fn go_on(&mut self) -> Outcome {
        let told = self.input.write_all(b"go\n");
        told.map_err(|error| Failure::new(format!("rollcall-floor ended: {error}")))
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        process::stop(&mut self.child, Duration::from_secs(2));
    }
}

fn unexpected(line: &str) -> Failure {
    Failure::new(format!("rollcall-floor said `{line}`"))
}
