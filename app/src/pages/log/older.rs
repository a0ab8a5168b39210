//! Older pages of the log: appended to the first one, which is kept fresh.

use chrono::{DateTime, TimeDelta, Utc};
use leptos::prelude::*;
use scim_schema::api::provisioning_log::{LogPage, LogQuery, LogRow};

use super::PAGE;
use crate::{
    api::{self, ApiError},
    session::Session,
};

/// Longest time between a request that creates somebody and what it creates.
const CREATION_TAKES: TimeDelta = TimeDelta::minutes(1);

/// Older rows that were asked for; a handle.
#[derive(Clone, Copy)]
pub(super) struct Older {
    /// The rows.
    pub rows: RwSignal<Vec<LogRow>>,
    /// Cursor after the last row; the outer `None` means that none was fetched.
    next: RwSignal<Option<Option<String>>>,
    /// An answer is awaited.
    pub pending: RwSignal<bool>,
    /// What went wrong last.
    pub error: RwSignal<Option<ApiError>>,
}

impl Older {
    /// Nothing yet.
    pub(super) fn new() -> Self {
        Self {
            rows: RwSignal::new(Vec::new()),
            next: RwSignal::new(None),
            pending: RwSignal::new(false),
            error: RwSignal::new(None),
        }
    }

    /// Begins anew, for another query.
    pub(super) fn forget(self) {
        self.rows.set(Vec::new());
        self.next.set(None);
        self.error.set(None);
    }

    /// Where to go on: after the rows fetched last.
    pub(super) fn cursor(self, first: &LogPage) -> Option<String> {
        self.next.get().unwrap_or_else(|| first.next_cursor.clone())
    }

    /// Whether the list ends after the request that it must have begun with, tracked: `begins` is
    /// when that was.
    pub(super) fn has_lost(self, first: &LogPage, begins: Option<DateTime<Utc>>) -> bool {
        let Some(begins) = begins.filter(|_| self.cursor(first).is_none()) else {
            return false;
        };
        let last = |rows: &[LogRow]| rows.last().map(|row| row.at);
        let oldest = self.rows.with(|older| last(older)).or(last(&first.items));
        oldest.is_none_or(|oldest| oldest > begins + CREATION_TAKES)
    }

    /// Fetches the page after `cursor`.
    pub(super) fn load(self, session: Session, query: Signal<LogQuery>, cursor: String) {
        if self.pending.get_untracked() {
            return;
        }
        self.pending.set(true);
        self.error.set(None);
        let query = LogQuery {
            cursor: Some(cursor),
            limit: Some(PAGE),
            ..query.get_untracked()
        };
        session.send_while_shown(api::log::list(&query), move |result| {
            self.pending.set(false);
            match result {
                Ok(page) => {
                    self.rows.update(|rows| rows.extend(page.items));
                    self.next.set(Some(page.next_cursor));
                }
                Err(error) => self.error.set(Some(error)),
            }
        });
    }
}

/// The first page and what follows it, without what came twice.
pub(super) fn joined(first: &[LogRow], older: &[LogRow]) -> Vec<LogRow> {
    let mut all = first.to_vec();
    let fresh = older
        .iter()
        .filter(|row| first.iter().all(|other| other.id != row.id));
    all.extend(fresh.cloned());
    all
}

#[cfg(test)]
mod tests {
    use scim_schema::{
        api::provisioning_log::LogFacts,
        id::{ConnectionId, ProvisioningRequestId},
    };
    use uuid::Uuid;

    use super::*;

    fn row(n: u128) -> LogRow {
        LogRow {
            id: ProvisioningRequestId(Uuid::from_u128(n)),
            at: chrono::DateTime::UNIX_EPOCH,
            connection: ConnectionId(Uuid::from_u128(1)),
            connection_name: "Okta".to_owned(),
            method: "GET".to_owned(),
            path: "/Users".to_owned(),
            status: 200,
            scim_type: None,
            decision: String::new(),
            duration_us: 1,
            notes: Vec::new(),
            request: None,
            statements: None,
            facts: LogFacts::default(),
            person: None,
            people: 0,
        }
    }

    #[test]
    fn a_log_that_begins_after_its_first_request_has_lost_older_ones() {
        Owner::new().with(|| {
            let at = |minutes| chrono::DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes);
            let page = |rows: Vec<LogRow>, next: Option<&str>| LogPage {
                items: rows,
                next_cursor: next.map(str::to_owned),
            };
            let older = Older::new();
            let lost = |page: &LogPage, begins| older.has_lost(page, begins);
            assert!(!lost(&page(vec![row(1)], None), Some(at(0))));
            assert!(lost(&page(vec![row(1)], None), Some(at(-5))));
            assert!(lost(&page(vec![], None), Some(at(-5))));
            assert!(!lost(&page(vec![row(1)], Some("on")), Some(at(-5))));
            assert!(!lost(&page(vec![], None), None));
        });
    }

    #[test]
    fn rows_that_moved_to_the_first_page_are_not_listed_twice() {
        let all = joined(&[row(4), row(3)], &[row(3), row(2)]);
        let ids: Vec<_> = all.iter().map(|row| row.id.0.as_u128()).collect();
        assert_eq!(ids, [4, 3, 2]);
    }
}
