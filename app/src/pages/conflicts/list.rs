//! The list of conflicts.

use std::collections::BTreeSet;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use scim_schema::{
    api::conflicts::{ConflictKind, ConflictPage, ConflictState},
    id::ConflictId,
    permission::Permission,
};

use super::{
    bulk::{BulkBar, SelectPage},
    concerns,
    query::ConflictView,
    table::Rows,
};
use crate::{
    api,
    pages::{
        connections::known_connections,
        log::{LiveMark, select},
    },
    session::Session,
    text::{conflicts as words, users as list_words},
    ui::{
        Family, Icon, Loaded, Navigator, Notice, PageHead, Present, Remote, SkeletonLines, Tab,
        Tabs, dynamic, effect,
    },
};

/// Rows of one page.
pub(super) const PAGE: u32 = 50;

/// What the parts of the page share.
#[derive(Clone, Copy)]
pub(super) struct Context {
    /// What the address says.
    pub(super) shown: Memo<ConflictView>,
    /// The first page.
    pub(super) first: Remote<ConflictPage>,
    /// Those that are ticked.
    pub(super) chosen: RwSignal<BTreeSet<ConflictId>>,
    /// Whether the person may decide what is shown: it is open.
    pub(super) may_pick: Memo<bool>,
    navigator: Navigator,
}

impl Context {
    fn change(self, change: impl FnOnce(&mut ConflictView)) {
        let mut view = self.shown.get_untracked();
        change(&mut view);
        self.navigator.amend(&view.path(), false);
    }
}

/// The page.
#[component]
pub(crate) fn ConflictsPage() -> impl IntoView {
    let session = Session::get();
    let map = use_query_map();
    let read = Memo::new(move |_| {
        map.with(|map| {
            ConflictView::from_pairs(map.latest_values().map(|(key, value)| (&**key, value)))
        })
    });
    let shown = Memo::new(move |_| read.with(|(view, _)| view.clone()));
    let chosen = RwSignal::new(BTreeSet::new());
    let first = Remote::new(move || {
        let mut query = shown.with(ConflictView::api);
        query.limit = Some(PAGE);
        api::conflicts::list(&query)
    });
    first.follow(concerns);
    effect(move || {
        shown.track();
        chosen.set(BTreeSet::new());
    });
    let context = Context {
        shown,
        first,
        chosen,
        may_pick: Memo::new(move |_| {
            let open = shown.with(|shown| shown.state == ConflictState::Open);
            open && session.may(Permission::ResolveConflicts)
        }),
        navigator: Navigator::new(),
    };
    let tabs = Signal::derive(move || shown.with(tabs));
    let content = move |page: Present<ConflictPage>| view! { <Rows context page /> }.into_any();
    view! {
        <PageHead
            title=Signal::stored(words::TITLE.to_owned())
            lede=Signal::stored(Some(words::LEDE.to_owned()))
        >
            <LiveMark />
        </PageHead>
        <Tabs label=Signal::stored(words::STATES.to_owned()) tabs />
        <div class="body">
            {move || read.with(|(view, ignored)| ignored_view(view, ignored))}
            <div class="toolbar">
                <Filters context /> <SelectPage context />
            </div>
            <BulkBar context />
            <Loaded
                remote=first
                what=words::FAILED
                skeleton=ViewFn::from(|| view! { <SkeletonLines lines=5 /> })
                content
            />
        </div>
    }
}

fn tabs(view: &ConflictView) -> Vec<Tab> {
    let tab = |state: &ConflictState| Tab {
        label: words::state(*state),
        href: view.in_state(*state).path(),
        open: view.state == *state,
        count: None,
    };
    ConflictState::ALL.iter().map(tab).collect()
}

fn ignored_view(view: &ConflictView, ignored: &[String]) -> Option<AnyView> {
    if ignored.is_empty() {
        return None;
    }
    let (said, path) = (list_words::ignored(ignored), view.path());
    Some(
        view! {
            <div class="notice-row" role="status">
                <Notice family=Family::Rest glyph=Icon::Info>
                    {said} " " <a href=path>{list_words::IGNORED_DISMISS}</a>
                </Notice>
            </div>
        }
        .into_any(),
    )
}

/// One connection, one kind.
#[component]
fn Filters(
    /// What the parts share.
    context: Context,
) -> impl IntoView {
    let connections = known_connections();
    let connection = dynamic(move || {
        let all = connections.value().unwrap_or_default();
        let options = all.iter().map(|one| (one.id.to_string(), one.name.clone()));
        let chosen = context.shown.with(|shown| shown.connection);
        let chosen = chosen.map(|id| id.to_string()).unwrap_or_default();
        let choose = move |value: String| {
            context.change(|view| view.connection = value.parse().ok());
        };
        select(
            "conflict-connection",
            words::CONNECTION,
            options.collect(),
            &chosen,
            choose,
        )
    });
    let kind = dynamic(move || {
        let options = ConflictKind::ALL.iter();
        let options = options.map(|one| (one.to_string(), words::kind(*one).to_owned()));
        let chosen = context.shown.with(|shown| shown.kind);
        let chosen = chosen.map(|one| one.to_string()).unwrap_or_default();
        let choose = move |value: String| context.change(|view| view.kind = value.parse().ok());
        select(
            "conflict-kind",
            words::KIND,
            options.collect(),
            &chosen,
            choose,
        )
    });
    view! {
        {connection}
        {kind}
    }
}
