//! `/policies` and `/policies/{organisation}`: what holds, where it comes from, and changing it.

mod edit;
mod history;

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use scim_schema::{
    api::{
        events::{ChangeEvent, ChangeKind},
        policies::{Decider, PolicyOverview, PolicyView, SettingView},
    },
    id::OrganisationId,
    policy::{Origin, Setting},
};

use self::{edit::EditDialog, history::History};
use super::not_found::NotFoundPage;
use crate::{
    api,
    live::News,
    places::Places,
    routes,
    text::{policies as words, shell},
    ui::{Loaded, PageHead, Present, Remote, SkeletonLines, dynamic},
};

type Shown = Present<PolicyView>;

/// The page of the organisation in the address; of the root without one.
#[component]
pub(crate) fn PoliciesPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get_str("id").map(str::to_owned)));
    dynamic(
        move || match id.get().map(|id| id.parse::<OrganisationId>()) {
            None => view! { <Root /> }.into_any(),
            Some(Ok(id)) => view! { <One id /> }.into_any(),
            Some(Err(_)) => view! { <NotFoundPage /> }.into_any(),
        },
    )
}

fn head() -> ViewFn {
    ViewFn::from(
        || view! { <PageHead title=Signal::stored(words::TITLE.to_owned()) lede=words::LEDE /> },
    )
}

/// Finds the root, and whoever else decides.
#[component]
fn Root() -> impl IntoView {
    let remote = Remote::new(api::policies::overview);
    remote.follow(concerns);
    let content = move |overview: Present<PolicyOverview>| {
        let root = Memo::new(move |_| overview.with(|overview| overview.root));
        let deciders = Signal::derive(move || overview.with(|overview| overview.deciders.clone()));
        dynamic(move || view! { <One id=root.get() deciders /> }).into_any()
    };
    view! {
        <Loaded
            remote
            what=words::FAILED
            skeleton=ViewFn::from(|| view! { <SkeletonLines lines=8 /> })
            head=head()
            content
        />
    }
}

fn concerns(news: News) -> bool {
    match news {
        News::Resync => true,
        News::Change(ChangeEvent { kind, .. }) => kind == ChangeKind::Policy,
    }
}

/// One organisation.
#[component]
fn One(
    /// Which.
    id: OrganisationId,
    /// Others that decide, where that is of interest.
    #[prop(optional, into)]
    deciders: Signal<Vec<Decider>>,
) -> impl IntoView {
    let remote = Remote::new(move || api::policies::one(id));
    remote.follow(concerns);
    Places::get().restore_when(move || remote.value().is_some());
    let content = move |shown: Shown| view! { <Page id shown remote deciders /> }.into_any();
    view! {
        <Loaded
            remote
            what=words::FAILED
            skeleton=ViewFn::from(|| view! { <SkeletonLines lines=8 /> })
            head=head()
            content
        />
    }
}

#[component]
fn Page(
    /// Whose.
    id: OrganisationId,
    /// What holds.
    shown: Shown,
    /// To be fetched again.
    remote: Remote<PolicyView>,
    /// Others that decide.
    deciders: Signal<Vec<Decider>>,
) -> impl IntoView {
    let editing = RwSignal::new(None::<SettingView>);
    let name = Signal::derive(move || {
        shown.with(|policy| {
            let own = policy.line.last().map(|own| own.name.as_str());
            format!("{} · {}", words::TITLE, own.unwrap_or_default())
        })
    });
    let crumbs = dynamic(move || shown.with(crumbs));
    let sections = dynamic(move || {
        shown.with(|policy| {
            let section = |(title, settings): &(&'static str, &'static [Setting])| {
                section(title, settings, policy, editing)
            };
            words::SECTIONS.iter().map(section).collect_view()
        })
    });
    let elsewhere = dynamic(move || {
        let deciders = deciders.get();
        (!deciders.is_empty()).then(|| elsewhere(&deciders))
    });
    view! {
        <PageHead title=name lede=words::LEDE />
        <div class="body narrow">{crumbs} {sections} {elsewhere} <History id /></div>
        <EditDialog id shown remote editing />
    }
}

/// The organisations above, each with its own page.
fn crumbs(policy: &PolicyView) -> Option<AnyView> {
    let (_, above) = policy.line.split_last()?;
    if above.is_empty() {
        return None;
    }
    let link = |above: &Decider| {
        view! {
            <a href=routes::policies_of(above.id)>{above.name.clone()}</a>
            " › "
        }
    };
    let own = policy.line.last().map(|own| own.name.clone());
    Some(
        view! {
            <nav class="crumbs" aria-label=shell::BREADCRUMB>
                {above.iter().map(link).collect_view()}
                <span aria-current="page">{own}</span>
            </nav>
        }
        .into_any(),
    )
}

fn section(
    title: &'static str,
    settings: &[Setting],
    policy: &PolicyView,
    editing: RwSignal<Option<SettingView>>,
) -> AnyView {
    let views = settings
        .iter()
        .filter_map(|setting| policy.settings.iter().find(|view| view.setting == *setting));
    let rows = views.map(|view| row(view, policy, editing)).collect_view();
    view! {
        <section class="section">
            <header>
                <h2>{title}</h2>
            </header>
            <dl class="decisions">{rows}</dl>
        </section>
    }
    .into_any()
}

fn row(
    setting: &SettingView,
    policy: &PolicyView,
    editing: RwSignal<Option<SettingView>>,
) -> AnyView {
    let what = setting.setting;
    let kept = StoredValue::new(setting.clone());
    let button = policy.may_decide.then(|| {
        view! {
            <button
                class="btn quiet sm"
                type="button"
                aria-label=words::change_label(what)
                on:click=move |_| editing.set(Some(kept.get_value()))
            >
                {words::CHANGE}
            </button>
        }
    });
    view! {
        <div class="decision">
            <dt>
                {words::name(what)}
                <small class="muted">{words::why(what)}</small>
            </dt>
            <dd>
                <span class="grow">
                    {words::shown(what, &setting.value)}
                    <small class="muted">{origin(setting, policy)}</small>
                </span>
                {button}
            </dd>
        </div>
    }
    .into_any()
}

/// Where the value comes from, in words.
fn origin(setting: &SettingView, policy: &PolicyView) -> String {
    match setting.origin {
        Origin::Default => words::BY_DEFAULT.to_owned(),
        Origin::Set { organisation } if organisation == policy.organisation => {
            words::DECIDED_HERE.to_owned()
        }
        Origin::Set { organisation } => words::from(&named(organisation, policy)),
        Origin::Floor { organisation } => words::lifted(&named(organisation, policy)),
    }
}

/// The name of an organisation on the way up.
fn named(id: OrganisationId, policy: &PolicyView) -> String {
    let found = policy.line.iter().find(|one| one.id == id);
    found.map(|one| one.name.clone()).unwrap_or_default()
}

fn elsewhere(deciders: &[Decider]) -> AnyView {
    let link = |one: &Decider| {
        view! {
            <li>
                <a href=routes::policies_of(one.id)>{one.name.clone()}</a>
            </li>
        }
    };
    view! {
        <section class="section">
            <header>
                <h2>{words::ELSEWHERE}</h2>
            </header>
            <ul class="plain">{deciders.iter().map(link).collect_view()}</ul>
        </section>
    }
    .into_any()
}
