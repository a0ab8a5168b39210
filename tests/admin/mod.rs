//! The console's API.

mod bad_requests;
mod connections;
mod cross_site;
mod events;
mod lock_out;
mod matrix;
mod one_time_links;
mod paging;
mod permissions;
mod provisioning_log;
mod sessions;
mod sign_in;
mod user_detail;
mod users;
