//! One-time links: looked at as often as one likes, used once.

use chrono::TimeDelta;
use rollcall_server::ops::{
    administrators, administrators::NewAdministrator, first_start, first_start::FirstStartSettings,
};
use scim_schema::api::session::AdministratorProfile;
use serde_json::json;

use crate::support::{ORIGIN, PASSWORD, TestApp};

#[tokio::test]
async fn looking_at_a_link_does_not_use_it_up() {
    let app = TestApp::new().await;
    assert!(app.setup_link.starts_with(&format!("{ORIGIN}/setup#")));
    let console = app.browser();
    for _ in 0..3 {
        let body = json!({ "token": app.setup_token() });
        let view = console
            .post("/one-time-links/inspect", &body)
            .await
            .expect(200);
        assert_eq!(view.json["purpose"], "first_administrator");
        assert_eq!(view.json["account"]["slug"], "main");
        assert_eq!(view.json["user_name"], json!(null));
        assert_eq!(view.string("/expires_at"), "2026-11-23T08:00:00Z");
    }
    app.administrator().await;
    app.finish().await;
}

#[tokio::test]
async fn a_used_link_is_gone() {
    let app = TestApp::new().await;
    app.administrator().await;
    let before = app.footprint().await;
    let mut console = app.browser();
    let again = console.redeem(&app.redemption()).await;
    again.expect_problem(410, "link_unusable");
    let body = json!({ "token": app.setup_token() });
    let look = console.post("/one-time-links/inspect", &body).await;
    look.expect_problem(410, "link_unusable");
    TestApp::assert_unchanged(&before, &app.footprint().await, &again);
    app.finish().await;
}

#[tokio::test]
async fn a_link_runs_out_after_24_hours() {
    let app = TestApp::new().await;
    app.clock
        .advance(TimeDelta::hours(24) - TimeDelta::seconds(1));
    let body = json!({ "token": app.setup_token() });
    app.browser()
        .post("/one-time-links/inspect", &body)
        .await
        .expect(200);
    app.clock.advance(TimeDelta::seconds(1));
    app.browser()
        .post("/one-time-links/inspect", &body)
        .await
        .expect_problem(410, "link_unusable");
    app.browser()
        .redeem(&app.redemption())
        .await
        .expect_problem(410, "link_unusable");
    assert_eq!(app.number("SELECT COUNT(*) FROM users").await, 0);
    app.finish().await;
}

