//! Signing in, signing out, and what happens to open pages when a session ends.

use std::time::Duration;

use tokio::time::Instant;

use super::{
    Site, Window,
    pages::{SignInPage, UsersPage},
    site::{ADMINISTRATOR, ADMINISTRATOR_NAME},
};

/// How soon an open page has to notice that its session was ended.
const AT_ONCE: Duration = Duration::from_secs(2);

#[tokio::test]
async fn a_wrong_password_is_said_in_the_error_summary_and_the_right_one_signs_in() {
    let site = Site::new().await;
    let window = Window::open(&site).await;
    window.go_to("/").await;
    let page = SignInPage::shown(&window).await;
    page.send("", "").await;
    window.see("Enter your user name or e-mail address.").await;

    page.send(ADMINISTRATOR, "not the password").await;
    window.see("Name or password is wrong.").await;
    window
        .until_reads(
            "the title",
            "return document.title;",
            "Error: Sign in to Rollcall - Rollcall".into(),
        )
        .await;
    let focus = "return document.activeElement.getAttribute('role');";
    window.until_reads("the focus", focus, "alert".into()).await;
    assert_eq!(window.value("User name or e-mail").await, ADMINISTRATOR);
    assert_eq!(window.value("Password").await, "");

    page.sign_in().await;
    UsersPage::shown(&window).await;
    window.close_despite(&["/api/v1/sessions - "]).await;
    site.stop().await;
}

#[tokio::test]
async fn a_deep_link_survives_the_sign_in_and_a_reload() {
    let site = Site::new().await;
    let window = Window::open(&site).await;
    let link = "/users?q=whitfield&sort=-name";
    window.go_to(link).await;
    SignInPage::shown(&window).await.sign_in().await;
    let users = UsersPage::shown(&window).await;
    window.until_address(link).await;
    users.until_names(&[ADMINISTRATOR_NAME]).await;
    window.reload().await;
    let users = UsersPage::shown(&window).await;
    users.until_names(&[ADMINISTRATOR_NAME]).await;
    users.until_sorted("User", "descending").await;
    assert_eq!(window.value("Search users").await, "whitfield");
    assert_eq!(window.address().await, link);
    window.close().await;
    site.stop().await;
}

#[tokio::test]
async fn signing_out_ends_the_session_and_back_shows_nothing_of_it() {
    let site = Site::new().await;
    let window = Window::open(&site).await;
    UsersPage::after_sign_in(&window).await;
    window.click_button("Dana Whitfield, account menu").await;
    window.see("System Administrator").await;
    window.click_button("Sign out").await;
    let page = SignInPage::shown(&window).await;
    window.see("You are signed out.").await;

    window.go_to("/users").await;
    SignInPage::shown(&window).await;
    assert!(!window.words().await.contains(ADMINISTRATOR_NAME));
    page.sign_in().await;
    UsersPage::shown(&window).await;
    // A list that was being fetched again while the session ended.
    window.close_despite(&["/api/v1/users?limit=50 - "]).await;
    site.stop().await;
}

#[tokio::test]
async fn an_open_page_leads_to_the_sign_in_as_soon_as_its_session_is_ended() {
    let site = Site::new().await;
    let window = Window::open(&site).await;
    UsersPage::after_sign_in(&window).await;
    let users = UsersPage::open(&window, "/users?q=dana").await;
    users.until_names(&[ADMINISTRATOR_NAME]).await;
    window.mark().await;

    let ended = Instant::now();
    let rows = site
        .execute("UPDATE users SET access_epoch = access_epoch + 1")
        .await;
    assert_eq!(rows, 1);
    let page = SignInPage::shown(&window).await;
    let took = ended.elapsed();
    assert!(took < AT_ONCE, "the open page took {took:?}");
    window.assert_not_reloaded().await;
    window.see("Your session has ended.").await;

    page.sign_in().await;
    window.until_address("/users?q=dana").await;
    // The page may ask once more before it hears that its session has ended: 401.
    window.close_despite(&["/api/v1/users"]).await;
    site.stop().await;
}
