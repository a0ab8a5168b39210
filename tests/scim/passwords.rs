//! Passwords that a provider sets, on a connection that accepts them (scim.md section 1.3, D19).

use scim_schema::dialect::{ConnectionKind, Switch};
use serde_json::{Value, json};

use super::{
    bulk::{bulk, id_of, post, statuses},
    refused,
    secrets::assert_nowhere,
};
use crate::support::{ScimClient, Statements, TestApp, patch_body, user_body};

const FIRST: &str = "Provider-Tiger-1";
const SECOND: &str = "Provider-Tiger-2";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

async fn accepting(kind: ConnectionKind) -> (TestApp, ScimClient) {
    let app = TestApp::new().await;
    let client = app.connection_with(kind, &[Switch::AcceptPassword]).await;
    (app, client)
}

fn with_password(user_name: &str, password: &str) -> Value {
    let mut body = user_body(user_name);
    body["password"] = password.into();
    body
}

/// Whether a password is somebody's: the right one opens their own account.
async fn opens(app: &TestApp, user_name: &str, password: &str) -> bool {
    let answer = app.browser().sign_in(user_name, password).await;
    if answer.status == 401 {
        return false;
    }
    assert_eq!(answer.expect(200).json["permissions"], json!([]));
    true
}

async fn epoch(app: &TestApp, user_name: &str) -> i64 {
    let sql = format!("SELECT access_epoch FROM users WHERE user_name_folded = '{user_name}'");
    app.number(&sql).await
}

#[tokio::test]
async fn a_password_is_discarded_unless_the_connection_accepts_it() {
    let app = TestApp::new().await;
    let client = app.connection(ConnectionKind::Okta).await;
    let config = client.get("/ServiceProviderConfig").await.expect(200);
    assert_eq!(config.json["changePassword"], json!({ "supported": false }));
    // It need not even be one that people may have.
    for (name, password) in [("ada", FIRST), ("bob", "short")] {
        let sent = with_password(name, password);
        let id = client.post("/Users", &sent).await.expect(201).id();
        let path = format!("/Users/{id}");
        client.put(&path, &sent).await.expect(200);
        let set = json!([{ "op": "replace", "path": "password", "value": password }]);
        client.patch(&path, set).await.expect(200);
    }
    let stored = "SELECT COUNT(*) FROM users WHERE password_hash IS NOT NULL";
    assert_eq!(app.number(stored).await, 0);
    assert!(!opens(&app, "ada", FIRST).await);
    app.finish().await;
}

#[tokio::test]
async fn post_put_and_patch_set_the_password_that_opens_the_door() {
    let (app, client) = accepting(ConnectionKind::Okta).await;
    let config = client.get("/ServiceProviderConfig").await.expect(200);
    assert_eq!(config.json["changePassword"], json!({ "supported": true }));
    let made = client.post("/Users", &with_password("ada", FIRST)).await;
    let path = format!("/Users/{}", made.expect(201).id());
    assert!(opens(&app, "ada", FIRST).await);
    // Without a password it stays, and ends no session.
    client.put(&path, &user_body("ada")).await.expect(200);
    assert!(opens(&app, "ada", FIRST).await);
    assert_eq!(epoch(&app, "ada").await, 0);

    client
        .put(&path, &with_password("ada", SECOND))
        .await
        .expect(200);
    assert!(opens(&app, "ada", SECOND).await);
    assert!(!opens(&app, "ada", FIRST).await);
    assert_eq!(epoch(&app, "ada").await, 1);

    let changed = [
        json!([{ "op": "replace", "path": "password", "value": "Third-Tiger-3" }]),
        json!([{ "op": "replace", "value": { "PassWord": "Third-Tiger-4" } }]),
        json!([
            { "op": "add", "path": "urn:ietf:params:scim:schemas:core:2.0:User:password", "value": "Third-Tiger-0" },
            { "op": "add", "path": "title", "value": "Countess" },
            { "op": "add", "path": "password", "value": "Third-Tiger-5" },
        ]),
    ];
    for (number, operations) in changed.into_iter().enumerate() {
        let version = client.get(&path).await.expect(200).json["meta"]["version"].clone();
        let answer = client.patch(&path, operations).await.expect(200);
        assert_ne!(answer.json["meta"]["version"], version, "{number}");
        assert!(opens(&app, "ada", &format!("Third-Tiger-{}", number + 3)).await);
        assert!(answer.json.get("password").is_none(), "{}", answer.text);
    }
    let entries = "SELECT COUNT(*) FROM audit_events WHERE action = 'user.set_password'";
    assert_eq!(app.number(entries).await, 5);
    assert_nowhere(&app, "Tiger-").await;
    app.finish().await;
}

