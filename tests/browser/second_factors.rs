//! Second factors: enrolled, asked for, and lost (features.md section A12, `second_factor`).

use rollcall_server::clock::Clock;
use scim_schema::policy::SecondFactorRule;

use super::{
    Site, Window,
    axe::Audit,
    pages::{SetupPage, SignInPage, UsersPage},
    site::ADMINISTRATOR,
};
use crate::support::{PASSWORD, totp};

/// The address under which browsers make passkeys on this machine.
fn by_name(site: &Site, path: &str) -> String {
    site.origin().replace("127.0.0.1", "localhost") + path
}

/// Enters the code of an app that was given this key.
async fn enter_code(window: &Window, key: &str) {
    let now = Clock::system().now();
    window.fill("Code", &totp(key, now)).await;
}

#[tokio::test]
async fn the_first_administrator_sets_up_an_authenticator_app_before_anything_else() {
    let site = Site::asking_for(SecondFactorRule::AdministrativeRoles).await;
    let window = Window::open(&site).await;
    let mut audit = Audit::new();
    let page = SetupPage::open(&window, &site.setup_link).await;
    page.create_administrator("Dana", "Whitfield", ADMINISTRATOR)
        .await;
    window.see_page("My account").await;
    window.see("Set up a second factor first.").await;
    window.go_to("/users").await;
    window.see_page("My account").await;
    audit.look(&window, "what comes first").await;

    window.click_button("Add authenticator app").await;
    window.see("Scan this with an authenticator app").await;
    audit.look(&window, "a new authenticator app").await;
    window.fill("Name of the device", "Pixel").await;
    let key = window.value("Key").await;
    window.fill("Code", "000000").await;
    window.click_first("dialog[open] button[type=submit]").await;
    window.see("This is not right").await;
    enter_code(&window, &key).await;
    window.click_first("dialog[open] button[type=submit]").await;
    window.see("They are shown this once.").await;
    audit.look(&window, "recovery codes").await;
    let code = "return document.querySelector('.codes li').textContent;";
    let code = window.read(code, Vec::new()).await.expect("a code");
    let code = code.as_str().expect("text").to_owned();
    window.click_button("I have stored them").await;
    window.see("10 recovery codes are left.").await;
    window.click_link("Users 1").await;
    UsersPage::shown(&window).await;

    // At the next sign-in it is asked for.
    window.click_button("Dana Whitfield, account menu").await;
    window.click_button("Sign out").await;
    let page = SignInPage::shown(&window).await;
    page.send(ADMINISTRATOR, PASSWORD).await;
    window.see("One more proof opens your account.").await;
    audit.look(&window, "the second step").await;
    window.click_button("Use a recovery code").await;
    window.fill("Recovery code", &code).await;
    window.click_button("Confirm").await;
    UsersPage::shown(&window).await;
    audit.finish();
    window.close_despite(&["/api/v1/"]).await;
    site.stop().await;
}

#[tokio::test]
async fn a_passkey_is_made_and_signs_in_alone() {
    let site = Site::new().await;
    let window = Window::open(&site).await;
    window.plug_in_authenticator().await;
    window.go_to_address(&by_name(&site, "/a/main")).await;
    SignInPage::shown(&window).await.sign_in().await;
    window.go_to_address(&by_name(&site, "/me")).await;
    window.see_page("My account").await;
    window.click_button("Add passkey").await;
    window.fill("Name of the device", "Work laptop").await;
    window.click_first("dialog[open] button[type=submit]").await;
    window.see("They are shown this once.").await;
    window.click_button("I have stored them").await;
    window.see("Work laptop").await;

    window.click_button("Dana Whitfield, account menu").await;
    window.click_button("Sign out").await;
    SignInPage::shown(&window).await;
    window.click_button("Sign in with a passkey").await;
    UsersPage::shown(&window).await;
    window.close_despite(&["/api/v1/me - "]).await;
    site.stop().await;
}
