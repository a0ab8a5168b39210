//! Filters of the audit log, in a popover, and a chip for each that is on.

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use scim_schema::{
    api::audit::{AuditChannel, AuditOutcome},
    audit::{ACTIONS, area},
};
use uuid::Uuid;

use super::{page::Context, query::AuditView};
use crate::{
    clock,
    pages::log::select,
    text::audit as words,
    ui::{self, FilterMenu, dynamic},
};

/// The menu and the chips.
#[component]
pub(super) fn Filters(
    /// What the parts share.
    context: Context,
) -> impl IntoView {
    let shown = context.shown;
    let clear = Callback::new(move |()| context.show(&shown.get_untracked().unfiltered()));
    view! {
        <FilterMenu
            id="audit-filter"
            label=words::FILTER_TITLE
            on=Signal::derive(move || shown.with(AuditView::filters))
            clear
        >
            {choices(context)}
            {time(context)}
        </FilterMenu>
        <div class="chips">{move || chips(context)}</div>
    }
}

/// Areas of acts, in the order of their words.
fn areas() -> Vec<(String, String)> {
    let mut areas: Vec<&str> = ACTIONS.iter().map(|action| area(action)).collect();
    areas.dedup();
    let mut named: Vec<(String, String)> = areas
        .into_iter()
        .map(|area| (area.to_owned(), words::area(area)))
        .collect();
    named.sort_by(|one, other| one.1.cmp(&other.1));
    named
}

fn choices(context: Context) -> AnyView {
    let shown = context.shown;
    let action = dynamic(move || {
        let chosen = shown.with(|shown| shown.action.clone()).unwrap_or_default();
        let choose = move |value: String| {
            context.change(|view| view.action = Some(value).filter(|value| !value.is_empty()));
        };
        select(
            "audit-action",
            words::ACTION,
            areas(),
            area(&chosen),
            choose,
        )
    });
    let outcome = dynamic(move || {
        let options = AuditOutcome::ALL.iter();
        let options = options.map(|one| (one.to_string(), words::outcome(*one).to_owned()));
        let chosen = shown.with(|shown| shown.outcome);
        let chosen = chosen.map(|one| one.to_string()).unwrap_or_default();
        let choose = move |value: String| context.change(|view| view.outcome = value.parse().ok());
        select(
            "audit-outcome",
            words::OUTCOME,
            options.collect(),
            &chosen,
            choose,
        )
    });
    let channel = dynamic(move || {
        let options = AuditChannel::ALL.iter();
        let options = options.map(|one| (one.to_string(), words::channel(*one).to_owned()));
        let chosen = shown.with(|shown| shown.channel);
        let chosen = chosen.map(|one| one.to_string()).unwrap_or_default();
        let choose = move |value: String| context.change(|view| view.channel = value.parse().ok());
        select(
            "audit-channel",
            words::CHANNEL,
            options.collect(),
            &chosen,
            choose,
        )
    });
    view! {
        {action}
        {outcome}
        {channel}
    }
    .into_any()
}

/// One end of the time.
type Bound = Option<DateTime<Utc>>;

/// From when to when, in the viewer's zone.
fn time(context: Context) -> AnyView {
    let bound =
        move |id: &'static str, label: &'static str, part: fn(&mut AuditView) -> &mut Bound| {
            let value = move || {
                let at = *part(&mut context.shown.get());
                at.map(|at| clock::in_zone(at).input()).unwrap_or_default()
            };
            let choose = move |event| {
                let at = clock::from_input(&event_target_value(&event));
                context.change(|view| *part(view) = at);
            };
            view! {
                <div class="field">
                    <label for=id>{label}</label>
                    <input
                        class="input"
                        id=id
                        type="datetime-local"
                        prop:value=value
                        on:change=choose
                    />
                </div>
            }
        };
    view! {
        {bound("audit-since", words::SINCE, |view| &mut view.since)}
        {bound("audit-until", words::UNTIL, |view| &mut view.until)}
    }
    .into_any()
}

/// What is filtered, each with a button that ends it.
fn chips(context: Context) -> AnyView {
    let view = context.shown.get();
    let chip = move |name, value: &str, remove: fn(&mut AuditView)| {
        ui::chip(name, value, move || context.change(remove))
    };
    let person = |known: Option<std::sync::Arc<Option<String>>>, id: Uuid| {
        let name = known.and_then(|known| known.as_ref().clone());
        name.unwrap_or_else(|| id.to_string())
    };
    let actor = view.actor.map(|id| {
        let name = person(context.actor.value(), id);
        chip(words::ACTOR, &name, |view| view.actor = None)
    });
    let target = view.target.map(|id| {
        let name = person(context.target.value(), id);
        chip(words::TARGET, &name, |view| view.target = None)
    });
    let action = view.action.as_ref().map(|action| {
        let name = match action.contains('.') {
            true => action.clone(),
            false => words::area(action),
        };
        chip(words::ACTION, &name, |view| view.action = None)
    });
    let outcome = view.outcome.map(|outcome| {
        chip(words::OUTCOME, words::outcome(outcome), |view| {
            view.outcome = None;
        })
    });
    let channel = view.channel.map(|channel| {
        chip(words::CHANNEL, words::channel(channel), |view| {
            view.channel = None;
        })
    });
    let time = |at| clock::in_zone(at).full();
    let since = view
        .since
        .map(|at| chip(words::SINCE, &time(at), |view| view.since = None));
    let until = view
        .until
        .map(|at| chip(words::UNTIL, &time(at), |view| view.until = None));
    view! { {actor} {target} {action} {outcome} {channel} {since} {until} }.into_any()
}
