//! Secrets where none is expected: providers map passwords to attributes of any name, and these are
//! kept aside and logged like everything that no definition knows.

#[cfg(test)]
mod tests;
mod text;

use std::borrow::Cow;

use serde_json::{Map, Value};

pub(crate) use self::text::without_secrets;
pub use self::text::{hide_in_path, hide_in_text};
use crate::dialect::Notes;

/// Names whose values are secrets, in any case.
const NAMES: [&str; 13] = [
    "password",
    "passwd",
    "userPassword",
    "newPassword",
    "currentPassword",
    "oldPassword",
    "passphrase",
    "secret",
    "clientSecret",
    "token",
    "accessToken",
    "refreshToken",
    "apiKey",
];

/// Characters of a name that a note repeats.
const SHOWN: usize = 128;

/// Members whose text is a path, a filter or an address.
const PATHS: [&str; 8] = [
    "path",
    "filter",
    "sortBy",
    "attributes",
    "excludedAttributes",
    "location",
    "$ref",
    "target",
];

/// What stands in a note for the rest of a name.
const REST: &str = "...";

/// Whether a name, or a segment of a path or URN, is one that secrets have: `password`,
/// `urn:ietf:params:scim:schemas:core:2.0:User:password`, `credentials.clientSecret`.
#[must_use]
pub fn names_secret(path: &str) -> bool {
    text::words(path).any(|(_, word)| is_secret_word(word))
}

/// Whether a word is the name of a secret.
pub(super) fn is_secret_word(word: &str) -> bool {
    NAMES.iter().any(|name| word.eq_ignore_ascii_case(name))
}

/// Writes `mark` over every secret: members with a name of [`names_secret`] at any depth, the
/// value of an object, such as a PATCH operation, whose path or name is one, and in texts and
/// names what a secret is compared with.
pub fn mask_secrets(json: &mut Value, mark: &str) {
    mask(json, mark, false);
}

/// `is_path`: the value belongs to a member of [`PATHS`].
fn mask(json: &mut Value, mark: &str, is_path: bool) {
    match json {
        Value::Array(items) => items.iter_mut().for_each(|item| mask(item, mark, is_path)),
        Value::Object(members) => mask_members(members, mark),
        Value::String(text) => {
            let shown = if is_path {
                hide_in_path(text, mark)
            } else {
                hide_in_text(text, mark)
            };
            if let Cow::Owned(shown) = shown {
                *text = shown;
            }
        }
        _ => {}
    }
}

fn mask_members(members: &mut Map<String, Value>, mark: &str) {
    let sets_secret = sets_secret(members);
    for (name, value) in members.iter_mut() {
        if is_secret(name, sets_secret) {
            *value = Value::String(mark.to_owned());
        } else {
            let is_path = PATHS.iter().any(|path| name.eq_ignore_ascii_case(path));
            mask(value, mark, is_path);
        }
    }
    if members.keys().any(|name| has_hidden_part(name)) {
        let named = std::mem::take(members).into_iter();
        members.extend(named.map(|(name, value)| (hide_in_path(&name, mark).into_owned(), value)));
    }
}

/// Whether a name is more than a name: it compares a secret with something.
fn has_hidden_part(name: &str) -> bool {
    matches!(hide_in_path(name, REST), Cow::Owned(_))
}

/// Leaves the secrets out of what is kept aside, and notes their names. Null stays beside a plain
/// name: it takes back what was kept before.
pub(crate) fn drop_secrets(members: &mut Map<String, Value>, notes: &mut Notes) {
    let sets_secret = sets_secret(members);
    members.retain(|name, value| {
        let takes_back = value.is_null() && !has_hidden_part(name);
        if takes_back || !is_secret(name, sets_secret) {
            return true;
        }
        let shown: String = hide_in_path(name, REST).chars().take(SHOWN).collect();
        notes.add(
            "secret_dropped",
            format!("Dropped the value of {shown}, which names a secret"),
        );
        false
    });
    for value in members.values_mut() {
        drop_within(value, notes);
    }
}

fn drop_within(value: &mut Value, notes: &mut Notes) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| drop_within(item, notes)),
        Value::Object(members) => drop_secrets(members, notes),
        _ => {}
    }
}

fn is_secret(name: &str, sets_secret: bool) -> bool {
    names_secret(name) || (sets_secret && name.eq_ignore_ascii_case("value"))
}

/// Whether the object says of its `value` that it is a secret.
fn sets_secret(members: &Map<String, Value>) -> bool {
    members.iter().any(|(name, value)| {
        let tells = ["path", "name", "key"];
        tells.iter().any(|tell| name.eq_ignore_ascii_case(tell))
            && value.as_str().is_some_and(names_secret)
    })
}
