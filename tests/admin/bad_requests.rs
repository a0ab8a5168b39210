//! Requests of the console's API that do not fit: 400 with a sentence for people.

use serde_json::json;

use crate::support::TestApp;

#[tokio::test]
async fn a_query_that_is_not_utf_8_is_refused_by_the_parameters_name() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    for path in ["/users?q=%FF", "/users?limit=5&q=a%C3%28"] {
        let answer = console.get(path).await;
        answer.expect_problem(400, "invalid");
        assert_eq!(answer.json["errors"][0]["path"], "q", "{}", answer.text);
        assert!(answer.string("/detail").contains("UTF-8"));
    }
    console.get("/users?q=%C3%BC").await.expect(200);
    app.finish().await;
}

#[tokio::test]
async fn a_nul_in_a_search_finds_nobody_and_breaks_nothing() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let answer = console.get("/users?q=%00").await;
    assert!(answer.status < 500, "{}", answer.text);
    let body = json!({ "account": "main", "login": "a\0b", "password": "a\0b" });
    let answer = app.browser().post("/sessions", &body).await;
    assert!(answer.status < 500, "{}", answer.text);
    app.finish().await;
}

#[tokio::test]
async fn a_body_of_the_wrong_shape_is_told_in_words_of_json() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    for body in [
        json!([]),
        json!("x"),
        json!(null),
        json!(["Okta", "okta"]),
        json!({ "name": {}, "kind": "okta" }),
        json!({ "name": "Okta", "kind": 7 }),
        json!({ "name": "Okta", "kind": ["okta"] }),
    ] {
        let answer = console.post("/idp-connections", &body).await;
        answer.expect_problem(400, "invalid");
        for word in [
            "struct",
            "enum",
            "CreateConnection",
            "ConnectionKind",
            "sequence",
            "map",
        ] {
            assert!(!answer.text.contains(word), "{word}: {}", answer.text);
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn a_delete_without_a_body_needs_no_content_type() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let call = console.call("DELETE", "/sessions/current");
    call.without_header("content-type").send().await.expect(204);
    console.get("/me").await.expect(401);
    app.finish().await;
}
