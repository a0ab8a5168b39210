//! T5, T6, T7 and the reading half of T15.

use std::sync::{Mutex, PoisonError};

use super::load::{Amount, Call, Load};
use super::people;
use super::setup::{MILLION, SMALL};
use super::site::Site;
use super::writes::SHARE_OF_LOAD;
use super::{Course, thousands};
use crate::failure::{Failure, Outcome};

/// Requests of a cheap kind: many, since the kernel counts CPU time in steps of 10 ms.
const MANY: usize = 10_000;
/// Requests of a dear kind.
const FEW: usize = 300;
/// People on a page.
const PAGE: usize = 100;
/// A prime, so that neighbours in time are no neighbours in the table.
const STRIDE: usize = 7_919;

/// What growth is told from: milliseconds in the middle.
pub(super) struct Small {
    look_up: f64,
    page: f64,
}

impl Course<'_> {
    /// T5, T6, T7 and T15 in the small account.
    pub(super) fn reads_of_small(&mut self, site: &Site<'_>) -> Outcome<Small> {
        let mut small = Small {
            look_up: 0.0,
            page: 0.0,
        };
        if self.setup.wants(&[5]) {
            small.look_up = self.look_ups(site)?;
        }
        if self.setup.wants(&[6, 15]) {
            self.gets(site)?;
        }
        if self.setup.wants(&[7]) {
            small.page = first_page(site)?.percentile(50);
            let about = self.about("T7", "list 100, first page, p50");
            self.report.at_most(about, small.page, 3.0, "ms");
        }
        Ok(small)
    }

    fn look_ups(&mut self, site: &Site<'_>) -> Outcome<f64> {
        let floor = self.floor.echo + self.floor.unique;
        let by_name = look_up(site, "userName", people::user_name)?;
        let about = self.about("T5", "userName eq, c1, p50");
        self.report
            .at_most(about, by_name.percentile(50), 0.25, "ms");
        let about = self.about("T5", "userName eq, c1, CPU");
        self.report
            .times_floor(about, by_name.cpu(), floor, 1.7, "ms");
        let by_id = look_up(site, "externalId", people::external_id)?;
        let about = self.about("T5", "externalId eq, c1, p50");
        self.report.at_most(about, by_id.percentile(50), 0.25, "ms");
        let about = self.about("T5", "externalId eq, c1, CPU");
        self.report
            .times_floor(about, by_id.cpu(), floor, 1.7, "ms");
        Ok(by_name.percentile(50))
    }

    fn gets(&mut self, site: &Site<'_>) -> Outcome {
        let people = site.people();
        let call = |index: usize| {
            let id = people.get(index * STRIDE % people.len().max(1));
            Call::get(format!("/scim/v2/Users/{}", id.map_or("", String::as_str)))
        };
        let floor = self.floor.echo + self.floor.primary;
        let one = site.send(Amount::one_by_one(MANY), &call)?;
        let about = self.about("T6", "get by id, c1, CPU");
        self.report.times_floor(about, one.cpu(), floor, 1.5, "ms");
        let many = site.send(Amount::sixteen(2 * MANY), &call)?;
        let about = self.about("T6", "get by id, c16");
        self.report.at_least(about, many.rate(), 8_000.0, "/s");
        let calm = site.send(Amount::paced(MANY, many.rate() * SHARE_OF_LOAD), &call)?;
        let told = format!(
            "p50 {:.2} ms, p99 {:.2} ms, slowest {:.0} ms",
            calm.percentile(50),
            calm.percentile(99),
            calm.percentile(100)
        );
        let about = self.about("T15", "get by id, c16, at 60 % load");
        self.report.tell(about, told);
        Ok(())
    }

    /// T5 and T7 in the large account.
    pub(super) fn reads_of_large(&mut self, site: &Site<'_>, small: &Small) -> Outcome {
        if self.setup.wants(&[5]) {
            self.look_up_growth(site, small)?;
        }
        if !self.setup.wants(&[7]) {
            return Ok(());
        }
        let people = site.people().len();
        let first = first_page(site)?.percentile(50);
        let workload = format!("list 100, first page: {} / 5,000", thousands(people));
        let about = self.about("T7", &workload);
        self.report.at_most(about, first / small.page, 1.3, "×");
        let random = site.send(Amount::one_by_one(FEW), &|index| {
            let start = 1 + index * STRIDE % (people - PAGE).max(1);
            Call::get(format!("/scim/v2/Users?startIndex={start}&count={PAGE}"))
        })?;
        let workload = format!(
            "list 100, random startIndex / first at {}",
            thousands(people)
        );
        let about = self.about("T7", &workload);
        self.report
            .at_most(about, random.percentile(50) / first, 2.0, "×");
        self.last_page(site, first)
    }

    /// T5 and T7 in the largest account.
    pub(super) fn growth_to_million(&mut self, site: &Site<'_>, small: &Small) -> Outcome {
        if self.setup.wants(&[5]) {
            self.look_up_growth(site, small)?;
        }
        if self.setup.wants(&[7]) {
            let first = first_page(site)?.percentile(50);
            self.last_page(site, first)?;
        }
        Ok(())
    }

    /// The second look-up of the same people is compared, so that the disk is in neither number; the
    /// first one is told, with whatever of it the system had to fetch.
    fn look_up_growth(&mut self, site: &Site<'_>, small: &Small) -> Outcome {
        let people = thousands(site.people().len());
        let first = look_up(site, "userName", people::user_name)?.percentile(50);
        let again = look_up(site, "userName", people::user_name)?.percentile(50);
        let workload = format!("userName eq, p50: {people} / 5,000");
        let about = self.about("T5", &workload);
        self.report.at_most(about, again / small.look_up, 1.3, "×");
        let workload = format!("userName eq among {people}, first look-up, p50");
        let about = self.about("T5", &workload);
        self.report.tell(about, format!("{first:.3} ms"));
        Ok(())
    }

    /// The last page of a walk by cursor.
    fn last_page(&mut self, site: &Site<'_>, first: f64) -> Outcome {
        // Large steps to the end, which is then read as a page of the usual size.
        let step = site.people().len().min(MILLION) / 500;
        let step = step.clamp(PAGE, 1_000);
        let mut cursor = String::new();
        let mut seen = 0;
        while seen + step + PAGE <= site.people().len() {
            let path = page_path(&cursor, step);
            let (answer, _) = site.one(&|| Call::get(&*path))?;
            cursor = next_cursor(&answer.body)
                .ok_or_else(|| Failure::new("a walk by cursor ended before its end"))?;
            seen += step;
        }
        let path = page_path(&cursor, PAGE);
        let last = site.send(Amount::one_by_one(FEW), &|_| Call::get(&*path))?;
        let people = thousands(site.people().len());
        let workload = format!("list 100, last page by cursor / first at {people}");
        let about = self.about("T7", &workload);
        self.report
            .at_most(about, last.percentile(50) / first, 2.0, "×");
        Ok(())
    }
}

