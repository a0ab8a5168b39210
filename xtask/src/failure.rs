//! The one error of these commands: a sentence that says what happened and what to do.

use std::fmt;
use std::io;
use std::path::Path;

/// Why a command could not go on, written for the person at the terminal.
#[derive(Debug)]
pub(crate) struct Failure(String);

/// The result of a step.
pub(crate) type Outcome<T = ()> = Result<T, Failure>;

impl Failure {
    /// A failure told by `sentence`.
    pub(crate) fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }

    /// Turns an I/O error into "could not `doing` `path`: reason".
    pub(crate) fn file(doing: &str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let beginning = format!("could not {doing} {}", path.display());
        move |error| Self(format!("{beginning}: {error}"))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
