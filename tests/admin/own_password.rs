//! *Change password* of *My account*, and what people without a role find here.

use serde_json::{Value, json};

use crate::support::{Console, PASSWORD, TestApp};

const ROBIN: &str = "robin@example.org";
const NEW: &str = "tulip gravel orbit 44";

async fn change(console: &mut Console, current: &str, new: &str) -> crate::support::Answer {
    let body = json!({ "current": current, "new": new });
    let answer = console.post("/me/password", &body).await;
    console.keep_cookie(&answer);
    answer
}

/// Robin, signed in twice.
async fn robin_twice() -> (TestApp, Console, Console) {
    let app = TestApp::new().await;
    app.administrator().await;
    app.further_administrator(&app.account, ROBIN).await;
    let (mut here, mut there) = (app.browser(), app.browser());
    here.sign_in(ROBIN, PASSWORD).await.expect(200);
    there.sign_in(ROBIN, PASSWORD).await.expect(200);
    (app, here, there)
}

#[tokio::test]
async fn a_changed_password_ends_every_other_session() {
    let (app, mut here, there) = robin_twice().await;
    let stolen = here.clone();
    change(&mut here, PASSWORD, NEW).await.expect(204);
    here.get("/users").await.expect(200);
    there.get("/me").await.expect_problem(401, "unauthorized");
    stolen.get("/me").await.expect_problem(401, "unauthorized");
    app.browser()
        .sign_in(ROBIN, PASSWORD)
        .await
        .expect_problem(401, "wrong_credentials");
    app.browser().sign_in(ROBIN, NEW).await.expect(200);
    let own = "SELECT COUNT(*) FROM audit_events WHERE action = 'user.set_password' AND outcome = 'success'";
    assert_eq!(app.number(own).await, 1);
    app.until_number(
        "SELECT COUNT(*) FROM sessions WHERE ended_by = 'access_cut'",
        1,
    )
    .await;
    app.finish().await;
}

#[tokio::test]
async fn what_is_wrong_with_a_password_is_told_before_anything_is_changed() {
    let (app, mut here, there) = robin_twice().await;
    for (new, part) in [
        ("short", "12 characters"),
        ("robin castellanos", "easy to guess"),
        ("aaaaaaaaaaaaaaaaaaaa", "easy to guess"),
        (PASSWORD, "last five"),
    ] {
        let refused = change(&mut here, PASSWORD, new).await;
        refused.expect_problem(400, "invalid");
        assert_eq!(refused.string("/errors/0/path"), "new");
        let message = refused.string("/errors/0/message");
        assert!(message.contains(part), "{new}: {message}");
    }
    let wrong = change(&mut here, "wrong horse battery staple", NEW).await;
    wrong.expect_problem(401, "wrong_proof");
    there.get("/me").await.expect(200);
    let strength = json!({ "password": "robin castellanos" });
    let judged = here
        .post("/me/password/strength", &strength)
        .await
        .expect(200);
    assert!(judged.json["score"].as_u64().unwrap() < 3);
    assert!(judged.string("/problem").contains("guess"));
    let strong = json!({ "password": NEW });
    let judged = here
        .post("/me/password/strength", &strong)
        .await
        .expect(200);
    assert_eq!(judged.json.get("problem"), None);
    app.finish().await;
}

#[tokio::test]
async fn none_of_the_last_five_passwords_comes_back() {
    let (app, mut here, _) = robin_twice().await;
    let passwords: Vec<String> = (0..5)
        .map(|number| format!("tulip gravel orbit {number}7{number}"))
        .collect();
    let mut current = PASSWORD.to_owned();
    for (index, new) in passwords.iter().enumerate() {
        change(&mut here, &current, new).await.expect(204);
        current.clone_from(new);
        if index == 3 {
            // The tries of a minute.
            let first = change(&mut app.browser(), PASSWORD, PASSWORD).await;
            first.expect_problem(401, "unauthorized");
        }
    }
    let kept = "SELECT COUNT(*) FROM password_history";
    assert_eq!(app.number(kept).await, 4);
    app.finish().await;
}