fn look_up(site: &Site<'_>, attribute: &str, value: fn(usize) -> String) -> Outcome<Load> {
    let people = site.people().len().max(1);
    let found = Mutex::new(0_usize);
    let load = site.watch(
        Amount::one_by_one(MANY),
        &|index| {
            let value = value(index * STRIDE % people).replace('@', "%40");
            Call::get(format!(
                "/scim/v2/Users?filter={attribute}%20eq%20%22{value}%22"
            ))
        },
        &|_, response| {
            if response.body.contains("\"totalResults\":1,") {
                *found.lock().unwrap_or_else(PoisonError::into_inner) += 1;
            }
        },
    )?;
    let found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    if found == MANY {
        return Ok(load);
    }
    Err(Failure::new(format!(
        "{attribute} eq found one person in {found} of {MANY} look-ups"
    )))
}

fn first_page(site: &Site<'_>) -> Outcome<Load> {
    let path = format!("/scim/v2/Users?startIndex=1&count={PAGE}");
    debug_assert!(site.people().len() >= SMALL.min(PAGE));
    site.send(Amount::one_by_one(FEW), &|_| Call::get(&*path))
}

fn page_path(cursor: &str, count: usize) -> String {
    format!("/scim/v2/Users?cursor={cursor}&count={count}")
}

/// `nextCursor` of a page.
fn next_cursor(body: &str) -> Option<String> {
    let (_, rest) = body.split_once("\"nextCursor\":\"")?;
    rest.split('"').next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_cursor_is_read_and_missing_on_the_last_page() {
        let page = r#"{"totalResults":3,"nextCursor":"abc_-","Resources":[]}"#;
        assert_eq!(next_cursor(page).as_deref(), Some("abc_-"));
        assert_eq!(next_cursor(r#"{"Resources":[]}"#), None);
    }
}
