//! Types of the admin API (`/api/v1`), shared by server and console.

pub mod acts;
pub mod alerts;
pub mod attributes;
pub mod audit;
pub mod conflicts;
pub mod conformance;
pub mod connections;
pub mod dialects;
pub mod domains;
pub mod events;
pub mod mapping;
pub mod page;
pub mod problem;
pub mod provisioning_log;
pub mod rehearsals;
pub mod session;
pub mod shadow;
pub mod users;
