//! The mapping of a connection: rules by keyboard, reviewed on everybody, applied.

use super::{
    Site, Window,
    axe::Audit,
    pages::{ConnectionsPage, PersonPage, UsersPage},
};

/// Names of the rules as they stand.
const RULES: &str = "return [...document.querySelectorAll('[data-testid=rules] h3')]
    .map((one) => one.textContent);";

#[tokio::test]
async fn rules_are_ordered_by_keyboard_reviewed_and_applied() {
    let site = Site::new().await;
    let window = Window::open(&site).await;
    UsersPage::after_sign_in(&window).await;
    let connections = ConnectionsPage::open(&window).await;
    let okta = connections.add("Okta").await.provider().await;
    okta.create("Ada", "Lovelace", "ada@example.org").await;
    let ben = okta.create("Ben", "Mills", "ben@example.org").await;
    okta.set(&ben, "userType", "Teacher".into()).await;
    window.click_button("I have stored the token").await;
    let mut audit = Audit::new();

    window.see("Everybody belongs to").await;
    window.click_link("Change the mapping").await;
    window.see_page("Organisations and roles").await;
    window.see("No rules").await;
    window
        .until_reads("a question", super::ASKS, false.into())
        .await;
    audit.look(&window, "a mapping without rules").await;

    // An empty rule is refused with all that it lacks, and what was entered stays.
    window.click_button("Add rule").await;
    window.until_focus("Name").await;
    let title = "return document.title;";
    let plain = "Organisations and roles - Rollcall";
    window.until_reads("the title", title, plain.into()).await;
    window.click_button("Review changes").await;
    let lines = "return [...document.querySelectorAll('.error-summary a')]
        .map((line) => line.innerText);";
    let wrong = serde_json::json!([
        "Rule 1, name: Enter a name.",
        "Rule 1, condition: Enter a condition, such as userType eq \"Teacher\".",
        "Rule 1, organisations: Choose an organisation.",
    ]);
    window
        .until_reads("all that is wrong", lines, wrong.clone())
        .await;
    let on_summary = "return document.activeElement.matches('.error-summary');";
    window
        .until_reads("the focus on the summary", on_summary, true.into())
        .await;
    let marked = format!("Error: {plain}");
    window
        .until_reads("the title", title, marked.as_str().into())
        .await;
    let by_fields = "return [...document.querySelectorAll('.error')]
        .map((line) => line.innerText);";
    window
        .until_reads("the same words at the fields", by_fields, wrong)
        .await;
    window.click_link("Rule 1, name: Enter a name.").await;
    window.until_focus("Name").await;
    window.press("Teachers").await;
    window.click_button("Review changes").await;
    window.see_no("Enter a name.").await;
    window
        .click_link("Rule 1, condition: Enter a condition, such as userType eq \"Teacher\".")
        .await;
    window.until_focus("Condition").await;
    let beside = "return document.activeElement.closest('.field').innerText
        .includes('Enter a condition') && document.activeElement.ariaInvalid;";
    window
        .until_reads("the error at its field", beside, "true".into())
        .await;
    audit
        .look(&window, "a mapping with a rule that is not whole")
        .await;
    window.fill("Condition", "userType eq \"Teacher\"").await;
    window
        .click_first("[data-testid=rules] fieldset:nth-of-type(1) input")
        .await;
    window
        .click_first("[data-testid=rules] fieldset:nth-of-type(2) input")
        .await;
    window.click_button("Add rule").await;
    window.until_focus("Name").await;
    window.press("Everybody else").await;
    let both = serde_json::json!(["1. Teachers", "2. Everybody else"]);
    window
        .until_reads("the order of the rules", RULES, both)
        .await;
    window.click_button("Move up rule 2").await;
    let moved = serde_json::json!(["1. Everybody else", "2. Teachers"]);
    window
        .until_reads("the order of the rules", RULES, moved)
        .await;
    window.until_focus("Move up rule 1").await;
    window.click_button("Remove rule 1").await;
    let one = serde_json::json!(["1. Teachers"]);
    window
        .until_reads("the order of the rules", RULES, one.clone())
        .await;
    window.until_focus("1. Teachers").await;

    // What is not applied is still there after a look at another page, and the browser asks before
    // it is lost.
    window
        .until_reads("a question", super::ASKS, true.into())
        .await;
    window.click_link("Back to the connection").await;
    window.see_page("Okta").await;
    window.click_link("Change the mapping").await;
    window.see("Not applied yet").await;
    window
        .until_reads("the order of the rules", RULES, one)
        .await;

    window.mark().await;
    window.click_button("Review changes").await;
    window.until_focus("1 person would change").await;
    window.until_reads("the title", title, plain.into()).await;
    window.see("Ben Mills").await;
    window.see_no("Ada Lovelace").await;
    audit.look(&window, "the review of a mapping").await;
    window.click_button("Back to the rules").await;
    window.until_focus("Review changes").await;
    window
        .until_reads(
            "the order of the rules",
            RULES,
            serde_json::json!(["1. Teachers"]),
        )
        .await;
    window.click_button("Review changes").await;
    window.see("1 person would change").await;
    window.click_button("Apply the mapping").await;
    window.see("What somebody here gave by hand stays").await;
    window.fill("Type Okta to confirm", "Okta").await;
    window.press(thirtyfour::Key::Enter).await;
    window.see("The mapping is saved").await;
    window.see_no("Not applied yet").await;
    window
        .until_reads("a question", super::ASKS, false.into())
        .await;

    window.click_button("Add rule").await;
    window.until_focus("Name").await;
    window.click_button("Discard changes").await;
    window.until_focus("Keep changes").await;
    window.click_first("dialog[open] button.danger").await;
    window.see_no("Rule 2").await;
    window.until_focus("Organisations and roles").await;
    window.fill("Condition", "userType eq \"Staff\"").await;
    window.see("Not applied yet").await;
    window.assert_not_reloaded().await;

    let users = UsersPage::open(&window, "/users").await;
    let ben = PersonPage::open(&users, "Ben Mills").await;
    ben.tab("Groups and organisations 0").await;
    window.see("Rule Teachers").await;
    window.see("Observer").await;
    audit.finish();
    window.close_despite(&["/mapping/plan - "]).await;
    site.stop().await;
}
