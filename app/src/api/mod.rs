//! The server's API: one function per endpoint; the types are those of `scim_schema::api`.

pub(crate) mod alerts;
pub(crate) mod attributes;
pub(crate) mod audit;
mod call;
mod client;
pub(crate) mod conflicts;
pub(crate) mod conformance;
pub(crate) mod connections;
mod error;
pub(crate) mod log;
pub(crate) mod mapping;
mod read;
pub(crate) mod session;
pub(crate) mod shadow;
pub(crate) mod users;

pub(crate) use call::Call;
pub(crate) use client::{BASE, Wait, spawn};
pub(crate) use error::{ApiError, Told};
pub(crate) use read::read;
