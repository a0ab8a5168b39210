//! Where things are in the repository.

use std::env;
use std::path::{Path, PathBuf};

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest).to_path_buf()
}

/// Build tools in their exact versions; git ignores the folder.
pub(crate) fn tools() -> PathBuf {
    root().join(".tools")
}

/// What Trunk builds: the console's files.
pub(crate) fn console_dist() -> PathBuf {
    root().join("app").join("dist")
}

/// Cargo's target folder.
pub(crate) fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(dir))
}
