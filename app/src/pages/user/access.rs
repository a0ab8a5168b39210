//! The Access and status tab: holds open and lifted, and the summary beside them.

use leptos::prelude::*;
use scim_schema::{
    api::users::{Actor, HoldView, UserDetail},
    lifecycle::HoldKind,
};

use super::{Shown, or_not_set};
use crate::{
    pages::status::{look, provider, status_of, status_view},
    routes,
    text::{self, user as words},
    ui::{CopyButton, Icon, LongTime, RelativeTime, icon, lozenge},
};

/// Holds.
#[component]
pub(super) fn Access(
    /// The user.
    user: Shown,
) -> impl IntoView {
    let open = move || user.with(|user| open_holds(user));
    let lifted = move || user.with(|user| lifted_holds(user));
    view! {
        <div class="split">
            <div class="stack s8">
                <section class="section">
                    <header>
                        <h2>{words::HOLDS}</h2>
                        <p>{words::HOLDS_NOTE}</p>
                    </header>
                    {open}
                </section>
                {lifted}
            </div>
            <SummaryPanel user />
        </div>
    }
}

fn open_holds(user: &UserDetail) -> AnyView {
    if user.open_holds.is_empty() {
        return view! {
            <p class="calm">
                {icon(Icon::Ok)} <span>
                    <b>{words::NO_HOLDS}</b>
                    <br />
                    <span class="muted">{words::NO_HOLDS_WHY}</span>
                </span>
            </p>
        }
        .into_any();
    }
    let who = provider(&user.row.source);
    let row = |hold: &HoldView| {
        let until = hold.until.map(|until| {
            view! {
                <br />
                <span class="muted">
                    {words::until(&crate::clock::in_zone(until).date())}
                </span>
            }
        });
        view! {
            <tr role="row">
                <th scope="row" role="rowheader">
                    {hold_lozenge(hold, who)}
                </th>
                <td role="cell" data-l=words::PLACED_BY>
                    {placed(hold)}
                </td>
                <td role="cell" data-l=words::SINCE>
                    <LongTime at=hold.since />
                    {until}
                </td>
                <td role="cell" data-l=words::LIFTED_BY>
                    {text::status::lifted_by(hold.kind, hold_provider(hold, who))}
                </td>
            </tr>
        }
    };
    view! {
        <div class="table-wrap flush" tabindex="0" role="region" aria-label=words::HOLDS_CAPTION>
            <table class="cards" role="table">
                <caption class="vh">{words::HOLDS_CAPTION}</caption>
                <thead role="rowgroup">
                    <tr role="row">
                        <th scope="col">{words::HOLD}</th>
                        <th scope="col">{words::PLACED_BY}</th>
                        <th scope="col">{words::SINCE}</th>
                        <th scope="col">{words::LIFTED_BY}</th>
                    </tr>
                </thead>
                <tbody role="rowgroup">
                    {user.open_holds.iter().map(row).collect_view()}
                </tbody>
            </table>
        </div>
    }
    .into_any()
}

