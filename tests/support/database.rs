//! A database that lives as long as its test: a file of its own, or a database of its own on the
//! PostgreSQL server that the tests were given.

use std::path::Path;

use rollcall_server::ids::Ids;
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseBackend, DatabaseConnection, QueryResult,
};
use tempfile::TempDir;

/// `postgres` runs every test there; otherwise SQLite.
const DATABASE_VARIABLE: &str = "ROLLCALL_TEST_DATABASE";
/// A PostgreSQL server whose user may create databases.
const POSTGRES_VARIABLE: &str = "ROLLCALL_TEST_POSTGRES_URL";

/// An empty database; dropping it removes it.
pub(crate) struct TestDatabase {
    folder: TempDir,
    postgres: Option<PostgresDatabase>,
}

struct PostgresDatabase {
    server: String,
    name: String,
}

impl TestDatabase {
    /// Makes one on the database that this run is about.
    pub(crate) async fn create() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let wants_postgres = std::env::var(DATABASE_VARIABLE).is_ok_and(|word| word == "postgres");
        let postgres = if wants_postgres {
            Some(PostgresDatabase::create().await)
        } else {
            None
        };
        Self { folder, postgres }
    }

    /// The folder of the installation.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The URL of `--database-url`.
    pub(crate) fn url(&self) -> String {
        match &self.postgres {
            Some(database) => database.url(),
            None => format!(
                "sqlite:{}",
                self.folder.path().join("rollcall.db").display()
            ),
        }
    }

    /// A connection of the test's own, beside those of the server.
    pub(crate) async fn connect(&self) -> DatabaseConnection {
        let url = match &self.postgres {
            Some(database) => database.url(),
            None => {
                let file = self.folder.path().join("rollcall.db");
                format!("sqlite://{}?mode=rwc", file.display())
            }
        };
        // Settings belong to a connection, so there is one.
        let options = ConnectOptions::new(url)
            .max_connections(1)
            .sqlx_logging(false)
            .to_owned();
        let connection = Database::connect(options).await.expect("a connection");
        if connection.get_database_backend() == DatabaseBackend::Sqlite {
            for pragma in ["PRAGMA busy_timeout = 10000", "PRAGMA foreign_keys = ON"] {
                connection
                    .execute_unprepared(pragma)
                    .await
                    .expect("a pragma");
            }
        }
        connection
    }
}

impl PostgresDatabase {
    async fn create() -> Self {
        let server = std::env::var(POSTGRES_VARIABLE)
            .unwrap_or_else(|_| panic!("{DATABASE_VARIABLE}=postgres needs {POSTGRES_VARIABLE}"));
        let random = Ids::from_os().expect("random numbers").bytes::<8>();
        let name = format!("rollcall_test_{:016x}", u64::from_be_bytes(random));
        run(&server, &format!("CREATE DATABASE {name}")).await;
        Self { server, name }
    }

    /// The server's URL with this database in the place of its own.
    fn url(&self) -> String {
        let (address, options) = match self.server.split_once('?') {
            Some((address, options)) => (address, format!("?{options}")),
            None => (self.server.as_str(), String::new()),
        };
        let (scheme, rest) = address.split_once("://").expect("a URL");
        let host = rest.split('/').next().unwrap_or_default();
        format!("{scheme}://{host}/{}{options}", self.name)
    }
}

impl Drop for PostgresDatabase {
    // A test that panics leaves no database behind either, so this cannot be left to its end.
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), self.name.clone());
        let removed = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(run(
                &server,
                &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
            ));
        })
        .join();
        assert!(
            removed.is_ok() || std::thread::panicking(),
            "{} was not removed",
            self.name
        );
    }
}

async fn run(server: &str, statement: &str) {
    let connection = Database::connect(server).await.expect("PostgreSQL");
    connection
        .execute_unprepared(statement)
        .await
        .unwrap_or_else(|error| panic!("{statement}: {error}"));
    connection.close().await.expect("an end");
}

/// The rows of a query without parameters.
pub(super) async fn rows(connection: &DatabaseConnection, sql: &str) -> Vec<QueryResult> {
    let statement = sea_orm::Statement::from_string(connection.get_database_backend(), sql);
    connection
        .query_all_raw(statement)
        .await
        .unwrap_or_else(|error| panic!("{sql}: {error}"))
}
