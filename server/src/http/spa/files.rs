//! Where the files of the console come from.

use std::borrow::Cow;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use axum::body::Bytes;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

/// Bytes of the digest that an entity tag shows; 96 bits never meet by chance.
const ETAG_BYTES: usize = 12;

#[derive(RustEmbed)]
#[folder = "../app/dist"]
#[allow_missing = true]
struct Embedded;

/// The files of the console. Cheap to clone.
#[derive(Clone, Debug)]
pub struct ConsoleFiles(Source);

#[derive(Clone, Debug)]
enum Source {
    Embedded,
    Folder(Arc<Path>),
}

/// One file in one encoding.
pub(super) struct ConsoleFile {
    pub(super) bytes: Bytes,
    /// A strong entity tag, with its quotes.
    pub(super) etag: String,
}

impl ConsoleFiles {
    /// The files inside a release binary; a debug build reads them from where the console is built,
    /// so that it shows what was built last.
    #[must_use]
    pub fn embedded() -> Self {
        if cfg!(debug_assertions) {
            Self::in_folder(Path::new(env!("CARGO_MANIFEST_DIR")).join("../app/dist"))
        } else {
            Self(Source::Embedded)
        }
    }

    /// The files of a folder, read anew for each request.
    #[must_use]
    pub fn in_folder(folder: PathBuf) -> Self {
        Self(Source::Folder(folder.into()))
    }

    /// Whether there is a console to serve.
    #[must_use]
    pub fn are_built(&self) -> bool {
        self.get(super::INDEX).is_some()
    }

    /// The file at `path`, relative and without a way out of the folder.
    pub(super) fn get(&self, path: &str) -> Option<ConsoleFile> {
        let mut components = Path::new(path).components();
        if !components.all(|component| matches!(component, Component::Normal(_))) {
            return None;
        }
        match &self.0 {
            Source::Embedded => {
                let file = Embedded::get(path)?;
                let bytes = match file.data {
                    Cow::Borrowed(bytes) => Bytes::from_static(bytes),
                    Cow::Owned(bytes) => Bytes::from(bytes),
                };
                Some(ConsoleFile {
                    bytes,
                    etag: etag(&file.metadata.sha256_hash()),
                })
            }
            Source::Folder(folder) => {
                let bytes = std::fs::read(folder.join(path)).ok()?;
                let etag = etag(&Sha256::digest(&bytes));
                Some(ConsoleFile {
                    bytes: Bytes::from(bytes),
                    etag,
                })
            }
        }
    }
}

fn etag(digest: &[u8]) -> String {
    let short = digest.get(..ETAG_BYTES).unwrap_or(digest);
    format!("\"{}\"", URL_SAFE_NO_PAD.encode(short))
}

/// Whether a name carries the hash of its content, as the build writes it: `app-0123456789abcdef.js`,
/// `app-0123456789abcdef_bg.wasm`, `snippets/app-0123456789abcdef/inline0.js`. Such a file never
/// changes.
pub(super) fn is_hashed(path: &str) -> bool {
    const SHORTEST_HASH: usize = 12;
    path.split('/').any(|component| {
        let Some((_, end)) = component.rsplit_once('-') else {
            return false;
        };
        let hash = end.split(['.', '_']).next().unwrap_or_default();
        hash.len() >= SHORTEST_HASH && hash.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_in_the_name_is_recognised() {
        for hashed in [
            "app-0123456789abcdef.js",
            "rollcall-app-0123456789abcdef_bg.wasm",
            "snippets/app-0123456789abcdef/inline0.js",
        ] {
            assert!(is_hashed(hashed), "{hashed}");
        }
        for plain in [
            "index.html",
            "favicon.svg",
            "dark-mode.css",
            "app-beef.js",
            "a-decade/b.js",
        ] {
            assert!(!is_hashed(plain), "{plain}");
        }
    }

    #[test]
    fn no_path_leads_out_of_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("dist");
        std::fs::create_dir(&inside).unwrap();
        std::fs::write(folder.path().join("secret"), "x").unwrap();
        std::fs::write(inside.join("a.js"), "a").unwrap();
        let files = ConsoleFiles::in_folder(inside.clone());
        assert!(files.get("a.js").is_some());
        let absolute = inside.join("a.js");
        for path in [
            "../secret",
            "x/../../secret",
            absolute.to_str().unwrap(),
            "./a.js/..",
        ] {
            assert!(files.get(path).is_none(), "{path}");
        }
    }

    #[test]
    fn the_entity_tag_follows_the_content() {
        let folder = tempfile::tempdir().unwrap();
        let files = ConsoleFiles::in_folder(folder.path().to_path_buf());
        let write = |text| std::fs::write(folder.path().join("a.js"), text).unwrap();
        let tag = || files.get("a.js").unwrap().etag;
        write("one");
        let first = tag();
        assert_eq!(first, tag());
        write("two");
        assert_ne!(first, tag());
    }
}
