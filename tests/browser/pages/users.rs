//! `/users`.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{super::Window, SignInPage};

/// The list of users.
pub(crate) struct UsersPage<'a>(pub(crate) &'a Window);

/// One line of the list, as it can be read.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) status: String,
    pub(crate) source: String,
}

/// Reads the lines of the list.
const LINES: &str = "
    const words = (element) => element?.textContent.replace(/\\s+/g, ' ').trim() ?? '';
    return [...document.querySelectorAll('table tbody tr')].map((row) => ({
        name: words(row.querySelector('a.row-link')),
        email: words(row.querySelector('th small')),
        status: words(row.querySelector('td:nth-of-type(1) .st')),
        source: words(row.querySelector('td:nth-of-type(3)')),
    }));";

impl<'a> UsersPage<'a> {
    /// Signs in and waits for the list.
    pub(crate) async fn after_sign_in(window: &'a Window) -> Self {
        SignInPage::open(window).await.sign_in().await;
        Self::shown(window).await
    }

    /// Opens it at an address such as `/users?q=ada`, when somebody is signed in.
    pub(crate) async fn open(window: &'a Window, address: &str) -> Self {
        window.go_to(address).await;
        Self::shown(window).await
    }

    /// Waits for it.
    pub(crate) async fn shown(window: &'a Window) -> Self {
        window.see_page("Users").await;
        Self(window)
    }

    pub(crate) async fn lines(&self) -> Vec<Line> {
        let lines = self.0.read(LINES, vec![]).await.unwrap_or(Value::Null);
        serde_json::from_value(lines).unwrap_or_default()
    }

    pub(crate) async fn names(&self) -> Vec<String> {
        self.lines()
            .await
            .into_iter()
            .map(|line| line.name)
            .collect()
    }

    /// Waits until exactly these people are listed, in this order.
    pub(crate) async fn until_names(&self, wanted: &[&str]) {
        self.0
            .until(&format!("the names {wanted:?}"), async || {
                (self.names().await == wanted).then_some(())
            })
            .await;
    }

    /// Waits until somebody of this name has this status.
    pub(crate) async fn until_status(&self, name: &str, status: &str) {
        self.0
            .until(&format!("{name}: {status}"), async || {
                let line = self.line(name).await?;
                (line.status == status).then_some(())
            })
            .await;
    }

    /// Waits until somebody of this name is listed.
    pub(crate) async fn until_listed(&self, name: &str) -> Line {
        self.0.until(name, async || self.line(name).await).await
    }

    /// Waits until nobody of this name is listed.
    pub(crate) async fn until_gone(&self, name: &str) {
        self.0
            .until(&format!("{name} to go"), async || {
                self.line(name).await.is_none().then_some(())
            })
            .await;
    }

    pub(crate) async fn search(&self, words: &str) {
        self.0.fill("Search users", words).await;
    }

    /// Waits until this is said to screen readers and shown beside the list.
    pub(crate) async fn until_said(&self, words: &str) {
        let script = "return document.querySelector('.toolbar [role=status]')?.innerText ?? '';";
        self.0
            .until_reads("the number of users", script, json!(words))
            .await;
    }

    /// Adds a status to the filter, through its menu.
    pub(crate) async fn filter_by_status(&self, status: &str) {
        self.0
            .click_first("button[popovertarget='user-filter']")
            .await;
        self.0.click_field(status).await;
        self.0.click_button("Done").await;
    }

    pub(crate) async fn sort_by(&self, column: &str) {
        self.0.click_button(column).await;
    }

    /// Waits until the list is sorted by one column: its name and the value of `aria-sort`; by none
    /// that has a head when `None`.
    pub(crate) async fn until_sorted(&self, column: &str, order: &str) {
        let script = "return [...document.querySelectorAll('th[aria-sort]')]
            .map((head) => [head.innerText.trim().toLowerCase(), head.getAttribute('aria-sort')]);";
        let wanted = json!([[column.to_lowercase(), order]]);
        self.0
            .until_reads("the sorted columns", script, wanted)
            .await;
    }

    async fn line(&self, name: &str) -> Option<Line> {
        self.lines()
            .await
            .into_iter()
            .find(|line| line.name == name)
    }
}
