//! A PostgreSQL server for the tests: the one named, or a private throw-away cluster.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use crate::cluster::{Cluster, Durability};
use crate::debian;
use crate::failure::{Failure, Outcome};

/// Names a server whose user may create databases.
pub(crate) const URL_VARIABLE: &str = "ROLLCALL_TEST_POSTGRES_URL";

/// Stops Debian's package from starting a server of its own when we install it.
const DEBIAN_CLUSTER_FILE: &str = "/etc/postgresql-common/createcluster.conf";

/// Where the PostgreSQL server comes from.
pub(crate) enum Source {
    /// A server that somebody else runs.
    Given(String),
    /// The folder with `initdb` and `pg_ctl`.
    Programs(PathBuf),
}

impl Source {
    /// Takes the server named in the environment, or PostgreSQL's programs, installing them on
    /// Debian when run by root.
    ///
    /// # Errors
    /// When there is neither; the sentence says what to install.
    pub(crate) fn find() -> Outcome<Self> {
        if let Some(url) = env::var(URL_VARIABLE).ok().filter(|url| !url.is_empty()) {
            return Ok(Self::Given(url));
        }
        if let Some(folder) = programs() {
            return Ok(Self::Programs(folder));
        }
        Self::install()
    }

    fn install() -> Outcome<Self> {
        keep_debian_from_starting_its_own();
        debian::install(
            "PostgreSQL",
            &["postgresql"],
            &format!(
                "The tests run on it too: install PostgreSQL 13 or newer so that `initdb` and \
                 `pg_ctl` are on PATH, or set {URL_VARIABLE} to a server whose user may create \
                 databases."
            ),
        )?;
        programs().map(Self::Programs).ok_or_else(|| {
            Failure::new("initdb and pg_ctl were not found after PostgreSQL's installation")
        })
    }

    /// A private cluster, whatever server the environment names: for those who need an empty
    /// database and have no client to make one with.
    ///
    /// # Errors
    /// As [`Source::find`].
    pub(crate) fn throw_away() -> Outcome<Self> {
        if let Some(folder) = programs() {
            return Ok(Self::Programs(folder));
        }
        Self::install()
    }

    /// Makes the server available for as long as the result lives.
    ///
    /// # Errors
    /// When a private cluster cannot be created or started, with the server's own words.
    pub(crate) fn start(&self) -> Outcome<Postgres> {
        self.start_with(Durability::Off)
    }

    /// The same, where a commit of a private cluster waits for the disk.
    ///
    /// # Errors
    /// As [`Source::start`].
    pub(crate) fn start_durable(&self) -> Outcome<Postgres> {
        self.start_with(Durability::On)
    }

    fn start_with(&self, durability: Durability) -> Outcome<Postgres> {
        match self {
            Self::Given(url) => {
                println!("PostgreSQL: the server of {URL_VARIABLE}.");
                Ok(Postgres {
                    url: url.clone(),
                    cluster: None,
                })
            }
            Self::Programs(folder) => {
                let cluster = Cluster::start(folder, durability)?;
                println!(
                    "PostgreSQL: a private cluster on {}, removed at the end.",
                    cluster.address()
                );
                Ok(Postgres {
                    url: cluster.url(),
                    cluster: Some(cluster),
                })
            }
        }
    }
}

/// A server that answers at [`Postgres::url`]; a private one ends when this is dropped.
pub(crate) struct Postgres {
    url: String,
    cluster: Option<Cluster>,
}

impl Postgres {
    /// `postgres://user:password@host:port/database` of a user who may create databases.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The first process of a private cluster.
    ///
    /// # Errors
    /// When the server is somebody else's, or has ended.
    pub(crate) fn postmaster(&self) -> Outcome<u32> {
        let cluster = self.cluster.as_ref();
        cluster
            .ok_or_else(|| Failure::new("the CPU time of a foreign PostgreSQL is not known"))?
            .postmaster()
    }
}

/// The folder that holds both programs: from PATH first, then the newest of the usual places.
fn programs() -> Option<PathBuf> {
    let on_path = env::var_os("PATH").unwrap_or_default();
    let mut usual: Vec<PathBuf> = ["/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt"]
        .iter()
        .filter_map(|folder| fs::read_dir(folder).ok())
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .collect();
    usual.sort_by_key(|folder| std::cmp::Reverse(release(folder)));
    usual.push("/usr/local/pgsql/bin".into());
    env::split_paths(&on_path).chain(usual).find(|folder| {
        ["initdb", "pg_ctl"]
            .iter()
            .all(|name| folder.join(name).is_file())
    })
}

/// The number in a folder such as `postgresql/15/bin` or `postgresql@17/bin`.
fn release(bin: &Path) -> u32 {
    let name = bin
        .parent()
        .and_then(Path::file_name)
        .unwrap_or_default()
        .to_string_lossy();
    let digits = name.trim_start_matches(|character: char| !character.is_ascii_digit());
    digits.parse().unwrap_or(0)
}

fn keep_debian_from_starting_its_own() {
    let file = Path::new(DEBIAN_CLUSTER_FILE);
    let concerns_us = debian::is_root() && Path::new("/etc/debian_version").exists();
    if !concerns_us || file.exists() {
        return;
    }
    // Without this file the package merely starts a cluster that nobody uses.
    let _no_harm = fs::create_dir_all(file.parent().unwrap_or(file))
        .and_then(|()| fs::write(file, "create_main_cluster = false\n"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newer_releases_come_first() {
        assert_eq!(release(Path::new("/usr/lib/postgresql/15/bin")), 15);
        assert_eq!(
            release(Path::new("/opt/homebrew/opt/postgresql@17/bin")),
            17
        );
        assert_eq!(release(Path::new("/opt/homebrew/opt/git/bin")), 0);
    }
}
