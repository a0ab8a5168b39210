//! T13 and T14: the process itself.

use std::fs;

use super::cpu;
use super::load::{Amount, Call};
use super::site::Site;
use super::{Course, median, thousands};
use crate::failure::{Failure, Outcome};

/// Starts that are measured.
const STARTS: usize = 5;
/// Lists that a server's memory has to bear.
const LISTS: usize = 50;

impl Course<'_> {
    /// T13 and T14.
    pub(super) fn process(&mut self, site: &mut Site<'_>) -> Outcome {
        if self.setup.wants(&[14]) {
            self.start(site)?;
        }
        if self.setup.wants(&[13]) {
            self.memory(site)?;
        }
        Ok(())
    }

    fn start(&mut self, site: &mut Site<'_>) -> Outcome {
        let mut times = Vec::new();
        for _ in 0..STARTS {
            times.push(site.restart(self.database)?);
        }
        let about = self.about("T14", "start to the first 200, p50");
        self.report
            .at_most(about, median(&times) / 1000.0, 0.1, "s");
        let binary = &self.setup.binary;
        let size = fs::metadata(binary).map_err(Failure::file("look at", binary))?;
        let megabytes = size.len() as f64 / (1024.0 * 1024.0);
        let about = self.about("T14", "binary");
        self.report.at_most(about, megabytes, 25.0, "MB");
        Ok(())
    }

    fn memory(&mut self, site: &Site<'_>) -> Outcome {
        let people = site.people();
        site.send(Amount::sixteen(people.len().min(10_000)), &|index| {
            let id = people.get(index).map_or("", String::as_str);
            Call::get(format!("/scim/v2/Users/{id}"))
        })?;
        let before = cpu::resident_megabytes(site.process()?)?;
        site.send(Amount::sixteen(LISTS), &|index| {
            let start = 1 + index * 100;
            Call::get(format!("/scim/v2/Users?startIndex={start}&count=1000"))
        })?;
        let after = cpu::resident_megabytes(site.process()?)?;
        let workload = format!("memory with {} people", thousands(people.len()));
        let about = self.about("T13", &workload);
        let told = format!("{before:.0} MB, {after:.0} MB after lists of 1,000, 16 at a time");
        self.report.tell(about, told);
        Ok(())
    }
}
