//! What was rewritten in a request, for its entry in the provisioning log.

use serde::Serialize;

use crate::resource::printable;

/// One rewrite of one request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Note {
    /// Name of the rule: the switch, or the decision for those that are always on.
    pub rule: &'static str,
    /// What it did, by paths; never a secret, and both ends of it when it is long.
    pub detail: String,
}

/// Rewrites of one request in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Notes(Vec<Note>);

/// More notes than this say nothing new and would only fill the log.
const MAX_NOTES: usize = 100;

impl Notes {
    /// No rewrites.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Records a rewrite that is not recorded yet, in a text that is cut and cleared of secrets as
    /// the detail of an error; beyond 100 of one request nothing is recorded.
    pub fn add(&mut self, rule: &'static str, detail: impl Into<String>) {
        if self.0.len() >= MAX_NOTES {
            return;
        }
        let note = Note {
            rule,
            detail: printable(detail.into()),
        };
        if !self.0.contains(&note) {
            self.0.push(note);
        }
    }

    /// Whether the request was taken as it stood.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The rewrites in order.
    pub fn iter(&self) -> impl Iterator<Item = &Note> {
        self.0.iter()
    }

    /// The rewrites in order.
    #[must_use]
    pub fn into_vec(self) -> Vec<Note> {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_bounded() {
        let mut notes = Notes::new();
        assert!(notes.is_empty());
        for number in 0..1000 {
            notes.add("rule", number.to_string());
        }
        assert_eq!(notes.iter().count(), 100);
        assert_eq!(notes.into_vec()[99].detail, "99");
    }

    #[test]
    fn a_note_that_repeats_a_megabyte_of_a_request_is_cut() {
        for word in ["x", "ä", "\u{1f600}"] {
            let mut notes = Notes::new();
            let long = word.repeat(1_000_000);
            notes.add("rule", format!("Ignored the schema {long}:end"));
            let detail = &notes.into_vec()[0].detail;
            assert!(detail.chars().count() < 1000, "{}", detail.len());
            assert!(detail.starts_with("Ignored the schema "), "{detail}");
            assert!(detail.ends_with(":end"), "{detail}");
        }
    }

    #[test]
    fn what_was_noted_is_not_noted_again() {
        let mut notes = Notes::new();
        for detail in ["one", "two", "one"] {
            notes.add("rule", detail);
        }
        notes.add("other", "one");
        let details: Vec<_> = notes.iter().map(|note| note.detail.as_str()).collect();
        assert_eq!(details, ["one", "two", "one"]);
    }
}
