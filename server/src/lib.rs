//! The Rollcall server as a library: the binary and the tests build on it.
//!
//! Dependencies point one way: `http` → `ops` → `db`; jobs call `ops` and `db`; `db` knows neither.

pub mod app;
pub mod app_state;
pub mod cli;
pub mod clock;
pub mod config;
pub mod conformance;
pub mod ctx;
pub mod data_folder;
pub mod db;
pub mod demo;
pub mod http;
pub mod ids;
pub mod jobs;
pub mod listen;
pub mod mail;
pub mod metrics;
pub mod ops;
pub mod sealing;
pub mod telemetry;
