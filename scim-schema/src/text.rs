//! The comparison form of strings whose attribute has `caseExact: false`.

use unicode_normalization::UnicodeNormalization;

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
    // Character by character: `str::to_lowercase` picks the final sigma by its neighbours, and a
    // prefix of a value would no longer fold to a prefix of its folded form.
    text.nfkc()
        .flat_map(char::to_lowercase)
        .map(|c| if c == 'ς' { 'σ' } else { c })
        .nfkc()
        .collect()
}

/// Whether two strings are equal for an attribute with this `caseExact`.
#[must_use]
pub fn equal(case_exact: bool, left: &str, right: &str) -> bool {
    if left == right {
        return true;
    }
    if case_exact {
        return false;
    }
    if left.is_ascii() && right.is_ascii() {
        return left.eq_ignore_ascii_case(right);
    }
    fold(left) == fold(right)
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

    #[test]
    fn equality_follows_case_exact() {
        assert!(equal(false, "Ärmel", "ärmel"));
        assert!(!equal(true, "Abc", "abc"));
        assert!(equal(true, "Abc", "Abc"));
        assert!(!equal(false, "Abc", "äbc"));
    }

    proptest! {
        #![proptest_config(crate::random::seeded())]

        #[test]
        fn folding_twice_changes_nothing(text in any::<String>()) {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }

        #[test]
        fn equality_is_equality_of_folded_forms(a in "[a-zA-ZäÄßẞ]{0,4}", b in "[a-zA-ZäÄßẞ]{0,4}") {
            prop_assert_eq!(equal(false, &a, &b), fold(&a) == fold(&b));
        }
    }
}
