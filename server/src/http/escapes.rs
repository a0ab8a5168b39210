//! Percent-encoding in addresses (RFC 3986 section 2.1).

/// Whether a query is UTF-8 once it is percent-decoded. The decoder would replace what is not, and
/// so answer another question than the one that was asked.
pub(super) fn is_utf8(query: &str) -> bool {
    std::str::from_utf8(&decoded(query)).is_ok()
}

/// The bytes that a text with escapes spells; what is no escape stands for itself.
pub(super) fn decoded(text: &str) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let escaped = (byte == b'%')
            .then(|| after.split_at_checked(2))
            .flatten()
            .and_then(|(digits, after)| {
                let digits = std::str::from_utf8(digits).ok()?;
                Some((u8::from_str_radix(digits, 16).ok()?, after))
            });
        let (byte, after) = escaped.unwrap_or((byte, after));
        decoded.push(byte);
        rest = after;
    }
    decoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_must_spell_utf_8() {
        for good in [
            "",
            "a=b&c",
            "q=%C3%BC%20x",
            "100%",
            "%zz",
            "%2",
            "%F0%9F%98%80",
        ] {
            assert!(is_utf8(good), "{good}");
        }
        for bad in ["%FF", "a=%C3", "%C3%28", "%C3%zz", "%ED%A0%80"] {
            assert!(!is_utf8(bad), "{bad}");
        }
    }
}
