//! No page scrolls sideways, however long the names on it are.

use scim_schema::dialect::ConnectionKind;
use serde_json::{Value, json};

use super::{
    Site, Window,
    pages::{ConnectionsPage, PersonPage, UsersPage},
};

/// Phone, the two ends of a small window, desk.
const WIDTHS: [u32; 4] = [400, 1024, 1100, 1440];
/// The longest name of a connection, without a place to break it.
const LONG: &str = "OktaWorkforceOfTheNorthfieldUnifiedSchoolDistrictForStaffAndPupi";

/// What sticks out to the right of the page, when it is wider than its window.
const STICKING_OUT: &str = "
    const page = document.scrollingElement;
    if (page.scrollWidth <= page.clientWidth) return [];
    return [page.scrollWidth, ...[...document.querySelectorAll('main *')]
        .filter((one) => one.getBoundingClientRect().right > page.clientWidth + 1)
        .map((one) => `${one.tagName}.${one.className}: ${one.textContent.slice(0, 40)}`)
        .slice(0, 8)];";

/// Pages that were too wide, with their widths; looks at the one that is shown now.
async fn look(window: &Window, page: &str, wide: &mut Vec<String>) {
    for width in WIDTHS {
        window.show_as("light", width).await;
        let found = window.read(STICKING_OUT, vec![]).await;
        if found != Some(json!([])) {
            wide.push(format!("{page} at {width}: {found:?}"));
        }
    }
    window.show_as("light", 1440).await;
}

#[tokio::test]
async fn no_page_scrolls_sideways_with_the_longest_names() {
    assert_eq!(LONG.len(), 64);
    let site = Site::new().await;
    let okta = site.provider(LONG, ConnectionKind::Okta).await;
    let family = "Featherstonehaugh-Cholmondeley-Wolfeschlegelsteinhausenbergerdorff";
    let address = "alexandria.featherstonehaugh-cholmondeley@northfield-unified.example.org";
    let ada = okta.create("Alexandria", family, address).await;
    okta.create_group(&format!("Mathematics{LONG}"), &[&ada])
        .await;
    okta.set(&ada, "title", Value::from(LONG)).await;
    okta.send_refused().await;
    okta.set(&ada, "active", json!(false)).await;
    let ben = okta.create("Ben", "Lovelace", "ben@example.org").await;
    okta.delete(&ben).await;

    let window = Window::open(&site).await;
    let mut wide = Vec::new();
    let users = UsersPage::after_sign_in(&window).await;
    let name = format!("Alexandria {family}");
    users
        .until_status(&name, &format!("Disabled by {LONG}"))
        .await;
    look(&window, "users", &mut wide).await;
    let person = PersonPage::open(&users, &name).await;
    window.see("Time zone").await;
    look(&window, "profile", &mut wide).await;
    person.tab("Access and status 1").await;
    person.see_line(&["Disabled by"]).await;
    look(&window, "access", &mut wide).await;
    person.tab("Groups 1").await;
    person.see_line(&["Mathematics"]).await;
    look(&window, "groups", &mut wide).await;
    person.tab("Provisioning").await;
    person.unfold_request("Created the user").await;
    look(&window, "provisioning", &mut wide).await;

    // The longest line of the list of connections: a warning, and an error with a long sentence.
    let warned = "UPDATE scim_tokens SET expires_at =
        strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now', '+6 days')";
    assert_eq!(site.execute(warned).await, 1);
    let told = "UPDATE scim_request_log SET decision =
        'userName is required, so nothing was stored; send it with a value that is not empty'
        WHERE status >= 400";
    assert_eq!(site.execute(told).await, 1);
    ConnectionsPage::open(&window).await;
    window.see(LONG).await;
    look(&window, "connections", &mut wide).await;
    window.click_link(LONG).await;
    window.see_page(LONG).await;
    window.see("Recent requests").await;
    look(&window, "one connection", &mut wide).await;
    window.go_to("/users?status=deleted").await;
    window.see("Ben Lovelace").await;
    look(&window, "deleted users", &mut wide).await;
    window.go_to("/users?q=nobody").await;
    window.see("Search the 1 deleted person").await;
    look(&window, "nobody found", &mut wide).await;
    window.go_to("/nowhere").await;
    window.see("Page not found").await;
    look(&window, "no page", &mut wide).await;

    assert!(wide.is_empty(), "{wide:#?}");
    window.close().await;
    site.stop().await;
}
