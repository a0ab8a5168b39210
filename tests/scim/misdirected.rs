//! What a client is told whose base URL is not the right one.

use super::generic;

#[tokio::test]
async fn a_wrong_base_url_is_answered_in_scim_with_the_right_one() {
    let (app, client) = generic().await;
    for (path, status, scim_type) in [
        ("/scim/v1/Users", 400, Some("invalidVers")),
        ("/scim/v1.1/ServiceProviderConfig", 400, Some("invalidVers")),
        ("/v1/Users", 400, Some("invalidVers")),
        ("/scim", 404, None),
        ("/scim/Users", 404, None),
        ("/v2/Users", 404, None),
        ("/Users", 404, None),
        ("/Users/7", 404, None),
        ("/ServiceProviderConfig", 404, None),
    ] {
        for method in ["GET", "POST"] {
            let answer = app.call(method, path).send().await;
            answer.expect_scim_error(status, scim_type, "https://people.example.org/scim/v2");
        }
    }
    let answer = client.get("/Nope").await;
    answer.expect_scim_error(404, None, "https://people.example.org/scim/v2");
    app.finish().await;
}

#[tokio::test]
async fn what_is_no_page_is_not_answered_with_one() {
    let (app, _client) = generic().await;
    for path in ["/api", "/api/v2/users", "/api/v1/nope", "/metrics"] {
        let answer = app.call("GET", path).send().await;
        answer.expect_problem(404, "not_found");
    }
    app.finish().await;
}
