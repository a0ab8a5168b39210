//! Checks of the machine: permissions, disk and clock.

use std::fs;
use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};

use super::Outcome;
use crate::clock::Clock;
use crate::config::Config;

const MIB: u64 = 1024 * 1024;
/// Below this, the server may stop in the middle of a day.
const LITTLE_SPACE: u64 = 1024 * MIB;
/// Below this, the next write may fail.
const NO_SPACE: u64 = 64 * MIB;

/// Whether the owner alone can read the data folder and the database file, and can write to them.
pub(super) fn data_folder(config: &Config) -> Outcome {
    let data = &config.data;
    if !data.exists() {
        return Outcome::Fine(format!(
            "{} will be made at the first start.",
            data.display()
        ));
    }
    if !data.is_dir() {
        return Outcome::error(
            format!("{} is not a folder.", data.display()),
            "Choose a folder with --data.",
        );
    }
    if let Some(outcome) = unwritable(data, "u+rwx") {
        return outcome;
    }
    if let Some(outcome) = readable_by_others(data, "700") {
        return outcome;
    }
    let file = config.database.sqlite_path().filter(|file| file.exists());
    let judged =
        file.and_then(|file| unwritable(file, "u+rw").or_else(|| readable_by_others(file, "600")));
    if let Some(outcome) = judged {
        return outcome;
    }
    Outcome::Fine(format!("{} belongs to its owner alone.", data.display()))
}

fn unwritable(path: &Path, mode: &str) -> Option<Outcome> {
    let found = match fs::metadata(path) {
        Ok(metadata) if !metadata.permissions().readonly() => return None,
        Ok(_) => "may not be written to".to_owned(),
        Err(error) => format!("cannot be examined ({error})"),
    };
    Some(Outcome::error(
        format!("{} {found}.", path.display()),
        format!(
            "Give it to the user of the server and run `chmod {mode} {}`.",
            path.display()
        ),
    ))
}

#[cfg(unix)]
fn readable_by_others(path: &Path, mode: &str) -> Option<Outcome> {
    use std::os::unix::fs::PermissionsExt;

    let metadata = fs::metadata(path).ok()?;
    (metadata.permissions().mode() & 0o077 != 0).then(|| {
        Outcome::warning(
            format!("{} is open to other users of this machine.", path.display()),
            format!("Run `chmod {mode} {}`.", path.display()),
        )
    })
}

#[cfg(not(unix))]
fn readable_by_others(_: &Path, _: &str) -> Option<Outcome> {
    None
}

/// Whether the master key is apart from what it seals: whoever copies the folder of an installation that
/// others reach would have both.
pub(super) fn master_key(config: &Config) -> Outcome {
    if config.master_key.is_some() {
        return Outcome::fine("It is in ROLLCALL_MASTER_KEY.");
    }
    let file = config.data.join("master.key");
    if let Some(outcome) = readable_by_others(&file, "600") {
        return outcome;
    }
    let is_beside = config.database.sqlite_path().is_some() && !config.public_url.is_loopback();
    if is_beside && file.exists() {
        return Outcome::warning(
            format!("{} lies beside the database that it seals.", file.display()),
            "Move its lines into ROLLCALL_MASTER_KEY, separated by commas, and keep a copy elsewhere.",
        );
    }
    match file.exists() {
        true => Outcome::Fine(format!("{} belongs to its owner alone.", file.display())),
        false => Outcome::Fine(format!(
            "{} will be made at the first start.",
            file.display()
        )),
    }
}

/// Whether there is room for the embedded database to grow.
pub(super) fn disk_space(config: &Config) -> Outcome {
    let Some(database) = config.database.sqlite_path() else {
        return Outcome::fine("The records are on a PostgreSQL server.");
    };
    let Some(folder) = database.ancestors().skip(1).find(|folder| folder.exists()) else {
        return Outcome::fine("The folder is yet to be made.");
    };
    match fs4::available_space(folder) {
        Ok(free) => judge_space(free),
        Err(error) => Outcome::warning(
            format!("The free space cannot be measured ({error})."),
            "See that the disk of the data folder does not fill up.",
        ),
    }
}

fn judge_space(free: u64) -> Outcome {
    const MEND: &str = "Free some, or move the data folder to a larger disk.";
    let found = format!("{} MiB are free.", free / MIB);
    match free {
        ..NO_SPACE => Outcome::error(found, MEND),
        NO_SPACE..LITTLE_SPACE => Outcome::warning(found, MEND),
        LITTLE_SPACE.. => Outcome::Fine(found),
    }
}

/// Whether the clock of the machine agrees with what was written before.
pub(super) fn clock(config: &Config, clock: &Clock) -> Outcome {
    let written = config.database.sqlite_path().and_then(|database| {
        let log = database.with_extension("db-wal");
        [database.to_path_buf(), log]
            .iter()
            .filter_map(|file| fs::metadata(file).ok()?.modified().ok())
            .max()
    });
    judge_clock(clock.now(), written.map(DateTime::from))
}

