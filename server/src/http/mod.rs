//! HTTP: what arrives, who may ask, and what is answered.

pub mod access_log;
pub mod client_address;
pub mod health;
pub mod security_headers;
pub mod spa;