#[tokio::test]
async fn people_without_a_role_find_their_account_and_nothing_else() {
    let (app, mut here, _) = robin_twice().await;
    app.execute(
        "DELETE FROM account_roles WHERE user_id = (SELECT id FROM users WHERE user_name = $1)",
        [ROBIN.into()],
    )
    .await;
    let mut robin = app.browser();
    let me = robin.sign_in(ROBIN, PASSWORD).await.expect(200);
    assert_eq!(me.json["roles"], json!([]));
    assert_eq!(me.json["permissions"], json!([]));
    for path in ["/me", "/me/sessions", "/me/sign-ins", "/me/second-factors"] {
        robin.get(path).await.expect(200);
    }
    for path in [
        "/users",
        "/users/counts",
        "/idp-connections",
        "/events",
        "/alerts",
        "/conflicts",
    ] {
        robin.get(path).await.expect_problem(403, "forbidden");
    }
    change(&mut robin, PASSWORD, NEW).await.expect(204);
    robin.get("/me").await.expect(200);
    here.get("/me").await.expect_problem(401, "unauthorized");
    here.keep_cookie(&me);
    app.finish().await;
}

#[tokio::test]
async fn sessions_are_listed_with_words_and_ended_one_by_one() {
    let (app, here, there) = robin_twice().await;
    let listed = here.get("/me/sessions").await.expect(200);
    let items = listed.json["items"].as_array().unwrap();
    assert_eq!(items.len(), 2);
    let other = items.iter().find(|item| item["current"] == false).unwrap();
    assert_eq!(other["device"], "Unknown device");
    let id = other["id"].as_str().unwrap();
    here.delete(&format!("/me/sessions/{id}")).await.expect(204);
    there.get("/me").await.expect_problem(401, "unauthorized");
    here.delete(&format!("/me/sessions/{id}"))
        .await
        .expect_problem(404, "not_found");
    let dana = app.administrator_again().await;
    let current = dana
        .get("/me/sessions")
        .await
        .expect(200)
        .string("/items/0/id");
    here.delete(&format!("/me/sessions/{current}"))
        .await
        .expect_problem(404, "not_found");
    dana.get("/me").await.expect(200);
    app.browser()
        .sign_in(ROBIN, "wrong horse battery staple")
        .await;
    let history = here.get("/me/sign-ins").await.expect(200);
    let how: Vec<Value> = history.json["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| json!([item["success"], item["how"]]))
        .collect();
    let expected = [
        json!([false, "wrong_password"]),
        json!([true, "password"]),
        json!([true, "password"]),
    ];
    assert_eq!(how, expected);
    let reads =
        "SELECT COUNT(*) FROM audit_events WHERE action IN ('session.read', 'sign_ins.read')";
    assert_eq!(app.number(reads).await, 0, "one's own are no audited reads");
    app.finish().await;
}

#[tokio::test]
async fn time_zone_and_language_are_set_and_impossible_ones_refused() {
    let (app, here, _) = robin_twice().await;
    let patch = async |body: Value| here.call("PATCH", "/me").json(&body).send().await;
    for (body, path) in [
        (json!({ "time_zone": "Europe/Atlantis" }), "time_zone"),
        (json!({ "locale": "en_US" }), "locale"),
        (json!({ "email": "x@example.org" }), "email"),
    ] {
        let refused = patch(body).await;
        refused.expect_problem(400, "invalid");
        assert_eq!(refused.string("/errors/0/path"), path);
    }
    let set = json!({ "time_zone": "Europe/Berlin", "locale": "de-CH" });
    let me = patch(set).await.expect(200);
    assert_eq!(me.json["time_zone"], "Europe/Berlin");
    assert_eq!(here.get("/me").await.json, me.json);
    let partly = patch(json!({ "locale": "" })).await.expect(200);
    assert_eq!(partly.json["locale"], Value::Null);
    assert_eq!(partly.json["time_zone"], "Europe/Berlin");
    let changed = "SELECT COUNT(*) FROM audit_events WHERE action = 'user.update'";
    assert_eq!(app.number(changed).await, 2);
    patch(json!({})).await.expect(200);
    assert_eq!(app.number(changed).await, 2, "nothing was changed");
    app.finish().await;
}
