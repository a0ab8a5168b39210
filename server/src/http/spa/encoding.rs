//! Which of the stored encodings of a file a client likes best (RFC 9110 section 12.5.3).

use axum::http::header::{ACCEPT_ENCODING, HeaderMap};

/// An encoding in which a file of the console may be stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Brotli,
    Gzip,
    Identity,
}

/// Best compression first: the order among equal weights.
const ALL: [Encoding; 3] = [Encoding::Brotli, Encoding::Gzip, Encoding::Identity];

impl Encoding {
    /// The value of `Content-Encoding`.
    pub(super) fn content_coding(self) -> Option<&'static str> {
        match self {
            Self::Brotli => Some("br"),
            Self::Gzip => Some("gzip"),
            Self::Identity => None,
        }
    }

    /// What the build appends to the name of a file in this encoding.
    pub(super) fn file_ending(self) -> Option<&'static str> {
        match self {
            Self::Brotli => Some("br"),
            Self::Gzip => Some("gz"),
            Self::Identity => None,
        }
    }
}

/// The encodings that the client accepts, the one it likes best first.
pub(super) fn preferred(headers: &HeaderMap) -> Vec<Encoding> {
    let weights: Vec<(String, u16)> = headers
        .get_all(ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(weighted)
        .collect();
    let of = |name: &str| {
        let found = weights.iter().find(|(coding, _)| coding == name);
        found.map(|(_, weight)| *weight)
    };
    let mut accepted: Vec<(Encoding, u16)> = ALL
        .into_iter()
        .filter_map(|encoding| {
            let weight = match encoding.content_coding() {
                Some(name) => of(name).or_else(|| of("*")).unwrap_or(0),
                // The plain form is acceptable, though least liked, unless it is weighed itself.
                None => of("identity").unwrap_or(1),
            };
            (weight > 0).then_some((encoding, weight))
        })
        .collect();
    accepted.sort_by_key(|(_, weight)| std::cmp::Reverse(*weight));
    accepted.into_iter().map(|(encoding, _)| encoding).collect()
}

/// A coding and its weight in thousandths; nothing if the weight is not one.
fn weighted(item: &str) -> Option<(String, u16)> {
    let mut parts = item.split(';').map(str::trim);
    let coding = parts.next()?.to_ascii_lowercase();
    let weight = match parts.next() {
        None => 1_000,
        Some(parameter) => {
            let value = parameter.strip_prefix(['q', 'Q'])?.trim_start();
            thousandths(value.strip_prefix('=')?.trim())?
        }
    };
    (!coding.is_empty()).then_some((coding, weight))
}

/// A `qvalue`: 0 or 1 with up to three decimals.
fn thousandths(text: &str) -> Option<u16> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    if !matches!(whole, "0" | "1") || decimals.len() > 3 {
        return None;
    }
    if !decimals.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let weight: u16 = format!("{whole}{decimals:0<3}").parse().ok()?;
    (weight <= 1_000).then_some(weight)
}

#[cfg(test)]
mod tests {
    use super::Encoding::{Brotli, Gzip, Identity};
    use super::*;

    fn accepting(value: &str) -> Vec<Encoding> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_ENCODING, value.parse().unwrap());
        preferred(&headers)
    }

    #[test]
    fn brotli_comes_first_among_equals() {
        assert_eq!(
            accepting("gzip, deflate, br, zstd"),
            [Brotli, Gzip, Identity]
        );
        assert_eq!(accepting("GZIP"), [Gzip, Identity]);
        assert_eq!(accepting("*"), [Brotli, Gzip, Identity]);
    }

    #[test]
    fn weights_decide() {
        assert_eq!(accepting("br;q=0.5, gzip;q=0.8"), [Gzip, Brotli, Identity]);
        assert_eq!(accepting("br;q=0, *"), [Gzip, Identity]);
        assert_eq!(accepting("br; q=0.001, identity"), [Identity, Brotli]);
        assert_eq!(accepting("gzip, identity;q=0"), [Gzip]);
        assert_eq!(accepting("identity;q=0"), []);
    }

    #[test]
    fn without_the_header_only_the_plain_form_is_sent() {
        assert_eq!(preferred(&HeaderMap::new()), [Identity]);
        assert_eq!(accepting(""), [Identity]);
    }

    #[test]
    fn a_broken_weight_counts_as_not_named() {
        assert_eq!(accepting("br;q=2, gzip;q=0.1234, *;q=x"), [Identity]);
        assert_eq!(accepting("br;q=1.001"), [Identity]);
        assert_eq!(accepting("br;level=1"), [Identity]);
        assert_eq!(accepting("br;q=1.000, gzip;q=1."), [Brotli, Gzip, Identity]);
    }
}
