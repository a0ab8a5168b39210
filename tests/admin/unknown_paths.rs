//! Paths and methods that the API does not have.

use serde_json::json;

use super::matrix::populated;

#[tokio::test]
async fn unknown_paths_and_methods_are_problems() {
    let (app, console, ids) = populated().await;
    for path in ["/nope", "/users/", "/users/a/b"] {
        console.get(path).await.expect_problem(404, "not_found");
    }
    for (method, path, allow) in [
        ("PUT", "/users".to_owned(), "GET"),
        ("DELETE", format!("/users/{}", ids.user), "GET"),
        ("GET", "/sessions".to_owned(), "POST"),
    ] {
        let call = console.call(method, &path);
        let call = if method == "GET" {
            call
        } else {
            call.json(&json!({}))
        };
        let answer = call.send().await;
        answer.expect_problem(405, "method_not_allowed");
        assert!(
            answer.header("allow").unwrap_or_default().contains(allow),
            "{path}"
        );
    }
    app.finish().await;
}
