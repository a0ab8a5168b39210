//! The conformance checks of a connection: run, read with their evidence, searched, and exported.

use scim_schema::dialect::ConnectionKind;
use serde_json::json;

use super::{
    Site, Window,
    pages::{ConnectionsPage, UsersPage},
};

/// Makes a check of the last run a failed one, with this reason.
const BROKEN: &str = "UPDATE conformance_runs SET checks = replace(checks,
    '\"verdict\":\"passed\",\"reason\":null}',
    '\"verdict\":\"failed\",\"reason\":\"The status is 500 and not 200.\"}')";

const SHOW: &str = "return location.search;";

/// Opens the conformance page of a connection from the list of connections.
pub(super) async fn open(window: &Window, name: &str) {
    ConnectionsPage::open(window).await;
    window.click_link(name).await;
    window.see_page(name).await;
    window.click_link("Conformance").await;
    window.see_page("Conformance").await;
}

#[tokio::test]
async fn the_checks_are_run_and_show_what_was_sent_and_answered() {
    let site = Site::new().await;
    site.provider("Entra ID", ConnectionKind::Entra).await;
    let window = Window::open(&site).await;
    UsersPage::after_sign_in(&window).await;
    open(&window, "Entra ID").await;
    window.see("Not run yet").await;
    window.mark().await;
    window.click_button("Run checks").await;
    window.see("Run again").await;
    window.see("checks passed").await;
    window.see("run by Dana Whitfield").await;
    window.see("This provider's dialect").await;
    window.assert_not_reloaded().await;

    window.fill("Search the checks", "capitals").await;
    window
        .until_reads("the search in the address", SHOW, json!("?q=capitals"))
        .await;
    window.see_no("Groups and members").await;
    window.click_first("details summary").await;
    window.see("What it means").await;
    window.see("409 uniqueness").await;
    window.see("POST /Users").await;
    window.see("Answer").await;
    window.click_link("Failed 0").await;
    window.see("No check matches").await;
    window.fill("Search the checks", "").await;
    window.see("No check failed").await;
    window.reload().await;
    window.see("No check failed").await;

    let exported = "
        const done = arguments[arguments.length - 1];
        const link = [...document.querySelectorAll('a')].find((one) => one.hasAttribute('download'));
        fetch(link.href)
            .then((answer) => answer.json())
            .then((run) => done([run.score.failed, run.checks[0].evidence.length > 0]));";
    assert_eq!(window.read_later(exported).await, json!([0, true]));
    window.close().await;
    site.stop().await;
}

#[tokio::test]
async fn a_failed_check_says_why_and_is_found_by_its_result() {
    let site = Site::new().await;
    site.provider("Okta", ConnectionKind::Okta).await;
    let window = Window::open(&site).await;
    UsersPage::after_sign_in(&window).await;
    open(&window, "Okta").await;
    window.click_button("Run checks").await;
    window.see("Run again").await;
    assert_eq!(site.execute(BROKEN).await, 1);
    window.reload().await;
    window.see("0 of ").await;
    window.click_link("Passed 0").await;
    window.see("No check matches").await;
    window.click_first("nav.tabs a:nth-of-type(2)").await;
    window
        .until_reads("the result in the address", SHOW, json!("?show=failed"))
        .await;
    window.click_first("details summary").await;
    window.see("The status is 500 and not 200.").await;
    window.close().await;
    site.stop().await;
}
