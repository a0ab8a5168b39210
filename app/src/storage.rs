//! What the browser remembers between visits: settings of this console, never data of people.

use leptos::prelude::window;
use web_sys::Storage;

/// Override of the system's colour scheme; `theme.js` reads the same key before the first paint.
pub(crate) const THEME: &str = "theme";
/// `off` when single-key shortcuts are turned off.
pub(crate) const SHORTCUTS: &str = "shortcuts";
/// Slug of the account that signed in last.
pub(crate) const ACCOUNT: &str = "account";

/// The remembered value. A browser that forbids storage remembers nothing.
pub(crate) fn read(key: &str) -> Option<String> {
    storage()?.get_item(key).ok().flatten()
}

/// Remembers `value`, or forgets the key. Losing a setting is no error worth a message.
pub(crate) fn write(key: &str, value: Option<&str>) {
    let Some(storage) = storage() else { return };
    let _kept = match value {
        Some(value) => storage.set_item(key, value),
        None => storage.remove_item(key),
    };
}

fn storage() -> Option<Storage> {
    window().local_storage().ok().flatten()
}
