//! The verbs of the domain: each rule once, whoever asks (console, identity provider, job or
//! command line). A verb works inside one unit of work and ends with its audit entry.

pub mod accounts;
pub mod administrators;
pub mod circle;
pub mod connections;
pub mod error;
pub mod first_start;
pub mod groups;
mod lock_out;
pub mod one_time_links;
pub mod passwords;
pub mod precondition;
pub mod provisioner;
pub mod provisioning_log;
pub mod secrets;
pub mod sessions;
pub mod sign_in;
pub mod tokens;
pub mod unmapped;
pub mod users;

pub use error::OpError;
