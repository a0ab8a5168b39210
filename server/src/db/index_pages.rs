//! Pages by index (RFC 7644 section 3.4.2.4). The protocol has no token for them, so a page that
//! goes on where an earlier one ended is told where that was: rows that are deleted meanwhile do not
//! shift the rest (scim.md section 5, item 6). Any other page counts its way by OFFSET, along the
//! order alone: the rows that are left out are not read.

use sea_orm::{ConnectionTrait, FromQueryResult};

use super::{
    error::DbError,
    keyset::{self, Place, Walked},
    page::Part,
    scim_lists::{List, Window},
    totals::{Counting, Totals, total_and_place, totals},
};

/// Where an earlier page of the same list ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Resumption {
    /// Behind its last resource.
    pub place: Place,
    /// The total that the client was told, which it counts to.
    pub total: u64,
}

/// A page inside a snapshot; `next` is the place behind its last row while there may be more.
pub(super) async fn page_in<R: FromQueryResult, C: ConnectionTrait>(
    snapshot: &C,
    list: &List,
    window: Window,
    from: Option<&Resumption>,
) -> Result<Walked<R>, DbError> {
    match from {
        Some(from) if window.limit > 0 => resumed(snapshot, list, window, from).await,
        _ if window.limit > 0 && window.offset > 0 && !list.counting.may_refuse() => {
            skipped(snapshot, list, window).await
        }
        _ => counted(snapshot, list, window).await,
    }
}

/// The rows behind a place, in one statement. The total stays what it was while there are more:
/// a client that counts to it would stop early if it shrank. At the end it is what was walked, so
/// that nobody asks for a rest that is gone.
async fn resumed<R: FromQueryResult, C: ConnectionTrait>(
    snapshot: &C,
    list: &List,
    window: Window,
    from: &Resumption,
) -> Result<Walked<R>, DbError> {
    if !list.sequence.takes(&from.place) {
        return Err(DbError::Corrupt("a place of another list".to_owned()));
    }
    let (rows, more) = keyset::rows_from(snapshot, list, window.limit, Some(&from.place)).await?;
    let walked = window.offset.saturating_add(rows.len() as u64);
    let next = match rows.last() {
        Some(last) if more => Some(list.sequence.place_of(last, false)?),
        _ => None,
    };
    Ok(Walked {
        total: if more {
            from.total.max(walked.saturating_add(1))
        } else {
            walked
        },
        items: keyset::read(rows)?,
        previous: None,
        next,
    })
}

/// The rows behind so many others: the place of the last one of those is found first, together with
/// the total.
async fn skipped<R: FromQueryResult, C: ConnectionTrait>(
    snapshot: &C,
    list: &List,
    window: Window,
) -> Result<Walked<R>, DbError> {
    let (total, place) = total_and_place(snapshot, list, window.offset - 1).await?;
    let behind = place.filter(|_| total > window.offset);
    let Some(place) = behind else {
        return Ok(Walked {
            items: Vec::new(),
            total,
            previous: None,
            next: None,
        });
    };
    let (rows, more) = keyset::rows_from(snapshot, list, window.limit, Some(&place)).await?;
    let next = match rows.last() {
        Some(last) if more => Some(list.sequence.place_of(last, false)?),
        _ => None,
    };
    Ok(Walked {
        items: keyset::read(rows)?,
        total,
        previous: None,
        next,
    })
}

/// The rows behind so many others, and how many there are.
async fn counted<R: FromQueryResult, C: ConnectionTrait>(
    snapshot: &C,
    list: &List,
    window: Window,
) -> Result<Walked<R>, DbError> {
    let empty = |total| Walked {
        items: Vec::new(),
        total,
        previous: None,
        next: None,
    };
    // What may be refused is asked first, and needs no page when there is none.
    let known = match &list.counting {
        Counting::Bounded(_) => Some(totals(snapshot, list, None).await?),
        _ => None,
    };
    let is_past = |known: Totals| known.total <= window.offset;
    if window.limit == 0 || known.is_some_and(is_past) {
        let known = match known {
            Some(known) => known,
            None => totals(snapshot, list, None).await?,
        };
        return Ok(empty(known.total));
    }
    let part = |limit| Part {
        from: None,
        offset: window.offset,
        limit,
    };
    let limit = part(window.limit).bounded(snapshot, list).await?;
    let part = part(limit);
    let mut rows = snapshot
        .query_all(&list.page.part(&list.sequence, part))
        .await?;
    let found = rows.len() as u64;
    rows.truncate(list.page.fitting(&rows)?);
    let shown = rows.len() as u64;
    let total = match known {
        Some(known) => known.total,
        // The first page of a list that ends before the page does knows the whole.
        None if window.offset == 0 && found < limit => found,
        None => totals(snapshot, list, None).await?.total,
    };
    let next = match rows.last() {
        Some(last) if window.offset + shown < total => Some(list.sequence.place_of(last, false)?),
        _ => None,
    };
    Ok(Walked {
        items: keyset::read(rows)?,
        total,
        previous: None,
        next,
    })
}
