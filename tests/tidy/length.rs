//! No source file is so long that nobody reads it.

use std::path::Path;

use super::{assert_complains, assert_tidy, tree};

const LIMIT: usize = 500;

fn check_length(root: &Path) -> Vec<String> {
    tree::files(root, "rs")
        .iter()
        .map(|file| (&file.path, file.text.lines().count()))
        .filter(|(_, lines)| *lines > LIMIT)
        .map(|(path, lines)| format!("{path} has {lines} lines; split it, the limit is {LIMIT}"))
        .collect()
}

#[test]
fn no_file_is_too_long() {
    assert_tidy(check_length);
}

#[test]
fn the_first_line_too_many_is_noticed() {
    let root = tree::sample(&[
        ("server/src/short.rs", &"// line\n".repeat(LIMIT)),
        ("server/src/long.rs", &"// line\n".repeat(LIMIT + 1)),
    ]);
    assert_complains(&check_length(root.path()), &["server/src/long.rs", "501"]);
}
