//! The pages of people who are not signed in.

use super::super::{Window, site::ADMINISTRATOR};
use crate::support::PASSWORD;

/// `/a/main`.
pub(crate) struct SignInPage<'a>(&'a Window);

impl<'a> SignInPage<'a> {
    const HEADING: &'static str = "Sign in to Rollcall";

    /// Opens it.
    pub(crate) async fn open(window: &'a Window) -> Self {
        window.go_to("/a/main").await;
        Self::shown(window).await
    }

    /// Waits for it.
    pub(crate) async fn shown(window: &'a Window) -> Self {
        window.see_page(Self::HEADING).await;
        Self(window)
    }

    /// Signs the administrator in, who may have been on the way to some page.
    pub(crate) async fn sign_in(self) {
        self.send(ADMINISTRATOR, PASSWORD).await;
        self.0
            .until("the end of the sign-in", async || {
                (!self.0.address().await.starts_with("/a/")).then_some(())
            })
            .await;
    }

    /// Fills the form and sends it.
    pub(crate) async fn send(&self, login: &str, password: &str) {
        self.0.fill("User name or e-mail", login).await;
        self.0.fill("Password", password).await;
        self.0.click_button("Sign in").await;
    }
}

/// `/setup`, the page of a one-time link.
pub(crate) struct SetupPage<'a>(&'a Window);

impl<'a> SetupPage<'a> {
    /// Follows a link that makes the first administrator.
    pub(crate) async fn open(window: &'a Window, link: &str) -> Self {
        window.go_to_address(link).await;
        window.see_page("Set up Rollcall").await;
        Self(window)
    }

    /// Fills the form and sends it.
    pub(crate) async fn create_administrator(&self, given: &str, family: &str, email: &str) {
        self.0.fill("Given name", given).await;
        self.0.fill("Family name", family).await;
        self.0.fill("E-mail", email).await;
        self.0.fill("Password", PASSWORD).await;
        self.0.click_button("Create administrator").await;
    }
}