fn judge_clock(now: DateTime<Utc>, written: Option<DateTime<Utc>>) -> Outcome {
    const MEND: &str =
        "Set the clock and keep it set with NTP: expiry of tokens and sessions depends on it.";
    const TOLERANCE: TimeDelta = TimeDelta::minutes(1);
    // 2026-01-01: no release is older.
    let earliest = DateTime::from_timestamp(1_767_225_600, 0).unwrap_or_default();
    if now < earliest {
        return Outcome::error(format!("The clock says {now:.0}, which is past."), MEND);
    }
    match written {
        Some(written) if written > now + TOLERANCE => Outcome::error(
            format!("The clock says {now:.0}, but the database was written at {written:.0}."),
            MEND,
        ),
        _ => Outcome::Fine(format!(
            "The clock says {}.",
            now.format("%Y-%m-%d %H:%M:%S UTC")
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::config;
    use super::*;

    #[cfg(unix)]
    #[test]
    fn the_master_key_is_to_be_apart_from_what_it_seals() {
        let folder = tempfile::tempdir().unwrap();
        let load = |variables: &[(&str, &str)]| {
            let data = folder.path().to_str().unwrap().to_owned();
            let given = variables
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            let all = given.chain([("ROLLCALL_DATA".to_owned(), data)]).collect();
            Config::load::<std::hash::RandomState>(&crate::config::Flags::default(), &all).unwrap()
        };
        let public = [("ROLLCALL_PUBLIC_URL", "https://people.example.org")];
        let is_fine = |config: &Config| matches!(master_key(config), Outcome::Fine(_));
        assert!(is_fine(&load(&public)), "it is not made yet");
        crate::sealing::Keyring::of(&load(&[]), &crate::ids::Ids::seeded(1)).unwrap();
        assert!(is_fine(&load(&[])), "of this machine alone");
        assert!(!is_fine(&load(&public)));
        let apart = [public[0], ("ROLLCALL_MASTER_KEY", "AAAA")];
        assert!(is_fine(&load(&apart)));
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_or_database_open_to_others_is_a_warning_with_the_command() {
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().unwrap();
        let config = config(folder.path(), &[]);
        let set = |path: &Path, mode| {
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        };
        set(folder.path(), 0o755);
        let outcome = data_folder(&config);
        assert!(matches!(&outcome, Outcome::Warning { mend, .. } if mend.contains("chmod 700")));

        set(folder.path(), 0o700);
        assert!(matches!(data_folder(&config), Outcome::Fine(_)));

        let database = folder.path().join("rollcall.db");
        fs::write(&database, "").unwrap();
        set(&database, 0o644);
        let outcome = data_folder(&config);
        assert!(matches!(&outcome, Outcome::Warning { mend, .. } if mend.contains("chmod 600")));

        set(&database, 0o400);
        assert!(matches!(data_folder(&config), Outcome::Error { .. }));
    }

    #[test]
    fn a_file_in_place_of_the_folder_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("data");
        fs::write(&file, "").unwrap();
        let outcome = data_folder(&config(&file, &[]));
        assert!(
            matches!(&outcome, Outcome::Error { found, .. } if found.ends_with("is not a folder."))
        );
    }

    #[test]
    fn little_space_warns_and_none_is_an_error() {
        assert!(matches!(judge_space(2_000 * MIB), Outcome::Fine(_)));
        assert!(matches!(judge_space(500 * MIB), Outcome::Warning { .. }));
        assert!(matches!(judge_space(10 * MIB), Outcome::Error { .. }));
        let folder = tempfile::tempdir().unwrap();
        let outcome = disk_space(&config(&folder.path().join("not/yet"), &[]));
        let (Outcome::Fine(found) | Outcome::Warning { found, .. } | Outcome::Error { found, .. }) =
            outcome;
        assert!(found.ends_with("MiB are free."), "{found}");
    }

    #[test]
    fn a_clock_behind_the_last_write_is_an_error() {
        let now: DateTime<Utc> = "2026-11-22T08:00:00Z".parse().unwrap();
        assert!(matches!(judge_clock(now, None), Outcome::Fine(_)));
        assert!(matches!(judge_clock(now, Some(now)), Outcome::Fine(_)));
        let later = now + TimeDelta::hours(1);
        assert!(matches!(
            judge_clock(now, Some(later)),
            Outcome::Error { .. }
        ));
        let old = "1999-12-31T23:59:59Z".parse().unwrap();
        assert!(matches!(judge_clock(old, None), Outcome::Error { .. }));
    }

    #[test]
    fn the_clock_is_compared_with_the_database_file() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("rollcall.db"), "").unwrap();
        let config = config(folder.path(), &[]);
        assert!(matches!(clock(&config, &Clock::system()), Outcome::Fine(_)));
        let (behind, _control) = Clock::manual(Clock::system().now() - TimeDelta::hours(1));
        assert!(matches!(clock(&config, &behind), Outcome::Error { .. }));
    }
}
