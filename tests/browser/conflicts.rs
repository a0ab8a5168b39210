//! Conflicts: who is in the way, the two sides of it, and the acts.

use scim_schema::dialect::ConnectionKind;
use thirtyfour::Key;

use super::{Site, Window, axe::Audit, pages::UsersPage};

/// How many conflicts can be ticked.
const BOXES: &str = "return document.querySelectorAll('main table input[type=checkbox]').length;";

#[tokio::test]
async fn a_person_is_moved_to_the_connection_that_sent_them() {
    let site = Site::new().await;
    let okta = site.provider("Okta", ConnectionKind::Okta).await;
    let entra = site.provider("Entra", ConnectionKind::Entra).await;
    let window = Window::open(&site).await;
    UsersPage::after_sign_in(&window).await;
    let mut audit = Audit::new();
    window.click_link("Conflicts").await;
    window.see_page("Conflicts").await;
    window.see("No conflicts").await;
    audit.look(&window, "no conflicts").await;
    window.mark().await;

    let id = okta.create("Ada", "Lovelace", "ada@example.org").await;
    entra
        .create_taken("Augusta", "King", "ada@example.org")
        .await;
    window.see("User name taken").await;
    window.click_link("Conflicts 1").await;
    audit.look(&window, "conflicts").await;
    window.click_link("Ada Lovelace").await;
    window.see_page("Ada Lovelace").await;
    window
        .see("Another connection has somebody of this user name.")
        .await;
    window.see("givenName: Augusta").await;
    audit.look(&window, "a conflict").await;

    window.click_button("Move to this connection").await;
    window.until_focus("Keep as is").await;
    window.see("The link to Okta ends").await;
    audit.look(&window, "the question before a move").await;
    window.click_first("dialog[open] button.primary").await;
    window.see("Moved Ada Lovelace to Entra").await;
    window.see("Moved by Dana Whitfield").await;
    window.see_page("Augusta King").await;
    window.click_link("Conflicts").await;
    window.click_link("Resolved").await;
    window.see("Moved by Dana Whitfield").await;
    window.see("Decided").await;
    window.until_reads("no boxes", BOXES, 0.into()).await;
    assert_eq!(okta.delete_status(&id).await, 404);
    assert_ne!(entra.id_of("ada@example.org").await, id);
    window.assert_not_reloaded().await;
    audit.finish();
    window.close().await;
    site.stop().await;
}

#[tokio::test]
async fn a_change_of_provider_moves_everybody_who_is_selected() {
    let site = Site::new().await;
    let okta = site.provider("Okta", ConnectionKind::Okta).await;
    let entra = site.provider("Entra", ConnectionKind::Entra).await;
    for name in ["ada", "ben", "cem"] {
        let email = format!("{name}@example.org");
        okta.create(name, "Lovelace", &email).await;
        entra.create_taken(name, "Lovelace", &email).await;
    }
    let window = Window::open(&site).await;
    UsersPage::after_sign_in(&window).await;
    window.click_link("Conflicts 3").await;
    window.see_page("Conflicts").await;
    window.see_no("0 selected").await;
    window.click_button("Select all on this page").await;
    window.see("3 selected").await;
    window.until_reads("boxes", BOXES, 3.into()).await;
    window.click_field("Select ben Lovelace").await;
    window.see("2 selected").await;
    let mut audit = Audit::new();
    audit.look(&window, "conflicts with a selection").await;
    window.click_button("Move 2 people").await;
    window.fill("Type MOVE 2 to confirm", "MOVE 2").await;
    window.press(Key::Enter).await;
    window.see("2 people moved.").await;
    let focus = "return document.activeElement.id;";
    window
        .until_reads("the focus", focus, "move-result".into())
        .await;
    audit.look(&window, "the result of a bulk move").await;
    window.see_no("ada Lovelace").await;
    window.see("ben Lovelace").await;
    entra.id_of("cem@example.org").await;

    window.click_link("ben Lovelace").await;
    window.click_button("Keep apart").await;
    window.click_first("dialog[open] button.primary").await;
    window.see("Say why they are kept apart.").await;
    window.fill("Reason", "Two people of one name").await;
    window.press(Key::Enter).await;
    window.see("Kept apart by Dana Whitfield").await;
    window.click_link("Conflicts").await;
    window.see("No conflicts").await;
    window.click_link("Kept apart").await;
    window.see("ben Lovelace").await;
    audit.finish();
    window.close().await;
    site.stop().await;
}
