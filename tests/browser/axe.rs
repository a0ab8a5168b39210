//! Looks for barriers with axe-core.

use super::{Window, driver::axe_source};

const RUN: &str = include_str!("axe.js");
const SCHEMES: [&str; 2] = ["light", "dark"];
/// A desk and a phone, or 360 % zoom; in pixels.
const WIDTHS: [u32; 2] = [1440, 400];

/// What was found on all pages so far.
pub(crate) struct Audit {
    source: String,
    violations: Vec<String>,
}

impl Audit {
    pub(crate) fn new() -> Self {
        Self {
            source: axe_source(),
            violations: Vec::new(),
        }
    }

    /// Looks at what is open now, in both colour schemes and at both widths.
    pub(crate) async fn look(&mut self, window: &Window, what: &str) {
        let added = window.read(&self.source, Vec::new()).await;
        assert!(added.is_some(), "axe could not be added to {what}");
        for width in WIDTHS {
            for scheme in SCHEMES {
                self.look_as(window, what, scheme, width).await;
            }
        }
        window.show_as(SCHEMES[0], WIDTHS[0]).await;
    }

    /// Looks at what is open now, in one colour scheme and at one width.
    pub(crate) async fn look_as(&mut self, window: &Window, what: &str, scheme: &str, width: u32) {
        window.show_as(scheme, width).await;
        let found = window.read_later(RUN).await;
        let found = found.as_array().expect("lines").iter();
        let line = |line: &serde_json::Value| format!("{what}, {scheme}, {width} px: {line}");
        self.violations.extend(found.map(line));
    }

    /// Fails with every violation.
    pub(crate) fn finish(self) {
        let all = self.violations;
        assert!(
            all.is_empty(),
            "{} violations:\n{}",
            all.len(),
            all.join("\n")
        );
    }
}
