//! Chromium and its driver, for the browser tests.

use std::path::PathBuf;
use std::process::Command;

use crate::debian;
use crate::failure::{Failure, Outcome};
use crate::npm;
use crate::process;

const CHROMIUM: [&str; 4] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
];
const DRIVER: [&str; 1] = ["chromedriver"];

/// A browser that tests can drive.
pub(crate) struct Browser {
    chromium: PathBuf,
    driver: PathBuf,
}

impl Browser {
    /// Finds Chromium and chromedriver, installing them on Debian when run by root.
    ///
    /// # Errors
    /// When they are missing and cannot be installed here; the sentence says what to install.
    pub(crate) fn find() -> Outcome<Self> {
        if let Some(browser) = Self::on_path() {
            return Ok(browser);
        }
        debian::install(
            "Chromium with its driver",
            &["chromium", "chromium-driver"],
            "The browser tests need it: install Chromium or Google Chrome and the chromedriver of \
             the same version, so that both are on PATH.",
        )?;
        Self::on_path().ok_or_else(|| {
            Failure::new(
                "Chromium or chromedriver is still not on PATH after its installation. Install \
                 Chromium and the chromedriver of the same version by hand",
            )
        })
    }

    /// Tells the tests where the browser, its driver and the accessibility checker are.
    pub(crate) fn describe_to(&self, command: &mut Command) {
        command
            .env("ROLLCALL_TEST_CHROMIUM", &self.chromium)
            .env("ROLLCALL_TEST_CHROMEDRIVER", &self.driver)
            .env("ROLLCALL_TEST_AXE", npm::axe_script());
    }

    fn on_path() -> Option<Self> {
        let first = |names: &[&str]| names.iter().find_map(|name| process::find(name));
        Some(Self {
            chromium: first(&CHROMIUM)?,
            driver: first(&DRIVER)?,
        })
    }
}
