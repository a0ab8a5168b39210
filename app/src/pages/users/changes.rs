//! Which rows have changed since they were shown last, so that they can be tinted for a moment.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use leptos::prelude::*;
use scim_schema::{
    api::{page::Page, users::UserRow},
    id::UserId,
};

use super::Answer;
use crate::ui::Remote;

const TINTED: Duration = Duration::from_millis(2_400);

type Versions = HashMap<UserId, i64>;

fn versions(page: &Page<UserRow>) -> Versions {
    page.items.iter().map(|row| (row.id, row.version)).collect()
}

/// Rows that are new on the page or have another version.
fn changed(before: &Versions, now: &Versions) -> HashSet<UserId> {
    now.iter()
        .filter(|(id, version)| before.get(id) != Some(version))
        .map(|(id, _)| *id)
        .collect()
}

/// Rows that a refresh of the same query brought or changed, for as long as they are tinted.
pub(super) fn recently_changed(answer: Remote<Answer>) -> RwSignal<HashSet<UserId>> {
    let recent = RwSignal::new(HashSet::new());
    Effect::new(move |before: Option<Option<Arc<Answer>>>| {
        let before = before.flatten();
        let now = answer.value()?;
        let same_query = before.filter(|before| before.query == now.query);
        let fresh = same_query
            .map(|before| changed(&versions(&before.page), &versions(&now.page)))
            .unwrap_or_default();
        if !fresh.is_empty() {
            recent.set(fresh);
            set_timeout(
                move || {
                    recent.try_set(HashSet::new());
                },
                TINTED,
            );
        }
        Some(now)
    });
    recent
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u128) -> UserId {
        UserId(uuid::Uuid::from_u128(n))
    }

    #[test]
    fn new_rows_and_new_versions_count_as_changed() {
        let before = Versions::from([(id(1), 1), (id(2), 1), (id(3), 1)]);
        let now = Versions::from([(id(1), 1), (id(2), 2), (id(4), 1)]);
        assert_eq!(changed(&before, &now), HashSet::from([id(2), id(4)]));
    }
}
