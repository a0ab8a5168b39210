//! Nothing unfinished or switched off is kept.

use std::path::Path;

use super::{assert_complains, assert_tidy, tree};

/// Joined from halves, so that this file does not find itself.
const MARKERS: [(&str, &str); 4] = [
    (concat!("todo", "!("), "finish it"),
    (concat!("unimplemented", "!("), "finish it"),
    (concat!("dbg", "!("), "remove it, or log it"),
    (concat!("#[", "ignore"), "mend the test, or delete it"),
];

fn check_markers(root: &Path) -> Vec<String> {
    let mut complaints = Vec::new();
    for file in tree::files(root, "rs") {
        for (number, line) in file.text.lines().enumerate() {
            for (marker, advice) in MARKERS.iter().filter(|(marker, _)| line.contains(marker)) {
                complaints.push(format!("{}:{}: {marker}: {advice}", file.path, number + 1));
            }
        }
    }
    complaints
}

#[test]
fn nothing_is_unfinished_or_switched_off() {
    assert_tidy(check_markers);
}

#[test]
fn each_marker_is_noticed_with_its_line() {
    for (marker, _) in MARKERS {
        let root = tree::sample(&[("app/src/page.rs", &format!("fn f() {{\n    {marker}"))]);
        assert_complains(&check_markers(root.path()), &["app/src/page.rs:2", marker]);
    }
}
