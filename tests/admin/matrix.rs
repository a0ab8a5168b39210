//! Every route of the API for whoever is not signed in, and for ids of another account.

use scim_schema::dialect::ConnectionKind;
use serde_json::{Value, json};

use crate::support::{Console, PASSWORD, TestApp};

/// What a route needs.
#[derive(Clone, Copy, PartialEq)]
enum Needs {
    Nothing,
    Session,
}

/// Every route, with ids of the first account in the place of its parameters.
fn routes(ids: &Ids) -> Vec<(&'static str, String, Needs)> {
    use Needs::{Nothing, Session};
    vec![
        ("GET", "/sign-in-options".to_owned(), Nothing),
        ("POST", "/sessions".to_owned(), Nothing),
        ("DELETE", "/sessions/current".to_owned(), Session),
        ("POST", "/one-time-links/inspect".to_owned(), Nothing),
        ("POST", "/one-time-links/redeem".to_owned(), Nothing),
        ("GET", "/me".to_owned(), Session),
        ("GET", "/users".to_owned(), Session),
        ("GET", "/users/counts".to_owned(), Session),
        ("GET", format!("/users/{}", ids.user), Session),
        ("GET", "/idp-connections".to_owned(), Session),
        ("POST", "/idp-connections".to_owned(), Session),
        (
            "GET",
            format!("/idp-connections/{}", ids.connection),
            Session,
        ),
        (
            "POST",
            format!("/idp-connections/{}/tokens", ids.connection),
            Session,
        ),
        (
            "DELETE",
            format!("/idp-connections/{}/tokens/{}", ids.connection, ids.token),
            Session,
        ),
        ("GET", "/provisioning-log".to_owned(), Session),
        ("GET", format!("/provisioning-log/{}", ids.log_row), Session),
        ("GET", "/events".to_owned(), Session),
    ]
}

struct Ids {
    user: String,
    connection: String,
    token: String,
    log_row: String,
}

/// An account with one of everything, and its administrator.
async fn populated() -> (TestApp, Console, Ids) {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let client = app.connection(ConnectionKind::Generic).await;
    let id = client.user("ada").await;
    app.flush_log().await;
    let log = console.get("/provisioning-log").await.expect(200);
    let ids = Ids {
        user: app.user_of(&id).await.to_string(),
        connection: client.connection.to_string(),
        token: client.token_id.to_string(),
        log_row: log.string("/items/0/id"),
    };
    (app, console, ids)
}

fn body(path: &str) -> Value {
    if path.ends_with("/idp-connections") {
        json!({ "name": "Another", "kind": "okta" })
    } else {
        json!({})
    }
}

/// The routes that the server's own list names.
fn declared() -> Vec<String> {
    let source = include_str!("../../server/src/http/admin/mod.rs");
    let code: String = source.split_whitespace().collect();
    let mut found = Vec::new();
    for route in code.split(".route(\"").skip(1) {
        let (path, rest) = route.split_once('"').expect("a path");
        let handlers = rest.split(".route(").next().unwrap_or_default();
        for method in ["get", "post", "put", "patch", "delete"] {
            if handlers.contains(&format!(",{method}("))
                || handlers.contains(&format!(").{method}("))
            {
                found.push(format!("{} {path}", method.to_uppercase()));
            }
        }
    }
    found.sort();
    found
}

#[test]
fn the_matrix_knows_every_route() {
    let placeholders = Ids {
        user: "{id}".to_owned(),
        connection: "{id}".to_owned(),
        token: "{token}".to_owned(),
        log_row: "{id}".to_owned(),
    };
    let mut known: Vec<String> = routes(&placeholders)
        .into_iter()
        .map(|(method, path, _)| format!("{method} {path}"))
        .collect();
    known.sort();
    assert_eq!(known, declared());
}

#[tokio::test]
async fn whoever_is_not_signed_in_gets_401_everywhere_but_at_the_door() {
    let (app, _, ids) = populated().await;
    let before = app.footprint().await;
    for (method, path, needs) in routes(&ids) {
        let call = app.browser().call(method, &path);
        let call = if method == "GET" {
            call
        } else {
            call.json(&body(&path))
        };
        let answer = call.send().await;
        match needs {
            Needs::Session => answer.expect_problem(401, "unauthorized"),
            Needs::Nothing => assert_ne!(answer.json["code"], "unauthorized", "{method} {path}"),
        }
        TestApp::assert_unchanged(&before, &app.footprint().await, &answer);
    }
    app.finish().await;
}

#[tokio::test]
async fn ids_of_another_account_are_404_everywhere_and_in_no_list() {
    let (app, owner, ids) = populated().await;
    let other = app.other_account().await;
    app.further_administrator(&other, "robin@example.org").await;
    let mut stranger = app.browser();
    stranger
        .sign_in_to("other", "robin@example.org", PASSWORD)
        .await
        .expect(200);
    let before = app.footprint().await;
    let mut tried = 0;
    for (method, path, _) in routes(&ids) {
        let has_id = [&ids.user, &ids.connection, &ids.token, &ids.log_row]
            .iter()
            .any(|id| path.contains(*id));
        if !has_id {
            continue;
        }
        tried += 1;
        let call = stranger.call(method, &path);
        let call = if method == "GET" {
            call
        } else {
            call.json(&json!({}))
        };
        let answer = call.send().await;
        answer.expect_problem(404, "not_found");
        TestApp::assert_unchanged(&before, &app.footprint().await, &answer);
    }
    assert_eq!(tried, 5);
    for (path, expected) in [
        ("/users", 1),
        ("/idp-connections", 0),
        ("/provisioning-log", 0),
    ] {
        let listed = stranger.get(path).await.expect(200);
        assert_eq!(
            listed.json["items"].as_array().unwrap().len(),
            expected,
            "{path}"
        );
    }
    for path in [
        format!("/users?source={}", ids.connection),
        format!("/provisioning-log?user={}", ids.user),
        format!("/provisioning-log?connection={}", ids.connection),
    ] {
        let listed = stranger.get(&path).await.expect(200);
        assert_eq!(listed.json["items"], json!([]), "{path}");
    }
    owner.get(&format!("/users/{}", ids.user)).await.expect(200);
    app.finish().await;
}

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