#[tokio::test]
async fn a_path_as_key_sets_it_where_the_dialect_has_such_keys() {
    let (app, client) = accepting(ConnectionKind::Entra).await;
    let path = format!("/Users/{}", client.user("ada").await);
    let key = "urn:ietf:params:scim:schemas:core:2.0:User:password";
    let set = json!([{ "op": "Add", "value": { key: FIRST, "name.givenName": "Ada" } }]);
    client.patch(&path, set).await.expect(200);
    assert!(opens(&app, "ada", FIRST).await);
    assert_nowhere(&app, FIRST).await;
    app.finish().await;
}

#[tokio::test]
async fn it_is_the_same_whichever_way_its_characters_are_put_together() {
    let (app, client) = accepting(ConnectionKind::Generic).await;
    let sent = with_password("ada", "Cafe\u{301}\u{a0}Royal 1863");
    client.post("/Users", &sent).await.expect(201);
    assert!(opens(&app, "ada", "Caf\u{e9} Royal 1863").await);
    assert!(opens(&app, "ada", "Cafe\u{301}\u{3000}Royal 1863").await);
    app.finish().await;
}

#[tokio::test]
async fn one_that_nobody_may_have_is_refused_and_changes_nothing() {
    let (app, client) = accepting(ConnectionKind::Generic).await;
    let made = client.post("/Users", &with_password("ada", FIRST)).await;
    let path = format!("/Users/{}", made.expect(201).id());
    for bad in ["elevenchars", "             ", "correct\u{7}horse battery"] {
        let operations = json!([
            { "op": "add", "path": "title", "value": "Countess" },
            { "op": "replace", "path": "password", "value": bad },
        ]);
        for call in [
            client.call_with("POST", "/Users", &with_password("bob", bad)),
            client.call_with("PUT", &path, &with_password("ada", bad)),
            client.call_with("PATCH", &path, &patch_body(operations)),
        ] {
            let answer = refused(&app, call).await;
            answer.expect_scim_error(400, Some("invalidValue"), "password");
            assert!(!answer.text.contains(bad.trim()) || bad.trim().is_empty());
        }
    }
    assert!(opens(&app, "ada", FIRST).await);
    app.finish().await;
}

#[tokio::test]
async fn an_administrators_password_is_not_changed_and_nobody_is_told_so() {
    let (app, client) = accepting(ConnectionKind::Generic).await;
    let robin = app
        .further_administrator(&app.account, "robin@example.org")
        .await;
    let made = client.post("/Users", &with_password("ada", FIRST)).await;
    let id = made.expect(201).id();
    let give = "UPDATE account_roles SET user_id = $1 WHERE user_id = $2";
    let ada = app.user_of(&id).await;
    app.execute(give, [ada.0.into(), robin.0.into()]).await;
    let path = format!("/Users/{id}");
    let version = client.get(&path).await.expect(200).json["meta"]["version"].clone();
    let set = json!([{ "op": "replace", "path": "password", "value": SECOND }]);
    let answer = client.patch(&path, set).await.expect(200);
    assert_eq!(answer.json["meta"]["version"], version);
    client
        .put(&path, &with_password("ada", SECOND))
        .await
        .expect(200);
    app.browser().sign_in("ada", FIRST).await.expect(200);
    let wrong = app.browser().sign_in("ada", SECOND).await;
    wrong.expect_problem(401, "wrong_credentials");
    app.finish().await;
}

#[tokio::test]
async fn a_bulk_sets_each_password_and_refuses_a_bad_one_alone() {
    let (app, client) = accepting(ConnectionKind::Generic).await;
    let [ada, bob] = [client.user("ada").await, client.user("bob").await];
    let patch = patch_body(json!([{ "op": "add", "path": "password", "value": SECOND }]));
    let answer = bulk(
        &client,
        &[
            post("/Users", "c", with_password("cleo", FIRST)),
            json!({ "method": "PUT", "path": format!("/Users/{ada}"), "data": with_password("ada", SECOND) }),
            json!({ "method": "PATCH", "path": format!("/Users/{bob}"), "data": patch }),
            post("/Users", "d", with_password("dora", "short")),
            post("/Users", "e", user_body("emil")),
        ],
    )
    .await;
    assert_eq!(statuses(&answer), ["201", "200", "200", "400", "201"]);
    assert!(opens(&app, "cleo", FIRST).await);
    assert!(opens(&app, "ada", SECOND).await);
    assert!(opens(&app, "bob", SECOND).await);
    assert_nowhere(&app, "Provider-Tiger").await;
    app.finish().await;
}

