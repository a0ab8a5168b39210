//! `cargo xtask bench`: what a request costs the release server, on SQLite.
//!
//! CPU time per request is the figure that repeats on a busy machine; latency is shown beside it.
//! Each workload is compared with the health check on the same connection, which costs what HTTP
//! itself costs.

use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::console::{self, Build};
use crate::failure::{Failure, Outcome};
use crate::http::{Connection, Response};
use crate::process;
use crate::scratch::Scratch;
use crate::server::{self, Profile, Server};
use crate::tools::Toolbox;

/// People created.
const USERS: usize = 1000;
/// Requests of each reading workload: many, since the kernel counts CPU time in steps of 10 ms.
const READS: usize = 10_000;
const CONTROL: &str = "control: GET /health/live";

/// Sends the request with this number.
type Request<'a> = dyn FnMut(usize, &mut Connection) -> io::Result<Response> + 'a;

/// One row of the table.
struct Row {
    workload: &'static str,
    latencies: Vec<Duration>,
    cpu: Duration,
}

/// Builds the release server, measures it and prints a table.
///
/// # Errors
/// When it cannot be built or started, or answers with anything but success.
pub(crate) fn bench() -> Outcome {
    // The release binary carries the console, so there has to be one.
    console::build(Build::Release, &Toolbox::for_release()?)?;
    let binary = server::build(Profile::Release)?;
    let data = Scratch::create("bench")?;
    // The first start creates the account that the connection belongs to.
    let server = Server::start(&binary, data.path())?;
    let token = create_connection(&binary, data.path())?;
    println!("Measuring {USERS} writes and {READS} reads of each kind, one after the other.");
    let rows = measure(&server, &token)?;
    print!("{}", table(&rows));
    Ok(())
}

fn measure(server: &Server, token: &str) -> Outcome<Vec<Row>> {
    let broken = |error: io::Error| Failure::new(format!("a measurement broke off: {error}"));
    let mut connection = Connection::open(server.address(), token).map_err(broken)?;
    let mut workload = |name, requests, request: &mut Request<'_>| {
        measure_one(server, name, requests, &mut |index| {
            request(index, &mut connection)
        })
    };
    let control = workload(CONTROL, READS, &mut |_, connection| {
        connection.send("GET", "/health/live", "")
    })?;
    let mut paths = Vec::with_capacity(USERS);
    let create = workload("create a user", USERS, &mut |index, connection| {
        let response = connection.send("POST", "/scim/v2/Users", &user(index))?;
        paths.push(
            response
                .location
                .as_deref()
                .map(path_of)
                .unwrap_or_default()
                .to_owned(),
        );
        Ok(response)
    })?;
    let read = workload("read by id", READS, &mut |index, connection| {
        connection.send(
            "GET",
            paths.get(index % USERS).map_or("", String::as_str),
            "",
        )
    })?;
    let look_up = workload("look up by userName", READS, &mut |index, connection| {
        let name = user_name(index % USERS).replace('@', "%40");
        let path = format!("/scim/v2/Users?filter=userName%20eq%20%22{name}%22");
        connection.send("GET", &path, "")
    })?;
    Ok(vec![control, create, read, look_up])
}

fn measure_one(
    server: &Server,
    workload: &'static str,
    requests: usize,
    request: &mut dyn FnMut(usize) -> io::Result<Response>,
) -> Outcome<Row> {
    let before = cpu_time(server.id())?;
    let mut latencies = Vec::with_capacity(requests);
    for index in 0..requests {
        let started = Instant::now();
        let response = request(index)
            .map_err(|error| Failure::new(format!("{workload}, request {index}: {error}")))?;
        latencies.push(started.elapsed());
        if !(200..300).contains(&response.status) {
            return Err(Failure::new(format!(
                "{workload}, request {index}: the server answered {}: {}",
                response.status, response.body
            )));
        }
    }
    let cpu = cpu_time(server.id())?.saturating_sub(before);
    Ok(Row {
        workload,
        latencies,
        cpu,
    })
}

/// User and system time of a process so far, from `/proc/<id>/stat` (proc(5): fields 14 and 15).
fn cpu_time(id: u32) -> Outcome<Duration> {
    let file = Path::new("/proc").join(id.to_string()).join("stat");
    let text = fs::read_to_string(&file)
        .map_err(Failure::file("read the server's CPU time from", &file))?;
    let ticks = cpu_ticks(&text).ok_or_else(|| {
        Failure::new(format!("{} is not as proc(5) describes it", file.display()))
    })?;
    let per_second = process::output(Command::new("getconf").arg("CLK_TCK"))?;
    let per_second = per_second.trim().parse::<u64>().unwrap_or(100);
    Ok(Duration::from_millis(ticks * 1000 / per_second))
}

