//! The console's size budget: what a browser must fetch before a page shows.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use crate::compress;
use crate::failure::{Failure, Outcome};

/// WASM and JavaScript of the page that needs most, compressed with brotli, in bytes.
const LIMIT: u64 = 450_000;

/// Beginning of the name of an area's own file, and of a file that several areas share.
const AREA: &str = "split_";
const SHARED: &str = "chunk_";
/// The script that says which areas share which file.
const SHARES: &str = "areas.js";

/// Sizes of the compressed code, in bytes.
#[derive(Debug, Default, PartialEq, Eq)]
struct Sizes {
    /// What every page needs.
    always: u64,
    /// The areas, each with its own file and those that it shares with others.
    areas: BTreeMap<String, u64>,
}

impl Sizes {
    fn largest(&self) -> u64 {
        self.always + self.areas.values().max().unwrap_or(&0)
    }
}

/// Prints the sizes of the built console and holds the page that needs most against the limit.
///
/// # Errors
/// When it is over the limit, or there is nothing to measure.
pub(crate) fn check(dist: &Path) -> Outcome {
    let sizes = measure(dist)?;
    println!(
        "The console compressed with brotli: {:.1} kB of WASM and JavaScript for every page, and",
        kilobytes(sizes.always),
    );
    for (name, bytes) in &sizes.areas {
        println!("  {:.1} kB for {name}", kilobytes(*bytes));
    }
    let largest = sizes.largest();
    println!(
        "A page needs {:.1} kB at most; the limit is {} kB.",
        kilobytes(largest),
        LIMIT / 1000
    );
    if largest <= LIMIT {
        return Ok(());
    }
    Err(Failure::new(format!(
        "a page of the console is {:.1} kB over its budget of {} kB. Make an area of its own of some \
         pages (app/src/areas.rs), or see with `twiggy top` on the .wasm files in app/dist what grew",
        kilobytes(largest - LIMIT),
        LIMIT / 1000
    )))
}

fn measure(dist: &Path) -> Outcome<Sizes> {
    let mut sizes = Sizes::default();
    let mut files = Vec::new();
    let mut shares = BTreeMap::new();
    let mut has_wasm = false;
    for file in compress::files_under(dist)? {
        let original = file.with_extension("");
        if file.file_name() == Some(OsStr::new(SHARES)) {
            let script = fs::read_to_string(&file).map_err(Failure::file("read", &file))?;
            shares = shares_of(&script);
        }
        let is_code = ["wasm", "js"]
            .iter()
            .any(|kind| original.extension() == Some(OsStr::new(kind)));
        if file.extension() != Some(OsStr::new("br")) || !is_code {
            continue;
        }
        has_wasm |= original.extension() == Some(OsStr::new("wasm"));
        let bytes = fs::metadata(&file)
            .map_err(Failure::file("read", &file))?
            .len();
        let name = original.file_stem().unwrap_or_default().to_string_lossy();
        if let Some(area) = name.strip_prefix(AREA) {
            sizes.areas.insert(area.to_owned(), 0);
            files.push((vec![area.to_owned()], bytes));
        } else if name.starts_with(SHARED) {
            // What nobody is known to share is needed by none, and fails to load.
            files.push((shares.get(&*name).cloned().unwrap_or_default(), bytes));
        } else {
            sizes.always += bytes;
        }
    }
    for (area, size) in &mut sizes.areas {
        let needs = files.iter().filter(|(sharing, _)| is_needed(area, sharing));
        *size = needs.map(|(_, bytes)| bytes).sum();
    }
    if has_wasm {
        return Ok(sizes);
    }
    Err(Failure::new(format!(
        "{} holds no compressed .wasm file to measure; build the release console first",
        dist.display()
    )))
}

/// Whether a page of an area needs a file that these areas share. A part of an area, such as
/// `person_story` of `person`, needs what the area itself needs.
fn is_needed(area: &str, sharing: &[String]) -> bool {
    let whole = area.split_once('_').map(|(whole, _)| whole);
    sharing
        .iter()
        .any(|other| other == area || Some(other.as_str()) == whole)
}

/// The areas that share each file, by its name: `/* people, requests */` and
/// `const __chunk_12 = …` on the next line.
fn shares_of(script: &str) -> BTreeMap<String, Vec<String>> {
    let lines: Vec<&str> = script.lines().collect();
    let pairs = lines.windows(2).filter_map(|lines| match lines {
        [comment, declaration] => {
            let areas = comment.strip_prefix("/* ")?.strip_suffix(" */")?;
            let name = declaration.strip_prefix("const __")?.split(' ').next()?;
            let areas = areas.split(", ").map(str::to_owned).collect();
            Some((name.to_owned(), areas))
        }
        _ => None,
    });
    pairs.collect()
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
    fn only_compressed_code_counts_and_of_the_areas_the_largest() {
        let folder = dist(&[
            ("app.wasm", 9_000_000),
            ("app.wasm.br", 200_000),
            ("app.wasm.gz", 400_000),
            ("app.js.br", 20_000),
            ("app.css.br", 50_000),
            ("chunk_3.wasm.br", 30_000),
            ("chunk_4.wasm.br", 70_000),
            ("split_people.wasm.br", 100_000),
            ("split_log.wasm.br", 150_000),
            ("split_log_detail.wasm.br", 5_000),
        ]);
        let script = "/* log, people */\nconst __chunk_3 = makeLoad();\n\
                      /* people */\nconst __chunk_4 = makeLoad();\n";
        fs::write(folder.path().join("areas.js"), script).expect("writable");
        let sizes = measure(folder.path()).expect("measured");
        assert_eq!(sizes.always, 220_000);
        assert_eq!(sizes.areas["people"], 200_000);
        assert_eq!(sizes.areas["log"], 180_000);
        assert_eq!(sizes.areas["log_detail"], 185_000);
        assert_eq!(sizes.largest(), 420_000);
        check(folder.path()).expect("within the budget");
    }

    #[test]
    fn one_byte_too_many_fails() {
        let most = usize::try_from(LIMIT).expect("fits");
        let folder = dist(&[("app.wasm.br", most - 1), ("split_a.wasm.br", 2)]);
        assert!(check(folder.path()).is_err());
    }

    #[test]
    fn an_empty_folder_does_not_pass() {
        let folder = dist(&[("index.html.br", 10)]);
        assert!(check(folder.path()).is_err());
    }
}