#[tokio::test]
async fn the_same_password_in_a_bulk_has_another_salt_for_each() {
    let (app, client) = accepting(ConnectionKind::Generic).await;
    let operations: Vec<Value> = ["ada", "bob", "cleo"]
        .iter()
        .map(|name| post("/Users", name, with_password(name, FIRST)))
        .collect();
    assert_eq!(statuses(&bulk(&client, &operations).await), ["201"; 3]);
    let hashes = "SELECT COUNT(DISTINCT password_hash) FROM users WHERE password_hash IS NOT NULL";
    assert_eq!(app.number(hashes).await, 3);
    for name in ["ada", "bob", "cleo"] {
        assert!(opens(&app, name, FIRST).await, "{name}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_bulk_of_a_connection_that_accepts_passwords_is_smaller_and_its_limit_advertised() {
    let (app, client) = accepting(ConnectionKind::Generic).await;
    let config = client.get("/ServiceProviderConfig").await.expect(200);
    assert_eq!(config.json["bulk"]["maxOperations"], 100);
    let operation = json!({ "method": "DELETE", "path": "/Users/nobody" });
    let body = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": vec![operation; 101] });
    let call = client.call_with("POST", "/Bulk", &body);
    let answer = refused(&app, call).await;
    answer.expect_scim_error(413, None, "maxOperations is 100");
    let other = app.connection(ConnectionKind::Generic).await;
    let config = other.get("/ServiceProviderConfig").await.expect(200);
    assert_eq!(config.json["bulk"]["maxOperations"], 1_000);
    app.finish().await;
}

#[tokio::test]
async fn a_circle_of_people_sets_their_passwords() {
    let (app, client) = accepting(ConnectionKind::Generic).await;
    let with_manager = |name: &str, manager: &str| {
        let mut body = with_password(name, FIRST);
        body[ENTERPRISE] = json!({ "manager": { "value": manager } });
        body
    };
    let answer = bulk(
        &client,
        &[
            post("/Users", "a", with_manager("ada", "bulkId:b")),
            post("/Users", "b", with_manager("bob", "bulkId:a")),
        ],
    )
    .await;
    assert_eq!(statuses(&answer), ["201"; 2]);
    assert_ne!(id_of(&answer, 0), id_of(&answer, 1));
    for name in ["ada", "bob"] {
        assert!(opens(&app, name, FIRST).await, "{name}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_shadow_discards_it_though_the_switch_is_on() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let client = app.shadow_connection(ConnectionKind::Generic).await;
    let path = format!("/idp-connections/{}/dialect", client.connection);
    let on = json!({ "switches": { "accept_password": true } });
    console
        .call("PATCH", &path)
        .json(&on)
        .send()
        .await
        .expect(200);
    client
        .post("/Users", &with_password("ada", "short"))
        .await
        .expect(201);
    assert_nowhere(&app, "short").await;
    app.finish().await;
}

#[tokio::test]
async fn a_password_costs_no_statement_more() {
    let (app, client) = accepting(ConnectionKind::Generic).await;
    let path = format!("/Users/{}", client.user("ada").await);
    app.quiet().await;
    let heard = Statements::listen();
    let title = json!({ "op": "add", "path": "title", "value": "Countess" });
    let password = json!({ "op": "add", "path": "password", "value": FIRST });
    heard.take();
    client.patch(&path, json!([title])).await.expect(200);
    let without = heard.take().len();
    let title = json!({ "op": "add", "path": "title", "value": "Duchess" });
    client
        .patch(&path, json!([title, password]))
        .await
        .expect(200);
    let with = heard.take();
    // Nobody who has never signed in has sessions to close.
    assert!(with.len() <= without, "{with:#?}");
    client.post("/Users", &user_body("bob")).await.expect(201);
    let without = heard.take().len();
    client
        .post("/Users", &with_password("cleo", FIRST))
        .await
        .expect(201);
    assert_eq!(heard.take().len(), without);
    app.finish().await;
}
