//! Metrics for Prometheus: what is counted, and the `/metrics` page, which has a listener of its
//! own so that it never becomes public with the rest.

use std::fs;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use chrono::{DateTime, Utc};
use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use metrics_exporter_prometheus::{
    BuildError, Matcher, PrometheusBuilder, PrometheusHandle, PrometheusRecorder,
};
use tokio_util::sync::CancellationToken;

const REQUESTS: &str = "http_requests_total";
const DURATION: &str = "http_request_duration_seconds";
const LOG_DROPPED: &str = "rollcall_provisioning_log_dropped_total";
const UNATTRIBUTED: &str = "scim_requests_unattributed_total";
const BUILD: &str = "rollcall_build_info";
const STARTED: &str = "process_start_time_seconds";
const MEMORY: &str = "process_resident_memory_bytes";
const OPEN_FILES: &str = "process_open_fds";

/// Upper bounds of the duration buckets, in seconds: around the targets of a SCIM request, up to
/// the request timeout.
const DURATION_BUCKETS: [f64; 12] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0,
];

const TEXT_FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";
const UPKEEP: Duration = Duration::from_secs(5);

/// Metrics could not be started.
#[derive(Debug, thiserror::Error)]
pub enum MetricsError {
    /// The exporter refused its settings.
    #[error("The metrics could not be set up: {0}.")]
    Exporter(#[from] BuildError),
    /// Metrics were started before in this process.
    #[error("The metrics of this process are started already.")]
    Started,
}

/// What has been counted so far; renders the page.
#[derive(Clone)]
pub struct Metrics(PrometheusHandle);

impl Metrics {
    /// Starts counting for the whole process, which runs since `started`.
    ///
    /// # Errors
    /// [`MetricsError`] when counting was started before.
    pub fn start(started: DateTime<Utc>) -> Result<Self, MetricsError> {
        let recorder = recorder()?;
        let handle = recorder.handle();
        metrics::set_global_recorder(recorder).map_err(|_| MetricsError::Started)?;
        describe(started);
        Ok(Self(handle))
    }

    /// The page `/metrics`, for a listener of its own.
    pub fn router(&self) -> Router {
        Router::new()
            .route("/metrics", get(page))
            .with_state(self.clone())
    }

    /// Folds samples into their buckets until `shutdown`; without it they pile up while nobody
    /// reads the page.
    pub async fn keep_up(self, shutdown: CancellationToken) {
        let mut tick = tokio::time::interval(UPKEEP);
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return,
                _ = tick.tick() => self.0.run_upkeep(),
            }
        }
    }

    fn render(&self) -> String {
        measure_process();
        self.0.render()
    }
}

/// Counts one answered request. `route` is a template, never a path.
pub(crate) fn count_request(method: &'static str, route: &str, status: u16, took: Duration) {
    let route = route.to_owned();
    counter!(REQUESTS, "route" => route.clone(), "method" => method, "status" => status.to_string())
        .increment(1);
    histogram!(DURATION, "route" => route, "method" => method).record(took.as_secs_f64());
}

/// Counts rows of the provisioning log that were lost. `reason` is a word.
pub(crate) fn count_dropped_log_rows(reason: &'static str, rows: u64) {
    counter!(LOG_DROPPED, "reason" => reason).increment(rows);
}

/// Why nobody knows whose a SCIM request was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unattributed {
    /// It had no bearer token.
    NoToken,
    /// Nobody has its token.
    UnknownToken,
    /// Its address has sent too many tokens that open nothing.
    TooManyGuesses,
}

/// Counts a SCIM request that no connection's log can show.
pub(crate) fn count_unattributed(why: Unattributed) {
    let reason = match why {
        Unattributed::NoToken => "no_token",
        Unattributed::UnknownToken => "unknown_token",
        Unattributed::TooManyGuesses => "too_many_guesses",
    };
    counter!(UNATTRIBUTED, "reason" => reason).increment(1);
}

async fn page(State(metrics): State<Metrics>) -> impl IntoResponse {
    ([(CONTENT_TYPE, TEXT_FORMAT)], metrics.render())
}

