//! The console's WebAssembly: what every page needs, and a file for each area of the console.
//!
//! Trunk calls this when it has written everything else, since it cannot split a module.

use std::env;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

use wasm_split_cli_support::{Options, transform};

use crate::compress;
use crate::console::Build;
use crate::failure::{Failure, Outcome};
use crate::process;
use crate::workspace;

/// Name of the binary and of what is made of it.
const NAME: &str = "rollcall-app";
/// What fetches the areas; the main module imports from it.
const LOADER: &str = "./areas.js";

/// A variable of the target, so that what Cargo builds for this machine stays as it is.
const FLAGS_VARIABLE: &str = "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS";
/// Type erasure in Leptos compiles three times faster and comes out smaller; the splitter finds
/// what belongs together by the relocations.
const FLAGS: &str = "--cfg erase_components -Clink-args=--emit-relocs";

/// What is smaller before compression is not so after it: wrappers that stay functions and values
/// that are computed again compress better. The first kilobyte of memory is the far end of the
/// stack, so nothing is addressed there.
const OPTIMISATIONS: [&str; 13] = [
    "-Oz",
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-reference-types",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--always-inline-max-function-size=0",
    "--one-caller-inline-max-function-size=0",
    "--skip-pass=local-cse",
    "--low-memory-unused",
    "--strip-producers",
    "--strip-target-features",
];

/// Builds the modules into the folder that Trunk is filling, and loads them from its page.
///
/// # Errors
/// When this is not a hook of Trunk, something does not compile, or a file cannot be written.
pub(crate) fn build_for_trunk() -> Outcome {
    let folder = |name| {
        let missing = || Failure::new(format!("Trunk sets {name}; `cargo xtask run` calls Trunk"));
        env::var_os(name).map(PathBuf::from).ok_or_else(missing)
    };
    let build = match folder("TRUNK_PROFILE")?.to_str() {
        Some("release") => Build::Release,
        _ => Build::Development,
    };
    let staging = folder("TRUNK_STAGING_DIR")?;
    let made = bound(&split(&compiled(build)?)?)?;
    if build == Build::Release {
        optimise(&made)?;
    }
    let name = format!("console-{:016x}", hash_of(&made)?);
    let place = staging.join(&name);
    fs::rename(&made, &place).map_err(Failure::file("write", &place))?;
    load_from(&staging.join("index.html"), &name)
}

fn compiled(build: Build) -> Outcome<PathBuf> {
    let (profile, folder) = match build {
        Build::Development => ("dev", "debug"),
        Build::Release => ("wasm-release", "wasm-release"),
    };
    let target = "wasm32-unknown-unknown";
    process::run(
        process::cargo()
            .args(["build", "--package", NAME, "--bin", NAME])
            .args(["--target", target, "--profile", profile])
            .env(FLAGS_VARIABLE, FLAGS),
    )?;
    let file = format!("{NAME}.wasm");
    Ok(workspace::target().join(target).join(folder).join(file))
}

/// A new folder of ours under Cargo's.
fn emptied(name: &str) -> Outcome<PathBuf> {
    let folder = workspace::target().join("console").join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(Failure::file("empty", &folder))?;
    }
    fs::create_dir_all(&folder).map_err(Failure::file("create", &folder))?;
    Ok(folder)
}

fn split(compiled: &Path) -> Outcome<PathBuf> {
    let folder = emptied("split")?;
    let input = fs::read(compiled).map_err(Failure::file("read", compiled))?;
    let main = folder.join(format!("{NAME}.wasm"));
    let module = format!("./{NAME}.js");
    let mut options = Options::new(&input);
    options.output_dir = &folder;
    options.main_out_path = &main;
    options.main_module = &module;
    options.link_name = LOADER;
    let done = transform(options);
    done.map_err(|error| Failure::new(format!("the console could not be split: {error:#}")))?;
    Ok(folder)
}

/// What a browser loads: the main module with its bindings, and beside it the areas.
fn bound(split: &Path) -> Outcome<PathBuf> {
    let folder = emptied("bound")?;
    let main = split.join(format!("{NAME}.wasm"));
    process::run(
        Command::new("wasm-bindgen")
            .args(["--target", "web", "--no-typescript"])
            // The areas use these exports, by these names.
            .args(["--keep-lld-exports", "--no-demangle"])
            .args(["--out-name", NAME, "--out-dir"])
            .arg(&folder)
            .arg(&main),
    )?;
    for file in compress::files_under(split)? {
        let name = file.file_name().filter(|_| file != main);
        if let Some(name) = name {
            fs::copy(&file, folder.join(name)).map_err(Failure::file("copy", &file))?;
        }
    }
    Ok(folder)
}

fn optimise(folder: &Path) -> Outcome {
    for file in compress::files_under(folder)? {
        if file.extension().is_some_and(|ending| ending == "wasm") {
            let mut command = Command::new("wasm-opt");
            command.args(OPTIMISATIONS).arg(&file).arg("-o").arg(&file);
            process::run(&mut command)?;
        }
    }
    Ok(())
}

fn hash_of(folder: &Path) -> Outcome<u64> {
    let mut hasher = DefaultHasher::new();
    for file in compress::files_under(folder)? {
        file.file_name().hash(&mut hasher);
        let bytes = fs::read(&file).map_err(Failure::file("read", &file))?;
        bytes.hash(&mut hasher);
    }
    Ok(hasher.finish())
}

/// Starts the main module at the end of the page's head.
fn load_from(page: &Path, folder: &str) -> Outcome {
    let html = fs::read_to_string(page).map_err(Failure::file("read", page))?;
    let start = format!(
        "<link rel=\"modulepreload\" href=\"/{folder}/{NAME}.js\" crossorigin=\"anonymous\">\n    \
         <link rel=\"preload\" href=\"/{folder}/{NAME}_bg.wasm\" crossorigin=\"anonymous\" as=\"fetch\" type=\"application/wasm\">\n    \
         <script type=\"module\">import start from \"/{folder}/{NAME}.js\"; await start();</script>\n  </head>"
    );
    let started = html.replacen("</head>", &start, 1);
    if started == html {
        let missing = format!("{} has no end of its head", page.display());
        return Err(Failure::new(missing));
    }
    fs::write(page, started).map_err(Failure::file("write", page))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    #[test]
    fn the_page_starts_the_main_module_at_the_end_of_its_head() {
        let folder = Scratch::create("wasm-test").expect("writable");
        let page = folder.path().join("index.html");
        fs::write(&page, "<head><title>t</title></head><body></body>").expect("writable");
        load_from(&page, "console-0123456789abcdef").expect("started");
        let html = fs::read_to_string(&page).expect("readable");
        let (head, body) = html.split_once("</head>").expect("one head");
        assert!(head.contains("import start from \"/console-0123456789abcdef/rollcall-app.js\""));
        assert_eq!(body, "<body></body>");
        fs::write(&page, "nothing").expect("writable");
        assert!(load_from(&page, "console-0").is_err());
    }
}
