//! Acts on one person, from their page (features.md A87, A92, A93, A117).

use scim_schema::dialect::ConnectionKind;
use thirtyfour::Key;

use super::{Site, Window, axe::Audit, pages::UsersPage};

const ACT: &str = "dialog[open] button[type=submit]";

/// The page of Ada, whom Okta has created.
async fn ada() -> (Site, Window) {
    let site = Site::new().await;
    let okta = site.provider("Okta", ConnectionKind::Okta).await;
    okta.create("Ada", "Lovelace", "ada@example.org").await;
    let window = Window::open(&site).await;
    UsersPage::after_sign_in(&window).await;
    window.click_link("Ada Lovelace").await;
    window.see_page("Ada Lovelace").await;
    (site, window)
}

async fn ask(window: &Window, act: &str) {
    window.click_button("Actions").await;
    window.click_button(act).await;
    window.until_focus("Leave as it is").await;
}

#[tokio::test]
async fn a092_a_person_is_suspended_and_let_in_again() {
    let (site, window) = ada().await;
    let mut audit = Audit::new();
    window.mark().await;
    window.click_button("Actions").await;
    audit.look(&window, "the menu of acts").await;
    window.click_button("Suspend").await;
    window.until_focus("Leave as it is").await;
    window.see("Suspend Ada Lovelace").await;
    window.see("Open sessions end at once").await;
    window.see("Okta is not told, and cannot undo this.").await;
    audit
        .look(&window, "the question before a suspension")
        .await;
    window.press(Key::Escape).await;
    window.see_no("Suspend Ada Lovelace").await;

    ask(&window, "Suspend").await;
    window
        .fill("Reason (optional)", "On leave until spring")
        .await;
    window.press(Key::Enter).await;
    window.see("Ada Lovelace is suspended").await;
    window.see("On leave until spring.").await;
    window.see("Placed by Dana Whitfield.").await;
    window.click_link("Access and status 1").await;
    audit.look(&window, "a suspension").await;
    window.click_button("End suspension").await;
    window.see("The suspension of Ada Lovelace has ended").await;
    window.see("No holds").await;
    window.see("Lifted holds").await;
    window.assert_not_reloaded().await;
    audit.finish();
    window.close().await;
    site.stop().await;
}

#[tokio::test]
async fn a087_a_ban_asks_why() {
    let (site, window) = ada().await;
    ask(&window, "Ban").await;
    window.click_first(ACT).await;
    window.see("Say why: others will ask.").await;
    let mut audit = Audit::new();
    audit.look(&window, "a ban without a reason").await;
    window.fill("Reason", "Gave the password away").await;
    window.press(Key::Enter).await;
    window.see("Ada Lovelace is banned").await;
    window.see("Gave the password away.").await;
    audit.look(&window, "a ban").await;
    audit.finish();
    window.close().await;
    site.stop().await;
}

#[tokio::test]
async fn a093_a117_the_archive_and_the_suspension_are_set_in_one() {
    let (site, window) = ada().await;
    ask(&window, "Archive").await;
    window.click_field("Suspended").await;
    window.click_first(ACT).await;
    window.see("Ada Lovelace is in the archive").await;
    window.see("Archived.").await;
    let mut audit = Audit::new();
    audit.look(&window, "somebody in the archive").await;

    ask(&window, "Take out of archive").await;
    window
        .see("This person is in the active lists again.")
        .await;
    window.click_first(ACT).await;
    window.see("Ada Lovelace is out of the archive").await;
    window.see("Placed by Dana Whitfield.").await;
    ask(&window, "Archive").await;
    window.click_field("Suspended").await;
    window.click_first(ACT).await;
    window.see("Ada Lovelace is in the archive").await;
    window.see_no("Placed by Dana Whitfield.").await;
    audit.finish();
    window.close().await;
    site.stop().await;
}

#[tokio::test]
async fn t13b_t14_a_person_is_deleted_and_restored_under_another_name() {
    let (site, window) = ada().await;
    ask(&window, "Delete").await;
    window.see("Unassign them there as well").await;
    window.click_first(ACT).await;
    window.see("Type the name exactly: Ada Lovelace").await;
    let mut audit = Audit::new();
    audit.look(&window, "a deletion without the name").await;
    window
        .fill("Type Ada Lovelace to confirm", "Ada Lovelace")
        .await;
    window.press(Key::Enter).await;
    window.see("Ada Lovelace is deleted").await;
    window.see("Deleted by Dana Whitfield").await;
    audit.look(&window, "somebody deleted").await;

    window.click_button("Restore").await;
    window.until_focus("Leave as it is").await;
    audit.look(&window, "the question before a restore").await;
    window
        .fill("New user name (optional)", "ada@example.com")
        .await;
    window.press(Key::Enter).await;
    window.see("Ada Lovelace is back").await;
    window.see("ada@example.com").await;
    window.see("Local").await;
    audit.finish();
    window.close().await;
    site.stop().await;
}
