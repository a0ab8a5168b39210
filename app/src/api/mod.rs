//! The server's API: one function per endpoint; the types are those of `scim_schema::api`.

pub(crate) mod alerts;
pub(crate) mod approvals;
pub(crate) mod attributes;
pub(crate) mod audit;
mod call;
mod client;
pub(crate) mod conflicts;
pub(crate) mod conformance;
pub(crate) mod connections;
mod error;
pub(crate) mod log;
pub(crate) mod mails;
pub(crate) mod mapping;
pub(crate) mod my_account;
pub(crate) mod organisations;
pub(crate) mod policies;
mod read;
pub(crate) mod session;
pub(crate) mod shadow;
pub(crate) mod users;

pub(crate) use call::{Call, Request};
pub(crate) use client::{BASE, Then, Wait, spawn};
pub(crate) use error::{ApiError, Told};
pub(crate) use read::read;