fn recorder() -> Result<PrometheusRecorder, BuildError> {
    let duration = Matcher::Full(DURATION.to_owned());
    let builder = PrometheusBuilder::new();
    let builder = builder.set_buckets_for_metric(duration, &DURATION_BUCKETS)?;
    Ok(builder.build_recorder())
}

fn describe(started: DateTime<Utc>) {
    describe_counter!(REQUESTS, "Answered HTTP requests.");
    describe_histogram!(DURATION, "Time from a request to the head of its answer.");
    describe_counter!(LOG_DROPPED, "Rows of the provisioning log that were lost.");
    describe_counter!(
        UNATTRIBUTED,
        "SCIM requests without a token that is known: in no provisioning log."
    );
    describe_gauge!(BUILD, "1, labelled with the version that runs.");
    describe_gauge!(STARTED, "Start of the process, in seconds since 1970.");
    describe_gauge!(MEMORY, "Resident memory of the process.");
    describe_gauge!(OPEN_FILES, "Open file descriptors of the process.");
    gauge!(BUILD, "version" => env!("CARGO_PKG_VERSION")).set(1.0);
    let seconds = u32::try_from(started.timestamp()).unwrap_or_default();
    gauge!(STARTED).set(f64::from(seconds));
}

/// Reads the two gauges of the process where the system offers them under /proc.
fn measure_process() {
    let memory = fs::read_to_string("/proc/self/status");
    if let Some(kib) = memory.ok().and_then(|status| resident_kib(&status)) {
        gauge!(MEMORY).set(f64::from(kib) * 1024.0);
    }
    if let Ok(files) = fs::read_dir("/proc/self/fd") {
        gauge!(OPEN_FILES).set(f64::from(u32::try_from(files.count()).unwrap_or(u32::MAX)));
    }
}

fn resident_kib(status: &str) -> Option<u32> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::http::Request;
    use tower::ServiceExt;

    use super::*;

    #[tokio::test]
    async fn the_page_shows_counts_durations_and_the_process() {
        let recorder = recorder().unwrap();
        let metrics = Metrics(recorder.handle());
        let _guard = metrics::set_default_local_recorder(&recorder);
        describe("2026-03-01T08:00:00Z".parse().unwrap());
        count_request("GET", "/scim/v2/Users/{id}", 200, Duration::from_millis(3));
        count_request(
            "GET",
            "/scim/v2/Users/{id}",
            200,
            Duration::from_millis(700),
        );

        count_unattributed(Unattributed::UnknownToken);
        count_unattributed(Unattributed::TooManyGuesses);

        let request = Request::get("/metrics").body(Body::empty()).unwrap();
        let response = metrics.router().oneshot(request).await.unwrap();
        assert_eq!(response.headers()[CONTENT_TYPE], TEXT_FORMAT);
        let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
        let text = String::from_utf8(body.to_vec()).unwrap();

        let labels = "route=\"/scim/v2/Users/{id}\",method=\"GET\"";
        for line in [
            format!("http_requests_total{{{labels},status=\"200\"}} 2"),
            format!("http_request_duration_seconds_bucket{{{labels},le=\"0.0025\"}} 0"),
            format!("http_request_duration_seconds_bucket{{{labels},le=\"0.005\"}} 1"),
            format!("http_request_duration_seconds_bucket{{{labels},le=\"1\"}} 2"),
            "process_start_time_seconds 1772352000".to_owned(),
            "scim_requests_unattributed_total{reason=\"unknown_token\"} 1".to_owned(),
            "scim_requests_unattributed_total{reason=\"too_many_guesses\"} 1".to_owned(),
            format!(
                "rollcall_build_info{{version=\"{}\"}} 1",
                env!("CARGO_PKG_VERSION")
            ),
        ] {
            assert!(
                text.lines().any(|found| found == line),
                "{line} not in\n{text}"
            );
        }
        #[cfg(target_os = "linux")]
        assert!(
            text.contains("process_resident_memory_bytes ") && text.contains("process_open_fds ")
        );
    }

    #[test]
    fn memory_is_read_from_the_status_of_the_process() {
        assert_eq!(
            resident_kib("Name:\trollcall\nVmRSS:\t   12345 kB\n"),
            Some(12_345)
        );
        assert_eq!(resident_kib("Name:\trollcall\n"), None);
    }
}
