//! One connection: how to connect it, what it sent last, its tokens.

use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};
use scim_schema::{
    api::{connections::ConnectionView, provisioning_log::LogQuery},
    id::ConnectionId,
    permission::Permission,
};

use super::{
    FreshSecret,
    adoption::AdoptionSection,
    alerts::{AlertList, tells_of_token},
    attributes::AttributesSection,
    clients::OAuthClients,
    concerns,
    dialect::DialectSection,
    expiry::ExpiryNotice,
    guide::Guide,
    new_token::{NewTokenButton, NewTokenDialog},
    request_view,
    secret::SecretPanel,
    shadow::{ShadowSection, mode_word},
    silence::SilenceSection,
    tokens::Tokens,
};
use crate::{
    api, format,
    pages::{
        log::{LiveMark, RequestLog, of_connection},
        mapping::MappingSection,
        not_found::NotFoundPage,
    },
    query::QueryString,
    routes,
    session::Session,
    text::{
        self, conformance as conformance_words, connections as words, log as log_words, providers,
        shadow as shadow_words,
    },
    ui::{
        CopyButton, Family, Icon, Loaded, LongTime, Navigator, Notice, PageHead, Present, Remote,
        Show, SkeletonLines, dynamic, optional,
    },
};

/// The connection that everything on the page shows; renewed by live updates.
pub(super) type Shown = Present<ConnectionView>;

/// The page of the connection in the address.
#[component]
pub(crate) fn ConnectionPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| {
        params.with(|params| {
            params
                .get_str("id")
                .and_then(|id| id.parse::<ConnectionId>().ok())
        })
    });
    dynamic(move || match id.get() {
        Some(id) => view! { <OneConnection id /> }.into_any(),
        None => view! { <NotFoundPage /> }.into_any(),
    })
}

/// Loads one connection and keeps up with changes.
#[component]
fn OneConnection(
    /// Which.
    id: ConnectionId,
) -> impl IntoView {
    let connection = Remote::new(move || api::connections::one(id));
    connection.follow(move |news| concerns(news, Some(id)));
    let content = move |shown: Shown| view! { <Page id shown connection /> }.into_any();
    view! {
        <Loaded
            remote=connection
            what=words::ONE_FAILED
            skeleton=ViewFn::from(|| view! { <SkeletonLines lines=8 /> })
            head=ViewFn::from(|| {
                view! {
                    <PageHead
                        title=Signal::stored(words::COLUMN_CONNECTION.to_owned())
                        crumb=(words::TITLE, routes::PROVISIONING)
                    />
                }
            })
            back=(text::shell::GO_TO_CONNECTIONS, routes::PROVISIONING)
            content
        />
    }
}

/// Everything about it.
#[component]
fn Page(
    /// Which.
    id: ConnectionId,
    /// The connection.
    shown: Shown,
    /// To be fetched again after an act.
    connection: Remote<ConnectionView>,
) -> impl IntoView {
    let session = Session::get();
    let secrets = FreshSecret::get();
    let may_manage = Memo::new(move |_| session.may(Permission::ManageConnections));
    let name = Signal::derive(move || shown.with(|shown| shown.name.clone()));
    let lede = Signal::derive(move || {
        shown.with(|shown| {
            let kind = providers::kind(shown.kind);
            (kind != shown.name).then(|| kind.to_owned())
        })
    });
    let silent = Memo::new(move |_| shown.with(|shown| shown.last_request.is_none()));
    let secret = dynamic(move || {
        secrets.of(id).map(|fresh| {
            let connection = shown.get_untracked().as_ref().clone();
            view! { <SecretPanel connection fresh /> }
        })
    });
    let creating = RwSignal::new(false);
    let tester = optional(move || {
        may_manage.get().then(|| {
            view! {
                <a class="btn" href=routes::tester(id, None)>
                    {log_words::rehearsal::TITLE}
                </a>
            }
        })
    });
    let conflicts = optional(move || {
        session.may(Permission::ReadConflicts).then(|| {
            view! {
                <a class="btn" href=routes::conflicts_of(id)>
                    {text::shell::CONFLICTS}
                </a>
            }
        })
    });
    let conformance = view! {
        <a class="btn" href=routes::conformance(id)>
            {conformance_words::TITLE}
        </a>
    };
    let act = optional(move || {
        may_manage
            .get()
            .then(|| view! { <NewTokenButton open=creating /> })
    });
    // An alert says the same, more loudly.
    let expiry = optional(move || {
        (!tells_of_token(id)).then(|| view! { <ExpiryNotice shown may_manage creating /> })
    });
    let log = optional(move || {
        let shown = session.may(Permission::ReadProvisioningLog) && !silent.get();
        shown.then(|| view! { <Requests id /> })
    });
    view! {
        <PageHead title=name lede crumb=(words::TITLE, routes::PROVISIONING)>
            {conflicts} {tester} {conformance}
            {act}
        </PageHead>
        <div class="body narrow">
            <div class="split">
                <div class="stack s8">
                    {secret} <ShadowSection id shown connection may_manage />
                    <AlertList only=id /> {expiry} <Waiting shown silent /> {log}
                    <Tokens shown connection may_manage />
                    <OAuthClients shown connection may_manage /> <MappingSection id may_manage />
                    <AdoptionSection shown connection may_manage />
                    <AttributesSection id may_manage /> <DialectSection id may_manage />
                    <SilenceSection id shown connection may_manage />
                    <Folded shown silent />
                </div>
                <Summary shown />
            </div>
        </div>
        <NewTokenDialog shown connection open=creating />
    }
}

