//! Requests that are tried and undone: the answer is the one that would be given, and nothing of it
//! is stored.

use scim_schema::dialect::{ConnectionKind, Switch};
use serde_json::{Value, json};

use crate::support::{
    Answer, Console, PASSWORD, ScimClient, TestApp, group_body, patch_body, user_body,
};

async fn attempt(
    console: &Console,
    client: &ScimClient,
    method: &str,
    path: &str,
    body: Option<&Value>,
) -> Answer {
    let body = body.map(ToString::to_string);
    let input = json!({ "method": method, "path": path, "body": body });
    let path = format!("/idp-connections/{}/rehearsals", client.connection);
    console.post(&path, &input).await
}

/// What is stored beside the audit log.
async fn stored(app: &TestApp) -> Vec<(&'static str, i64)> {
    let mut footprint = app.footprint().await;
    footprint.retain(|(name, _)| *name != "audit");
    footprint
}

#[tokio::test]
async fn a_tried_request_is_answered_as_it_would_be_and_nothing_of_it_is_stored() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let client = app.connection(ConnectionKind::Entra).await;
    let ada = client.user("ada").await;
    let grace = client.user("grace").await;
    let group = client.group("Analysts", &[&ada]).await;
    let user = |id: &str| format!("/Users/{id}");
    let title = json!([
        { "op": "replace", "path": "title", "value": "Countess" },
        { "op": "replace", "path": "active", "value": "False" },
    ]);
    let joins = json!([{ "op": "add", "path": "members", "value": [{ "value": grace }] }]);
    let requests = [
        ("POST", "/Users".to_owned(), Some(user_body("mary")), 201),
        ("POST", "/Users".to_owned(), Some(user_body("ADA")), 409),
        (
            "POST",
            "/Users".to_owned(),
            Some(json!({ "userName": 7 })),
            400,
        ),
        ("PUT", user(&ada), Some(user_body("ada.king")), 200),
        ("PATCH", user(&ada), Some(patch_body(title)), 200),
        (
            "POST",
            "/Groups".to_owned(),
            Some(group_body("Club", &[&grace])),
            201,
        ),
        (
            "PATCH",
            format!("/Groups/{group}?attributes=members"),
            Some(patch_body(joins)),
            200,
        ),
        ("GET", format!("/Groups/{group}"), None, 200),
        (
            "GET",
            "/Users?filter=userName eq \"ada\"".to_owned(),
            None,
            200,
        ),
        ("GET", "/nowhere".to_owned(), None, 404),
        ("DELETE", format!("/Groups/{group}"), None, 204),
        ("DELETE", user(&ada), None, 204),
    ];
    let audited = "SELECT COUNT(*) FROM audit_events WHERE action = 'connection.rehearse'";
    for (place, (method, path, body, status)) in (0_i64..).zip(&requests) {
        let before = stored(&app).await;
        let tried = attempt(&console, &client, method, path, body.as_ref()).await;
        let tried = tried.expect(200);
        assert_eq!(
            tried.json["status"], *status,
            "{method} {path}: {}",
            tried.text
        );
        TestApp::assert_unchanged(&before, &stored(&app).await, &tried);
        assert_eq!(app.number(audited).await, place + 1);
    }
    app.flush_log().await;
    let rows = app.number("SELECT COUNT(*) FROM scim_request_log").await;
    assert_eq!(rows, 3, "only the real requests are logged");
    app.finish().await;
}

