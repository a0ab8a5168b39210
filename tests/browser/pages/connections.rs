//! `/provisioning` and one connection's page.

use serde::Deserialize;
use serde_json::Value;

use super::super::{Provider, Window};

/// The list of connections.
pub(crate) struct ConnectionsPage<'a>(&'a Window);

/// One line of the list, as it can be read.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) users: String,
    pub(crate) last_request: String,
    pub(crate) last_error: String,
}

const LINES: &str = "
    const words = (element) => element?.textContent.replace(/\\s+/g, ' ').trim() ?? '';
    return [...document.querySelectorAll('table tbody tr')].map((row) => ({
        name: words(row.querySelector('a.row-link')),
        users: words(row.querySelector('td:nth-of-type(1)')),
        last_request: words(row.querySelector('td:nth-of-type(3)')),
        last_error: words(row.querySelector('td:nth-of-type(4)')),
    }));";

impl<'a> ConnectionsPage<'a> {
    /// Goes there by the navigation.
    pub(crate) async fn open(window: &'a Window) -> Self {
        window.click_first("a.item[href='/provisioning']").await;
        window.see_page("Connections").await;
        Self(window)
    }

    /// Opens the dialog that adds a connection.
    pub(crate) async fn begin_to_add(&self) {
        self.0.click_button("Add connection").await;
        self.0.until_focus("Name").await;
    }

    /// Adds a connection, which leads to its page.
    pub(crate) async fn add(&self, name: &str) -> ConnectionPage<'a> {
        self.begin_to_add().await;
        self.0.fill("Name", name).await;
        self.0.click_button("Add connection").await;
        ConnectionPage::shown(self.0, name).await
    }

    /// Waits until the line of a connection is as `check` wants it.
    pub(crate) async fn until_line(&self, name: &str, what: &str, check: impl Fn(&Line) -> bool) {
        self.0
            .until(&format!("{name}: {what}"), async || {
                let lines = self.0.read(LINES, vec![]).await.unwrap_or(Value::Null);
                let lines: Vec<Line> = serde_json::from_value(lines).unwrap_or_default();
                let line = lines.into_iter().find(|line| line.name == name)?;
                check(&line).then_some(())
            })
            .await;
    }
}

/// One connection's page.
pub(crate) struct ConnectionPage<'a>(&'a Window);

impl<'a> ConnectionPage<'a> {
    /// Waits for it.
    pub(crate) async fn shown(window: &'a Window, name: &str) -> Self {
        window.see_page(name).await;
        Self(window)
    }

    /// What a person would copy into an identity provider, while it is shown.
    pub(crate) async fn provider(&self) -> Provider {
        let base_url = self.0.value("Base URL").await;
        Provider::new(base_url, self.0.value("Bearer token").await)
    }
}
