//! Every dependency says why it is there.

use std::fs;
use std::path::Path;

use super::{assert_complains, assert_tidy, tree};

/// Each external line of `[workspace.dependencies]` has a comment directly above. Crates of one
/// family (`leptos`, `leptos_router`) may share the comment above the first.
fn check_dependencies(root: &Path) -> Vec<String> {
    let manifest = fs::read_to_string(root.join("Cargo.toml")).expect("a manifest");
    let mut complaints = Vec::new();
    let mut in_section = false;
    let mut explained: Option<&str> = None;
    let mut comment_above = false;
    for line in manifest.lines() {
        if line.starts_with('[') {
            in_section = line == "[workspace.dependencies]";
        }
        if !in_section {
            continue;
        }
        let Some((name, value)) = line.split_once('=').filter(|_| !line.starts_with('#')) else {
            // A ruler such as `# --- server ---` divides; it explains nothing.
            comment_above = line.starts_with("# ") && !line.starts_with("# --");
            explained = None;
            continue;
        };
        let name = name.trim();
        if value.contains("path =") {
            continue;
        }
        if !comment_above && explained != Some(family(name)) {
            complaints.push(format!(
                "Cargo.toml: say in a comment above `{name}` why it is there"
            ));
        }
        explained = Some(family(name));
        comment_above = false;
    }
    complaints
}

fn family(name: &str) -> &str {
    name.split(['-', '_']).next().unwrap_or(name)
}

#[test]
fn every_dependency_says_why() {
    assert_tidy(check_dependencies);
}

#[test]
fn families_share_a_comment_and_strangers_do_not() {
    let root = tree::sample(&[(
        "Cargo.toml",
        "[workspace.dependencies]\nours = { path = \"ours\" }\n\n# --- console ---\n\
         # The interface.\nleptos = \"1\"\nleptos_router = \"1\"\nserde = \"1\"\n\
         [profile.dev]\ndebug = 1\n",
    )]);
    assert_complains(&check_dependencies(root.path()), &["`serde`"]);
}

#[test]
fn a_ruler_is_no_reason() {
    let root = tree::sample(&[(
        "Cargo.toml",
        "[workspace.dependencies]\n# --- server ------\nrand = \"1\"\n",
    )]);
    assert_complains(&check_dependencies(root.path()), &["`rand`"]);
}
