//! What a command reads from and writes to, so that tests can stand in for a terminal.

use std::fmt::Display;
use std::io::{self, BufRead, Write};

/// Standard input, output and error of a command.
pub struct Terminal<'t> {
    /// Where a password comes from.
    pub input: &'t mut dyn BufRead,
    /// Where results go.
    pub output: &'t mut dyn Write,
    /// Where the sentence about a failure goes, and remarks that are no part of a result.
    pub errors: &'t mut dyn Write,
}

impl Terminal<'_> {
    /// Writes one line of a result.
    pub(super) fn say(&mut self, line: impl Display) -> io::Result<()> {
        writeln!(self.output, "{line}")
    }

    /// Writes a remark that a program which reads the result must not find in it.
    pub(super) fn remark(&mut self, line: impl Display) -> io::Result<()> {
        writeln!(self.errors, "{line}")
    }
}
