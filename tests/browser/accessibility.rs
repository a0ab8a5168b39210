//! No page has a barrier that axe finds, in light and dark, at a desk and on a phone.

use scim_schema::dialect::ConnectionKind;
use serde_json::json;
use thirtyfour::Key;

use super::{
    Site, Window,
    axe::Audit,
    conformance,
    pages::{ConnectionsPage, PersonPage, SetupPage, SignInPage, UsersPage},
};

#[tokio::test]
async fn pages_of_people_who_are_not_signed_in_have_no_barriers() {
    let site = Site::untouched().await;
    let window = Window::open(&site).await;
    let mut audit = Audit::new();

    window.go_to("/").await;
    window.see("This account has no administrator yet").await;
    audit.look(&window, "sign-in before the set-up").await;
    window.go_to("/setup").await;
    window.see("This page needs a one-time link").await;
    audit.look(&window, "set-up without a link").await;
    let setup = SetupPage::open(&window, &site.setup_link).await;
    audit.look(&window, "set-up").await;
    window.click_button("Create administrator").await;
    window.see("There is a problem").await;
    audit.look(&window, "set-up with errors").await;
    setup
        .create_administrator("Dana", "Whitfield", "dana@example.org")
        .await;
    UsersPage::shown(&window).await;
    window.click_button("Dana Whitfield, account menu").await;
    window.click_button("Sign out").await;
    let sign_in = SignInPage::shown(&window).await;
    audit.look(&window, "sign-in after signing out").await;
    sign_in.send("dana@example.org", "wrong").await;
    window.see("There is a problem").await;
    audit.look(&window, "sign-in with a wrong password").await;
    window.go_to("/a/nowhere").await;
    window.see("There is no such account").await;
    audit.look(&window, "sign-in to no account").await;
    audit.finish();
    window
        .close_despite(&["/sessions - ", "/sign-in-options?account=nowhere - "])
        .await;
    site.stop().await;
}

#[tokio::test]
async fn the_users_page_has_no_barriers() {
    let site = Site::new().await;
    let window = Window::open(&site).await;
    UsersPage::after_sign_in(&window).await;
    window.see("Nobody but you yet").await;
    let mut audit = Audit::new();
    audit.look(&window, "users at first use").await;
    let okta = site.provider("Okta", ConnectionKind::Okta).await;

    okta.create_crowd(26).await;
    let disabled = okta.create("Ada", "Lovelace", "ada@example.org").await;
    okta.set(&disabled, "active", json!(false)).await;
    let users = UsersPage::open(&window, "/users?limit=25&sort=status").await;
    users.until_status("Ada Lovelace", "Disabled by Okta").await;
    audit.look(&window, "users").await;

    window.click_button("Filter").await;
    window.see("Clear all").await;
    audit.look(&window, "users with the filter menu").await;
    window.press(Key::Escape).await;
    window.click_button("Dana Whitfield, account menu").await;
    audit
        .look_as(&window, "the account menu", "light", 1440)
        .await;
    audit
        .look_as(&window, "the account menu", "dark", 1440)
        .await;
    window.press(Key::Escape).await;
    window.press("?").await;
    window.see("Use single-key shortcuts").await;
    audit.look(&window, "the keyboard help").await;
    window.press(Key::Escape).await;
    window.show_as("light", 400).await;
    window.click_button("Open navigation").await;
    for scheme in ["light", "dark"] {
        audit
            .look_as(&window, "the navigation on a phone", scheme, 400)
            .await;
    }
    window.show_as("light", 1440).await;

    let users = UsersPage::open(&window, "/users?q=ada&status=idp_disabled&source=local&x=1").await;
    window.see("No user matches").await;
    users.until_said("0 users match").await;
    audit.look(&window, "users, nobody found").await;
    window.go_to("/nowhere").await;
    window.see("Page not found").await;
    audit.look(&window, "no page").await;
    audit.finish();
    window.close().await;
    site.stop().await;
}

