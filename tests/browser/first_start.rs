//! From the printed link to the first administrator.

use super::{
    Site, Window,
    pages::{SetupPage, UsersPage},
};

#[tokio::test]
async fn the_setup_link_makes_the_first_administrator_once_and_keeps_its_secret_to_itself() {
    let site = Site::untouched().await;
    let window = Window::open(&site).await;

    SetupPage::open(&window, &site.setup_link).await;
    window.until_address("/setup").await;
    window.reload().await;
    window.see("This page needs a one-time link").await;

    // Opened twice and not used up; and the address is the same but for the fragment now.
    let setup = SetupPage::open(&window, &site.setup_link).await;
    window.until_address("/setup").await;
    setup
        .create_administrator("Dana", "Whitfield", "dana@example.org")
        .await;
    let users = UsersPage::shown(&window).await;
    window.until_address("/users").await;
    users.until_names(&["Dana Whitfield"]).await;
    window.back().await;
    window.until_address("/setup").await;

    window.go_to_address(&site.setup_link).await;
    window.see("This link can no longer be used").await;
    window.until_address("/setup").await;
    window.close_despite(&["/one-time-links/inspect - "]).await;
    site.stop().await;
}

#[tokio::test]
async fn until_there_is_an_administrator_the_sign_in_page_says_how_to_make_one() {
    let site = Site::untouched().await;
    let window = Window::open(&site).await;
    window.go_to("/").await;
    window.see_page("Sign in to Rollcall").await;
    window.see("This account has no administrator yet").await;
    window.see("rollcall admin create").await;
    assert!(!window.has("field", "Password").await);
    window.close().await;
    site.stop().await;
}

#[tokio::test]
async fn the_setup_form_says_what_is_missing_before_it_uses_the_link() {
    let site = Site::untouched().await;
    let window = Window::open(&site).await;
    let setup = SetupPage::open(&window, &site.setup_link).await;
    window.fill("Given name", "Dana").await;
    window.fill("Password", "short").await;
    window.click_button("Create administrator").await;
    window.until_focus("There is a problem Enter your family name. Enter an e-mail address like name@example.org. Use at least 12 characters.").await;
    window.click_link("Enter your family name.").await;
    window.until_focus("Family name").await;

    setup
        .create_administrator("Dana", "Whitfield", "dana@example.org")
        .await;
    UsersPage::shown(&window).await;
    window.close().await;
    site.stop().await;
}
