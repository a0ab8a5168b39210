//! A server with people, as large as a measurement needs it.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::cpu::Meter;
use super::load::{self, Aim, Amount, Call, Load};
use super::people;
use super::setup::{Database, Setup};
use crate::connection;
use crate::failure::{Failure, Outcome};
use crate::http::Response;
use crate::scratch::Scratch;
use crate::server::{Server, Store};

/// Operations of one Bulk that fills: the most that a server takes.
const BULK: usize = 1_000;
/// Bulks in flight when an account is filled quickly: its server reads one while another is stored.
const FILLERS: usize = 4;
/// How the server may synchronise SQLite; see its setting `sqlite_synchronous`.
pub(super) const FULL: &str = "full";
pub(super) const NORMAL: &str = "normal";

/// A running server and its people.
pub(super) struct Site<'a> {
    setup: &'a Setup,
    /// `None` while it starts anew.
    server: Option<Server>,
    store: Store,
    token: String,
    meter: Meter,
    /// SCIM ids, by the number of the person.
    people: Vec<String>,
    _data: Scratch,
}

impl<'a> Site<'a> {
    /// A server without people.
    ///
    /// # Errors
    /// When it does not start.
    pub(super) fn open(setup: &'a Setup, database: Database, synchronous: &str) -> Outcome<Self> {
        let data = Scratch::create("bench")?;
        let store = match database {
            Database::Sqlite => Store::sqlite(data.path()).synchronous(synchronous),
            Database::Postgres => Store::postgres(data.path(), setup.postgres()?.url()),
        };
        let store = store.quiet();
        // The first start creates the account that the connection belongs to.
        let server = Server::start_on(&setup.binary, &store)?;
        let token = connection::create(&setup.binary, &store, "bench", &[])?;
        let meter = setup.meter(server.id(), database)?;
        Ok(Self {
            setup,
            server: Some(server),
            store,
            token,
            meter,
            people: Vec::new(),
            _data: data,
        })
    }

    /// SCIM ids by the number of the person.
    pub(super) fn people(&self) -> &[String] {
        &self.people
    }

    /// Sends the calls.
    ///
    /// # Errors
    /// As [`load::run`].
    pub(super) fn send(
        &self,
        amount: Amount,
        call: &(dyn Fn(usize) -> Call + Sync),
    ) -> Outcome<Load> {
        self.watch(amount, call, &|_, _| {})
    }

    /// Sends the calls and shows each answer to `seen`.
    ///
    /// # Errors
    /// As [`load::run`].
    pub(super) fn watch(
        &self,
        amount: Amount,
        call: &(dyn Fn(usize) -> Call + Sync),
        seen: &(dyn Fn(usize, &Response) + Sync),
    ) -> Outcome<Load> {
        let server = self.server()?;
        let aim = Aim {
            address: server.address(),
            token: &self.token,
            meter: &self.meter,
        };
        load::run(&aim, amount, call, seen)
    }

    /// Sends one call and answers its body and how long it took.
    ///
    /// # Errors
    /// As [`load::run`].
    pub(super) fn one(&self, call: &(dyn Fn() -> Call + Sync)) -> Outcome<(Response, Duration)> {
        let answer = Mutex::new(None);
        let begun = Instant::now();
        self.watch(Amount::one_by_one(1), &|_| call(), &|_, response| {
            let mut answer = answer.lock().unwrap_or_else(PoisonError::into_inner);
            *answer = Some((response.clone(), begun.elapsed()));
        })?;
        let answer = answer.into_inner().unwrap_or_else(PoisonError::into_inner);
        answer.ok_or_else(|| Failure::new("a request was not answered"))
    }

