//! `/users/{id}`.

use super::{super::Window, UsersPage};

/// One person's page.
pub(crate) struct PersonPage<'a>(&'a Window);

impl<'a> PersonPage<'a> {
    /// Opens somebody from the list.
    pub(crate) async fn open(users: &UsersPage<'a>, name: &str) -> Self {
        users.0.click_link(name).await;
        Self::shown(users.0, name).await
    }

    /// Waits for it.
    pub(crate) async fn shown(window: &'a Window, name: &str) -> Self {
        window.see_page(name).await;
        Self(window)
    }

    /// Opens a tab; `name` with its number, such as `Groups and organisations 1`.
    pub(crate) async fn tab(&self, name: &str) {
        self.0.click_link(name).await;
    }

    /// Waits until a table's line contains all of these words.
    pub(crate) async fn see_line(&self, words: &[&str]) {
        let script = "return [...document.querySelectorAll('main tbody tr')]
            .filter((row) => row.checkVisibility())
            .map((row) => row.innerText.replace(/\\s+/g, ' '));";
        self.0
            .until(&format!("a line with {words:?}"), async || {
                let lines = self.0.read(script, vec![]).await?;
                let mut lines = lines.as_array()?.iter().filter_map(|line| line.as_str());
                let has_all = |line: &str| words.iter().all(|word| line.contains(word));
                lines.any(has_all).then_some(())
            })
            .await;
    }

    /// Unfolds the latest request that was decided so and waits for its bodies.
    pub(crate) async fn unfold_request(&self, decision: &str) {
        let script = "
            const line = [...document.querySelectorAll('.log summary')]
                .find((line) => line.querySelector('.say').innerText.startsWith(arguments[0]));
            if (line && !line.parentElement.open) line.click();
            return Boolean(line);";
        self.0
            .until(&format!("the request \"{decision}\""), async || {
                let arguments = vec![decision.into()];
                self.0
                    .read(script, arguments)
                    .await?
                    .as_bool()
                    .filter(|found| *found)
            })
            .await;
        self.0.see("Request body").await;
    }
}
