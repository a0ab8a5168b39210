//! The comparison form of strings whose attribute has `caseExact: false`.

use std::borrow::Cow;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

/// Folds a string for comparison: compatibility forms unified (NFKC), lower case, and composed
/// again.
///
/// Two values of a case-insensitive attribute are equal exactly when their folded forms are equal;
/// the folded form is what shadow columns, filters and uniqueness compare (RFC 7643 section 2.2,
/// RFC 7644 section 5). Every form of sigma folds to `σ`, so that a prefix of a word folds to a
/// prefix of the folded word.
#[must_use]
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    if is_nfkc_quick(text.chars()) == IsNormalized::Yes {
        return composed(lower_case(text.chars()));
    }
    composed(lower_case(text.nfkc()))
}

/// Character by character: `str::to_lowercase` picks the final sigma by its neighbours, and a prefix
/// of a value would no longer fold to a prefix of its folded form.
fn lower_case(characters: impl Iterator<Item = char>) -> String {
    characters
        .flat_map(char::to_lowercase)
        .map(|c| if c == 'ς' { 'σ' } else { c })
        .collect()
}

/// NFKC; looking whether a text has that form already is far quicker than giving it that form.
fn composed(text: String) -> String {
    if is_nfkc_quick(text.chars()) == IsNormalized::Yes {
        return text;
    }
    text.nfkc().collect()
}

/// A cell of an exported table: what a spreadsheet would take for a formula has an apostrophe in front
/// (domain.md section 9).
#[must_use]
pub fn cell(text: &str) -> Cow<'_, str> {
    match text.chars().next() {
        Some('=' | '+' | '-' | '@') => Cow::Owned(format!("'{text}")),
        _ => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ascii_is_lower_cased() {
        assert_eq!(fold("BJensen@Example.COM"), "bjensen@example.com");
    }

    #[test]
    fn width_ligatures_and_composition_are_unified() {
        assert_eq!(fold("Ｂjensen"), "bjensen");
        assert_eq!(fold("ﬁnn"), "finn");
        assert_eq!(fold("E\u{301}va"), fold("éva"));
    }

    #[test]
    fn every_sigma_is_the_same() {
        assert_eq!(fold("ΟΔΟΣ"), fold("οδος"));
        assert!(fold("ΟΔΟΣ ΑΒ").starts_with(&fold("ΟΔΟΣ")));
    }

    proptest! {
        #![proptest_config(crate::random::seeded())]

        #[test]
        fn folding_twice_changes_nothing(text in any::<String>()) {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }

        #[test]
        fn what_is_composed_already_folds_as_everything_else(
            text in "[a-zA-ZäÄßẞﬁΣςｂŽ\u{1c4}\u{130}\u{300}-\u{308}\u{345}]{0,8}"
        ) {
            let small = text.nfkc().flat_map(char::to_lowercase).map(|c| if c == 'ς' { 'σ' } else { c });
            prop_assert_eq!(fold(&text), small.nfkc().collect::<String>());
        }
    }

    #[test]
    fn a_cell_is_never_a_formula() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)"] {
            assert_eq!(cell(formula), format!("'{formula}"));
        }
        for text in ["", "Ada", "1-1", "'=1", " =1"] {
            assert_eq!(cell(text), text);
        }
    }
}
