//! Requests of identity providers: a live list that grows backwards, each with its bodies on demand.

mod detail;
mod outcome;
mod rows;

use std::sync::Arc;

use leptos::prelude::*;
use scim_schema::{
    api::{
        events::{ChangeEvent, ChangeKind},
        provisioning_log::{LogPage, LogQuery, LogRow},
    },
    id::ProvisioningRequestId,
};

pub(crate) use outcome::outcome_view;

use self::{detail::request_detail, rows::summary};
use crate::{
    api::{self, ApiError},
    live::{Flow, Live, News},
    session::Session,
    text::{self, log as words},
    ui::{Empty, Failure, Family, Icon, Loaded, Remote, SkeletonLines, icon, lozenge},
};

const PAGE: u32 = 25;

/// Older pages that were asked for, appended to the first one, which is kept fresh.
#[derive(Clone, Copy)]
struct Older {
    rows: RwSignal<Vec<LogRow>>,
    /// Cursor after the last row; the outer `None` means that none was fetched.
    next: RwSignal<Option<Option<String>>>,
    pending: RwSignal<bool>,
    error: RwSignal<Option<ApiError>>,
}

impl Older {
    fn new() -> Self {
        Self {
            rows: RwSignal::new(Vec::new()),
            next: RwSignal::new(None),
            pending: RwSignal::new(false),
            error: RwSignal::new(None),
        }
    }

    fn forget(self) {
        self.rows.set(Vec::new());
        self.next.set(None);
        self.error.set(None);
    }

    /// Where to go on: after the rows fetched last.
    fn cursor(self, first: &LogPage) -> Option<String> {
        self.next.get().unwrap_or_else(|| first.next_cursor.clone())
    }
}

/// The first page and what follows it, without what came twice.
fn joined(first: &[LogRow], older: &[LogRow]) -> Vec<LogRow> {
    let mut all = first.to_vec();
    let fresh = older
        .iter()
        .filter(|row| first.iter().all(|other| other.id != row.id));
    all.extend(fresh.cloned());
    all
}

/// A list of requests.
#[component]
pub(crate) fn RequestLog(
    /// Which requests, tracked.
    #[prop(into)]
    query: Signal<LogQuery>,
    /// Whether a live update can add to them.
    concerns: fn(&LogQuery, &ChangeEvent) -> bool,
) -> impl IntoView {
    let session = Session::get();
    let older = Older::new();
    let base = move || LogQuery {
        limit: Some(PAGE),
        ..query.get()
    };
    let first = Remote::new(
        move || {
            older.forget();
            base()
        },
        |query| async move { api::log::list(&query).await },
    );
    first.follow(move |news| match news {
        News::Resync => true,
        News::Change(event) => query.with_untracked(|query| concerns(query, &event)),
    });
    let load_older = Callback::new(move |cursor: String| {
        if older.pending.get_untracked() {
            return;
        }
        older.pending.set(true);
        older.error.set(None);
        let query = LogQuery {
            cursor: Some(cursor),
            limit: Some(PAGE),
            ..query.get_untracked()
        };
        leptos::task::spawn_local_scoped_with_cancellation(async move {
            let result = session.watch(api::log::list(&query).await);
            older.pending.set(false);
            match result {
                Ok(page) => {
                    older.rows.update(|rows| rows.extend(page.items));
                    older.next.set(Some(page.next_cursor));
                }
                Err(error) => older.error.set(Some(error)),
            }
        });
    });
    let content = move |page: Signal<Arc<LogPage>>| {
        view! {
            <Rows page older errors_only=Signal::derive(move || {
                query.with(|query| query.errors_only == Some(true))
            }) />
            <More page older load=load_older />
        }
        .into_any()
    };
    view! {
        <Loaded
            remote=first
            what=words::FAILED
            skeleton=ViewFn::from(|| view! { <SkeletonLines lines=5 /> })
            content
        />
    }
}

/// The rows.
#[component]
fn Rows(
    /// First page.
    page: Signal<Arc<LogPage>>,
    /// What follows it.
    older: Older,
    /// Only failed requests are listed.
    errors_only: Signal<bool>,
) -> impl IntoView {
    let rows =
        Memo::new(move |_| page.with(|page| older.rows.with(|older| joined(&page.items, older))));
    let empty = Memo::new(move |_| rows.with(Vec::is_empty));
    let one = move |id: ProvisioningRequestId| {
        let row = rows.with_untracked(|rows| rows.iter().find(|row| row.id == id).cloned());
        row.map(|row| view! { <Request row /> })
    };
    let ids = move || rows.with(|rows| rows.iter().map(|row| row.id).collect::<Vec<_>>());
    move || {
        if !empty.get() {
            return view! {
                <ol class="log" aria-label=words::LIST>
                    <For each=ids key=|id| *id children=one />
                </ol>
            }
            .into_any();
        }
        let (title, why) = if errors_only.get() {
            (words::EMPTY_ERRORS, words::EMPTY_ERRORS_WHY)
        } else {
            (words::EMPTY, words::EMPTY_WHY)
        };
        view! { <Empty glyph=Icon::Signal title why /> }.into_any()
    }
}

