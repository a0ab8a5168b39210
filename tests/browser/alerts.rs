//! Alerts about connections: they appear by themselves and go when somebody has seen them.

use std::time::Duration;

use scim_schema::dialect::ConnectionKind;
use thirtyfour::Key;

use super::{
    Site, Window,
    axe::Audit,
    pages::{ConnectionsPage, UsersPage},
};

/// What the navigation counts at Connections.
const COUNT: &str = "
    const item = [...document.querySelectorAll('nav a.item')]
        .find((item) => item.textContent.includes('Connections'));
    return item?.querySelector('.count')?.textContent ?? '';";

/// Raises an alert of each kind for every connection, as the job would.
pub(super) async fn raise(site: &Site) {
    for (own, kind, table) in [
        ("id", "connection_silent", "idp_connections"),
        ("connection_id", "token_expiring", "scim_tokens"),
    ] {
        let raised = site
            .execute(&format!(
                "INSERT INTO alerts (account_id, id, connection_id, subject_id, kind, since, raised_at, version)
                 SELECT account_id, id, {own}, id, '{kind}', created_at, created_at, 1 FROM {table}"
            ))
            .await;
        assert!(raised > 0, "{kind}");
    }
}

/// Waits until the log has so many requests and makes them three hours old.
async fn age_requests(site: &Site, count: u64) {
    let age =
        "UPDATE scim_request_log SET at = strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now', '-3 hours')";
    for _ in 0..100 {
        if site.execute(age).await == count {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the log has not {count} requests");
}

#[tokio::test]
async fn a_silent_connection_is_told_of_without_a_reload_and_acknowledged_by_keyboard() {
    let site = Site::new().await;
    let okta = site.provider("Okta", ConnectionKind::Okta).await;
    for _ in 0..3 {
        assert_eq!(okta.list_status().await, 200);
    }
    age_requests(&site, 3).await;
    let window = Window::open(&site).await;
    UsersPage::after_sign_in(&window).await;
    ConnectionsPage::open(&window).await;
    window.click_link("Okta").await;
    window.see_page("Okta").await;
    window.mark().await;

    window.click_first("[data-testid=silence] summary").await;
    window.fill("Hours without a request", "soon").await;
    window.click_button("Save hours").await;
    window.see("Enter a whole number of hours").await;
    window.fill("Hours without a request", "2").await;
    window.press(Key::Enter).await;
    window.see("Hours saved").await;
    window.see("Okta has sent nothing since ").await;
    window.until_reads("one alert", COUNT, "1".into()).await;
    let mut audit = Audit::new();
    audit.look(&window, "a connection with an alert").await;

    ConnectionsPage::open(&window).await;
    window.see("Okta has sent nothing since ").await;
    audit.look(&window, "connections with an alert").await;
    audit.finish();
    window.click_link("Look at its requests").await;
    window.see_page("Provisioning log").await;
    window.back().await;
    window.see_page("Connections").await;
    window.tab_to("Acknowledge the alert about Okta").await;
    window.press(Key::Enter).await;
    window.see("Alert acknowledged").await;
    window.see_no("Okta has sent nothing since ").await;
    window.until_focus("Connections").await;
    window.until_reads("no alert", COUNT, "".into()).await;
    window.assert_not_reloaded().await;
    window.close().await;
    site.stop().await;
}

#[tokio::test]
async fn a_token_that_ends_soon_leads_to_its_rotation() {
    let site = Site::new().await;
    site.provider("Okta", ConnectionKind::Okta).await;
    raise(&site).await;
    let soon =
        "UPDATE scim_tokens SET expires_at = strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now', '+6 days')";
    assert_eq!(site.execute(soon).await, 1);
    let window = Window::open(&site).await;
    UsersPage::after_sign_in(&window).await;
    window.until_reads("two alerts", COUNT, "2".into()).await;
    ConnectionsPage::open(&window).await;
    window.see(" of Okta ends on ").await;
    window.click_link("Rotate the token").await;
    window.see_page("Okta").await;
    // The alert says it, and nothing says it again.
    window.see(" of Okta ends on ").await;
    window.see_no("The last valid token of Okta").await;
    window
        .click_first("button[aria-label^='Rotate token']")
        .await;
    window.fill("Type Okta to confirm", "Okta").await;
    window.press(Key::Enter).await;
    window.see("Connect Okta now").await;
    window.see_no(" of Okta ends on ").await;
    window.close().await;
    site.stop().await;
}
