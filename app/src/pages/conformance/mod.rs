//! `/provisioning/{id}/conformance`: how a connection stands by the protocol, with evidence.

mod checks;
mod score;
mod view;

use std::sync::Arc;

use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};
use scim_schema::{
    api::{
        conformance::{ConformanceRun, ConformanceView, Verdict},
        events::{ChangeEvent, ChangeKind},
    },
    id::ConnectionId,
    permission::Permission,
};

use self::view::{CheckView, VERDICTS, count};
use super::NotFoundPage;
use crate::{
    api::{self, ApiError},
    live::News,
    routes,
    session::Session,
    text::conformance as words,
    ui::{
        Empty, Failure, Icon, Loaded, Navigator, PageHead, Present, Remote, SkeletonLines, Tab,
        Tabs, dynamic, icon,
    },
};

/// The checks of the connection in the address.
#[component]
pub(crate) fn ConformancePage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| {
        params.with(|params| {
            let id = params.get_str("id")?;
            id.parse::<ConnectionId>().ok()
        })
    });
    dynamic(move || match id.get() {
        Some(id) => view! { <Conformance id /> }.into_any(),
        None => view! { <NotFoundPage /> }.into_any(),
    })
}

/// What the parts of the page share.
#[derive(Clone, Copy)]
struct Context {
    id: ConnectionId,
    checks: Remote<ConformanceView>,
    shown: Memo<CheckView>,
    may_run: Memo<bool>,
    running: RwSignal<bool>,
    failed: RwSignal<Option<ApiError>>,
    said: RwSignal<String>,
}

impl Context {
    fn run(self) {
        if self.running.get_untracked() {
            return;
        }
        self.running.set(true);
        self.failed.set(None);
        self.said.set(String::new());
        let session = Session::get();
        session.send_while_shown(api::conformance::run(self.id), move |answer| {
            self.running.set(false);
            match answer {
                Ok(run) => {
                    self.said.set(words::announced(run.score));
                    self.checks.reload();
                }
                Err(error) => self.failed.set(Some(error)),
            }
        });
    }
}

fn concerns(news: News, only: ConnectionId) -> bool {
    match news {
        News::Resync => true,
        News::Change(ChangeEvent { kind, id, .. }) => {
            kind == ChangeKind::Connection && id == only.0
        }
    }
}

/// The page.
#[component]
fn Conformance(
    /// Whose.
    id: ConnectionId,
) -> impl IntoView {
    let session = Session::get();
    let map = use_query_map();
    let connection = Remote::new(move || api::connections::one(id));
    let checks = Remote::new(move || api::conformance::last(id));
    checks.follow(move |news| concerns(news, id));
    let context = Context {
        id,
        checks,
        shown: Memo::new(move |_| {
            map.with(|map| CheckView::of(map.get_str("show"), map.get_str("q")))
        }),
        may_run: Memo::new(move |_| session.may(Permission::ManageConnections)),
        running: RwSignal::new(false),
        failed: RwSignal::new(None),
        said: RwSignal::new(String::new()),
    };
    let lede = Signal::derive(move || {
        let name = connection.value().map(|shown| shown.name.clone());
        Some(name.map_or_else(
            || words::LEDE.to_owned(),
            |name| format!("{name}: {}", words::LEDE),
        ))
    });
    let content =
        move |shown: Present<ConformanceView>| view! { <Checks context view=shown /> }.into_any();
    let failure = dynamic(move || {
        context.failed.get().map(|error| {
            let retry = Callback::new(move |()| context.run());
            view! {
                <div class="body lead">
                    <Failure what=words::RUN_FAILED error retry />
                </div>
            }
        })
    });
    view! {
        <PageHead
            title=Signal::stored(words::TITLE.to_owned())
            lede
            crumb=(crate::text::connections::TITLE, routes::PROVISIONING)
        >
            <a class="btn" href=routes::connection(id)>
                {words::TO_CONNECTION}
            </a>
            {move || has_run(checks).then(|| export(id))}
            {move || context.may_run.get().then(|| run_button(context))}
        </PageHead>
        <p class="vh" role="status">
            {move || context.said.get()}
        </p>
        {failure}
        <Loaded
            remote=checks
            what=words::FAILED_TO_LOAD
            skeleton=ViewFn::from(|| view! { <SkeletonLines lines=8 /> })
            head=ViewFn::from(|| ())
            content
        />
    }
}

