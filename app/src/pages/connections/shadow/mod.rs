//! Shadow mode of a connection: that it is on, what it would do, and how it ends.

mod acts;
mod groups;
mod people;

use std::time::Duration;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use scim_schema::{
    api::{
        connections::{ConnectionMode, ConnectionView},
        shadow::ShadowSummary,
    },
    id::ConnectionId,
};
use uuid::Uuid;

use super::{concerns, one::Shown};
use crate::{
    api, clock, format,
    query::QueryString,
    routes,
    text::shadow as words,
    ui::{
        Family, Icon, Loaded, Notice, Present, Remote, Show, SkeletonLines, dynamic, effect,
        lozenge, optional,
    },
};

use acts::{Acts, EnterShadow};

/// Pause between looks at a going live: nothing tells of a try that failed.
const LOOK_AGAIN: Duration = Duration::from_secs(2);

/// The mode in a word.
pub(super) const fn mode_word(mode: ConnectionMode) -> &'static str {
    match mode {
        ConnectionMode::Live => words::LIVE,
        ConnectionMode::Shadow | ConnectionMode::ThrowAway => words::SHADOW,
        ConnectionMode::GoingLive => words::GOING_LIVE,
    }
}

/// What a list shows of it; nothing of what is live.
pub(super) fn mode_view(mode: ConnectionMode) -> Option<AnyView> {
    let family = match mode {
        ConnectionMode::Live => return None,
        ConnectionMode::Shadow | ConnectionMode::ThrowAway => Family::Stop,
        ConnectionMode::GoingLive => Family::Arrive,
    };
    Some(lozenge(family, Icon::Eye, mode_word(mode)))
}

/// The choice of who adds a connection.
#[component]
pub(super) fn BeginInShadow(
    /// Whether it is chosen.
    shadow: RwSignal<bool>,
) -> impl IntoView {
    view! {
        <div class="field">
            <label class="check">
                <input
                    type="checkbox"
                    aria-describedby="shadow-hint"
                    prop:checked=move || shadow.get()
                    on:change=move |event| shadow.set(event_target_checked(&event))
                />
                {words::CREATE}
            </label>
            <p class="hint" id="shadow-hint">
                {words::CREATE_HINT}
            </p>
        </div>
    }
}

/// The shadow, when there is one, or the way into it.
#[component]
pub(super) fn ShadowSection(
    /// Which.
    id: ConnectionId,
    /// The connection.
    shown: Shown,
    /// To be fetched again after an act.
    connection: Remote<ConnectionView>,
    /// Whether the person may take it live.
    may_manage: Memo<bool>,
) -> impl IntoView {
    let present = Memo::new(move |_| {
        shown.with(|shown| shown.mode != ConnectionMode::Live || shown.shadow_count > 0)
    });
    // Only a connection that has provisioned nobody may go there.
    let may_enter = Memo::new(move |_| {
        let empty = shown.with(|shown| shown.user_count + shown.group_count == 0);
        may_manage.get() && empty && !present.get()
    });
    dynamic(move || {
        if present.get() {
            view! { <Shadow id shown connection may_manage /> }.into_any()
        } else if may_enter.get() {
            view! { <EnterShadow id shown connection /> }.into_any()
        } else {
            ().into_any()
        }
    })
}

/// The section.
#[component]
fn Shadow(
    /// Which.
    id: ConnectionId,
    /// The connection.
    shown: Shown,
    /// To be fetched again after an act.
    connection: Remote<ConnectionView>,
    /// Whether the person may take it live.
    may_manage: Memo<bool>,
) -> impl IntoView {
    let summary = Remote::new(move || api::shadow::summary(id));
    summary.follow(move |news| concerns(news, Some(id)));
    effect(move || {
        let numbers = summary.value();
        if numbers.is_some_and(|numbers| numbers.mode == ConnectionMode::GoingLive) {
            summary.reload_in(LOOK_AGAIN);
        }
    });
    let content = move |numbers: Present<ShadowSummary>| {
        view! { <Numbers id shown connection numbers may_manage /> }.into_any()
    };
    let banner = dynamic(move || shown.with(|shown| banner(shown.mode)));
    view! {
        <section class="section" data-testid="shadow">
            <header>
                <h2>{words::TITLE}</h2>
            </header>
            <div class="stack pad-top">
                {banner}
                <Loaded
                    remote=summary
                    what=words::FAILED
                    skeleton=ViewFn::from(|| view! { <SkeletonLines lines=4 /> })
                    content
                />
            </div>
        </section>
    }
}

fn banner(mode: ConnectionMode) -> Option<AnyView> {
    if !mode.is_shadow() {
        return None;
    }
    Some(
        view! {
            <Notice family=Family::Stop glyph=Icon::Unplug>
                <strong>{words::BANNER}</strong>
                <br />
                {words::BANNER_WHY}
            </Notice>
        }
        .into_any(),
    )
}

