//! What every request handler can reach, and the tasks behind it.

use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::{
    clock::Clock,
    config::Config,
    db::Db,
    http::{
        limits::RateLimits,
        scim::{log::ScimLog, walks::Walks},
        shares::Shares,
    },
    ids::Ids,
    jobs::live::LiveHub,
    ops::{
        audit::refusals::Refusals,
        passwords::PasswordPool,
        policy::Policies,
        second_factors::{Passkeys, Tools},
        tokens::TokenCache,
    },
    sealing::Keyring,
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
    /// Bounded pool that hashes passwords of those who sign in.
    pub passwords: PasswordPool,
    /// The same for passwords that providers send.
    pub provisioned_passwords: PasswordPool,
    /// Second factors, and what the account asks for at the door.
    pub tools: Tools,
    /// SCIM tokens seen within the last second.
    pub tokens: TokenCache,
    /// Queue of the provisioning log.
    pub scim_log: ScimLog,
    /// Records what was refused for want of a permission.
    pub refusals: Refusals,
    /// Where walks by index have come to.
    pub walks: Walks,
    /// Live updates of open consoles.
    pub live: LiveHub,
    /// Request budgets per credential and address.
    pub limits: RateLimits,
    /// Readers of the database, for searches of identity providers.
    pub searches: Shares,
    /// Memory for bodies of SCIM requests, in KiB.
    pub bodies: Shares,
    /// Memory for large answers to them until they have been sent, in KiB.
    pub answers: Shares,
    /// Runs of the conformance checks at a time: each is hundreds of requests.
    pub examinations: Arc<Semaphore>,
}

/// KiB of large answers on their way, and in how many parts: who leaves answers lying takes nothing
/// from others, unless many do.
const ANSWERS: u32 = 512 * 1024;
const PARTS_OF_ANSWERS: u32 = 16;

/// Runs of the conformance checks at a time.
const EXAMINATIONS: usize = 2;

impl AppState {
    /// The state of a process, with its tasks started: the writer of the provisioning log and the
    /// reader of the change feed. `stop` ends open event streams.
    #[must_use]
    pub fn start(
        db: Db,
        clock: Clock,
        ids: Ids,
        config: Arc<Config>,
        keyring: Keyring,
        stop: CancellationToken,
    ) -> Self {
        let keeps_bodies = config.retention.provisioning_body_days > 0;
        Self {
            passwords: PasswordPool::new(ids.clone()),
            provisioned_passwords: PasswordPool::of_providers(ids.clone()),
            tools: Tools {
                keyring,
                passkeys: Passkeys::at(&config.public_url.to_string()),
                policies: Policies::new(config.second_factor),
            },
            tokens: TokenCache::new(),
            scim_log: ScimLog::start(db.clone(), clock.clone(), ids.clone(), keeps_bodies),
            refusals: Refusals::new(db.clone()),
            walks: Walks::new(),
            live: LiveHub::start(db.clone(), clock.clone(), stop),
            limits: RateLimits::new(config.limits.scim_rate_per_second),
            searches: Shares::new(db.readers()),
            bodies: Shares::new(kibibytes(config.limits.body_budget)),
            answers: Shares::in_parts(ANSWERS, PARTS_OF_ANSWERS),
            examinations: Arc::new(Semaphore::new(EXAMINATIONS)),
            db,
            clock,
            ids,
            config,
        }
    }

    /// Writes what was recorded of SCIM requests, then closes the database. Requests must have
    /// ended, and the worker too.
    pub async fn close(&self) {
        self.scim_log.close().await;
        self.refusals.close().await;
        self.db.close().await;
    }
}

fn kibibytes(bytes: usize) -> u32 {
    u32::try_from(bytes / 1024).unwrap_or(u32::MAX)
}
