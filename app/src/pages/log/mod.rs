//! Requests of identity providers: a live list that grows backwards, each with its bodies on demand.

mod detail;
mod filters;
mod older;
mod outcome;
mod page;
mod query;
mod rows;

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use scim_schema::{
    api::{
        events::{ChangeEvent, ChangeKind},
        provisioning_log::{LogPage, LogQuery, LogRow},
    },
    id::ProvisioningRequestId,
};

pub(crate) use detail::{body, notes};
pub(crate) use filters::select;
pub(crate) use outcome::outcome_view;
pub(crate) use page::LogPage;

use self::{
    detail::request_detail,
    older::{Older, joined},
    rows::summary,
};
use crate::{
    api,
    live::{Flow, Live, News},
    session::Session,
    text::{self, log as words},
    ui::{
        Empty, Failure, Family, Icon, Loaded, Present, Remote, Show, SkeletonLines, dynamic, icon,
        keyed, lozenge,
    },
};

const PAGE: u32 = 25;

/// A list of requests.
#[component]
pub(crate) fn RequestLog(
    /// Which requests, tracked.
    #[prop(into)]
    query: Signal<LogQuery>,
    /// Whether a live update can add to them.
    concerns: fn(&LogQuery, &ChangeEvent) -> bool,
    /// When the first of them was, if that is known: tells that older ones are no longer kept.
    #[prop(optional, into)]
    begins: Option<Signal<Option<DateTime<Utc>>>>,
) -> impl IntoView {
    let session = Session::get();
    let older = Older::new();
    let base = move || LogQuery {
        limit: Some(PAGE),
        ..query.get()
    };
    let first = Remote::new(move || {
        older.forget();
        api::log::list(&base())
    });
    first.follow(move |news| match news {
        News::Resync => true,
        News::Change(event) => query.with_untracked(|query| concerns(query, &event)),
    });
    let load_older = Callback::new(move |cursor: String| older.load(session, query, cursor));
    let content = move |page: Present<LogPage>| {
        view! {
            <Rows
                page
                older
                empty_words=Signal::derive(move || query.with(empty_words))
                lost=Signal::derive(move || {
                    let begins = begins.and_then(|begins| begins.get());
                    page.with(|page| older.has_lost(page, begins))
                })
            />
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
    page: Present<LogPage>,
    /// What follows it.
    older: Older,
    /// What is said when there is none, and why.
    empty_words: Signal<(&'static str, &'static str)>,
    /// There were older ones, which are no longer kept.
    lost: Signal<bool>,
) -> impl IntoView {
    let rows =
        Memo::new(move |_| page.with(|page| older.rows.with(|older| joined(&page.items, older))));
    let empty = Memo::new(move |_| rows.with(Vec::is_empty));
    let one = move |id: ProvisioningRequestId| {
        let row = rows.with_untracked(|rows| rows.iter().find(|row| row.id == id).cloned());
        row.map(|row| view! { <Request row /> })
    };
    let ids = move || rows.with(|rows| rows.iter().map(|row| row.id).collect::<Vec<_>>());
    dynamic(move || {
        if !empty.get() {
            return view! {
                <ol class="log" aria-label=words::LIST>
                    {keyed(ids, |id| id.0.as_u128(), one)}
                </ol>
                <Show when=move || lost.get()>
                    <p class="small muted pad-y">{words::NOT_KEPT}</p>
                </Show>
            }
            .into_any();
        }
        let (title, why) = match empty_words.get() {
            (words::EMPTY, _) if lost.get() => (words::EMPTY_LOST, words::NOT_KEPT),
            said => said,
        };
        view! { <Empty glyph=Icon::Signal title why /> }.into_any()
    })
}

/// What is said where there is no request.
fn empty_words(query: &LogQuery) -> (&'static str, &'static str) {
    let everything = LogQuery {
        user: query.user,
        connection: query.connection,
        errors_only: query.errors_only,
        ..LogQuery::default()
    };
    if *query != everything {
        (words::EMPTY_FILTERED, words::EMPTY_FILTERED_WHY)
    } else if query.errors_only == Some(true) {
        (words::EMPTY_ERRORS, words::EMPTY_ERRORS_WHY)
    } else {
        (words::EMPTY, words::EMPTY_WHY)
    }
}

/// One request; its bodies are fetched when it is opened first.
#[component]
pub(crate) fn Request(
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
    page: Present<LogPage>,
    /// What follows it.
    older: Older,
    /// Fetches on from a cursor.
    load: Callback<String>,
) -> impl IntoView {
    dynamic(move || {
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
    })
}

/// Says whether changes arrive by themselves.
#[component]
pub(crate) fn LiveMark() -> impl IntoView {
    let live = Live::get();
    let mark = dynamic(move || match live.flow() {
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
    });
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
        _ => false,
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
