//! The tree of organisations, who belongs where, and what they do there (features.md A10, A21, A35,
//! A37).

use scim_schema::dialect::ConnectionKind;
use thirtyfour::Key;

use super::{
    Site, Window,
    axe::Audit,
    pages::{PersonPage, UsersPage},
};

/// Adds an organisation below another, from the keyboard once the dialog is open.
async fn add(window: &Window, above: &str, name: &str) {
    window.click_button(&format!("Add below {above}")).await;
    window.until_focus("Name").await;
    window.press(name).await;
    window.press(Key::Enter).await;
    window.see(&format!("{name} is created")).await;
}

/// Waits until a button is there, or is not.
async fn until_shown(window: &Window, button: &str, shown: bool) {
    window
        .until(&format!("{button} shown: {shown}"), async || {
            (window.has("button", button).await == shown).then_some(())
        })
        .await;
}

#[tokio::test]
async fn a035_the_tree_is_built_folded_moved_and_archived() {
    let site = Site::new().await;
    let window = Window::open(&site).await;
    UsersPage::after_sign_in(&window).await;
    window.click_link("Organisations").await;
    window.see_page("Organisations").await;
    let mut audit = Audit::new();
    audit.look(&window, "organisations at first use").await;
    window.mark().await;
    add(&window, "Rollcall", "North").await;
    add(&window, "Rollcall", "South").await;
    add(&window, "North", "Lab").await;
    audit.look(&window, "organisations").await;

    window.click_button("Add below Rollcall").await;
    window.until_focus("Name").await;
    window.press("north").await;
    window.press(Key::Enter).await;
    window.see("There is another north beside it.").await;
    audit.look(&window, "a name that is taken").await;
    window.press(Key::Escape).await;

    window.tab_to("Organisations below North").await;
    // What comes to be below something folded stays folded.
    window.press(Key::Enter).await;
    until_shown(&window, "Edit Lab", true).await;
    window.press(Key::Enter).await;
    until_shown(&window, "Edit Lab", false).await;
    window.press(Key::Enter).await;
    until_shown(&window, "Edit Lab", true).await;

    window.click_button("Edit Lab").await;
    window.fill("Time zone", "Mars/Olympus").await;
    window.press(Key::Enter).await;
    window.see("There is no such time zone.").await;
    window.fill("Time zone", "Europe/London").await;
    window.press(Key::Enter).await;
    window.see("Lab is saved").await;
    window.see("Europe/London").await;

    window.click_button("Move Lab").await;
    audit.look(&window, "moving an organisation").await;
    window.until_focus("Below").await;
    window.press("Rollcall").await;
    window.click_first("dialog[open] button[type=submit]").await;
    window.see("Lab is moved").await;

    window.click_button("Archive South").await;
    window.until_focus("Keep organisation").await;
    audit.look(&window, "the question before the archive").await;
    window.click_first("dialog[open] button[type=submit]").await;
    window.see("South is archived").await;
    window.click_button("Take back South").await;
    window.see("South is in use again").await;
    window.click_link("1 person in Rollcall").await;
    UsersPage::shown(&window).await;
    window.see("Organisation").await;
    window.assert_not_reloaded().await;
    audit.finish();
    window.close_despite(&["/api/v1/organisations"]).await;
    site.stop().await;
}

#[tokio::test]
async fn a010_a021_a037_a_person_is_placed_given_roles_and_removed() {
    let site = Site::new().await;
    let okta = site.provider("Okta", ConnectionKind::Okta).await;
    okta.create("Ada", "Lovelace", "ada@example.org").await;
    let window = Window::open(&site).await;
    UsersPage::after_sign_in(&window).await;
    window.click_link("Organisations").await;
    window.see_page("Organisations").await;
    add(&window, "Rollcall", "North").await;
    let users = UsersPage::open(&window, "/users").await;
    let person = PersonPage::open(&users, "Ada Lovelace").await;
    person.tab("Groups and organisations 0").await;
    let mut audit = Audit::new();
    audit.look(&window, "somebody's organisations").await;
    window.mark().await;

    window.click_button("Change organisations").await;
    window.until_focus("Find an organisation").await;
    window.press("nor").await;
    window.click_field("North").await;
    audit.look(&window, "changing organisations").await;
    window.click_first("dialog[open] button[type=submit]").await;
    window.see("Organisations are changed").await;
    person.see_line(&["North", "Given here", "None"]).await;

    window.click_button("Change roles").await;
    window.see("signed out and signs in again").await;
    audit.look(&window, "changing roles").await;
    window
        .click_first(".roles-of:last-of-type label:last-child input")
        .await;
    window.click_first("dialog[open] button[type=submit]").await;
    window.see("Roles are changed").await;

    window.click_button("Remove from North").await;
    window.until_focus("Keep person").await;
    window.see("Remove Ada Lovelace from North?").await;
    window.click_first("dialog[open] button[type=submit]").await;
    window.see("Ada Lovelace is removed from North").await;
    window.assert_not_reloaded().await;
    audit.finish();
    window.close().await;
    site.stop().await;
}

#[tokio::test]
async fn people_are_filtered_by_organisation_and_role() {
    let site = Site::new().await;
    let okta = site.provider("Okta", ConnectionKind::Okta).await;
    okta.create("Ada", "Lovelace", "ada@example.org").await;
    let window = Window::open(&site).await;
    let users = UsersPage::after_sign_in(&window).await;
    users
        .until_names(&["Ada Lovelace", super::site::ADMINISTRATOR_NAME])
        .await;
    let users = UsersPage::open(&window, "/users?role=system_administrator").await;
    users.until_names(&[super::site::ADMINISTRATOR_NAME]).await;
    window.see("System Administrator").await;
    window
        .click_button("Remove filter Role: System Administrator")
        .await;
    users
        .until_names(&["Ada Lovelace", super::site::ADMINISTRATOR_NAME])
        .await;
    window.until_address("/users").await;
    window.close().await;
    site.stop().await;
}
