//! Types of the admin API (`/api/v1`), shared by server and console.

pub mod acts;
pub mod alerts;
pub mod approvals;
pub mod attributes;
pub mod audit;
pub mod conflicts;
pub mod conformance;
pub mod connections;
pub mod dialects;
pub mod domains;
pub mod events;
pub mod mails;
pub mod mapping;
pub mod my_account;
pub mod organisations;
pub mod page;
pub mod policies;
pub mod problem;
pub mod provisioning_log;
pub mod rehearsals;
pub mod second_factors;
pub mod session;
pub mod shadow;
pub mod users;
