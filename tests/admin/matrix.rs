//! Every route of the API for whoever is not signed in, and for ids of another account.

use scim_schema::dialect::ConnectionKind;
use serde_json::{Value, json};

use crate::support::{Console, PASSWORD, ScimClient, TestApp, user_body};

/// What a route needs.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Needs {
    Nothing,
    Session,
}

/// Every route, with ids of the first account in the place of its parameters.
pub(super) fn routes(ids: &Ids) -> Vec<(&'static str, String, Needs)> {
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
        ("GET", format!("/users/{}/timeline", ids.user), Session),
        (
            "GET",
            format!("/users/{}/status-explanation", ids.user),
            Session,
        ),
        ("GET", "/audit".to_owned(), Session),
        ("GET", "/audit/head".to_owned(), Session),
        ("GET", "/audit/verify".to_owned(), Session),
        ("GET", "/audit/export.csv".to_owned(), Session),
        ("GET", "/audit/export.jsonl".to_owned(), Session),
        ("GET", format!("/audit/{}", ids.event), Session),
        ("GET", "/idp-connections".to_owned(), Session),
        ("POST", "/idp-connections".to_owned(), Session),
        (
            "GET",
            format!("/idp-connections/{}", ids.connection),
            Session,
        ),
        (
            "PATCH",
            format!("/idp-connections/{}", ids.connection),
            Session,
        ),
        ("GET", "/alerts".to_owned(), Session),
        (
            "POST",
            format!("/alerts/{}/acknowledge", ids.alert),
            Session,
        ),
        (
            "GET",
            format!("/idp-connections/{}/dialect", ids.connection),
            Session,
        ),
        (
            "PATCH",
            format!("/idp-connections/{}/dialect", ids.connection),
            Session,
        ),
        (
            "GET",
            format!("/idp-connections/{}/mapping", ids.connection),
            Session,
        ),
        (
            "PUT",
            format!("/idp-connections/{}/mapping", ids.connection),
            Session,
        ),
        (
            "POST",
            format!("/idp-connections/{}/mapping/plan", ids.connection),
            Session,
        ),
        (
            "POST",
            format!("/idp-connections/{}/mapping/test", ids.connection),
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
        (
            "POST",
            format!(
                "/idp-connections/{}/tokens/{}/rotate",
                ids.connection, ids.token
            ),
            Session,
        ),
        (
            "POST",
            format!("/idp-connections/{}/oauth-clients", ids.connection),
            Session,
        ),
        (
            "DELETE",
            format!(
                "/idp-connections/{}/oauth-clients/{}",
                ids.connection, ids.oauth_client
            ),
            Session,
        ),
        (
            "GET",
            format!("/idp-connections/{}/shadow", ids.connection),
            Session,
        ),
        (
            "POST",
            format!("/idp-connections/{}/shadow", ids.connection),
            Session,
        ),
        (
            "DELETE",
            format!("/idp-connections/{}/shadow", ids.connection),
            Session,
        ),
        (
            "GET",
            format!("/idp-connections/{}/shadow/users", ids.connection),
            Session,
        ),
        (
            "GET",
            format!("/idp-connections/{}/shadow/groups", ids.connection),
            Session,
        ),
        (
            "POST",
            format!("/idp-connections/{}/shadow/go-live", ids.connection),
            Session,
        ),
        (
            "DELETE",
            format!("/idp-connections/{}/shadow/go-live", ids.connection),
            Session,
        ),
        (
            "GET",
            format!("/idp-connections/{}/attributes", ids.connection),
            Session,
        ),
        (
            "GET",
            format!("/idp-connections/{}/conformance", ids.connection),
            Session,
        ),
        (
            "POST",
            format!("/idp-connections/{}/attributes", ids.connection),
            Session,
        ),
        (
            "PUT",
            format!(
                "/idp-connections/{}/attributes/{}",
                ids.connection, ids.exposed
            ),
            Session,
        ),
        (
            "DELETE",
            format!(
                "/idp-connections/{}/attributes/{}",
                ids.connection, ids.exposed
            ),
            Session,
        ),
        ("GET", "/attribute-definitions".to_owned(), Session),
        ("POST", "/attribute-definitions".to_owned(), Session),
        (
            "GET",
            format!("/attribute-definitions/{}", ids.definition),
            Session,
        ),
        (
            "PATCH",
            format!("/attribute-definitions/{}", ids.definition),
            Session,
        ),
        (
            "DELETE",
            format!("/attribute-definitions/{}", ids.definition),
            Session,
        ),
        (
            "POST",
            format!("/idp-connections/{}/conformance", ids.connection),
            Session,
        ),
        (
            "GET",
            format!("/idp-connections/{}/conformance/export", ids.connection),
            Session,
        ),
        (
            "GET",
            format!(
                "/idp-connections/{}/conformance/checks/{}",
                ids.connection, ids.check
            ),
            Session,
        ),
        ("GET", "/provisioning-log".to_owned(), Session),
        ("GET", format!("/provisioning-log/{}", ids.log_row), Session),
        (
            "POST",
            format!("/provisioning-log/{}/rehearsals", ids.log_row),
            Session,
        ),
        (
            "POST",
            format!("/idp-connections/{}/rehearsals", ids.connection),
            Session,
        ),
        ("GET", "/conflicts".to_owned(), Session),
        ("GET", "/conflicts/counts".to_owned(), Session),
        ("GET", "/conflicts/selection".to_owned(), Session),
        ("POST", "/conflicts/resolve".to_owned(), Session),
        ("GET", format!("/conflicts/{}", ids.conflict), Session),
        (
            "POST",
            format!("/conflicts/{}/resolve", ids.conflict),
            Session,
        ),
        ("GET", "/domains".to_owned(), Session),
        ("POST", "/domains".to_owned(), Session),
        ("DELETE", format!("/domains/{}", ids.domain), Session),
        ("GET", "/events".to_owned(), Session),
    ]
}

