//! Adoption of local users (domain.md section 1, scim.md 1.3 *Identity of a resource*).

use std::collections::HashSet;

use rollcall_server::{
    db::{NewUser, Profile, Written},
    ops::{OpError, domains},
};
use scim_schema::{
    dialect::ConnectionKind,
    id::UserId,
    lifecycle::{Axes, InvitationState, Lifecycle},
};
use serde_json::{Value, json};

use crate::support::{ScimClient, TestApp, user_body};

/// Somebody of the account's own.
pub(crate) async fn local(app: &TestApp, user_name: &str, email: Option<&str>) -> UserId {
    let new = Profile {
        user_name: user_name.to_owned(),
        email: email.map(str::to_owned),
        given_name: Some("Local".to_owned()),
        ..Profile::default()
    };
    let ctx = app.operator();
    let made = app.app.state.db.write::<_, OpError, _>(&ctx, move |tx| {
        let profile = new.clone();
        Box::pin(async move {
            let organisation = tx.root_organisation().await?;
            let user = NewUser {
                id: UserId(tx.new_id()),
                profile,
                organisation,
                axes: Axes {
                    lifecycle: Lifecycle::Active,
                    holds: Vec::new(),
                    invitation: InvitationState::Accepted,
                },
                idp_active: true,
                break_glass: false,
                password_hash: None,
            };
            tx.insert_user(&user).await?;
            tx.insert_membership(user.id, organisation, "local").await?;
            Ok(Written::bookkeeping(user.id))
        })
    });
    made.await.expect("a local user")
}

/// Makes a domain one of the account's.
pub(crate) async fn verify(app: &TestApp, domain: &str) {
    domains::assert(&app.app.state.db, &app.operator(), domain)
        .await
        .expect("a domain");
}

/// A user with an address.
pub(crate) fn mailed(user_name: &str, email: &str) -> Value {
    let mut body = user_body(user_name);
    body["emails"] = json!([{ "value": email, "type": "work", "primary": true }]);
    body
}

async fn started() -> (TestApp, ScimClient) {
    let app = TestApp::new().await;
    let client = app.connection(ConnectionKind::Generic).await;
    verify(&app, "example.org").await;
    (app, client)
}

async fn open(app: &TestApp) -> i64 {
    app.number("SELECT COUNT(*) FROM conflicts WHERE state = 'open'")
        .await
}

