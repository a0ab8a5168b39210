//! One-time codes of authenticator apps (RFC 6238): SHA-1, six digits, thirty seconds, which is what
//! every app can do. A step to either side is accepted, for clocks that differ.

use chrono::{DateTime, Utc};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use qrcode::{Color, EcLevel, QrCode as Code};
use scim_schema::api::second_factors::QrCode;
use totp_rs::{Algorithm, Builder, Secret, Totp};

use crate::{ids::Ids, ops::OpError};

/// Bytes of a key: those of SHA-1 (RFC 4226 section 4).
const KEY_LEN: usize = 20;
/// Modules that stay light around a QR code (ISO/IEC 18004 section 9.1).
const QUIET: usize = 4;

/// A new key.
pub(super) fn new_key(ids: &Ids) -> [u8; KEY_LEN] {
    ids.bytes()
}

/// The time step that `code` is the code of, within a step of `now`.
///
/// # Errors
/// [`OpError::Internal`] for a key that is none.
pub(super) fn step_of(key: &[u8], code: &str, now: DateTime<Utc>) -> Result<Option<i64>, OpError> {
    let digits: String = code
        .chars()
        .filter(|digit| !digit.is_whitespace())
        .collect();
    let seconds = u64::try_from(now.timestamp()).unwrap_or(0);
    let step = generator(key)?.check(&digits, seconds);
    Ok(step.and_then(|step| i64::try_from(step).ok()))
}

/// The key in base32, and the address that gives it to an app.
///
/// # Errors
/// [`OpError::Internal`] for a key that is none.
pub(super) fn for_app(key: &[u8], account: &str, login: &str) -> (String, String) {
    let secret = Secret::from(key).to_base32();
    let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let (account, login) = (encoded(account), encoded(login));
    let uri = format!(
        "otpauth://totp/{account}:{login}?secret={secret}&issuer={account}&algorithm=SHA1&digits=6&period=30"
    );
    (secret, uri)
}

/// A text as a QR code.
///
/// # Errors
/// [`OpError::Internal`] when it is too long for one.
pub(super) fn qr_code(text: &str) -> Result<QrCode, OpError> {
    let code = Code::with_error_correction_level(text, EcLevel::M)
        .map_err(|error| OpError::Internal(format!("QR code: {error}")))?;
    let width = code.width();
    let mut path = String::new();
    for (row, modules) in code.to_colors().chunks(width).enumerate() {
        for (column, module) in modules.iter().enumerate() {
            if *module == Color::Dark {
                let (x, y) = (column + QUIET, row + QUIET);
                path.push_str(&format!("M{x} {y}h1v1h-1z"));
            }
        }
    }
    let size = u32::try_from(width + 2 * QUIET).unwrap_or(u32::MAX);
    Ok(QrCode { size, path })
}

fn generator(key: &[u8]) -> Result<Totp, OpError> {
    Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(6)
        .with_step_duration(30)
        .with_skew(1)
        .with_secret(key)
        .build()
        .map_err(|error| OpError::Internal(format!("TOTP key: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key of RFC 6238, appendix B.
    const KEY: &[u8] = b"12345678901234567890";

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    #[test]
    fn codes_are_those_of_the_rfc_and_tell_their_step() {
        // Appendix B has eight digits; these are the last six.
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (2_000_000_000, "279037"),
        ] {
            let step = step_of(KEY, code, at(seconds)).unwrap();
            assert_eq!(step, Some(seconds / 30), "{code}");
        }
        assert_eq!(step_of(KEY, " 287 082 ", at(59)).unwrap(), Some(1));
    }

    #[test]
    fn a_step_to_either_side_is_accepted_and_no_more() {
        let found = |seconds| step_of(KEY, "287082", at(seconds)).unwrap();
        assert_eq!((found(29), found(89)), (Some(1), Some(1)));
        assert_eq!((found(120), found(3_000)), (None, None));
        for wrong in ["", "28708", "2870822", "abcdef", "287083"] {
            assert_eq!(step_of(KEY, wrong, at(59)).unwrap(), None, "{wrong}");
        }
    }

    #[test]
    fn an_app_is_given_the_key_with_who_it_is_for() {
        let (secret, uri) = for_app(KEY, "North & South", "dana@example.org");
        assert_eq!(secret, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert!(uri.starts_with("otpauth://totp/North%20%26%20South:dana%40example%2Eorg?secret="));
        let code = qr_code(&uri).unwrap();
        // The finder pattern begins behind the quiet zone.
        assert!(code.path.starts_with("M4 4h1v1h-1z"));
        assert!(code.size > 40);
    }
}
