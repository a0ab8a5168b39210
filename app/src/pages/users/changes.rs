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

use super::query::ListQuery;
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

/// Rows of the same query that a refresh brought or changed, for as long as they are tinted.
pub(super) fn recently_changed(
    query: Memo<ListQuery>,
    page: Remote<Page<UserRow>>,
) -> RwSignal<HashSet<UserId>> {
    let recent = RwSignal::new(HashSet::new());
    Effect::new(move |before: Option<Option<(ListQuery, Versions)>>| {
        let page: Arc<Page<UserRow>> = page.value()?;
        let query = query.get_untracked();
        let now = versions(&page);
        if let Some(Some((previous_query, previous))) = before
            && previous_query == query
        {
            let fresh = changed(&previous, &now);
            if !fresh.is_empty() {
                recent.set(fresh);
                set_timeout(
                    move || {
                        recent.try_set(HashSet::new());
                    },
                    TINTED,
                );
            }
        }
        Some((query, now))
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
