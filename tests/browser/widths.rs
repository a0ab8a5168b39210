//! No page scrolls sideways, however long the names on it are.

use scim_schema::dialect::ConnectionKind;
use serde_json::{Value, json};
use thirtyfour::Key;

use super::{
    Site, Window, alerts,
    pages::{ConnectionsPage, PersonPage, UsersPage},
    shadow,
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

/// Opens everything that is folded.
const UNFOLD: &str =
    "document.querySelectorAll('details.fold').forEach((fold) => { fold.open = true; });";

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
    let urn = "urn:ietf:params:scim:schemas:extension:northfield-unified-school-district:2.0:User";
    okta.set(&ada, &format!("{urn}:{LONG}"), Value::from(LONG))
        .await;
    okta.send_refused().await;
    okta.set(&ada, "active", json!(false)).await;
    let ben = okta.create("Ben", "Lovelace", "ben@example.org").await;
    okta.delete(&ben).await;
    alerts::raise(&site).await;

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
    person.tab("Groups and organisations 1").await;
    person.see_line(&["Mathematics"]).await;
    look(&window, "groups", &mut wide).await;
    person.tab("Provisioning").await;
    person
        .unfold_request(&format!("{LONG} created {name}."))
        .await;
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
    window.see("Arrived without a definition").await;
    look(&window, "one connection", &mut wide).await;
    window.read(UNFOLD, vec![]).await;
    window.see("All as this provider needs them").await;
    look(&window, "one connection with everything open", &mut wide).await;
    window.click_link("Tester").await;
    window
        .fill("Body", &format!("{{\"userName\":\"{LONG}\"}}"))
        .await;
    window.click_button("Try request").await;
    window.see("Nothing was written.").await;
    look(&window, "tester", &mut wide).await;
    window.back().await;
    window.see_page(LONG).await;
    window.click_link("Conformance").await;
    window.see("Not run yet").await;
    look(&window, "checks not run", &mut wide).await;
    window.click_button("Run checks").await;
    window.see("Run again").await;
    for selector in ["details summary", "li:nth-of-type(4) details summary"] {
        window.click_first(selector).await;
    }
    window.see("What it means").await;
    look(&window, "checks", &mut wide).await;
    window.click_link("Provisioning log").await;
    window.see_page("Provisioning log").await;
    window.click_button("Filter").await;
    look(&window, "log with its filters", &mut wide).await;
    window.press(Key::Escape).await;
    window.click_first("details summary").await;
    window.click_button("Replay").await;
    window.see("Nothing was written.").await;
    look(&window, "log with a replayed request", &mut wide).await;
    window.go_to("/provisioning").await;
    window.click_link(LONG).await;
    window.see_page(LONG).await;
    window.see("Arrived without a definition").await;
    window.click_button(&format!("Declare {LONG}")).await;
    window.see("1 beyond the SCIM schemas").await;
    look(&window, "its attributes", &mut wide).await;
    window.go_to("/attributes").await;
    window.see(LONG).await;
    look(&window, "custom attributes", &mut wide).await;
    let other = site.provider("Other", ConnectionKind::Okta).await;
    other.create_taken("Ada", LONG, address).await;
    window.go_to("/conflicts").await;
    window.see("User name taken").await;
    look(&window, "conflicts", &mut wide).await;
    window.click_link(&name).await;
    window.see("What differs").await;
    look(&window, "one conflict", &mut wide).await;
    window.go_to("/provisioning").await;
    window.click_link(LONG).await;
    window.click_link("Change the mapping").await;
    window.see_page("Organisations and roles").await;
    window.click_button("Add rule").await;
    window.until_focus("Name").await;
    window.press(LONG).await;
    look(&window, "mapping", &mut wide).await;
    let shadowy = LONG.replace("Okta", "Entr");
    let page = shadow::add_in_shadow(&window, &shadowy).await;
    let entra = page.provider().await;
    window.click_button("I have stored the token").await;
    let sent = entra.create("Alexandria", family, address).await;
    entra
        .create_group(&format!("Mathematics{LONG}"), &[&sent])
        .await;
    window.see("Groups it would push").await;
    look(&window, "a shadow", &mut wide).await;
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
