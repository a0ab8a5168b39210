//! Ten wrong passwords in a row (T7).

use chrono::TimeDelta;
use rollcall_server::ops::administrators;
use serde_json::json;

use crate::support::{Console, PASSWORD, TestApp};

const ROBIN: &str = "robin@example.org";
const WRONG: &str = "wrong horse battery staple";

/// Robin, a second administrator, signed in, and dana beside.
async fn with_robin() -> (TestApp, Console, Console) {
    let app = TestApp::new().await;
    let dana = app.administrator().await;
    app.further_administrator(&app.account, ROBIN).await;
    let mut robin = app.browser();
    robin.sign_in(ROBIN, PASSWORD).await.expect(200);
    (app, dana, robin)
}

async fn guess(app: &TestApp, login: &str, times: usize) {
    for _ in 0..times {
        let answer = app.browser().sign_in(login, WRONG).await;
        answer.expect_problem(401, "wrong_credentials");
    }
}

async fn robin_as_seen(dana: &Console) -> serde_json::Value {
    let listed = dana.get("/users?q=robin").await.expect(200);
    let id = listed.string("/items/0/id");
    dana.get(&format!("/users/{id}")).await.expect(200).json
}

#[tokio::test]
async fn nine_wrong_passwords_lock_nobody_out_and_a_right_one_starts_anew() {
    let (app, dana, _) = with_robin().await;
    for _ in 0..2 {
        guess(&app, ROBIN, 9).await;
        app.browser().sign_in(ROBIN, PASSWORD).await.expect(200);
    }
    assert_eq!(robin_as_seen(&dana).await["holds"], json!([]));
    app.finish().await;
}

#[tokio::test]
async fn the_tenth_denies_sign_in_with_the_reason_told_only_after_the_right_password() {
    let (app, dana, robin) = with_robin().await;
    guess(&app, ROBIN, 10).await;
    let user = robin_as_seen(&dana).await;
    assert_eq!(user["status"], "denied");
    let hold = &user["open_holds"][0];
    assert_eq!(hold["kind"], "denied");
    assert_eq!(
        hold["placed_by"],
        json!({ "kind": "system", "name": "lock_out" })
    );
    app.clock.advance(TimeDelta::seconds(2));
    guess(&app, ROBIN, 1).await;
    app.clock.advance(TimeDelta::seconds(3));
    let refused = app.browser().sign_in(ROBIN, PASSWORD).await;
    refused.expect_problem(403, "sign_in_refused");
    assert!(refused.string("/detail").contains("wrong passwords"));
    assert_eq!(refused.header("set-cookie"), None);
    robin.get("/me").await.expect(200);
    let audited = "SELECT COUNT(*) FROM audit_events WHERE action = 'user.hold'";
    assert_eq!(app.number(audited).await, 1);
    app.finish().await;
}

#[tokio::test]
async fn an_unlocked_person_signs_in_again() {
    let (app, _, _) = with_robin().await;
    guess(&app, ROBIN, 10).await;
    app.clock.advance(TimeDelta::minutes(20));
    let state = &app.app.state;
    let unlocked = administrators::unlock(&state.db, &app.operator(), app.account.id, ROBIN).await;
    assert!(unlocked.unwrap());
    app.browser().sign_in(ROBIN, PASSWORD).await.expect(200);
    let again = administrators::unlock(&state.db, &app.operator(), app.account.id, ROBIN).await;
    assert!(!again.unwrap(), "there was nothing to lift");
    app.finish().await;
}

#[tokio::test]
async fn a_locked_account_is_no_place_to_guess_passwords_at() {
    let (app, _, _) = with_robin().await;
    // The first try after that may learn why; the next ones have to wait.
    guess(&app, ROBIN, 11).await;
    let answer = app.browser().sign_in(ROBIN, PASSWORD).await;
    answer.expect_problem(401, "wrong_credentials");
    app.clock.advance(TimeDelta::seconds(2));
    let answer = app.browser().sign_in(ROBIN, PASSWORD).await;
    answer.expect_problem(403, "sign_in_refused");
    app.finish().await;
}

#[tokio::test]
async fn break_glass_is_slowed_down_and_never_denied() {
    let (app, dana, _) = with_robin().await;
    guess(&app, "dana@example.org", 15).await;
    let answer = app.browser().sign_in("dana@example.org", PASSWORD).await;
    answer.expect_problem(401, "wrong_credentials");
    app.clock
        .advance(TimeDelta::minutes(15) + TimeDelta::seconds(1));
    app.browser()
        .sign_in("dana@example.org", PASSWORD)
        .await
        .expect(200);
    let me = dana.get("/me").await.expect(200);
    let user = dana
        .get(&format!("/users/{}", me.string("/user_id")))
        .await
        .expect(200);
    assert_eq!(user.json["holds"], json!([]));
    app.finish().await;
}

#[tokio::test]
async fn wrong_passwords_at_the_same_moment_are_all_counted() {
    let (app, dana, _) = with_robin().await;
    let tries: Vec<_> = (0..12)
        .map(|_| {
            let mut console = app.browser();
            tokio::spawn(async move { console.sign_in(ROBIN, WRONG).await.status })
        })
        .collect();
    for status in tries {
        let status = status.await.unwrap();
        assert!(matches!(status, 401 | 503), "{status}");
    }
    app.clock.advance(TimeDelta::seconds(1));
    guess(&app, ROBIN, 10).await;
    assert_eq!(robin_as_seen(&dana).await["status"], "denied");
    let open = "SELECT COUNT(*) FROM holds WHERE kind = 'denied'";
    assert_eq!(app.number(open).await, 1);
    app.finish().await;
}

#[tokio::test]
async fn wrong_passwords_of_a_known_browser_count_apart() {
    let app = TestApp::new().await;
    app.administrator().await;
    app.further_administrator(&app.account, ROBIN).await;
    let mut own = app.browser();
    let first = own.sign_in(ROBIN, PASSWORD).await.expect(200);
    let cookies: Vec<&str> = first
        .headers
        .get_all("set-cookie")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .collect();
    let [_, device] = cookies.as_slice() else {
        panic!("{cookies:?}");
    };
    assert!(device.starts_with("__Host-rollcall-device="), "{device}");
    let device = device.split(';').next().unwrap();
    let try_at_home = async |password: &str| {
        let body = json!({ "account": "main", "login": ROBIN, "password": password });
        let call = app.browser().call("POST", "/sessions");
        call.header("cookie", device).json(&body).send().await
    };
    // Somebody else guesses, and Robin mistypes, and neither of both is ten.
    guess(&app, ROBIN, 9).await;
    for _ in 0..9 {
        try_at_home(WRONG)
            .await
            .expect_problem(401, "wrong_credentials");
    }
    let again = try_at_home(PASSWORD).await.expect(200);
    let set = again.headers.get_all("set-cookie").iter().count();
    assert_eq!(set, 1, "the browser is known already");
    for _ in 0..10 {
        try_at_home(WRONG)
            .await
            .expect_problem(401, "wrong_credentials");
    }
    let denied = "SELECT COUNT(*) FROM holds WHERE kind = 'denied' AND lifted_at IS NULL";
    assert_eq!(app.number(denied).await, 1);
    // One of another person is not known.
    let foreign = json!({ "account": "main", "login": "dana@example.org", "password": PASSWORD });
    let call = app.browser().call("POST", "/sessions");
    let foreign = call.header("cookie", device).json(&foreign).send().await;
    let set = foreign
        .expect(200)
        .headers
        .get_all("set-cookie")
        .iter()
        .count();
    assert_eq!(set, 2);
    app.finish().await;
}
