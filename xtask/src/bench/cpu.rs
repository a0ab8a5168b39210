//! CPU time from the operating system: of a whole process, and of a PostgreSQL server with its
//! backends.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::failure::{Failure, Outcome};
use crate::process;

/// Whose CPU time is read.
#[derive(Clone, Debug)]
pub(super) struct Meter {
    process: u32,
    /// The first process of PostgreSQL.
    postmaster: Option<u32>,
    ticks_per_second: u64,
}

/// CPU time so far.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading {
    /// Of the process.
    pub(super) process: Duration,
    /// Of PostgreSQL; zero without one.
    pub(super) database: Duration,
}

impl Meter {
    /// A meter of this process, and of the PostgreSQL server beside it.
    ///
    /// # Errors
    /// When the system does not tell the length of its ticks.
    pub(super) fn new(process: u32, postmaster: Option<u32>) -> Outcome<Self> {
        let ticks = process::output(Command::new("getconf").arg("CLK_TCK"))?;
        Ok(Self {
            process,
            postmaster,
            ticks_per_second: ticks.trim().parse().unwrap_or(100),
        })
    }

    /// What they have used so far.
    ///
    /// # Errors
    /// When one of them has ended.
    pub(super) fn read(&self) -> Outcome<Reading> {
        let database = match self.postmaster {
            None => 0,
            Some(postmaster) => {
                let first = Stat::of(postmaster)?;
                first.own + first.ended_children + ticks_of_children(postmaster)
            }
        };
        Ok(Reading {
            process: self.time(Stat::of(self.process)?.own),
            database: self.time(database),
        })
    }

    fn time(&self, ticks: u64) -> Duration {
        Duration::from_micros(ticks * 1_000_000 / self.ticks_per_second)
    }
}

impl Reading {
    /// What was used since an earlier reading.
    pub(super) fn since(self, earlier: Self) -> Self {
        Self {
            process: self.process.saturating_sub(earlier.process),
            database: self.database.saturating_sub(earlier.database),
        }
    }
}

/// Memory of a process that is in RAM, in megabytes.
///
/// # Errors
/// When the process has ended.
pub(super) fn resident_megabytes(process: u32) -> Outcome<f64> {
    let file = proc_file(process, "status");
    let text = fs::read_to_string(&file).map_err(Failure::file("read", &file))?;
    let kilobytes = text
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|rest| rest.split_whitespace().next()?.parse::<f64>().ok())
        .ok_or_else(|| not_as_described(&file))?;
    Ok(kilobytes / 1024.0)
}

/// What `/proc/<id>/stat` says, in ticks.
#[derive(Debug, PartialEq, Eq)]
struct Stat {
    parent: u32,
    own: u64,
    ended_children: u64,
}

impl Stat {
    fn of(process: u32) -> Outcome<Self> {
        let file = proc_file(process, "stat");
        let text = fs::read_to_string(&file)
            .map_err(Failure::file("read the CPU time of a process from", &file))?;
        Self::parse(&text).ok_or_else(|| not_as_described(&file))
    }

    /// proc(5): field 4 is the parent, 14 and 15 user and system time, 16 and 17 those of children
    /// that were waited for.
    fn parse(stat: &str) -> Option<Self> {
        // The name of the program stands in parentheses and may contain blanks.
        let (_, fields) = stat.rsplit_once(") ")?;
        let fields: Vec<&str> = fields.split(' ').collect();
        let number = |position: usize| fields.get(position)?.parse::<u64>().ok();
        Some(Self {
            parent: u32::try_from(number(1)?).ok()?,
            own: number(11)? + number(12)?,
            ended_children: number(13)? + number(14)?,
        })
    }
}

fn ticks_of_children(parent: u32) -> u64 {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries
        .filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok())
        // A process may end while we look: then its parent has its time.
        .filter_map(|process| Stat::of(process).ok())
        .filter(|stat| stat.parent == parent)
        .map(|stat| stat.own)
        .sum()
}

fn proc_file(process: u32, name: &str) -> PathBuf {
    Path::new("/proc").join(process.to_string()).join(name)
}

fn not_as_described(file: &Path) -> Failure {
    Failure::new(format!("{} is not as proc(5) describes it", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_past_a_name_with_blanks() {
        let stat = "12 (roll ) call) S 7 12 12 0 -1 4194304 5 0 0 0 250 50 3 4 20 0 9 0 1 2 3";
        assert_eq!(
            Stat::parse(stat),
            Some(Stat {
                parent: 7,
                own: 300,
                ended_children: 7
            })
        );
    }

    #[test]
    fn a_process_is_measured_and_one_that_ended_is_an_error() {
        let own = std::process::id();
        assert!(Meter::new(own, None).and_then(|meter| meter.read()).is_ok());
        assert!(resident_megabytes(own).is_ok_and(|megabytes| megabytes > 0.5));
        assert!(Stat::of(u32::MAX).is_err());
    }
}
