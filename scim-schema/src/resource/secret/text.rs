//! Secrets inside texts: the filter of a query or path may compare a password, and what is refused
//! is logged all the same.

use std::borrow::Cow;

use super::is_secret_word;
use crate::filter::CompareOp;

/// A path, filter, member name or address as it may be logged: whatever follows the first name of
/// a secret, or the first character that no name has, becomes `mark`. A name alone stays as it is.
#[must_use]
pub fn hide_in_path<'a>(text: &'a str, mark: &str) -> Cow<'a, str> {
    let Some(end) = words(text)
        .find(|(_, word)| is_secret_word(word))
        .map(|(start, word)| start + word.len())
    else {
        return Cow::Borrowed(text);
    };
    let kept = text[..end]
        .find(|c: char| !c.is_alphanumeric() && !matches!(c, '.' | ':' | '-' | '_' | '$' | '/'))
        .unwrap_or(end);
    if kept == text.len() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(format!("{}{mark}", &text[..kept]))
}

/// Any other text as it may be logged: where the name of a secret is given a value, as in
/// `password eq "x"` or `{"password":"x"}`, the rest becomes `mark`.
#[must_use]
pub fn hide_in_text<'a>(text: &'a str, mark: &str) -> Cow<'a, str> {
    let given = words(text).find_map(|(start, word)| {
        let end = start + word.len();
        (is_secret_word(word) && gives_value(&text[end..])).then_some(end)
    });
    match given {
        Some(end) => Cow::Owned(format!("{}{mark}", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

/// A sentence of ours that repeats words of a request, by the rule of [`hide_in_text`].
pub(crate) fn without_secrets(sentence: String) -> String {
    match hide_in_text(&sentence, "...") {
        Cow::Owned(hidden) => hidden,
        Cow::Borrowed(_) => sentence,
    }
}

/// Runs of letters and digits with their offsets, without the escapes of an address.
pub(super) fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split(|c: char| !c.is_alphanumeric()).map(move |word| {
        let start = word.as_ptr().addr() - text.as_ptr().addr();
        let is_escape = text[..start].ends_with('%')
            && word.len() >= 2
            && word.bytes().take(2).all(|digit| digit.is_ascii_hexdigit());
        let skipped = if is_escape { 2 } else { 0 };
        (start + skipped, &word[skipped..])
    })
}

/// Whether what follows a name begins with an operator or a separator.
fn gives_value(rest: &str) -> bool {
    let rest =
        rest.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '\\'));
    // An escape of an address stands for a blank or quote.
    if rest.starts_with(['=', ':', '[', '%']) {
        return true;
    }
    if let Some(sub) = rest.strip_prefix('.') {
        return sub.starts_with(char::is_alphanumeric);
    }
    let end = rest
        .find(|c: char| !c.is_alphanumeric())
        .unwrap_or(rest.len());
    let word = &rest[..end];
    CompareOp::from_word(word).is_some() || word.eq_ignore_ascii_case("pr")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_path_or_filter_the_part_before_the_secret_is_kept() {
        for (text, kept) in [
            (r#"emails[password eq "x"].value"#, "emails*"),
            (r#"password eq "x""#, "password*"),
            (r#"title eq "a" and password sw "x""#, "title*"),
            (r#"(PassWord co "x")"#, "*"),
            (
                "credentials.clientSecret.value",
                "credentials.clientSecret*",
            ),
            ("/Users/password=x", "/Users/password*"),
            (r#"x[type eq "password" and value eq "x"]"#, "x*"),
        ] {
            assert_eq!(hide_in_path(text, "*"), kept, "{text}");
        }
    }

    #[test]
    fn a_name_alone_and_what_names_no_secret_stay() {
        for text in [
            "password",
            "urn:ietf:params:scim:schemas:core:2.0:User:password",
            r#"emails[type eq "work"].value"#,
            r#"displayName eq "secretary""#,
            "",
        ] {
            assert_eq!(hide_in_path(text, "*"), text);
            assert_eq!(hide_in_text(text, "*"), text);
        }
    }

    #[test]
    fn of_other_texts_only_a_value_that_is_given_is_hidden() {
        for (text, kept) in [
            (r#"find password eq "x""#, "find password*"),
            (r#"{"password":"x"}"#, r#"{"password*"#),
            ("a=1&secret=x", "a=1&secret*"),
            ("no /a%5Bpassword%20eq%20x", "no /a%5Bpassword*"),
            ("password.value eq x", "password*"),
            ("passphrase\tEQ\t'x", "passphrase*"),
            (r#"secret["x"]"#, "secret*"),
        ] {
            assert_eq!(hide_in_text(text, "*"), kept, "{text}");
        }
        for text in ["The secret of success", "No password. Sorry", "secret"] {
            assert_eq!(hide_in_text(text, "*"), text);
        }
    }
}
