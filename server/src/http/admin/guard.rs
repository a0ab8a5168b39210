//! What every request of the console's API passes first: an id, a time limit, and the proof that a
//! change was asked for by the console and not by another site.

use axum::{
    body::HttpBody,
    extract::{FromRequestParts, Request, State},
    http::{
        HeaderMap, HeaderValue, Method,
        header::{CACHE_CONTROL, HOST, ORIGIN},
    },
    middleware::Next,
    response::{IntoResponse, Response},
};
use scim_schema::api::{problem::ErrorCode, session::CSRF_HEADER};

use crate::{
    app_state::AppState,
    config::PublicUrl,
    http::{extract::json::require_json, problem::ApiError},
    ops::sessions::Visitor,
};

/// Gives the request an id unless it has one, and keeps answers out of every cache.
pub(super) async fn identify(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let Ok(_) = Visitor::from_request_parts(&mut parts, &state).await;
    let mut response = next.run(Request::from_parts(parts, body)).await;
    response
        .headers_mut()
        .entry(CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Gives a request up that takes too long. A stream counts until it begins.
pub(super) async fn limit_time(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Response {
    let limit = state.config.limits.request_timeout;
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => ApiError::unavailable("the request took too long").into_response(),
    }
}

/// Lets a change through only when it carries the console's header, comes from the console's origin
/// and is JSON, unless it deletes and has no body at all: neither a form nor a script of another site can send that.
pub(super) async fn refuse_cross_site(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        return next.run(request).await;
    }
    let headers = request.headers();
    if !headers.contains_key(CSRF_HEADER) {
        return cross_site(&format!("The header {CSRF_HEADER} is missing."));
    }
    if !comes_from_console(&state.config.public_url, headers) {
        return cross_site(
            "The Origin is not the address of this console. Check the setting public_url.",
        );
    }
    let is_bare = *request.method() == Method::DELETE && request.body().is_end_stream();
    if !is_bare && let Err(error) = require_json(headers) {
        return error.into_response();
    }
    next.run(request).await
}

fn cross_site(detail: &str) -> Response {
    ApiError::new(ErrorCode::CrossSite, detail).into_response()
}

/// Whether `Origin` is the public URL. On this machine `localhost`, `127.0.0.1` and `[::1]` are
/// taken for each other as long as the port is the one that was asked for: only pages of this
/// machine have such an origin.
fn comes_from_console(public_url: &PublicUrl, headers: &HeaderMap) -> bool {
    let Some(origin) = text(headers, &ORIGIN) else {
        return false;
    };
    if origin == public_url.to_string() {
        return true;
    }
    if public_url.is_https() || !public_url.is_loopback() {
        return false;
    }
    let (Ok(origin), Some(host)) = (PublicUrl::parse(origin), text(headers, &HOST)) else {
        return false;
    };
    let Ok(asked) = PublicUrl::parse(&format!("http://{host}")) else {
        return false;
    };
    !origin.is_https() && origin.is_loopback() && origin.port() == asked.port()
}

fn text<'h>(headers: &'h HeaderMap, name: &axum::http::HeaderName) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(public_url: &str, origin: &'static str, host: &'static str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(ORIGIN, HeaderValue::from_static(origin));
        headers.insert(HOST, HeaderValue::from_static(host));
        comes_from_console(&PublicUrl::parse(public_url).unwrap(), &headers)
    }

    #[test]
    fn only_the_public_url_is_the_console() {
        const URL: &str = "https://people.example.org";
        assert!(allowed(
            URL,
            "https://people.example.org",
            "people.example.org"
        ));
        for foreign in [
            "http://people.example.org",
            "https://people.example.org.evil.example",
            "https://people.example.org:444",
            "null",
            "http://localhost",
        ] {
            assert!(!allowed(URL, foreign, "people.example.org"), "{foreign}");
        }
        let nothing = HeaderMap::new();
        assert!(!comes_from_console(
            &PublicUrl::parse(URL).unwrap(),
            &nothing
        ));
    }

    #[test]
    fn names_of_this_machine_stand_for_each_other_at_the_same_port() {
        const URL: &str = "http://127.0.0.1:8080";
        assert!(allowed(URL, "http://localhost:8080", "localhost:8080"));
        assert!(allowed(URL, "http://[::1]:8080", "localhost:8080"));
        for foreign in [
            "http://localhost:9000",
            "http://evil.example:8080",
            "https://localhost:8080",
        ] {
            assert!(!allowed(URL, foreign, "localhost:8080"), "{foreign}");
        }
        assert!(!allowed(URL, "http://localhost:8080", "evil.example:8080"));
    }
}