fn cpu_ticks(stat: &str) -> Option<u64> {
    // The name of the program stands in parentheses and may contain blanks.
    let (_, fields) = stat.rsplit_once(") ")?;
    let mut fields = fields.split(' ').skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(user + system)
}

fn create_connection(binary: &Path, data: &Path) -> Outcome<String> {
    let answer = process::output(
        Command::new(binary)
            .args([
                "connection",
                "create",
                "--name",
                "bench",
                "--kind",
                "generic",
                "--json",
            ])
            .arg("--data")
            .arg(data),
    )?;
    json_string(&answer, "token")
        .map(str::to_owned)
        .ok_or_else(|| {
            Failure::new(format!(
                "`rollcall connection create` printed no token: {answer}"
            ))
        })
}

/// The value of a string member in a flat JSON object without escapes.
fn json_string<'a>(json: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = json.split_once(&format!("\"{name}\""))?;
    rest.trim_start()
        .strip_prefix(':')?
        .trim_start()
        .strip_prefix('"')?
        .split('"')
        .next()
}

fn path_of(location: &str) -> &str {
    location
        .find("/scim/")
        .map_or(location, |start| &location[start..])
}

fn user_name(index: usize) -> String {
    format!("person{index}@bench.example")
}

/// A person as Okta sends one.
fn user(index: usize) -> String {
    let name = user_name(index);
    format!(r#"{{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"{name}","#)
        + &format!(
            r#""name":{{"givenName":"Person","familyName":"Number {index}"}},"externalId":"00u{index}","#
        )
        + &format!(
            r#""emails":[{{"primary":true,"value":"{name}","type":"work"}}],"locale":"en-US","active":true}}"#
        )
}

fn table(rows: &[Row]) -> String {
    let control = rows.first().map_or(0.0, Row::cpu_per_request);
    let mut text = format!(
        "\n{:<28} {:>8} {:>10} {:>10} {:>14} {:>10}\n",
        "workload", "requests", "p50 µs", "p99 µs", "CPU ms/request", "x control"
    );
    for row in rows {
        let cpu = row.cpu_per_request();
        let ratio = if control > 0.0 {
            format!("{:.1}", cpu / control)
        } else {
            "-".to_owned()
        };
        text += &format!(
            "{:<28} {:>8} {:>10} {:>10} {:>14.3} {:>10}\n",
            row.workload,
            row.latencies.len(),
            row.percentile(50).as_micros(),
            row.percentile(99).as_micros(),
            cpu,
            ratio
        );
    }
    text
}

impl Row {
    fn cpu_per_request(&self) -> f64 {
        self.cpu.as_secs_f64() * 1000.0 / self.latencies.len().max(1) as f64
    }

    fn percentile(&self, percent: usize) -> Duration {
        let mut sorted = self.latencies.clone();
        sorted.sort_unstable();
        let index = (sorted.len() * percent / 100).min(sorted.len().saturating_sub(1));
        sorted.get(index).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cpu_time_is_read_past_a_name_with_blanks() {
        let stat = "12 (roll ) call) S 1 12 12 0 -1 4194304 5 0 0 0 250 50 0 0 20 0 9 0 1 2 3";
        assert_eq!(cpu_ticks(stat), Some(300));
        assert!(cpu_time(std::process::id()).is_ok());
    }

    #[test]
    fn the_token_is_found_in_either_style_of_json() {
        assert_eq!(
            json_string(r#"{"id":"1","token":"rc_x"}"#, "token"),
            Some("rc_x")
        );
        assert_eq!(
            json_string("{\n  \"token\": \"rc_y\"\n}", "token"),
            Some("rc_y")
        );
        assert_eq!(json_string(r#"{"id":"1"}"#, "token"), None);
    }

    #[test]
    fn a_row_is_told_in_requests_percentiles_and_ratio() {
        let row = |workload, milliseconds: u64| Row {
            workload,
            latencies: (1..=100).map(Duration::from_micros).collect(),
            cpu: Duration::from_millis(milliseconds),
        };
        let text = table(&[row("control", 10), row("create", 25)]);
        let last: Vec<&str> = text
            .lines()
            .last()
            .expect("a row")
            .split_whitespace()
            .collect();
        assert_eq!(last, ["create", "100", "51", "100", "0.250", "2.5"]);
    }

    #[test]
    fn each_person_is_valid_json_with_a_name_of_its_own() {
        assert_ne!(user(1), user(2));
        assert_eq!(user(1).matches('{').count(), user(1).matches('}').count());
    }

    #[test]
    fn the_path_of_a_location_keeps_everything_from_scim_on() {
        assert_eq!(
            path_of("http://127.0.0.1:8080/scim/v2/Users/7"),
            "/scim/v2/Users/7"
        );
    }
}
