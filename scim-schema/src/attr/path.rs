//! Attribute notation: `[URN:]attribute[.subAttribute]` (RFC 7644 section 3.10).

/// The parts of an attribute path, as written; nothing is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttrPath<'a> {
    /// The schema URN before the last colon, if there is one.
    pub urn: Option<&'a str>,
    /// The attribute's name.
    pub name: &'a str,
    /// The sub-attribute's name after the dot.
    pub sub: Option<&'a str>,
}

impl<'a> AttrPath<'a> {
    /// Splits a path. The URN may contain dots (`core:2.0`), attribute names may not.
    #[must_use]
    pub fn split(text: &'a str) -> Self {
        let (urn, rest) = match text.rsplit_once(':') {
            Some((urn, rest)) => (Some(urn), rest),
            None => (None, text),
        };
        match rest.split_once('.') {
            Some((name, sub)) => Self {
                urn,
                name,
                sub: Some(sub),
            },
            None => Self {
                urn,
                name: rest,
                sub: None,
            },
        }
    }

    /// Whether all parts are names of the grammar: a letter, then letters, digits, `-` and `_`
    /// (`$ref` is the one name that begins with `$`).
    #[must_use]
    pub fn is_well_formed(&self) -> bool {
        is_name(self.name)
            && self.sub.is_none_or(is_name)
            && self.urn.is_none_or(|urn| {
                !urn.is_empty() && urn.chars().all(|c| c.is_ascii_graphic() && c != '"')
            })
    }
}

/// Whether the text is a name of the grammar, without URN and sub-attribute.
pub(crate) fn is_name(text: &str) -> bool {
    let rest = text.strip_prefix('$').unwrap_or(text);
    rest.starts_with(|c: char| c.is_ascii_alphabetic())
        && rest
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> (Option<&str>, &str, Option<&str>) {
        let path = AttrPath::split(text);
        (path.urn, path.name, path.sub)
    }

    #[test]
    fn urns_with_dots_are_kept_apart_from_sub_attributes() {
        assert_eq!(
            parts("urn:ietf:params:scim:schemas:core:2.0:User:name.givenName"),
            (
                Some("urn:ietf:params:scim:schemas:core:2.0:User"),
                "name",
                Some("givenName")
            )
        );
        assert_eq!(parts("emails"), (None, "emails", None));
        assert_eq!(parts("members.$ref"), (None, "members", Some("$ref")));
    }

    #[test]
    fn names_follow_the_grammar() {
        for good in ["userName", "x-y_1", "members.$ref", "urn:a:2.0:B:c.d"] {
            assert!(AttrPath::split(good).is_well_formed(), "{good}");
        }
        for bad in ["", "..", "1a", "a.b.c", "a b", ":a", "a.", "na\u{e4}me"] {
            assert!(!AttrPath::split(bad).is_well_formed(), "{bad}");
        }
    }
}