#[tokio::test]
async fn a_persons_page_has_no_barriers() {
    let site = Site::new().await;
    let okta = site.provider("Okta", ConnectionKind::Okta).await;
    let ada = okta.create("Ada", "Lovelace", "ada@example.org").await;
    okta.create_group("Mathematics", &[&ada]).await;
    okta.set(&ada, "active", json!(true)).await;
    okta.set(&ada, "active", json!(false)).await;
    let window = Window::open(&site).await;
    let users = UsersPage::after_sign_in(&window).await;
    let person = PersonPage::open(&users, "Ada Lovelace").await;
    let mut audit = Audit::new();
    window.see("Time zone").await;
    audit.look(&window, "profile").await;
    person.tab("Access and status 1").await;
    person.see_line(&["Disabled by Okta"]).await;
    audit.look(&window, "access and status").await;
    person.tab("Groups and organisations 1").await;
    person.see_line(&["Mathematics"]).await;
    audit.look(&window, "groups").await;
    person.tab("Provisioning").await;
    person.unfold_request("Okta created Ada Lovelace.").await;
    audit
        .look(&window, "provisioning with a request's bodies")
        .await;
    audit.finish();
    window.close().await;
    site.stop().await;
}

#[tokio::test]
async fn the_pages_of_connections_have_no_barriers() {
    let site = Site::new().await;
    let window = Window::open(&site).await;
    UsersPage::after_sign_in(&window).await;
    let connections = ConnectionsPage::open(&window).await;
    let mut audit = Audit::new();
    window.see("No connections yet").await;
    audit.look(&window, "no connections").await;
    connections.begin_to_add().await;
    audit
        .look(&window, "the dialog that adds a connection")
        .await;
    window.click_button("Cancel").await;
    let page = connections.add("Okta").await;
    let okta = page.provider().await;
    audit.look(&window, "a new connection with its token").await;
    okta.create("Ada", "Lovelace", "ada@example.org").await;
    okta.send_refused().await;
    window.click_button("I have stored the token").await;
    window.see("Recent requests").await;
    audit.look(&window, "a connection").await;
    window.click_button("Create token").await;
    window.until_focus("Keep as is").await;
    audit.look(&window, "the dialog that makes a token").await;
    window.click_button("Keep as is").await;
    window
        .click_first("button[aria-label^='Revoke token']")
        .await;
    window.until_focus("Keep token").await;
    audit.look(&window, "the dialog that revokes a token").await;
    window.click_button("Keep token").await;
    let connections = ConnectionsPage::open(&window).await;
    connections
        .until_line("Okta", "an error", |line| {
            line.last_error.contains("userName")
        })
        .await;
    audit.look(&window, "connections").await;
    audit.finish();
    window.close().await;
    site.stop().await;
}

#[tokio::test]
async fn the_conformance_checks_have_no_barriers() {
    let site = Site::new().await;
    site.provider("Okta", ConnectionKind::Okta).await;
    let window = Window::open(&site).await;
    UsersPage::after_sign_in(&window).await;
    conformance::open(&window, "Okta").await;
    let mut audit = Audit::new();
    window.see("Not run yet").await;
    audit.look(&window, "checks that were not run").await;
    window.click_button("Run checks").await;
    window.see("Run again").await;
    window.click_first("details summary").await;
    window.see("What it means").await;
    audit.look(&window, "checks with their evidence").await;
    audit.finish();
    window.close().await;
    site.stop().await;
}

#[tokio::test]
async fn the_log_and_the_tester_have_no_barriers() {
    let site = Site::new().await;
    let okta = site.provider("Okta", ConnectionKind::Okta).await;
    okta.create("Ada", "Lovelace", "ada@example.org").await;
    let window = Window::open(&site).await;
    let users = UsersPage::after_sign_in(&window).await;
    let person = PersonPage::open(&users, "Ada Lovelace").await;
    let mut audit = Audit::new();
    window.click_link("Provisioning log").await;
    window.see_page("Provisioning log").await;
    window.click_button("Filter").await;
    audit.look(&window, "the log with its filters").await;
    window.press(Key::Escape).await;
    person.unfold_request("Okta created Ada Lovelace.").await;
    window.click_button("Replay").await;
    window.see("Nothing was written.").await;
    audit.look(&window, "a replayed request").await;
    window.click_link("Open in tester").await;
    window.see("Taken from the log.").await;
    window.click_button("Try request").await;
    window.see("Nothing was written.").await;
    audit.look(&window, "the tester").await;
    audit.finish();
    window.close().await;
    site.stop().await;
}
