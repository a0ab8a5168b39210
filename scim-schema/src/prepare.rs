//! Which characters a name or a password may have, so that two that look the same are
//! the same (RFC 7644 section 5, RFC 8264).
//!
//! The rule is that of the PRECIS class for free text (RFC 8264 section 4.3), of which the profile
//! for nicknames is made (RFC 8266): inner spaces, symbols and every script are allowed, since
//! providers use all of them in user names. Nothing is changed silently; comparison folds
//! (see [`crate::text::fold`]). Characters that Unicode has not assigned yet are accepted: a table
//! of today would refuse the names of tomorrow.

use std::borrow::Cow;

use unicode_normalization::{UnicodeNormalization, char::canonical_combining_class, is_nfc};

use crate::api::session::check_password;

/// The canonical combining class of a virama, which may stand before a joiner (RFC 5892,
/// appendix A.1).
const VIRAMA: u8 = 9;

/// The first character that an identifier of a person or connection must not have: controls,
/// characters without a shape of their own and noncharacters.
#[must_use]
pub fn forbidden_in_name(text: &str) -> Option<char> {
    if text.bytes().all(|byte| (b' '..0x7f).contains(&byte)) {
        return None;
    }
    let mut before = None;
    text.chars().find(|&c| {
        let joins = matches!(c, '\u{200c}' | '\u{200d}') && before.is_some_and(is_virama);
        before = Some(c);
        !joins && (is_never_allowed(c) || is_invisible(c))
    })
}

/// The first character that the name of a group must not have: controls, noncharacters and what
/// turns the direction of the text around it. Joiners and variants are allowed, as in emoji.
#[must_use]
pub fn forbidden_in_label(text: &str) -> Option<char> {
    text.chars()
        .find(|&c| is_never_allowed(c) || turns_direction(c))
}

/// A new password in the form in which it is hashed, if people may have it.
///
/// # Errors
/// A sentence that says what to change.
pub fn new_password(text: &str) -> Result<String, &'static str> {
    if forbidden_in_name(text).is_some() {
        return Err("Use no control characters and none that cannot be seen.");
    }
    let prepared = opaque_string(text);
    check_password(&prepared)?;
    Ok(prepared.into_owned())
}

/// The form in which a password is hashed and compared, so that it is the same whatever keyboard it
/// comes from: the profile `OpaqueString` (RFC 8265 section 4.2.2). Spaces become U+0020, and
/// characters that can be written in two ways are composed; case and width stay.
#[must_use]
pub fn opaque_string(password: &str) -> Cow<'_, str> {
    if is_nfc(password) && !password.contains(is_other_space) {
        return Cow::Borrowed(password);
    }
    let spaced = password.chars().map(|c| match c {
        c if is_other_space(c) => ' ',
        c => c,
    });
    Cow::Owned(spaced.nfc().collect())
}

/// Spaces other than U+0020 (Unicode general category `Zs`).
const fn is_other_space(c: char) -> bool {
    matches!(
        c,
        '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}'
    )
}

fn is_virama(c: char) -> bool {
    canonical_combining_class(c) == VIRAMA
}

/// Controls, separators of lines and paragraphs, noncharacters.
fn is_never_allowed(c: char) -> bool {
    let code = u32::from(c);
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{fdd0}'..='\u{fdef}')
        || code & 0xfffe == 0xfffe
}

/// Embeddings, overrides and isolates of bidirectional text.
const fn turns_direction(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Characters that a reader does not see (Unicode property `Default_Ignorable_Code_Point`).
const fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_real_people_and_providers_are_allowed() {
        for name in [
            "bjensen@example.com",
            "EXAMPLE\\bjensen",
            "Babs Jensen",
            "b+test'o.neil@example.com",
            "Zoë Müller",
            "山田太郎",
            "محمد",
            "क\u{94d}\u{200d}ष",
            "e\u{301}va",
            "a\u{a0}b",
            "🥷",
            "a\u{fffd}",
        ] {
            assert_eq!(forbidden_in_name(name), None, "{name:?}");
        }
    }

    #[test]
    fn what_cannot_be_seen_is_not_allowed_in_a_name() {
        for (name, found) in [
            ("a\0", '\0'),
            ("a\tb", '\t'),
            ("a\u{7f}", '\u{7f}'),
            ("a\u{85}", '\u{85}'),
            ("ad\u{ad}a", '\u{ad}'),
            ("ada\u{200b}", '\u{200b}'),
            ("a\u{200d}da", '\u{200d}'),
            ("\u{202e}ada", '\u{202e}'),
            ("\u{feff}ada", '\u{feff}'),
            ("ada\u{ffff}", '\u{ffff}'),
            ("ada\u{e0041}", '\u{e0041}'),
        ] {
            assert_eq!(forbidden_in_name(name), Some(found), "{name:?}");
        }
    }

    #[test]
    fn a_password_is_the_same_from_every_keyboard() {
        for (typed, compared) in [
            ("correct horse battery", "correct horse battery"),
            ("correct\u{a0}horse\u{3000}battery", "correct horse battery"),
            ("Cafe\u{301} \u{212b}ngstrom 7", "Caf\u{e9} \u{c5}ngstrom 7"),
            // Case and width stay (RFC 8265 section 4.2.2).
            ("ＰＡＳＳword 1234", "ＰＡＳＳword 1234"),
        ] {
            assert_eq!(opaque_string(typed), compared);
            assert_eq!(new_password(typed).as_deref(), Ok(compared));
        }
    }

    #[test]
    fn a_password_has_no_hidden_characters_and_is_measured_as_it_is_compared() {
        for refused in [
            "correct\thorse battery",
            "correct\u{200b}horse battery",
            "elevenchars",
            // Twelve characters as sent, eleven as compared.
            "levenchare\u{301}s",
            "\u{3000}\u{3000}\u{3000}\u{3000}\u{3000}\u{3000}\u{3000}\u{3000}\u{3000}\u{3000}\u{3000}\u{3000}\u{3000}",
        ] {
            assert!(new_password(refused).is_err(), "{refused:?}");
        }
    }

    #[test]
    fn a_label_may_have_joined_emoji_and_may_not_turn_the_text_around() {
        for label in [
            "👩\u{200d}🏫 Teachers",
            "❤\u{fe0f}",
            "Year 7 ",
            "ה\u{200f}!",
        ] {
            assert_eq!(forbidden_in_label(label), None, "{label:?}");
        }
        for (label, found) in [
            ("a\u{202e}b", '\u{202e}'),
            ("a\nb", '\n'),
            ("a\u{2028}b", '\u{2028}'),
            ("a\u{2067}b", '\u{2067}'),
        ] {
            assert_eq!(forbidden_in_label(label), Some(found), "{label:?}");
        }
    }
}
