//! Signing in with name and password.

use serde_json::json;

use crate::support::{PASSWORD, TestApp};

const WRONG: &str = "wrong horse battery staple";

#[tokio::test]
async fn name_or_address_and_password_open_a_session() {
    let app = TestApp::new().await;
    app.administrator().await;
    for login in ["dana@example.org", " DANA@Example.org "] {
        let mut console = app.browser();
        let answer = console.sign_in(login, PASSWORD).await.expect(200);
        assert_eq!(answer.json["display_name"], "Dana Whitfield");
        assert_eq!(answer.json["roles"], json!(["system_administrator"]));
        assert_eq!(
            answer.json["account"],
            json!({ "slug": "main", "name": "Rollcall" })
        );
        assert_eq!(answer.json["break_glass"], true);
        let cookie = answer.header("set-cookie").unwrap();
        for part in [
            "__Host-rollcall=",
            "HttpOnly",
            "Secure",
            "SameSite=Lax",
            "Path=/",
        ] {
            assert!(cookie.contains(part), "{part} is not in {cookie}");
        }
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let me = console.get("/me").await.expect(200);
        assert_eq!(me.json, answer.json);
    }
    app.finish().await;
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_are_the_same_answer() {
    let app = TestApp::new().await;
    app.administrator().await;
    let mut bodies = Vec::new();
    for (account, login, password) in [
        ("main", "dana@example.org", WRONG),
        ("main", "nobody@example.org", PASSWORD),
        ("main", "", ""),
        ("nowhere", "dana@example.org", PASSWORD),
        ("main", "dana\0@example.org", PASSWORD),
        ("ma\0in", "dana@example.org", PASSWORD),
    ] {
        let mut console = app.browser();
        let answer = console.sign_in_to(account, login, password).await;
        answer.expect_problem(401, "wrong_credentials");
        assert_eq!(answer.header("set-cookie"), None);
        let mut body = answer.json.clone();
        body.as_object_mut().unwrap().remove("request_id");
        bodies.push(body);
    }
    assert!(
        bodies.windows(2).all(|pair| pair[0] == pair[1]),
        "{bodies:#?}"
    );
    app.finish().await;
}

#[tokio::test]
async fn the_password_of_one_account_opens_no_other() {
    let app = TestApp::new().await;
    app.administrator().await;
    let other = app.other_account().await;
    app.further_administrator(&other, "robin@example.org").await;
    let mut console = app.browser();
    let answer = console
        .sign_in_to("other", "dana@example.org", PASSWORD)
        .await;
    answer.expect_problem(401, "wrong_credentials");
    console
        .sign_in_to("other", "robin@example.org", PASSWORD)
        .await
        .expect(200);
    let listed = console.get("/users").await.expect(200);
    assert_eq!(
        listed.strings("/items", "/user_name"),
        ["robin@example.org"]
    );
    app.finish().await;
}

#[tokio::test]
async fn somebody_without_a_role_signs_in_and_sees_nobody() {
    let app = TestApp::new().await;
    app.administrator().await;
    let robin = app
        .further_administrator(&app.account, "robin@example.org")
        .await;
    app.execute(
        "DELETE FROM account_roles WHERE user_id = $1",
        [robin.0.into()],
    )
    .await;
    let mut console = app.browser();
    console
        .sign_in("robin@example.org", WRONG)
        .await
        .expect_problem(401, "wrong_credentials");
    let answer = console.sign_in("robin@example.org", PASSWORD).await;
    assert_eq!(answer.expect(200).json["permissions"], json!([]));
    console.get("/users").await.expect_problem(403, "forbidden");
    app.finish().await;
}

#[tokio::test]
async fn an_address_that_two_people_have_names_neither() {
    let app = TestApp::new().await;
    app.administrator().await;
    let client = app
        .connection(scim_schema::dialect::ConnectionKind::Generic)
        .await;
    let mut body = crate::support::user_body("somebody-else");
    body["emails"] = json!([{ "value": "dana@example.org" }]);
    client.post("/Users", &body).await.expect(201);
    // The user name still names her.
    let mut console = app.browser();
    console
        .sign_in("dana@example.org", PASSWORD)
        .await
        .expect(200);
    app.finish().await;
}

#[tokio::test]
async fn tries_are_audited_without_what_was_typed() {
    let app = TestApp::new().await;
    app.administrator().await;
    let mut console = app.browser();
    console.sign_in("my-secret-typed-as-a-name", WRONG).await;
    console.sign_in("dana@example.org", WRONG).await;
    console
        .sign_in("dana@example.org", PASSWORD)
        .await
        .expect(200);
    // The link that made her signed her in as well.
    for (outcome, count) in [("refused", 2), ("success", 2)] {
        let sql = format!(
            "SELECT COUNT(*) FROM audit_events WHERE action = 'session.create' AND outcome = '{outcome}'"
        );
        assert_eq!(app.number(&sql).await, count, "{outcome}");
    }
    let typed = "SELECT COUNT(*) FROM audit_details WHERE details LIKE '%my-secret%' OR details LIKE '%horse%'";
    assert_eq!(app.number(typed).await, 0);
    app.finish().await;
}

#[tokio::test]
async fn where_to_sign_in_depends_on_how_many_accounts_there_are() {
    let app = TestApp::new().await;
    let console = app.browser();
    let main = json!({ "slug": "main", "name": "Rollcall" });
    let options = console.get("/sign-in-options").await.expect(200);
    assert_eq!(
        options.json,
        json!({ "account": main, "needs_setup": true })
    );
    app.administrator().await;
    let options = console.get("/sign-in-options").await.expect(200);
    assert_eq!(
        options.json,
        json!({ "account": main, "needs_setup": false })
    );
    app.other_account().await;
    let options = console.get("/sign-in-options").await.expect(200);
    assert_eq!(
        options.json,
        json!({ "account": null, "needs_setup": false })
    );
    let options = console
        .get("/sign-in-options?account=other")
        .await
        .expect(200);
    assert_eq!(options.json["account"]["slug"], "other");
    for slug in ["nowhere", "-platform", "%00", ""] {
        let answer = console
            .get(&format!("/sign-in-options?account={slug}"))
            .await;
        answer.expect_problem(404, "not_found");
    }
    app.finish().await;
}

#[tokio::test]
async fn a_sign_in_that_does_not_fit_names_the_field() {
    let app = TestApp::new().await;
    let console = app.browser();
    for (body, path) in [
        (json!({ "account": "main", "login": "a" }), "password"),
        (
            json!({ "account": "main", "login": "a", "password": "b", "remember": true }),
            "remember",
        ),
        (
            json!({ "account": "main", "login": "a", "password": "x".repeat(1_025) }),
            "password",
        ),
    ] {
        let answer = console.post("/sessions", &body).await;
        answer.expect_problem(400, "invalid");
        assert_eq!(answer.string("/errors/0/path"), path);
    }
    let call = console.call("POST", "/sessions").bytes("{\"account\":");
    call.send().await.expect_problem(400, "invalid");
    let call = console
        .call("POST", "/sessions")
        .bytes(vec![b' '; 65 * 1024]);
    call.send().await.expect_problem(413, "too_large");
    app.finish().await;
}
