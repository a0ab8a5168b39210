//! *My account*, and the Sessions tab of other people (features.md A89, A91 and A97).

use super::{
    Site, Window,
    axe::Audit,
    pages::{SignInPage, UsersPage},
};
use crate::support::PASSWORD;

const NEW: &str = "tulip gravel orbit 44";
const SUBMIT: &str = "dialog[open] button[type=submit]";

#[tokio::test]
async fn somebody_changes_their_password_and_ends_another_session() {
    let site = Site::new().await;
    let (window, other) = (Window::open(&site).await, Window::open(&site).await);
    UsersPage::after_sign_in(&other).await;
    UsersPage::after_sign_in(&window).await;
    let mut audit = Audit::new();
    window.go_to("/me").await;
    window.see_page("My account").await;
    window.see("Signed in with").await;
    audit.look(&window, "my account").await;
    window.fill("Current password", PASSWORD).await;
    window.fill("New password", "dana whitfield").await;
    window.see("This is easy to guess.").await;
    window.fill("New password", NEW).await;
    window.see("Hard to guess.").await;
    window.click_button("Change password").await;
    window.see("Password changed").await;
    SignInPage::shown(&other).await;
    audit.finish();
    other.close_despite(&["/api/v1/"]).await;
    window.close().await;
    site.stop().await;
}

#[tokio::test]
async fn a097_an_administrator_assigns_a_password_that_is_changed_at_the_next_sign_in() {
    let site = Site::new().await;
    site.further_administrator("robin@example.org").await;
    let window = Window::open(&site).await;
    UsersPage::after_sign_in(&window).await;
    let mut audit = Audit::new();
    window.click_link("Robin Castellanos").await;
    window.see_page("Robin Castellanos").await;
    window.click_link("Sessions").await;
    window.see("Not signed in anywhere.").await;
    audit.look(&window, "the sessions of somebody").await;
    window.click_button("Reassign password").await;
    window.until_focus("Leave the password").await;
    audit.look(&window, "the question for a password").await;
    window.fill("New password", NEW).await;
    window.click_first(SUBMIT).await;
    window.see("Password assigned").await;
    window.see("It is changed at the next sign-in.").await;

    let theirs = Window::open(&site).await;
    let page = SignInPage::open(&theirs).await;
    page.send("robin@example.org", NEW).await;
    theirs.see_page("My account").await;
    theirs.see("Choose a password of your own first.").await;
    theirs.fill("Current password", NEW).await;
    theirs
        .fill("New password", "walnut drizzle lantern 9")
        .await;
    theirs.click_button("Change password").await;
    theirs.see("Password changed").await;
    theirs.see("Sign-in history").await;

    window.reload().await;
    window.see_page("Robin Castellanos").await;
    window.click_button("End all sessions").await;
    window.until_focus("Leave them open").await;
    window.click_first(SUBMIT).await;
    window.see("One session ended").await;
    theirs.reload().await;
    SignInPage::shown(&theirs).await;
    audit.finish();
    theirs.close_despite(&["/api/v1/"]).await;
    window.close().await;
    site.stop().await;
}

#[tokio::test]
async fn what_is_dangerous_asks_for_the_password_when_the_sign_in_was_long_ago() {
    let site = Site::new().await;
    site.further_administrator("robin@example.org").await;
    let window = Window::open(&site).await;
    UsersPage::after_sign_in(&window).await;
    let ago = "UPDATE sessions SET auth_time = '2020-01-01 00:00:00+00:00'";
    assert_eq!(site.execute(ago).await, 1);
    window.click_link("Robin Castellanos").await;
    window.see_page("Robin Castellanos").await;
    window.click_button("Actions").await;
    window.click_button("Delete").await;
    window.until_focus("Leave as it is").await;
    window
        .fill("Type Robin Castellanos to confirm", "Robin Castellanos")
        .await;
    window.click_first(SUBMIT).await;
    window.see("Confirm that it is you").await;
    window.fill("Password", PASSWORD).await;
    window.click_button("Confirm").await;
    window.see("Robin Castellanos is deleted").await;
    window.close_despite(&["/delete - "]).await;
    site.stop().await;
}
