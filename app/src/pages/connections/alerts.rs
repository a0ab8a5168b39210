//! Alerts about connections: what happened, since when, and what to do, until somebody says that
//! they have seen it.

use std::sync::Arc;

use leptos::prelude::*;
use scim_schema::{
    api::{
        alerts::{AlertKind, AlertView, Alerts},
        events::{ChangeEvent, ChangeKind},
    },
    id::{AlertId, ConnectionId},
    permission::Permission,
};

use crate::{
    api::{self, Call},
    clock::{self, Clock},
    form::{Act, FormErrors},
    live::News,
    routes,
    session::Session,
    text::alerts as words,
    ui::{ErrorSummary, Family, Icon, Notice, Remote, focus},
};

/// What nobody has acknowledged, shared by navigation and pages.
#[derive(Clone, Copy)]
pub(crate) struct OpenAlerts(Remote<Alerts>);

impl OpenAlerts {
    /// Fetches them for those who may see connections, keeps up with changes and provides the
    /// context.
    pub(crate) fn provide() {
        let session = Session::get();
        let may_read = Memo::new(move |_| session.may(Permission::ReadConnections));
        let alerts = Remote::new(move || match may_read.get() {
            true => api::alerts::list(),
            false => Call::known(Alerts::default()),
        });
        alerts.follow(concerns);
        provide_context(Self(alerts));
    }

    /// How many there are, tracked; a zero needs nobody.
    pub(crate) fn count() -> Option<u64> {
        let alerts = use_context::<Self>()?.0.value()?;
        Some(alerts.items.len() as u64).filter(|count| *count > 0)
    }

    /// Those of one connection, or of all, tracked.
    fn of(self, only: Option<ConnectionId>) -> Vec<AlertView> {
        let all = self
            .0
            .value()
            .unwrap_or_else(|| Arc::new(Alerts::default()));
        let shown = all.items.iter();
        let shown = shown.filter(|alert| only.is_none_or(|only| alert.connection == only));
        shown.cloned().collect()
    }
}

/// Whether a live update can change what is alerted, or what an alert says of its connection.
fn concerns(news: News) -> bool {
    match news {
        News::Resync => true,
        News::Change(ChangeEvent { kind, .. }) => {
            matches!(kind, ChangeKind::Alert | ChangeKind::Connection)
        }
    }
}

/// Whether a token of the connection is alerted, tracked.
pub(super) fn tells_of_token(id: ConnectionId) -> bool {
    let shown = use_context::<OpenAlerts>().map(|alerts| alerts.of(Some(id)));
    let about_token = |alert: &AlertView| alert.kind == AlertKind::TokenExpiring;
    shown.is_some_and(|shown| shown.iter().any(about_token))
}

/// The alerts of one connection, or of all.
#[component]
pub(super) fn AlertList(
    /// Whose.
    #[prop(optional)]
    only: Option<ConnectionId>,
) -> impl IntoView {
    let alerts = use_context::<OpenAlerts>()?;
    let act = Act::new(RwSignal::new(false));
    let shown = Memo::new(move |_| alerts.of(only));
    let notice = move |alert: AlertView| notice(&alert, alerts, only.is_some(), act);
    Some(view! {
        <Show when=move || shown.with(|shown| !shown.is_empty())>
            <div class="stack s2" role="status" data-testid="alerts">
                <ErrorSummary form=act.form />
                <For
                    each=move || shown.get()
                    key=|alert| (alert.id, alert.raised_at, alert.connection_name.clone())
                    children=notice
                />
            </div>
        </Show>
    })
}

/// One alert; `at_home` on the page of its connection.
fn notice(alert: &AlertView, alerts: OpenAlerts, at_home: bool, act: Act) -> AnyView {
    let session = Session::get();
    let (id, connection) = (alert.id, alert.connection);
    let (family, glyph, headline, why) = sentences(alert);
    let (href, to) = match alert.kind {
        AlertKind::ConnectionSilent => (routes::log_of_connection(connection), words::TO_LOG),
        AlertKind::TokenExpiring => (routes::connection(connection), words::TO_TOKEN),
    };
    // The tokens are on the page itself.
    let link = (!at_home || alert.kind == AlertKind::ConnectionSilent)
        .then(|| view! { <a class="btn" href=href>{to}</a> });
    let label = words::acknowledge_label(&alert.connection_name);
    let button = move || {
        let label = label.clone();
        session.may(Permission::ManageConnections).then(|| {
            view! {
                <button
                    class="btn"
                    type="button"
                    aria-label=label
                    on:click=move |_| acknowledge(id, alerts, act)
                >
                    {words::ACKNOWLEDGE}
                </button>
            }
        })
    };
    view! {
        <Notice family glyph>
            <div class="stack s2">
                <p>
                    <strong>{headline}</strong>
                    <br />
                    {why}
                </p>
                <div class="row">{link} {button}</div>
            </div>
        </Notice>
    }
    .into_any()
}

/// How serious it is, what happened, and what to do.
fn sentences(alert: &AlertView) -> (Family, Icon, String, String) {
    let name = &alert.connection_name;
    match &alert.token {
        Some(token) => {
            let over = token.ends_at.timestamp_millis() <= untrack(Clock::now).ms;
            let date = clock::in_zone(token.ends_at).date();
            let headline = words::token_ends(&token.hint, name, &date, over);
            let (family, why) = match over {
                true => (Family::Stop, words::ENDED_WHY),
                false => (Family::Guard, words::ROTATE_WHY),
            };
            (family, Icon::Key, headline, why.to_owned())
        }
        None => {
            let since = clock::in_zone(alert.since).full();
            let headline = words::silent(name, &since);
            (
                Family::Guard,
                Icon::Clock,
                headline,
                words::silent_why(name),
            )
        }
    }
}

fn acknowledge(id: AlertId, alerts: OpenAlerts, act: Act) {
    if !act.form.begin(FormErrors::default()) {
        return;
    }
    act.send(api::alerts::acknowledge(id), &[], move |()| {
        // The button goes with its alert.
        focus("main h1");
        alerts.0.reload();
        words::ACKNOWLEDGED
    });
}