/// One request; its bodies are fetched when it is opened first.
#[component]
fn Request(
    /// The request; rows of the log never change.
    row: LogRow,
) -> impl IntoView {
    let opened = RwSignal::new(false);
    let line = summary(&row);
    view! {
        <li>
            <details on:toggle=move |_| opened.set(true)>
                {line}
                <Show when=move || opened.get()>
                    {request_detail(&row)}
                </Show>
            </details>
        </li>
    }
}

/// The way to older requests.
#[component]
fn More(
    /// First page.
    page: Signal<Arc<LogPage>>,
    /// What follows it.
    older: Older,
    /// Fetches on from a cursor.
    load: Callback<String>,
) -> impl IntoView {
    move || {
        let cursor = page.with(|page| older.cursor(page))?;
        let again = cursor.clone();
        let failed = older.error.get().map(|error| {
            let cursor = again.clone();
            let retry = Callback::new(move |()| load.run(cursor.clone()));
            view! { <Failure what=words::OLDER_FAILED error retry /> }
        });
        let pending = older.pending.get();
        Some(view! {
            {failed}
            <div class="pager">
                <button
                    class="btn"
                    type="button"
                    aria-disabled=pending.then_some("true")
                    on:click=move |_| load.run(cursor.clone())
                >
                    {pending.then(|| view! { <span class="spinner" aria-hidden="true"></span> })}
                    {if pending { words::LOADING_OLDER } else { words::OLDER }}
                </button>
            </div>
        })
    }
}

/// Says whether changes arrive by themselves.
#[component]
pub(crate) fn LiveMark() -> impl IntoView {
    let live = Live::get();
    let mark = move || match live.flow() {
        Flow::Opening => ().into_any(),
        Flow::Live => view! {
            <span title=text::shell::LIVE_HINT>
                {lozenge(Family::Ok, Icon::Signal, text::shell::LIVE)}
            </span>
        }
        .into_any(),
        Flow::Interrupted => view! {
            <span title=text::shell::LIVE_INTERRUPTED_HINT>
                {lozenge(Family::Pause, Icon::Signal, text::shell::LIVE_INTERRUPTED)}
            </span>
        }
        .into_any(),
    };
    view! { <span role="status">{mark}</span> }
}

/// Whether a change adds a request to the log of the connection that `query` names.
pub(crate) fn of_connection(query: &LogQuery, event: &ChangeEvent) -> bool {
    event.kind == ChangeKind::ProvisioningLog && query.connection.is_some_and(|id| id.0 == event.id)
}

/// Whether a change can add a request to a user's log: the log's events name connections, so any
/// row may.
pub(crate) fn of_user(query: &LogQuery, event: &ChangeEvent) -> bool {
    match event.kind {
        ChangeKind::ProvisioningLog => true,
        ChangeKind::User => query.user.is_some_and(|id| id.0 == event.id),
        ChangeKind::Group | ChangeKind::Connection => false,
    }
}

/// A caret that turns when its details open.
fn caret() -> AnyView {
    icon(Icon::Right)
}

#[cfg(test)]
mod tests {
    use scim_schema::id::{ConnectionId, UserId};
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
        }
    }

    #[test]
    fn rows_that_moved_to_the_first_page_are_not_listed_twice() {
        let all = joined(&[row(4), row(3)], &[row(3), row(2)]);
        let ids: Vec<_> = all.iter().map(|row| row.id.0.as_u128()).collect();
        assert_eq!(ids, [4, 3, 2]);
    }

    #[test]
    fn only_changes_that_can_add_a_row_make_the_log_fetch() {
        let event = |kind, id| ChangeEvent {
            kind,
            id: Uuid::from_u128(id),
            version: 1,
        };
        let connection = LogQuery {
            connection: Some(ConnectionId(Uuid::from_u128(1))),
            ..LogQuery::default()
        };
        assert!(of_connection(
            &connection,
            &event(ChangeKind::ProvisioningLog, 1)
        ));
        assert!(!of_connection(
            &connection,
            &event(ChangeKind::ProvisioningLog, 2)
        ));
        assert!(!of_connection(&connection, &event(ChangeKind::User, 1)));
        let user = LogQuery {
            user: Some(UserId(Uuid::from_u128(7))),
            ..LogQuery::default()
        };
        assert!(of_user(&user, &event(ChangeKind::User, 7)));
        assert!(!of_user(&user, &event(ChangeKind::User, 8)));
        assert!(of_user(&user, &event(ChangeKind::ProvisioningLog, 1)));
    }
}
