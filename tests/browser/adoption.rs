//! Adoption: a connection takes over people who are here already, or does not.

use scim_schema::dialect::ConnectionKind;
use thirtyfour::Key;

use super::{
    Site, Window,
    axe::Audit,
    pages::{ConnectionsPage, UsersPage},
};

#[tokio::test]
async fn adoption_is_turned_off_and_on_by_keyboard_and_says_what_it_means() {
    let site = Site::new().await;
    let okta = site.provider("Okta", ConnectionKind::Okta).await;
    okta.create("Ada", "Lovelace", "ada@example.org").await;
    let window = Window::open(&site).await;
    UsersPage::after_sign_in(&window).await;
    ConnectionsPage::open(&window).await;
    window.click_link("Okta").await;
    window.see_page("Okta").await;
    let state = "return document.querySelector('[data-testid=adoption] header p').innerText;";
    window.until_reads("adoption", state, "On".into()).await;
    window.see("without a provider is taken over").await;
    window.mark().await;

    window.tab_to("Turn adoption off").await;
    window.press(Key::Enter).await;
    window.see("Adoption is off").await;
    window.until_reads("adoption", state, "Off".into()).await;
    window.until_focus("Turn adoption on").await;
    window
        .see("Nobody who is here already is taken over.")
        .await;
    let mut audit = Audit::new();
    audit.look(&window, "a connection that adopts nobody").await;
    audit.finish();

    window.press(Key::Enter).await;
    window.until_reads("adoption", state, "On".into()).await;
    window.assert_not_reloaded().await;
    window.close().await;
    site.stop().await;
}
