//! What every request handler can reach.

use std::sync::Arc;

use crate::{
    clock::Clock,
    config::Config,
    db::Db,
    http::{limits::RateLimits, scim::log::ScimLog},
    ids::Ids,
    jobs::live::LiveHub,
    ops::passwords::PasswordPool,
    ops::tokens::TokenCache,
};

/// Shared by all handlers; cheap to clone.
#[derive(Clone)]
pub struct AppState {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// Ids and secrets.
    pub ids: Ids,
    /// Settings of the process.
    pub config: Arc<Config>,
    /// Bounded pool that hashes passwords.
    pub passwords: PasswordPool,
    /// SCIM tokens seen within the last second.
    pub tokens: TokenCache,
    /// Queue of the provisioning log.
    pub scim_log: ScimLog,
    /// Live updates of open consoles.
    pub live: LiveHub,
    /// Request budgets per credential and address.
    pub limits: RateLimits,
}
