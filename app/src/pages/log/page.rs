//! `/log`: the requests of every connection, searched and filtered, live.

use std::time::Duration;

use leptos::{html::Input, leptos_dom::helpers::TimeoutHandle, prelude::*};
use leptos_router::hooks::use_query_map;
use scim_schema::api::{
    connections::ConnectionView,
    events::{ChangeEvent, ChangeKind},
    provisioning_log::LogQuery,
    users::UserDetail,
};

use super::{LiveMark, RequestLog, filters::Filters, query::LogView};
use crate::{
    api::{self, Call},
    pages::connections::known_connections,
    shortcuts::{Command, Shortcuts},
    text::{log as words, users as list_words},
    ui::{Family, Icon, Navigator, Notice, PageHead, Remote, effect, icon, optional},
};

const DEBOUNCE: Duration = Duration::from_millis(250);

/// What the parts of the page share.
#[derive(Clone, Copy)]
pub(super) struct Context {
    pub(super) shown: Memo<LogView>,
    pub(super) connections: Remote<Vec<ConnectionView>>,
    pub(super) person: Remote<Option<UserDetail>>,
    navigator: Navigator,
}

impl Context {
    /// Shows something else. Typing replaces the address, a choice adds to the history.
    pub(super) fn show(self, view: &LogView, replace: bool) {
        if self.shown.with_untracked(|present| present != view) {
            self.navigator.amend(&view.path(), replace);
        }
    }

    /// Shows what is shown now after a change.
    pub(super) fn change(self, change: impl FnOnce(&mut LogView)) {
        let mut view = self.shown.get_untracked();
        change(&mut view);
        self.show(&view, false);
    }
}

/// The log.
#[component]
pub(crate) fn LogPage() -> impl IntoView {
    let map = use_query_map();
    let read = Memo::new(move |_| {
        map.with(|map| LogView::from_pairs(map.latest_values().map(|(key, value)| (&**key, value))))
    });
    let shown = Memo::new(move |_| read.with(|(view, _)| view.clone()));
    let context = Context {
        shown,
        connections: known_connections(),
        person: known_person(shown),
        navigator: Navigator::new(),
    };
    let query = Signal::derive(move || shown.with(LogView::api));
    let ignored = optional(move || {
        let parts = read.with(|(_, ignored)| ignored.clone());
        (!parts.is_empty()).then(|| {
            view! {
                <div class="notice-row" role="status">
                    <Notice family=Family::Rest glyph=Icon::Info>
                        {list_words::ignored(&parts)} " "
                        <a href=move || shown.with(LogView::path)>{list_words::IGNORED_DISMISS}</a>
                    </Notice>
                </div>
            }
        })
    });
    view! {
        <PageHead
            title=Signal::stored(words::TITLE.to_owned())
            lede=Signal::stored(Some(words::LEDE.to_owned()))
        >
            <LiveMark />
        </PageHead>
        <div class="body">
            {ignored} <div class="toolbar">
                <Search context />
                <Filters context />
            </div> <h2 class="vh">{words::REQUESTS}</h2> <RequestLog query concerns=of_all />
        </div>
    }
}

/// Whether a change adds a request to the log as a whole.
fn of_all(query: &LogQuery, event: &ChangeEvent) -> bool {
    event.kind == ChangeKind::ProvisioningLog && query.connection.is_none_or(|id| id.0 == event.id)
}

/// The person of the address, to name them.
fn known_person(shown: Memo<LogView>) -> Remote<Option<UserDetail>> {
    let user = Memo::new(move |_| shown.with(|shown| shown.user));
    Remote::new(move || match user.get() {
        Some(user) => api::users::one(user).map(Some),
        None => Call::known(None),
    })
}

/// The search field: what is typed reaches the address after a short rest.
#[component]
fn Search(
    /// What the parts share.
    context: Context,
) -> impl IntoView {
    let sent = Memo::new(move |_| context.shown.with(|shown| shown.q.clone()));
    let typed = RwSignal::new(sent.get_untracked());
    let waiting = StoredValue::new(None::<TimeoutHandle>);
    let forget = move || {
        waiting.try_update_value(|waiting| {
            if let Some(waiting) = waiting.take() {
                waiting.clear();
            }
        });
    };
    effect(move || {
        let sent = sent.get();
        if waiting.with_value(Option::is_none) && typed.with_untracked(|typed| typed.trim() != sent)
        {
            typed.set(sent);
        }
    });
    on_cleanup(forget);
    let send = move || {
        forget();
        let view = context.shown.get_untracked();
        let next = typed.with_untracked(|typed| view.searching(typed));
        context.show(&next, !view.q.is_empty());
    };
    let take = move |text: String| {
        typed.set(text);
        forget();
        let send_later = move || {
            if waiting.try_get_value().is_some() {
                send();
            }
        };
        waiting.set_value(set_timeout_with_handle(send_later, DEBOUNCE).ok());
    };
    let input = NodeRef::<Input>::new();
    Shortcuts::get().listen(move |command| {
        let found = input.get_untracked().filter(|_| command == Command::Search);
        found.is_some_and(|input| input.focus().is_ok())
    });
    view! {
        <search class="search">
            {icon(Icon::Search)} <label class="vh" for="q">
                {words::SEARCH}
            </label>
            <input
                class="input"
                id="q"
                type="search"
                maxlength="200"
                autocomplete="off"
                spellcheck="false"
                placeholder=words::SEARCH_HINT
                prop:value=move || typed.get()
                node_ref=input
                on:input=move |event| take(event_target_value(&event))
                on:change=move |_| send()
            /> <kbd aria-hidden="true">"/"</kbd>
        </search>
    }
}
