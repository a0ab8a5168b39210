//! Shadow mode: what a provider sends is listed with what it would do, page by page, and taken live
//! by keyboard.

use scim_schema::dialect::ConnectionKind;
use thirtyfour::Key;

use super::{
    Site, Window,
    axe::Audit,
    pages::{ConnectionPage, ConnectionsPage, UsersPage},
};

/// People of a page of the difference.
const PAGE: u32 = 50;
/// Names in the table of people, in its order.
const NAMES: &str = "return [...document.querySelectorAll(
    '[data-testid=shadow] table:first-of-type tbody th')]
    .map((one) => one.firstChild.textContent.trim());";
/// What is said beside one of them.
const OUTCOME: &str = "
    const row = [...document.querySelectorAll('[data-testid=shadow] tbody tr')]
        .find((row) => row.querySelector('th').textContent.startsWith(arguments[0]));
    return row?.querySelector(\"[data-l='Outcome']\").innerText.replace(/\\s+/g, ' ') ?? '';";

/// Adds a connection that begins in shadow mode, by its dialog.
pub(super) async fn add_in_shadow<'a>(window: &'a Window, name: &str) -> ConnectionPage<'a> {
    ConnectionsPage::open(window).await.begin_to_add().await;
    window.fill("Name", name).await;
    window.click_field("Begin in shadow mode").await;
    window.press(Key::Tab + Key::Tab + Key::Enter).await;
    ConnectionPage::shown(window, name).await
}

async fn until_outcome(window: &Window, name: &str, wanted: &str) {
    window
        .until(&format!("{name}: {wanted}"), async || {
            let said = window.read(OUTCOME, vec![name.into()]).await?;
            (said == wanted).then_some(())
        })
        .await;
}

/// Waits until the first of the people listed is this one.
async fn until_first(window: &Window, name: &str) {
    window
        .until(&format!("a page that begins with {name}"), async || {
            let names = window.read(NAMES, vec![]).await?;
            (names[0] == name).then_some(())
        })
        .await;
}

