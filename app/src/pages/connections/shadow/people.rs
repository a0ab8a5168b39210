//! People whom a connection in shadow would provision: what would become of each, before and after.

use std::sync::Arc;

use leptos::prelude::*;
use scim_schema::{
    api::{
        rehearsals::ChangedAttribute,
        shadow::{ShadowOutcome, ShadowPage, ShadowSummary, ShadowUser},
    },
    id::ConnectionId,
};
use serde_json::Value;

use super::{Pages, place_in_address};
use crate::{
    api, routes,
    text::shadow as words,
    ui::{Family, Icon, Loaded, Remote, SkeletonLines, lozenge},
};

const KEY: &str = "shadow_people";

/// The list.
#[component]
pub(super) fn People(
    /// Whose.
    id: ConnectionId,
    /// Fetched again when these change.
    numbers: Signal<Arc<ShadowSummary>>,
) -> impl IntoView {
    let after = place_in_address(KEY);
    let page = Remote::new(
        move || {
            numbers.track();
            after.get()
        },
        move |after| api::shadow::users(id, after),
    );
    let content = move |shown: Signal<Arc<ShadowPage<ShadowUser>>>| {
        let next = Memo::new(move |_| shown.with(|page| page.next));
        let rows = move || shown.with(|page| page.items.iter().map(row).collect_view());
        view! {
            <div class="table-wrap flush" tabindex="0" role="region" aria-label=words::PEOPLE>
                <table class="cards" role="table">
                    <caption class="vh">{words::PEOPLE}</caption>
                    <thead role="rowgroup">
                        <tr role="row">
                            <th scope="col">{words::PERSON}</th>
                            <th scope="col">{words::OUTCOME}</th>
                            <th scope="col">{words::CHANGES}</th>
                            <th scope="col">{words::IN_GROUPS}</th>
                        </tr>
                    </thead>
                    <tbody role="rowgroup">{rows}</tbody>
                </table>
            </div>
            <Pages id key=KEY later=after next />
        }
        .into_any()
    };
    view! {
        <div class="stack s2">
            <h3>{words::PEOPLE}</h3>
            <Loaded
                remote=page
                what=words::PEOPLE_FAILED
                skeleton=ViewFn::from(|| view! { <SkeletonLines lines=5 /> })
                content
            />
        </div>
    }
}

fn row(user: &ShadowUser) -> AnyView {
    let groups = if user.groups.is_empty() {
        view! { <span class="faint">{words::NO_GROUPS}</span> }.into_any()
    } else {
        user.groups.join(", ").into_any()
    };
    view! {
        <tr role="row">
            <th scope="row" role="rowheader">
                {user.name.clone()}
                <small class="muted">{user.user_name.clone()}</small>
            </th>
            <td role="cell" data-l=words::OUTCOME>
                {outcome(user)}
            </td>
            <td role="cell" data-l=words::CHANGES>
                {changes(user)}
            </td>
            <td role="cell" data-l=words::IN_GROUPS>
                {groups}
            </td>
        </tr>
    }
    .into_any()
}

fn outcome(user: &ShadowUser) -> AnyView {
    let (family, glyph) = match user.outcome {
        ShadowOutcome::Create => (Family::Arrive, Icon::Plus),
        ShadowOutcome::Adopt => (Family::Idp, Icon::User),
        ShadowOutcome::Conflict => (Family::Stop, Icon::Warn),
    };
    let person = user.person.as_ref().map(|person| {
        let who = words::is_here(&person.name, person.connection.as_deref());
        view! {
            <small>
                <a href=routes::user(person.id)>{who}</a>
            </small>
        }
    });
    let held = (!user.active).then(|| lozenge(Family::Pause, Icon::Pause, words::NOT_ACTIVE));
    let left = user
        .refused
        .then(|| lozenge(Family::Guard, Icon::Warn, words::LEFT_BEHIND));
    view! {
        <span class="who">
            {lozenge(family, glyph, words::outcome(user.outcome))} {held} {left}
        </span>
        {person}
    }
    .into_any()
}

/// Of somebody new everything is a change, and their name says it.
fn changes(user: &ShadowUser) -> AnyView {
    if user.person.is_none() {
        let values = user
            .changes
            .iter()
            .filter(|change| change.path != "userName");
        return values
            .map(|change| view! { <div class="small">{value(change.after.as_ref())}</div> })
            .collect_view()
            .into_any();
    }
    if user.changes.is_empty() {
        return view! { <span class="faint">{words::NO_CHANGES}</span> }.into_any();
    }
    user.changes
        .iter()
        .map(change_view)
        .collect_view()
        .into_any()
}

fn change_view(change: &ChangedAttribute) -> AnyView {
    view! {
        <div class="small">
            <code>{change.path.clone()}</code>
            " "
            {value(change.before.as_ref())}
            " "
            <span aria-hidden="true">"→"</span>
            <span class="vh">{words::BECOMES}</span>
            " "
            {value(change.after.as_ref())}
        </div>
    }
    .into_any()
}

fn value(value: Option<&Value>) -> AnyView {
    match value.and_then(Value::as_str) {
        Some(text) => text.to_owned().into_any(),
        None => view! { <span class="faint">{words::NOT_SET}</span> }.into_any(),
    }
}
