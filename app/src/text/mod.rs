//! The catalogue: every string that people read. Sentence case, plain words, plural rules in
//! functions.

pub(crate) mod connections;
pub(crate) mod door;
mod general;
pub(crate) mod log;
pub(crate) mod providers;
pub(crate) mod status;
pub(crate) mod user;
pub(crate) mod users;

pub(crate) use general::{confirm, copy, error, form, pager, shell, time};
