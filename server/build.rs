//! Rebuilds the release binary when the console that it carries was built anew. Without this,
//! Cargo would not notice files that appear in a folder which was empty or missing before.

use std::io::{self, Write};

fn main() -> io::Result<()> {
    let mut cargo = io::stdout();
    let release = std::env::var("PROFILE").is_ok_and(|profile| profile == "release");
    if release {
        writeln!(cargo, "cargo::rerun-if-changed=../app/dist")?;
    }
    // Debug builds read the console from disk when they run.
    writeln!(cargo, "cargo::rerun-if-changed=build.rs")
}
