//! Keeps `scim-schema` pure: no crate of its dependency tree may do I/O, read a clock or draw
//! random numbers.

use std::fs;

use crate::failure::{Failure, Outcome};
use crate::process;
use crate::workspace;

/// Holds the dependency tree of `scim-schema` against the bans of its deny.toml.
///
/// The file is one of cargo-deny, but Cargo's own tree answers the question without a tool that
/// takes minutes to build, and without the features that other members of the workspace add.
///
/// # Errors
/// When a banned crate is found, or the file bans nothing.
pub(crate) fn check() -> Outcome {
    let file = workspace::root().join("scim-schema").join("deny.toml");
    let text = fs::read_to_string(&file).map_err(Failure::file("read", &file))?;
    let banned = banned(&text);
    if banned.is_empty() {
        return Err(Failure::new(format!(
            "{} bans no crate, so it guards nothing",
            file.display()
        )));
    }
    let tree = process::output(process::cargo().args([
        "tree",
        "--package",
        "scim-schema",
        "--edges",
        "normal",
        "--prefix",
        "none",
        "--target",
        "all",
        "--format",
        "{p}",
    ]))?;
    let found = offenders(&tree, &banned);
    if found.is_empty() {
        println!(
            "None of {} banned crates is below scim-schema.",
            banned.len()
        );
        return Ok(());
    }
    Err(Failure::new(format!(
        "scim-schema must stay free of {}; `cargo tree -p scim-schema -i <crate>` shows who \
         brings it, scim-schema/deny.toml why it is banned",
        found.join(", ")
    )))
}

/// The crates named under `deny` in the `[bans]` of a cargo-deny file.
fn banned(deny: &str) -> Vec<&str> {
    deny.lines()
        .map(str::trim)
        .skip_while(|line| *line != "[bans]")
        .skip_while(|line| !line.starts_with("deny"))
        .take_while(|line| *line != "]")
        .filter_map(|line| line.strip_prefix("{ crate = \"")?.split('"').next())
        .collect()
}

fn offenders<'a>(tree: &'a str, banned: &[&str]) -> Vec<&'a str> {
    let mut found: Vec<&str> = tree
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| banned.contains(name))
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const DENY: &str = "[graph]\nall-features = true\n[bans]\ndeny = [\n  # why\n  \
                        { crate = \"tokio\", reason = \"x\" },\n  { crate = \"rand\" },\n]\n\
                        skip = [\n  { crate = \"serde\" },\n]\n";

    #[test]
    fn only_the_list_of_denied_crates_is_read() {
        assert_eq!(banned(DENY), ["tokio", "rand"]);
    }

    #[test]
    fn a_banned_crate_anywhere_in_the_tree_is_found_once() {
        let tree = "scim-schema v0.1.0 (/x)\nuuid v1.0\nrand v0.9.0\ntokio-util v1\nrand v0.8.0\n";
        assert_eq!(offenders(tree, &banned(DENY)), ["rand"]);
    }
}
