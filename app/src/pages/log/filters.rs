//! Filters of the log, in a popover, and a chip for each that is on.

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use scim_schema::{api::provisioning_log::LogOutcome, id::ConnectionId};

use super::{
    page::Context,
    query::{LogView, METHODS},
};
use crate::{
    clock,
    text::log as words,
    ui::{self, FilterMenu, Icon, dynamic, icon},
};

/// The menu and the chips.
#[component]
pub(super) fn Filters(
    /// What the parts share.
    context: Context,
) -> impl IntoView {
    let shown = context.shown;
    let clear = Callback::new(move |()| {
        context.show(&shown.get_untracked().unfiltered(), false);
    });
    view! {
        <FilterMenu
            id="log-filter"
            label=words::FILTER_TITLE
            on=Signal::derive(move || shown.with(LogView::filters))
            clear
        >
            <Connections context />
            <Choice context />
            <Time context />
        </FilterMenu>
        <Chips context />
    }
}

/// A labelled list of which one is chosen.
pub(crate) fn select(
    id: &'static str,
    label: &'static str,
    options: Vec<(String, String)>,
    chosen: &str,
    choose: impl Fn(String) + 'static,
) -> AnyView {
    let option = |(value, name): (String, String)| {
        let selected = value == chosen;
        view! {
            <option value=value selected=selected>
                {name}
            </option>
        }
    };
    let any = (String::new(), words::ANY.to_owned());
    let options = std::iter::once(any).chain(options).map(option);
    let options = options.collect_view();
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <span class="select wide">
                <select
                    class="input"
                    id=id
                    on:change=move |event| choose(event_target_value(&event))
                >
                    {options}
                </select>
                {icon(Icon::Down)}
            </span>
        </div>
    }
    .into_any()
}

/// One connection.
#[component]
fn Connections(
    /// What the parts share.
    context: Context,
) -> impl IntoView {
    dynamic(move || {
        let all = context.connections.value().unwrap_or_default();
        let options = all.iter().map(|one| (one.id.to_string(), one.name.clone()));
        let chosen = context.shown.with(|shown| shown.connection);
        let chosen = chosen.map(|id| id.to_string()).unwrap_or_default();
        let choose = move |value: String| {
            context.change(|view| view.connection = value.parse().ok());
        };
        select(
            "log-connection",
            words::CONNECTION,
            options.collect(),
            &chosen,
            choose,
        )
    })
}

/// How it was answered, and the method.
#[component]
fn Choice(
    /// What the parts share.
    context: Context,
) -> impl IntoView {
    let outcome = dynamic(move || {
        let options = LogOutcome::ALL.iter();
        let options = options.map(|one| (one.to_string(), words::outcome(*one).to_owned()));
        let chosen = context.shown.with(|shown| shown.outcome);
        let chosen = chosen.map(|one| one.to_string()).unwrap_or_default();
        let choose = move |value: String| {
            context.change(|view| view.outcome = value.parse().ok());
        };
        select(
            "log-outcome",
            words::OUTCOME,
            options.collect(),
            &chosen,
            choose,
        )
    });
    let method = dynamic(move || {
        let options = METHODS.map(|one| (one.to_owned(), one.to_owned()));
        let chosen = context.shown.with(|shown| shown.method.unwrap_or_default());
        let choose = move |value: String| {
            let method = METHODS.into_iter().find(|one| *one == value);
            context.change(|view| view.method = method);
        };
        select(
            "log-method",
            words::METHOD,
            options.to_vec(),
            chosen,
            choose,
        )
    });
    view! {
        {outcome}
        {method}
    }
}

/// From when to when, in the viewer's zone.
#[component]
fn Time(
    /// What the parts share.
    context: Context,
) -> impl IntoView {
    let bound =
        move |id: &'static str, label: &'static str, part: fn(&mut LogView) -> &mut Bound| {
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
        {bound("log-since", words::SINCE, |view| &mut view.since)}
        {bound("log-until", words::UNTIL, |view| &mut view.until)}
    }
}

/// One end of the time.
type Bound = Option<DateTime<Utc>>;

/// What is filtered, each with a button that ends it.
#[component]
fn Chips(
    /// What the parts share.
    context: Context,
) -> impl IntoView {
    let chips = move || {
        let view = context.shown.get();
        let person = view.user.map(|_| {
            let known = context.person.value();
            let name =
                known.and_then(|known| known.as_ref().as_ref().map(|one| one.row.name.clone()));
            let name = name.unwrap_or_else(|| words::THIS_PERSON.to_owned());
            chip(context, words::PERSON, &name, |view| view.user = None)
        });
        let connection = view.connection.map(|id| {
            let name = connection_name(context, id);
            chip(context, words::CONNECTION, &name, |view| {
                view.connection = None;
            })
        });
        let outcome = view.outcome.map(|outcome| {
            let name = words::outcome(outcome);
            chip(context, words::OUTCOME, name, |view| view.outcome = None)
        });
        let method = view
            .method
            .map(|method| chip(context, words::METHOD, method, |view| view.method = None));
        let time = |at| clock::in_zone(at).full();
        let since = view
            .since
            .map(|at| chip(context, words::SINCE, &time(at), |view| view.since = None));
        let until = view
            .until
            .map(|at| chip(context, words::UNTIL, &time(at), |view| view.until = None));
        view! { {person} {connection} {outcome} {method} {since} {until} }
    };
    view! { <div class="chips">{chips}</div> }
}

fn connection_name(context: Context, id: ConnectionId) -> String {
    let known = context.connections.value();
    let name = known.and_then(|all| {
        let found = all.iter().find(|connection| connection.id == id);
        found.map(|connection| connection.name.clone())
    });
    name.unwrap_or_else(|| words::UNKNOWN_CONNECTION.to_owned())
}

fn chip(
    context: Context,
    name: &'static str,
    value: &str,
    remove: impl Fn(&mut LogView) + 'static,
) -> AnyView {
    ui::chip(name, value, move || context.change(&remove))
}
