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
    if begins_with_a_word(&text) {
        let first = text.remove(0).to_ascii_uppercase();
        text.insert(0, first);
    }
    if !text.ends_with(['.', '!', '?']) {
        text.push('.');
    }
    text
}

/// Errors that other errors quote begin with a small letter; a path or the name of a setting is
/// spelled as it is.
fn begins_with_a_word(text: &str) -> bool {
    let first = text.split(' ').next().unwrap_or_default();
    !first.is_empty() && first.bytes().all(|byte| byte.is_ascii_alphabetic())
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

    #[derive(Debug, thiserror::Error)]
    #[error("{0} has the unknown key `lisen`.")]
    struct Misspelt(&'static str);

    #[test]
    fn a_path_is_spelled_as_it_is() {
        for place in ["d2/rollcall.toml", "rollcall.toml", "`listen`"] {
            let text = Failure::from(Misspelt(place)).to_string();
            assert!(text.starts_with(place), "{text}");
        }
        let text = Failure::from(Misspelt("the flag --listen")).to_string();
        assert!(text.starts_with("The flag --listen has"), "{text}");
    }

    #[test]
    fn causes_are_told_once_and_the_whole_is_a_sentence() {
        let hidden = Failure::from(Outer::Hidden(Cause)).to_string();
        assert_eq!(hidden, "Nothing was stored: the file is broken.");
        let told = Failure::from(Outer::Told(Cause)).to_string();
        assert_eq!(told, "Nothing was stored, because the file is broken.");
    }
}
