//! Everything can be done without a mouse.

use scim_schema::dialect::ConnectionKind;
use thirtyfour::Key;

use super::{
    Site, Window,
    pages::{SignInPage, UsersPage},
    site::{ADMINISTRATOR, ADMINISTRATOR_NAME},
};
use crate::support::PASSWORD;

#[tokio::test]
async fn signing_in_finding_somebody_and_signing_out_need_no_mouse() {
    let site = Site::new().await;
    let okta = site.provider("Okta", ConnectionKind::Okta).await;
    okta.create("Ada", "Lovelace", "ada@example.org").await;
    let window = Window::open(&site).await;
    SignInPage::open(&window).await;
    window.tab_to("User name or e-mail").await;
    window.press(ADMINISTRATOR).await;
    window.tab_to("Password").await;
    window.press(PASSWORD).await;
    window.press(Key::Enter).await;
    UsersPage::shown(&window).await;

    window.tab_to("Search users").await;
    window.press("lovelace").await;
    UsersPage(&window).until_names(&["Ada Lovelace"]).await;
    window.tab_to("Ada Lovelace").await;
    window.press(Key::Enter).await;
    window.see_page("Ada Lovelace").await;
    window.until_focus("Ada Lovelace").await;

    window.tab_to("Dana Whitfield, account menu").await;
    window.press(Key::Enter).await;
    window.see("System Administrator").await;
    window.tab_to("Sign out").await;
    window.press(Key::Enter).await;
    SignInPage::shown(&window).await;
    window.close().await;
    site.stop().await;
}

#[tokio::test]
async fn the_first_stop_skips_the_navigation() {
    let site = Site::new().await;
    let window = Window::open(&site).await;
    UsersPage::after_sign_in(&window).await;
    window.reload().await;
    let users = UsersPage::shown(&window).await;
    users.until_names(&[ADMINISTRATOR_NAME]).await;
    window.press(Key::Tab).await;
    window.until_focus("Skip to content").await;
    window.press(Key::Enter).await;
    let in_main = "return document.activeElement.id;";
    window
        .until_reads("the focus", in_main, "main".into())
        .await;
    window.press(Key::Tab).await;
    let in_main = "return Boolean(document.activeElement.closest('main'));";
    window
        .until_reads("the focus in main", in_main, true.into())
        .await;
    window.close().await;
    site.stop().await;
}

#[tokio::test]
async fn single_keys_search_step_through_rows_and_open_help() {
    let site = Site::new().await;
    let okta = site.provider("Okta", ConnectionKind::Okta).await;
    okta.create("Ada", "Lovelace", "ada@example.org").await;
    let window = Window::open(&site).await;
    let users = UsersPage::after_sign_in(&window).await;
    users
        .until_names(&["Ada Lovelace", ADMINISTRATOR_NAME])
        .await;
    window.press("/").await;
    window.until_focus("Search users").await;
    assert_eq!(window.value("Search users").await, "");
    // In a field the keys are text.
    window.press("j?").await;
    window.until_address("/users?q=j%3F").await;
    window.press(Key::Backspace + Key::Backspace).await;
    users
        .until_names(&["Ada Lovelace", ADMINISTRATOR_NAME])
        .await;

    window.press(Key::Tab).await;
    window.press("j").await;
    window.until_focus("Ada Lovelace").await;
    window.press("j").await;
    window.until_focus(ADMINISTRATOR_NAME).await;
    window.press("k").await;
    window.until_focus("Ada Lovelace").await;

    window.press("?").await;
    window.until_focus("Close").await;
    window.press(Key::Escape).await;
    window.until_focus("Ada Lovelace").await;
    window.press(Key::Enter).await;
    window.see_page("Ada Lovelace").await;
    window.press("gc").await;
    window.see_page("Connections").await;
    window.close().await;
    site.stop().await;
}

#[tokio::test]
async fn single_keys_can_be_turned_off() {
    let site = Site::new().await;
    let window = Window::open(&site).await;
    UsersPage::after_sign_in(&window).await;
    window.press("?").await;
    window.click_field("Use single-key shortcuts Turn them off if you use speech input or press keys by accident. F6 always leads to notices.").await;
    window.click_button("Close").await;
    window.reload().await;
    UsersPage::shown(&window).await;
    window.tab_to("Connections").await;
    window.press("?/").await;
    window.press(Key::Enter).await;
    window.see_page("Connections").await;
    window.see_no("Use single-key shortcuts").await;
    window.close().await;
    site.stop().await;
}