    /// Creates the next people, one request each.
    ///
    /// # Errors
    /// As [`load::run`].
    pub(super) fn create(&mut self, amount: Amount) -> Outcome<Load> {
        let first = self.people.len();
        let created = Mutex::new(vec![String::new(); amount.requests]);
        let load = self.watch(
            amount,
            &|index| Call::with_body("POST", "/scim/v2/Users", people::user(first + index)),
            &|index, response| {
                let mut created = created.lock().unwrap_or_else(PoisonError::into_inner);
                if let (Some(slot), Some(location)) = (created.get_mut(index), &response.location) {
                    *slot = id_of(location).to_owned();
                }
            },
        )?;
        let created = created.into_inner().unwrap_or_else(PoisonError::into_inner);
        self.people.extend(created);
        Ok(load)
    }

    /// Creates people by Bulk, one after the other, until there are so many; answers what
    /// the Bulks took.
    ///
    /// # Errors
    /// As [`load::run`], and when an operation of a Bulk failed.
    pub(super) fn fill(&mut self, wanted: usize) -> Outcome<Load> {
        self.fill_by(1, wanted)
    }

    /// The same as quickly as the server takes it.
    ///
    /// # Errors
    /// As [`Site::fill`].
    pub(super) fn fill_quickly(&mut self, wanted: usize) -> Outcome {
        self.fill_by(FILLERS, wanted).map(drop)
    }

    fn fill_by(&mut self, connections: usize, wanted: usize) -> Outcome<Load> {
        let first = self.people.len();
        let bulks = wanted.saturating_sub(first).div_ceil(BULK);
        let range = |bulk: usize| {
            let start = first + bulk * BULK;
            start..wanted.min(start + BULK)
        };
        let amount = Amount {
            connections,
            requests: bulks,
            rate: None,
        };
        let created = Mutex::new(vec![Vec::new(); bulks]);
        let load = self.watch(
            amount,
            &|bulk| Call::with_body("POST", "/scim/v2/Bulk", people::bulk(range(bulk))),
            &|bulk, response| {
                let mut created = created.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(slot) = created.get_mut(bulk) {
                    *slot = ids_of(&response.body);
                }
            },
        )?;
        let created = created.into_inner().unwrap_or_else(PoisonError::into_inner);
        for (bulk, ids) in created.into_iter().enumerate() {
            if ids.len() != range(bulk).len() {
                return Err(Failure::new(format!(
                    "a Bulk of {} created {} people",
                    range(bulk).len(),
                    ids.len()
                )));
            }
            self.people.extend(ids);
        }
        Ok(load)
    }

    /// Ends the server and starts it again; answers how long it took until it was ready.
    ///
    /// # Errors
    /// When it does not start.
    pub(super) fn restart(&mut self, database: Database) -> Outcome<Duration> {
        self.server = None;
        let begun = Instant::now();
        let server = Server::start_on(&self.setup.binary, &self.store)?;
        let time = begun.elapsed();
        self.meter = self.setup.meter(server.id(), database)?;
        self.server = Some(server);
        Ok(time)
    }

    /// The process of the server.
    ///
    /// # Errors
    /// When it did not start again.
    pub(super) fn process(&self) -> Outcome<u32> {
        self.server().map(Server::id)
    }

    fn server(&self) -> Outcome<&Server> {
        let running = self.server.as_ref();
        running.ok_or_else(|| Failure::new("the server did not start again"))
    }
}

/// The id at the end of an address.
fn id_of(location: &str) -> &str {
    location.rsplit('/').next().unwrap_or_default()
}

/// The ids in the locations of a Bulk's answer, in their order.
fn ids_of(body: &str) -> Vec<String> {
    let locations = body.split("\"location\":\"").skip(1);
    locations
        .filter_map(|rest| rest.split('"').next())
        .map(|location| id_of(location).to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ids_of_a_bulk_are_read_in_their_order() {
        let body = r#"{"Operations":[{"location":"http://x/scim/v2/Users/7","status":"201"},{"status":"409"},{"location":"http://x/scim/v2/Users/9"}]}"#;
        assert_eq!(ids_of(body), ["7", "9"]);
    }
}
