//! Settings of the connections: what each may do, and how long.

use std::time::Duration;

use sea_orm::{
    ConnectOptions, DatabaseConnection,
    sqlx::{self, Connection, PgConnection, postgres::PgConnectOptions},
};

use super::{connect::DatabaseSettings, given_up::GivenUp, lanes::Deadline};

/// PostgreSQL ends a write after this time; a unit of work gives up before.
const WRITE_TIMEOUT: Duration = Duration::from_secs(10);
/// Longest wait for a sign of life.
const PING_TIMEOUT: Duration = Duration::from_secs(1);
/// Longest wait for connections in use when their pool closes.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(15);
/// A connection that was used this lately is not asked again whether it lives.
const FRESH: Duration = Duration::from_secs(1);
/// Steps of SQLite's virtual machine between two looks at the clock: some microseconds.
const STEPS: i32 = 1_000;
/// Pages of SQLite's log that are written before they are carried over into the database: 32 MB. A
/// page that many commits change is carried over once.
const CHECKPOINT_PAGES: &str = "8192";
/// A migrating process holds its lock on one and changes the schema on the other.
const MIGRATOR_CONNECTIONS: u32 = 2;

/// The one connection that may write.
pub(super) fn sqlite_writer(settings: &DatabaseSettings) -> ConnectOptions {
    sqlite_options(settings, false)
}

/// A connection for reads whose statements end at their deadline.
pub(super) fn sqlite_reader(settings: &DatabaseSettings, deadline: Deadline) -> ConnectOptions {
    let mut options = sqlite_options(settings, true);
    options.map_sqlx_sqlite_pool_opts(move |pool| {
        let deadline = deadline.clone();
        pool.after_connect(move |connection, _| {
            let deadline = deadline.clone();
            Box::pin(async move {
                let mut handle = connection.lock_handle().await?;
                handle.set_progress_handler(STEPS, move || deadline.has_time());
                Ok(())
            })
        })
    });
    options
}

/// Connections for reads; PostgreSQL ends each statement when its time is over. They show a sign of
/// life when a read was `given_up` lately: a read that has its answer is one.
pub(super) fn postgres_readers(settings: &DatabaseSettings, given_up: &GivenUp) -> ConnectOptions {
    let budget = milliseconds(settings.query_timeout);
    let given_up = given_up.clone();
    let doubt = move || given_up.lately();
    let mut options = postgres_options(settings, settings.max_connections, doubt);
    options.map_sqlx_postgres_opts(move |postgres| {
        postgres.options([
            ("statement_timeout", budget.as_str()),
            ("default_transaction_read_only", "on"),
        ])
    });
    options
}

/// Connections for units of work.
pub(super) fn postgres_writers(settings: &DatabaseSettings) -> ConnectOptions {
    let mut options = postgres_options(settings, settings.max_connections, || true);
    options.map_sqlx_postgres_opts(|postgres| {
        postgres.options([("statement_timeout", milliseconds(WRITE_TIMEOUT))])
    });
    options
}

/// Connections for changes of the schema, which may take as long as they need.
pub(super) fn postgres_migrator(settings: &DatabaseSettings) -> ConnectOptions {
    postgres_options(settings, MIGRATOR_CONNECTIONS, || true)
}

/// Pragmas belong to a connection, so they are part of the options and not a statement at start.
fn sqlite_options(settings: &DatabaseSettings, read_only: bool) -> ConnectOptions {
    let synchronous = if settings.lazy_sync { "NORMAL" } else { "FULL" };
    let mut options = ConnectOptions::new(settings.url.clone());
    options
        .max_connections(1)
        .min_connections(1)
        .acquire_timeout(settings.patience())
        .sqlx_logging(false)
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None)
        .map_sqlx_sqlite_opts(move |sqlite| {
            sqlite
                .create_if_missing(true)
                .busy_timeout(Duration::from_secs(10))
                .foreign_keys(true)
                .statement_cache_capacity(256)
                .pragma("journal_mode", "WAL")
                .pragma("synchronous", synchronous)
                .pragma("wal_autocheckpoint", CHECKPOINT_PAGES)
                .pragma("cache_size", if read_only { "-4096" } else { "-32768" })
                .pragma("temp_store", "MEMORY")
                .pragma("query_only", if read_only { "ON" } else { "OFF" })
        });
    options
}

/// Connections that have to answer before they go back when there is a `doubt`.
fn postgres_options(
    settings: &DatabaseSettings,
    size: u32,
    doubt: impl Fn() -> bool + Clone + Send + Sync + 'static,
) -> ConnectOptions {
    let mut options = ConnectOptions::new(settings.url.clone());
    options
        .max_connections(size)
        .min_connections(1)
        .acquire_timeout(settings.patience())
        .sqlx_logging(false)
        .set_application_name("rollcall")
        .test_before_acquire(false)
        .map_sqlx_postgres_pool_opts(move |pool| {
            let doubt = doubt.clone();
            pool.before_acquire(|connection, used| {
                Box::pin(async move {
                    if used.idle_for > FRESH {
                        answers(connection).await?;
                    }
                    Ok(true)
                })
            })
            .after_release(move |connection, _| {
                let doubtful = doubt();
                Box::pin(async move {
                    if doubtful {
                        answers(connection).await?;
                    }
                    Ok(true)
                })
            })
        });
    options
}

/// Whether a connection still answers; an error closes it at once. One that was given up on in the
/// middle of a statement would otherwise be waited for as long as the network says nothing, and
/// with it a place in the pool.
async fn answers(connection: &mut PgConnection) -> sqlx::Result<()> {
    tokio::time::timeout(PING_TIMEOUT, connection.ping())
        .await
        .unwrap_or(Err(sqlx::Error::PoolTimedOut))
}

/// Closes a pool, having waited for what is in use; not for a silent network, though.
pub(super) async fn close(connection: &DatabaseConnection) {
    match tokio::time::timeout(CLOSE_TIMEOUT, connection.close_by_ref()).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!(%error, "a database connection did not close cleanly"),
        Err(_) => tracing::warn!("a database connection did not close in time"),
    }
}

/// Host and port in the address of a PostgreSQL server; none for a socket in the file system.
pub(super) fn network_address(url: &str) -> Option<(String, u16)> {
    let options: PgConnectOptions = url.parse().ok()?;
    let local = options.get_socket().is_some() || options.get_host().starts_with('/');
    (!local).then(|| (options.get_host().to_owned(), options.get_port()))
}

/// To PostgreSQL, 0 is no limit at all.
fn milliseconds(time: Duration) -> String {
    time.as_millis().max(1).to_string()
}
