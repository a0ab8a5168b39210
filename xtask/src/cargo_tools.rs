//! Build tools that Cargo installs: `trunk` and `wasm-bindgen`.

use std::fs;

use crate::failure::{Failure, Outcome};
use crate::process;
use crate::workspace;

/// Trunk 0.22 needs a newer Rust than the workspace does.
const TRUNK: &str = "0.21.14";

/// A program from crates.io in one exact version.
struct CargoTool {
    package: &'static str,
    program: &'static str,
    version: String,
    /// Whether its own lock file is used; that of wasm-bindgen-cli does not build.
    locked: bool,
    /// How long compiling takes on two cores.
    minutes: u32,
}

/// Makes `trunk` and the `wasm-bindgen` that fits Cargo.lock available.
///
/// # Errors
/// When one can be neither found nor built.
pub(crate) fn ensure() -> Outcome {
    let lock = workspace::root().join("Cargo.lock");
    let text = fs::read_to_string(&lock).map_err(Failure::file("read", &lock))?;
    let bindgen = locked_version(&text, "wasm-bindgen")
        .ok_or_else(|| Failure::new("Cargo.lock names no wasm-bindgen; run `cargo check` first"))?;
    ensure_tool(&CargoTool {
        package: "trunk",
        program: "trunk",
        version: TRUNK.to_owned(),
        locked: true,
        minutes: 4,
    })?;
    // Trunk refuses a wasm-bindgen whose version is not exactly that of the library.
    ensure_tool(&CargoTool {
        package: "wasm-bindgen-cli",
        program: "wasm-bindgen",
        version: bindgen.to_owned(),
        locked: false,
        minutes: 2,
    })
}

fn ensure_tool(tool: &CargoTool) -> Outcome {
    let ours = workspace::tools().join("bin").join(tool.program);
    if process::has_version(&ours, &tool.version) {
        return Ok(());
    }
    // An older copy of ours would hide the one on PATH, so it is replaced instead.
    let elsewhere = process::find(tool.program).filter(|_| !ours.exists());
    if elsewhere.is_some_and(|path| process::has_version(&path, &tool.version)) {
        return Ok(());
    }
    if binstall(tool) && process::has_version(&ours, &tool.version) {
        return Ok(());
    }
    compile(tool)?;
    if process::has_version(&ours, &tool.version) {
        return Ok(());
    }
    Err(Failure::new(format!(
        "{} does not answer with version {} after its installation; remove .tools and try again",
        ours.display(),
        tool.version
    )))
}

/// Fetches a ready-made binary; `false` when that did not work out.
fn binstall(tool: &CargoTool) -> bool {
    let installed = process::find("cargo-binstall").is_some();
    if !installed {
        return false;
    }
    println!(
        "Fetching {} {} with cargo binstall.",
        tool.package, tool.version
    );
    let result = process::run(
        process::cargo()
            .args([
                "binstall",
                "--no-confirm",
                "--force",
                "--disable-strategies",
                "compile",
            ])
            .arg("--root")
            .arg(workspace::tools())
            .arg(format!("{}@{}", tool.package, tool.version)),
    );
    if let Err(failure) = &result {
        println!("{failure}. It is compiled instead.");
    }
    result.is_ok()
}

fn compile(tool: &CargoTool) -> Outcome {
    println!(
        "Compiling {} {} into .tools: about {} minutes on two cores, once.",
        tool.package, tool.version, tool.minutes
    );
    let target = workspace::tools().join("target");
    let mut command = process::cargo();
    command
        // A debug build compiles four times faster; the tools are fast enough without optimisation.
        .args(["install", "--debug", "--force", tool.package])
        .args(["--version", &format!("={}", tool.version)])
        .arg("--root")
        .arg(workspace::tools())
        .env("CARGO_TARGET_DIR", &target)
        .env("CARGO_PROFILE_DEV_DEBUG", "false")
        .env_remove("RUSTFLAGS");
    if tool.locked {
        command.arg("--locked");
    }
    let result = process::run(&mut command);
    let _left_behind = fs::remove_dir_all(&target);
    result
}

/// The version of `package` in the text of a Cargo.lock.
fn locked_version<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name);
    lines
        .nth(1)?
        .strip_prefix("version = \"")?
        .strip_suffix('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_that_of_the_very_package() {
        let lock = "[[package]]\nname = \"wasm-bindgen-futures\"\nversion = \"0.4.80\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(locked_version(lock, "wasm-bindgen"), Some("0.2.130"));
        assert_eq!(locked_version(lock, "bindgen"), None);
    }
}
