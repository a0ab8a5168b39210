//! What a command says when it fails.

use std::error::Error;
use std::fmt;

/// One sentence for the person at the terminal.
#[derive(Debug)]
pub(super) struct Failure(String);

impl Failure {
    /// A failure that no error of another module describes.
    pub(super) fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<E: Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(sentence(&error))
    }
}

/// An error with its causes as one sentence. A cause that the text before it tells already is not
/// repeated.
pub(super) fn sentence(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.contains(&more) {
            text.truncate(text.trim_end_matches('.').len());
            text.push_str(": ");
            text.push_str(&more);
        }
        cause = error.source();
    }
    let mut letters = text.chars();
    let mut text: String = match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => text,
    };
    if !text.ends_with(['.', '!', '?']) {
        text.push('.');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("the file is broken")]
    struct Cause;

    #[derive(Debug, thiserror::Error)]
    enum Outer {
        #[error("nothing was stored")]
        Hidden(#[source] Cause),
        #[error("Nothing was stored, because {0}.")]
        Told(#[source] Cause),
    }

    #[test]
    fn causes_are_told_once_and_the_whole_is_a_sentence() {
        let hidden = Failure::from(Outer::Hidden(Cause)).to_string();
        assert_eq!(hidden, "Nothing was stored: the file is broken.");
        let told = Failure::from(Outer::Told(Cause)).to_string();
        assert_eq!(told, "Nothing was stored, because the file is broken.");
    }
}