fn has_run(checks: Remote<ConformanceView>) -> bool {
    checks.value().is_some_and(|view| view.last.is_some())
}

/// A file, which is fetched by the browser and not by the router.
fn export(id: ConnectionId) -> AnyView {
    view! {
        <a class="btn" href=api::conformance::export(id) download="" rel="external">
            {words::EXPORT}
        </a>
    }
    .into_any()
}

fn run_button(context: Context) -> AnyView {
    let label = dynamic(move || {
        if context.running.get() {
            words::RUNNING
        } else if has_run(context.checks) {
            words::RUN_AGAIN
        } else {
            words::RUN
        }
    });
    let spinner = dynamic(move || {
        let spinner = view! { <span class="spinner" aria-hidden="true"></span> };
        context.running.get().then_some(spinner)
    });
    view! {
        <button
            class="btn primary"
            type="button"
            aria-disabled=move || context.running.get().then_some("true")
            on:click=move |_| context.run()
        >
            {spinner}
            {label}
        </button>
    }
    .into_any()
}

/// The last run, or that there was none.
#[component]
fn Checks(
    /// What the parts share.
    context: Context,
    /// The last run.
    view: Present<ConformanceView>,
) -> impl IntoView {
    // The same run once more leaves open what is open.
    let view = Memo::new(move |_| view.get());
    dynamic(move || {
        let view = view.get();
        match &view.last {
            Some(run) => shown_run(context, run),
            None => {
                let why = words::never_why(view.available);
                view! {
                    <div class="body">
                        <Empty glyph=Icon::Shield title=words::NEVER why />
                    </div>
                }
                .into_any()
            }
        }
    })
}

fn shown_run(context: Context, run: &ConformanceRun) -> AnyView {
    let (id, total) = (context.id, run.score);
    let tabs = Signal::derive(move || {
        let shown = context.shown.get();
        let tab = |verdict: Option<Verdict>| Tab {
            label: verdict.map_or(words::ALL, words::verdict),
            href: shown.showing(verdict).path(id),
            open: shown.verdict == verdict,
            count: Some(count(total, verdict).into()),
        };
        let verdicts = VERDICTS.into_iter().map(Some);
        std::iter::once(None)
            .chain(verdicts)
            .map(tab)
            .collect::<Vec<_>>()
    });
    let checks = Arc::new(run.checks.clone());
    let areas = dynamic(move || {
        let shown = context.shown.get();
        let areas = shown.areas(&checks);
        if areas.is_empty() {
            return nothing(&shown);
        }
        let areas = areas.into_iter().map(|one| checks::area(id, one));
        view! { <div class="stack s8">{areas.collect_view()}</div> }.into_any()
    });
    view! {
        <div class="body lead">{score::score(run)}</div>
        <Tabs label=Signal::stored(words::VIEWS.to_owned()) tabs />
        <div class="body narrow">
            <div class="toolbar">
                <Search context />
            </div>
            {areas}
        </div>
    }
    .into_any()
}

fn nothing(shown: &CheckView) -> AnyView {
    if shown.q.is_empty() && shown.verdict == Some(Verdict::Failed) {
        let (title, why) = (words::NONE_FAILED, words::NONE_FAILED_WHY);
        return view! { <Empty glyph=Icon::Check title why /> }.into_any();
    }
    let (title, why) = (words::NO_MATCH, words::NO_MATCH_WHY);
    view! { <Empty glyph=Icon::Search title why /> }.into_any()
}

/// The search field; the checks are here already, so that every letter counts at once.
#[component]
fn Search(
    /// What the parts share.
    context: Context,
) -> impl IntoView {
    let navigator = Navigator::new();
    let typed = Memo::new(move |_| context.shown.with(|shown| shown.q.clone()));
    let take = move |q: String| {
        let view = CheckView {
            q,
            ..context.shown.get_untracked()
        };
        navigator.amend(&view.path(context.id), true);
    };
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
                on:input=move |event| take(event_target_value(&event))
            />
        </search>
    }
}
