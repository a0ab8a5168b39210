//! Settings of the connections: what each may do, and how long.

use std::time::Duration;

use sea_orm::{ConnectOptions, DatabaseConnection, sqlx::postgres::PgConnectOptions};

use super::{connect::DatabaseSettings, deadline::Deadline};

/// PostgreSQL ends a write after this time, SQLite waits so long for another process; a unit of work
/// gives up before.
pub(super) const WRITE_TIMEOUT: Duration = Duration::from_secs(10);
/// Longest wait for connections in use when their pool closes.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(15);
/// Steps of SQLite's virtual machine between two looks at the clock: some dozens of microseconds, and
/// more than it takes to read the schema, which the first statement of a connection does.
const STEPS: i32 = 5_000;
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

/// A connection for reads; PostgreSQL ends each statement when its time is over.
pub(super) fn postgres_reader(settings: &DatabaseSettings) -> ConnectOptions {
    let budget = milliseconds(settings.query_timeout);
    let mut options = postgres_options(settings);
    options.map_sqlx_postgres_opts(move |postgres| {
        postgres.options([
            ("statement_timeout", budget.as_str()),
            ("default_transaction_read_only", "on"),
        ])
    });
    options
}

/// A connection for units of work.
pub(super) fn postgres_writer(settings: &DatabaseSettings) -> ConnectOptions {
    let mut options = postgres_options(settings);
    options.map_sqlx_postgres_opts(|postgres| {
        postgres.options([("statement_timeout", milliseconds(WRITE_TIMEOUT))])
    });
    options
}

/// Connections for changes of the schema, which may take as long as they need.
pub(super) fn migrator(settings: &DatabaseSettings) -> ConnectOptions {
    if settings.is_sqlite() {
        return sqlite_writer(settings);
    }
    let mut options = postgres_options(settings);
    options.max_connections(MIGRATOR_CONNECTIONS);
    options
}

/// Pragmas belong to a connection, so they are part of the options and not a statement at start.
fn sqlite_options(settings: &DatabaseSettings, read_only: bool) -> ConnectOptions {
    let synchronous = if settings.lazy_sync { "NORMAL" } else { "FULL" };
    let mut options = kept(settings);
    options.map_sqlx_sqlite_opts(move |sqlite| {
        sqlite
            .create_if_missing(true)
            .busy_timeout(WRITE_TIMEOUT)
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

/// One connection that its pool leaves alone.
fn kept(settings: &DatabaseSettings) -> ConnectOptions {
    let mut options = ConnectOptions::new(settings.url.clone());
    options
        .max_connections(1)
        .min_connections(0)
        .acquire_timeout(settings.patience())
        .sqlx_logging(false)
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None);
    options
}

fn postgres_options(settings: &DatabaseSettings) -> ConnectOptions {
    let mut options = kept(settings);
    options.set_application_name("rollcall");
    options
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
