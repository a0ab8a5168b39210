//! `/audit`: who did what, filtered, verified and exported.

use std::sync::Arc;

use leptos::{html::Input, prelude::*};
use leptos_router::hooks::use_query_map;
use scim_schema::api::audit::{AuditPage as Rows, TimelineEntry, TimelinePage};
use uuid::Uuid;

use super::{filters::Filters, query::AuditView, story::story, verify::Verification};
use crate::{
    api::{self, Call},
    shortcuts::{Command, Shortcuts},
    text::{audit as words, users as list_words},
    ui::{Family, Icon, Navigator, Notice, PageHead, Remote, effect, icon, optional},
};

/// What the parts of the page share.
#[derive(Clone, Copy)]
pub(super) struct Context {
    pub(super) shown: Memo<AuditView>,
    /// Names of the people of the address, where they are people.
    pub(super) actor: Remote<Option<String>>,
    pub(super) target: Remote<Option<String>>,
    navigator: Navigator,
}

impl Context {
    /// Shows something else.
    pub(super) fn show(self, view: &AuditView) {
        if self.shown.with_untracked(|present| present != view) {
            self.navigator.amend(&view.path(), false);
        }
    }

    /// Shows what is shown now after a change.
    pub(super) fn change(self, change: impl FnOnce(&mut AuditView)) {
        let mut view = self.shown.get_untracked();
        change(&mut view);
        self.show(&view);
    }
}

/// The audit log.
#[component]
pub(crate) fn AuditPage() -> impl IntoView {
    let map = use_query_map();
    let read = Memo::new(move |_| {
        map.with(|map| {
            AuditView::from_pairs(map.latest_values().map(|(key, value)| (&**key, value)))
        })
    });
    let shown = Memo::new(move |_| read.with(|(view, _)| view.clone()));
    let context = Context {
        shown,
        actor: name_of(Memo::new(move |_| shown.with(|shown| shown.actor))),
        target: name_of(Memo::new(move |_| shown.with(|shown| shown.target))),
        navigator: Navigator::new(),
    };
    let ignored = optional(move || {
        let parts = read.with(|(_, ignored)| ignored.clone());
        (!parts.is_empty()).then(|| {
            view! {
                <div class="notice-row" role="status">
                    <Notice family=Family::Rest glyph=Icon::Info>
                        {list_words::ignored(&parts)} " "
                        <a href=move || shown.with(AuditView::path)>{list_words::IGNORED_DISMISS}</a>
                    </Notice>
                </div>
            }
        })
    });
    let verification = Verification::new();
    let empty = Signal::derive(move || {
        shown.with(|shown| match *shown == AuditView::default() {
            true => (words::EMPTY, words::EMPTY_WHY),
            false => (words::EMPTY_FILTERED, words::EMPTY_FILTERED_WHY),
        })
    });
    let fetch = Arc::new(move |cursor| {
        let query = shown.with(|shown| shown.api(cursor));
        api::audit::list(&query).map(as_story)
    });
    view! {
        <PageHead
            title=Signal::stored(words::TITLE.to_owned())
            lede=Signal::stored(Some(words::LEDE.to_owned()))
        >
            {verification.button()}
            {export(shown, "csv", words::EXPORT_CSV)}
            {export(shown, "jsonl", words::EXPORT_JSON)}
        </PageHead>
        <div class="body">
            {verification.outcome()} {ignored} <div class="toolbar">
                {search(context)}
                <Filters context />
            </div> <h2 class="vh">{words::ACTS}</h2> {story(fetch, |_| true, empty)}
        </div>
    }
}

fn as_story(page: Rows) -> TimelinePage {
    let act = |row| TimelineEntry::Act { row };
    TimelinePage {
        items: page.items.into_iter().map(act).collect(),
        next_cursor: page.next_cursor,
    }
}

/// A link to the log as a file, as it is filtered now.
fn export(shown: Memo<AuditView>, ending: &'static str, label: &'static str) -> AnyView {
    let href = move || shown.with(|shown| api::audit::export(&shown.api(None), ending));
    view! {
        <a class="btn" href=href download="" rel="external" title=words::EXPORT_HINT>
            {label}
        </a>
    }
    .into_any()
}

/// The name of a person; nothing for what is none.
fn name_of(id: Memo<Option<Uuid>>) -> Remote<Option<String>> {
    Remote::new(move || match id.get() {
        Some(id) => api::users::one(id.into()).map(|user| Some(user.row.name)),
        None => Call::known(None),
    })
}

/// The field for an id: what is no id is said to be none.
fn search(context: Context) -> AnyView {
    let sent = move || {
        let id = context.shown.with(|shown| shown.q);
        id.map(|id| id.to_string()).unwrap_or_default()
    };
    let typed = RwSignal::new(untrack(sent));
    let wrong = RwSignal::new(false);
    effect(move || typed.set(sent()));
    let send = move || {
        let text = typed.with_untracked(|typed| typed.trim().to_owned());
        let id = text.parse::<Uuid>().ok();
        wrong.set(id.is_none() && !text.is_empty());
        if id.is_some() || text.is_empty() {
            context.change(|view| view.q = id);
        }
    };
    let input = NodeRef::<Input>::new();
    Shortcuts::get().listen(move |command| {
        let found = input.get_untracked().filter(|_| command == Command::Search);
        found.is_some_and(|input| input.focus().is_ok())
    });
    let hint = optional(move || {
        wrong
            .get()
            .then(|| view! { <p class="small" id="audit-q-wrong">{words::SEARCH_WRONG}</p> })
    });
    view! {
        <search class="search">
            {icon(Icon::Search)} <label class="vh" for="audit-q">
                {words::SEARCH}
            </label>
            <input
                class="input"
                id="audit-q"
                type="search"
                maxlength="64"
                autocomplete="off"
                spellcheck="false"
                placeholder=words::SEARCH_HINT
                aria-invalid=move || wrong.get().then_some("true")
                aria-describedby=move || wrong.get().then_some("audit-q-wrong")
                prop:value=move || typed.get()
                node_ref=input
                on:input=move |event| typed.set(event_target_value(&event))
                on:change=move |_| send()
            /> <kbd aria-hidden="true">"/"</kbd>
        </search>
        <div role="status">{hint}</div>
    }
    .into_any()
}
