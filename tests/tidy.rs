//! Rules of this repository that neither the compiler nor clippy checks.
//!
//! Each rule is a function from a folder to complaints. It is asked about the repository, where it
//! must have none, and about a small bad sample, where it must have some.

mod dependencies;
mod edges;
mod imports;
mod layers;
mod length;
mod markers;
mod paths;
mod tree;

use std::path::Path;

/// Fails with one complaint on each line.
fn assert_tidy(check: fn(&Path) -> Vec<String>) {
    let complaints = check(&tree::repository());
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

/// Fails unless `complaints` are exactly one, which contains every one of `parts`.
fn assert_complains(complaints: &[String], parts: &[&str]) {
    assert_eq!(
        complaints.len(),
        1,
        "one complaint expected: {complaints:?}"
    );
    for part in parts {
        assert!(
            complaints[0].contains(part),
            "`{part}` is not in `{}`",
            complaints[0]
        );
    }
}
