//! Single-key shortcuts, which can be turned off (WCAG 2.1.4).

use leptos::{ev::KeyboardEvent, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use crate::storage;

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// `/`: go to the search field.
    Search,
    /// `?`: show the shortcuts.
    Help,
    /// `j`: next row.
    Next,
    /// `k`: previous row.
    Previous,
    /// `g u`: users.
    GoUsers,
    /// `g c`: connections.
    GoConnections,
}

/// A key as far as it matters here.
struct Key<'a> {
    key: &'a str,
    with_modifier: bool,
    while_typing: bool,
}

/// Reads keys, one after the other; `g` waits for the key after it.
#[derive(Clone, Copy, Debug, Default)]
struct Reader {
    after_g: bool,
}

impl Reader {
    fn read(&mut self, key: &Key<'_>) -> Option<Command> {
        let after_g = std::mem::take(&mut self.after_g);
        if key.with_modifier || key.while_typing {
            return None;
        }
        match (after_g, key.key) {
            (true, "u") => Some(Command::GoUsers),
            (true, "c") => Some(Command::GoConnections),
            (_, "/") => Some(Command::Search),
            (_, "?") => Some(Command::Help),
            (_, "j") => Some(Command::Next),
            (_, "k") => Some(Command::Previous),
            (_, "g") => {
                self.after_g = true;
                None
            }
            _ => None,
        }
    }
}

/// Whether shortcuts are on; a handle.
#[derive(Clone, Copy)]
pub(crate) struct Shortcuts(RwSignal<bool>);

impl Shortcuts {
    /// Reads the stored choice and provides the context.
    pub(crate) fn provide() {
        let on = storage::read(storage::SHORTCUTS).as_deref() != Some("off");
        provide_context(Self(RwSignal::new(on)));
    }

    /// The context.
    pub(crate) fn get() -> Self {
        use_context().unwrap_or_else(|| Self(RwSignal::new(true)))
    }

    /// Whether they are on, tracked.
    pub(crate) fn are_on(self) -> bool {
        self.0.get()
    }

    /// Turns them on or off and remembers it.
    pub(crate) fn set(self, on: bool) {
        storage::write(storage::SHORTCUTS, (!on).then_some("off"));
        self.0.set(on);
    }

    /// Calls `run` for the commands it wants until the current owner is cleaned up. `run` says
    /// whether it used the command; then the key does nothing else.
    pub(crate) fn listen(self, run: impl Fn(Command) -> bool + 'static) {
        let reader = StoredValue::new(Reader::default());
        let handle = window_event_listener(leptos::ev::keydown, move |event| {
            if !self.0.get_untracked() || event.default_prevented() {
                return;
            }
            let command = reader
                .try_update_value(|reader| {
                    reader.read(&Key {
                        key: &event.key(),
                        with_modifier: event.ctrl_key() || event.meta_key() || event.alt_key(),
                        while_typing: is_typing(&event),
                    })
                })
                .flatten();
            if command.is_some_and(&run) {
                event.prevent_default();
            }
        });
        on_cleanup(move || handle.remove());
    }
}

/// Keys belong to fields and to open dialogs first.
fn is_typing(event: &KeyboardEvent) -> bool {
    let dialog_open = document()
        .query_selector("dialog[open]")
        .is_ok_and(|found| found.is_some());
    let in_field = event
        .target()
        .and_then(|target| target.dyn_into::<HtmlElement>().ok())
        .is_some_and(|element| {
            matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
                || element.is_content_editable()
        });
    dialog_open || in_field
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(reader: &mut Reader, key: &str) -> Option<Command> {
        reader.read(&Key {
            key,
            with_modifier: false,
            while_typing: false,
        })
    }

    #[test]
    fn single_keys_are_commands() {
        let mut reader = Reader::default();
        assert_eq!(press(&mut reader, "/"), Some(Command::Search));
        assert_eq!(press(&mut reader, "j"), Some(Command::Next));
        assert_eq!(press(&mut reader, "x"), None);
    }

    #[test]
    fn g_waits_for_one_key() {
        let mut reader = Reader::default();
        assert_eq!(press(&mut reader, "g"), None);
        assert_eq!(press(&mut reader, "u"), Some(Command::GoUsers));
        assert_eq!(press(&mut reader, "u"), None);
        assert_eq!(press(&mut reader, "g"), None);
        assert_eq!(press(&mut reader, "x"), None);
        assert_eq!(press(&mut reader, "c"), None);
    }

    #[test]
    fn typing_and_modifiers_are_left_alone() {
        let mut reader = Reader::default();
        for (with_modifier, while_typing) in [(true, false), (false, true)] {
            let key = Key {
                key: "/",
                with_modifier,
                while_typing,
            };
            assert_eq!(reader.read(&key), None);
        }
    }
}