#[tokio::test]
async fn a_post_with_the_name_of_a_local_user_adopts_them() {
    let (app, client) = started().await;
    let ada = local(&app, "Ada@example.org", None).await;
    let change = "UPDATE memberships SET roles = $1 WHERE user_id = $2";
    app.execute(change, [r#"["observer"]"#.into(), ada.0.into()])
        .await;
    let mut body = user_body("ada@EXAMPLE.org");
    body["title"] = "Countess".into();
    body["externalId"] = "e-1".into();
    let answer = client.post("/Users", &body).await.expect(201);
    let id = answer.id();
    assert_eq!(app.user_of(&id).await, ada);
    assert_ne!(id, ada.to_string());
    assert_eq!(answer.json["title"], "Countess");
    let read = client.get(&format!("/Users/{id}")).await.expect(200);
    assert_eq!(read.json["userName"], "ada@EXAMPLE.org");
    let found = client.filter("/Users", "title eq \"countess\"").await;
    assert_eq!(found.string("/Resources/0/id"), id);
    let kept = "SELECT COUNT(*) FROM memberships WHERE roles = '[\"observer\"]'";
    assert_eq!(app.number(kept).await, 1);
    assert_eq!(open(&app).await, 0);
    // From now on they are the connection's.
    client.post("/Users", &body).await.expect(409);
    assert_eq!(open(&app).await, 0);
    let audited = "SELECT COUNT(*) FROM audit_events WHERE action = 'user.adopt'";
    assert_eq!(app.number(audited).await, 1);
    app.finish().await;
}

#[tokio::test]
async fn a_post_with_the_verified_address_of_one_local_user_adopts_them() {
    let (app, client) = started().await;
    let ada = local(&app, "ada", Some("Ada@example.org")).await;
    let body = mailed("a.lovelace", "ada@example.org");
    let id = client.post("/Users", &body).await.expect(201).id();
    assert_eq!(app.user_of(&id).await, ada);
    let name = "SELECT COUNT(*) FROM users WHERE user_name = 'a.lovelace'";
    assert_eq!(app.number(name).await, 1);
    app.finish().await;
}

#[tokio::test]
async fn adoption_keeps_local_holds_and_active_false_adds_its_own() {
    let (app, client) = started().await;
    let ada = local(&app, "ada@example.org", None).await;
    app.execute(
        "INSERT INTO holds (account_id, id, user_id, kind, scope, source_kind, source_id, source_name, since) SELECT account_id, id, id, 'suspended', 'account', 'operator', id, 'operator', created_at FROM users WHERE id = $1",
        [ada.0.into()],
    )
    .await;
    let mut body = user_body("ada@example.org");
    body["active"] = false.into();
    client.post("/Users", &body).await.expect(201);
    let rows = app
        .rows("SELECT hold_kinds FROM users WHERE user_name = 'ada@example.org'")
        .await;
    let kinds: String = rows[0].try_get_by_index(0).unwrap();
    assert_eq!(kinds, "idp_disabled,suspended");
    app.finish().await;
}

#[tokio::test]
async fn who_may_not_be_adopted_is_a_409_and_a_conflict() {
    let (app, client) = started().await;
    let console = app.administrator().await;
    local(&app, "ada@example.net", None).await;
    local(&app, "plain", None).await;
    local(&app, "first@example.org", None).await;
    local(&app, "second", Some("second@example.org")).await;
    for (body, cause) in [
        // No domain of theirs is verified, or they have none.
        (user_body("ada@example.net"), "domain_not_verified"),
        (user_body("plain"), "domain_not_verified"),
        // Dana is the System Administrator.
        (user_body("dana@example.org"), "administrator"),
        (mailed("somebody", "dana@example.org"), "administrator"),
        // Name and address are those of two people.
        (
            mailed("first@example.org", "second@example.org"),
            "ambiguous",
        ),
    ] {
        let before = open(&app).await;
        let refused = client.post("/Users", &body).await.expect(409);
        assert_eq!(refused.json["scimType"], "uniqueness", "{body}");
        let listed = console.get("/conflicts").await.expect(200);
        assert_eq!(listed.json["items"][0]["kind"], "adoption");
        assert_eq!(listed.json["items"][0]["cause"], cause, "{body}");
        let is_same_person = body["userName"] == "somebody";
        assert_eq!(open(&app).await, before + i64::from(!is_same_person));
    }
    let path = format!("/idp-connections/{}", client.connection);
    let off = json!({ "adopt_existing": false });
    let changed = console.call("PATCH", &path).json(&off).send().await;
    assert_eq!(changed.expect(200).json["adopt_existing"], false);
    client
        .post("/Users", &user_body("first@example.org"))
        .await
        .expect(409);
    let listed = console.get("/conflicts").await.expect(200);
    assert_eq!(listed.json["items"][0]["cause"], "adoption_off");
    assert_eq!(app.number("SELECT COUNT(*) FROM scim_links").await, 0);
    app.finish().await;
}

#[tokio::test]
async fn an_address_that_names_nobody_for_certain_is_shared_and_flagged() {
    let (app, client) = started().await;
    local(&app, "one", Some("family@example.org")).await;
    local(&app, "two", Some("family@example.org")).await;
    local(&app, "three", Some("other@example.net")).await;
    for body in [
        mailed("child", "Family@example.org"),
        mailed("stranger", "other@example.net"),
    ] {
        client.post("/Users", &body).await.expect(201);
    }
    let flagged = "SELECT COUNT(*) FROM conflicts WHERE kind = 'email_shared' AND state = 'open'";
    assert_eq!(app.number(flagged).await, 2);
    app.finish().await;
}

#[tokio::test]
async fn who_is_deleted_is_in_nobodys_way() {
    let (app, client) = started().await;
    let other = app.connection(ConnectionKind::Okta).await;
    let id = other.user("ada@example.org").await;
    client
        .post("/Users", &user_body("ada@example.org"))
        .await
        .expect(409);
    assert_eq!(open(&app).await, 1);
    other.delete(&format!("/Users/{id}")).await.expect(204);
    assert_eq!(open(&app).await, 0);
    client
        .post("/Users", &user_body("ada@example.org"))
        .await
        .expect(201);
    app.finish().await;
}

#[tokio::test]
async fn thirty_two_posts_of_one_person_adopt_them_once() {
    let (app, client) = started().await;
    let ada = local(&app, "ada@example.org", None).await;
    let posts = (0..32).map(|_| {
        let client = client.clone();
        tokio::spawn(async move { client.post("/Users", &user_body("ada@example.org")).await })
    });
    let mut statuses = Vec::new();
    let mut ids = HashSet::new();
    for post in posts.collect::<Vec<_>>() {
        let answer = post.await.unwrap();
        statuses.push(answer.status);
        if answer.status == 201 {
            ids.insert(answer.id());
        }
    }
    statuses.sort_unstable();
    assert_eq!(statuses[0], 201);
    assert!(
        statuses[1..].iter().all(|status| *status == 409),
        "{statuses:?}"
    );
    assert_eq!(ids.len(), 1);
    let live = "SELECT COUNT(*) FROM scim_links WHERE state = 'live'";
    assert_eq!(app.number(live).await, 1);
    let id = ids.into_iter().next().unwrap();
    assert_eq!(app.user_of(&id).await, ada);
    app.finish().await;
}

#[tokio::test]
async fn what_an_administrator_signs_in_with_stays_and_the_rest_is_pending() {
    let (app, client) = started().await;
    let mut console = app.administrator().await;
    client
        .post("/Users", &user_body("dana@example.org"))
        .await
        .expect(409);
    let listed = console.get("/conflicts").await.expect(200);
    let path = format!("/conflicts/{}/resolve", listed.string("/items/0/id"));
    console
        .post(&path, &json!({ "act": "move" }))
        .await
        .expect(204);
    let found = client
        .filter("/Users", "userName eq \"dana@example.org\"")
        .await;
    let id = found.string("/Resources/0/id");
    let path = format!("/Users/{id}");
    let operations = json!([
        { "op": "replace", "path": "userName", "value": "mallory@example.net" },
        { "op": "replace", "path": "title", "value": "Head" },
        { "op": "add", "path": "emails", "value": [{ "value": "mallory@example.net", "primary": true }] },
    ]);
    let changed = client.patch(&path, operations).await.expect(200);
    assert_eq!(changed.json["userName"], "mallory@example.net");
    assert_eq!(changed.json["title"], "Head");
    let dana = app.user_of(&id).await;
    let shown = console.get(&format!("/users/{dana}")).await.expect(200);
    assert_eq!(shown.json["user_name"], "dana@example.org");
    assert_eq!(shown.json["email"], "dana@example.org");
    let pending = &shown.json["pending_identifiers"];
    assert_eq!(pending[0]["attribute"], "userName");
    assert_eq!(pending[0]["sent"], "mallory@example.net");
    assert_eq!(pending[1]["attribute"], "emails");
    let found = client
        .filter("/Users", "userName eq \"mallory@example.net\"")
        .await;
    assert_eq!(found.string("/Resources/0/id"), id);
    // The pending name is the resource's own within its connection.
    client
        .post("/Users", &user_body("mallory@example.net"))
        .await
        .expect(409);
    console
        .sign_in("dana@example.org", crate::support::PASSWORD)
        .await
        .expect(200);
    app.finish().await;
}