#[tokio::test]
async fn a_request_without_a_body_is_told_what_is_missing() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let client = app.connection(ConnectionKind::Generic).await;
    for method in ["POST", "PUT", "PATCH"] {
        let path = match method {
            "POST" => "/Users".to_owned(),
            _ => format!("/Users/{}", client.user(method).await),
        };
        let tried = attempt(&console, &client, method, &path, None).await;
        let tried = tried.expect(200);
        assert_eq!(tried.json["status"], 400, "{}", tried.text);
        assert_eq!(tried.json["scim_type"], "invalidSyntax");
        let told = tried.string("/decision");
        assert!(told.contains("body is empty"), "{told}");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_look_up_is_in_the_log_with_its_filter_and_can_be_replayed() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let client = app.connection(ConnectionKind::Generic).await;
    client.user("ada&bob").await;
    let filters = [
        "userName eq \"ada&bob\"",
        "title eq \"x\" or password eq \"s3cret-tiger\"",
    ];
    client.filter("/Users", filters[0]).await.expect(200);
    client.filter("/Users", filters[1]).await;
    client.get("/Users").await.expect(200);
    app.flush_log().await;
    let listed = console
        .get("/provisioning-log?method=GET")
        .await
        .expect(200);
    let row = |index: usize| listed.string(&format!("/items/{index}/id"));
    let [all, secret, look_up] = [row(0), row(1), row(2)];
    let kept = async |id: &str| {
        let path = format!("/provisioning-log/{id}");
        let detail = console.get(&path).await.expect(200);
        assert!(!detail.text.contains("s3cret"), "{}", detail.text);
        detail.string("/request_body")
    };
    let asked: Value = serde_json::from_str(&kept(&look_up).await).expect("JSON");
    assert_eq!(asked, json!({ "filter": filters[0], "count": "1000" }));
    assert_eq!(kept(&all).await, "{}");
    assert!(kept(&secret).await.contains("(removed)"));

    let replay = async |id: &str| {
        let path = format!("/provisioning-log/{id}/rehearsals");
        console.post(&path, &json!({})).await
    };
    let found = replay(&look_up).await.expect(200);
    assert_eq!(found.json["facts"]["found"], 1, "{}", found.text);
    assert_eq!(replay(&all).await.expect(200).json["facts"]["found"], 1);
    let refused = replay(&secret).await;
    refused.expect_problem(409, "conflict");
    assert!(
        refused.text.contains("has cut the query"),
        "{}",
        refused.text
    );
    app.finish().await;
}

#[tokio::test]
async fn what_would_change_is_told_with_values_and_the_person_as_they_would_be() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let client = app.connection(ConnectionKind::Entra).await;
    let ada = client.user("ada").await;
    let change = patch_body(json!([
        { "op": "Add", "path": "title", "value": "Countess" },
        { "op": "Replace", "path": "active", "value": "False" },
    ]));
    let path = format!("/Users/{ada}");
    let tried = attempt(&console, &client, "patch", &path, Some(&change)).await;
    let tried = tried.expect(200).json;
    assert_eq!(tried["changes"][0]["effect"]["act"], "update_user");
    assert_eq!(
        tried["changes"][0]["attributes"],
        json!([{ "path": "title", "before": null, "after": "Countess" }])
    );
    assert_eq!(tried["changes"][1]["effect"]["act"], "disable_user");
    assert_eq!(tried["person"]["name"], "ada");
    assert_eq!(tried["notes"][0]["rule"], "boolean_as_string");
    let body: Value = serde_json::from_str(tried["body"].as_str().unwrap()).unwrap();
    assert_eq!(body["title"], "Countess");
    assert_eq!(body["active"], false);
    // The same request, carried out, says the same.
    let done = client.call_with("PATCH", &path, &change).send().await;
    let done = done.expect(200).json;
    assert_eq!(done["title"], "Countess");
    assert_eq!(done["meta"]["version"], body["meta"]["version"]);

    let members =
        patch_body(json!([{ "op": "add", "path": "members", "value": [{ "value": ada }] }]));
    let group = client.group("Analysts", &[]).await;
    let path = format!("/Groups/{group}?attributes=members");
    let tried = attempt(&console, &client, "PATCH", &path, Some(&members)).await;
    let tried = tried.expect(200).json;
    assert_eq!(tried["changes"][0]["effect"]["name"], "Analysts");
    assert_eq!(tried["changes"][0]["effect"]["members"], 1);
    let body: Value = serde_json::from_str(tried["body"].as_str().unwrap()).unwrap();
    assert_eq!(body["members"][0]["value"], ada);
    let group = client.get(&format!("/Groups/{group}")).await.expect(200);
    assert!(group.json.get("members").is_none(), "{}", group.text);
    app.finish().await;
}

#[tokio::test]
async fn a_replay_tells_what_a_logged_request_would_do_now() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let client = app.connection(ConnectionKind::Generic).await;
    let mut ada = user_body("ada");
    ada["password"] = "hunter2-secret".into();
    let id = client.post("/Users", &ada).await.expect(201).id();
    client.get("/Users").await.expect(200);
    client
        .post("/Bulk", &json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": [] }))
        .await;
    client.delete(&format!("/Users/{id}")).await.expect(204);
    app.flush_log().await;
    let log = console.get("/provisioning-log").await.expect(200);
    let rows = log.strings("/items", "/id");
    let replay = async |row: &str| {
        let path = format!("/provisioning-log/{row}/rehearsals");
        console.post(&path, &json!({})).await
    };
    let before = stored(&app).await;
    let deletion = replay(&rows[0]).await.expect(200);
    assert_eq!(deletion.json["status"], 404, "it is gone already");
    replay(&rows[1]).await.expect_problem(409, "conflict");
    let list = replay(&rows[2]).await.expect(200);
    assert_eq!(list.json["facts"]["found"], 0, "{}", list.text);
    let creation = replay(&rows[3]).await.expect(200);
    assert_eq!(creation.json["status"], 201, "{}", creation.text);
    assert_eq!(creation.json["changes"][0]["effect"]["act"], "create_user");
    assert_eq!(creation.json["person"]["name"], "ada");
    assert!(!creation.text.contains("hunter2"));
    TestApp::assert_unchanged(&before, &stored(&app).await, &creation);
    app.finish().await;
}

