//! T9, T10 and T11.

use super::load::{Amount, Call};
use super::people;
use super::setup::Database;
use super::site::Site;
use super::{Course, median, thousands};
use crate::failure::{Failure, Outcome};

/// Members of the groups whose members change; the largest has as many people as there are.
const SIZES: [usize; 3] = [1_000, 10_000, 100_000];
/// Members added at once while a large group is made.
const CHUNK: usize = 10_000;
/// Who is added to a group and removed from it again, and how often.
const GUESTS: usize = 60;
const ROUNDS: usize = 5;
/// Lists of groups.
const LISTS: usize = 300;
/// Groups of 10,000 that are created.
const CREATED: usize = 3;
const CREATED_MEMBERS: usize = 10_000;

impl Course<'_> {
    /// All targets about groups.
    pub(super) fn groups(&mut self, site: &Site<'_>) -> Outcome {
        if self.setup.wants(&[11]) {
            self.create_large(site)?;
        }
        if self.setup.wants(&[9]) {
            self.one_member(site)?;
        }
        if self.setup.wants(&[10]) {
            self.list(site)?;
        }
        Ok(())
    }

    fn create_large(&mut self, site: &Site<'_>) -> Outcome {
        let members = site
            .people()
            .get(..CREATED_MEMBERS)
            .unwrap_or(site.people());
        let mut times = Vec::new();
        for number in 0..CREATED {
            let body = people::group(&format!("Created {number}"), members);
            let (_, time) = site.one(&|| Call::with_body("POST", "/scim/v2/Groups", &*body))?;
            times.push(time);
        }
        let workload = format!("create a group with {} members", thousands(members.len()));
        let about = self.about("T11", &workload);
        self.report
            .at_most(about, median(&times) / 1000.0, 0.3, "s");
        Ok(())
    }

    fn one_member(&mut self, site: &Site<'_>) -> Outcome {
        // Those who come and go are no members of the largest group.
        let (residents, guests) = site
            .people()
            .split_at_checked(site.people().len() - GUESTS)
            .ok_or_else(|| Failure::new("too few people for a group"))?;
        let mut groups = Vec::new();
        for target_size in SIZES {
            let members = residents.get(..target_size).unwrap_or(residents);
            groups.push((members.len(), group_of(site, members)?, Vec::new()));
            if members.len() < target_size {
                break;
            }
        }
        // In turns, so that what else the machine does weighs on all of them.
        for _ in 0..ROUNDS {
            for (_, path, times) in &mut groups {
                times.push(change_members(site, path, guests)?);
            }
        }
        let mut first = None;
        for (size, _, mut times) in groups {
            times.sort_by(f64::total_cmp);
            let middle = times.get(ROUNDS / 2).copied().unwrap_or_default();
            let size = thousands(size);
            let workload = format!("add or remove 1 of {size} members, p50");
            let about = self.about("T9", &workload);
            match self.database {
                Database::Sqlite => self.report.at_most(about, middle, 1.0, "ms"),
                // A commit alone takes longer than that where it waits for the disk.
                Database::Postgres => self.report.tell(about, format!("{middle:.2} ms")),
            }
            match first {
                None => first = Some(middle),
                Some(first) => {
                    let workload = format!("1 member, p50: {size} / 1,000");
                    let about = self.about("T9", &workload);
                    self.report.at_most(about, middle / first, 1.3, "×");
                }
            }
        }
        Ok(())
    }

    fn list(&mut self, site: &Site<'_>) -> Outcome {
        let path = "/scim/v2/Groups?excludedAttributes=members&count=100";
        let load = site.send(Amount::one_by_one(LISTS), &|_| Call::get(path))?;
        let about = self.about("T10", "list Groups excludedAttributes=members, p50");
        self.report.at_most(about, load.percentile(50), 1.0, "ms");
        Ok(())
    }
}

/// The path of a new group with these members.
fn group_of(site: &Site<'_>, members: &[String]) -> Outcome<String> {
    let name = format!("Group of {}", members.len());
    let body = people::group(&name, &[]);
    let (created, _) = site.one(&|| Call::with_body("POST", "/scim/v2/Groups", &*body))?;
    let id = created
        .location
        .as_deref()
        .and_then(|location| location.rsplit('/').next())
        .ok_or_else(|| Failure::new("a created group has no Location"))?;
    let path = format!("/scim/v2/Groups/{id}");
    for chunk in members.chunks(CHUNK) {
        let body = people::add_members(chunk);
        site.one(&|| Call::with_body("PATCH", &*path, &*body))?;
    }
    Ok(path)
}

/// Milliseconds in the middle of adding each guest and removing it again.
fn change_members(site: &Site<'_>, path: &str, guests: &[String]) -> Outcome<f64> {
    let load = site.send(Amount::one_by_one(2 * guests.len()), &|index| {
        let guest = guests.get(index / 2).map_or("", String::as_str);
        let body = if index % 2 == 0 {
            people::add_members(&[guest.to_owned()])
        } else {
            people::remove_member(guest)
        };
        Call::with_body("PATCH", path, body)
    })?;
    Ok(load.percentile(50))
}
