//! The whole server in one process: what `serve` runs and tests build on.

use std::sync::Arc;

use axum::Router;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    app_state::AppState,
    clock::Clock,
    config::{Config, Synchronous},
    db::{DatabaseSettings, migrate, migrate::Changes, migrate::MigrateError},
    http::{router::router, spa::ConsoleFiles},
    ids::Ids,
    jobs::{self, JobCtx},
    mail::{Mailer, MailerError},
    sealing::{Keyring, SealingError},
};

/// Why a server does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database, or its schema.
    #[error(transparent)]
    Database(#[from] MigrateError),
    /// The master key.
    #[error(transparent)]
    MasterKey(#[from] SealingError),
    /// Its mail server.
    #[error(transparent)]
    Mail(#[from] MailerError),
}

/// A started server without its listener.
pub struct App {
    /// What handlers reach.
    pub state: AppState,
    /// Everything the public listener serves.
    pub router: Router,
    background: TaskTracker,
    shutdown: CancellationToken,
}

impl App {
    /// Opens the database, brings its schema up to date and starts the background work.
    ///
    /// # Errors
    /// Those of the database, of a schema that a newer version made, of the master key, and of the
    /// settings of the mail server.
    pub async fn start(
        config: Arc<Config>,
        clock: Clock,
        ids: Ids,
        console: ConsoleFiles,
    ) -> Result<Self, StartError> {
        let keyring = Keyring::of(&config, &ids)?;
        let mailer = config.smtp.as_ref().map(Mailer::new).transpose()?;
        let mut settings = DatabaseSettings::new(config.database.url());
        settings.query_timeout = config.limits.query_timeout;
        settings.lazy_sync = config.synchronous == Synchronous::Normal;
        settings.most_candidates = config.limits.filter_candidates;
        let db = migrate::open(&settings, ids.clone(), Changes::All)
            .await?
            .db;
        let shutdown = CancellationToken::new();
        let background = TaskTracker::new();
        let state = AppState::start(db, clock, ids, config, keyring, shutdown.clone());
        let work = JobCtx {
            db: state.db.clone(),
            clock: state.clock.clone(),
            ids: state.ids.clone(),
            retention: state.config.retention.clone(),
            mailer,
            public_url: state.config.public_url.as_str().to_owned(),
        };
        jobs::start(work, &background, shutdown.clone());
        Ok(Self {
            router: router(state.clone(), console, shutdown.clone()),
            state,
            background,
            shutdown,
        })
    }

    /// Cancelled when the server stops: endless answers and background work end then.
    #[must_use]
    pub fn shutdown_token(&self) -> CancellationToken {
        self.shutdown.clone()
    }

    /// Ends background work, writes what is queued and closes the database. The listener must
    /// have finished its requests.
    pub async fn stop(self) {
        self.shutdown.cancel();
        self.background.close();
        self.background.wait().await;
        self.state.close().await;
    }
}
