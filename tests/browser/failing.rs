//! Pages whose server is slow, away, or fails.

use serde_json::json;
use thirtyfour::Key;

use super::{
    Window,
    pages::UsersPage,
    users::{EVERYBODY, four_people},
};

const SOME_ROWS: &str = "return Boolean(document.querySelector('table tbody tr'));";

#[tokio::test]
async fn a_list_that_cannot_be_refreshed_stays_and_says_so_until_it_can() {
    let (site, okta) = four_people().await;
    let window = Window::open(&site).await;
    let users = UsersPage::after_sign_in(&window).await;
    users.until_names(&EVERYBODY).await;
    window.see("Live").await;
    let ada = okta.id_of("countess@example.org").await;

    site.execute("ALTER TABLE organisations RENAME TO away")
        .await;
    okta.set(&ada, "displayName", json!("Countess of Lovelace"))
        .await;
    window.see("The list of users could not be loaded.").await;
    window.see("may be out of date").await;
    window.see(", request ").await;
    assert_eq!(users.names().await, EVERYBODY, "what was known stays");
    users.until_said("4 users").await;

    site.execute("ALTER TABLE away RENAME TO organisations")
        .await;
    window.click_button("Try again").await;
    users.until_listed("Countess of Lovelace").await;
    window.see_no("could not be loaded").await;
    window.until_focus("Users").await;
    window.close_despite(&["/api/v1/"]).await;
    site.stop().await;
}

#[tokio::test]
async fn a_search_that_fails_shows_nobody_and_no_number_and_keeps_the_focus_while_it_is_tried_again()
 {
    let (site, _okta) = four_people().await;
    let window = Window::open(&site).await;
    let users = UsersPage::after_sign_in(&window).await;
    users.until_names(&EVERYBODY).await;

    site.execute("ALTER TABLE idp_connections RENAME TO away")
        .await;
    users.search("ada").await;
    window.see("The list of users could not be loaded.").await;
    window
        .until_reads("rows of another search", SOME_ROWS, false.into())
        .await;
    users.until_said("").await;
    window.tab_to("Try again").await;
    window.press(Key::Enter).await;
    window.until_focus("Try again").await;
    assert!(window.has("button", "Copy details").await);

    site.execute("ALTER TABLE away RENAME TO idp_connections")
        .await;
    window.press(Key::Enter).await;
    users.until_names(&["Ada Lovelace"]).await;
    users.until_said("1 user matches").await;
    window.until_focus("Users").await;
    window.close_despite(&["/api/v1/"]).await;
    site.stop().await;
}

#[tokio::test]
async fn a_server_that_is_away_is_said_beside_what_was_known() {
    let (site, _okta) = four_people().await;
    let window = Window::open(&site).await;
    let users = UsersPage::after_sign_in(&window).await;
    users.until_names(&EVERYBODY).await;
    window.see("Live").await;
    site.stop().await;
    window.see("Reconnecting").await;
    assert_eq!(users.names().await, EVERYBODY);
    users.search("ada").await;
    window.see("The list of users could not be loaded.").await;
    window.see("The server did not answer.").await;
    window
        .close_despite(&["/api/v1/", "ERR_CONNECTION_REFUSED"])
        .await;
}

#[tokio::test]
async fn while_nobody_knows_yet_who_is_there_the_page_says_that_it_is_being_opened() {
    let (site, _okta) = four_people().await;
    let window = Window::open(&site).await;
    UsersPage::after_sign_in(&window).await;
    window.hold_back(Some("*/api/v1/me")).await;
    window.reload().await;
    window.see_page("Opening Rollcall").await;
    window.see("Opening Rollcall").await;
    window.hold_back(None).await;
    let users = UsersPage::shown(&window).await;
    users.until_names(&EVERYBODY).await;
    window.close().await;
    site.stop().await;
}

#[tokio::test]
async fn a_page_that_does_not_exist_keeps_the_navigation() {
    let (site, _okta) = four_people().await;
    let window = Window::open(&site).await;
    UsersPage::after_sign_in(&window).await;
    for address in ["/nowhere", "/users/nobody", "/provisioning/nothing/more"] {
        window.go_to(address).await;
        window.see_page("Page not found").await;
        let mains = "return document.querySelectorAll('main').length;";
        window.until_reads("landmarks", mains, 1.into()).await;
        window.click_link("Connections").await;
        window.see_page("Connections").await;
    }
    window.close().await;
    site.stop().await;
}
