//! Attributes that the account defines: declared where they arrive, seen on a person, deleted with
//! their values.

use serde_json::json;
use thirtyfour::Key;

use super::{
    Site, Window,
    axe::Audit,
    pages::{ConnectionsPage, PersonPage, UsersPage},
};

const URN: &str = "urn:ietf:params:scim:schemas:extension:custom:2.0:User";

#[tokio::test]
async fn what_arrived_is_declared_with_one_click_and_shown_on_the_person() {
    let site = Site::new().await;
    let window = Window::open(&site).await;
    UsersPage::after_sign_in(&window).await;
    let connections = ConnectionsPage::open(&window).await;
    let okta = connections.add("Okta").await.provider().await;
    window.click_button("I have stored the token").await;
    let ada = okta.create("Ada", "Lovelace", "ada@example.org").await;
    okta.set(&ada, &format!("{URN}:desk"), json!(7)).await;
    okta.set(&ada, &format!("{URN}:map"), json!({ "x": 1 }))
        .await;

    window
        .see("This connection knows the attributes of SCIM only")
        .await;
    window.see("Arrived without a definition").await;
    window
        .see("Its values are objects, or of several types")
        .await;
    let mut audit = Audit::new();
    audit.look(&window, "attributes that arrived").await;
    window.mark().await;
    window.click_button("Declare desk").await;
    window.see("1 beyond the SCIM schemas").await;
    window.see_no("Values are being read again").await;
    window.assert_not_reloaded().await;

    window.click_link("Custom attributes").await;
    window.see_page("Custom attributes").await;
    window.see("Whole number").await;
    window.see(&format!("{URN}:desk")).await;
    audit.look(&window, "custom attributes").await;
    audit.finish();

    let users = UsersPage::open(&window, "/users").await;
    let person = PersonPage::open(&users, "Ada Lovelace").await;
    person.tab("Provisioning").await;
    window.see("desk").await;

    window.click_link("Custom attributes").await;
    window.see_page("Custom attributes").await;
    window.click_button("Delete desk").await;
    window.see("1 person loses the value for ever").await;
    window.until_focus("Keep attribute").await;
    window.fill("Type desk to confirm", "desk").await;
    window.press(Key::Enter).await;
    window.see("No custom attributes yet").await;
    window.close().await;
    site.stop().await;
}

#[tokio::test]
async fn an_attribute_is_defined_exposed_and_hidden_by_keyboard() {
    let site = Site::new().await;
    let window = Window::open(&site).await;
    UsersPage::after_sign_in(&window).await;
    ConnectionsPage::open(&window).await.add("Okta").await;
    window.click_button("I have stored the token").await;
    window.click_link("Custom attributes").await;
    window.see_page("Custom attributes").await;
    window.see("No custom attributes yet").await;

    window.click_button("Define attribute").await;
    window.until_focus("Name").await;
    window.fill("Name", "door badge").await;
    window.press(Key::Enter).await;
    window.see("Begin with a letter from a to z").await;
    window.fill("Name", "badge").await;
    window.press(Key::Enter).await;
    window.see("No connection").await;
    window.click_button("Edit badge").await;
    window.fill("What it means", "Opens the doors").await;
    window.press(Key::Enter).await;
    window.see("Opens the doors").await;

    ConnectionsPage::open(&window).await;
    window.click_link("Okta").await;
    window.see_page("Okta").await;
    window.click_button("Expose attribute").await;
    window.until_focus("Attribute").await;
    window.fill("Schema URN", "badges").await;
    window.press(Key::Enter).await;
    window.see("Write a URN such as").await;
    window.fill("Schema URN", URN).await;
    window.press(Key::Enter).await;
    window.see("1 beyond the SCIM schemas").await;
    window.click_button("Hide badge").await;
    window.until_focus("Keep as is").await;
    window.click_button("Hide attribute").await;
    window.see("None beyond the SCIM schemas").await;
    window.close().await;
    site.stop().await;
}
