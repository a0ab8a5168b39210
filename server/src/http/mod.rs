//! HTTP: what arrives, who may ask, and what is answered.

pub mod access_log;
pub mod admin;
pub mod client_address;
mod escapes;
pub mod extract;
pub mod health;
pub mod limits;
pub mod oauth;
mod panics;
pub mod problem;
pub mod router;
pub mod scim;
pub mod security_headers;
pub mod shares;
pub mod spa;
