//! The pure domain of Rollcall, shared by server and console: SCIM schema, filters, PATCH,
//! projection, lifecycle and the types of the admin API.
//!
//! Architecture invariant: no I/O, no clock, no randomness, no async; builds for wasm32.

pub mod api;
pub mod attr;
pub mod audit;
pub mod bulk;
pub mod custom;
pub mod dialect;
pub mod filter;
#[cfg(test)]
mod fuzz;
pub mod id;
pub mod json;
pub mod lifecycle;
pub mod mail;
pub mod mapping;
pub mod organisation;
pub mod patch;
pub mod permission;
pub mod policy;
pub mod prepare;
pub mod project;
#[cfg(test)]
mod random;
pub mod resource;
pub mod schema;
pub mod scope;
pub mod text;
