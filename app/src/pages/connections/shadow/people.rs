//! People whom a connection in shadow would provision: what would become of each, before and after.

use leptos::prelude::*;
use scim_schema::{
    api::{
        rehearsals::ChangedAttribute,
        shadow::{ShadowOutcome, ShadowPage, ShadowSummary, ShadowUser},
    },
    id::ConnectionId,
};
use serde_json::Value;

use super::{Pages, left_behind, place_in_address};
use crate::{
    api, routes,
    text::shadow as words,
    ui::{
        Column, Family, Icon, Loaded, Present, Remote, SkeletonLines, cell, dynamic, lozenge, row,
        table,
    },
};

const KEY: &str = "shadow_people";

const COLUMNS: [Column; 4] = [
    Column::text(words::PERSON),
    Column::text(words::OUTCOME),
    Column::text(words::CHANGES),
    Column::text(words::IN_GROUPS),
];

/// The list.
#[component]
pub(super) fn People(
    /// Whose.
    id: ConnectionId,
    /// Fetched again when these change.
    numbers: Present<ShadowSummary>,
) -> impl IntoView {
    let after = place_in_address(KEY);
    let page = Remote::new(move || {
        numbers.track();
        api::shadow::users(id, after.get())
    });
    let content = move |shown: Present<ShadowPage<ShadowUser>>| {
        let next = Memo::new(move |_| shown.with(|page| page.next));
        let lines = dynamic(move || shown.with(|page| page.items.iter().map(line).collect_view()));
        view! {
            {table(words::PEOPLE, COLUMNS, lines)}
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

fn line(user: &ShadowUser) -> AnyView {
    let groups = if user.groups.is_empty() {
        view! { <span class="faint">{words::NO_GROUPS}</span> }.into_any()
    } else {
        user.groups.join(", ").into_any()
    };
    let who = view! {
        {user.name.clone()}
        <small class="muted">{user.user_name.clone()}</small>
    };
    let cells = vec![
        cell(words::OUTCOME, outcome(user)),
        cell(words::CHANGES, changes(user)),
        cell(words::IN_GROUPS, groups),
    ];
    row(who.into_any(), cells)
}

fn outcome(user: &ShadowUser) -> AnyView {
    let (family, glyph) = match user.outcome {
        ShadowOutcome::Create => (Family::Arrive, Icon::Plus),
        ShadowOutcome::Adopt => (Family::Idp, Icon::User),
        ShadowOutcome::Conflict | ShadowOutcome::Unreadable => (Family::Stop, Icon::Warn),
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
    view! {
        <span class="who">
            {lozenge(family, glyph, words::outcome(user.outcome))} {held} {user.refused.map(|_| left_behind())}
        </span>
        {person}
        {user.refused.map(|why| view! { <small>{words::left_behind(why)}</small> })}
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
