//! Checks of the database.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::time::Duration;

use super::{Check, Outcome, sentence};
use crate::config::{Config, DatabaseLocation};
use crate::data_folder;
use crate::db::migrate::{self, SchemaStatus};
use crate::db::{DatabaseSettings, Db};
use crate::ids::Ids;

/// Offset of the two format versions in the head of a SQLite file; both are 2 in WAL mode
/// (sqlite.org/fileformat2.html, section 1.3.3).
const FORMAT_VERSIONS: usize = 18;
const WAL: [u8; 2] = [2, 2];

/// Whether the database answers, whether its schema is the one of this binary, and whether SQLite
/// keeps a write-ahead log.
pub(super) async fn examine(config: &Config) -> Vec<Check> {
    let file = config.database.sqlite_path();
    if !data_folder::has_database(config) {
        let found = format!("There is none yet: {}.", config.database);
        let mend =
            "The first start makes it. If it should be there, correct --data or --database-url.";
        return vec![Outcome::warning(found, mend).named("database")];
    }
    let mut checks = schema(config).await;
    if let Some(file) = file {
        checks.push(write_ahead_log(file).named("write-ahead log"));
    }
    checks
}

/// The schema, and on PostgreSQL how the console's search goes about.
async fn schema(config: &Config) -> Vec<Check> {
    let (outcome, search) = look(config).await;
    let mut checks = vec![outcome.named("database")];
    checks.extend(search.map(|search| search.named("search")));
    checks
}

async fn look(config: &Config) -> (Outcome, Option<Outcome>) {
    const MEND: &str =
        "Check --database-url, that the database runs, and that this user may use it.";
    let database = &config.database;
    let settings = DatabaseSettings::new(database.url());
    let ids = match Ids::from_os() {
        Ok(ids) => ids,
        Err(error) => return (Outcome::error(sentence(&error), ""), None),
    };
    if let Err(reason) = knock(database).await {
        let found = format!("{database} does not answer: {reason}.");
        return (Outcome::error(found, MEND), None);
    }
    let db = match Db::connect(&settings, ids).await {
        Ok(db) => db,
        Err(error) => {
            let found = format!("{database} does not answer: {}", sentence(&error));
            return (Outcome::error(found, MEND), None);
        }
    };
    let status = migrate::status(&db).await;
    let search = match status {
        Ok(SchemaStatus::Current) if !settings.is_sqlite() => db.has_search_index().await.ok(),
        _ => None,
    };
    db.close().await;
    let outcome = match status {
        Ok(status) => judge_schema(&database.to_string(), status),
        Err(error) => {
            let found = format!("{database} cannot be read: {}", sentence(&error));
            Outcome::error(found, MEND)
        }
    };
    (outcome, search.map(judge_search))
}

fn judge_search(is_indexed: bool) -> Outcome {
    if is_indexed {
        return Outcome::fine("The console finds people by trigrams.");
    }
    Outcome::warning(
        "The console reads everybody of an account to find one: the extension pg_trgm could not be \
         created. This is slow beyond some ten thousand people.",
        "Let a superuser run CREATE EXTENSION pg_trgm in this database, and then CREATE INDEX \
         ix_users_search ON users USING gin (search_text gin_trgm_ops).",
    )
}

/// Whether the address of a PostgreSQL server takes connections. The driver goes on trying where
/// it is refused, and in the end tells that time ran out and not why.
async fn knock(database: &DatabaseLocation) -> io::Result<()> {
    const PATIENCE: Duration = Duration::from_secs(3);
    let DatabaseLocation::PostgreSql { url } = database else {
        return Ok(());
    };
    // What is wrong with the address, and with a socket in the file system, the driver tells.
    let Some(address) = DatabaseSettings::new(url).network_address() else {
        return Ok(());
    };
    let connecting = tokio::net::TcpStream::connect(address);
    match tokio::time::timeout(PATIENCE, connecting).await {
        Ok(connected) => connected.map(drop),
        Err(_) => Err(io::ErrorKind::TimedOut.into()),
    }
}

fn judge_schema(database: &str, status: SchemaStatus) -> Outcome {
    match status {
        SchemaStatus::Current => Outcome::Fine(format!("{database} answers and is up to date.")),
        SchemaStatus::Behind(waiting) => Outcome::warning(
            format!("{database} answers; {waiting} migrations wait."),
            "The next start applies them, or `rollcall migrate` does.",
        ),
        SchemaStatus::Newer { found, known } => Outcome::error(
            format!(
                "{database} was changed by a newer Rollcall (it is at {found}, this one knows {known})."
            ),
            "Start that newer version, or restore a backup from before the upgrade.",
        ),
    }
}

