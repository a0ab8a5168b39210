//! The audit log as a page, and what it says on a person's page (features.md A111).

use scim_schema::dialect::ConnectionKind;
use serde_json::json;
use thirtyfour::Key;

use super::{Site, Window, axe::Audit, pages::UsersPage};

/// Ada, whom Okta created and disabled, and the users page.
async fn ada() -> (Site, Window) {
    let site = Site::new().await;
    let okta = site.provider("Okta", ConnectionKind::Okta).await;
    let ada = okta.create("Ada", "Lovelace", "ada@example.org").await;
    okta.set(&ada, "active", json!(false)).await;
    let window = Window::open(&site).await;
    UsersPage::after_sign_in(&window).await;
    (site, window)
}

#[tokio::test]
async fn the_log_tells_each_act_in_a_sentence_and_keeps_its_state_in_the_address() {
    let (site, window) = ada().await;
    let mut audit = Audit::new();
    window.click_link("Audit log").await;
    window.see_page("Audit log").await;
    window.see("Okta created Ada Lovelace.").await;
    window
        .see("Okta disabled Ada Lovelace, which blocks sign-in.")
        .await;
    audit.look(&window, "the audit log").await;
    window.click_first(".log summary").await;
    window.see("Request id").await;
    window.see("More by them").await;
    audit.look(&window, "an act that is open").await;

    window.go_to("/audit?action=user&channel=scim").await;
    window.see("Okta created Ada Lovelace.").await;
    window.see_no("signed in.").await;
    assert!(window.has("button", "Remove filter Through: SCIM").await);
    window.click_button("Remove filter Act: People").await;
    window.until_address("/audit?channel=scim").await;
    window.reload().await;
    window.see("Okta created Ada Lovelace.").await;

    window.fill("Search by id", "Ada").await;
    window.press(Key::Enter).await;
    window.see("This is no id.").await;
    window.go_to("/audit?outcome=refused").await;
    window.see("Nothing matches").await;
    window.close().await;
    site.stop().await;
}

#[tokio::test]
async fn the_chain_is_verified_in_words() {
    let (site, window) = ada().await;
    window.click_link("Audit log").await;
    window.see_page("Audit log").await;
    window.click_button("Verify the chain").await;
    window.see("The chain is whole: all ").await;
    window.see("links hold.").await;
    assert!(window.has("link", "Export CSV").await);
    window.close().await;
    site.stop().await;
}

#[tokio::test]
async fn a111_a_person_s_page_says_why_they_are_kept_out_and_what_happened() {
    let (site, window) = ada().await;
    let mut audit = Audit::new();
    window.click_link("Ada Lovelace").await;
    window.see_page("Ada Lovelace").await;
    window.click_link("Audit").await;
    window.see("Disabled by Okta through SCIM.").await;
    window
        .see("Who can end it: Okta, by sending active=true.")
        .await;
    window
        .see("Okta disabled Ada Lovelace, which blocks sign-in.")
        .await;
    audit.look(&window, "the story of a person").await;
    window.click_link("Search in the audit log").await;
    window.see_page("Audit log").await;
    window.see("Okta created Ada Lovelace.").await;
    window.close().await;
    site.stop().await;
}