#[tokio::test]
async fn a_made_up_link_is_gone() {
    let app = TestApp::new().await;
    for token in ["", "abc", "\0", &app.setup_token().to_lowercase()] {
        let body = json!({ "token": token });
        let answer = app.browser().post("/one-time-links/inspect", &body).await;
        answer.expect_problem(410, "link_unusable");
    }
    let mut body = app.redemption();
    body["token"] = "abc".into();
    app.browser()
        .redeem(&body)
        .await
        .expect_problem(410, "link_unusable");
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_of_many_who_use_a_link_at_once_wins() {
    let app = TestApp::new().await;
    let tries: Vec<_> = (0..8)
        .map(|number| {
            let mut body = app.redemption();
            body["profile"]["email"] = format!("admin{number}@example.org").into();
            let mut console = app.browser();
            tokio::spawn(async move { console.redeem(&body).await.status })
        })
        .collect();
    let mut statuses = Vec::new();
    for status in tries {
        statuses.push(status.await.unwrap());
    }
    statuses.sort_unstable();
    assert_eq!(statuses[0], 200);
    assert!(
        statuses[1..]
            .iter()
            .all(|status| matches!(status, 410 | 503)),
        "{statuses:?}"
    );
    assert_eq!(app.number("SELECT COUNT(*) FROM users").await, 1);
    assert_eq!(app.number("SELECT COUNT(*) FROM sessions").await, 1);
    app.finish().await;
}

#[tokio::test]
async fn a_profile_or_password_that_does_not_fit_leaves_the_link_as_it_was() {
    let app = TestApp::new().await;
    for (pointer, value, path) in [
        ("/password", json!("elevenchars"), "password"),
        ("/password", json!("x".repeat(1_025)), "password"),
        ("/password", json!("             "), "password"),
        ("/profile/email", json!("dana"), "profile.email"),
        (
            "/profile/email",
            json!("dana\u{0}@example.org"),
            "profile.email",
        ),
        ("/profile/given_name", json!(" "), "profile.given_name"),
        (
            "/profile/family_name",
            json!("x".repeat(101)),
            "profile.family_name",
        ),
        ("/profile", json!(null), "profile"),
    ] {
        let mut body = app.redemption();
        *body.pointer_mut(pointer).unwrap() = value;
        let answer = app.browser().redeem(&body).await;
        answer.expect_problem(400, "invalid");
        assert_eq!(answer.string("/errors/0/path"), path);
    }
    assert_eq!(app.number("SELECT COUNT(*) FROM users").await, 0);
    app.administrator().await;
    app.finish().await;
}

#[tokio::test]
async fn the_first_administrator_is_break_glass_and_the_next_is_not() {
    let app = TestApp::new().await;
    let console = app.administrator().await;
    app.further_administrator(&app.account, "robin@example.org")
        .await;
    let me = console.get("/me").await.expect(200);
    assert_eq!(me.json["break_glass"], true);
    let mut robin = app.browser();
    let signed_in = robin
        .sign_in("robin@example.org", PASSWORD)
        .await
        .expect(200);
    assert_eq!(signed_in.json["break_glass"], false);
    app.finish().await;
}

#[tokio::test]
async fn a_second_start_makes_a_new_link_and_the_old_one_stops_working() {
    let app = TestApp::new().await;
    let state = &app.app.state;
    let settings = FirstStartSettings {
        public_url: ORIGIN.to_owned(),
        first_connection: Some("Okta".to_owned()),
    };
    let second = first_start::run(&state.db, &state.clock, &state.ids, &settings)
        .await
        .unwrap();
    assert_eq!(second.account.id, app.account.id);
    let connection = second.connection.unwrap();
    assert_eq!(connection.base_url, format!("{ORIGIN}/scim/v2"));
    app.browser()
        .redeem(&app.redemption())
        .await
        .expect_problem(410, "link_unusable");
    let mut body = app.redemption();
    let link = second.setup_link.unwrap();
    body["token"] = link.split_once('#').unwrap().1.into();
    app.browser().redeem(&body).await.expect(200);
    let third = first_start::run(&state.db, &state.clock, &state.ids, &settings)
        .await
        .unwrap();
    assert!(third.setup_link.is_none() && third.connection.is_none());
    app.finish().await;
}

#[tokio::test]
async fn a_set_up_link_sets_the_first_password_of_its_user() {
    let app = TestApp::new().await;
    app.administrator().await;
    let profile = AdministratorProfile {
        given_name: "Robin".to_owned(),
        family_name: "Castellanos".to_owned(),
        email: "robin@example.org".to_owned(),
    };
    let new = NewAdministrator::new(&profile).unwrap();
    let state = &app.app.state;
    let link =
        administrators::create_with_link(&state.db, &app.operator(), &state.ids, &new, ORIGIN)
            .await
            .unwrap();
    let token = link.split_once('#').unwrap().1;
    let mut console = app.browser();
    let view = console
        .post("/one-time-links/inspect", &json!({ "token": token }))
        .await
        .expect(200);
    assert_eq!(view.json["purpose"], "setup");
    assert_eq!(view.json["user_name"], "robin@example.org");
    console
        .sign_in("robin@example.org", PASSWORD)
        .await
        .expect_problem(401, "wrong_credentials");
    let body = json!({ "token": token, "password": PASSWORD, "profile": null });
    console.redeem(&body).await.expect(200);
    let me = console.get("/me").await.expect(200);
    assert_eq!(me.json["email"], "robin@example.org");
    app.browser()
        .redeem(&body)
        .await
        .expect_problem(410, "link_unusable");
    app.finish().await;
}

#[tokio::test]
async fn links_are_never_used_by_get() {
    let app = TestApp::new().await;
    for path in ["/one-time-links/inspect", "/one-time-links/redeem"] {
        let answer = app.browser().get(path).await;
        answer.expect_problem(405, "method_not_allowed");
        assert_eq!(answer.header("allow"), Some("POST"));
    }
    app.finish().await;
}