pub(super) struct Ids {
    pub(super) user: String,
    pub(super) connection: String,
    pub(super) token: String,
    pub(super) oauth_client: String,
    /// A definition, and the same one where a connection exposes it.
    pub(super) definition: String,
    pub(super) exposed: String,
    pub(super) log_row: String,
    pub(super) conflict: String,
    pub(super) domain: String,
    pub(super) check: String,
    pub(super) alert: String,
    /// An act in the audit log.
    pub(super) event: String,
}

/// An account with one of everything, and its administrator.
pub(super) async fn populated() -> (TestApp, Console, Ids) {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let client = app.connection(ConnectionKind::Generic).await;
    let id = client.user("ada").await;
    let other = app.connection(ConnectionKind::Generic).await;
    other.post("/Users", &user_body("ada")).await.expect(409);
    let conflicts = console.get("/conflicts").await.expect(200);
    let domain = json!({ "domain": "example.org" });
    let domain = console.post("/domains", &domain).await.expect(201);
    app.flush_log().await;
    let log = console.get("/provisioning-log").await.expect(200);
    let definition = definition(&console).await;
    let ids = Ids {
        exposed: definition.clone(),
        definition,
        user: app.user_of(&id).await.to_string(),
        connection: client.connection.to_string(),
        token: client.token_id.to_string(),
        oauth_client: oauth_client(&console, &client).await,
        log_row: log.string("/items/0/id"),
        conflict: conflicts.string("/items/0/id"),
        domain: domain.string("/id"),
        check: "users.create".to_owned(),
        alert: alert(&app, &client).await,
        event: console
            .get("/audit")
            .await
            .expect(200)
            .string("/items/0/id"),
    };
    (app, console, ids)
}

/// An alert with the id of its connection.
async fn alert(app: &TestApp, client: &ScimClient) -> String {
    let raise = "INSERT INTO alerts (account_id, id, connection_id, subject_id, kind, since, raised_at, version) SELECT account_id, id, id, id, 'connection_silent', created_at, created_at, 1 FROM idp_connections WHERE id = $1";
    let id = client.connection;
    assert_eq!(app.execute(raise, [id.0.into()]).await, 1);
    id.to_string()
}

