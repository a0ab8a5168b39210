//! Build and test tools that npm installs: wasm-opt (package `binaryen`) and axe-core.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::debian;
use crate::failure::{Failure, Outcome};
use crate::process;
use crate::workspace;

/// Exact versions; Debian's own wasm-opt is too old for what rustc emits.
const BINARYEN: &str = "132.0.0";
const AXE: &str = "4.14.1";

/// Where npm puts the programs of its packages.
pub(crate) fn programs() -> PathBuf {
    workspace::tools().join("node_modules").join(".bin")
}

/// The accessibility checker that the browser tests inject into each page.
pub(crate) fn axe_script() -> PathBuf {
    package_folder("axe-core").join("axe.min.js")
}

/// Makes wasm-opt and axe-core available under `.tools/node_modules`.
///
/// # Errors
/// When Node.js or npm is missing and cannot be installed here, or npm fails.
pub(crate) fn ensure() -> Outcome {
    let node_is_there = process::find("node").is_some() && process::find("npm").is_some();
    if !node_is_there {
        debian::install(
            "Node.js with npm",
            &["nodejs", "npm"],
            "wasm-opt and axe-core come from npm: install Node.js 18 or newer (https://nodejs.org) \
             so that `node` and `npm` are on PATH.",
        )?;
    }
    if installed("binaryen", BINARYEN) && installed("axe-core", AXE) {
        return Ok(());
    }
    println!(
        "Installing wasm-opt {BINARYEN} and axe-core {AXE} into .tools with npm: under a minute, once."
    );
    let folder = workspace::tools();
    fs::create_dir_all(&folder).map_err(Failure::file("create", &folder))?;
    process::run(
        Command::new("npm")
            .args([
                "install",
                "--no-audit",
                "--no-fund",
                "--save-exact",
                "--loglevel=error",
            ])
            .arg("--prefix")
            .arg(&folder)
            .arg(format!("binaryen@{BINARYEN}"))
            .arg(format!("axe-core@{AXE}")),
    )
}

fn package_folder(package: &str) -> PathBuf {
    workspace::tools().join("node_modules").join(package)
}

fn installed(package: &str, version: &str) -> bool {
    fs::read_to_string(package_folder(package).join("package.json"))
        .is_ok_and(|manifest| manifest_version(&manifest) == Some(version))
}

/// The value of `"version"` in a package.json as npm writes it.
fn manifest_version(manifest: &str) -> Option<&str> {
    manifest
        .lines()
        .find_map(|line| line.trim().strip_prefix("\"version\": \""))
        .and_then(|rest| rest.split('"').next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_a_package_is_read_from_its_manifest() {
        let manifest = "{\n  \"name\": \"binaryen\",\n  \"version\": \"132.0.0\",\n}";
        assert_eq!(manifest_version(manifest), Some("132.0.0"));
        assert_eq!(manifest_version("{}"), None);
    }
}
