//! Load over real HTTP with keep-alive: so many connections, each a thread of its own.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::cpu::{Meter, Reading};
use crate::failure::{Failure, Outcome};
use crate::http::{Connection, Response};

/// Where the load goes.
pub(super) struct Aim<'a> {
    pub(super) address: SocketAddr,
    pub(super) token: &'a str,
    pub(super) meter: &'a Meter,
}

/// How much of it.
#[derive(Clone, Copy)]
pub(super) struct Amount {
    pub(super) connections: usize,
    pub(super) requests: usize,
    /// Requests per second; as fast as possible when `None`.
    pub(super) rate: Option<f64>,
}

/// One request.
pub(super) struct Call {
    pub(super) method: &'static str,
    pub(super) path: String,
    pub(super) body: String,
}

/// What came of it.
pub(super) struct Load {
    /// In ascending order.
    latencies: Vec<Duration>,
    wall: Duration,
    cpu: Reading,
}

impl Amount {
    /// One request after the other.
    pub(super) const fn one_by_one(requests: usize) -> Self {
        Self {
            connections: 1,
            requests,
            rate: None,
        }
    }

    /// Sixteen at a time.
    pub(super) const fn sixteen(requests: usize) -> Self {
        Self {
            connections: 16,
            requests,
            rate: None,
        }
    }

    /// Sixteen connections that together send so many requests per second.
    pub(super) const fn paced(requests: usize, rate: f64) -> Self {
        Self {
            connections: 16,
            requests,
            rate: Some(rate),
        }
    }
}

impl Call {
    pub(super) fn get(path: impl Into<String>) -> Self {
        Self {
            method: "GET",
            path: path.into(),
            body: String::new(),
        }
    }

    pub(super) fn with_body(
        method: &'static str,
        path: impl Into<String>,
        body: impl Into<String>,
    ) -> Self {
        Self {
            method,
            path: path.into(),
            body: body.into(),
        }
    }
}

impl Load {
    /// CPU milliseconds per request of the process, and of PostgreSQL with it.
    pub(super) fn cpu(&self) -> f64 {
        let cpu = self.cpu.process + self.cpu.database;
        cpu.as_secs_f64() * 1000.0 / self.latencies.len().max(1) as f64
    }

    /// Requests per second.
    pub(super) fn rate(&self) -> f64 {
        self.latencies.len() as f64 / self.wall.as_secs_f64().max(f64::EPSILON)
    }

    /// The latency, in milliseconds, that so many per cent stay within.
    pub(super) fn percentile(&self, percent: usize) -> f64 {
        let last = self.latencies.len().saturating_sub(1);
        let index = (self.latencies.len() * percent / 100).min(last);
        let latency = self.latencies.get(index).copied().unwrap_or_default();
        latency.as_secs_f64() * 1000.0
    }
}

/// Sends the calls numbered from 0 and gives each answer to `seen`, in no order.
///
/// # Errors
/// At the first answer that is no success, with the answer.
pub(super) fn run(
    aim: &Aim<'_>,
    amount: Amount,
    call: &(dyn Fn(usize) -> Call + Sync),
    seen: &(dyn Fn(usize, &Response) + Sync),
) -> Outcome<Load> {
    let next = AtomicUsize::new(0);
    let before = aim.meter.read()?;
    let started = Instant::now();
    let parts: Vec<Outcome<Vec<Duration>>> = thread::scope(|scope| {
        let worker = || {
            let mut connection = Connection::open(aim.address, aim.token)
                .map_err(|error| Failure::new(format!("no connection to the server: {error}")))?;
            let mut latencies = Vec::new();
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                if index >= amount.requests {
                    return Ok(latencies);
                }
                let call = call(index);
                let due = amount
                    .rate
                    .map(|rate| started + Duration::from_secs_f64(index as f64 / rate));
                latencies.push(send(&mut connection, index, &call, due, seen)?);
            }
        };
        let workers: Vec<_> = (0..amount.connections)
            .map(|_| scope.spawn(worker))
            .collect();
        let joined = workers.into_iter().map(thread::ScopedJoinHandle::join);
        joined
            .map(|part| part.unwrap_or_else(|_| Err(Failure::new("a sender of requests panicked"))))
            .collect()
    });
    let wall = started.elapsed();
    let cpu = aim.meter.read()?.since(before);
    let mut latencies = Vec::with_capacity(amount.requests);
    for part in parts {
        latencies.extend(part?);
    }
    latencies.sort_unstable();
    Ok(Load {
        latencies,
        wall,
        cpu,
    })
}

/// Sends one call when it is due. Its latency begins when it was due: a server that falls behind
/// makes those wait who come after.
fn send(
    connection: &mut Connection,
    index: usize,
    call: &Call,
    due: Option<Instant>,
    seen: &(dyn Fn(usize, &Response) + Sync),
) -> Outcome<Duration> {
    if let Some(due) = due {
        thread::sleep(due.saturating_duration_since(Instant::now()));
    }
    let begun = due.unwrap_or_else(Instant::now);
    let response = connection
        .send(call.method, &call.path, &call.body)
        .map_err(|error| Failure::new(format!("{} {}: {error}", call.method, call.path)))?;
    let latency = begun.elapsed();
    if !(200..300).contains(&response.status) {
        return Err(Failure::new(format!(
            "request {index}, {} {}: the server answered {}: {}",
            call.method, call.path, response.status, response.body
        )));
    }
    seen(index, &response);
    Ok(latency)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_load_is_told_in_percentiles_rate_and_cpu_per_request() {
        let load = Load {
            latencies: (1..=100).map(Duration::from_millis).collect(),
            wall: Duration::from_secs(2),
            cpu: Reading {
                process: Duration::from_millis(20),
                database: Duration::from_millis(5),
            },
        };
        assert_eq!(load.percentile(50).round(), 51.0);
        assert_eq!(load.percentile(99).round(), 100.0);
        assert_eq!(load.rate().round(), 50.0);
        assert_eq!((load.cpu() * 100.0).round(), 25.0);
    }
}
