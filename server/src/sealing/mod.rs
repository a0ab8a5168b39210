//! Secrets that we must have again, such as the keys of authenticator apps: sealed under a master key
//! that is not in the database (domain.md section 1, *Identifiers*). AES-256-GCM with a random nonce;
//! whose secret it is, is sealed with it, so that no row can be put in the place of another.

mod key_file;

use std::{
    fmt,
    path::PathBuf,
    sync::{Arc, PoisonError, RwLock},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use sha2::{Digest, Sha256};

use crate::{config::Config, ids::Ids};

/// Bytes of a master key.
const KEY_LEN: usize = 32;
/// Name of the file in the data folder.
const FILE: &str = "master.key";

/// A sealed secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// Which master key it is sealed with.
    pub key_id: String,
    /// Nonce, ciphertext and tag.
    pub bytes: Vec<u8>,
}

/// Why there is no master key, or why something sealed stays closed.
#[derive(Debug, thiserror::Error)]
pub enum SealingError {
    /// The setting or the file has something else than keys in it.
    #[error(
        "{place} is not a list of master keys: each is 32 bytes in base64, one a line or separated by commas. Restore it from your backup; a new one is made by `openssl rand -base64 32`."
    )]
    NoKey {
        /// The setting, or the file.
        place: String,
    },
    /// The file cannot be read or written.
    #[error("The master key {} cannot be used: {reason}.", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The system's explanation.
        reason: std::io::Error,
    },
    /// Sealed with a master key that is not there.
    #[error("The master key {0} is not among those of this server: restore it from your backup")]
    UnknownKey(String),
    /// Not what was sealed.
    #[error("a sealed secret was changed, or is that of somebody else")]
    Changed,
    /// The cipher refused.
    #[error("a secret could not be sealed")]
    Refused,
}

/// The master keys: the first seals, all of them open. Clones share them.
#[derive(Clone)]
pub struct Keyring(Arc<Shared>);

struct Shared {
    keys: RwLock<Vec<MasterKey>>,
    /// Where they are, unless the environment has them.
    file: Option<PathBuf>,
}

/// A master key, and the name by which it is found: the beginning of its SHA-256.
#[derive(Clone)]
struct MasterKey {
    id: String,
    bytes: [u8; KEY_LEN],
}

impl Keyring {
    /// The keys of this installation: those of the setting, otherwise those of the file in the data
    /// folder, which is made when it is missing.
    ///
    /// # Errors
    /// [`SealingError::NoKey`] and [`SealingError::File`].
    pub fn of(config: &Config, ids: &Ids) -> Result<Self, SealingError> {
        if let Some(setting) = &config.master_key {
            let keys = parse(setting.reveal(), "ROLLCALL_MASTER_KEY")?;
            return Ok(Self::with(keys, None));
        }
        let path = config.data.join(FILE);
        let keys = key_file::read_or_make(&path, ids)?;
        Ok(Self::with(keys, Some(path)))
    }

    fn with(keys: Vec<MasterKey>, file: Option<PathBuf>) -> Self {
        Self(Arc::new(Shared {
            keys: RwLock::new(keys),
            file,
        }))
    }

