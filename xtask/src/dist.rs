//! `cargo xtask dist`: one self-contained release binary.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::budget;
use crate::console::{self, Build};
use crate::failure::{Failure, Outcome};
use crate::process;
use crate::server::{self, Profile};
use crate::tools::Toolbox;
use crate::workspace;

/// Builds console and server for release and puts the binary at `target/dist/rollcall`.
///
/// # Errors
/// When a tool is missing, something does not compile, or the console is over its budget.
pub(crate) fn dist() -> Outcome {
    let toolbox = Toolbox::for_release()?;
    console::build(Build::Release, &toolbox)?;
    budget::check(&workspace::console_dist())?;
    let binary = server::build(Profile::Release)?;

    let folder = workspace::target().join("dist");
    fs::create_dir_all(&folder).map_err(Failure::file("create", &folder))?;
    let target = folder.join("rollcall");
    let bytes = fs::copy(&binary, &target).map_err(Failure::file("write", &target))?;
    println!("{}", target.display());
    println!(
        "{}.{} MB, console included",
        bytes / 1_000_000,
        bytes % 1_000_000 / 100_000
    );
    match sha256(&target) {
        Some(digest) => println!("SHA-256 {digest}"),
        None => println!("No sha256sum or shasum here, so no checksum."),
    }
    Ok(())
}

fn sha256(file: &Path) -> Option<String> {
    let mut candidates = [Command::new("sha256sum"), Command::new("shasum")];
    candidates[1].args(["-a", "256"]);
    candidates
        .iter_mut()
        .find_map(|command| process::output(command.arg(file)).ok())
        .and_then(|line| line.split_whitespace().next().map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    #[test]
    fn the_checksum_is_that_of_the_file() {
        let folder = Scratch::create("dist-test").expect("writable");
        let file = folder.path().join("abc");
        fs::write(&file, "abc").expect("writable");
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sha256(&file).as_deref(), Some(expected));
    }
}
