//! Walks by index, remembered: the protocol has no token that says where a page ended, so a bounded
//! table of the process does (scim.md section 5, item 6). A request that continues a walk goes on
//! behind the row that the client saw last; without a hit it counts its way by OFFSET.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use moka::{future::Cache, ops::compute::Op, policy::EvictionPolicy};
use sha2::{Digest, Sha256};

use super::{cursor, exchange::Exchange, query::Parameters};
use crate::db::{KeyValue, Place, Resumption, Walked};

/// Walks that are remembered.
const WALKS: u64 = 1_000;
/// How long after its last page.
const REMEMBERED: Duration = Duration::from_secs(5 * 60);
/// Pages of a walk that may be continued: the last ones, since a client may repeat a request, and
/// two may walk the same list.
const PAGES: usize = 4;
/// Longest sort key that is remembered, in bytes: a thousand walks stay within some megabytes.
const LONGEST_KEY: usize = 2 * 1024;

/// The hash of a query.
type Query = [u8; 32];

/// The walks of a process. Clones share them.
#[derive(Clone)]
pub struct Walks(Cache<Query, Arc<VecDeque<Ended>>>);

/// A page, and what comes after it.
#[derive(Clone, Debug, PartialEq)]
struct Ended {
    /// The index that the client asks for next.
    next: u64,
    from: Resumption,
}

/// One query among the walks.
pub(super) struct WalkOf<'w> {
    walks: &'w Walks,
    query: Query,
}

impl Default for Walks {
    fn default() -> Self {
        Self::new()
    }
}

impl Walks {
    /// No walks yet.
    #[must_use]
    pub fn new() -> Self {
        Self(
            Cache::builder()
                .max_capacity(WALKS)
                .time_to_live(REMEMBERED)
                // The oldest goes: a walk is not worth more for having been long.
                .eviction_policy(EvictionPolicy::lru())
                .build(),
        )
    }

    fn of(&self, query: &str) -> WalkOf<'_> {
        WalkOf {
            walks: self,
            query: Sha256::digest(query).into(),
        }
    }
}

impl<'w> WalkOf<'w> {
    /// The walks of a list; its pages may change their size underway.
    pub(super) fn new(exchange: &'w Exchange, list: &str, parameters: &Parameters) -> Self {
        let query = cursor::identity(exchange, list, parameters);
        exchange.state.walks.of(&query)
    }

    /// Where the page before this index ended, if it is remembered and a place that the list
    /// `takes`.
    pub(super) async fn at(
        &self,
        start: u64,
        takes: impl FnOnce(&Place) -> bool,
    ) -> Option<Resumption> {
        let pages = self.walks.0.get(&self.query).await?;
        let ended = pages.iter().rev().find(|ended| ended.next == start)?;
        takes(&ended.from.place).then(|| ended.from.clone())
    }

    /// Remembers where the page from this index on ended.
    pub(super) async fn note<T>(&self, start: u64, page: &Walked<T>) {
        let Some(place) = page.next.clone().filter(is_short) else {
            return;
        };
        let ended = Ended {
            next: start.saturating_add(page.items.len() as u64),
            from: Resumption {
                place,
                total: page.total,
            },
        };
        let noted = self.walks.0.entry(self.query).and_compute_with(|entry| {
            let known = entry.map(|entry| Arc::unwrap_or_clone(entry.into_value()));
            let mut pages = known.unwrap_or_default();
            pages.retain(|page| page.next != ended.next);
            pages.push_back(ended);
            if pages.len() > PAGES {
                pages.pop_front();
            }
            std::future::ready(Op::Put(Arc::new(pages)))
        });
        noted.await;
    }
}

fn is_short(place: &Place) -> bool {
    match &place.key {
        Some(KeyValue::Text(text)) => text.len() <= LONGEST_KEY,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn page(last: u128, total: u64) -> Walked<()> {
        Walked {
            items: vec![(); 10],
            total,
            previous: None,
            next: Some(Place {
                key: None,
                id: Uuid::from_u128(last),
                backward: false,
                inclusive: false,
            }),
        }
    }

    async fn last_before(walk: &WalkOf<'_>, start: u64) -> Option<(u128, u64)> {
        let from = walk.at(start, |_| true).await?;
        Some((from.place.id.as_u128(), from.total))
    }

    #[tokio::test]
    async fn a_walk_goes_on_where_its_page_ended() {
        let walks = Walks::new();
        let walk = walks.of("q");
        walk.note(1, &page(7, 25)).await;
        assert_eq!(last_before(&walk, 11).await, Some((7, 25)));
        for jump in [1, 10, 12, 21] {
            assert_eq!(last_before(&walk, jump).await, None, "{jump}");
        }
        assert_eq!(last_before(&walks.of("another"), 11).await, None);
        assert_eq!(walk.at(11, |_| false).await, None);
        // Somebody begins anew: what the last page ended with counts.
        walk.note(1, &page(8, 24)).await;
        assert_eq!(last_before(&walk, 11).await, Some((8, 24)));
    }

    #[tokio::test]
    async fn the_last_pages_of_a_walk_are_remembered_and_no_others() {
        let walks = Walks::new();
        let walk = walks.of("q");
        for start in [1, 11, 21, 31, 41] {
            walk.note(start, &page(u128::from(start), 99)).await;
        }
        assert_eq!(last_before(&walk, 11).await, None);
        for start in [11_u64, 21, 31, 41] {
            let found = last_before(&walk, start + 10).await;
            assert_eq!(found, Some((u128::from(start), 99)));
        }
        let end = Walked {
            next: None,
            ..page(9, 99)
        };
        walk.note(91, &end).await;
        assert_eq!(last_before(&walk, 101).await, None);
    }

    #[tokio::test]
    async fn a_key_that_takes_too_much_room_is_not_remembered() {
        let walks = Walks::new();
        let walk = walks.of("q");
        let mut long = page(7, 25);
        if let Some(place) = &mut long.next {
            place.key = Some(KeyValue::Text("x".repeat(LONGEST_KEY + 1)));
        }
        walk.note(1, &long).await;
        assert_eq!(last_before(&walk, 11).await, None);
    }
}
