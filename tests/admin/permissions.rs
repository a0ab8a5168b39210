//! What each role may do.

use serde_json::json;

use crate::support::{Console, PASSWORD, TestApp};

/// Somebody whose only role is this one.
pub(super) async fn with_role(app: &TestApp, role: &str) -> Console {
    let email = format!("{role}@example.org");
    let user = app.further_administrator(&app.account, &email).await;
    let change = "UPDATE account_roles SET role = $1 WHERE user_id = $2";
    app.execute(change, [role.into(), user.0.into()]).await;
    let mut console = app.browser();
    console.sign_in(&email, PASSWORD).await.expect(200);
    console
}

#[tokio::test]
async fn an_auditor_reads_everything_and_changes_nothing() {
    let app = TestApp::new().await;
    let dana = app.administrator().await;
    let created = dana
        .post(
            "/idp-connections",
            &json!({ "name": "Okta", "kind": "okta" }),
        )
        .await
        .expect(201);
    let id = created.string("/connection/id");
    let token = created.string("/connection/tokens/0/id");
    let auditor = with_role(&app, "auditor").await;
    for path in [
        "/me",
        "/users",
        "/users/counts",
        "/idp-connections",
        "/provisioning-log",
    ] {
        auditor.get(path).await.expect(200);
    }
    auditor
        .get(&format!("/idp-connections/{id}"))
        .await
        .expect(200);
    let before = app.footprint().await;
    for (method, path) in [
        ("POST", "/idp-connections".to_owned()),
        ("PATCH", format!("/idp-connections/{id}")),
        ("PATCH", format!("/idp-connections/{id}/dialect")),
        ("POST", format!("/idp-connections/{id}/tokens")),
        ("POST", format!("/idp-connections/{id}/shadow")),
        ("DELETE", format!("/idp-connections/{id}/shadow")),
        ("POST", format!("/idp-connections/{id}/shadow/go-live")),
        ("DELETE", format!("/idp-connections/{id}/shadow/go-live")),
        ("GET", format!("/idp-connections/{id}/shadow/users")),
        ("GET", format!("/idp-connections/{id}/shadow/groups")),
        ("DELETE", format!("/idp-connections/{id}/tokens/{token}")),
    ] {
        let takes_none = ["tokens", "dialect", &id];
        let body = if takes_none.iter().any(|end| path.ends_with(end)) {
            json!({})
        } else {
            json!({ "name": "Mine", "kind": "okta" })
        };
        let answer = auditor.call(method, &path).json(&body).send().await;
        answer.expect_problem(403, "forbidden");
        TestApp::assert_unchanged(&before, &app.footprint().await, &answer);
    }
    app.finish().await;
}

#[tokio::test]
async fn an_it_administrator_manages_connections() {
    let app = TestApp::new().await;
    app.administrator().await;
    let it = with_role(&app, "it_administrator").await;
    it.post(
        "/idp-connections",
        &json!({ "name": "Okta", "kind": "okta" }),
    )
    .await
    .expect(201);
    let me = it.get("/me").await.expect(200);
    assert!(
        me.json["permissions"]
            .as_array()
            .unwrap()
            .contains(&"connections.manage".into())
    );
    app.finish().await;
}

#[tokio::test]
async fn a_role_that_was_taken_away_opens_nothing_any_more() {
    let app = TestApp::new().await;
    app.administrator().await;
    let auditor = with_role(&app, "auditor").await;
    auditor.get("/users").await.expect(200);
    app.execute(
        "DELETE FROM account_roles WHERE role = $1",
        ["auditor".into()],
    )
    .await;
    for path in ["/users", "/events"] {
        let answer = auditor.get(path).await;
        assert!(matches!(answer.status, 401 | 403), "{}", answer.status);
    }
    app.finish().await;
}
