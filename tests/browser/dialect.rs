//! The dialect of a connection, function by function.

use reqwest::StatusCode;

use super::{
    Site, Window,
    axe::Audit,
    pages::{ConnectionsPage, UsersPage},
};

#[tokio::test]
async fn a_function_of_the_dialect_is_turned_on_and_reset() {
    let site = Site::new().await;
    let window = Window::open(&site).await;
    UsersPage::after_sign_in(&window).await;
    let connections = ConnectionsPage::open(&window).await;
    let okta = connections.add("Okta").await.provider().await;
    let group = okta.create_group("Analysts", &[]).await;
    assert_eq!(okta.rename(&group, "A").await, StatusCode::NO_CONTENT);

    window.click_first("[data-testid=dialect] summary").await;
    window.see("All as this provider needs them").await;
    window.see("A changed group is answered with 200").await;
    window.mark().await;
    window.click_button("Turn on group_patch_200").await;
    window.see("1 function changed by hand").await;
    window.until_focus("Reset group_patch_200").await;
    assert_eq!(okta.rename(&group, "B").await, StatusCode::OK);
    let mut audit = Audit::new();
    audit.look(&window, "the dialect of a connection").await;
    audit.finish();

    window.click_button("Reset group_patch_200").await;
    window.see("All as this provider needs them").await;
    assert_eq!(okta.rename(&group, "C").await, StatusCode::NO_CONTENT);
    window.assert_not_reloaded().await;
    window.close().await;
    site.stop().await;
}
