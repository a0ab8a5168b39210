//! Building the console with Trunk, only when something changed.

use std::fmt::Write as _;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use crate::compress;
use crate::failure::{Failure, Outcome};
use crate::process;
use crate::tools::Toolbox;
use crate::workspace;

/// What the console is made from, besides everything under `app`.
const INPUT_FILES: [&str; 4] = [
    "Cargo.lock",
    "Cargo.toml",
    "Trunk.toml",
    "xtask/src/wasm.rs",
];
const INPUT_FOLDER: &str = "scim-schema/src";

/// How the console is built.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Build {
    /// Quick to build, large, not compressed.
    Development,
    /// Small: profile `wasm-release`, wasm-opt, and compressed copies.
    Release,
}

impl Build {
    fn name(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Release => "release",
        }
    }
}

/// Builds the console into `app/dist` unless what is there was built from the same files.
///
/// # Errors
/// When Trunk fails or the files cannot be read or written.
pub(crate) fn build(build: Build, toolbox: &Toolbox) -> Outcome {
    let stamp_file = workspace::target().join("console.stamp");
    let inputs = inputs_hash(build)?;
    let dist = workspace::console_dist();
    let recorded = fs::read_to_string(&stamp_file).unwrap_or_default();
    if dist.join("index.html").is_file() && recorded == stamp(inputs, &dist)? {
        println!("The {} console in app/dist is up to date.", build.name());
        return Ok(());
    }
    match build {
        Build::Development => println!(
            "Building the console (development build): about 2 minutes the first time, on two cores."
        ),
        Build::Release => println!(
            "Building the console (release build): about 4 minutes the first time, on two cores."
        ),
    }
    let mut trunk = toolbox.trunk();
    trunk.arg("build");
    if build == Build::Release {
        trunk.arg("--release");
    }
    process::run(&mut trunk)?;
    if build == Build::Release {
        println!("Compressing the console's files: about 20 seconds.");
        compress::compress_folder(&dist)?;
    }
    fs::write(&stamp_file, stamp(inputs, &dist)?).map_err(Failure::file("write", &stamp_file))
}

/// Tells a console built from `inputs` apart from every other, also from one built by hand.
fn stamp(inputs: u64, dist: &Path) -> Outcome<String> {
    let mut hasher = DefaultHasher::new();
    for file in compress::files_under(dist)? {
        hash_file(&file, &mut hasher)?;
    }
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _infallible = writeln!(
        text,
        "inputs {inputs:016x}\noutputs {:016x}",
        hasher.finish()
    );
    Ok(text)
}

fn inputs_hash(build: Build) -> Outcome<u64> {
    let root = workspace::root();
    let dist = workspace::console_dist();
    let mut files: Vec<PathBuf> = INPUT_FILES.iter().map(|file| root.join(file)).collect();
    files.extend(compress::files_under(&root.join(INPUT_FOLDER))?);
    let app = compress::files_under(&root.join("app"))?;
    files.extend(app.into_iter().filter(|file| !file.starts_with(&dist)));
    let mut hasher = DefaultHasher::new();
    build.name().hash(&mut hasher);
    for file in files {
        hash_file(&file, &mut hasher)?;
    }
    Ok(hasher.finish())
}

fn hash_file(file: &Path, hasher: &mut DefaultHasher) -> Outcome {
    file.hash(hasher);
    fs::read(file)
        .map_err(Failure::file("read", file))?
        .hash(hasher);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    #[test]
    fn the_stamp_changes_with_inputs_outputs_and_file_names() {
        let dist = Scratch::create("console-test").expect("writable");
        fs::write(dist.path().join("index.html"), "one").expect("writable");
        let first = stamp(1, dist.path()).expect("readable");
        assert_eq!(first, stamp(1, dist.path()).expect("readable"));
        assert_ne!(first, stamp(2, dist.path()).expect("readable"));

        fs::write(dist.path().join("index.html"), "two").expect("writable");
        assert_ne!(first, stamp(1, dist.path()).expect("readable"));

        fs::write(dist.path().join("index.html"), "one").expect("writable");
        fs::rename(dist.path().join("index.html"), dist.path().join("other")).expect("writable");
        assert_ne!(first, stamp(1, dist.path()).expect("readable"));
    }
}
