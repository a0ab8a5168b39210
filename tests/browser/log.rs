//! The provisioning log as a page of its own, the replay of a request, and the tester.

use scim_schema::dialect::ConnectionKind;
use serde_json::json;

use super::{
    Site, Window,
    pages::{ConnectionsPage, PersonPage, UsersPage},
};

#[tokio::test]
async fn the_log_explains_each_request_is_searched_and_keeps_its_state_in_the_address() {
    let site = Site::new().await;
    let okta = site.provider("Okta", ConnectionKind::Okta).await;
    let ada = okta.create("Ada", "Lovelace", "ada@example.org").await;
    okta.create("Grace", "Hopper", "grace@example.org").await;
    okta.set(&ada, "title", json!("Countess")).await;
    let window = Window::open(&site).await;
    UsersPage::after_sign_in(&window).await;
    window.click_link("Provisioning log").await;
    window.see_page("Provisioning log").await;
    window.see("Okta changed title of Ada Lovelace.").await;
    window.see("Okta created Grace Hopper.").await;
    window.mark().await;

    okta.send_refused().await;
    window.see("Okta was refused: ").await;
    window.assert_not_reloaded().await;

    window.fill("Search the log", "hopper").await;
    window.until_address("/log?q=hopper").await;
    window.see_no("Okta changed title of Ada Lovelace.").await;
    window.see("Okta created Grace Hopper.").await;
    window.reload().await;
    window.see("Okta created Grace Hopper.").await;
    window.see_no("Okta changed title of Ada Lovelace.").await;

    window.go_to("/log?outcome=refused&method=POST").await;
    window.see("Okta was refused: ").await;
    assert!(window.has("button", "Remove filter Method: POST").await);
    window.click_button("Remove filter Answer: Refused").await;
    window.until_address("/log?method=POST").await;
    window.see("Okta created Ada Lovelace.").await;
    window.close().await;
    site.stop().await;
}

/// Lines of the first sentence, its path left out, and whether all of it can be seen.
const SENTENCE: &str = "
    const say = document.querySelector('.log summary .say');
    const path = say.querySelector('.path').getBoundingClientRect();
    const line = parseFloat(getComputedStyle(say).lineHeight);
    const lines = Math.round((path.top - say.getBoundingClientRect().top) / line);
    return [lines, say.scrollWidth <= say.clientWidth];";

#[tokio::test]
async fn a_long_sentence_is_one_line_of_the_list_and_whole_once_it_is_opened() {
    let site = Site::new().await;
    let okta = site.provider("Okta", ConnectionKind::Okta).await;
    okta.create("Ada", "Lovelace", "ada@example.org").await;
    let other = site.provider("Other", ConnectionKind::Okta).await;
    other.create_taken("Ada", "King", "ada@example.org").await;
    let window = Window::open(&site).await;
    UsersPage::after_sign_in(&window).await;
    window.click_link("Provisioning log").await;
    window
        .see("who comes from another connection; a System Administrator can move them")
        .await;
    let one_line = json!([1, false]);
    window.until_reads("one line", SENTENCE, one_line).await;
    window.click_first(".log summary").await;
    window.see("Request body").await;
    let [lines, seen] = window
        .read(SENTENCE, vec![])
        .await
        .and_then(|found| serde_json::from_value::<[serde_json::Value; 2]>(found).ok())
        .expect("a sentence");
    assert!(lines.as_u64() > Some(1), "{lines}");
    assert_eq!(seen, true);
    window.close().await;
    site.stop().await;
}

#[tokio::test]
async fn explain_leads_from_a_person_to_their_requests_and_a_replay_writes_nothing() {
    let site = Site::new().await;
    let okta = site.provider("Okta", ConnectionKind::Okta).await;
    let ada = okta.create("Ada", "Lovelace", "ada@example.org").await;
    okta.create("Grace", "Hopper", "grace@example.org").await;
    let window = Window::open(&site).await;
    let users = UsersPage::after_sign_in(&window).await;
    let person = PersonPage::open(&users, "Ada Lovelace").await;
    person.tab("Provisioning").await;
    window.click_link("Explain in the log").await;
    window.see_page("Provisioning log").await;
    window.see("Okta created Ada Lovelace.").await;
    window.see_no("Okta created Grace Hopper.").await;
    window.see("Ada Lovelace").await;

    person.unfold_request("Okta created Ada Lovelace.").await;
    window.click_button("Replay").await;
    window
        .see("It was answered 201 then and would be answered 409 now.")
        .await;
    window.see("Nothing was written.").await;
    okta.delete(&ada).await;
    window.click_button("Replay").await;
    window.see("The answer has the same status as then.").await;
    window.see("Would create Ada Lovelace.").await;
    okta.create("Ada", "Lovelace", "ada@example.org").await;
    window.close().await;
    site.stop().await;
}

#[tokio::test]
async fn the_tester_shows_the_mapped_person_and_the_answer_without_writing() {
    let site = Site::new().await;
    let entra = site.provider("Entra ID", ConnectionKind::Entra).await;
    let window = Window::open(&site).await;
    UsersPage::after_sign_in(&window).await;
    ConnectionsPage::open(&window).await;
    window.click_link("Entra ID").await;
    window.see_page("Entra ID").await;
    window.click_link("Tester").await;
    window.see_page("Tester").await;
    let body = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": "ada@example.org",
        "displayName": "Ada Lovelace",
        "active": "True",
    });
    window.fill("Body", &body.to_string()).await;
    window.click_button("Try request").await;
    window.see("Would create Ada Lovelace.").await;
    window.see("The person as answered").await;
    window.see("boolean_as_string").await;
    window.see("Nothing was written.").await;

    window.fill("Body", "{\"userName\": ").await;
    window.click_button("Try request").await;
    window.see("Would be refused: ").await;
    // The name is free all the same.
    let ada = entra.create("Ada", "Lovelace", "ada@example.org").await;
    window.fill("Path", &format!("/Users/{ada}")).await;
    window.fill("Body", "").await;
    window.click_first("#method option[value='GET']").await;
    window.click_button("Try request").await;
    window.see("Nothing would change.").await;

    window.fill("Path", "/Bulk").await;
    window.click_button("Try request").await;
    window.see("There is a problem").await;
    window.close_despite(&["/rehearsals - "]).await;
    site.stop().await;
}
