//! The console's API.

mod alerts;
mod attributes;
mod bad_requests;
mod conflicts;
mod conformance;
mod connections;
mod cross_site;
mod dialects;
mod events;
mod lock_out;
mod log_search;
mod mapping;
mod matrix;
mod oauth_clients;
mod one_time_links;
mod paging;
mod permissions;
mod policies;
mod provisioning_log;
mod rehearsals;
mod sessions;
mod sign_in;
mod token_rotation;
mod user_acts;
mod user_detail;
mod users;
