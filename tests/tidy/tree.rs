//! Reading the repository's files, and making small samples of it.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// Built, installed or run-time files, which nobody wrote.
const NOT_OURS: [&str; 6] = [".git", ".tools", "data", "dist", "node_modules", "target"];

/// A text file of the repository.
pub(super) struct TextFile {
    /// Relative to the root, with `/` between folders.
    pub(super) path: String,
    pub(super) text: String,
}

/// The repository's root.
pub(super) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every file with this extension, in a fixed order.
pub(super) fn files(root: &Path, extension: &str) -> Vec<TextFile> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a readable folder") {
            let entry = entry.expect("a readable entry");
            let path = entry.path();
            let name = entry.file_name();
            if path.is_dir() {
                if !NOT_OURS.iter().any(|skipped| name == *skipped) {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|found| found == extension) {
                let relative = path.strip_prefix(root).expect("below the root");
                found.push(TextFile {
                    path: relative.to_string_lossy().replace('\\', "/"),
                    text: fs::read_to_string(&path).expect("UTF-8 text"),
                });
            }
        }
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    found
}

/// A temporary folder with these files, given by path and text.
pub(super) fn sample(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a file in a folder")).expect("writable");
        fs::write(path, text).expect("writable");
    }
    folder
}

#[test]
fn built_files_are_not_looked_at() {
    let root = sample(&[
        ("a/b.rs", ""),
        ("target/c.rs", ""),
        ("app/dist/d.rs", ""),
        ("e.md", ""),
    ]);
    let found: Vec<String> = files(root.path(), "rs")
        .into_iter()
        .map(|file| file.path)
        .collect();
    assert_eq!(found, ["a/b.rs"]);
}
