//! Headers that every answer carries, and the content security policy of the console.

use axum::extract::{Request, State};
use axum::http::header::{
    CONTENT_SECURITY_POLICY, HeaderMap, HeaderName, HeaderValue, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
};
use axum::middleware::Next;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use crate::config::PublicUrl;

const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// An answer that is no page may load nothing and be framed nowhere.
const NO_PAGE: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
const TWO_YEARS: HeaderValue = HeaderValue::from_static("max-age=63072000");

/// Middleware that sets the headers. The state is whether the public URL is https
/// ([`PublicUrl::is_https`]): only then may browsers insist on TLS. A policy that the answer has
/// already (the console's page) is kept.
pub async fn set_security_headers(
    State(public_url): State<PublicUrl>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(NO_PAGE);
    set(headers, X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(headers, REFERRER_POLICY, "no-referrer");
    set(headers, OPENER_POLICY, "same-origin");
    set(headers, RESOURCE_POLICY, "same-origin");
    set(
        headers,
        PERMISSIONS_POLICY,
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    );
    if public_url.is_https() {
        headers.insert(STRICT_TRANSPORT_SECURITY, TWO_YEARS);
    }
    response
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.insert(name, HeaderValue::from_static(value));
}

/// The policy of a page of the console: its own files, WebAssembly, and exactly the inline scripts
/// that stand in `html`, by their hashes (CSP level 3, section 2.3.1 `hash-source`).
pub(crate) fn page_policy(html: &str) -> String {
    let hashes: String = inline_scripts(html)
        .map(|script| format!(" 'sha256-{}'", STANDARD.encode(Sha256::digest(script))))
        .collect();
    format!(
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'{hashes}; style-src 'self'; \
         img-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; \
         form-action 'self'; object-src 'none'"
    )
}

/// The texts of the `<script>` elements of our own page that have no `src`.
fn inline_scripts(html: &str) -> impl Iterator<Item = &str> {
    let mut rest = html;
    std::iter::from_fn(move || {
        loop {
            let (_, after) = rest.split_once("<script")?;
            let (attributes, after) = after.split_once('>')?;
            let (script, after) = after.split_once("</script>")?;
            rest = after;
            let external = attributes
                .split_ascii_whitespace()
                .any(|attribute| attribute == "src" || attribute.starts_with("src="));
            if !external && !script.is_empty() {
                return Some(script);
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::middleware::from_fn_with_state;
    use axum::routing::get;
    use tower::ServiceExt;

    use super::*;

    async fn headers(public_url: &str, path: &str) -> HeaderMap {
        let url = PublicUrl::parse(public_url).unwrap();
        let page = [(CONTENT_SECURITY_POLICY, "default-src 'self'")];
        let router = Router::new()
            .route("/page", get(async move || (page, "page")))
            .layer(from_fn_with_state(url, set_security_headers));
        let request = Request::get(path).body(Body::empty()).unwrap();
        router.oneshot(request).await.unwrap().headers().clone()
    }

    #[tokio::test]
    async fn every_answer_has_the_headers_even_a_404() {
        let headers = headers("http://localhost", "/nothing").await;
        assert_eq!(headers[X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert_eq!(headers[REFERRER_POLICY], "no-referrer");
        assert_eq!(headers[OPENER_POLICY], "same-origin");
        assert_eq!(headers[RESOURCE_POLICY], "same-origin");
        assert_eq!(headers[CONTENT_SECURITY_POLICY], NO_PAGE);
        assert!(headers.contains_key(PERMISSIONS_POLICY));
    }

    #[tokio::test]
    async fn a_page_keeps_its_own_policy() {
        let headers = headers("http://localhost", "/page").await;
        assert_eq!(headers[CONTENT_SECURITY_POLICY], "default-src 'self'");
    }

    #[tokio::test]
    async fn browsers_insist_on_tls_only_where_the_public_url_has_it() {
        let plain = headers("http://localhost", "/page").await;
        assert_eq!(plain.get(STRICT_TRANSPORT_SECURITY), None);
        let tls = headers("https://people.example.org", "/page").await;
        assert_eq!(tls[STRICT_TRANSPORT_SECURITY], TWO_YEARS);
    }

    #[test]
    fn the_policy_allows_exactly_the_inline_scripts_of_the_page() {
        let html = "<script src=\"/a.js\"></script>\
                    <script type=\"module\" data-src=\"x\">alert('Hello, world.');</script>\
                    <script type=module src='/b.js'></script><script></script>";
        let policy = page_policy(html);
        // The example of the specification of CSP level 2, section 7.17.2.
        let hash = "'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='";
        assert!(policy.contains(&format!("script-src 'self' 'wasm-unsafe-eval' {hash}; ")));
        assert_eq!(policy.matches("sha256-").count(), 1);
        for part in [
            "style-src 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "object-src 'none'",
        ] {
            assert!(policy.contains(part), "{part}");
        }
        assert!(!policy.contains("unsafe-inline"));
    }
}
