//! One conflict: who is here, what was sent, what differs, and what can be done.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use scim_schema::{
    api::conflicts::{ConflictDetail, ConflictEnd, ConflictEnding},
    id::ConflictId,
    permission::Permission,
};

use super::{
    concerns,
    decide::Decide,
    kind_view,
    sides::{Sides, value},
    source_name,
};
use crate::{
    api,
    pages::{not_found::NotFoundPage, status::status_view},
    query::QueryString,
    routes,
    session::Session,
    text::{conflicts as words, user as user_words},
    ui::{
        Family, Icon, Loaded, LongTime, Notice, PageHead, Present, RelativeTime, Remote,
        SkeletonLines, dynamic,
    },
};

/// The conflict that everything on the page shows; renewed by live updates.
pub(super) type Shown = Present<ConflictDetail>;

/// The page of the conflict in the address.
#[component]
pub(crate) fn ConflictPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| {
        params.with(|params| {
            params
                .get_str("id")
                .and_then(|id| id.parse::<ConflictId>().ok())
        })
    });
    dynamic(move || match id.get() {
        Some(id) => view! { <OneConflict id /> }.into_any(),
        None => view! { <NotFoundPage /> }.into_any(),
    })
}

/// Loads one conflict and keeps up with changes.
#[component]
fn OneConflict(
    /// Which.
    id: ConflictId,
) -> impl IntoView {
    let conflict = Remote::new(move || api::conflicts::one(id));
    conflict.follow(concerns);
    let content = move |shown: Shown| view! { <Page shown conflict /> }.into_any();
    view! {
        <Loaded
            remote=conflict
            what=words::ONE_FAILED
            skeleton=ViewFn::from(|| view! { <SkeletonLines lines=8 /> })
            head=ViewFn::from(|| {
                view! {
                    <PageHead
                        title=Signal::stored(words::ONE.to_owned())
                        crumb=(words::TITLE, routes::CONFLICTS)
                    />
                }
            })
            back=(words::TITLE, routes::CONFLICTS)
            content
        />
    }
}

/// Everything about it.
#[component]
fn Page(
    /// The conflict.
    shown: Shown,
    /// To be fetched again after an act.
    conflict: Remote<ConflictDetail>,
) -> impl IntoView {
    let title = Signal::derive(move || shown.with(|shown| shown.row.person.name.clone()));
    let lede =
        Signal::derive(move || shown.with(|shown| Some(words::cause(shown.row.cause).to_owned())));
    view! {
        <PageHead title=title lede crumb=(words::TITLE, routes::CONFLICTS)>
            {move || shown.with(|shown| kind_view(shown.row.kind))}
        </PageHead>
        <div class="body">
            <div class="stack s6">
                {move || shown.with(ending)}
                <Decide shown conflict />
                <div class="cols">
                    {move || shown.with(here)}
                    {move || shown.with(sent)}
                </div>
                <Sides shown />
            </div>
        </div>
    }
}

fn ending(shown: &ConflictDetail) -> Option<AnyView> {
    let ConflictEnding {
        how,
        by,
        at,
        reason,
    } = shown.row.end.clone()?;
    let settled = (how == ConflictEnd::Settled).then(|| words::SETTLED_WHY.to_owned());
    let reason = reason.or(settled).map(|why| view! { <p>{why}</p> });
    Some(
        view! {
            <Notice family=Family::Rest glyph=Icon::Info>
                <strong>{words::ended_by(how, &user_words::actor(&by))}</strong>
                " "
                <LongTime at />
                {reason}
            </Notice>
        }
        .into_any(),
    )
}

/// Who is here.
fn here(shown: &ConflictDetail) -> AnyView {
    let person = &shown.row.person;
    let others = shown.people.iter().skip(1);
    let others = others
        .map(|other| {
            view! {
                <li>
                    <a href=routes::user(other.id)>{other.name.clone()}</a>
                    " "
                    <span class="muted">{other.user_name.clone()}</span>
                </li>
            }
        })
        .collect::<Vec<_>>();
    let others = (!others.is_empty()).then(|| {
        view! {
            <dt>{words::ALSO_HERE}</dt>
            <dd>
                <ul>{others}</ul>
            </dd>
        }
    });
    let email = person.email.clone();
    view! {
        <section class="section">
            <header>
                <h2>{words::COLUMN_PERSON}</h2>
                <a href=routes::user(person.id)>{person.name.clone()}</a>
            </header>
            <dl class="kv">
                <dt>{words::USER_NAME}</dt>
                <dd>{person.user_name.clone()}</dd>
                <dt>{words::EMAIL}</dt>
                <dd>{value(email)}</dd>
                <dt>{words::STATUS}</dt>
                <dd>{status_view(person.status, &[], &person.source)}</dd>
                <dt>{words::BELONGS_TO}</dt>
                <dd>{source_name(person)}</dd>
                {others}
            </dl>
        </section>
    }
    .into_any()
}

/// What was sent, and by whom.
fn sent(shown: &ConflictDetail) -> AnyView {
    let row = &shown.row;
    let may_read_log = Session::get().may_now(Permission::ReadProvisioningLog);
    let request = shown.request.filter(|_| may_read_log).map(|request| {
        let href = QueryString::default()
            .with("q", &request.to_string())
            .after(routes::LOG);
        view! { <a href=href>{words::REQUEST}</a> }
    });
    view! {
        <section class="section">
            <header>
                <h2>{words::COLUMN_SENT}</h2>
                {request}
            </header>
            <dl class="kv">
                <dt>{words::USER_NAME}</dt>
                <dd>{row.sent_user_name.clone()}</dd>
                <dt>{words::SENT_BY}</dt>
                <dd>
                    <a href=routes::connection(row.connection)>{row.connection_name.clone()}</a>
                </dd>
                <dt>{words::SEEN}</dt>
                <dd>{words::times(row.seen)}</dd>
                <dt>{words::COLUMN_SEEN}</dt>
                <dd>
                    <RelativeTime at=row.last_seen_at />
                </dd>
            </dl>
        </section>
    }
    .into_any()
}
