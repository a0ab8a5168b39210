//! Policies on screen (features.md section A12): where a value comes from, deciding, and the history.

use scim_schema::dialect::ConnectionKind;
use thirtyfour::Key;

use super::{Site, Window, axe::Audit, pages::UsersPage};

const GRACE: &str = "What holds here (1 to 365 days)";

#[tokio::test]
async fn a014_a_setting_is_decided_and_the_history_tells() {
    let site = Site::new().await;
    let window = Window::open(&site).await;
    UsersPage::after_sign_in(&window).await;
    window.click_link("Policies").await;
    window.see("When somebody is deleted").await;
    window.see("30 days").await;
    let mut audit = Audit::new();
    audit.look(&window, "policies").await;

    window.click_button("Change Time to restore somebody").await;
    window.see("The least that is allowed here and below").await;
    audit.look(&window, "changing a number").await;
    window.fill(GRACE, "900").await;
    window.press(Key::Enter).await;
    window.see("There is a problem").await;
    window
        .see("Enter a whole number of days from 1 to 365.")
        .await;
    audit.look(&window, "a number that is too large").await;
    window.fill(GRACE, "90").await;
    window.press(Key::Enter).await;
    window.see("The policy was saved").await;
    window.see("Decided here").await;
    window.see("90 days").await;

    window.click_button("Change When somebody is deleted").await;
    window.click_first("input[value=tombstone]").await;
    audit.look(&window, "changing a choice").await;
    window.click_button("Save").await;
    window.see_no("What holds here").await;
    window.see("Keep records without a name").await;
    window.click_first("details.fold > summary").await;
    window.see("Time to restore somebody: 90 days").await;
    window
        .see("When somebody is deleted: Keep records without a name")
        .await;
    audit.look(&window, "the history").await;
    audit.finish();
    window.close().await;
    site.stop().await;
}

#[tokio::test]
async fn t15_an_erasure_is_asked_for_and_waits_for_a_second_person() {
    let site = Site::new().await;
    let okta = site.provider("Okta", ConnectionKind::Okta).await;
    okta.create("Ada", "Lovelace", "ada@example.org").await;
    let window = Window::open(&site).await;
    UsersPage::after_sign_in(&window).await;
    window.click_link("Approvals").await;
    window.see("Nothing waits").await;
    let mut audit = Audit::new();
    audit.look(&window, "no approvals").await;
    window.go_to("/users").await;
    window.click_link("Ada Lovelace").await;
    window.see_page("Ada Lovelace").await;
    window.click_button("Actions").await;
    window.click_button("Erase").await;
    window.until_focus("Leave as it is").await;
    audit.look(&window, "the question before an erasure").await;
    window
        .fill("Type Ada Lovelace to confirm", "Ada Lovelace")
        .await;
    window.press(Key::Enter).await;
    window.see("This waits for a second person").await;
    window.click_link("Approvals").await;
    window.see("Erase Ada Lovelace on request").await;
    window.see("There is no other System Administrator").await;
    audit.look(&window, "an approval that waits").await;
    window
        .click_button("Take back: Erase Ada Lovelace on request")
        .await;
    window.see("Taken back or refused by Dana Whitfield").await;
    audit.look(&window, "an approval that was taken back").await;
    audit.finish();
    window.close().await;
    site.stop().await;
}
