//! The verbs of the domain: each rule once, whoever asks (console, identity provider, job or
//! command line). A verb works inside one unit of work and ends with its audit entry.

pub mod accounts;
pub mod administrators;
pub mod alerts;
pub mod arrived_attributes;
pub mod attribute_reading;
pub mod audit;
pub mod circle;
pub mod client_assertion;
pub mod client_credentials;
pub mod client_keys;
pub mod conflicts;
pub mod conformance_runs;
pub mod connection_attributes;
pub mod connection_dialects;
pub mod connection_settings;
pub mod connections;
pub mod custom_attributes;
pub mod domains;
pub mod error;
pub mod first_start;
pub mod groups;
mod lock_out;
pub mod mapping;
pub mod oauth_clients;
pub mod one_time_links;
pub mod passwords;
pub mod precondition;
pub mod provisioner;
pub mod provisioning_log;
pub mod reads;
pub mod rehearsals;
pub mod resources;
pub mod secrets;
pub mod sessions;
pub mod shadow;
pub mod sign_in;
pub mod tokens;
pub mod unmapped;
pub mod user_acts;
pub mod users;

pub use error::OpError;
