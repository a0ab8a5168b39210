//! Serves the console: a page, its code and its pictures, built beforehand into `app/dist`.
//!
//! A release binary carries the files inside itself; a debug build reads them from disk for each
//! request. Any path that is no file answers the page, so that a deep link survives a reload.

mod encoding;
mod files;

use axum::body::Body;
use axum::extract::State;
use axum::http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE,
    ETAG, HeaderMap, HeaderValue, IF_NONE_MATCH, RETRY_AFTER, VARY,
};
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};

pub use files::ConsoleFiles;

use super::access_log::RouteName;
use super::security_headers::page_policy;
use encoding::Encoding;
use files::{ConsoleFile, is_hashed};

const INDEX: &str = "index.html";

/// Paths that belong to the server itself. Their own routers answer what is not found there.
const SERVER_PATHS: [&str; 3] = ["api", "scim", "health"];

/// Endings of the files a build makes. One that is missing went away with an upgrade, and the page
/// in its place would only be mistaken for code.
const BUILT: [&str; 14] = [
    "br", "css", "gz", "ico", "jpg", "js", "json", "map", "mjs", "png", "svg", "txt", "wasm",
    "woff2",
];

const NOT_BUILT: &str = "The console is not built. Build it with `cargo xtask run` (or `trunk build` \
                         in the folder of the source code), then load this page again.\n";

/// The fallback handler of the whole router: answers GET and HEAD with a file of the console or with
/// its page.
pub async fn serve_console(
    State(files): State<ConsoleFiles>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let path = uri.path().trim_start_matches('/');
    let mut response = answer(&files, &method, path, &headers);
    if !SERVER_PATHS.contains(&first_segment(path)) {
        response.extensions_mut().insert(RouteName("console"));
    }
    if method == Method::HEAD {
        *response.body_mut() = Body::empty();
    }
    response
}

fn answer(files: &ConsoleFiles, method: &Method, path: &str, headers: &HeaderMap) -> Response {
    if SERVER_PATHS.contains(&first_segment(path)) {
        return (StatusCode::NOT_FOUND, "There is nothing here.\n").into_response();
    }
    if method != Method::GET && method != Method::HEAD {
        return (StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, "GET, HEAD")]).into_response();
    }
    if !path.is_empty()
        && !is_precompressed(path)
        && let Some(response) = file(files, path, headers)
    {
        return response;
    }
    if is_built(path) {
        let reload = "This file belongs to another version of the console. Load the page again.\n";
        return (StatusCode::NOT_FOUND, [(CACHE_CONTROL, "no-store")], reload).into_response();
    }
    file(files, INDEX, headers).unwrap_or_else(|| {
        let headers = [(CACHE_CONTROL, "no-store"), (RETRY_AFTER, "30")];
        (StatusCode::SERVICE_UNAVAILABLE, headers, NOT_BUILT).into_response()
    })
}

/// The file at `path` in the encoding that the client likes best, or that it has it already.
fn file(files: &ConsoleFiles, path: &str, request: &HeaderMap) -> Option<Response> {
    let plain = files.get(path)?;
    let mut headers = HeaderMap::new();
    if path == INDEX {
        let policy = page_policy(&String::from_utf8_lossy(&plain.bytes));
        headers.insert(
            CONTENT_SECURITY_POLICY,
            HeaderValue::from_str(&policy).ok()?,
        );
    }
    let (encoding, file) = best_encoding(files, path, request, plain);
    let etag = HeaderValue::from_str(&file.etag).ok()?;
    headers.insert(ETAG, etag);
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(CACHE_CONTROL, cache_control(path));
    if is_known(request, &file.etag) {
        return Some((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    headers.insert(CONTENT_TYPE, content_type(path));
    headers.insert(CONTENT_LENGTH, HeaderValue::from(file.bytes.len()));
    if let Some(name) = encoding.content_coding() {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static(name));
    }
    Some((headers, Body::from(file.bytes)).into_response())
}

fn best_encoding(
    files: &ConsoleFiles,
    path: &str,
    request: &HeaderMap,
    plain: ConsoleFile,
) -> (Encoding, ConsoleFile) {
    for encoding in encoding::preferred(request) {
        let Some(ending) = encoding.file_ending() else {
            break;
        };
        if let Some(file) = files.get(&format!("{path}.{ending}")) {
            return (encoding, file);
        }
    }
    (Encoding::Identity, plain)
}

/// `If-None-Match` (RFC 9110 section 13.1.2), which compares weakly.
fn is_known(request: &HeaderMap, etag: &str) -> bool {
    request
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .any(|known| known == "*" || known.trim_start_matches("W/") == etag)
}

fn cache_control(path: &str) -> HeaderValue {
    HeaderValue::from_static(if is_hashed(path) {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    })
}

fn content_type(path: &str) -> HeaderValue {
    let guess = mime_guess::from_path(path).first_or_octet_stream();
    let text = guess.type_() == mime_guess::mime::TEXT;
    let value = if text {
        format!("{}; charset=utf-8", guess.essence_str())
    } else {
        guess.essence_str().to_owned()
    };
    HeaderValue::from_str(&value)
        .unwrap_or_else(|_| HeaderValue::from_static("application/octet-stream"))
}

fn first_segment(path: &str) -> &str {
    path.split('/').next().unwrap_or_default()
}

fn is_precompressed(path: &str) -> bool {
    path.ends_with(".br") || path.ends_with(".gz")
}

fn is_built(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    ending.is_some_and(|ending| BUILT.contains(&ending))
}

#[cfg(test)]
mod tests;
