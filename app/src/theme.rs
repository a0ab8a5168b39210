//! Light, dark, or what the system says.

use leptos::prelude::*;

use crate::storage;

/// What the person chose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Choice {
    /// Follow the system.
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl Choice {
    /// Every choice, in the order of the menu.
    pub(crate) const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    fn from_word(word: Option<&str>) -> Self {
        match word {
            Some("light") => Self::Light,
            Some("dark") => Self::Dark,
            _ => Self::System,
        }
    }

    /// The stored word; nothing is stored for the system's choice.
    const fn word(self) -> Option<&'static str> {
        match self {
            Self::System => None,
            Self::Light => Some("light"),
            Self::Dark => Some("dark"),
        }
    }

    /// What the toggle leads to: the opposite of what is visible now.
    const fn toggled(self, system_is_dark: bool) -> Self {
        match (self, system_is_dark) {
            (Self::Dark, _) | (Self::System, true) => Self::Light,
            (Self::Light, _) | (Self::System, false) => Self::Dark,
        }
    }
}

/// The choice of this browser, app-wide.
#[derive(Clone, Copy)]
pub(crate) struct Theme(RwSignal<Choice>);

impl Theme {
    /// Reads the stored choice and provides the context.
    pub(crate) fn provide() {
        let stored = storage::read(storage::THEME);
        provide_context(Self(RwSignal::new(Choice::from_word(stored.as_deref()))));
    }

    /// The context.
    pub(crate) fn get() -> Self {
        use_context().unwrap_or_else(|| Self(RwSignal::new(Choice::System)))
    }

    /// What is chosen now.
    pub(crate) fn choice(self) -> Choice {
        self.0.get()
    }

    /// Applies and remembers `choice`.
    pub(crate) fn set(self, choice: Choice) {
        storage::write(storage::THEME, choice.word());
        if let Some(root) = document().document_element() {
            let _applied = match choice.word() {
                Some(word) => root.set_attribute("data-theme", word),
                None => root.remove_attribute("data-theme"),
            };
        }
        self.0.set(choice);
    }

    /// Turns light into dark and back.
    pub(crate) fn toggle(self) {
        let dark = window()
            .match_media("(prefers-color-scheme: dark)")
            .ok()
            .flatten()
            .is_some_and(|query| query.matches());
        self.set(self.0.get_untracked().toggled(dark));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_toggle_always_changes_what_is_visible() {
        assert_eq!(Choice::System.toggled(true), Choice::Light);
        assert_eq!(Choice::System.toggled(false), Choice::Dark);
        assert_eq!(Choice::Light.toggled(true), Choice::Dark);
        assert_eq!(Choice::Dark.toggled(false), Choice::Light);
    }

    #[test]
    fn stored_words_round_trip_and_unknown_ones_follow_the_system() {
        for choice in Choice::ALL {
            assert_eq!(Choice::from_word(choice.word()), choice);
        }
        assert_eq!(Choice::from_word(Some("sepia")), Choice::System);
    }
}
