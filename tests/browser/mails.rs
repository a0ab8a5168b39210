//! The outbox, and links that are mailed (features.md A26, A89).

use scim_schema::dialect::ConnectionKind;
use thirtyfour::Key;

use super::{
    Site, Window,
    axe::Audit,
    pages::{SignInPage, UsersPage},
};

#[tokio::test]
async fn mails_wait_without_a_server_and_are_read_and_sent_again() {
    let site = Site::new().await;
    let window = Window::open(&site).await;
    UsersPage::after_sign_in(&window).await;
    let mut audit = Audit::new();
    window.click_link("Mails").await;
    window.see_page("Mails").await;
    window.see("No mails").await;
    window
        .see("No mail server is configured: mails wait here.")
        .await;
    audit.look(&window, "no mails").await;
    window.mark().await;

    window.click_button("Send test mail").await;
    window
        .see("The mail waits: no mail server is configured")
        .await;
    window.see("Waiting").await;
    audit.look(&window, "a mail that waits").await;
    window.click_button("Show: Test to Dana Whitfield").await;
    window.see("Test mail of Rollcall").await;
    window.see("You asked for it.").await;
    window.until_focus("Close").await;
    audit.look(&window, "what a mail says").await;
    window.press(Key::Escape).await;
    window.see_no("You asked for it.").await;

    site.execute("UPDATE mails SET state = 'bounced', next_attempt_at = NULL, last_error = 'The mail server answered 550: 5.1.1 no such mailbox.'")
        .await;
    window.go_to("/mails?state=bounced").await;
    window.see("Bounced").await;
    window.see("550: 5.1.1 no such mailbox.").await;
    audit.look(&window, "a mail that bounced").await;
    window
        .click_button("Send again: Test to Dana Whitfield")
        .await;
    window.see("Nothing here").await;
    window.click_link("Show all mails").await;
    window.see("Waiting").await;
    audit.finish();
    window.close().await;
    site.stop().await;
}

#[tokio::test]
async fn a026_a_link_to_set_a_password_is_mailed_from_the_persons_page() {
    let site = Site::new().await;
    let okta = site.provider("Okta", ConnectionKind::Okta).await;
    okta.create("Ada", "Lovelace", "ada@example.org").await;
    let window = Window::open(&site).await;
    UsersPage::after_sign_in(&window).await;
    window.click_link("Ada Lovelace").await;
    window.see_page("Ada Lovelace").await;
    window.click_button("Mail password link").await;
    window
        .see("The mail waits: no mail server is configured")
        .await;
    window.click_link("Mails").await;
    window.see("Welcome with a link to set a password").await;
    window
        .click_button("Show: Welcome with a link to set a password to Ada Lovelace")
        .await;
    window.see("(link)").await;
    window.close().await;
    site.stop().await;
}

#[tokio::test]
async fn whoever_forgot_is_told_the_same_whoever_exists() {
    let site = Site::new().await;
    let window = Window::open(&site).await;
    window.go_to("/").await;
    SignInPage::shown(&window).await;
    let mut audit = Audit::new();
    audit.look(&window, "the sign-in page").await;
    window.click_link("Forgot your password?").await;
    window.see_page("Forgot your password?").await;
    audit.look(&window, "a forgotten password").await;
    window.click_button("Send link").await;
    window.see("Enter your user name or e-mail address.").await;
    window
        .fill("User name or e-mail", "nobody@example.org")
        .await;
    window.press(Key::Enter).await;
    window
        .see("a link is on its way to their e-mail address")
        .await;
    audit.look(&window, "a link that was asked for").await;
    window.click_link("Go to sign-in").await;
    SignInPage::shown(&window).await;
    audit.finish();
    window.close().await;
    site.stop().await;
}