#[tokio::test]
async fn a_replay_does_without_the_password_that_the_log_does_not_keep() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let accepting = [Switch::AcceptPassword];
    let client = app
        .connection_with(ConnectionKind::Generic, &accepting)
        .await;
    let mut ada = user_body("ada");
    ada["password"] = "Provider-Tiger-1".into();
    let id = client.post("/Users", &ada).await.expect(201).id();
    client.delete(&format!("/Users/{id}")).await.expect(204);
    app.flush_log().await;
    let log = console.get("/provisioning-log").await.expect(200);
    let creation = log.strings("/items", "/id")[1].clone();
    let path = format!("/provisioning-log/{creation}/rehearsals");
    let replayed = console.post(&path, &json!({})).await.expect(200);
    assert_eq!(replayed.json["status"], 201, "{}", replayed.text);
    // One that was typed into the tester is checked.
    for (password, status) in [("short", 400), ("Provider-Tiger-2", 201)] {
        ada["password"] = password.into();
        let tried = attempt(&console, &client, "POST", "/Users", Some(&ada)).await;
        assert_eq!(tried.expect(200).json["status"], status, "{password}");
    }
    app.finish().await;
}

#[tokio::test]
async fn only_those_who_manage_connections_may_try_and_faults_name_the_field() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let client = app.connection(ConnectionKind::Generic).await;
    for (method, path, field) in [
        ("TRACE", "/Users", "method"),
        ("POST", "/Bulk", "path"),
        ("POST", "/scim/v2/Bulk", "path"),
    ] {
        let refused = attempt(&console, &client, method, path, None).await;
        refused.expect_problem(400, "invalid");
        assert_eq!(refused.json["errors"][0]["path"], field, "{method} {path}");
    }
    // Ways around the check of the path do not lead to a Bulk either.
    for path in ["/%42ulk", "//Bulk", "/./Bulk"] {
        let tried = attempt(&console, &client, "POST", path, Some(&json!({}))).await;
        assert!(
            tried.status == 400 || tried.json["status"].as_u64() >= Some(400),
            "{path}: {}",
            tried.text
        );
    }
    let user = app
        .further_administrator(&app.account, "auditor@example.org")
        .await;
    let role = "UPDATE account_roles SET role = $1 WHERE user_id = $2";
    app.execute(role, ["auditor".into(), user.0.into()]).await;
    let mut auditor = app.browser();
    auditor
        .sign_in("auditor@example.org", PASSWORD)
        .await
        .expect(200);
    let before = app.footprint().await;
    let refused = attempt(&auditor, &client, "GET", "/Users", None).await;
    refused.expect_problem(403, "forbidden");
    TestApp::assert_unchanged(&before, &app.footprint().await, &refused);
    app.finish().await;
}

#[tokio::test]
async fn rehearsals_beside_real_requests_leave_exactly_what_those_made() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    let client = app.connection(ConnectionKind::Generic).await;
    let group = client.group("Everybody", &[]).await;
    let work = (0..24).map(|n| {
        let (console, client, group) = (console.clone(), client.clone(), group.clone());
        tokio::spawn(async move {
            let name = format!("person{n}");
            let phantom = user_body(&name);
            let tried = attempt(&console, &client, "POST", "/Users", Some(&phantom)).await;
            assert_eq!(
                tried.expect(200).json["status"],
                201,
                "the name is still free"
            );
            let id = client.user(&name).await;
            let joins =
                patch_body(json!([{ "op": "add", "path": "members", "value": [{ "value": id }] }]));
            let path = format!("/Groups/{group}");
            let tried = attempt(&console, &client, "PATCH", &path, Some(&joins)).await;
            assert_eq!(tried.expect(200).json["status"], 204);
            if n % 2 == 0 {
                client
                    .call_with("PATCH", &path, &joins)
                    .send()
                    .await
                    .expect(204);
            }
        })
    });
    for one in work.collect::<Vec<_>>() {
        one.await.expect("no panic");
    }
    assert_eq!(app.number("SELECT COUNT(*) FROM scim_links").await, 24);
    assert_eq!(app.number("SELECT COUNT(*) FROM group_members").await, 12);
    app.finish().await;
}
