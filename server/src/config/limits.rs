//! Bounds of a request and of a caller, and how long what was received is kept.

use std::ops::RangeInclusive;
use std::time::Duration;

use super::error::ConfigError;
use super::layers::{Layers, Setting};

const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;
const GIB: usize = 1024 * MIB;
const DEFAULT_BODY_LIMIT: usize = 16 * MIB;
const SMALLEST_BODY_LIMIT: usize = 64 * KIB;
/// Bodies of the largest size that have room at a time; a connection may have one of them.
const BODIES_AT_A_TIME: usize = 4;
const DEFAULT_TIMEOUT_SECONDS: u64 = 30;
const DEFAULT_QUERY_SECONDS: u64 = 5;
const FILTER_CANDIDATES: u64 = 10_000;
const DEFAULT_SCIM_RATE: u32 = 2_000;
/// Microsoft Entra sends up to 25 requests per second and quarantines a server that refuses them.
const SCIM_RATE_FLOOR: u32 = 25;
const DEFAULT_BODY_DAYS: u16 = 30;
const MOST_BODY_DAYS: u16 = 90;

/// Bounds of a single request and of a caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Largest request body, in bytes.
    pub body: usize,
    /// Largest sum of the SCIM bodies in memory at a time, in bytes. A connection may have a quarter
    /// of it, so that it is at least four times the largest body.
    pub body_budget: usize,
    /// After how long the database stops a search.
    pub query_timeout: Duration,
    /// Users or groups that a SCIM filter without an index may be compared with. A rule of the
    /// product and no setting: it has no name in the file.
    pub filter_candidates: u64,
    /// After how long a request of the console is given up, and the body of a SCIM request that is not
    /// here.
    pub request_timeout: Duration,
    /// Requests per second that one SCIM token may send; at least 25.
    pub scim_rate_per_second: u32,
}

/// How long what was received is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Days that bodies of SCIM requests stay in the provisioning log, 0 to 90.
    pub provisioning_body_days: u16,
}

impl Limits {
    pub(super) fn from_layers(layers: &Layers) -> Result<Self, ConfigError> {
        let body = match layers.text("body_limit")? {
            None => DEFAULT_BODY_LIMIT,
            Some(setting) => size(&setting, SMALLEST_BODY_LIMIT..=GIB, "from 64 KiB to 1 GiB")?,
        };
        let body_budget = match layers.text("body_budget")? {
            None => body.saturating_mul(BODIES_AT_A_TIME),
            Some(setting) => {
                let least = body.saturating_mul(BODIES_AT_A_TIME);
                let allowed = "of at least four times body_limit";
                size(&setting, least..=usize::MAX, allowed)?
            }
        };
        let query = match layers.text("query_timeout_s")? {
            None => DEFAULT_QUERY_SECONDS,
            Some(setting) => setting.whole_number(1..=3_600, "seconds")?,
        };
        let timeout = match layers.text("request_timeout_s")? {
            None => DEFAULT_TIMEOUT_SECONDS,
            Some(setting) => setting.whole_number(1..=3_600, "seconds")?,
        };
        let scim_rate_per_second = match layers.text("scim_rate_per_second")? {
            None => DEFAULT_SCIM_RATE,
            Some(setting) => scim_rate(&setting)?,
        };
        Ok(Self {
            body,
            body_budget,
            query_timeout: Duration::from_secs(query),
            filter_candidates: FILTER_CANDIDATES,
            request_timeout: Duration::from_secs(timeout),
            scim_rate_per_second,
        })
    }
}

impl Retention {
    pub(super) fn from_layers(layers: &Layers) -> Result<Self, ConfigError> {
        let provisioning_body_days = match layers.text("provisioning_body_days")? {
            None => DEFAULT_BODY_DAYS,
            Some(setting) => setting.whole_number(0..=MOST_BODY_DAYS, "days")?,
        };
        Ok(Self {
            provisioning_body_days,
        })
    }
}

fn scim_rate(setting: &Setting) -> Result<u32, ConfigError> {
    let rate: u32 = setting.whole_number(1..=1_000_000, "requests per second")?;
    if rate < SCIM_RATE_FLOOR {
        return Err(setting.refuse(
            format!(
                "is {rate}, but Microsoft Entra sends up to {SCIM_RATE_FLOOR} requests per second and gives up on a server that refuses them"
            ),
            format!("Write {SCIM_RATE_FLOOR} or more"),
        ));
    }
    Ok(rate)
}

/// `allowed` continues the words "a size".
fn size(
    setting: &Setting,
    range: RangeInclusive<usize>,
    allowed: &str,
) -> Result<usize, ConfigError> {
    parse_size(&setting.text)
        .filter(|size| range.contains(size))
        .ok_or_else(|| {
            setting.refuse(
                format!("is \"{}\", which is not a size {allowed}", setting.text),
                "Write bytes or a unit, like 16777216 or \"16 MiB\"",
            )
        })
}

fn parse_size(text: &str) -> Option<usize> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit());
    let (number, unit) = text.split_at(digits.unwrap_or(text.len()));
    let unit = match unit.trim() {
        "" => 1,
        "KiB" => KIB,
        "MiB" => MIB,
        "GiB" => GIB,
        _ => return None,
    };
    number.parse::<usize>().ok()?.checked_mul(unit)
}