fn guide(shown: Shown) -> AnyView {
    let shown = shown.get_untracked();
    view! { <Guide kind=shown.kind command=providers::curl(&shown.base_url) /> }.into_any()
}

/// Until the first request: that it is awaited, and the steps.
#[component]
fn Waiting(
    /// The connection.
    shown: Shown,
    /// Nothing has come yet.
    silent: Memo<bool>,
) -> impl IntoView {
    let headline = Memo::new(move |_| shown.with(|shown| words::waiting(&shown.name)));
    view! {
        <Show when=move || silent.get()>
            <section class="section">
                <header>
                    <h2>{words::HOW}</h2>
                    <LiveMark />
                </header>
                <div class="stack pad-top">
                    <div role="status">
                        <Notice family=Family::Arrive glyph=Icon::Clock>
                            <strong>{move || headline.get()}</strong>
                            <br />
                            {words::WAITING_WHY}
                        </Notice>
                    </div>
                    {guide(shown)}
                </div>
            </section>
        </Show>
    }
}

/// Afterwards: the steps, folded.
#[component]
fn Folded(
    /// The connection.
    shown: Shown,
    /// Nothing has come yet.
    silent: Memo<bool>,
) -> impl IntoView {
    view! {
        <Show when=move || !silent.get()>
            <details class="fold">
                <summary>{words::HOW}</summary>
                <div class="stack">{guide(shown)}</div>
            </details>
        </Show>
    }
}

/// What it sent last; the address says whether only failed requests are listed.
#[component]
fn Requests(
    /// Which.
    id: ConnectionId,
) -> impl IntoView {
    let navigator = Navigator::new();
    let map = use_query_map();
    let errors_only = Memo::new(move |_| map.with(|map| map.get_str("errors") == Some("only")));
    let query = Signal::derive(move || LogQuery {
        connection: Some(id),
        errors_only: errors_only.get().then_some(true),
        ..LogQuery::default()
    });
    let choose = move |event| {
        let only = event_target_checked(&event).then_some("only");
        let path = QueryString::default()
            .with_some("errors", only)
            .after(&routes::connection(id));
        navigator.amend(&path, false);
    };
    view! {
        <section class="section">
            <header>
                <h2>{words::REQUESTS}</h2>
                <div class="row">
                    <label class="check">
                        <input
                            type="checkbox"
                            prop:checked=move || errors_only.get()
                            on:change=choose
                        />
                        {log_words::ERRORS_ONLY}
                    </label>
                    <LiveMark />
                </div>
            </header>
            <RequestLog query concerns=of_connection />
        </section>
    }
}

/// The column beside it.
#[component]
fn Summary(
    /// The connection.
    shown: Shown,
) -> impl IntoView {
    view! {
        <aside class="aside" aria-label=words::SUMMARY>
            <section class="section">
                <header>
                    <h2>{words::SUMMARY}</h2>
                </header>
                <dl class="kv">{move || shown.with(summary)}</dl>
            </section>
        </aside>
    }
}

fn summary(connection: &ConnectionView) -> AnyView {
    let none = |word: &'static str| view! { <span class="faint">{word}</span> }.into_any();
    let last_request = connection
        .last_request
        .as_ref()
        .map_or_else(|| none(words::NEVER), request_view);
    let last_error = match &connection.last_error {
        Some(error) => {
            let detail = error.detail.clone();
            view! {
                {request_view(error)}
                <small class="muted">{detail}</small>
            }
            .into_any()
        }
        None => none(words::NO_ERROR),
    };
    let kind = connection.kind;
    let url = providers::provider_url(kind, &connection.base_url);
    view! {
        <dt>{words::KIND_SHORT}</dt>
        <dd>{providers::kind(connection.kind)}</dd>
        <dt class="wide">{providers::url_label(kind)}</dt>
        <dd class="wide with-copy">
            <span>
                <span class="mono" data-testid="base-url">{url.clone()}</span>
                <small class="muted">{providers::url_field(kind)}</small>
            </span>
            <CopyButton value=Signal::stored(url) label=providers::copy_url(kind) bare=true />
        </dd>
        <dt>{shadow_words::MODE}</dt>
        <dd>{mode_word(connection.mode)}</dd>
        <dt>{words::USERS}</dt>
        <dd>
            <a href=routes::users_of(connection.id)>{format::count(connection.user_count)}</a>
        </dd>
        <dt>{words::GROUPS}</dt>
        <dd>{format::count(connection.group_count)}</dd>
        <dt>{words::LAST_REQUEST}</dt>
        <dd>{last_request}</dd>
        <dt>{words::LAST_ERROR}</dt>
        <dd>{last_error}</dd>
        <dt>{words::CREATED}</dt>
        <dd>
            <LongTime at=connection.created_at />
        </dd>
    }
    .into_any()
}
