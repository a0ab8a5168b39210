//! Scopes, rotation and OAuth clients, on a connection's page.

use serde_json::Value;
use thirtyfour::Key;

use super::{
    Provider, Site, Window,
    axe::Audit,
    pages::{ConnectionPage, ConnectionsPage, UsersPage},
};

/// The cells of a table's column, by its heading.
const COLUMN: &str = "
    const [caption, heading] = arguments;
    const table = [...document.querySelectorAll('table')]
        .find((table) => table.caption?.textContent === caption);
    if (!table) return [];
    return [...table.querySelectorAll(`tbody [data-l='${heading}']`)]
        .map((cell) => cell.textContent.replace(/\\s+/g, ' ').trim());";

async fn until_column(window: &Window, caption: &str, heading: &str, wanted: &[&str]) {
    let what = format!("{heading}: {wanted:?}");
    window
        .until(&what, async || {
            let arguments = vec![caption.into(), heading.into()];
            let cells = window.read(COLUMN, arguments).await?;
            let cells: Vec<String> = serde_json::from_value(cells).ok()?;
            (cells == wanted).then_some(())
        })
        .await;
}

#[tokio::test]
async fn a_token_is_limited_and_rotated_without_cutting_anybody_off() {
    let site = Site::new().await;
    let window = Window::open(&site).await;
    UsersPage::after_sign_in(&window).await;
    let connections = ConnectionsPage::open(&window).await;
    connections.add("Okta").await;
    window.click_button("I have stored the token").await;
    until_column(&window, "Tokens, newest first", "May", &["Everything"]).await;

    let mut audit = Audit::new();
    window.click_button("Create token").await;
    window.until_focus("Keep as is").await;
    audit.look(&window, "the scopes of a new token").await;
    for scope in [
        "Read users and groups",
        "Change users and see their groups",
        "Change groups",
    ] {
        window.click_field(scope).await;
    }
    window.fill("Type Okta to confirm", "Okta").await;
    window.press(Key::Enter).await;
    window.see("Choose at least one.").await;
    window.click_field("Read users and groups").await;
    window.click_first("dialog[open] button.primary").await;
    let page = ConnectionPage::shown(&window, "Okta").await;
    let reader = page.provider().await;
    assert_eq!(reader.list_status().await, 200);
    assert_eq!(reader.delete_status("nobody").await, 403);
    window.click_button("I have stored the token").await;
    let may = ["Read users and groups", "Everything"];
    until_column(&window, "Tokens, newest first", "May", &may).await;

    window
        .click_first("button[aria-label^='Rotate token']")
        .await;
    window.see("Both work for 7 days.").await;
    window.click_field("At once").await;
    window.see("The old token is refused at once").await;
    audit.look(&window, "the dialog that rotates a token").await;
    window.click_field("In 24 hours").await;
    window.fill("Type Okta to confirm", "Okta").await;
    window.press(Key::Enter).await;
    window.see("Connect Okta now").await;
    let rotated = page.provider().await;
    for provider in [&reader, &rotated] {
        assert_eq!(provider.list_status().await, 200);
    }
    let may = [
        "Read users and groups",
        "Read users and groups",
        "Everything",
    ];
    until_column(&window, "Tokens, newest first", "May", &may).await;
    audit.finish();
    window.close().await;
    site.stop().await;
}

#[tokio::test]
async fn an_oauth_client_is_added_fetches_a_token_and_is_revoked() {
    let site = Site::new().await;
    let window = Window::open(&site).await;
    UsersPage::after_sign_in(&window).await;
    let connections = ConnectionsPage::open(&window).await;
    connections.add("Okta").await;
    window.click_button("I have stored the token").await;
    window.see("No OAuth clients.").await;

    let mut audit = Audit::new();
    window.click_button("Add OAuth client").await;
    window.click_field("Private key (signed JWT)").await;
    window
        .fill("Public key", "-----BEGIN PUBLIC KEY-----")
        .await;
    window.click_first("dialog[open] button.primary").await;
    window.see("There is a problem").await;
    window.see("Paste a public key as JSON").await;
    audit
        .look(&window, "the dialog that adds an OAuth client")
        .await;
    window.click_field("Client secret").await;
    window.click_field("Change groups").await;
    window.click_first("dialog[open] button.primary").await;
    window.see("I have stored the secret").await;
    window.until_focus("Connect Okta now").await;
    audit.look(&window, "a new OAuth client").await;

    let base_url = window.value("Base URL").await;
    let answer: Value = reqwest::Client::new()
        .post(window.value("Token URL").await)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(format!(
            "grant_type=client_credentials&client_id={}&client_secret={}",
            window.value("Client ID").await,
            window.value("Client secret").await
        ))
        .send()
        .await
        .expect("an answer")
        .json()
        .await
        .expect("JSON");
    assert_eq!(answer["scope"], "read users", "{answer}");
    let token = answer["access_token"].as_str().expect("a token");
    let provider = Provider::new(base_url, token.to_owned());
    assert_eq!(provider.list_status().await, 200);
    window.click_button("I have stored the secret").await;
    window.until_focus("Okta").await;
    let may = ["Read users and groups, Change users and see their groups"];
    until_column(&window, "OAuth clients, newest first", "May", &may).await;

    window
        .click_first("button[aria-label^='Revoke Client ']")
        .await;
    window.until_focus("Keep client").await;
    window.fill("Type Okta to confirm", "Okta").await;
    window.press(Key::Enter).await;
    window.see("No OAuth clients.").await;
    window.until_focus("OAuth clients").await;
    assert_eq!(provider.list_status().await, 401);
    audit.finish();
    window.close_despite(&["/oauth-clients - "]).await;
    site.stop().await;
}
