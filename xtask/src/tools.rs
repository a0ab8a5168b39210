//! The tools that building the console needs, found or installed.

use std::env;
use std::path::Path;
use std::process::Command;

use crate::cargo_tools;
use crate::chromium;
use crate::failure::{Failure, Outcome};
use crate::npm;
use crate::postgres;
use crate::process;
use crate::python;
use crate::workspace;

const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// Proof that Trunk and what it calls are there.
pub(crate) struct Toolbox {
    _prepared: (),
}

impl Toolbox {
    /// What a development build of the console needs.
    ///
    /// # Errors
    /// When a tool is missing and cannot be installed here; the sentence says what to do.
    pub(crate) fn for_development() -> Outcome<Self> {
        wasm_target()?;
        cargo_tools::ensure()?;
        Ok(Self { _prepared: () })
    }

    /// What a release build needs: also wasm-opt.
    ///
    /// # Errors
    /// As [`Toolbox::for_development`].
    pub(crate) fn for_release() -> Outcome<Self> {
        let toolbox = Self::for_development()?;
        npm::ensure()?;
        Ok(toolbox)
    }

    /// `trunk` in the repository's root, with our tools before all others.
    pub(crate) fn trunk(&self) -> Command {
        let bin = workspace::tools().join("bin");
        let program = process::find_in("trunk", [bin.clone()]).unwrap_or_else(|| "trunk".into());
        let mut command = Command::new(program);
        command
            .current_dir(workspace::root())
            .env("PATH", process::path_with(&[bin, npm::programs()]));
        // Trunk takes only `true` and `false` here, while the convention is any value.
        if env::var_os("NO_COLOR").is_some() {
            command.env("NO_COLOR", "true");
        }
        command
    }
}

/// Installs everything that any command here could need.
///
/// # Errors
/// When something is missing and cannot be installed here.
pub(crate) fn install_all() -> Outcome {
    Toolbox::for_release()?;
    postgres::Source::find()?;
    chromium::Browser::find()?;
    python::Clients::find()?;
    println!("All tools are there.");
    Ok(())
}

/// Whether `cargo nextest` can run the tests; `cargo test` is used otherwise.
pub(crate) fn nextest() -> bool {
    process::output(process::cargo().args(["nextest", "--version"])).is_ok()
}

fn wasm_target() -> Outcome {
    let asked = ["--print", "target-libdir", "--target", WASM_TARGET];
    let folder = process::output(Command::new("rustc").args(asked))?;
    if Path::new(folder.trim()).is_dir() {
        return Ok(());
    }
    if process::find("rustup").is_none() {
        return Err(Failure::new(format!(
            "the Rust target {WASM_TARGET} is missing and there is no rustup to add it. Install \
             Rust with rustup (https://rustup.rs), or your system's package of that target"
        )));
    }
    println!("Adding the Rust target {WASM_TARGET}: under a minute, once.");
    process::run(Command::new("rustup").args(["target", "add", WASM_TARGET]))
}