fn write_ahead_log(file: &Path) -> Outcome {
    match format_versions(file) {
        Ok(WAL) => Outcome::fine("On."),
        Ok(_) => Outcome::warning(
            "Off; reads and writes wait for each other.",
            "Start the server once; if that does not help, the folder is on a file system without \
             shared memory (a network drive): move it to a local disk.",
        ),
        Err(error) => Outcome::error(
            format!("{} cannot be read ({error}).", file.display()),
            "It is no SQLite database, or not for this user: restore it or choose another.",
        ),
    }
}

fn format_versions(file: &Path) -> io::Result<[u8; 2]> {
    let mut head = [0; FORMAT_VERSIONS + 2];
    File::open(file)?.read_exact(&mut head)?;
    let [.., write, read] = head;
    Ok([write, read])
}

#[cfg(test)]
mod tests {
    use super::super::tests::config;
    use super::*;

    #[test]
    fn a_waiting_migration_warns_and_a_newer_schema_is_an_error() {
        let fine = judge_schema("SQLite", SchemaStatus::Current);
        assert!(matches!(fine, Outcome::Fine(_)));
        let behind = judge_schema("SQLite", SchemaStatus::Behind(2));
        assert!(
            matches!(&behind, Outcome::Warning { found, .. } if found.contains("2 migrations"))
        );
        let newer = SchemaStatus::Newer {
            found: "m2".to_owned(),
            known: "m1".to_owned(),
        };
        let newer = judge_schema("SQLite", newer);
        assert!(matches!(&newer, Outcome::Error { found, .. } if found.contains("it is at m2")));
    }

    #[test]
    fn a_search_without_an_index_warns_and_says_how_to_make_one() {
        assert!(matches!(judge_search(true), Outcome::Fine(_)));
        let without = judge_search(false).named("search").to_string();
        assert!(without.starts_with("warning"), "{without}");
        assert!(
            without.contains("CREATE INDEX ix_users_search"),
            "{without}"
        );
    }

    #[tokio::test]
    async fn a_migrated_database_is_fine() {
        let folder = tempfile::tempdir().unwrap();
        let config = config(folder.path(), &[]);
        let settings = DatabaseSettings::new(config.database.url());
        let db = Db::connect(&settings, Ids::seeded(1)).await.unwrap();
        migrate::up(&db).await.unwrap();
        db.close().await;

        let checks = examine(&config).await;
        let names: Vec<_> = checks.iter().map(|check| check.name).collect();
        assert_eq!(names, ["database", "write-ahead log"]);
        for check in &checks {
            assert!(matches!(check.outcome, Outcome::Fine(_)), "{check}");
        }
    }

    #[tokio::test]
    async fn a_refused_port_is_told_as_that_and_at_once() {
        // Bound and closed again, so that nobody listens there.
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .unwrap()
            .port();
        let url = format!("postgres://rollcall@127.0.0.1:{port}/rollcall");
        let folder = tempfile::tempdir().unwrap();
        let settings = [("ROLLCALL_DATABASE_URL", url.as_str())];
        let checks = examine(&config(folder.path(), &settings)).await;
        let line = checks[0].to_string();
        assert!(line.starts_with("error    database: "), "{line}");
        assert!(
            line.contains("refused") && !line.contains("timed out"),
            "{line}"
        );
    }

    #[tokio::test]
    async fn an_empty_file_is_a_database_yet_to_be_made() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("rollcall.db");
        std::fs::write(&file, "").unwrap();
        let checks = examine(&config(folder.path(), &[])).await;
        assert!(
            matches!(checks[0].outcome, Outcome::Warning { .. }),
            "{}",
            checks[0]
        );
        assert_eq!(std::fs::metadata(&file).unwrap().len(), 0);
    }

    #[tokio::test]
    async fn a_file_that_is_no_database_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let text = "this is a letter to the editor, not a database";
        std::fs::write(folder.path().join("rollcall.db"), text).unwrap();
        let checks = examine(&config(folder.path(), &[])).await;
        assert!(
            matches!(checks[0].outcome, Outcome::Error { .. }),
            "{}",
            checks[0]
        );
    }
}