    /// Seals a secret; `of` says whose and what for, and has to be the same when it is opened.
    ///
    /// # Errors
    /// [`SealingError::Refused`].
    pub fn seal(&self, ids: &Ids, of: &str, secret: &[u8]) -> Result<Sealed, SealingError> {
        let key = self
            .keys()
            .into_iter()
            .next()
            .ok_or(SealingError::Refused)?;
        let nonce = ids.bytes::<NONCE_LEN>();
        let mut text = secret.to_vec();
        key.cipher()
            .ok_or(SealingError::Refused)?
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(of),
                &mut text,
            )
            .map_err(|_| SealingError::Refused)?;
        Ok(Sealed {
            key_id: key.id,
            bytes: [nonce.as_slice(), &text].concat(),
        })
    }

    /// Opens what was sealed. Another process may have changed the master key meanwhile, so a key that
    /// is not known is looked for in the file once more.
    ///
    /// # Errors
    /// [`SealingError::UnknownKey`], [`SealingError::Changed`], and those of the file.
    pub fn open(&self, of: &str, sealed: &Sealed) -> Result<Vec<u8>, SealingError> {
        let key = match self.key(&sealed.key_id) {
            Some(key) => key,
            None => {
                self.read_again()?;
                let again = self.key(&sealed.key_id);
                again.ok_or_else(|| SealingError::UnknownKey(sealed.key_id.clone()))?
            }
        };
        let (nonce, text) = sealed
            .bytes
            .split_at_checked(NONCE_LEN)
            .ok_or(SealingError::Changed)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| SealingError::Changed)?;
        let mut text = text.to_vec();
        let cipher = key.cipher().ok_or(SealingError::Changed)?;
        let opened = cipher.open_in_place(nonce, Aad::from(of), &mut text);
        opened
            .map(|secret| secret.to_vec())
            .map_err(|_| SealingError::Changed)
    }

    /// The name of the key that seals.
    #[must_use]
    pub fn current(&self) -> String {
        let first = self.keys().into_iter().next();
        first.map(|key| key.id).unwrap_or_default()
    }

    /// Whether there is a key besides the one that seals.
    #[must_use]
    pub fn has_earlier(&self) -> bool {
        self.keys().len() > 1
    }

    /// Where the keys are; `None` when a setting has them.
    #[must_use]
    pub fn file(&self) -> Option<&std::path::Path> {
        self.0.file.as_deref()
    }

    /// Makes a new key that seals from now on. Those of before stay: backups and other processes have
    /// need of them. `false` when a setting has the keys, which are changed there.
    ///
    /// # Errors
    /// [`SealingError::File`].
    pub fn renew(&self, ids: &Ids) -> Result<bool, SealingError> {
        let Some(path) = self.file() else {
            return Ok(false);
        };
        let mut keys = vec![MasterKey::new(ids)];
        keys.extend(self.keys());
        key_file::write(path, &keys)?;
        self.take_over(keys);
        Ok(true)
    }

    fn read_again(&self) -> Result<(), SealingError> {
        if let Some(path) = self.file() {
            self.take_over(key_file::read(path)?);
        }
        Ok(())
    }

    fn take_over(&self, keys: Vec<MasterKey>) {
        *self.0.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
    }

    fn key(&self, id: &str) -> Option<MasterKey> {
        self.keys().into_iter().find(|key| key.id == id)
    }

    // The list is whole after every statement, so a panic elsewhere cannot have broken it.
    fn keys(&self) -> Vec<MasterKey> {
        let keys = self.0.keys.read();
        keys.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keyring")
    }
}

impl MasterKey {
    fn new(ids: &Ids) -> Self {
        Self::of(ids.bytes())
    }

    fn of(bytes: [u8; KEY_LEN]) -> Self {
        let digest = Sha256::digest(bytes);
        let id = digest.iter().take(4).map(|byte| format!("{byte:02x}"));
        Self {
            id: id.collect(),
            bytes,
        }
    }

    fn cipher(&self) -> Option<LessSafeKey> {
        let key = UnboundKey::new(&AES_256_GCM, &self.bytes).ok()?;
        Some(LessSafeKey::new(key))
    }
}

/// Keys as they are written: base64, one a line or separated by commas; lines that begin with `#` are
/// remarks.
fn parse(text: &str, place: &str) -> Result<Vec<MasterKey>, SealingError> {
    let lines = text.lines().map(str::trim);
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    let words = lines.flat_map(|line| line.split(',')).map(str::trim);
    let keys: Option<Vec<MasterKey>> = words
        .map(|word| {
            let bytes = STANDARD.decode(word).ok()?;
            bytes.try_into().ok().map(MasterKey::of)
        })
        .collect();
    keys.filter(|keys| !keys.is_empty())
        .ok_or_else(|| SealingError::NoKey {
            place: place.to_owned(),
        })
}

