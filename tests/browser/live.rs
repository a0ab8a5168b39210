//! What an identity provider changes appears on open pages by itself.

use scim_schema::dialect::ConnectionKind;
use serde_json::json;

use super::{Site, Window, pages::UsersPage};

#[tokio::test]
async fn the_open_users_page_follows_the_identity_provider_without_a_reload() {
    let site = Site::new().await;
    let okta = site.provider("Okta", ConnectionKind::Okta).await;
    let window = Window::open(&site).await;
    let users = UsersPage::after_sign_in(&window).await;
    users.until_names(&["Dana Whitfield"]).await;
    window.mark().await;

    let id = okta.create("Ada", "Lovelace", "ada@example.org").await;
    let line = users.until_listed("Ada Lovelace").await;
    assert_eq!(line.email, "ada@example.org");
    assert_eq!(line.source, "Okta");
    users.until_status("Ada Lovelace", "Active").await;
    users.until_said("2 users").await;

    okta.set(&id, "name.familyName", json!("Byron")).await;
    users.until_listed("Ada Byron").await;
    users.until_gone("Ada Lovelace").await;

    okta.set(&id, "active", json!(false)).await;
    users.until_status("Ada Byron", "Disabled by Okta").await;
    okta.set(&id, "active", json!(true)).await;
    users.until_status("Ada Byron", "Active").await;

    okta.delete(&id).await;
    users.until_names(&["Dana Whitfield"]).await;
    users.until_said("1 user").await;

    window.assert_not_reloaded().await;
    window.close().await;
    site.stop().await;
}
