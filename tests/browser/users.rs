//! Finding people in the list of users.

use scim_schema::dialect::ConnectionKind;
use serde_json::json;
use thirtyfour::Key;

use super::{Provider, Site, Window, pages::UsersPage, site::ADMINISTRATOR_NAME};

/// A server with four people: the administrator, and three of Okta of which one is disabled.
pub(super) async fn four_people() -> (Site, Provider) {
    let site = Site::new().await;
    let okta = site.provider("Okta", ConnectionKind::Okta).await;
    okta.create("Ada", "Lovelace", "countess@example.org").await;
    okta.create("Alan", "Turing", "alan@bletchley.example")
        .await;
    let grace = okta.create("Grace", "Hopper", "grace@example.org").await;
    okta.set(&grace, "active", json!(false)).await;
    (site, okta)
}

pub(super) const EVERYBODY: [&str; 4] = [
    "Ada Lovelace",
    "Alan Turing",
    ADMINISTRATOR_NAME,
    "Grace Hopper",
];

#[tokio::test]
async fn people_are_found_by_first_last_and_full_name_and_by_e_mail() {
    let (site, _okta) = four_people().await;
    let window = Window::open(&site).await;
    let users = UsersPage::after_sign_in(&window).await;
    users.until_names(&EVERYBODY).await;
    window.mark().await;

    for (words, found) in [
        ("ada", "Ada Lovelace"),
        ("HOPPER", "Grace Hopper"),
        ("alan turing", "Alan Turing"),
        ("turing al", "Alan Turing"),
        ("countess@ex", "Ada Lovelace"),
        ("bletchley", "Alan Turing"),
    ] {
        users.search(words).await;
        users.until_names(&[found]).await;
        users.until_said("1 user matches").await;
    }
    window.until_address("/users?q=bletchley").await;
    window.assert_not_reloaded().await;
    window.close().await;
    site.stop().await;
}

#[tokio::test]
async fn the_first_administrator_is_led_to_the_connections() {
    let site = Site::new().await;
    let window = Window::open(&site).await;
    let users = UsersPage::after_sign_in(&window).await;
    users.until_names(&[ADMINISTRATOR_NAME]).await;
    window.see("Nobody but you yet").await;
    window.click_link("Connect an identity provider").await;
    window.see_page("Connections").await;
    window.see("No connections yet").await;

    let okta = site.provider("Okta", ConnectionKind::Okta).await;
    okta.create("Ada", "Lovelace", "ada@example.org").await;
    let users = UsersPage::open(&window, "/users").await;
    users
        .until_names(&["Ada Lovelace", ADMINISTRATOR_NAME])
        .await;
    assert!(!window.words().await.contains("Nobody but you yet"));
    window.close().await;
    site.stop().await;
}

#[tokio::test]
async fn nobody_found_is_said_and_cleared_with_one_click() {
    let (site, _okta) = four_people().await;
    let window = Window::open(&site).await;
    let users = UsersPage::after_sign_in(&window).await;
    users.search("nobody").await;
    window.see("No user matches \"nobody\"").await;
    users.until_said("0 users match").await;
    window.click_button("Clear search and filters").await;
    users.until_names(&EVERYBODY).await;
    window.until_address("/users").await;
    assert_eq!(window.value("Search users").await, "");
    window.close().await;
    site.stop().await;
}

#[tokio::test]
async fn filters_are_chips_that_can_be_taken_away_and_views_are_tabs() {
    let (site, _okta) = four_people().await;
    let window = Window::open(&site).await;
    let users = UsersPage::after_sign_in(&window).await;
    users.filter_by_status("Disabled by IdP").await;
    users.until_names(&["Grace Hopper"]).await;
    window.until_address("/users?status=idp_disabled").await;
    users.filter_by_status("Banned").await;
    window
        .until_address("/users?status=banned%2Cidp_disabled")
        .await;
    window
        .click_button("Remove filter Status: Banned, Disabled by IdP")
        .await;
    users.until_names(&EVERYBODY).await;
    window.until_address("/users").await;

    window.click_link("Active 3").await;
    users.until_names(&EVERYBODY[..3]).await;
    window.click_link("All 4").await;
    users.until_names(&EVERYBODY).await;

    window.go_to("/users?source=local&colour=red").await;
    let users = UsersPage::shown(&window).await;
    users.until_names(&[ADMINISTRATOR_NAME]).await;
    window.see("does not know and ignores: colour=red").await;
    window.click_button("Remove filter Source: Local").await;
    users.until_names(&EVERYBODY).await;
    window.close().await;
    site.stop().await;
}

#[tokio::test]
async fn a_head_sorts_both_ways_and_then_not_and_says_so() {
    let (site, _okta) = four_people().await;
    let window = Window::open(&site).await;
    let users = UsersPage::after_sign_in(&window).await;
    users.until_names(&EVERYBODY).await;
    users.until_sorted("User", "ascending").await;
    users.sort_by("User").await;
    users.until_sorted("User", "descending").await;
    let mut backwards = EVERYBODY;
    backwards.reverse();
    users.until_names(&backwards).await;
    window.until_address("/users?sort=-name").await;

    let by_age = [
        ADMINISTRATOR_NAME,
        "Ada Lovelace",
        "Alan Turing",
        "Grace Hopper",
    ];
    users.sort_by("Created").await;
    users.until_sorted("Created", "ascending").await;
    users.until_names(&by_age).await;
    users.sort_by("Created").await;
    users.until_sorted("Created", "descending").await;
    users.sort_by("Created").await;
    users.until_sorted("User", "ascending").await;
    users.until_names(&EVERYBODY).await;
    window.close().await;
    site.stop().await;
}

#[tokio::test]
async fn escape_empties_the_search_at_once() {
    let (site, _okta) = four_people().await;
    let window = Window::open(&site).await;
    let users = UsersPage::after_sign_in(&window).await;
    users.search("ada").await;
    users.until_names(&["Ada Lovelace"]).await;
    window.press(Key::Escape).await;
    users.until_names(&EVERYBODY).await;
    assert_eq!(window.value("Search users").await, "");
    window.until_address("/users").await;
    window.until_focus("Search users").await;
    window.close().await;
    site.stop().await;
}
