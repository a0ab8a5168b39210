//! The Access and status tab: holds open and lifted, and the summary beside them.

use leptos::prelude::*;
use scim_schema::{
    api::users::{Actor, HoldView, UserDetail},
    lifecycle::{HoldKind, Lifecycle},
};

use super::{Shown, acts::Acts, banner::own_words, summary::SummaryPanel};
use crate::{
    pages::status::{look, provider, status_of},
    routes,
    text::{self, user as words},
    ui::{Column, Icon, LongTime, cell, dynamic, icon, lozenge, optional, row, table},
};

/// Holds.
#[component]
pub(super) fn Access(
    /// The user.
    user: Shown,
    /// What can be done.
    acts: Acts,
) -> impl IntoView {
    let open = dynamic(move || user.with(|user| open_holds(user, acts)));
    let lifted = dynamic(move || user.with(lifted_holds));
    // Without holds the others still cannot sign in.
    let note = optional(move || {
        let active = user.with(|user| user.lifecycle == Lifecycle::Active);
        active.then(|| view! { <p>{words::HOLDS_NOTE}</p> })
    });
    view! {
        <div class="split">
            <div class="stack s8">
                <section class="section">
                    <header>
                        <h2>{words::HOLDS}</h2>
                        {note}
                    </header>
                    {open}
                </section>
                {lifted}
            </div>
            <SummaryPanel user />
        </div>
    }
}

fn open_holds(user: &UserDetail, acts: Acts) -> AnyView {
    if user.open_holds.is_empty() {
        let active = user.lifecycle == Lifecycle::Active;
        return view! {
            <p class="calm" class:rest=!active>
                {icon(if active { Icon::Ok } else { Icon::Info })} <span>
                    <b>{words::NO_HOLDS}</b>
                    <br />
                    <span class="muted">{words::no_holds_why(user.lifecycle)}</span>
                </span>
            </p>
        }
        .into_any();
    }
    let who = provider(&user.row.source);
    let line = |hold: &HoldView| {
        let until = hold.until.map(|until| {
            view! {
                <br />
                <span class="muted">
                    {words::until(&crate::clock::in_zone(until).day(&crate::clock::Clock::now()))}
                </span>
            }
        });
        let since = view! {
            <LongTime at=hold.since />
            {until}
        };
        let lifted_by = text::status::lifted_by(hold.kind, hold_provider(hold, who));
        let lift = acts.lifting(hold.kind).map(|button| {
            view! {
                <br />
                {button}
            }
        });
        let cells = vec![
            cell(words::PLACED_BY, placed(hold)),
            cell(words::SINCE, since),
            cell(words::LIFTED_BY, view! { {lifted_by} {lift} }),
        ];
        row(hold_lozenge(hold, who), cells)
    };
    let rows = user.open_holds.iter().map(line).collect_view().into_any();
    holds_table(words::HOLDS_CAPTION, words::LIFTED_BY, rows)
}

/// The frame of both tables; they differ in their last column.
fn holds_table(caption: &'static str, last: &'static str, rows: AnyView) -> AnyView {
    let columns = [words::HOLD, words::PLACED_BY, words::SINCE, last];
    table(caption, columns.map(Column::text), rows)
}

fn lifted_holds(user: &UserDetail) -> Option<AnyView> {
    if user.lifted_holds.is_empty() {
        return None;
    }
    let who = provider(&user.row.source);
    let line = |hold: &HoldView| {
        let lifted = hold.lifted_at.map(|at| view! { <LongTime at /> });
        let by = hold.lifted_by.as_ref().map(|actor| {
            view! {
                <br />
                <span class="muted">{actor_view(actor)}</span>
            }
        });
        let lifted = view! {
            {lifted}
            {by}
        };
        let cells = vec![
            cell(words::PLACED_BY, placed(hold)),
            cell(words::SINCE, view! { <LongTime at=hold.since /> }),
            cell(words::LIFTED_AT, lifted),
        ];
        row(hold_lozenge(hold, who), cells)
    };
    let rows = user.lifted_holds.iter().map(line).collect_view().into_any();
    let view = view! {
        <section class="section">
            <header>
                <h2>{words::LIFTED}</h2>
            </header>
            {holds_table(words::LIFTED_CAPTION, words::LIFTED_AT, rows)}
        </section>
    };
    Some(view.into_any())
}

/// The connection that placed the hold, else the one the user comes from.
fn hold_provider<'a>(hold: &'a HoldView, source: Option<&'a str>) -> Option<&'a str> {
    match &hold.placed_by {
        Actor::Connection { name, .. } => Some(name),
        Actor::User { .. } | Actor::System { .. } | Actor::Operator => source,
    }
}

fn hold_lozenge(hold: &HoldView, source: Option<&str>) -> AnyView {
    let status = status_of(hold.kind);
    let (family, glyph) = look(status);
    lozenge(
        family,
        glyph,
        text::status::word(status, hold_provider(hold, source)),
    )
}

fn placed(hold: &HoldView) -> AnyView {
    let reason = own_words(hold).map(|reason| {
        let reason = reason.to_owned();
        view! {
            <br />
            <span class="muted">{reason}</span>
        }
    });
    let scope = text::status::scope(hold.scope).map(|scope| {
        view! {
            <br />
            <span class="muted">{scope}</span>
        }
    });
    let who = match (&hold.placed_by, hold.kind) {
        (Actor::Connection { name, .. }, HoldKind::IdpDisabled) => {
            words::provider_disabled(name).into_any()
        }
        (actor, _) => actor_view(actor),
    };
    view! { {who} {reason} {scope} }.into_any()
}

fn actor_view(actor: &Actor) -> AnyView {
    match actor {
        Actor::User { id, name } => {
            view! { <a class="plain" href=routes::user(*id)>{name.clone()}</a> }.into_any()
        }
        Actor::Connection { id, name } => {
            view! { <a class="plain" href=routes::connection(*id)>{name.clone()}</a> }.into_any()
        }
        Actor::System { name } => words::system_actor(name).into_any(),
        Actor::Operator => words::OPERATOR.into_any(),
    }
}
