//! The server's API: one function per endpoint; the types are those of `scim_schema::api`.

pub(crate) mod attributes;
mod client;
pub(crate) mod conflicts;
pub(crate) mod conformance;
pub(crate) mod connections;
mod error;
pub(crate) mod log;
pub(crate) mod mapping;
pub(crate) mod session;
pub(crate) mod shadow;
pub(crate) mod users;

pub(crate) use client::BASE;
pub(crate) use error::{ApiError, Told};