fn print(keys: &[MasterKey]) -> String {
    let mut text =
        "# The first key seals, all of them open. Keep a copy apart from the database.\n"
            .to_owned();
    for key in keys {
        text.push_str(&STANDARD.encode(key.bytes));
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(folder: &tempfile::TempDir, ids: &Ids) -> Keyring {
        let path = folder.path().join(FILE);
        let keys = key_file::read_or_make(&path, ids).unwrap();
        Keyring::with(keys, Some(path))
    }

    #[test]
    fn what_was_sealed_opens_for_the_same_owner_alone_and_unchanged() {
        let (folder, ids) = (tempfile::tempdir().unwrap(), Ids::seeded(1));
        let keys = ring(&folder, &ids);
        let sealed = keys.seal(&ids, "totp of Dana", b"secret").unwrap();
        assert!(!sealed.bytes.windows(6).any(|bytes| bytes == b"secret"));
        assert_eq!(keys.open("totp of Dana", &sealed).unwrap(), b"secret");
        let other = keys.open("totp of Robin", &sealed);
        assert!(matches!(other, Err(SealingError::Changed)));
        for index in 0..sealed.bytes.len() {
            let mut changed = sealed.clone();
            changed.bytes[index] ^= 1;
            assert!(keys.open("totp of Dana", &changed).is_err(), "{index}");
        }
        let cut = Sealed {
            bytes: vec![1, 2],
            ..sealed
        };
        assert!(keys.open("totp of Dana", &cut).is_err());
    }

    #[test]
    fn a_renewed_key_seals_and_the_earlier_ones_still_open_in_every_process() {
        let (folder, ids) = (tempfile::tempdir().unwrap(), Ids::seeded(1));
        let (server, command) = (ring(&folder, &ids), ring(&folder, &ids));
        let before = server.seal(&ids, "x", b"old").unwrap();
        assert!(command.renew(&ids).unwrap());
        let after = command.seal(&ids, "x", b"new").unwrap();
        assert_ne!(before.key_id, after.key_id);
        assert_eq!(command.current(), after.key_id);
        assert_eq!(server.open("x", &after).unwrap(), b"new");
        assert_eq!(server.open("x", &before).unwrap(), b"old");
        assert_eq!(server.current(), after.key_id);
    }

    #[cfg(unix)]
    #[test]
    fn the_file_belongs_to_its_owner_alone_and_a_second_start_finds_it() {
        use std::os::unix::fs::PermissionsExt;
        let (folder, ids) = (tempfile::tempdir().unwrap(), Ids::seeded(1));
        let first = ring(&folder, &ids);
        let mode =
            |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(first.file().unwrap()), 0o600);
        assert_eq!(ring(&folder, &ids).current(), first.current());
        first.renew(&ids).unwrap();
        assert_eq!(mode(first.file().unwrap()), 0o600);
    }

    #[test]
    fn keys_of_a_setting_are_read_and_what_is_none_is_refused_without_being_told() {
        let one = STANDARD.encode([1; KEY_LEN]);
        let two = STANDARD.encode([2; KEY_LEN]);
        let keys = parse(&format!("{one}, {two}"), "X").unwrap();
        assert_eq!(keys.len(), 2);
        for wrong in ["", "short", &one[1..], &format!("{one},")] {
            let refused = parse(wrong, "ROLLCALL_MASTER_KEY")
                .err()
                .unwrap()
                .to_string();
            assert!(refused.starts_with("ROLLCALL_MASTER_KEY"), "{refused}");
            assert!(wrong.is_empty() || !refused.contains(wrong), "{refused}");
        }
        assert_eq!(format!("{:?}", Keyring::with(keys, None)), "Keyring");
    }
}