/// What it would do, in numbers, and person by person.
#[component]
fn Numbers(
    /// Which.
    id: ConnectionId,
    /// The connection.
    shown: Shown,
    /// To be fetched again after an act.
    connection: Remote<ConnectionView>,
    /// The numbers.
    numbers: Present<ShadowSummary>,
    /// Whether the person may take it live.
    may_manage: Memo<bool>,
) -> impl IntoView {
    let empty = Memo::new(move |_| numbers.with(|numbers| numbers.users + numbers.groups == 0));
    let has_groups = Memo::new(move |_| numbers.with(|numbers| numbers.groups > 0));
    let has_users = Memo::new(move |_| numbers.with(|numbers| numbers.users > 0));
    let list = dynamic(move || {
        if empty.get() {
            return view! {
                <p class="muted">
                    <strong>{words::NOTHING}</strong>
                    " "
                    {words::NOTHING_WHY}
                </p>
            }
            .into_any();
        }
        view! { <dl class="kv">{move || numbers.with(counted)}</dl> }.into_any()
    });
    let people = optional(move || {
        (may_manage.get() && has_users.get()).then(|| view! { <people::People id numbers /> })
    });
    let groups = optional(move || {
        (may_manage.get() && has_groups.get()).then(|| view! { <groups::Groups id numbers /> })
    });
    view! {
        <div class="stack s6">
            <Progress numbers />
            {list}
            <Show when=move || may_manage.get()>
                <Acts id shown connection numbers />
            </Show>
            {people}
            {groups}
        </div>
    }
}

/// How far it is while it goes live.
#[component]
fn Progress(
    /// The numbers.
    numbers: Present<ShadowSummary>,
) -> impl IntoView {
    let line = Memo::new(move |_| {
        numbers.with(|numbers| {
            let run = numbers.run.as_ref()?;
            let left = (numbers.users + numbers.groups).saturating_sub(numbers.refused);
            (numbers.mode == ConnectionMode::GoingLive)
                .then(|| words::progress(run.total.saturating_sub(left), run.total))
        })
    });
    let failure = Memo::new(move |_| {
        numbers.with(|numbers| {
            let failed = numbers.failure.as_ref()?;
            let next_try = clock::in_zone(failed.next_try_at).full();
            Some(words::failed(&failed.reason, &next_try))
        })
    });
    view! {
        <Show when=move || line.with(Option::is_some)>
            <div role="status">
                <Notice family=Family::Arrive glyph=Icon::Clock>
                    <strong>{move || line.get()}</strong>
                    <br />
                    {words::GOING_WHY}
                    <br />
                    {move || failure.get()}
                </Notice>
            </div>
        </Show>
    }
}

fn counted(numbers: &ShadowSummary) -> AnyView {
    let rows = [
        (
            words::WOULD_CREATE,
            numbers.users - numbers.met.min(numbers.users),
            true,
        ),
        (words::MET, numbers.met, numbers.met > 0),
        (words::INACTIVE, numbers.inactive, numbers.inactive > 0),
        (words::GROUPS, numbers.groups, true),
        (words::MEMBERS, numbers.members, numbers.members > 0),
        (words::REFUSED, numbers.refused, numbers.refused > 0),
    ];
    rows.into_iter()
        .filter(|(_, _, shown)| *shown)
        .map(|(word, count, _)| {
            view! {
                <dt>{word}</dt>
                <dd>{format::count(count)}</dd>
            }
        })
        .collect_view()
        .into_any()
}

/// Marks what stayed behind.
fn left_behind() -> AnyView {
    lozenge(Family::Guard, Icon::Warn, words::LEFT_BEHIND)
}

/// The place in a list that the address names under `key`.
fn place_in_address(key: &'static str) -> Memo<Option<Uuid>> {
    let map = use_query_map();
    Memo::new(move |_| map.with(|map| map.get_str(key).and_then(|id| id.parse().ok())))
}

/// Leads to the next page, and back to the first.
#[component]
fn Pages(
    /// Whose list.
    id: ConnectionId,
    /// What the address calls the place.
    key: &'static str,
    /// Whether this is a later page.
    later: Memo<Option<Uuid>>,
    /// Where the next page begins.
    next: Memo<Option<Uuid>>,
) -> impl IntoView {
    let to = move |place: Option<Uuid>| {
        let place = place.map(|place| place.to_string());
        QueryString::default()
            .with_some(key, place.as_deref())
            .after(&routes::connection(id))
    };
    view! {
        <div class="row">
            <Show when=move || later.get().is_some()>
                <a class="btn" href=to(None)>
                    {words::FIRST}
                </a>
            </Show>
            {move || {
                next.get()
                    .map(|next| {
                        view! {
                            <a class="btn" href=to(Some(next))>
                                {words::NEXT}
                            </a>
                        }
                    })
            }}
        </div>
    }
}
