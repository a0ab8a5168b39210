//! Text without a place to break it, as long as SCIM allows, takes no room from what is beside it.

use scim_schema::dialect::ConnectionKind;
use serde_json::{Value, json};

use super::{
    Site, Window,
    pages::{ConnectionsPage, PersonPage, UsersPage},
    shadow,
};

/// Characters of the longest value of an attribute.
const LONGEST: usize = 1024;
/// Characters of the longest user name.
const LONGEST_USER_NAME: usize = 255;
/// Phone and desk.
const WIDTHS: [u32; 2] = [400, 1440];

/// How far the page can be scrolled sideways, and each table on it that can.
const SIDEWAYS: &str = "
    const beyond = (one) => one.scrollWidth - one.clientWidth;
    return [document.scrollingElement, ...document.querySelectorAll('main .table-wrap')]
        .filter((one) => beyond(one) > 0)
        .map((one) => `${one.ariaLabel ?? 'the page'}: ${beyond(one)} px`);";

/// Columns that are too narrow for a word, of tables that are not shown as cards.
const SQUEEZED: &str = "
    return [...document.querySelectorAll('main table')]
        .filter((table) => getComputedStyle(table).display === 'table')
        .flatMap((table) => [...table.querySelectorAll('tbody [data-l], tbody [scope=row]')])
        .filter((cell) => cell.checkVisibility() && cell.clientWidth < 64)
        .map((cell) => `${cell.dataset.l ?? 'the first column'}: ${cell.clientWidth} px`);";

/// Something that begins so, of this length, and has no place to break it.
fn unbroken(first: &str, length: usize) -> String {
    format!("{first}{}", "n".repeat(length - first.len()))
}

/// Notes what is wrong with the page that is shown now.
async fn look(window: &Window, page: &str, wrong: &mut Vec<String>) {
    for width in WIDTHS {
        window.show_as("light", width).await;
        for script in [SIDEWAYS, SQUEEZED] {
            let found = window.read(script, vec![]).await;
            if found != Some(json!([])) {
                wrong.push(format!("{page} at {width}: {found:?}"));
            }
        }
    }
}

#[tokio::test]
async fn the_longest_unbroken_values_leave_every_page_and_column_its_width() {
    let site = Site::new().await;
    let connection = "n".repeat(64);
    let okta = site.provider(&connection, ConnectionKind::Okta).await;
    let (family, group) = (
        unbroken("Lovelace", LONGEST),
        unbroken("Mathematics", LONGEST),
    );
    let address = format!("{}@{}.example.org", "a".repeat(64), "b".repeat(63));
    let ada = okta.create("Ada", &family, &address).await;
    let display = unbroken("Ada", LONGEST);
    for path in ["displayName", "title", "userType"] {
        okta.set(&ada, path, Value::from(&*display)).await;
    }
    let attribute = format!("urn:example:params:2.0:User:{}", "n".repeat(200));
    okta.set(&ada, &attribute, Value::from(&*display)).await;
    okta.create_group(&group, &[&ada]).await;
    let entra = site.provider("Entra", ConnectionKind::Entra).await;
    entra.create_taken("Ada", &family, &address).await;

    let window = Window::open(&site).await;
    let mut wrong = Vec::new();
    let users = UsersPage::after_sign_in(&window).await;
    users.until_listed(&display).await;
    look(&window, "people", &mut wrong).await;
    let person = PersonPage::open(&users, &display).await;
    window.see("Time zone").await;
    look(&window, "a person", &mut wrong).await;
    person.tab("Access and status").await;
    window.see("No holds").await;
    look(&window, "access", &mut wrong).await;
    person.tab("Groups and organisations 1").await;
    person.see_line(&["Mathematics"]).await;
    look(&window, "groups", &mut wrong).await;
    person.tab("Provisioning").await;
    person
        .unfold_request(&format!("{connection} changed title of"))
        .await;
    look(&window, "provisioning", &mut wrong).await;

    window.go_to("/conflicts").await;
    window.see("User name taken").await;
    look(&window, "conflicts", &mut wrong).await;
    window.click_link(&display).await;
    window.see("What differs").await;
    look(&window, "a conflict", &mut wrong).await;
    window.click_button("Move to this connection").await;
    window.until_focus("Keep as is").await;
    look(&window, "the question before a move", &mut wrong).await;
    window.go_to("/log").await;
    window.see_page("Provisioning log").await;
    window.click_first(".log > li:nth-of-type(2) summary").await;
    window.see("Request body").await;
    look(&window, "log", &mut wrong).await;

    ConnectionsPage::open(&window).await;
    window.click_link(&connection).await;
    window.see_page(&connection).await;
    window.see("Arrived without a definition").await;
    look(&window, "a connection", &mut wrong).await;
    window.click_link("Change the mapping").await;
    window.see_page("Organisations and roles").await;
    window.click_button("Add rule").await;
    window.until_focus("Name").await;
    window.press(connection.as_str()).await;
    window.fill("Condition", "userName pr").await;
    for fieldset in [1, 2] {
        let first = format!("[data-testid=rules] fieldset:nth-of-type({fieldset}) input");
        window.click_first(&first).await;
    }
    look(&window, "mapping", &mut wrong).await;
    window.click_button("Review changes").await;
    window.see("1 person would change").await;
    look(&window, "the review of a mapping", &mut wrong).await;

    let page = shadow::add_in_shadow(&window, &connection.replace("nn", "m")).await;
    let provider = page.provider().await;
    window.click_button("I have stored the token").await;
    let met = provider.create("Ada", &family, &address).await;
    let new = provider.create("Ben", &family, "ben@example.org").await;
    let user_name = Value::from(unbroken("ben", LONGEST_USER_NAME));
    provider.set(&new, "userName", user_name).await;
    provider.create_group(&group, &[&met, &new]).await;
    window.see("Groups it would push").await;
    window.see("provisioned by").await;
    look(&window, "a shadow", &mut wrong).await;

    assert!(wrong.is_empty(), "{wrong:#?}");
    window.close().await;
    site.stop().await;
}
