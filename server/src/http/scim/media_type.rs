//! How the body of a request must be labelled (RFC 7644 section 3.1): JSON, in UTF-8, not encoded.

use axum::http::{HeaderMap, HeaderName, header};
use scim_schema::resource::ScimError;

use super::answer::shortened;

/// Refuses a body that its headers call anything but JSON as it stands.
///
/// # Errors
/// 415, with what was sent.
pub(super) fn check(headers: &HeaderMap) -> Result<(), ScimError> {
    let content_type = text(headers, header::CONTENT_TYPE).to_ascii_lowercase();
    let mut parts = content_type.split(';').map(str::trim);
    let media_type = parts.next().unwrap_or_default();
    if !matches!(media_type, "application/scim+json" | "application/json") {
        let sent = shortened(media_type);
        return Err(unsupported(format!(
            "Content-Type must be application/scim+json or application/json, not '{sent}'"
        )));
    }
    let charset = parts.find_map(|parameter| parameter.strip_prefix("charset="));
    let charset = charset.map_or("utf-8", |name| name.trim_matches('"'));
    if !matches!(charset, "utf-8" | "utf8") {
        let sent = shortened(charset);
        return Err(unsupported(format!(
            "The body must be UTF-8 (RFC 8259 section 8.1), not charset '{sent}'"
        )));
    }
    let encodings = text(headers, header::CONTENT_ENCODING);
    let encoding = encodings
        .split(',')
        .map(str::trim)
        .find(|name| !name.is_empty() && !name.eq_ignore_ascii_case("identity"));
    if let Some(encoding) = encoding {
        let sent = shortened(encoding);
        return Err(unsupported(format!(
            "Content-Encoding '{sent}' is not supported: send the body as it is"
        )));
    }
    Ok(())
}

fn unsupported(detail: String) -> ScimError {
    ScimError::status(415, detail)
}

/// All values of a header as one list; what is not text counts as something unknown.
fn text(headers: &HeaderMap, name: HeaderName) -> String {
    let values = headers.get_all(name).iter();
    let values: Vec<_> = values
        .map(|value| String::from_utf8_lossy(value.as_bytes()))
        .collect();
    values.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(fields: &[(&'static str, &'static str)]) -> Option<String> {
        let fields = fields
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()));
        let error = check(&fields.collect()).err()?;
        assert_eq!(error.status, 415);
        Some(error.detail)
    }

    #[test]
    fn json_in_utf_8_is_taken() {
        for content_type in [
            "application/scim+json",
            "Application/JSON",
            "application/json; charset=UTF-8",
            "application/scim+json;charset=\"utf-8\"; x=y",
        ] {
            assert_eq!(refusal(&[("content-type", content_type)]), None);
        }
        let identity = [
            ("content-type", "application/json"),
            ("content-encoding", "Identity"),
        ];
        assert_eq!(refusal(&identity), None);
    }

    #[test]
    fn anything_else_is_named() {
        for content_type in ["text/plain", "", "application/jsonp"] {
            let detail = refusal(&[("content-type", content_type)]).unwrap();
            assert!(detail.contains(&format!("'{content_type}'")), "{detail}");
        }
        let latin = refusal(&[("content-type", "application/json; charset=ISO-8859-1")]);
        assert!(latin.unwrap().contains("'iso-8859-1'"));
        for encoding in ["gzip", "identity, gzip"] {
            let packed = [
                ("content-type", "application/json"),
                ("content-encoding", encoding),
            ];
            assert!(refusal(&packed).unwrap().contains("'gzip'"));
        }
    }
}