async fn oauth_client(console: &Console, client: &ScimClient) -> String {
    let path = format!("/idp-connections/{}/oauth-clients", client.connection);
    let made = console.post(&path, &body(&path)).await.expect(201);
    made.string("/client_id")
}

async fn definition(console: &Console) -> String {
    let path = "/attribute-definitions";
    let made = console.post(path, &body(path)).await.expect(201);
    made.string("/id")
}
/// An id of nothing.
const NOBODY: &str = "01936b2e-0000-7000-8000-000000000000";

pub(super) fn body(path: &str) -> Value {
    let urn = "urn:ietf:params:scim:schemas:extension:custom:2.0:User";
    if path.ends_with("/idp-connections") {
        json!({ "name": "Another", "kind": "okta" })
    } else if path.ends_with("/rotate") {
        json!({ "old_ends": "in_seven_days" })
    } else if path.ends_with("/mapping/test") {
        json!({ "user": NOBODY })
    } else if path.contains("/mapping") {
        let mapping = json!({ "default_organisation": NOBODY, "rules": [] });
        match path.ends_with("/plan") {
            true => json!({ "mapping": mapping }),
            false => json!({ "mapping": mapping, "plan": "0" }),
        }
    } else if path.ends_with("/oauth-clients") {
        json!({ "method": "client_secret" })
    } else if path.ends_with("/attribute-definitions") {
        json!({ "name": "badge", "type": "string" })
    } else if path.ends_with("/attributes") {
        json!({ "urn": urn, "name": "badge", "type": "string" })
    } else if path.contains("/attributes/") {
        json!({ "urn": urn, "name": "badge" })
    } else if path.contains("/idp-connections/") && path.ends_with("/rehearsals") {
        json!({ "method": "GET", "path": "/Users" })
    } else if path.ends_with("/resolve") && path != "/conflicts/resolve" {
        json!({ "act": "move" })
    } else if path.ends_with("/domains") {
        json!({ "domain": "example.com" })
    } else {
        json!({})
    }
}

/// The routes that the server's own list names.
pub(super) fn declared() -> Vec<String> {
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
        oauth_client: "{client}".to_owned(),
        definition: "{id}".to_owned(),
        exposed: "{definition}".to_owned(),
        log_row: "{id}".to_owned(),
        conflict: "{id}".to_owned(),
        domain: "{id}".to_owned(),
        check: "{check}".to_owned(),
        alert: "{id}".to_owned(),
        event: "{id}".to_owned(),
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
        let known = [
            &ids.user,
            &ids.connection,
            &ids.token,
            &ids.definition,
            &ids.log_row,
            &ids.conflict,
            &ids.domain,
            &ids.alert,
            &ids.event,
        ];
        let has_id = known.iter().any(|id| path.contains(*id));
        if !has_id {
            continue;
        }
        tried += 1;
        let call = stranger.call(method, &path);
        let call = if method == "GET" {
            call
        } else {
            call.json(&body(&path))
        };
        let answer = call.send().await;
        answer.expect_problem(404, "not_found");
        TestApp::assert_unchanged(&before, &app.footprint().await, &answer);
    }
    assert_eq!(tried, 42);
    for (path, expected) in [
        ("/users", 1),
        ("/idp-connections", 0),
        ("/attribute-definitions", 0),
        ("/provisioning-log", 0),
        ("/conflicts", 0),
        ("/domains", 0),
        ("/alerts", 0),
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
        format!("/audit?target={}", ids.user),
        format!("/audit?actor={}", ids.connection),
        format!("/audit?q={}", ids.event),
        format!("/provisioning-log?connection={}", ids.connection),
    ] {
        let listed = stranger.get(&path).await.expect(200);
        assert_eq!(listed.json["items"], json!([]), "{path}");
    }
    owner.get(&format!("/users/{}", ids.user)).await.expect(200);
    app.finish().await;
}
