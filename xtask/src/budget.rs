//! The console's size budget: what a browser must fetch before the first page shows.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use crate::compress;
use crate::failure::{Failure, Outcome};

/// All WASM and JavaScript together, compressed with brotli, in bytes. ARCHITECTURE.md says why it
/// is above the 450 kB that are meant.
const LIMIT: u64 = 480_000;

/// Prints the size of the built console and holds it against the limit.
///
/// # Errors
/// When it is over the limit, or there is nothing to measure.
pub(crate) fn check(dist: &Path) -> Outcome {
    let bytes = size(dist)?;
    println!(
        "The console is {:.1} kB of WASM and JavaScript compressed with brotli; the limit is {} kB.",
        kilobytes(bytes),
        LIMIT / 1000
    );
    if bytes <= LIMIT {
        return Ok(());
    }
    Err(Failure::new(format!(
        "the console is {:.1} kB over its budget of {} kB. `twiggy top` on the .wasm file in \
         app/dist shows what grew",
        kilobytes(bytes - LIMIT),
        LIMIT / 1000
    )))
}

fn size(dist: &Path) -> Outcome<u64> {
    let mut bytes = 0;
    let mut has_wasm = false;
    for file in compress::files_under(dist)? {
        let original = file.with_extension("");
        let is_code = ["wasm", "js"]
            .iter()
            .any(|kind| original.extension() == Some(OsStr::new(kind)));
        if file.extension() != Some(OsStr::new("br")) || !is_code {
            continue;
        }
        has_wasm |= original.extension() == Some(OsStr::new("wasm"));
        bytes += fs::metadata(&file)
            .map_err(Failure::file("read", &file))?
            .len();
    }
    if has_wasm {
        return Ok(bytes);
    }
    Err(Failure::new(format!(
        "{} holds no compressed .wasm file to measure; build the release console first",
        dist.display()
    )))
}

fn kilobytes(bytes: u64) -> f64 {
    bytes as f64 / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::Scratch;

    fn dist(files: &[(&str, usize)]) -> Scratch {
        let folder = Scratch::create("budget-test").expect("writable");
        for (name, bytes) in files {
            fs::write(folder.path().join(name), vec![0; *bytes]).expect("writable");
        }
        folder
    }

    #[test]
    fn only_compressed_code_counts() {
        let folder = dist(&[
            ("app.wasm", 9_000_000),
            ("app.wasm.br", 300_000),
            ("app.wasm.gz", 400_000),
            ("app.js.br", 20_000),
            ("app.css.br", 50_000),
        ]);
        assert_eq!(size(folder.path()).expect("measured"), 320_000);
        check(folder.path()).expect("within the budget");
    }

    #[test]
    fn one_byte_too_many_fails() {
        let most = usize::try_from(LIMIT).expect("fits");
        let folder = dist(&[("app.wasm.br", most - 1), ("app.js.br", 2)]);
        assert!(check(folder.path()).is_err());
    }

    #[test]
    fn an_empty_folder_does_not_pass() {
        let folder = dist(&[("index.html.br", 10)]);
        assert!(check(folder.path()).is_err());
    }
}
