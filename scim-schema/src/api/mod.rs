//! Types of the admin API (`/api/v1`), shared by server and console.

pub mod connections;
pub mod events;
pub mod page;
pub mod problem;
pub mod provisioning_log;
pub mod session;
pub mod users;
