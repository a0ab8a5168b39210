//! Throw-away folders, readable by their owner alone.

use std::env;
use std::fs::{self, DirBuilder};
use std::io::ErrorKind;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process;

use crate::failure::{Failure, Outcome};

/// A new folder under the system's temporary folder, removed when dropped.
pub(crate) struct Scratch {
    path: PathBuf,
}

impl Scratch {
    /// Creates a folder whose name contains `purpose`.
    ///
    /// # Errors
    /// When the temporary folder is not writable.
    pub(crate) fn create(purpose: &str) -> Outcome<Self> {
        create_folder(purpose).map(|path| Self { path })
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed is left to the system's own cleaning of its temporary folder.
        let _left_behind = fs::remove_dir_all(&self.path);
    }
}

/// Creates a folder of mode 0700 that somebody else removes.
///
/// # Errors
/// When the temporary folder is not writable.
pub(crate) fn create_folder(purpose: &str) -> Outcome<PathBuf> {
    let stem = format!("rollcall-{purpose}-{}", process::id());
    for attempt in 0..100 {
        let path = env::temp_dir().join(format!("{stem}-{attempt}"));
        match DirBuilder::new().mode(0o700).create(&path) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(Failure::file("create", &path)(error)),
        }
    }
    Err(Failure::new(format!(
        "{} is full of folders named {stem}-*; remove them and try again",
        env::temp_dir().display()
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_folders_differ_and_go_when_dropped() {
        let first = Scratch::create("scratch-test").expect("writable");
        let second = Scratch::create("scratch-test").expect("writable");
        assert_ne!(first.path(), second.path());
        let gone = first.path().to_path_buf();
        fs::write(gone.join("file"), "x").expect("writable");
        drop(first);
        assert!(!gone.exists() && second.path().is_dir());
    }
}
