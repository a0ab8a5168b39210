//! Changes come from the console and from nowhere else.

use serde_json::json;

use crate::support::{Call, TestApp};

/// Every kind of change: of a session, a link, a connection, a token.
const CHANGES: [(&str, &str); 6] = [
    ("POST", "/sessions"),
    ("DELETE", "/sessions/current"),
    ("POST", "/one-time-links/inspect"),
    ("POST", "/one-time-links/redeem"),
    ("POST", "/idp-connections"),
    (
        "POST",
        "/idp-connections/01936b2e-0000-7000-8000-000000000000/tokens",
    ),
];

async fn assert_refused(app: &TestApp, call: Call, status: u16, code: &str) {
    let before = app.footprint().await;
    let answer = call.send().await;
    answer.expect_problem(status, code);
    TestApp::assert_unchanged(&before, &app.footprint().await, &answer);
}

#[tokio::test]
async fn a_change_without_the_header_of_the_console_is_refused() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    for (method, path) in CHANGES {
        let call = console
            .call(method, path)
            .json(&json!({}))
            .without_header("x-rollcall-console");
        assert_refused(&app, call, 403, "cross_site").await;
    }
    console.get("/me").await.expect(200);
    app.finish().await;
}

#[tokio::test]
async fn a_change_from_another_origin_is_refused() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    for (method, path) in CHANGES {
        let call = console
            .call(method, path)
            .json(&json!({}))
            .without_header("origin");
        assert_refused(&app, call, 403, "cross_site").await;
        for origin in [
            "null",
            "https://evil.example",
            "http://people.example.org",
            "https://people.example.org:8443",
            "https://people.example.org.evil.example",
        ] {
            let call = console
                .call(method, path)
                .json(&json!({}))
                .header("origin", origin);
            assert_refused(&app, call, 403, "cross_site").await;
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn a_change_that_is_not_json_is_refused() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    for (method, path) in CHANGES {
        for content_type in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
        ] {
            let call = console
                .call(method, path)
                .json(&json!({}))
                .header("content-type", content_type);
            assert_refused(&app, call, 415, "unsupported_media_type").await;
        }
        let call = console
            .call(method, path)
            .json(&json!({}))
            .without_header("content-type");
        assert_refused(&app, call, 415, "unsupported_media_type").await;
    }
    app.finish().await;
}
