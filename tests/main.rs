//! One integration binary: SCIM, admin API, storage, browser and tidy tests.

// `cfg(test)` always holds here; it tells clippy that helpers are test code too.
#[cfg(test)]
mod admin;
#[cfg(test)]
mod browser;
#[cfg(test)]
mod conformance;
#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod jobs;
#[cfg(test)]
mod scim;
#[cfg(test)]
mod storage;
#[cfg(test)]
mod support;
#[cfg(test)]
mod tidy;
