//! `cargo xtask bench`: the targets T1 to T15 against the release server, over real HTTP with
//! keep-alive, on SQLite and PostgreSQL.
//!
//! CPU time per request is the figure that repeats on a busy machine. Each ratio is to the floor of
//! the same run: a bare echo of the same body, and the same work by a bare script on the same
//! database. Audit, change feed and provisioning log are on, as always.

mod cpu;
mod floor;
mod groups;
mod load;
mod people;
mod process;
mod reads;
mod report;
mod setup;
mod site;
mod writes;

use std::time::{Duration, Instant};

use crate::failure::Outcome;
use floor::Floor;
use report::{About, Report};
pub(crate) use setup::Options;
use setup::{Database, MILLION, SMALL, Setup};
use site::{FULL, NORMAL, Site};

/// Measures what `options` ask for and prints the table.
///
/// # Errors
/// When something cannot be built or started, or answers with anything but success.
pub(crate) fn bench(options: Options) -> Outcome {
    let setup = Setup::prepare(options)?;
    let mut report = Report::default();
    let mut floors = Vec::new();
    let begun = Instant::now();
    for database in setup.databases.iter().copied() {
        let floor = Floor::measure(&setup, database)?;
        let told = format!("Floor on {}: {}", database.name(), floor.told());
        println!("  {told}");
        floors.push(told);
        let mut course = Course {
            setup: &setup,
            report: &mut report,
            floor: &floor,
            database,
        };
        course.run()?;
    }
    println!("\n{}\n\n{}", floors.join("\n"), report.table());
    println!(
        "cargo xtask bench: {} in {}",
        report.verdict(),
        crate::process::spoken(begun.elapsed())
    );
    Ok(())
}

/// All measurements on one database, from an empty account to a large one.
struct Course<'a> {
    setup: &'a Setup,
    report: &'a mut Report,
    floor: &'a Floor,
    database: Database,
}

impl Course<'_> {
    fn run(&mut self) -> Outcome {
        if self.database == Database::Sqlite {
            self.durable()?;
        }
        let mut site = Site::open(self.setup, self.database, NORMAL)?;
        println!("{} with {SMALL} people", self.database.name());
        self.creates(&mut site)?;
        site.fill(SMALL)?;
        let small = self.reads_of_small(&site)?;
        self.patch(&site)?;
        let users = self.setup.users;
        if users > SMALL && self.setup.wants(&[5, 7, 9, 10, 11, 12, 13, 14]) {
            println!("{} with {users} people", self.database.name());
            let bulks = site.fill(users)?;
            self.bulk(&bulks);
            self.reads_of_large(&site, &small)?;
            self.groups(&site)?;
            self.process(&mut site)?;
        }
        if self.setup.million && self.setup.wants(&[5, 7]) {
            println!("{} with {MILLION} people", self.database.name());
            site.fill_quickly(MILLION)?;
            self.growth_to_million(&site, &small)?;
        }
        Ok(())
    }

    /// SQLite as it is by default: whoever is answered is on the disk.
    fn durable(&mut self) -> Outcome {
        if !self.setup.wants(&[3, 12, 15]) {
            return Ok(());
        }
        println!("SQLite at FULL");
        let mut site = Site::open(self.setup, self.database, FULL)?;
        self.durable_creates(&mut site)?;
        let first = site.people().len();
        let bulks = site.fill(first + 5_000)?;
        self.bulk_on(&bulks, "/Bulk of 1,000 creates, FULL");
        Ok(())
    }

    fn about<'w>(&self, target: &'static str, workload: &'w str) -> About<'w> {
        About {
            target,
            database: self.database.name(),
            workload,
        }
    }
}

/// The middle one of some durations, in milliseconds.
fn median(times: &[Duration]) -> f64 {
    let mut times = times.to_vec();
    times.sort_unstable();
    let middle = times.get(times.len() / 2).copied().unwrap_or_default();
    middle.as_secs_f64() * 1000.0
}

/// A number with commas between its thousands.
fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle_whatever_the_order() {
        let times = [3, 900, 1].map(Duration::from_millis);
        assert_eq!(median(&times).round(), 3.0);
    }

    #[test]
    fn numbers_are_written_with_commas() {
        assert_eq!(thousands(999), "999");
        assert_eq!(thousands(50_000), "50,000");
        assert_eq!(thousands(1_000_000), "1,000,000");
    }
}
