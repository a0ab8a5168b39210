//! The pure domain of Rollcall, shared by server and console: SCIM schema, filters, PATCH,
//! projection, lifecycle and the types of the admin API.
//!
//! Architecture invariant: no I/O, no clock, no randomness, no async; builds for wasm32.

pub mod api;
pub mod attr;
pub mod bulk;
pub mod dialect;
pub mod filter;
pub mod id;
pub mod json;
pub mod lifecycle;
pub mod patch;
pub mod permission;
pub mod prepare;
pub mod project;
pub mod resource;
pub mod schema;
pub mod text;
