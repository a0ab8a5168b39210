//! Which part of a sorted list a page has, and where the pages beside it begin (RFC 9865).

use super::order::{Hit, Order};
use crate::db::{Paging, Place, Window};

/// Which of the sorted hits a page has: `from..to`.
pub(super) struct Cut<'p> {
    from: usize,
    to: usize,
    pub(super) backward: bool,
    place: Option<&'p Place>,
    asks: bool,
}

impl<'p> Cut<'p> {
    pub(super) fn of(hits: &[Hit], order: Order, window: Window, paging: Paging<'p>) -> Self {
        let size = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        let limit = size(window.limit);
        let (from, place) = match paging {
            Paging::Index(_) => (size(window.offset).min(hits.len()), None),
            Paging::Cursor(None) => (0, None),
            Paging::Cursor(Some(place)) => (order.beyond(hits, place), Some(place)),
        };
        let backward = place.is_some_and(|place| place.backward);
        let (from, to) = if backward {
            (from.saturating_sub(limit), from)
        } else {
            (from, from.saturating_add(limit).min(hits.len()))
        };
        Self {
            from,
            to,
            backward,
            place,
            asks: limit > 0,
        }
    }

    pub(super) fn page<'h>(&self, hits: &'h [Hit]) -> &'h [Hit] {
        hits.get(self.from..self.to).unwrap_or_default()
    }

    /// Where the pages before and after this one begin, when it has `taken` of its hits.
    pub(super) fn around(&self, hits: &[Hit], taken: usize) -> (Option<Place>, Option<Place>) {
        if !self.asks {
            return (None, None);
        }
        let (from, to) = if self.backward {
            (self.to - taken, self.to)
        } else {
            (self.from, self.from + taken)
        };
        let at = |hit: Option<&Hit>, backward| match hit {
            Some(hit) => Some(Place {
                key: hit.key.clone(),
                id: hit.id,
                backward,
                inclusive: false,
            }),
            None => self.place.map(Place::opposite),
        };
        let page = hits.get(from..to).unwrap_or_default();
        (
            (from > 0).then(|| at(page.first(), true)).flatten(),
            (to < hits.len()).then(|| at(page.last(), false)).flatten(),
        )
    }
}
