//! The file with the master keys: for its owner alone, written as a whole.

use std::{
    fs::{self, OpenOptions},
    io::{self, ErrorKind, Write},
    path::Path,
};

use super::{MasterKey, SealingError, parse, print};
use crate::ids::Ids;

/// The keys of the file, which is made with a new one when it is missing.
///
/// # Errors
/// [`SealingError::NoKey`] and [`SealingError::File`].
pub(super) fn read_or_make(path: &Path, ids: &Ids) -> Result<Vec<MasterKey>, SealingError> {
    let keys = vec![MasterKey::new(ids)];
    match create(path, &keys) {
        Ok(()) => Ok(keys),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => read(path),
        Err(error) => Err(failed(path, error)),
    }
}

/// The keys of the file.
///
/// # Errors
/// [`SealingError::NoKey`] and [`SealingError::File`].
pub(super) fn read(path: &Path) -> Result<Vec<MasterKey>, SealingError> {
    let text = fs::read_to_string(path).map_err(|error| failed(path, error))?;
    parse(&text, &path.display().to_string())
}

/// Puts a file with these keys in the place of the one of before, in one step: whoever reads
/// meanwhile has one or the other.
///
/// # Errors
/// [`SealingError::File`].
pub(super) fn write(path: &Path, keys: &[MasterKey]) -> Result<(), SealingError> {
    let new = path.with_extension("key.new");
    // One that was left behind when the power failed.
    let _none = fs::remove_file(&new);
    create(&new, keys)
        .and_then(|()| fs::rename(&new, path))
        .map_err(|error| failed(path, error))
}

fn create(path: &Path, keys: &[MasterKey]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(print(keys).as_bytes())?;
    file.sync_all()
}

fn failed(path: &Path, reason: io::Error) -> SealingError {
    SealingError::File {
        path: path.to_path_buf(),
        reason,
    }
}
