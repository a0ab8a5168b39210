//! The part of the integration tests that needs no browser.
#[cfg(test)]
mod admin;
#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod scim;
#[cfg(test)]
mod storage;
#[cfg(test)]
mod support;
