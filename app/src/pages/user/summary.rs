//! The column beside the tabs: a person at a glance.

use leptos::prelude::*;
use scim_schema::api::users::{Source, UserDetail};

use super::{Shown, or_not_set};
use crate::{
    clock::{self, Clock},
    pages::status::status_view,
    routes,
    text::{self, user as words},
    ui::{CopyButton, LongTime, RelativeTime, dynamic},
};

/// The column beside the tabs' content.
#[component]
pub(super) fn SummaryPanel(
    /// The user.
    user: Shown,
) -> impl IntoView {
    let rows = dynamic(move || user.with(summary));
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
    let since = user.link.as_ref().map(|link| {
        let at = link.linked_at;
        view! { <span class="faint">" since " <Day at /></span> }
    });
    let source = match &row.source {
        Source::Connection { id, name } => view! {
            <a class="plain" href=routes::connection(*id)>
                {name.clone()}
            </a>
            {since}
        }
        .into_any(),
        Source::Local => words::LOCAL.into_any(),
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
fn Day(
    /// When.
    at: chrono::DateTime<chrono::Utc>,
) -> impl IntoView {
    let moment = clock::in_zone(at);
    dynamic(move || moment.day(&Clock::now()))
}
