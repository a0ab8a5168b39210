//! Connecting an identity provider.

use scim_schema::dialect::ConnectionKind;
use thirtyfour::Key;

use super::{
    Site, Window,
    pages::{ConnectionsPage, UsersPage},
};

#[tokio::test]
async fn a_new_connection_shows_its_token_once_and_the_token_works_at_once() {
    let site = Site::new().await;
    let window = Window::open(&site).await;
    UsersPage::after_sign_in(&window).await;
    let connections = ConnectionsPage::open(&window).await;
    window.see("No connections yet").await;

    let page = connections.add("Okta").await;
    window.see("Connect Okta now").await;
    let okta = page.provider().await;
    assert!(window.has("button", "Copy base URL").await);
    assert!(window.has("button", "Copy token").await);
    window.see("Waiting for the first request of Okta").await;

    okta.create("Ada", "Lovelace", "ada@example.org").await;
    window.see("Recent requests").await;
    window.see_no("Waiting for the first request").await;

    window.click_button("I have stored the token").await;
    window.see_no("Bearer token").await;
    window.reload().await;
    window.see_page("Okta").await;
    window.see("Recent requests").await;
    assert!(!window.has("field", "Bearer token").await);
    window.close().await;
    site.stop().await;
}

#[tokio::test]
async fn the_list_shows_the_last_request_and_the_last_error_live() {
    let site = Site::new().await;
    let window = Window::open(&site).await;
    UsersPage::after_sign_in(&window).await;
    let connections = ConnectionsPage::open(&window).await;
    let okta = connections.add("Okta").await.provider().await;
    let connections = ConnectionsPage::open(&window).await;
    connections
        .until_line("Okta", "no request", |line| {
            line.last_request == "None yet" && line.last_error == "None"
        })
        .await;
    window.mark().await;

    okta.create("Ada", "Lovelace", "ada@example.org").await;
    connections
        .until_line("Okta", "a user was created", |line| {
            line.users == "1" && line.last_request.ends_with("Created") && line.last_error == "None"
        })
        .await;
    okta.send_refused().await;
    connections
        .until_line("Okta", "a request was refused", |line| {
            line.last_request.ends_with("Refused") && line.last_error.contains("userName")
        })
        .await;
    window.assert_not_reloaded().await;
    window.close().await;
    site.stop().await;
}

#[tokio::test]
async fn a_revoked_token_is_refused_and_a_name_in_use_is_said_beside_the_field() {
    let site = Site::new().await;
    let window = Window::open(&site).await;
    UsersPage::after_sign_in(&window).await;
    let connections = ConnectionsPage::open(&window).await;
    let okta = connections.add("Okta").await.provider().await;
    assert_eq!(okta.list_status().await, 200);

    window
        .click_first("button[aria-label^='Revoke token']")
        .await;
    window.see("It is the only valid token").await;
    window.until_focus("Keep token").await;
    window.fill("Type Okta to confirm", "Okta").await;
    window.press(Key::Enter).await;
    window
        .see("No valid token: this provider cannot reach Rollcall")
        .await;
    assert_eq!(okta.list_status().await, 401);

    let connections = ConnectionsPage::open(&window).await;
    connections.begin_to_add().await;
    window.fill("Name", "okta").await;
    window.click_button("Add connection").await;
    window.see("There is a problem").await;
    window.click_button("Cancel").await;
    window.until_focus("Add connection").await;
    window.close_despite(&["/idp-connections - "]).await;
    site.stop().await;
}

#[tokio::test]
async fn expired_tokens_are_said_to_be_expired_and_another_one_is_offered() {
    let site = Site::new().await;
    let window = Window::open(&site).await;
    UsersPage::after_sign_in(&window).await;
    let connections = ConnectionsPage::open(&window).await;
    let okta = connections.add("Okta").await.provider().await;
    assert_eq!(okta.list_status().await, 200);
    window.click_button("I have stored the token").await;

    let ends = |when: &str| {
        format!(
            "UPDATE scim_tokens SET expires_at = strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now', '{when}')"
        )
    };
    assert_eq!(site.execute(&ends("+6 days")).await, 1);
    window.reload().await;
    window
        .see("The last valid token of Okta expires in 5 days, on ")
        .await;
    assert_eq!(site.execute(&ends("-2 days")).await, 1);
    window.reload().await;
    window
        .see("Every token of Okta has expired, the last one on ")
        .await;
    window.see("Expired on ").await;
    ConnectionsPage::open(&window).await;
    window.see("Tokens expired").await;
    window.click_link("Okta").await;
    window.see_page("Okta").await;

    window.click_button("Create token").await;
    window.see("There is no valid token now.").await;
    window.fill("Type Okta to confirm", "Okta").await;
    window.press(Key::Enter).await;
    window.see("Connect Okta now").await;
    window.see_no("Every token of Okta has expired").await;
    window.click_button("I have stored the token").await;
    window.see("Remove").await;
    window.close().await;
    site.stop().await;
}

#[tokio::test]
async fn a_token_that_is_not_stored_outlives_a_change_of_page_and_guards_the_window() {
    let site = Site::new().await;
    let window = Window::open(&site).await;
    UsersPage::after_sign_in(&window).await;
    let connections = ConnectionsPage::open(&window).await;
    connections.add("Okta").await;
    let token = window.value("Bearer token").await;
    // Another connection does not push it aside.
    let connections = ConnectionsPage::open(&window).await;
    connections.add("Second").await;
    ConnectionsPage::open(&window).await;
    window.see("Token to copy").await;
    window.click_link("Okta").await;
    window.see_page("Okta").await;
    assert_eq!(window.value("Bearer token").await, token);

    window
        .until_reads("a question", super::ASKS, true.into())
        .await;
    window.click_button("I have stored the token").await;
    window
        .until_reads("a question", super::ASKS, true.into())
        .await;
    ConnectionsPage::open(&window).await;
    window.click_link("Second").await;
    window.click_button("I have stored the token").await;
    window
        .until_reads("a question", super::ASKS, false.into())
        .await;
    window.close().await;
    site.stop().await;
}

#[tokio::test]
async fn entra_is_given_its_tenant_url_with_the_flag_and_the_field_it_goes_into() {
    let site = Site::new().await;
    site.provider("Entra ID", ConnectionKind::Entra).await;
    site.provider("Old Entra", ConnectionKind::EntraLegacy)
        .await;
    let window = Window::open(&site).await;
    UsersPage::after_sign_in(&window).await;
    let url = "return document.querySelector('[data-testid=base-url]').textContent;";
    for (name, flag) in [("Entra ID", "?aadOptscim062020"), ("Old Entra", "")] {
        ConnectionsPage::open(&window).await;
        window.click_link(name).await;
        window.see_page(name).await;
        let wanted = format!("{}/scim/v2{flag}", site.origin());
        window.until_reads(name, url, wanted.into()).await;
        window.see("Goes into Tenant URL").await;
        assert!(window.has("button", "Copy tenant URL").await);
    }
    window.close().await;
    site.stop().await;
}