fn lifted_holds(user: &UserDetail) -> Option<AnyView> {
    if user.lifted_holds.is_empty() {
        return None;
    }
    let who = provider(&user.row.source);
    let row = |hold: &HoldView| {
        let lifted = hold.lifted_at.map(|at| view! { <LongTime at /> });
        let by = hold.lifted_by.as_ref().map(|actor| {
            view! {
                <br />
                <span class="muted">{actor_view(actor)}</span>
            }
        });
        view! {
            <tr role="row">
                <th scope="row" role="rowheader">
                    {hold_lozenge(hold, who)}
                </th>
                <td role="cell" data-l=words::PLACED_BY>
                    {placed(hold)}
                </td>
                <td role="cell" data-l=words::SINCE>
                    <LongTime at=hold.since />
                </td>
                <td role="cell" data-l=words::LIFTED_AT>
                    {lifted}
                    {by}
                </td>
            </tr>
        }
    };
    let view = view! {
        <section class="section">
            <header>
                <h2>{words::LIFTED}</h2>
            </header>
            <div
                class="table-wrap flush"
                tabindex="0"
                role="region"
                aria-label=words::LIFTED_CAPTION
            >
                <table class="cards" role="table">
                    <caption class="vh">{words::LIFTED_CAPTION}</caption>
                    <thead role="rowgroup">
                        <tr role="row">
                            <th scope="col">{words::HOLD}</th>
                            <th scope="col">{words::PLACED_BY}</th>
                            <th scope="col">{words::SINCE}</th>
                            <th scope="col">{words::LIFTED_AT}</th>
                        </tr>
                    </thead>
                    <tbody role="rowgroup">
                        {user.lifted_holds.iter().map(row).collect_view()}
                    </tbody>
                </table>
            </div>
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
    let reason = hold.reason.clone().filter(|reason| !reason.is_empty());
    let reason = reason.map(|reason| {
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

/// The column beside the tabs' content.
#[component]
pub(super) fn SummaryPanel(
    /// The user.
    user: Shown,
) -> impl IntoView {
    let rows = move || user.with(|user| summary(user));
    view! {
        <aside class="aside" aria-label=words::SUMMARY>
            <section class="section">
                <header>
                    <h2>{words::SUMMARY}</h2>
                </header>
                <dl class="kv">{rows}</dl>
            </section>
        </aside>
    }
}

fn summary(user: &UserDetail) -> AnyView {
    let row = &user.row;
    let source = match &user.link {
        Some(link) => {
            let since = link.linked_at;
            view! {
                <a class="plain" href=routes::connection(link.connection)>
                    {link.connection_name.clone()}
                </a>
                <span class="faint">" since " <LongDate at=since /></span>
            }
            .into_any()
        }
        None => words::LOCAL.into_any(),
    };
    let roles = user.roles.iter().map(|role| text::status::role(*role));
    let roles = roles.collect::<Vec<_>>().join(", ");
    let break_glass = user.break_glass.then(|| {
        view! {
            <dt>{words::BREAK_GLASS}</dt>
            <dd>{words::BREAK_GLASS_WHY}</dd>
        }
    });
    let last_login = match row.last_login_at {
        Some(at) => view! { <RelativeTime at /> }.into_any(),
        None => view! { <span class="faint">{text::time::NEVER}</span> }.into_any(),
    };
    let id = row.id.to_string();
    view! {
        <dt>{words::STATUS}</dt>
        <dd>{status_view(row.status, &row.holds, &row.source)}</dd>
        <dt>{words::LIFECYCLE}</dt>
        <dd>{text::status::lifecycle(user.lifecycle)}</dd>
        <dt>{words::INVITATION}</dt>
        <dd>{text::status::invitation(user.invitation)}</dd>
        <dt>{words::SOURCE}</dt>
        <dd>{source}</dd>
        <dt>{words::ORGANISATIONS}</dt>
        <dd>{or_not_set(Some(row.organisations.join(", ")))}</dd>
        <dt>{words::ROLES}</dt>
        <dd>{or_none(roles)}</dd>
        {break_glass}
        <dt>{words::LAST_LOGIN}</dt>
        <dd>{last_login}</dd>
        <dt>{words::CREATED}</dt>
        <dd>
            <LongTime at=row.created_at />
        </dd>
        <dt>{words::UPDATED}</dt>
        <dd>
            <LongTime at=user.updated_at />
        </dd>
        <dt class="wide">{words::USER_ID}</dt>
        <dd class="wide with-copy">
            <span class="mono">{id.clone()}</span>
            <CopyButton value=Signal::stored(id) label=words::COPY_USER_ID bare=true />
        </dd>
    }
    .into_any()
}

fn or_none(text: String) -> AnyView {
    if text.is_empty() {
        view! { <span class="faint">{words::NONE}</span> }.into_any()
    } else {
        text.into_any()
    }
}

/// A date in the viewer's zone.
#[component]
fn LongDate(
    /// When.
    at: chrono::DateTime<chrono::Utc>,
) -> impl IntoView {
    crate::clock::in_zone(at).date()
}
