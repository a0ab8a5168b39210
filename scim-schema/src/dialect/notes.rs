//! What was rewritten in a request, for its entry in the provisioning log.

use serde::Serialize;

use crate::resource::without_secrets;

/// One rewrite of one request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Note {
    /// Name of the rule: the switch, or the decision for those that are always on.
    pub rule: &'static str,
    /// What it did, by paths; never a secret.
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

    /// Records a rewrite, without the secrets that its text may repeat; beyond 100 of one request
    /// nothing is recorded.
    pub fn add(&mut self, rule: &'static str, detail: impl Into<String>) {
        if self.0.len() < MAX_NOTES {
            self.0.push(Note {
                rule,
                detail: without_secrets(detail.into()),
            });
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
}
