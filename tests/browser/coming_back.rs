//! Paging, searching and coming back: where the focus is, how far the page is scrolled, and what Back
//! leads to.

use serde_json::json;

use super::{
    Window,
    pages::{PersonPage, UsersPage},
    users::{EVERYBODY, four_people},
};

const SCROLL: &str = "return Math.round(scrollY);";

#[tokio::test]
async fn back_returns_to_the_row_and_to_where_the_list_was_scrolled() {
    let (site, okta) = four_people().await;
    okta.create_crowd(30).await;
    let window = Window::open(&site).await;
    let users = UsersPage::after_sign_in(&window).await;
    let last = "Zoe Zimmer30";
    users.until_listed(last).await;
    let to_the_end = "scrollTo(0, document.body.scrollHeight); return Math.round(scrollY);";
    let scrolled = window.read(to_the_end, vec![]).await.expect("a number");
    assert!(scrolled.as_u64() > Some(200), "{scrolled}");

    PersonPage::open(&users, last).await;
    window.until_reads("the scroll", SCROLL, 0.into()).await;
    window.back().await;
    let users = UsersPage::shown(&window).await;
    users.until_listed(last).await;
    window.until_focus(last).await;
    window.until_reads("the scroll", SCROLL, scrolled).await;
    window.close().await;
    site.stop().await;
}

#[tokio::test]
async fn pages_follow_each_other_with_the_focus_on_the_rows_and_back_returns_to_the_one_before() {
    let (site, okta) = four_people().await;
    okta.create_crowd(26).await;
    let window = Window::open(&site).await;
    UsersPage::after_sign_in(&window).await;
    let users = UsersPage::open(&window, "/users?limit=25").await;
    window.see("Showing 1 to 25 of 30").await;
    let first = users.names().await;
    assert_eq!(first.len(), 25);

    window.click_link("Next").await;
    window.see("Showing 26 to 30 of 30").await;
    window.until_focus("Users, sorted by name").await;
    window.until_reads("the scroll", SCROLL, 0.into()).await;
    let spoken = "return document.querySelector('[data-testid=announcer]').textContent.trim();";
    let wanted = json!("Showing 26 to 30 of 30");
    window.until_reads("what is said", spoken, wanted).await;
    let second = users.names().await;
    assert_eq!(second.last().map(String::as_str), Some("Zoe Zimmer26"));
    assert_eq!(second.len(), 5);
    assert!(window.address().await.contains("&cursor="));
    window.reload().await;
    window.see("Showing 26 to 30 of 30").await;
    assert_eq!(users.names().await, second);

    window.back().await;
    window.see("Showing 1 to 25 of 30").await;
    assert_eq!(users.names().await, first);
    window.until_address("/users?limit=25").await;
    window.close().await;
    site.stop().await;
}

#[tokio::test]
async fn a_search_is_one_entry_of_the_history_however_often_its_words_change() {
    let (site, _okta) = four_people().await;
    let window = Window::open(&site).await;
    let users = UsersPage::after_sign_in(&window).await;
    users.until_names(&EVERYBODY).await;
    for _ in 0..2 {
        users.search("grace").await;
        users.until_names(&["Grace Hopper"]).await;
        users.search("turing").await;
        users.until_names(&["Alan Turing"]).await;
        window.until_address("/users?q=turing").await;
        window.back().await;
        window.until_address("/users").await;
        users.until_names(&EVERYBODY).await;
    }
    window.close().await;
    site.stop().await;
}

#[tokio::test]
async fn on_a_phone_the_open_tab_is_in_sight() {
    let (site, _okta) = four_people().await;
    let window = Window::open(&site).await;
    UsersPage::after_sign_in(&window).await;
    window.show_as("light", 400).await;
    let users = UsersPage::open(&window, "/users?status=archived").await;
    window.see("Nobody is in this view").await;
    let in_sight = "
        const { left, right } = document.querySelector('.tabs [aria-current]')
            .getBoundingClientRect();
        return left >= 0 && right <= innerWidth;";
    window
        .until_reads("the open tab in sight", in_sight, true.into())
        .await;
    users.until_names(&[]).await;
    window.close().await;
    site.stop().await;
}
