use axum::Router;
use axum::body::to_bytes;
use axum::http::Request;
use tower::ServiceExt;

use super::*;

const PAGE: &str = "<!doctype html><script type=\"module\">start();</script>";
const CODE: &str = "app-0123456789abcdef.js";

struct Console {
    router: Router,
    _folder: tempfile::TempDir,
}

fn console(names: &[(&str, &str)]) -> Console {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in names {
        std::fs::write(folder.path().join(name), content).unwrap();
    }
    let files = ConsoleFiles::in_folder(folder.path().to_path_buf());
    Console {
        router: Router::new().fallback(serve_console).with_state(files),
        _folder: folder,
    }
}

fn built() -> Console {
    console(&[
        ("index.html", PAGE),
        (CODE, "plain"),
        ("app-0123456789abcdef.js.br", "brotli"),
        ("app-0123456789abcdef.js.gz", "gzip"),
        ("app-0123456789abcdef_bg.wasm", "wasm"),
        ("favicon.svg", "<svg/>"),
    ])
}

impl Console {
    async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Response {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::empty()).unwrap();
        self.router.clone().oneshot(request).await.unwrap()
    }

    async fn get(&self, path: &str) -> Response {
        self.send("GET", path, &[]).await
    }
}

async fn body(response: Response) -> String {
    let bytes = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[tokio::test]
async fn a_path_that_is_no_file_answers_the_page() {
    let console = built();
    for path in [
        "/",
        "/index.html",
        "/users",
        "/users/0193?tab=groups",
        "/users/a.b@c.org",
    ] {
        let response = console.get(path).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        assert_eq!(response.headers()[CONTENT_TYPE], "text/html; charset=utf-8");
        assert_eq!(response.headers()[CACHE_CONTROL], "no-cache");
        let policy = response.headers()[CONTENT_SECURITY_POLICY]
            .to_str()
            .unwrap();
        assert_eq!(policy, page_policy(PAGE));
        assert!(policy.contains("'sha256-"));
        let name = response.extensions().get::<RouteName>();
        assert_eq!(name, Some(&RouteName("console")));
        assert_eq!(body(response).await, PAGE);
    }
}

#[tokio::test]
async fn a_hashed_file_may_be_kept_for_ever_and_others_are_asked_about() {
    let console = built();
    let code = console.get(&format!("/{CODE}")).await;
    assert_eq!(
        code.headers()[CONTENT_TYPE],
        "text/javascript; charset=utf-8"
    );
    assert_eq!(
        code.headers()[CACHE_CONTROL],
        "public, max-age=31536000, immutable"
    );
    assert_eq!(code.headers()[VARY], "accept-encoding");
    let wasm = console.get("/app-0123456789abcdef_bg.wasm").await;
    assert_eq!(wasm.headers()[CONTENT_TYPE], "application/wasm");
    let icon = console.get("/favicon.svg").await;
    assert_eq!(icon.headers()[CONTENT_TYPE], "image/svg+xml");
    assert_eq!(icon.headers()[CACHE_CONTROL], "no-cache");
}

#[tokio::test]
async fn the_stored_encoding_that_the_client_likes_best_is_sent() {
    let console = built();
    let path = format!("/{CODE}");
    for (accept, encoding, content) in [
        ("gzip, br", Some("br"), "brotli"),
        ("br;q=0.1, gzip", Some("gzip"), "gzip"),
        ("deflate", None, "plain"),
    ] {
        let response = console
            .send("GET", &path, &[("accept-encoding", accept)])
            .await;
        let sent = response.headers().get(CONTENT_ENCODING);
        assert_eq!(sent.map(|value| value.to_str().unwrap()), encoding);
        assert_eq!(
            response.headers()[CONTENT_LENGTH],
            content.len().to_string()
        );
        assert_eq!(
            response.headers()[CONTENT_TYPE],
            "text/javascript; charset=utf-8"
        );
        assert_eq!(body(response).await, content);
    }
    let page = console.send("GET", "/", &[("accept-encoding", "br")]).await;
    assert_eq!(page.headers().get(CONTENT_ENCODING), None);
}

#[tokio::test]
async fn a_client_that_has_the_file_gets_304_for_the_same_encoding_only() {
    let console = built();
    let path = format!("/{CODE}");
    let brotli = ("accept-encoding", "br");
    let first = console.send("GET", &path, &[brotli]).await;
    let etag = first.headers()[ETAG].to_str().unwrap().to_owned();
    for known in [etag.clone(), format!("\"other\", W/{etag}"), "*".to_owned()] {
        let headers = [brotli, ("if-none-match", known.as_str())];
        let again = console.send("GET", &path, &headers).await;
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED, "{known}");
        assert_eq!(again.headers()[ETAG], etag);
        assert_eq!(body(again).await, "");
    }
    let plain = console
        .send("GET", &path, &[("if-none-match", &etag)])
        .await;
    assert_eq!(plain.status(), StatusCode::OK);
}

#[tokio::test]
async fn head_answers_as_get_without_a_body() {
    let response = built().send("HEAD", "/favicon.svg", &[]).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()[CONTENT_LENGTH], "6");
    assert_eq!(body(response).await, "");
}

#[tokio::test]
async fn other_methods_are_not_allowed() {
    for method in ["POST", "PUT", "DELETE", "OPTIONS"] {
        let response = built().send(method, "/users", &[]).await;
        assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(response.headers()[ALLOW], "GET, HEAD");
    }
}

#[tokio::test]
async fn a_file_of_another_version_and_a_stored_encoding_are_not_found() {
    let console = built();
    for path in [
        "/app-fedcba9876543210.js",
        &format!("/{CODE}.br"),
        "/favicon.ico",
    ] {
        let response = console.get(path).await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
        assert_eq!(response.headers()[CACHE_CONTROL], "no-store");
    }
}

#[tokio::test]
async fn paths_of_the_server_are_never_the_page() {
    let console = built();
    for path in [
        "/api/v1/nothing",
        "/scim/v2/Nothing",
        "/health/nothing",
        "/api",
    ] {
        let response = console.get(path).await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
        assert_eq!(response.extensions().get::<RouteName>(), None);
    }
    assert_eq!(console.get("/apiary").await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_console_that_is_not_built_says_how_to_build_it() {
    let response = console(&[]).get("/users").await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(
        response.headers()[CONTENT_TYPE],
        "text/plain; charset=utf-8"
    );
    assert!(body(response).await.contains("cargo xtask run"));
}

#[tokio::test]
async fn an_encoded_way_out_of_the_folder_is_only_a_deep_link() {
    let response = built().get("/%2e%2e/Cargo.toml").await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(body(response).await, PAGE);
}
