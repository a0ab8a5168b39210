//! T1 to T4, T8, T12 and the writing half of T15.

use super::Course;
use super::load::{Amount, Call, Load};
use super::people;
use super::setup::Database;
use super::site::Site;
use crate::failure::Outcome;

/// Creates one after the other, and sixteen at a time: together the small account.
const ONE_BY_ONE: usize = 1_500;
const SIXTEEN: usize = 3_500;
/// Changes of `active`.
const PATCHES: usize = 2_000;
/// How much of what the server can do is asked of it where tails are measured.
pub(super) const SHARE_OF_LOAD: f64 = 0.6;

impl Course<'_> {
    /// T1 and T2 on SQLite, T4 on PostgreSQL.
    pub(super) fn creates(&mut self, site: &mut Site<'_>) -> Outcome {
        if !self.setup.wants(&[1, 2, 4]) {
            return Ok(());
        }
        let one = site.create(Amount::one_by_one(ONE_BY_ONE))?;
        let many = site.create(Amount::sixteen(SIXTEEN))?;
        let floor = self.floor.echo + self.floor.insert;
        if self.database == Database::Postgres {
            let about = self.about("T4", "create c16");
            self.report
                .part_of_floor(about, many.rate(), self.floor.grouped_inserts, 0.5);
            let about = self.about("T4", "create c16, CPU with PostgreSQL's");
            self.report.at_most(about, many.cpu(), 0.55, "ms");
            let about = self.about("T4", "create c1, CPU with PostgreSQL's");
            let told = format!("{:.3} ms = {:.2} × floor", one.cpu(), one.cpu() / floor);
            self.report.tell(about, told);
            return Ok(());
        }
        let about = self.about("T1", "create c1, NORMAL, CPU");
        self.report.times_floor(about, one.cpu(), floor, 1.7, "ms");
        let about = self.about("T2", "create c16, NORMAL");
        self.report
            .part_of_floor(about, many.rate(), self.floor.inserts, 0.45);
        Ok(())
    }

    /// T3, and T15 for writes.
    pub(super) fn durable_creates(&mut self, site: &mut Site<'_>) -> Outcome {
        if !self.setup.wants(&[3, 15]) {
            return Ok(());
        }
        let one = site.create(Amount::one_by_one(ONE_BY_ONE))?;
        let many = site.create(Amount::sixteen(SIXTEEN))?;
        let about = self.about("T3", "create c16, FULL");
        self.report
            .part_of_floor(about, many.rate(), self.floor.grouped_inserts, 0.55);
        let about = self.about("T3", "create c1, FULL");
        self.report
            .part_of_floor(about, one.rate(), self.floor.durable_inserts, 0.85);
        let paced = Amount::paced(SIXTEEN, many.rate() * SHARE_OF_LOAD);
        let calm = site.create(paced)?;
        let told = format!(
            "p50 {:.2} ms, p99 {:.2} ms, slowest {:.0} ms",
            calm.percentile(50),
            calm.percentile(99),
            calm.percentile(100)
        );
        let about = self.about("T15", "create c16, FULL, at 60 % load");
        self.report.tell(about, told);
        Ok(())
    }

    /// T8.
    pub(super) fn patch(&mut self, site: &Site<'_>) -> Outcome {
        if !self.setup.wants(&[8]) {
            return Ok(());
        }
        let people = site.people();
        // Each person is switched off, and on the second round on again.
        let half = PATCHES / 2;
        let load = site.send(Amount::one_by_one(PATCHES), &|index| {
            let id = people.get(index % half).map_or("", String::as_str);
            let body = people::set_active(index >= half);
            Call::with_body("PATCH", format!("/scim/v2/Users/{id}"), body)
        })?;
        let floor = self.floor.echo + self.floor.update;
        let about = self.about("T8", "PATCH active c1, CPU");
        self.report.times_floor(about, load.cpu(), floor, 2.0, "ms");
        Ok(())
    }

    /// T12, of the Bulks that filled the account.
    pub(super) fn bulk(&mut self, bulks: &Load) {
        let durable = match self.database {
            Database::Sqlite => "/Bulk of 1,000 creates, NORMAL",
            Database::Postgres => "/Bulk of 1,000 creates",
        };
        self.bulk_on(bulks, durable);
    }

    /// The same under a name.
    pub(super) fn bulk_on(&mut self, bulks: &Load, workload: &str) {
        if self.setup.wants(&[12]) {
            let about = self.about("T12", workload);
            self.report
                .at_most(about, bulks.percentile(50) / 1000.0, 0.4, "s");
        }
    }
}
