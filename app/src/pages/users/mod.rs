//! `/users`: everybody, searched, filtered, sorted, live.

mod belonging;
mod changes;
mod filters;
mod highlight;
mod query;
mod search;
mod states;
mod table;
mod views;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use scim_schema::api::{
    connections::ConnectionView, organisations::OrganisationView, page::Page, users::UserRow,
};
use wasm_bindgen::JsCast;
use web_sys::{FocusOptions, HtmlElement};

use self::{
    changes::recently_changed,
    filters::Toolbar,
    query::ListQuery,
    states::{FirstUse, IgnoredParts, NobodyHere, StaleCursor},
    table::UsersTable,
};
use super::{
    connections::known_connections,
    log::LiveMark,
    organisations::known_organisations,
    shell::{Counts, concerns_users},
};
use crate::{
    api,
    places::Places,
    text::users as words,
    toast::Toasts,
    ui::{Loaded, Navigator, PageHead, Pager, Present, Remote, SkeletonRows, Tabs},
};

/// One page of users with the query that it answers.
pub(super) struct Answer {
    query: ListQuery,
    page: Page<UserRow>,
}

/// The answer that the table shows; renewed by live updates.
type Shown = Present<Answer>;

/// What the parts of the page share.
#[derive(Clone, Copy)]
struct Context {
    query: Memo<ListQuery>,
    answer: Remote<Answer>,
    connections: Remote<Vec<ConnectionView>>,
    organisations: Remote<Vec<OrganisationView>>,
    navigator: Navigator,
}

impl Context {
    /// Shows something else. Typing replaces the address, a choice adds to the history.
    fn show(self, query: &ListQuery, replace: bool) {
        if self.query.with_untracked(|present| present != query) {
            self.navigator.amend(&query.path(), replace);
        }
    }

    /// Whether the last answer is that to the present question, tracked.
    fn fits(self) -> bool {
        let answer = self.answer.value();
        answer.is_some_and(|answer| self.query.with(|query| answer.query == *query))
    }
}

/// The users table.
#[component]
pub(crate) fn UsersPage() -> impl IntoView {
    let map = use_query_map();
    let read = Memo::new(move |_| {
        map.with(|map| {
            ListQuery::from_pairs(map.latest_values().map(|(key, value)| (&**key, value)))
        })
    });
    let query = Memo::new(move |_| read.with(|(query, _)| query.clone()));
    let ignored = Memo::new(move |_| read.with(|(_, ignored)| ignored.clone()));
    let answer = Remote::new(move || {
        let query = query.get();
        api::users::list(&query.api()).map(|page| Answer { query, page })
    });
    answer.follow(concerns_users);
    let context = Context {
        query,
        answer,
        connections: known_connections(),
        organisations: known_organisations(),
        navigator: Navigator::new(),
    };
    let counts = use_context::<Counts>();
    let tabs = Signal::derive(move || {
        let counts = counts.and_then(|counts| counts.0.value());
        query.with(|query| views::tabs(query, counts.as_deref()))
    });
    view! {
        <PageHead title=Signal::stored(words::TITLE.to_owned())>
            <LiveMark />
        </PageHead>
        <Tabs label=words::VIEWS tabs />
        <div class="body">
            <IgnoredParts context ignored />
            <Toolbar context />
            <StaleCursor context />
            <List context />
            <FirstUse context />
        </div>
    }
}

/// The table, or why there is none.
#[component]
fn List(
    /// What the parts share.
    context: Context,
) -> impl IntoView {
    let recent = recently_changed(context.answer);
    Places::get().restore_when(move || context.fits());
    lead_to_the_rows(context.answer);
    let content = move |shown: Shown| {
        let empty = Memo::new(move |_| shown.with(|shown| shown.page.items.is_empty()));
        (move || {
            if empty.get() {
                view! { <NobodyHere context /> }.into_any()
            } else {
                view! {
                    <UsersTable context shown recent />
                    <ListPager context shown />
                }
                .into_any()
            }
        })
        .into_any()
    };
    view! {
        <Loaded
            remote=context.answer
            what=words::FAILED
            skeleton=ViewFn::from(|| view! { <SkeletonRows rows=8 /> })
            content
            fits=Signal::derive(move || context.fits())
        />
    }
}

/// After paging, focus is on the rows and the place in the list is said: the link that was pressed
/// may be gone on the last page.
fn lead_to_the_rows(answer: Remote<Answer>) {
    let toasts = Toasts::get();
    Effect::new(move |before: Option<Option<ListQuery>>| {
        let now = answer.value()?;
        let paged = before
            .flatten()
            .is_some_and(|before| now.query.is_other_page_of(&before));
        if paged {
            toasts.announce(&showing(&now.page));
            request_animation_frame(|| {
                let rows = document().query_selector(".loaded [role='region']");
                let rows = rows.ok().flatten();
                if let Some(rows) = rows.and_then(|one| one.dyn_into::<HtmlElement>().ok()) {
                    let options = FocusOptions::new();
                    options.set_prevent_scroll(true);
                    let _focused = rows.focus_with_options(&options);
                }
            });
        }
        Some(now.query.clone())
    });
}

/// Where a page is in the list.
fn showing(page: &Page<UserRow>) -> String {
    let rows = u64::try_from(page.items.len()).unwrap_or(u64::MAX);
    words::showing(page.offset, rows, page.total)
}

/// Paging.
#[component]
fn ListPager(
    /// What the parts share.
    context: Context,
    /// The present page.
    shown: Shown,
) -> impl IntoView {
    let query = context.query;
    let showing = Signal::derive(move || shown.with(|shown| showing(&shown.page)));
    let to = move |cursor: Option<String>| cursor.map(|cursor| query.get().at(cursor).path());
    let on_size = Callback::new(move |size| {
        context.show(&query.get_untracked().sized(size), false);
    });
    view! {
        <Pager
            showing
            size=Signal::derive(move || query.with(|query| query.limit))
            on_size
            previous=Signal::derive(move || to(shown.with(|shown| shown.page.previous_cursor.clone())))
            next=Signal::derive(move || to(shown.with(|shown| shown.page.next_cursor.clone())))
        />
    }
}
