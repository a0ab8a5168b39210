//! Installing Debian packages where we may, and saying what to install where we may not.

use std::path::Path;
use std::process::Command;

use crate::failure::{Failure, Outcome};
use crate::process;

/// Installs `packages` with apt-get when run by root on Debian or a relative of it.
///
/// `what` names the thing for people; `elsewhere` says how to get it on other systems.
///
/// # Errors
/// When this is not such a machine, with what to install, or when apt-get fails.
pub(crate) fn install(what: &str, packages: &[&str], elsewhere: &str) -> Outcome {
    let list = packages.join(" ");
    if !Path::new("/etc/debian_version").exists() || process::find("apt-get").is_none() {
        return Err(Failure::new(format!("{what} is missing. {elsewhere}")));
    }
    if !is_root() {
        return Err(Failure::new(format!(
            "{what} is missing. Install it with: sudo apt-get install {list}"
        )));
    }
    println!("Installing {what} with apt-get ({list}): about 2 minutes, once.");
    if apt_get("install", packages).is_ok() {
        return Ok(());
    }
    // A new machine knows no packages yet, an old one knows packages that are gone.
    apt_get("update", &[])?;
    apt_get("install", packages)
}

/// Whether we run as root.
pub(crate) fn is_root() -> bool {
    process::output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

fn apt_get(verb: &str, packages: &[&str]) -> Outcome {
    let mut command = Command::new("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command.args([verb, "-y", "-qq"]);
    if verb == "install" {
        command.arg("--no-install-recommends").args(packages);
    }
    process::run(&mut command)
}
