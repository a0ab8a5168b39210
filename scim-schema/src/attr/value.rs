//! Text forms of the simple types (RFC 7643 sections 2.3.5 to 2.3.7).

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use chrono::{DateTime, Datelike, NaiveDateTime, Utc};

/// Base64 whose padding may be left out (RFC 7643 section 2.3.6).
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Reads an `xsd:dateTime` with date and time; without a zone it is taken as UTC.
///
/// The instant is exact to the microsecond and a leap second is the second after it, as databases
/// have it; years are those with four digits in UTC.
#[must_use]
pub fn parse_date_time(text: &str) -> Option<DateTime<Utc>> {
    if text.as_bytes().get(10) != Some(&b'T') {
        return None;
    }
    let instant = match DateTime::parse_from_rfc3339(text) {
        Ok(instant) => instant.to_utc(),
        Err(_) => NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f")
            .ok()?
            .and_utc(),
    };
    DateTime::from_timestamp_micros(instant.timestamp_micros())
        .filter(|instant| (1..=9999).contains(&instant.year()))
}

/// Whether the text is base64, with or without padding.
pub(crate) fn is_base64(text: &str) -> bool {
    BASE64.decode(text).is_ok()
}

/// Whether the text can be an absolute or relative URI: no white space, control character or
/// delimiter that RFC 3986 excludes. Characters beyond ASCII are accepted, as in an IRI.
pub(crate) fn is_uri(text: &str) -> bool {
    !text.chars().any(|c| {
        c.is_whitespace()
            || c.is_control()
            || matches!(c, '<' | '>' | '"' | '{' | '}' | '|' | '\\' | '^' | '`')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_need_date_and_time_and_take_any_zone() {
        let parse = |text| parse_date_time(text).map(|at| at.to_rfc3339());
        assert_eq!(
            parse("2008-01-23T04:56:22Z").as_deref(),
            Some("2008-01-23T04:56:22+00:00")
        );
        assert_eq!(
            parse("2011-05-13T06:42:34.5+02:00").as_deref(),
            Some("2011-05-13T04:42:34.500+00:00")
        );
        assert_eq!(
            parse("2011-05-13T04:42:34").as_deref(),
            Some("2011-05-13T04:42:34+00:00")
        );
        for bad in [
            "",
            "2011-05-13",
            "04:42:34Z",
            "2011-13-13T04:42:34Z",
            "now",
            "2011-05-13 04:42:34Z",
        ] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn an_instant_is_what_a_database_can_hold() {
        let parse = |text| parse_date_time(text).map(|at| at.to_rfc3339());
        assert_eq!(
            parse("2011-05-13T04:42:34.123456789Z").as_deref(),
            Some("2011-05-13T04:42:34.123456+00:00")
        );
        assert_eq!(
            parse("2016-12-31T23:59:60Z").as_deref(),
            Some("2017-01-01T00:00:00+00:00")
        );
        for bad in ["9999-12-31T23:59:59-02:00", "0001-01-01T00:00:00+02:00"] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn padding_may_be_left_out() {
        for good in ["", "Zg==", "Zg", "Zm9v+/8="] {
            assert!(is_base64(good), "{good}");
        }
        for bad in ["Z", "Zg=a", "Z g=", "Zm9v-_8="] {
            assert!(!is_base64(bad), "{bad}");
        }
    }

    #[test]
    fn uris_have_no_blanks_or_delimiters() {
        for good in [
            "https://example.com/a?b=c#d",
            "../Users/1",
            "urn:x:y",
            "https://ä.example/ü",
        ] {
            assert!(is_uri(good), "{good}");
        }
        for bad in ["a b", "<a>", "a\nb", "{x}"] {
            assert!(!is_uri(bad), "{bad}");
        }
    }
}
