//! Every route of the API for whoever is not signed in, and for ids of another account.

mod declared;
mod organisations;
mod routes;

use scim_schema::dialect::ConnectionKind;
use serde_json::{Value, json};

use self::routes::{Needs, routes};
pub(super) use self::{declared::declared, routes::Ids};
use super::{mails, second_factors::enrol};
use crate::support::{Console, PASSWORD, ScimClient, TestApp, user_body};

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
    let sessions = console.get("/me/sessions").await.expect(200);
    let organisations = console.get("/organisations").await.expect(200);
    let organisation = organisations.string("/items/0/id");
    let ids = Ids {
        session: sessions.string("/items/0/id"),
        their_session: sessions.string("/items/0/id"),
        factor: second_factor(&app, &console).await,
        exposed: definition.clone(),
        definition,
        user: app.user_of(&id).await.to_string(),
        connection: client.connection.to_string(),
        token: client.token_id.to_string(),
        oauth_client: oauth_client(&console, &client).await,
        log_row: log.string("/items/0/id"),
        conflict: conflicts.string("/items/0/id"),
        approval: approval(&console, &app.user_of(&id).await.to_string()).await,
        domain: domain.string("/id"),
        check: "users.create".to_owned(),
        alert: alert(&app, &client).await,
        member_of: organisation.clone(),
        organisation,
        mail: mails::put_one(&console).await,
        event: console
            .get("/audit")
            .await
            .expect(200)
            .string("/items/0/id"),
    };
    (app, console, ids)
}

/// Something that waits for a second person.
async fn approval(console: &Console, user: &str) -> String {
    let path = format!("/users/{user}/erase");
    console.post(&path, &json!({})).await.expect(202).id()
}

/// A second factor of the caller.
async fn second_factor(app: &TestApp, console: &Console) -> String {
    let (_, enrolled) = enrol(app, &mut console.clone()).await;
    enrolled.string("/factor/id")
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
    } else if path.ends_with("/me/password") {
        json!({ "current": "a", "new": "b" })
    } else if path.ends_with("/strength") || path.ends_with("/password") {
        json!({ "password": "tulip gravel orbit 44" })
    } else if path.ends_with("/sessions/passkey") {
        json!({ "account": "nowhere" })
    } else if path.ends_with("/step-up") || path.ends_with("/sessions/second-factor") {
        json!({ "challenge": "never", "totp": "123456" })
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
    } else if path.ends_with("/approve") {
        json!({ "payload_hash": "0" })
    } else if path.ends_with("/domains") {
        json!({ "domain": "example.com" })
    } else {
        organisations::body(path)
    }
}

#[test]
fn the_matrix_knows_every_route() {
    let placeholders = Ids {
        user: "{id}".to_owned(),
        session: "{id}".to_owned(),
        their_session: "{session}".to_owned(),
        factor: "{id}".to_owned(),
        connection: "{id}".to_owned(),
        token: "{token}".to_owned(),
        oauth_client: "{client}".to_owned(),
        definition: "{id}".to_owned(),
        exposed: "{definition}".to_owned(),
        log_row: "{id}".to_owned(),
        conflict: "{id}".to_owned(),
        approval: "{id}".to_owned(),
        domain: "{id}".to_owned(),
        check: "{check}".to_owned(),
        alert: "{id}".to_owned(),
        organisation: "{id}".to_owned(),
        member_of: "{organisation}".to_owned(),
        mail: "{id}".to_owned(),
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
            &ids.session,
            &ids.factor,
            &ids.connection,
            &ids.token,
            &ids.definition,
            &ids.log_row,
            &ids.conflict,
            &ids.domain,
            &ids.alert,
            &ids.approval,
            &ids.organisation,
            &ids.mail,
            &ids.event,
        ];
        if !known.iter().any(|id| path.contains(*id)) {
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
    assert_eq!(tried, 68);
    for (path, expected) in [
        ("/users", 1),
        ("/idp-connections", 0),
        ("/attribute-definitions", 0),
        ("/provisioning-log", 0),
        ("/conflicts", 0),
        ("/domains", 0),
        ("/alerts", 0),
        ("/organisations", 1),
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
