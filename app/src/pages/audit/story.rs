//! Acts, newest first, in a list that grows backwards: of the whole account or of one person.

use std::sync::Arc;

use leptos::prelude::*;
use scim_schema::api::{
    audit::{AuditOutcome, AuditRow, TimelineEntry, TimelinePage},
    events::ChangeEvent,
};
use uuid::Uuid;

use super::detail::act_detail;
use crate::{
    api::{ApiError, Call},
    clock::{self, Clock},
    live::News,
    pages::log::Request,
    session::Session,
    text::{audit as words, deeds},
    ui::{
        Empty, Failure, Family, Icon, Loaded, Present, Remote, Show, SkeletonLines, dynamic, icon,
        keyed, lozenge,
    },
};

/// Fetches the page after a cursor, or the first one; tracked.
pub(super) type Fetch = Arc<dyn Fn(Option<String>) -> Call<TimelinePage> + Send + Sync>;

/// Older entries that were asked for; a handle.
#[derive(Clone, Copy)]
struct Older {
    rows: RwSignal<Vec<TimelineEntry>>,
    /// Cursor after the last entry; the outer `None` means that none was fetched.
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

    fn load(self, session: Session, call: Call<TimelinePage>) {
        if self.pending.get_untracked() {
            return;
        }
        self.pending.set(true);
        self.error.set(None);
        session.send_while_shown(call, move |result| {
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

/// The list. `concerns` says which live updates can add to it; `empty` is what is said where there is
/// nothing, and why.
pub(super) fn story(
    fetch: Fetch,
    concerns: impl Fn(ChangeEvent) -> bool + 'static,
    empty: Signal<(&'static str, &'static str)>,
) -> AnyView {
    let session = Session::get();
    let older = Older::new();
    let first_page = Arc::clone(&fetch);
    let remote = Remote::new(move || {
        older.forget();
        first_page(None)
    });
    remote.follow(move |news| match news {
        News::Resync => true,
        News::Change(event) => concerns(event),
    });
    let load = Callback::new(move |cursor: String| {
        older.load(session, untrack(|| fetch(Some(cursor))));
    });
    let content = move |page: Present<TimelinePage>| {
        view! {
            {entries(page, older, empty)}
            {more(page, older, load)}
        }
        .into_any()
    };
    view! {
        <Loaded
            remote
            what=words::FAILED
            skeleton=ViewFn::from(|| view! { <SkeletonLines lines=5 /> })
            content
        />
    }
    .into_any()
}

fn entries(
    page: Present<TimelinePage>,
    older: Older,
    empty: Signal<(&'static str, &'static str)>,
) -> AnyView {
    let rows =
        Memo::new(move |_| page.with(|page| older.rows.with(|older| joined(&page.items, older))));
    let is_empty = Memo::new(move |_| rows.with(Vec::is_empty));
    let one = move |id: Uuid| {
        let row = rows.with_untracked(|rows| rows.iter().find(|row| row.id() == id).cloned());
        row.map(entry)
    };
    let ids = move || rows.with(|rows| rows.iter().map(TimelineEntry::id).collect::<Vec<_>>());
    dynamic(move || {
        if is_empty.get() {
            let (title, why) = empty.get();
            return view! { <Empty glyph=Icon::Eye title why /> }.into_any();
        }
        view! {
            <ol class="log acts" aria-label=words::LIST>
                {keyed(ids, |id| id.as_u128(), one)}
            </ol>
        }
        .into_any()
    })
}

fn entry(entry: TimelineEntry) -> AnyView {
    match entry {
        TimelineEntry::Act { row } => view! { <Act row /> }.into_any(),
        TimelineEntry::Request { row } => view! { <Request row /> }.into_any(),
    }
}

/// One act; what more there is of it is fetched when it is opened first.
#[component]
fn Act(
    /// The act; events never change.
    row: AuditRow,
) -> impl IntoView {
    let opened = RwSignal::new(false);
    let line = summary(&row);
    let row = StoredValue::new(row);
    view! {
        <li>
            <details on:toggle=move |_| opened.set(true)>
                {line}
                <Show when=move || opened.get()>
                    {row.with_value(act_detail)}
                </Show>
            </details>
        </li>
    }
}

/// Time, channel, sentence, outcome.
fn summary(row: &AuditRow) -> AnyView {
    let moment = clock::in_zone(row.at);
    let tooltip = format!("{} ({})", moment.full(), clock::zone_name());
    let outcome = (row.outcome == AuditOutcome::Refused)
        .then(|| lozenge(Family::Guard, Icon::Lock, words::REFUSED));
    view! {
        <summary>
            {icon(Icon::Right)}
            <time class="t" datetime=row.at.to_rfc3339() title=tooltip>
                {move || moment.log(&Clock::now())}
            </time>
            <span class="m">{words::channel(row.channel)}</span>
            <span class="say">{deeds::sentence(row)}</span>
            {outcome}
        </summary>
    }
    .into_any()
}

/// The way to older entries.
fn more(page: Present<TimelinePage>, older: Older, load: Callback<String>) -> AnyView {
    dynamic(move || {
        let next = || page.with(|page| page.next_cursor.clone());
        let cursor = older.next.get().unwrap_or_else(next)?;
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

/// The first page and what follows it, without what came twice.
fn joined(first: &[TimelineEntry], older: &[TimelineEntry]) -> Vec<TimelineEntry> {
    let is_new = |row: &&TimelineEntry| first.iter().all(|other| other.id() != row.id());
    first
        .iter()
        .chain(older.iter().filter(is_new))
        .cloned()
        .collect()
}
