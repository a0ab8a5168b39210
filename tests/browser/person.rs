//! What is known about one person.

use scim_schema::dialect::ConnectionKind;
use serde_json::json;

use super::{
    Site, Window,
    pages::{PersonPage, UsersPage},
};

#[tokio::test]
async fn a_persons_page_tells_holds_groups_and_the_requests_with_their_bodies() {
    let site = Site::new().await;
    let okta = site.provider("Okta", ConnectionKind::Okta).await;
    let ada = okta.create("Ada", "Lovelace", "ada@example.org").await;
    okta.create_group("Mathematics", &[&ada]).await;
    okta.set(&ada, "active", json!(false)).await;
    let window = Window::open(&site).await;
    let users = UsersPage::after_sign_in(&window).await;
    let person = PersonPage::open(&users, "Ada Lovelace").await;
    window.see("Disabled by Okta").await;
    window.see("One hold blocks sign-in.").await;
    window
        .see("Who can lift it: Okta, by sending active=true.")
        .await;

    person.tab("Access and status 1").await;
    person
        .see_line(&[
            "Disabled by Okta",
            "Okta, by sending active=false",
            "Okta, by sending active=true.",
        ])
        .await;
    let said = window.words().await;
    assert_eq!(said.matches("active=false").count(), 1, "{said}");
    person.tab("Groups and organisations 1").await;
    person.see_line(&["Mathematics", "Okta"]).await;

    person.tab("Provisioning").await;
    person.unfold_request("Okta created Ada Lovelace.").await;
    window.see("\"userName\": \"ada@example.org\"").await;
    window.see("\"password\": \"(removed)\"").await;
    assert!(!window.words().await.contains("Hidden-from-everybody-1"));
    window.close().await;
    site.stop().await;
}

#[tokio::test]
async fn somebody_who_does_not_exist_leads_back_to_the_users() {
    let site = Site::new().await;
    let window = Window::open(&site).await;
    UsersPage::after_sign_in(&window).await;
    window
        .go_to("/users/01936b2e-0000-7000-8000-000000000000")
        .await;
    window.see("Not found").await;
    window.click_link("Go to users").await;
    UsersPage::shown(&window).await;
    window.close_despite(&["/users/01936b2e-"]).await;
    site.stop().await;
}

#[tokio::test]
async fn a_person_with_a_shortened_log_is_told_so_and_live_is_said_once() {
    let site = Site::new().await;
    let okta = site.provider("Okta", ConnectionKind::Okta).await;
    let ada = okta.create("Ada", "Lovelace", "ada@example.org").await;
    let window = Window::open(&site).await;
    let users = UsersPage::after_sign_in(&window).await;
    let person = PersonPage::open(&users, "Ada Lovelace").await;
    person.tab("Provisioning").await;
    window.see("Okta created Ada Lovelace.").await;
    window.see("Live").await;
    let said = window.words().await;
    assert!(!said.contains("no longer kept"), "{said}");
    let live = "return [...document.querySelectorAll('main .loz')]
        .filter((one) => one.innerText.trim() === 'Live').length;";
    assert_eq!(window.read(live, vec![]).await, Some(json!(1)));

    // The link becomes older than what the log begins with.
    site.execute("UPDATE scim_links SET linked_at = '2020-01-01 00:00:00+00:00'")
        .await;
    okta.set(&ada, "title", json!("Countess")).await;
    window.see("Older requests are no longer kept.").await;
    okta.delete(&ada).await;
    window.see("Deleted by Okta, ").await;
    window.see("No longer linked").await;
    window.see("The link to Okta ended").await;
    window.close().await;
    site.stop().await;
}

#[tokio::test]
async fn an_open_page_of_a_person_follows_the_identity_provider() {
    let site = Site::new().await;
    let okta = site.provider("Okta", ConnectionKind::Okta).await;
    let ada = okta.create("Ada", "Lovelace", "ada@example.org").await;
    let window = Window::open(&site).await;
    let users = UsersPage::after_sign_in(&window).await;
    let person = PersonPage::open(&users, "Ada Lovelace").await;
    window.see("Time zone").await;
    window.mark().await;

    okta.set(&ada, "name.givenName", json!("Augusta")).await;
    let renamed = PersonPage::shown(&window, "Augusta Lovelace").await;
    okta.set(&ada, "active", json!(false)).await;
    window.see("One hold blocks sign-in.").await;
    okta.set(&ada, "active", json!(true)).await;
    window.see_no("One hold blocks sign-in.").await;
    okta.create_group("Analysts", &[&ada]).await;
    person.tab("Groups and organisations 1").await;
    renamed.see_line(&["Analysts", "Okta"]).await;
    okta.delete(&ada).await;
    window.see("Deleted by Okta, ").await;
    window.see("This person cannot sign in").await;
    window.see("The record is kept until ").await;
    window.assert_not_reloaded().await;
    window.close().await;
    site.stop().await;
}
