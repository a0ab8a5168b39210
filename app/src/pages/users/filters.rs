//! Search, filters, chips, and how many match.

use leptos::prelude::*;
use scim_schema::lifecycle::Status;

use super::{
    Context,
    belonging::{Belonging, belonging_chips},
    query::SourceFilter,
    search::Search,
    views,
};
use crate::{
    pages::status::look,
    text::{self, users as words},
    ui::{FilterMenu, Show, chip, dynamic, lozenge, optional},
};

/// The row above the table.
#[component]
pub(super) fn Toolbar(
    /// What the parts share.
    context: Context,
) -> impl IntoView {
    let answer = context.answer;
    // The number belongs to the list that is shown, which is the one before while a new one is on its
    // way; when that does not come, there is no list and no number.
    let matching = optional(move || {
        let failed = answer.error().is_some() && !context.fits();
        let answer = answer.value().filter(|_| !failed)?;
        Some(words::matching(
            answer.page.total,
            answer.query.is_narrowed(),
        ))
    });
    let busy = move || answer.is_busy() && answer.value().is_some();
    view! {
        <div class="toolbar">
            <Search context />
            <Menu context />
            <Chips context />
            <span class="grow"></span>
            <Show when=busy>
                <span class="spinner late" aria-hidden="true"></span>
            </Show>
            <span class="small muted nowrap" role="status">
                {matching}
            </span>
        </div>
    }
}

/// What can be filtered.
#[component]
fn Menu(
    /// What the parts share.
    context: Context,
) -> impl IntoView {
    let query = context.query;
    let on = move || {
        query.with(|query| {
            let beside = [
                query.source.is_some(),
                query.org.is_some(),
                query.role.is_some(),
            ];
            query.statuses.len() + beside.into_iter().filter(|on| *on).count()
        })
    };
    let clear = Callback::new(move |()| {
        context.show(&query.get_untracked().unfiltered(), false);
    });
    view! {
        <FilterMenu id="user-filter" label=words::FILTER_TITLE on=Signal::derive(on) clear>
            <StatusFilter context />
            <Belonging context />
            <SourceChoice context />
        </FilterMenu>
    }
}

/// Statuses, in the order in which people meet them.
#[component]
fn StatusFilter(
    /// What the parts share.
    context: Context,
) -> impl IntoView {
    let query = context.query;
    let one = move |status: Status| {
        let (family, glyph) = look(status);
        view! {
            <label class="check">
                <input
                    type="checkbox"
                    prop:checked=move || query.with(|query| query.statuses.contains(&status))
                    on:change=move |_| {
                        context.show(&query.get_untracked().toggling(status), false);
                    }
                />
                {lozenge(family, glyph, text::status::plain(status))}
            </label>
        }
    };
    let offered = Status::ALL
        .iter()
        .rev()
        .copied()
        .filter(|status| *status != Status::Purged);
    view! {
        <fieldset>
            <legend class="legend">{words::STATUS}</legend>
            <div class="choices">{offered.map(one).collect_view()}</div>
        </fieldset>
    }
}

/// Anywhere, here, or one connection.
#[component]
fn SourceChoice(
    /// What the parts share.
    context: Context,
) -> impl IntoView {
    let query = context.query;
    let one = move |(label, source): (String, Option<SourceFilter>)| {
        view! {
            <label class="check">
                <input
                    type="radio"
                    name="source"
                    prop:checked=move || query.with(|query| query.source == source)
                    on:change=move |_| {
                        context.show(&query.get_untracked().with_source(source), false);
                    }
                />
                {label}
            </label>
        }
    };
    let failed = dynamic(move || {
        context
            .connections
            .error()
            .map(|_| view! { <p class="hint small muted">{words::SOURCES_FAILED}</p> })
    });
    let choices = move || {
        let mut choices = vec![
            (words::SOURCE_ANY.to_owned(), None),
            (words::SOURCE_LOCAL.to_owned(), Some(SourceFilter::Local)),
        ];
        if let Some(connections) = context.connections.value() {
            choices.extend(connections.iter().map(|connection| {
                let source = SourceFilter::Connection(connection.id);
                (connection.name.clone(), Some(source))
            }));
        }
        choices.into_iter().map(one).collect_view()
    };
    view! {
        <fieldset>
            <legend class="legend">{words::SOURCE}</legend>
            <div class="choices">{choices}</div>
            {failed}
        </fieldset>
    }
}

/// What is filtered, each with a button that ends it.
#[component]
fn Chips(
    /// What the parts share.
    context: Context,
) -> impl IntoView {
    let query = context.query;
    let status_chip = move || {
        query.with(|query| {
            let listed = !query.statuses.is_empty() && !views::is_view(&query.statuses);
            let names = query
                .statuses
                .iter()
                .map(|status| text::status::plain(*status));
            listed.then(|| (words::STATUS, names.collect::<Vec<_>>().join(", ")))
        })
    };
    let source_chip = move || {
        let source = query.with(|query| query.source)?;
        let name = match source {
            SourceFilter::Local => Some(words::SOURCE_LOCAL.to_owned()),
            SourceFilter::Connection(id) => context.connections.value().and_then(|all| {
                let found = all.iter().find(|connection| connection.id == id);
                found.map(|connection| connection.name.clone())
            }),
        };
        Some((
            words::SOURCE,
            name.unwrap_or_else(|| words::SOURCE_UNKNOWN.to_owned()),
        ))
    };
    let chips = move || {
        let statuses = status_chip().map(|(name, value)| {
            chip(name, &value, move || {
                context.show(&query.get_untracked().with_statuses(&[]), false);
            })
        });
        let source = source_chip().map(|(name, value)| {
            chip(name, &value, move || {
                context.show(&query.get_untracked().with_source(None), false);
            })
        });
        let belonging = belonging_chips(context);
        let any = statuses.is_some() || source.is_some() || !belonging.is_empty();
        let clear = any.then(|| {
            view! {
                <button
                    class="btn link small"
                    type="button"
                    on:click=move |_| context.show(&query.get_untracked().unfiltered(), false)
                >
                    {words::CLEAR_ALL}
                </button>
            }
        });
        view! { {statuses} {belonging} {source} {clear} }
    };
    view! { <div class="chips">{chips}</div> }
}
