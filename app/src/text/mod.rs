//! The catalogue: every string that people read. Sentence case, plain words, plural rules in
//! functions.

pub(crate) mod account;
pub(crate) mod acts;
pub(crate) mod adoption;
pub(crate) mod alerts;
pub(crate) mod approvals;
pub(crate) mod attributes;
pub(crate) mod audit;
pub(crate) mod conflicts;
pub(crate) mod conformance;
pub(crate) mod connections;
pub(crate) mod deeds;
pub(crate) mod dialects;
pub(crate) mod door;
mod general;
pub(crate) mod log;
pub(crate) mod mails;
pub(crate) mod mapping;
pub(crate) mod oauth;
pub(crate) mod organisations;
pub(crate) mod policies;
pub(crate) mod providers;
pub(crate) mod sentences;
pub(crate) mod shadow;
pub(crate) mod status;
pub(crate) mod user;
pub(crate) mod users;

pub(crate) use general::{confirm, copy, error, form, pager, shell, time};
