//! The cookie that carries the secret of a session.

use axum::http::{HeaderMap, HeaderValue, header::COOKIE};
use cookie::{Cookie, SameSite};

use crate::{config::PublicUrl, ops::secrets::Secret};

/// Name behind TLS: the prefix makes browsers refuse it from another host, from plain HTTP and for
/// a part of the site only (RFC 6265bis section 4.1.3.2).
const SECURE_NAME: &str = "__Host-rollcall";
/// Name on this machine without TLS, where browsers accept neither the prefix nor `Secure`.
const PLAIN_NAME: &str = "rollcall";
/// Names of the cookie that makes a browser known, likewise.
const DEVICE_NAMES: (&str, &str) = ("__Host-rollcall-device", "rollcall-device");
/// How long a browser is known that is not used.
const KNOWN_FOR: cookie::time::Duration = cookie::time::Duration::days(365);

/// The `Set-Cookie` value that gives a browser its session.
#[must_use]
pub fn session_cookie(public_url: &PublicUrl, secret: &Secret) -> Option<HeaderValue> {
    let cookie = Cookie::build((cookie_name(public_url), secret.reveal().to_owned()));
    finish(public_url, cookie.build())
}

/// The `Set-Cookie` value that takes it away.
#[must_use]
pub fn no_session_cookie(public_url: &PublicUrl) -> Option<HeaderValue> {
    let mut cookie = Cookie::build((cookie_name(public_url), "")).build();
    cookie.make_removal();
    finish(public_url, cookie)
}

/// The `Set-Cookie` value that makes a browser known.
#[must_use]
pub fn device_cookie(public_url: &PublicUrl, secret: &Secret) -> Option<HeaderValue> {
    let name = device_name(public_url);
    let mut cookie = Cookie::build((name, secret.reveal().to_owned())).build();
    cookie.set_max_age(KNOWN_FOR);
    finish(public_url, cookie)
}

/// The secret of a session that a browser presents.
#[must_use]
pub fn presented(public_url: &PublicUrl, headers: &HeaderMap) -> Option<String> {
    named(cookie_name(public_url), headers)
}

/// The secret that makes a browser known.
#[must_use]
pub fn device(public_url: &PublicUrl, headers: &HeaderMap) -> Option<String> {
    named(device_name(public_url), headers)
}

fn named(wanted: &str, headers: &HeaderMap) -> Option<String> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| Cookie::split_parse(text.to_owned()))
        .filter_map(Result::ok)
        .find(|cookie| cookie.name() == wanted)
        .map(|cookie| cookie.value().to_owned())
}

fn cookie_name(public_url: &PublicUrl) -> &'static str {
    if public_url.is_https() {
        SECURE_NAME
    } else {
        PLAIN_NAME
    }
}

fn device_name(public_url: &PublicUrl) -> &'static str {
    let (secure, plain) = DEVICE_NAMES;
    if public_url.is_https() { secure } else { plain }
}

fn finish(public_url: &PublicUrl, mut cookie: Cookie<'static>) -> Option<HeaderValue> {
    cookie.set_http_only(true);
    cookie.set_same_site(SameSite::Lax);
    cookie.set_path("/");
    cookie.set_secure(public_url.is_https());
    HeaderValue::from_str(&cookie.to_string()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::Ids;

    fn url(text: &str) -> PublicUrl {
        PublicUrl::parse(text).unwrap()
    }

    #[test]
    fn behind_tls_the_cookie_is_bound_to_the_host() {
        let secret = Secret::new(&Ids::seeded(1), "");
        let cookie = session_cookie(&url("https://people.example.org"), &secret).unwrap();
        let expected = format!(
            "__Host-rollcall={}; HttpOnly; SameSite=Lax; Secure; Path=/",
            secret.reveal()
        );
        assert_eq!(cookie, expected);
    }

    #[test]
    fn without_tls_it_has_neither_prefix_nor_secure() {
        let secret = Secret::new(&Ids::seeded(1), "");
        let cookie = session_cookie(&url("http://127.0.0.1:8080"), &secret).unwrap();
        let cookie = cookie.to_str().unwrap();
        assert!(cookie.starts_with("rollcall="), "{cookie}");
        assert!(!cookie.contains("Secure") && cookie.contains("HttpOnly"));
    }

    #[test]
    fn the_secret_is_found_among_other_cookies_and_only_under_its_name() {
        let https = url("https://people.example.org");
        let mut headers = HeaderMap::new();
        headers.append(
            COOKIE,
            HeaderValue::from_static("theme=dark; __Host-rollcall=abc"),
        );
        assert_eq!(presented(&https, &headers).as_deref(), Some("abc"));
        assert_eq!(presented(&url("http://localhost"), &headers), None);
    }

    #[test]
    fn a_browser_is_known_for_a_year_by_a_cookie_of_its_own() {
        let https = url("https://people.example.org");
        let secret = Secret::new(&Ids::seeded(1), "");
        let set = device_cookie(&https, &secret).unwrap();
        let set = set.to_str().unwrap();
        assert!(set.starts_with("__Host-rollcall-device="), "{set}");
        assert!(set.contains("Max-Age=31536000") && set.contains("HttpOnly"));
        let mut headers = HeaderMap::new();
        headers.append(
            COOKIE,
            HeaderValue::from_static("__Host-rollcall-device=abc"),
        );
        assert_eq!(device(&https, &headers).as_deref(), Some("abc"));
        assert_eq!(presented(&https, &headers), None);
    }

    #[test]
    fn signing_out_takes_the_cookie_away() {
        let cookie = no_session_cookie(&url("https://people.example.org")).unwrap();
        let cookie = cookie.to_str().unwrap();
        assert!(cookie.starts_with("__Host-rollcall=;"), "{cookie}");
        assert!(cookie.contains("Max-Age=0") && cookie.contains("Secure"));
    }
}