#[tokio::test]
async fn a_shadow_is_looked_through_and_taken_live_by_keyboard() {
    let site = Site::new().await;
    let okta = site.provider("Okta", ConnectionKind::Okta).await;
    okta.create("Ben", "Mills", "ben@example.org").await;
    let window = Window::open(&site).await;
    UsersPage::after_sign_in(&window).await;
    let mut audit = Audit::new();

    let entra = add_in_shadow(&window, "Entra").await.provider().await;
    window.click_button("I have stored the token").await;
    window.see("Shadow mode never cuts access.").await;
    window.see("Nothing sent yet").await;
    audit.look(&window, "an empty shadow").await;
    window.mark().await;
    window.click_button("Go live").await;
    window.until_focus("Stay in shadow").await;
    window.see("there is nothing to review").await;
    assert!(window.has("button", "Leave shadow mode").await);
    audit
        .look(&window, "the question about an empty shadow")
        .await;
    window.press(Key::Enter).await;
    window.until_focus("Go live").await;

    let ada = entra.create("Ada", "Lovelace", "ada@example.org").await;
    entra.create("Benjamin", "Mills", "ben@example.org").await;
    entra.create_group("Mathematics", &[&ada]).await;
    entra.create_crowd(PAGE).await;
    until_outcome(&window, "Ada Lovelace", "Create").await;
    let conflict = "Conflict Ben Mills is here already, provisioned by Okta";
    until_outcome(&window, "Benjamin Mills", conflict).await;
    window.see("name.givenName Ben →").await;
    window.see("Groups it would push").await;
    audit.look(&window, "a shadow with its difference").await;

    // In the order they were sent; the address carries the place.
    until_first(&window, "Ada Lovelace").await;
    window.click_link("Next").await;
    until_first(&window, "Zoe Zimmer49").await;
    window.back().await;
    until_first(&window, "Ada Lovelace").await;
    window.click_link("Next").await;
    window.click_link("First page").await;
    until_first(&window, "Ada Lovelace").await;
    window.assert_not_reloaded().await;
    let users = UsersPage::open(&window, "/users").await;
    users.until_names(&["Ben Mills", "Dana Whitfield"]).await;
    let page = ConnectionsPage::open(&window).await;
    page.until_line("Entra", "nobody provisioned", |line| line.users == "0")
        .await;
    window.click_link("Entra").await;
    ConnectionPage::shown(&window, "Entra").await;

    window.see("New names").await;
    window.tab_to("Go live").await;
    window.press(Key::Enter).await;
    window.until_focus("Stay in shadow").await;
    window.see("52 people and 1 group become real").await;
    window.see("1 of them has the name of somebody").await;
    audit.look(&window, "the question before going live").await;
    window.mark().await;
    window.fill("Type Entra to confirm", "Entra").await;
    // What is taken live is what was looked at.
    entra.create("Cem", "Aslan", "cem@example.org").await;
    window.press(Key::Enter).await;
    window.see("The shadow has changed since").await;
    window.see("53 people and 1 group become real").await;
    window.tab_to("Go live").await;
    window.press(Key::Enter).await;
    window.see("Going live has begun").await;
    window.see_no("Shadow mode never cuts access.").await;
    let left = "Conflict Left behind Ben Mills is here already, provisioned by Okta";
    until_outcome(&window, "Benjamin Mills", left).await;
    window.click_button("Try the rest again").await;
    window.see("Try again what Entra left behind").await;
    window.press(Key::Escape).await;
    audit.look(&window, "what was left behind").await;
    window.assert_not_reloaded().await;

    let users = UsersPage::open(&window, "/users?q=lovelace").await;
    let line = users.until_listed("Ada Lovelace").await;
    assert_eq!(line.source, "Entra");
    assert_eq!(entra.id_of("ada@example.org").await, ada, "ids stay");
    let users = UsersPage::open(&window, "/users?q=mills").await;
    assert_eq!(users.until_listed("Ben Mills").await.source, "Okta");
    audit.finish();
    window.close().await;
    site.stop().await;
}

/// Holds each going live back, so that its first try is half a minute away.
const HELD_BACK: &str = "CREATE TRIGGER held_back AFTER INSERT ON jobs WHEN NEW.queue = 'go_live'
    BEGIN
        UPDATE jobs SET run_at = strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now', '+30 seconds')
        WHERE id = NEW.id;
    END";

#[tokio::test]
async fn a_going_live_that_fails_says_why_on_the_open_page_and_is_stopped() {
    let site = Site::new().await;
    let window = Window::open(&site).await;
    UsersPage::after_sign_in(&window).await;
    let mut audit = Audit::new();
    let entra = add_in_shadow(&window, "Entra").await.provider().await;
    window.click_button("I have stored the token").await;
    entra.create("Ada", "Lovelace", "ada@example.org").await;
    until_outcome(&window, "Ada Lovelace", "Create").await;

    site.execute(HELD_BACK).await;
    window.mark().await;
    window.click_button("Go live").await;
    window.fill("Type Entra to confirm", "Entra").await;
    window.press(Key::Enter).await;
    window.see("0 of 1").await;
    let failed = "UPDATE jobs SET last_error = 'the database is closed' WHERE queue = 'go_live'";
    assert_eq!(site.execute(failed).await, 1);
    window
        .see("The last try failed: the database is closed.")
        .await;
    audit.look(&window, "a going live that fails").await;

    window.tab_to("Stop going live").await;
    window.press(Key::Enter).await;
    window.until_focus("Keep trying").await;
    window.see("Who is live already stays live.").await;
    audit.look(&window, "the question before a stop").await;
    window.fill("Type Entra to confirm", "Entra").await;
    window.press(Key::Enter).await;
    window.see("Shadow mode never cuts access.").await;
    window.see_no("0 of 1 done").await;
    until_outcome(&window, "Ada Lovelace", "Create").await;
    window.assert_not_reloaded().await;
    audit.finish();
    window.close().await;
    site.stop().await;
}
