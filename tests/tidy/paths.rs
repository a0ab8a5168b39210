//! What the documents name exists.

use std::fs;
use std::path::Path;

use super::{assert_complains, assert_tidy, tree};

const DOCUMENTS: [&str; 4] = [
    "README.md",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
];

/// A path that begins with one of these is a path of the repository.
const FOLDERS: [&str; 9] = [
    ".cargo",
    ".ci",
    ".config",
    "app",
    "migrations",
    "scim-schema",
    "server",
    "tests",
    "xtask",
];

/// Files of the root that a document may name without a folder.
const ROOT_FILES: [&str; 6] = [
    "Cargo.lock",
    "Cargo.toml",
    "Trunk.toml",
    "clippy.toml",
    "deny.toml",
    "rustfmt.toml",
];

fn check_paths(root: &Path) -> Vec<String> {
    let ignored = ignored(root);
    let mut complaints = Vec::new();
    for document in DOCUMENTS {
        let text = fs::read_to_string(root.join(document)).unwrap_or_default();
        for (number, line) in text.lines().enumerate() {
            for path in in_backticks(line).chain(link_targets(line)) {
                if !ignored.iter().any(|built| path.starts_with(built)) && !root.join(path).exists()
                {
                    complaints.push(format!(
                        "{document}:{}: `{path}` does not exist",
                        number + 1
                    ));
                }
            }
        }
    }
    complaints
}

/// Built files may be named too; git ignores them.
fn ignored(root: &Path) -> Vec<String> {
    let text = fs::read_to_string(root.join(".gitignore")).unwrap_or_default();
    text.lines()
        .filter_map(|line| line.strip_prefix('/'))
        .map(str::to_owned)
        .collect()
}

/// What stands in backticks and looks like a path of the repository.
fn in_backticks(line: &str) -> impl Iterator<Item = &str> {
    line.split('`')
        .skip(1)
        .step_by(2)
        .map(without_position)
        .filter(|word| is_repository_path(word))
}

/// The targets of links that lead into the repository.
fn link_targets(line: &str) -> impl Iterator<Item = &str> {
    line.split("](")
        .skip(1)
        .filter_map(|rest| rest.split_once(')'))
        .map(|(target, _)| target.split('#').next().unwrap_or(target))
        .filter(|target| !target.is_empty() && !target.contains(':'))
}

/// `server/src/main.rs:12` and `server/src/` name `server/src/main.rs` and `server/src`.
fn without_position(word: &str) -> &str {
    word.split(':').next().unwrap_or(word).trim_end_matches('/')
}

fn is_repository_path(word: &str) -> bool {
    // Patterns, placeholders and commands are no paths.
    if word.contains(|character: char| "<>{}*…$ ".contains(character)) {
        return false;
    }
    match word.split_once('/') {
        Some((folder, _)) => FOLDERS.contains(&folder),
        None => {
            let is_document = word.ends_with(".md") || word.starts_with("LICENSE-");
            is_document || ROOT_FILES.contains(&word)
        }
    }
}

#[test]
fn every_path_in_the_documents_exists() {
    assert_tidy(check_paths);
}

#[test]
fn a_stale_path_is_noticed() {
    let root = tree::sample(&[
        (
            "README.md",
            "Start with `server/src/main.rs:1`.\n\nThen `server/src/gone.rs`.",
        ),
        ("server/src/main.rs", ""),
    ]);
    assert_complains(
        &check_paths(root.path()),
        &["README.md:3", "server/src/gone.rs"],
    );
}

#[test]
fn a_stale_link_and_a_stale_root_file_are_noticed() {
    let link = tree::sample(&[("CONTRIBUTING.md", "See [the rules](docs/rules.md#one).")]);
    assert_complains(&check_paths(link.path()), &["docs/rules.md"]);
    let file = tree::sample(&[("ARCHITECTURE.md", "See `CHANGELOG.md`.")]);
    assert_complains(&check_paths(file.path()), &["`CHANGELOG.md`"]);
    let change = tree::sample(&[("CHANGELOG.md", "- `migrations/src/m1.rs` is new.")]);
    assert_complains(&check_paths(change.path()), &["CHANGELOG.md:1"]);
}

#[test]
fn patterns_addresses_commands_and_built_files_are_no_paths() {
    let root = tree::sample(&[
        (".gitignore", "/app/dist\n"),
        (
            "README.md",
            "`app/dist/index.html` `server/src/<area>/mod.rs` `/scim/v2/Users` `cargo xtask run` \
             [RFC](https://example.org/rfc) [below](#below) `application/json`",
        ),
    ]);
    assert_eq!(check_paths(root.path()), Vec::<String>::new());
}
